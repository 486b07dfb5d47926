"""Dispositions: sent as the campaign spells them, since setting one fires its actions."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from leadsync.leads.placeholders import is_truth
from leadsync.leads.text import Cleaned, Refused, is_no_change, no_change, plain, visible
from leadsync.reasons import Detail, FaultKind

_MOST_LISTED = 8
_MORE = 3
"""So many times more frequent is a disposition than a slip of it."""
_SHORTEST_SLIP = 4
_MOST_COMPARED = 50
_ODD_BLANK = re.compile(r"[^\S \n\r]")


@lru_cache(maxsize=1024)
def clean_disposition(text: str, dispositions: tuple[str, ...]) -> Cleaned | Refused:
    """Return the disposition in the spelling of the configured list; with an empty list, in the sheet's.

    Letter case, runs of blanks, curly quotes and composed accents do not count. A disposition missing from the list is
    refused, with the closest ones: the dialer would answer INVALID_DISPOSTION.
    """
    if is_no_change(text):
        return no_change(text)
    value = visible(text)
    if value in dispositions:
        return Cleaned(value, () if value == text else ("invisible characters removed",))
    # Without its brackets the dialer would take it for a disposition of that name.
    if _word(value) == "no change":
        return Refused(FaultKind.NO_BRACKETS)
    if is_truth(value):
        return Refused(FaultKind.DISPOSITION_IS_TRUTH)
    # Two dispositions in one cell, mostly; the blanks below would join them into one word.
    if "\n" in value or "\r" in value:
        return Refused(FaultKind.DISPOSITION_HAS_LINES)
    if not dispositions:
        return _as_it_stands(value, text)
    spelling = _spellings(dispositions).get(_word(value))
    if spelling is None:
        return Refused(FaultKind.UNKNOWN_DISPOSITION, _instead(value, dispositions))
    return Cleaned(spelling, ("disposition spelt as in the settings",))


def alike(dispositions: Iterable[str]) -> list[list[str]]:
    """Return the groups of dispositions that differ by letter case or blanks alone."""
    groups: dict[str, list[str]] = {}
    for disposition in dispositions:
        groups.setdefault("".join(disposition.casefold().split()), []).append(disposition)
    return [group for group in groups.values() if len(group) > 1]


def slips(counts: Mapping[str, int]) -> dict[str, str]:
    """Return the dispositions probably meant by rare ones: alike, or one slip of the keyboard from a frequent one."""
    meant: dict[str, str] = {}
    for group in alike(counts):
        usual = max(group, key=lambda one: counts[one])
        meant |= {one: usual for one in group if one != usual}
    frequent = sorted(counts, key=lambda one: -counts[one])[:_MOST_COMPARED]
    for rare in counts.keys() - meant.keys():
        usual = next((one for one in frequent if counts[one] >= _MORE * counts[rare] and _is_slip(rare, one)), "")
        if usual:
            meant[rare] = usual
    return meant


def _is_slip(text: str, other: str) -> bool:
    """Whether the texts differ by one letter more, less or other, or by two that have changed places."""
    one, two = text.casefold(), other.casefold()
    if min(len(one), len(two)) < _SHORTEST_SLIP:
        return False
    same = _same_beginning(one, two)
    one, two = one[same:][::-1], two[same:][::-1]
    same = _same_beginning(one, two)
    one, two = one[same:], two[same:]
    if any(map(str.isdecimal, one + two)):
        return False
    return max(len(one), len(two)) <= 1 or (len(one) == len(two) == 2 and one == two[::-1])


def _same_beginning(one: str, two: str) -> int:
    """The number of letters that both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))


def _as_it_stands(value: str, text: str) -> Cleaned:
    """Clean a disposition of a campaign without a list: quotes stay, non-breaking blanks become plain ones."""
    typed = unicodedata.normalize("NFC", _ODD_BLANK.sub(" ", value))
    if typed != value:
        return Cleaned(typed, ("blanks and accents written plainly",))
    return Cleaned(value, () if value == text else ("invisible characters removed",))


def _instead(value: str, dispositions: tuple[str, ...]) -> dict[str, Detail]:
    """Return the closest dispositions; without any close one, the first few of all."""
    spellings = _spellings(dispositions)
    close = [spellings[word] for word in difflib.get_close_matches(_word(value), spellings)]
    if close:
        return {"close": tuple(close)}
    return {"listed": dispositions[:_MOST_LISTED], "more": max(0, len(dispositions) - _MOST_LISTED)}


def _word(text: str) -> str:
    return " ".join(plain(unicodedata.normalize("NFC", text)).casefold().split())


@lru_cache(maxsize=8)
def _spellings(dispositions: tuple[str, ...]) -> dict[str, str]:
    # Reversed, so that of two spellings alike the first in the settings stays.
    return {_word(disposition): disposition for disposition in reversed(dispositions)}
