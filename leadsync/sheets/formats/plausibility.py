"""The plausibility of a text as Windows-1252, by its words with letters beyond ASCII. Pure.

Every text of another Latin encoding can be read so, but its letters become signs or capitals inside words: `RenŽe` is
`Renée` of a Macintosh, `Jos‚` is `José` of DOS. A word of another script has marked letters alone: `Èâàí` is `Иван`.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

OTHER_ENCODINGS = {"mac-roman": "mac_roman", "cp850": "cp850"}
"""Old encodings of Latin letters, with Python's names."""
_OTHER_SCRIPTS = ["windows-1251", "windows-1253"]
"""Cyrillic and Greek, the commonest."""
_WORD = re.compile(r"[^\s,;|\"()<>/]*[^\x00-\x7f][^\s,;|\"()<>/]*")
_LETTER = r"[^\W\d_ªº]"
_SMALL = "[a-zß-öø-ÿšžœ]"
_ODD = re.compile(
    rf"(?<={_LETTER})[€‚„†‡ˆ‰‹›”•˜¡¢£¤¥§¨ª«¬¯±¶»¿](?={_LETTER})"  # a sign inside a word
    rf"|(?<={_SMALL})[‚„ˆ‰‘˜¡¢¤¥¬¯¿](?!\w)"  # an opening mark or a currency at its end
    rf"|(?<={_SMALL})[ŠŽŸÀ-ÖØ-Þ](?={_SMALL}|\b)"  # a capital behind a small letter
    rf"|(?<={_LETTER})[ŠŽŸ](?={_SMALL})"
)
_OTHER_SCRIPT = re.compile(rf"(?<!{_LETTER})[ŠšŽžŸŒœÀ-ÖØ-öø-ÿ]{{4,}}(?!{_LETTER})")
_MARKED_LETTER = re.compile(r"[ŠšŽžŸŒœÀ-ÖØ-öø-ÿ]")
_QUOTED = re.compile("‚[^‚‘]*‘")
"""A German quotation: its last mark opens one elsewhere."""
_MOST_WORDS = 1_000


class Plausibility(NamedTuple):
    """The number of words that make no sense in a text, the first of them, and the number of those that do."""

    odd: int
    odd_words: tuple[str, ...]
    sound: int

    @property
    def is_foreign(self) -> bool:
        """Whether most words make no sense."""
        return self.odd > self.sound

    @property
    def encodings(self) -> list[str]:
        """The encodings with sense in each of these words; all of them if none is so."""
        if all(map(_OTHER_SCRIPT.search, self.odd_words)):
            return _OTHER_SCRIPTS
        fitting = [
            name for name, codec in OTHER_ENCODINGS.items() if all(_fits(word, codec) for word in self.odd_words)
        ]
        return fitting or list(OTHER_ENCODINGS)


def plausibility(texts: Iterable[str]) -> Plausibility:
    """Judge a text read as Windows-1252, piece by piece."""
    odd = sound = 0
    words: list[str] = []
    for text in texts:
        if text.isascii():
            continue
        for word in _WORD.findall(_QUOTED.sub(_without_marks, text)):
            if _ODD.search(word) or _OTHER_SCRIPT.search(word):
                odd += 1
                words += [word] if len(words) < _MOST_WORDS else []
            else:
                sound += _MARKED_LETTER.search(word) is not None
    return Plausibility(odd, tuple(words), sound)


def _without_marks(quoted: re.Match[str]) -> str:
    # Behind a letter, as in Jos‚, the first mark is a letter of DOS.
    return quoted[0] if quoted.start() and quoted.string[quoted.start() - 1].isalpha() else quoted[0][1:-1]


def _fits(word: str, codec: str) -> bool:
    text = word.encode("cp1252").decode(codec)
    return not _ODD.search(text) and all(letter.isascii() or letter.isalpha() for letter in text)
