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
    "|".join(
        (
            # Hélène, Noblès, Bascapè, Mosè, Agliè, Èric, Eugènia, Gillièron
            r"è(?=(?:[bcdfgjlmnprstvz]|qu|g[nu]|[bcdfgptv][rl]|pv|ph|ch|th|ll|ss|tt)[eé]|[ls]?s\b|[lrgbpvx][iau])",
            r"è(?=ron\b|nia\b|tua\b|lgi|pvr)|\bè(?=[rlvnt][iao])|(?<=j)è(?=n\b)",
            r"(?<=[bcdfghlmnprstvz])è\b|(?<=gli)è\b|(?<=su)è\b|(?<=\b[hr]o)è\b|(?<=\bfa)è\b|(?<=\bfi)è\b",
            # Gràcia, Cefalù, Viggiù, Mondovì, Niccolò, Muggiò, Òscar, Mònica, Vinaròs
            r"à|(?<=o)ù\b|(?<=[dtmzi])ù\b|(?<=rr)ù\b|(?<=[ae]l)ù\b|(?<=[bdfglmnprstvz])ì\b",
            r"(?<=[bcdfglmnprstvz])ò\b|(?<=[cdgn]i)ò\b|\bò(?=[bcdlmprstv])|ò(?=[bdfglnprtv][aeiou]|[mcs]\w|s\b)",
            # Benoît, île, Nîmes, Château, Mâcon, Fryslân, Brûlé, Bû, Wûnseradiel
            r"(?<=[ao])î|\bî(?=l)|î(?=m|l|t[er]|n[eé])|(?<=w)â|(?<=r)â(?=[cnt])|â(?=[bcfgptvxy]|[lmr][aeou]|s[es]|s\b)",
            r"â(?=[mn][bcdegptvz]|n\b|ni?[aco]|nea|qu)|(?<=o)û|(?<=h)ûs|û(?=[lr])|(?<=\b[bl])û\b|(?<=br)û\b",
            r"(?<=\b[wmkb])û(?=[nbt])",
            # sœur, Schœneck, Loïc, Zoë, François
            rf"œ(?=u)|\bœ(?=t)|(?<=[{_CONSONANTS}])œ|(?<=[aeou])ï(?=[bcdfghlmnrstvx])|(?<=[aeiou])ë|ë(?=[aou])",
            rf"ç(?=[{_VOWELS}])|(?<=[{_VOWELS}])ç|(?<=n)ç\b",
            # Forêt, Chêne, Inês, Corrêa, Florência, Peña, João, Simões, Maracanã
            rf"ê(?=(?:tr?|ch|v|qu)[eéiã]|[nmrl]|ts?\b|s?\b|a)|ñ(?=[{_VOWELS}hg])",
            r"ã(?=[oe]|i?s\b|ss)|(?<![clg])ã\b|(?<=eg)ã\b|õ(?=e)",
            # Jørgensen, Erlingøy, Sjøen, Kjær, Åse, Harboøre
            rf"(?<![{_VOWELS}])ø(?=[{_CONSONANTS}]|\b)|ø(?=y)|(?<=j)ø|(?<=\bb)ø(?=e)|(?<=\bh)ø(?=eg)|\bø(?=iv)",
            rf"(?<=o)ø(?=r)|(?<=[gt]r)ø(?=[ai])|(?<![{_VOWELS}])æ(?!stut)(?=[{_CONSONANTS}]|\b)|å",
            # Þór, Steinþór, Guðrún, Friðrik, Eiður, Hörður, Garðar, Dagný, Ýr
            r"\bþ(?=[óo]r|ur[íi]|rá)|æ(?=[þð])|(?<=[æðfy])þ(?=ór)|(?<=[nrl])þ(?=[óo]r|ing|ur)|(?<=gu)ð(?=[mrnjl])|(?<=[efhr]i)ð|(?<=ey)ð",
            r"(?<=[aáeoöøu]r)ð(?=[aiuf])|(?<=sta)ð(?=ir|ur)|(?<=[áíóúý])ð|ð(?=[áíúý])|(?<=au)ð",
            # Jõgi, Võru, Põld, Nõmme, Tõnu, Lõhmus; Gëzim, Përmet, Bardhë, Durrës, Shkodër, Kukës, Pejë
            r"(?<=[jvp])õ(?=[dghilnrst])|õ(?=[iuoõ])|(?<=õ)õ|(?<=[nt])õ(?=[mn])|(?<=[rl])õ(?=[hn])|(?<=m)õ(?=[it])",
            r"(?<=\bg)ë|(?<=\b[bcdgkptv])ë(?=r)|(?<=[hjz])ë|(?<=rr)ë|(?<=ll)ë|ë(?=[rlnmt]\b|z)|(?<=[iu]k)ës|(?<=rb)ës|\bë(?=n)",
            r"(?<=[oi]v)ë\b|(?<=ic)ë\b|(?<=[rl]ç)ë\b|(?<=sk)ë(?=n)|(?<=[jl])ç\b",
            r"(?<=n)ý(?=\b|s)|ý(?=rd?\b|s)|(?<=[hm])ý",
            # Ffïon, Gwenllïan; Ùisdean, Iùdaina, Diùra; Mirèio; Lëtzebuerg, Pëtrus
            r"(?<=ff)ï(?=on)|(?<=ll)ï(?=[ao])|\bù(?=is|na|rn)|(?<=i)ù(?=[drn])|(?<=r)è(?=io)|(?<=\bl)ë(?=tz)|(?<=p)ë(?=tr)",
        )
    )
)
"""The same letters beside others of their languages. (Kęstutis, of Lithuania, looks like a Danish name.)"""
ALPHABETS = [
    frozenset(letters)
    for letters in (
        "àâæçèéêëîïôœùûüÿ", "áéíóúüñç", "àáâãçéêíóôõúü", "àèéìíîòóùú", "åäæéöøü", "áàéèëïöüóâûú", "àçèéíïòóúü",
        "áéíóúýðþæö", "áíóúýæðø", "äõöüšž",
    )
]  # fmt: skip
"""French, Spanish, Portuguese, Italian, Nordic, Dutch, Catalan, Icelandic, Faroese, Estonian; Albanian has ë and ç."""


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
