"""Words of a text that is UTF-8 by chance, told by letters that stand together in no language. Pure.

A few short names of another encoding may be valid UTF-8: the Chinese name of two bytes C3 AB reads as a lone ë, the
Czech Jiří of a Macintosh ends in a letter of the Maldives. Many words never are.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

_BETWEEN = re.compile(r"[\s,;|\"()<>/\\&+*=#!?%\[\]{}\-–—'’‘“”„.@:_0-9]+")
_GLOTTAL = re.compile("[\u02b9-\u02bc\u02be\u02bf]")
"""Signs within names, as in the Hawaiian `Hāʻena` or the Arabic `ʿAlī`; as a whole cell they are out of place."""
_SCRIPTS = (
    (0x250, 0x2AF, "phonetic"), (0x370, 0x3FF, "Greek"), (0x400, 0x52F, "Cyrillic"), (0x531, 0x58F, "Armenian"),
    (0x591, 0x5FF, "Hebrew"), (0x600, 0x6FF, "Arabic"), (0x700, 0x74F, "Syriac"), (0x750, 0x77F, "Arabic"),
    (0x780, 0x7BF, "Thaana"), (0x7C0, 0x7FF, "N'Ko"), (0x1E00, 0x1EFF, "Latin"), (0x1F00, 0x1FFF, "Greek"),
)  # fmt: skip
"""Blocks of letters of two bytes, and a few more. Letters before them are Latin, all others are left alone."""
_LATIN, _OTHERS, _PHONETIC = "Latin", "", "phonetic"
_LATIN_BESIDE = "əƏɓɗɔɛɖɲɣʋ"
"""Letters of Azerbaijani and of languages of Africa in the block of phonetic signs."""
_NO_SIGNS = re.compile("[\x80-\x9f¢¤¦¨¬¯¸˙˚˛˝\u01bb-\u01bf\u02bd-\u02ff]|[«»¡¿§©®±¶·¹²³´](?=[^\x00-\x7f])")
"""Signs that stand beside no letter of a name."""
_ALPHABETS = tuple(
    frozenset(letters)
    for letters in (
        "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿœßšžĳŀªºµ",  # of Western Europe
        "áäąâăćčçďđéęěëíîĺľłńňóôöőŕřśšşșťţțúůűüýźżžß",  # of Central Europe
        "āčēģīķļņōŗšūžąęėįųõäöüż",
        "çğıöşüâîûəñä",
        "ăâđêôơưàáãèéìíòóõùúýĩũ" + "".join(map(chr, range(0x1EA0, 0x1EFA))),
        "ċġħżàèìòù", "ŵŷâêîôûäëïöẁẃẅỳ", "ĉĝĥĵŝŭ", "áčđŋšŧžåäö", "ɓɗƙƴ", "ẹọṣńǹàáèéìíòóùúǎ", "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü",
        "ãẽĩõũỹñáéíóúýg̃", "çëê", "ɛɔŋŉɣƒɖʋɲɓɗƴàáâãèéêẽìíîĩòóôõùúûũ",
        "ǀǁǂǃàáâãéíĩóõúũ",
    )
)  # fmt: skip
"""The marked letters of languages, small ones."""
_WORDS = frozenset("àáâéèêìíòóôöøåæùúûüîıºªãõýăđơư") | {"çà"}
"""Words and initials of marked letters alone."""
_SIGNS = frozenset("°²³©®§¶×¿±¢«»·¼½¾µªº¹")
"""Signs that make a cell of their own, of units, rights and fractions. The bytes of ¬ and ÷ are rather the Chinese
names Lu and Mei."""
_BLANK = "\u00a0\u00ad"
"""Blanks and hyphens that a web page leaves in a cell alone."""
_ALONE = re.compile(r"(?:^|[,;|\t\"])([\x80-¢¤¦-¼¿-\u02ff]+)(?=$|[,;|\t\"\r\n])", re.MULTILINE)
"""A cell of marked letters or signs alone."""
_CELL = re.compile(r"[^,;|\t\"\r\n]+")
_PLAIN_LETTER = re.compile(r"[A-Za-z]")
_APART = re.compile(r"(?<![^\s\d])[\xa1-\xbf×÷ƒ]+(?!\S)")
_OF_UNITS = re.compile(r"(?<=\d)\s?([\xa1-\xbf×÷ƒ]+)(?!\S)")
"""Signs apart, and those behind a digit."""
_CAPITALIZED = re.compile("[Ά-ΏΑ-Ϋ][Ά-ώ]?|[Ѐ-Я][Ѐ-џ]?|[Ա-Ֆ][Ա-և]?")
"""A short name of Greek, Cyrillic or Armenian, without letters of old books."""
_PREFIX = re.compile(r"(?:Ma?c|D[ei]|L[ea]|O)(?=[^a-z])")
_SURE = 3
"""Letters of a script that are no chance."""


def out_of_place(texts: Iterable[str]) -> list[str]:
    """Return the words of a text with letters out of place; the texts hold all of its words beyond ASCII."""
    lines = list(texts)
    signs = {sign for line in lines for cell in _CELL.findall(line) for sign in _signs(cell)}
    words = {word for line in lines for word in _BETWEEN.split(_GLOTTAL.sub("", line)) if not word.isascii()} - signs
    cells = {cell for line in lines for cell in _ALONE.findall(line)}
    lone = set(filter(_is_no_cell, cells)) - signs
    scripts = {word: _scripts(word) for word in words}
    known = {one for word, found in scripts.items() if len(word) >= _SURE and len(found) == 1 for one in found}
    odd = {word for word, found in scripts.items() if _is_odd(word, found, known)}
    short = lone | set(filter(_is_short, odd))
    sound = [word for word in words - odd if not _is_short(word)] + [*(cells & _SIGNS)]
    # Beside enough words of the right form a short one is a word too.
    return sorted(odd - short | (short if len(short) >= len(sound) else set()))


def _signs(cell: str) -> list[str]:
    """The signs that stand apart among plain words, or behind a digit: punctuation and units."""
    if cell.isascii():
        return []
    apart = _APART.findall(cell)
    return apart if _PLAIN_LETTER.search(cell) else [*_OF_UNITS.findall(cell), *filter(_SIGNS.issuperset, apart)]


def _is_short(word: str) -> bool:
    """Whether a word may be chance: a few marked letters without a plain one."""
    return len(word) <= _SURE and not any(map(_is_sure, word))


def _is_no_cell(marked: str) -> bool:
    """Whether marked letters alone make no cell: an initial does, and so do some signs."""
    first = (_GLOTTAL.sub("", marked) or marked)[0]
    return len(marked) < _SURE and first == first.lower() and marked not in _SIGNS and bool(marked.strip(_BLANK))


def _is_odd(word: str, scripts: frozenset[str], known: set[str]) -> bool:
    if (
        _NO_SIGNS.search(word)
        or _has_loose_mark(word)
        or any(unicodedata.category(sign) in ("Cn", "Co") for sign in word)
    ):
        return True
    if scripts == {_LATIN}:
        return not _is_latin_word(word)
    if _OTHERS in scripts:
        # Full words of Chinese and the like stand beside ASCII, never beside ë.
        return any(not sign.isascii() and _script(sign) not in (_OTHERS, None) for sign in word)
    if not scripts:
        return False
    is_chance = len(word) < _SURE and scripts.isdisjoint(known) and not _CAPITALIZED.fullmatch(word)
    return len(scripts) > 1 or _is_mixed(word) or is_chance or _PHONETIC in scripts


def _is_latin_word(word: str) -> bool:
    """Whether a word has the marked letters of one language, with capitals in front alone.

    A short word of marked letters alone is a name, with a capital, or one of few words.
    """
    is_word = not _is_short(word) or word[0].isupper() or _small(word) in _WORDS
    return is_word and any(map(_marked(word).issubset, _ALPHABETS)) and not _is_mixed(word)


def _small(word: str) -> str:
    return unicodedata.normalize("NFC", word).lower().replace("i\u0307", "i")


def _marked(word: str) -> set[str]:
    """The marked letters of a word, small ones."""
    return {sign for sign in _small(word) if not sign.isascii() and sign.isalpha()}


def _is_sure(sign: str) -> bool:
    """Whether a letter is no chance: a plain one, or one of three bytes."""
    return sign.isalpha() and (sign.isascii() or sign >= "\u0800")


def _is_mixed(word: str) -> bool:
    """Whether a marked capital stands behind a small letter, but for names such as McÉwan."""
    pairs = pairwise(_PREFIX.sub("", word, count=1))
    return any(before.islower() and sign.isupper() and not sign.isascii() for before, sign in pairs)


def _has_loose_mark(word: str) -> bool:
    """Whether a combining mark of two bytes has no letter in front."""
    return any(_is_mark(sign) and not (before.isalpha() or _is_mark(before)) for before, sign in pairwise(f" {word}"))


def _is_mark(sign: str) -> bool:
    return sign < "\u0800" and unicodedata.category(sign) == "Mn"


def _scripts(word: str) -> frozenset[str]:
    return frozenset(script for script in map(_script, word) if script is not None)


def _script(sign: str) -> str | None:
    """The script of a letter; None for any other sign."""
    if not sign.isalpha():
        return None
    number = ord(sign)
    if number < _SCRIPTS[0][0] or sign in _LATIN_BESIDE:
        return _LATIN
    return next((name for first, last, name in _SCRIPTS if first <= number <= last), _OTHERS)
