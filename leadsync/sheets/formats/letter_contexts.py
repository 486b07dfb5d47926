"""Letters of Western Europe between their neighbours, to tell them from other letters of the same bytes. Pure.

Old encodings of Latin letters differ in a few of them: the byte of è in Windows-1252 is č in Windows-1250, the ø of
Denmark a Czech ř. A language has such a letter beside certain others only: è before a consonant and an e (Hélène), č
before a vowel or k (Kučera). Accents alike in all of these encodings, as é and ü, tell nothing.
"""

import re
from enum import Enum, auto

_VOWELS = "aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýÿœ"
_CONSONANTS = "bcdfghjklmnpqrstvwxzçñß"
_OPEN = re.compile(r"[àèìòùêûïñøåæãõçëâîœýþð]")
"""Letters with the bytes of others."""
_WESTERN = re.compile(
    # French, Italian: Hélène, Noblès, caffè, città, Niccolò
    r"è(?=(?:[bcdfgjlmnprstvz]|qu|g[nu]|[bcdfgptv][rl]|ch|th|ll|ss|tt)[eé]|[ls]?s\b)|(?<=[cfmrst])è\b|(?<=osu)è\b"
    r"|à\b|(?<=o)ù\b|(?<=[bdflmprst])ì\b|(?<=[bcdfglmnprstvz])ò\b|(?<=o)û|(?<=h)ûs"
    # Benoît, île, Château, Grâce, Vânia, Ângelo, sœur, Loïc, Zoë
    r"|(?<=[ao])î|\bî(?=l)|â(?=t)|(?<=r)â(?=ce)|â(?=[mn][bcdgptv]|n[i][ao]\b|mara|qu|ge\b)|(?<=w)â|(?<=sl)â(?=n)"
    rf"|œ(?=u)|(?<=[aeou])ï(?=[bcdfghlmnrstv])|(?<=[aeiou])ë|ë(?=[aou])|ç(?=[{_VOWELS}])|(?<=[{_VOWELS}])ç|(?<=n)ç\b"
    # Forêt, Chêne, Inês, Corrêa, Peña, João, Simões
    rf"|ê(?=(?:tr?|ch|n|m|v|l|r|qu)[eéiã]|ts?\b|s?\b|a)|ñ(?=[{_VOWELS}])|ã(?=[oe])|(?<=lh)ã\b|(?<=u)ã\b|õ(?=e)"
    # Jørgensen, Erlingøy, Sjøen, Kjær, Åse
    rf"|(?<![{_VOWELS}])ø(?=[{_CONSONANTS}]|\b)|ø(?=y)|(?<=j)ø|(?<=\bb)ø(?=e)|(?<=\bh)ø(?=eg)|\bø(?=iv)|(?<![{_VOWELS}])æ(?!stut)(?=[{_CONSONANTS}]|\b)|å"
)  # fmt: skip
"""The same letters beside others of their languages. (Kęstutis, of Lithuania, looks like a Danish name.)"""
ALPHABETS = [
    frozenset(letters)
    for letters in (
        "àâæçèéêëîïôœùûüÿ", "áéíóúüñç", "àáâãçéêíóôõúü", "àèéìíîòóùú", "åäæéöøü", "áàéèëïöüóâûú", "àçèéíïòóúü",
    )
]  # fmt: skip
"""French, Spanish, Portuguese, Italian, Nordic, Dutch, Catalan."""


class Sense(Enum):
    """The sense of a word in Windows-1252."""

    WESTERN = auto()
    """It has letters of other bytes elsewhere, and all of them beside letters of their languages."""
    ALIKE = auto()
    """Its letters are alike in other encodings, or have no likely others."""
    DOUBTED = auto()


def sense_of(word: str) -> Sense:
    """Tell a word's sense."""
    text = word.lower()
    places = [found.start() for found in _OPEN.finditer(text)]
    if not places:
        return Sense.ALIKE
    if not {found.start() for found in _WESTERN.finditer(text)}.issuperset(places):
        return Sense.DOUBTED
    marked = {letter for letter in text if not letter.isascii() and letter.isalpha()}
    return Sense.WESTERN if any(map(marked.issubset, ALPHABETS)) else Sense.DOUBTED
