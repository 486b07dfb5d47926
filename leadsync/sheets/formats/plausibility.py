"""The plausibility of a text as Windows-1252, by its words with letters beyond ASCII. Pure.

Every text of another Latin encoding can be read so, but its letters become signs or capitals inside words: `RenŽe` is
`Renée` of a Macintosh, `Jos‚` is `José` of DOS. A word of another script has marked letters alone: `Èâàí` is `Иван`.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from leadsync.sheets.formats.letter_contexts import ALPHABETS, Sense, sense_of
from leadsync.sheets.formats.other_encodings import encodings_of, has_sense

_WORD = re.compile(r"[^\s,;|\"()<>/]*[^\x00-\x7f][^\s,;|\"()<>/]*")
_LETTER = r"[^\W\d_ªº]"
_SMALL = "[a-zß-öø-ÿšžœ]"
_NEVER_LETTERS = "€‚„“†‡ˆ‰‹›”•˜¡¢£¤¥§¨ª«¬¯±¶»¿¹³¼½¾¦¸ƒ\udc81\udc8d\udc8f\udc90\udc9d"
_NEVER_BESIDE = "ƒˆ˜¤¥¦¨¬¯±¶¸¹¼½¾\udc81\udc8d\udc8f\udc90\udc9d"
_ODD = re.compile(
    rf"(?<={_LETTER})[{_NEVER_LETTERS}](?={_LETTER})"  # a sign inside a word
    rf"|(?<={_LETTER})[{_NEVER_BESIDE}]|[{_NEVER_BESIDE}£»ª](?={_LETTER})|[¿º](?={_SMALL})"  # at its edge
    rf"|(?<={_LETTER})(?<!^m)(?<![\W\d_]m)(?<![cdkm]m)³|(?<={_LETTER}{{4}})[ªº]"  # but m³, Mª
    rf"|(?<={_SMALL})[‚„ˆ‰‘˜¡¢¤¥¬¯¿](?!\w)"  # an opening mark or a currency at its end
    rf"|(?<={_SMALL})(?!(?<=\b[htn])[ÁÉÍÓÚ])[ŠŽŸÀ-ÖØ-Þ](?={_SMALL}|\b)"  # a capital behind a small letter, but hÉ
    rf"|(?<={_LETTER})[ŠŽŸ](?={_SMALL})"
    r"|¤|[¢£¥-ª¬-º»-¾×÷‰](?=[À-ÖØ-öø-ÿ])|(?<=[À-ÖØ-öø-ÿ])[¡-§¨«¬¯±³µ-¹¼-¿×÷]|[¢-ª¬-º¼-¾×÷]{2}"
    r"|(?<=[‘’“”„–—•])[†‡‰ƒˆ˜‹]|[•–—ƒ†‡][\\@`]"  # halves of one character
)
_OTHER_SCRIPT = re.compile(rf"(?P<run>[ŠšŽžŸŒœÀ-ÖØ-öø-ÿ]{{3,}})|(?<!{_LETTER})[ŠšŽžŸŒœÀ-ÖØ-öø-ÿ]{{2,}}(?!{_LETTER})")
"""Three marked letters together, or a word of such letters alone."""
_MARKED_LETTER = re.compile(r"[ŠšŽžŸŒœÀ-ÖØ-öø-ÿ]")
_QUOTED = re.compile("‚[^‚‘]*‘")
"""A German quotation: its last mark opens one elsewhere."""
_FEWEST_PLAIN = 2
_BRIEF = 2
_MOST_WORDS = 1_000
_MOST_KNOWN = 100_000
_FEW_LETTERS = [frozenset(letters) for letters in ("äõöüšž", "ëçšž", "áíóúýæðø")]
"""Estonian, Albanian and Faroese: their letters stand beside many others, and no file of another language has these
alone for long."""
_DOUBTS_PER_WESTERN = 4
_WESTERN_PER_DOUBT = 3
"""With fewer surely Western words for each doubted one, another language's words may be among them."""


class Plausibility(NamedTuple):
    """The different words of a text with letters or signs beyond ASCII, by their sense.

    `odd` words make no sense, `doubted` ones make more in another encoding. `sound` counts all others with such
    letters, `western` those of them with no other sense.
    """

    odd: tuple[str, ...] = ()
    doubted: tuple[str, ...] = ()
    sound: int = 0
    western: int = 0
    letters: frozenset[str] = frozenset()
    """The marked letters of all but odd words, small ones."""

    @property
    def is_foreign(self) -> bool:
        """Whether most words make no sense."""
        return len(self.odd) > self.sound

    @property
    def wrong(self) -> tuple[str, ...]:
        """The words for a person to look at."""
        doubts = len(self.doubted)
        is_sure = doubts * _WESTERN_PER_DOUBT <= self.western or (
            not self.odd
            and any(map(self.letters.issubset, _FEW_LETTERS))
            and (doubts <= self.western * _DOUBTS_PER_WESTERN)
        )
        return self.odd if is_sure else (*self.odd, *self.doubted)

    @property
    def encodings(self) -> list[str]:
        """The names of the encodings in which these words make the most sense; none if they make none anywhere."""
        return encodings_of(self.wrong[:_MOST_WORDS])


def plausibility(texts: Iterable[str]) -> Plausibility:
    """Judge a text read as Windows-1252, piece by piece."""
    known: set[str] = set()
    senses: dict[Sense | None, list[str]] = {None: [], **{sense: [] for sense in Sense}}
    for text in texts:
        if text.isascii():
            continue
        words = set(_WORD.findall(_QUOTED.sub(_without_marks, text))) - known
        for word in sorted(words):
            if _ODD.search(word) or _is_of_other_script(word):
                senses[None].append(word)
            elif _MARKED_LETTER.search(word):
                senses[_sense(word, len(senses[Sense.DOUBTED]))].append(word)
        known |= words if len(known) < _MOST_KNOWN else set()
    odd, doubted = tuple(senses[None]), tuple(senses[Sense.DOUBTED])
    western = len(senses[Sense.WESTERN])
    sound = [*senses[Sense.WESTERN], *senses[Sense.ALIKE]]
    # The Estonian Öö, beside surely Western words; beside others it is a word of another script.
    brief = tuple(word for word in odd if _is_brief(word))
    others = tuple(word for word in odd if word not in brief)
    found = _judged(others, (*doubted, *brief), sound, western)
    return found if brief and not found.wrong else _judged(odd, doubted, sound, western)


def _judged(odd: tuple[str, ...], doubted: tuple[str, ...], sound: list[str], western: int) -> Plausibility:
    letters = frozenset(_MARKED_LETTER.findall("".join((*sound, *doubted)).lower()))
    return Plausibility(odd, doubted, len(sound), western, letters)


def _is_brief(word: str) -> bool:
    """Whether a word is a name of two marked letters of one language."""
    letters = set(word.lower())
    return len(word) == _BRIEF and word.istitle() and any(map(letters.issubset, ALPHABETS))


def _sense(word: str, doubted: int) -> Sense:
    """A word's sense; without sense anywhere else it is Western."""
    sense = sense_of(word)
    is_asked = sense is Sense.DOUBTED and doubted < _MOST_WORDS
    return Sense.WESTERN if is_asked and not has_sense(word) else sense


def _is_of_other_script(word: str) -> bool:
    """Whether marked letters stand as those of another script do; some stand together in one language, as in Ñáñez."""
    found = _OTHER_SCRIPT.search(word)
    if found is None:
        return False
    run = (found["run"] or "").lower()
    plain = sum(letter.isascii() and letter.isalpha() for letter in word)
    return not run or plain < _FEWEST_PLAIN or not any(map(set(run).issubset, ALPHABETS))


def _without_marks(quoted: re.Match[str]) -> str:
    # Behind a letter, as in Jos‚, the first mark is a letter of DOS.
    return quoted[0] if quoted.start() and quoted.string[quoted.start() - 1].isalpha() else quoted[0][1:-1]
