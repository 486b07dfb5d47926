"""Dispositions: sent as the campaign spells them, since setting one fires its actions."""

import difflib
import re
import unicodedata
from functools import lru_cache

from leadsync.leads.text import Cleaned, Refused, is_no_change, no_change, plain, visible

_MOST_LISTED = 8
_ODD_BLANK = re.compile(r"[^\S \n\r]")


@lru_cache(maxsize=1024)
def clean_disposition(text: str, dispositions: tuple[str, ...]) -> Cleaned | Refused:
    """The disposition as the configured list spells it, or as the sheet does where the list is empty.

    Letter case, runs of blanks, curly quotes and composed accents do not count. One that is not in the list is
    refused, naming the closest: the dialer would answer INVALID_DISPOSTION.
    """
    if is_no_change(text):
        return no_change(text)
    value = visible(text)
    if value in dispositions:
        return Cleaned(value, () if value == text else ("invisible characters removed",))
    if _word(value) == "no change":
        return Refused("lacks its angle brackets", "write <No Change>")
    if "\n" in value or "\r" in value:
        return Refused("holds more than one line", "write one disposition in the cell")
    if not dispositions:
        return _as_it_stands(value, text)
    spelling = _spellings(dispositions).get(_word(value))
    if spelling is None:
        return Refused("is none of the campaign's dispositions", _remedy(value, dispositions))
    return Cleaned(spelling, ("disposition spelt as in the settings",))


def _as_it_stands(value: str, text: str) -> Cleaned:
    """Of a campaign whose dispositions are not known: quotes stay, but it has no blanks that do not break."""
    typed = unicodedata.normalize("NFC", _ODD_BLANK.sub(" ", value))
    if typed != value:
        return Cleaned(typed, ("blanks and accents written plainly",))
    return Cleaned(value, () if value == text else ("invisible characters removed",))


def _remedy(value: str, dispositions: tuple[str, ...]) -> str:
    spellings = _spellings(dispositions)
    close = [spellings[word] for word in difflib.get_close_matches(_word(value), spellings)]
    if close:
        return f"write {' or '.join(close)}, or add it to dispositions in the settings"
    listed = ", ".join(dispositions[:_MOST_LISTED]) + (", …" if len(dispositions) > _MOST_LISTED else "")
    return f"write one of {listed}, or add it to dispositions in the settings"


def _word(text: str) -> str:
    return " ".join(plain(unicodedata.normalize("NFC", text)).casefold().split())


@lru_cache(maxsize=8)
def _spellings(dispositions: tuple[str, ...]) -> dict[str, str]:
    return {_word(disposition): disposition for disposition in reversed(dispositions)}
