"""Format codes of numbers and texts, taken apart. Pure. Source: ECMA-376 part 1, 18.8.31.

A code has up to three parts for numbers, and one for texts: the fourth, or a last one with `@`. Digits in front of the
places stand for themselves, as in `+61 0`. Fractions, exponents, dates, figures of other scripts and fillings of a
column's width are not understood.
"""

import operator
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

GENERAL, TEXT = "general", "@"
_PLAIN = ("", GENERAL, TEXT)
_PLACES = ("0", "#", "?")
_TOKEN = re.compile(
    r'"(?P<text>[^"]*)"|\\(?P<sign>.)|_(?P<blank>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>(?i:General))|(?P<figure>[0#?.,%;@])|(?P<plain>[-+$ ():^&'~{}<>=1-9\u00a0-\uffff])",
    re.DOTALL,
)
"""Upper and lower case are told apart: k and s fold to signs beyond ASCII, and unquoted letters are unknown."""
_UNIT = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]|.', re.DOTALL)
"""A code is taken apart at its semicolons, whatever its other signs: dates have parts for texts too."""
_PARTS = 4
_COLOUR = re.compile(r"black|blue|cyan|green|magenta|red|white|yellow|colou?r ?\d{1,2}", re.IGNORECASE)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d{1,15}(?:\.\d{1,15})?)")
_CURRENCY = re.compile(
    r"\$([^-]*)(?:-(?:(?:(?:0?[01])?[0-9A-F]{2})?[0-9A-F]{1,4}|[A-Z]{2,3}(?:-[A-Z]+)*))?", re.IGNORECASE
)
"""A currency's sign and a language. Of a language's eight digits the first two choose figures: 00 and 01 are ours."""
_MEANINGS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
# The most that Excel takes for a format code.
_LONGEST = 255
_MOST_REMEMBERED = 1_024


class Section(NamedTuple):
    """A part of a code: pieces that stand as they are, and among them places for digits (`0`, `#`, `?`).

    `whole` and `decimals` are the places' indices before and behind the decimal point, whose index is `point`; that is
    the end without one. `thousands` counts the commas to scale by. `code` is the part as it stands in the
    whole code, of `shown_sections` alone.
    """

    pieces: tuple[str, ...]
    whole: tuple[int, ...]
    decimals: tuple[int, ...] = ()
    point: int = 0
    condition: tuple[str, Decimal] | None = None
    is_general: bool = False
    is_percent: bool = False
    is_grouped: bool = False
    thousands: int = 0
    code: str = ""

    def fits(self, number: Decimal) -> bool:
        """Whether the number meets the condition, if there is one."""
        return self.condition is None or _MEANINGS[self.condition[0]](number, self.condition[1])


class _Unknown(Exception):  # noqa: N818 - answered within this module
    """A part of the code is not understood."""


def is_plain(code: str) -> bool:
    """Whether a number under this code is shown by its plain digits."""
    return code.strip().lower() in _PLAIN


@lru_cache(_MOST_REMEMBERED)
def sections_of(code: str) -> tuple[Section, ...]:
    """Return the parts of a code for numbers; none if one of them is unknown."""
    if is_plain(code):
        return (Section((GENERAL,), (0,), point=1, is_general=True),)
    parts: list[list[tuple[str, str]]] = [[]]
    place = 0
    while place < len(code):
        token = _TOKEN.match(code, place)
        if token is None or token.lastgroup is None or len(code) > _LONGEST:
            return ()
        place = token.end()
        if token["figure"] == ";":
            parts.append([])
        else:
            parts[-1].append((token.lastgroup, token[token.lastgroup]))
    if len(parts) > 1 and ("figure", TEXT) in parts[-1]:
        del parts[-1]
    try:
        return tuple(map(_section, parts[:3]))
    except _Unknown:
        return ()


@lru_cache(_MOST_REMEMBERED)
def shown_sections(code: str) -> tuple[Section, ...]:
    """Return the parts of a code for numbers; one that is not understood, as of a date, shows its own text."""
    if known := sections_of(code):
        return known
    parts = _split(code)
    if len(parts) > 1 and TEXT in _UNIT.findall(parts[-1]):
        del parts[-1]
    return tuple(_shown_section(part)._replace(code=part) for part in parts[:3])


def _shown_section(part: str) -> Section:
    if not part.strip():
        return Section((), ())
    brackets = [unit[1:-1] for unit in _UNIT.findall(part) if unit[0] == "["]
    return next(iter(sections_of(part)), Section((part,), (), condition=_condition(brackets)))


def _split(code: str) -> list[str]:
    """Take a code apart at its semicolons."""
    parts = [""]
    for unit in _UNIT.findall(code):
        parts[-1] += unit if unit != ";" else ""
        parts += [""] if unit == ";" else []
    return parts


@lru_cache(_MOST_REMEMBERED)
def text_pieces(code: str) -> tuple[str | None, ...] | None:
    """Return the pieces shown for a text, with None in place of the text itself; None if the code is not understood.

    A code without a part for texts shows them as they are.
    """
    parts = _split(code)
    part = parts[min(len(parts), _PARTS) - 1]
    tokens = list(_TOKEN.finditer(part))
    if len(parts) < _PARTS and all(token["figure"] != TEXT for token in tokens):
        return (None,)
    if sum(len(token[0]) for token in tokens) < len(part):
        return None
    try:
        return tuple(_text_piece(str(token.lastgroup), token[str(token.lastgroup)]) for token in tokens)
    except _Unknown:
        return None


def section_for(number: Decimal, sections: tuple[Section, ...]) -> tuple[Section | None, Decimal]:
    """Return the part of a code for a number, and the number as it is shown there; None where programs differ."""
    if not sections:
        return None, number
    if any(section.condition for section in sections):
        # Programs differ in the sign of a negative number under conditions.
        if number < 0 or sections[0].condition is None:
            return None, number
        # Behind a first condition, a second part without one is that of negative numbers.
        is_second_negative = len(sections) > 2 and sections[1].condition is None
        others = (sections[0], sections[2]) if is_second_negative else sections
        return next((section for section in others if section.fits(number)), None), number
    if number < 0 and len(sections) > 1:
        return sections[1], -number
    return sections[2 if number == 0 and len(sections) > 2 else 0], number


def _section(tokens: list[tuple[str, str]]) -> Section:
    pieces: list[str] = []
    places: list[int] = []
    points: list[int] = []
    commas: list[int] = []
    for kind, text in tokens:
        if kind == "general" or (kind == "figure" and text in _PLACES):
            places.append(len(pieces))
        elif kind == "figure" and text == ".":
            points.append(len(pieces))
        elif kind == "figure" and text == ",":
            commas.append(len(pieces))
        elif kind == "plain" and text.isdigit() and places:
            raise _Unknown  # among a number's own digits
        if (piece := _piece(kind, text)) is not None:
            pieces.append(piece)
    is_general = any(kind == "general" for kind, _ in tokens)
    if len(points) > 1 or (is_general and (points or commas or len(places) > 1)):
        raise _Unknown
    point = points[0] if points else len(pieces)
    section = Section(
        tuple(pieces),
        tuple(place for place in places if place < point),
        tuple(place for place in places if place > point),
        point,
        _condition([text for kind, text in tokens if kind == "bracket"]),
        is_general,
        ("figure", "%") in tokens,
    )
    return _with_commas(section, commas)


def _piece(kind: str, text: str) -> str | None:
    """The text of a token where it stands for itself, or a place for a digit; None for any other."""
    if kind == "bracket":
        return _sign(text)
    if kind == "blank":
        return " "
    if kind == "fill":
        if not text.isspace():
            raise _Unknown  # the column's width says how often it is repeated
        return None
    if kind == "figure" and text == TEXT:
        raise _Unknown
    return None if kind == "figure" and text == "," else text


def _text_piece(kind: str, text: str) -> str | None:
    """The text of a token in the part for texts; None for the text itself."""
    if kind == "general" or (kind == "figure" and text == TEXT):
        return None
    if kind == "figure":
        raise _Unknown
    return _piece(kind, text) or ""


def _sign(bracket: str) -> str:
    """The currency's sign in a bracket; empty for a colour, a condition or a language."""
    if match := _CURRENCY.fullmatch(bracket):
        return match[1]
    if _COLOUR.fullmatch(bracket) or _CONDITION.fullmatch(bracket):
        return ""
    raise _Unknown


def _condition(brackets: list[str]) -> tuple[str, Decimal] | None:
    found = [match for match in map(_CONDITION.fullmatch, brackets) if match]
    return (found[0][1], Decimal(found[0][2])) if found else None


def _with_commas(section: Section, commas: list[int]) -> Section:
    """Take a comma between two places for one of thousands, and one behind the last for a scale."""
    last = max((*section.whole, *section.decimals), default=0)
    for comma in commas:
        if not section.whole or comma <= section.whole[0] or section.point < comma <= last:
            raise _Unknown
        if comma > section.whole[-1]:
            section = section._replace(thousands=section.thousands + 1)
        else:
            section = section._replace(is_grouped=True)
    return section
