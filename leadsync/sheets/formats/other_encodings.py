"""The encodings of words that make no sense in Windows-1252, by the letters of their languages. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from string import ascii_lowercase
from typing import NamedTuple
from unicodedata import combining

from leadsync.sheets.formats.letter_contexts import ALPHABETS


def _of(letters: str) -> Callable[[str], bool]:
    return frozenset(letters + ascii_lowercase).issuperset


def _in(*blocks: tuple[int, int]) -> Callable[[str], bool]:
    return lambda text: all(any(first <= ord(letter) <= last for first, last in blocks) for letter in text)


_WEST = [_of("".join(sorted(alphabet)) + "ß") for alphabet in ALPHABETS]
_CENTRE = [_of("áäčďéěíĺľňóôöŕřšťúůüýž"), _of("ąćęłńóśźż"), _of("áéíóöőúüű"), _of("ăâîşţ"), _of("čćđšž")]
_CYRILLIC, _GREEK = [_in((0x400, 0x4FF))], [_in((0x370, 0x3FF))]
_CHINESE = [_in((0x4E00, 0x9FFF))]


class Other(NamedTuple):
    """An encoding: its codec, and for each of its languages whether letters are all of that language."""

    codec: str
    languages: list[Callable[[str], bool]]


ENCODINGS = {
    "mac-roman": Other("mac_roman", _WEST),
    "cp850": Other("cp850", _WEST),
    "windows-1250": Other("cp1250", _CENTRE),
    "iso8859-2": Other("iso8859_2", _CENTRE),
    "windows-1254": Other("cp1254", [_of("çğıi̇öşüâî")]),
    "windows-1257": Other("cp1257", [_of("āčēģīķļņšūž"), _of("ąčęėįšųūž"), _of("äõöüšž")]),
    "windows-1251": Other("cp1251", _CYRILLIC),
    "windows-1253": Other("cp1253", _GREEK),
    "koi8-r": Other("koi8_r", _CYRILLIC),
    "cp866": Other("cp866", _CYRILLIC),
    "windows-1255": Other("cp1255", [_in((0x5D0, 0x5EA))]),
    "windows-1256": Other("cp1256", [_in((0x600, 0x6FF))]),
    "shift_jis": Other("cp932", [_in((0x3005, 0x30FF), (0x4E00, 0x9FFF), (0xFF61, 0xFF9F))]),
    "gb18030": Other("gb18030", _CHINESE),
    "big5": Other("big5", _CHINESE),
    "cp949": Other("cp949", [_in((0xAC00, 0xD7A3))]),
    "windows-874": Other("cp874", [_in((0xE01, 0xE5B))]),
    "iso8859-15": Other("iso8859_15", [_of("àâæçèéêëîïôœùûüÿšžáíóúñãõåäöø")]),
    "windows-1258": Other("cp1258", [_of("ăâđêôơưáàéèíóúùãảạ\u0300\u0301\u0303\u0309\u0323")]),
    "cp852": Other("cp852", _CENTRE),
    "mac-latin2": Other("mac_latin2", _CENTRE),
}
"""By usual names, the commonest of equals first."""
_VOWELS = frozenset("aăâeêioôơuưy")
"""Letters below the marks of Vietnamese."""
_MOST_NAMED = 3
_MOST_LETTERS = 3
_ENOUGH = 0.7


def encodings_of(words: Sequence[str]) -> list[str]:
    """The encodings in which words, read as Windows-1252, make the most sense; none if they make none anywhere."""
    shares = {name: _share(words, other) for name, other in ENCODINGS.items()}
    best = max(shares.values())
    return [name for name, share in shares.items() if share >= max(best, _ENOUGH)][:_MOST_NAMED]


def has_sense(word: str) -> bool:
    """Whether a word read as Windows-1252 has the letters of one language in another encoding."""
    return any(
        (text := _letters(word, other.codec)) and any(has(text) for has in other.languages)
        for other in ENCODINGS.values()
    )


def other_letters(words: Iterable[str], name: str) -> list[tuple[str, str]]:
    """The commonest letters of words read as Windows-1252, each with the one that an encoding has instead.

    Bytes without a sign there, or with a control character, tell nothing.
    """
    found: Counter[tuple[str, str]] = Counter()
    for word in words:
        other = word.encode("cp1252", "surrogateescape").decode(ENCODINGS[name].codec, "replace")
        if len(other) == len(word):
            pairs = zip(word, other, strict=True)
            found.update((one, two) for one, two in pairs if one != two and two != "\ufffd" and two.isprintable())
    # Without a number: with one it loads a module, and a confined process can load nothing.
    return [pair for pair, _ in found.most_common()[:_MOST_LETTERS]]


def _share(words: Sequence[str], other: Other) -> float:
    """The greatest share of words that one language of an encoding has."""
    texts = [_letters(word, other.codec) for word in words]
    return max(sum(text != "" and has(text) for text in texts) for has in other.languages) / max(len(words), 1)


def _letters(word: str, codec: str) -> str:
    """A word's small letters and its signs beyond ASCII; empty for a text without sense, or the same word."""
    try:
        text = word.encode("cp1252", "surrogateescape").decode(codec)
    except UnicodeDecodeError:
        return ""
    if text == word:
        return ""
    if not text.isupper() and any(first.isalpha() and second.isupper() for first, second in pairwise(text)):
        return ""
    if text[0].islower() and not text[0].isascii():
        return ""  # names begin with capitals
    if any(combining(sign) and before.lower() not in _VOWELS for before, sign in pairwise(f" {text}")):
        return ""
    return "".join(sign for sign in text.lower() if sign.isalpha() or not sign.isascii())
