"""Dispositions: sent as the campaign spells them, since setting one fires its actions."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from leadsync.leads.placeholders import is_truth
from leadsync.leads.text import Cleaned, Refused, is_no_change, no_change, plain, visible
from leadsync.reasons import Detail, FaultKind

_MOST_LISTED = 8
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
