"""Numbers and texts as a spreadsheet program shows them under a format code. Pure.

A number that names a lead comes back only if no digit of it is lost. `#,##0` and `"CUST-"00000` lose none. Rounded,
scaled and hidden numbers name something else.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from itertools import chain

from leadsync.sheets.formats.format_codes import Section, section_for, sections_of, shown_sections, text_pieces

LARGEST_EXACT = 10**15
"""From here on a number has more than a spreadsheet program's 15 digits; the rest have become zeros."""
_NO_DIGITS = re.compile(r"[^0-9]+")
_OTHER_NUMBER = re.compile(r"\dE[+-]?\d|%")
_FRACTION = re.compile(r"([#0][#0,]*) +\?+/(?:\?+|[1-9]\d*)")
_MOST_REMEMBERED = 1_024
_UNSHOWN_ZERO = {"0": "0", "?": " ", "#": ""}
"""Places without a digit."""
_ALL_DIGITS = Context(prec=1000)
"""Digits enough for the largest number with all decimals of a format."""


def shown(value: float, code: str) -> str | None:
    """Return a number's text without outer blanks; None for an unknown code or one that hides digits of the number."""
    if abs(value) >= LARGEST_EXACT:
        return None
    if value and value == int(value) and (fraction := _FRACTION.fullmatch(code)):
        code = fraction[1]  # blanks stand in place of a whole number's fraction
    section, number = section_for(Decimal(f"{value:.15g}"), sections_of(code))
    if section is None:
        return None
    if not (section.whole or section.decimals):
        return "".join(section.pieces).strip() if number == 0 else None
    text, rounded = _filled(number, section)
    return text.strip() if rounded == number else None


def word_shown(value: float, code: str) -> str | None:
    """Return the text that a part of a code shows in place of a number; None if it shows the number, or signs alone.

    Empty if the code has words, and no part that programs agree on for this number. A dash in place of 0 is the look of
    an amount, with its currency or unit beside it or without.
    """
    if not shows_words(code):  # nearly all codes
        return None
    sections = sections_of(code)
    section, _ = section_for(Decimal(f"{value:.15g}"), sections)
    if section is None:
        return ""
    return "".join(section.pieces).strip() if _is_word(section, sections) else None


@lru_cache(_MOST_REMEMBERED)
def shows_words(code: str) -> bool:
    """Whether a part of a code shows a text in place of a number."""
    sections = sections_of(code)
    return any(_is_word(section, sections) for section in sections)


def _is_word(section: Section, sections: tuple[Section, ...]) -> bool:
    """Whether a part has no place for a digit, and words other than those beside the digits of another part."""
    if section.whole or section.decimals:
        return False
    units = {_words(_own_pieces(other)) for other in sections if other.whole or other.decimals}
    return (words := _words(chain.from_iterable(section.pieces))) != "" and words not in units


def _words(signs: Iterable[str]) -> str:
    """The letters and pictures, such as a tick, among signs."""
    return "".join(sign for sign in signs if sign.isalpha() or unicodedata.category(sign) == "So")


def shown_text(text: str, code: str) -> str | None:
    """Return a text as its cell shows it, without outer blanks; None for an unknown code, or one that shows nothing."""
    if (pieces := text_pieces(code)) is None:
        return None
    return "".join(text if piece is None else piece for piece in pieces).strip() or None


@lru_cache(_MOST_REMEMBERED)
def changes_text(code: str) -> bool:
    """Whether a text is shown otherwise than as it is."""
    pieces = text_pieces(code)
    return pieces is None or [piece for piece in pieces if piece is None or piece.strip()] != [None]


@lru_cache(_MOST_REMEMBERED)
def hides(code: str) -> bool:
    """Whether nothing is shown of some numbers, be it of 0 alone."""
    return any(not _visible(_filled(Decimal(), section)[0]) for section in shown_sections(code))


def shows_no_digits(code: str) -> bool:
    """Whether all numbers are shown as the same texts, or not at all."""
    sections = sections_of(code)
    return bool(sections) and not any(section.whole or section.decimals for section in sections)


def is_hidden(value: float, code: str) -> bool:
    """Whether nothing is shown of a number: its part of the code is blank, or has places only for digits it lacks."""
    if not hides(code):  # of nearly all codes
        return False
    section, number = section_for(Decimal(f"{value:.15g}"), shown_sections(code))
    return section is not None and not _visible(_filled(number, section)[0])


def _visible(text: str) -> str:
    """A text without blanks; a decimal point alone is not shown in all programs."""
    return text.strip().strip(".")


def may_alter(code: str) -> bool:
    """Whether some numbers are hidden, or are shown as others: with letters, more digits, or scaled."""
    return hides(code) or any(
        section.is_percent
        or section.thousands
        or not (section.whole or section.decimals)
        or sum(section.pieces[place] == "0" for place in section.whole) > 1
        or any(map(str.isalnum, _own_pieces(section)))
        for section in sections_of(code)
    )


def alters(number: Decimal, code: str, own: str) -> bool:
    """Whether a number is shown as another one than `own`, its text under another format.

    Separators, signs and the number of decimals are looks, and so is a sign in place of 0.
    """
    section, number = section_for(number, sections_of(code))
    if section is None:
        return False
    if section.is_percent or section.thousands:
        return bool(section.thousands) or not own.endswith("%")
    text, rounded = _filled(number, section)
    seen = _letters(text)
    return seen not in (_letters(f"{rounded:f}"), _letters(own)) and (seen != "" or number != 0)


def _own_pieces(section: Section) -> Iterator[str]:
    """The signs of a part that stand for themselves."""
    places = {*section.whole, *section.decimals}
    return chain.from_iterable(piece for at, piece in enumerate(section.pieces) if at not in places)


def _letters(text: str) -> str:
    """The letters and digits of a text, with the point in front of decimals other than 0."""
    whole, point, decimals = "".join(sign for sign in text if sign.isalnum() or sign == ".").partition(".")
    return f"{whole or '0' * bool(point)}.{decimals.rstrip('0')}".rstrip(".")


def percentage(value: float, code: str) -> str | None:
    """Return a share as `12.5%`, rounded as shown; None for another code than a percentage's."""
    sections = sections_of(code)
    if not sections or not sections[0].is_percent or abs(value) >= LARGEST_EXACT:
        return None
    if not (sections[0].whole or sections[0].decimals):
        return None  # a sign alone
    return _filled(Decimal(f"{value:.15g}"), sections[0])[0].strip()


def shows(text: str, number: float) -> bool:
    """Whether a text shows all digits of a number, and neither an exponent nor a share."""
    if _OTHER_NUMBER.search(text):
        return False
    plain = f"{Decimal(f'{abs(number):.15g}'):f}"
    return _NO_DIGITS.sub("", plain) in _NO_DIGITS.sub("", text)


@lru_cache(_MOST_REMEMBERED)
def changes_meaning(code: str) -> bool:
    """Whether a number reads otherwise than its plain digits wherever it stands: leading zeros, patterns, percentages.

    Separators of thousands, decimals and currencies are looks of an amount.
    """
    sections = sections_of(code)
    if not sections or not (places := sections[0].whole):
        return False
    section = sections[0]
    is_amount = section.point < len(section.pieces) or section.is_grouped or section.thousands
    return section.is_percent or (not is_amount and len(places) > 1 and section.pieces[places[0]] == "0")


def _filled(number: Decimal, section: Section) -> tuple[str, Decimal]:
    """Return the section with a number's digits in its places, and the number that they say."""
    texts = list(section.pieces)
    if not (section.whole or section.decimals):
        return "".join(texts), number
    if section.is_general:
        texts[section.whole[0]] = f"{abs(number):f}"
        return _signed(texts, number), number
    scaled = number
    if section.is_percent or section.thousands:
        scaled = (number * 100 if section.is_percent else number) / 1000**section.thousands
    rounded = scaled.quantize(Decimal(1).scaleb(-len(section.decimals)), ROUND_HALF_UP, _ALL_DIGITS)
    whole, _, fraction = f"{abs(rounded):f}".partition(".")
    _fill_decimals(texts, section, fraction)
    _fill_whole(texts, section, "" if whole == "0" else whole)
    return _signed(texts, rounded), rounded


def _signed(texts: list[str], number: Decimal) -> str:
    return ("-" if number < 0 else "") + "".join(texts)


def _fill_decimals(texts: list[str], section: Section, fraction: str) -> None:
    last = len(fraction.rstrip("0"))
    for digit, index in enumerate(section.decimals):
        place = section.pieces[index]
        texts[index] = fraction[digit] if digit < last or place == "0" else _UNSHOWN_ZERO[place]


def _fill_whole(texts: list[str], section: Section, digits: str) -> None:
    """Lay digits into their places from the right; surplus ones stand in the first."""
    if not section.whole:
        texts[section.point] = f"{digits}."
    for count, index in enumerate(reversed(section.whole)):
        place = section.pieces[index]
        own, digits = (digits[-1:], digits[:-1]) if index != section.whole[0] else (digits, "")
        own = own or _UNSHOWN_ZERO[place]
        if section.is_grouped and own != " ":
            left = range(count + len(own) - 1, count - 1, -1)
            own = "".join(f"{digit}," if at and at % 3 == 0 else digit for at, digit in zip(left, own, strict=True))
        texts[index] = own
