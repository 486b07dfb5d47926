"""External ids: kept exact, because 00123 and 123 are two leads."""

import re
from collections.abc import Callable

from leadsync.leads.placeholders import is_placeholder
from leadsync.leads.text import Cleaned, Refused, is_no_change, visible
from leadsync.reasons import FaultKind

_KEPT_DIGITS = 15
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+\d{2,}", re.IGNORECASE | re.ASCII)
_ROUNDED = re.compile(r"\d{15}00+", re.ASCII)
_PERHAPS_ROUNDED = re.compile(r"\d{15}0", re.ASCII)
_DECIMAL = re.compile(r"\d+\.0+", re.ASCII)
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mrz|Mär|Mai|Okt|Dez"
_DATE = re.compile(rf"\d{{1,2}}(?:-|\. ?)(?:{_MONTHS})|(?:{_MONTHS})[- ]\d{{2}}", re.ASCII)
_SAMPLE = re.compile(
    r"(?:(?:example|sample|specimen|beispiel|muster|exemple|ejemplo|exemplo|esempio|voorbeeld|eksempel|exempel|esimerkki|"
    r"przykład|příklad|példa|exemplu|primjer|örnek|пример|приклад|παράδειγμα|例|サンプル|示例|样本|예시)"
    r"(?:[\s:(#].*)?|(?:e\.? ?g\.?|ex\.|z\. ?b\.?|p\. ?ej\.?|par ex\.?|v\. ?b\.?|np\.|напр\.|例)[\s:,].*)",
    re.IGNORECASE,
)
"""The id of a row that shows how to fill in the sheet."""
_LIST_MARK = re.compile(
    r"(?:[-–—*|~·+»→⇒✓-✘]\s|[>•‣⁃◦▪▶►●☐☑☒➔-➾]|\[[xX✓✔]?\s*\]\s|(?:\d{1,6}|[A-Za-z])\)\s).*", re.DOTALL
)
_LIST_NUMBER = re.compile(r"(?:(?:\d{1,6}|[a-z])[.:]\s|\(\d{1,6}\)|\[\d{1,6}\]|#\d{1,6}\s).*\d.*", re.DOTALL)
_QUESTION = re.compile(r".*\w\s*(?:\?+|\(\?+\))", re.DOTALL)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def clean_external_id(text: str) -> Cleaned | Refused:
    """Return the id as it stands but for invisible characters.

    Spreadsheets keep 15 digits of a number and fill up with zeros, or show it as 1.23457E+14. Either would name
    another lead. So an id is refused in clear cases: `E+` with its sign, foreign to ids, or two and more zeros after
    the fifteenth digit; `12-Mar` was 12-3. One of ten true ids has a single zero there: it is sent, with a warning. So
    are ids behind a list's mark, and with full-width digits, long dashes and the like, as the dialer's may have plain
    ones.
    """
    if is_no_change(text):
        return Refused(FaultKind.ID_IS_NO_CHANGE)
    if is_placeholder(text):
        return Refused(FaultKind.ID_PLACEHOLDER)
    # Nearly all ids: nothing below can find anything in so short and plain a text.
    if len(text) <= _KEPT_DIGITS and text.isalnum() and text.isascii() and not text.isalpha():
        return Cleaned(text)
    value = visible(text)
    if "\n" in value or "\r" in value or "\t" in value:
        return Refused(FaultKind.ID_HAS_LINES)
    if _SCIENTIFIC.fullmatch(value) or _ROUNDED.fullmatch(value):
        return Refused(FaultKind.ID_ROUNDED)
    if _DATE.fullmatch(value):
        return Refused(FaultKind.ID_IS_DATE)
    if _SAMPLE.fullmatch(value):
        return Refused(FaultKind.ID_PLACEHOLDER)
    repairs = () if value == text else ("invisible characters removed",)
    warnings = [what for what, holds in _DOUBTS if holds(value)]
    return Cleaned(value, repairs, tuple(warnings))


DECIMAL_ID = "a .0 at the end, as a program exports a number"
PERHAPS_ROUNDED = "16 digits ending in 0: perhaps rounded by a spreadsheet"
LIST_MARK = "a mark in front, as of a list or a quotation, such as * or > or 1); delete it"
LIST_NUMBER = "a number in front, as of a list; delete it"
QUESTION = "a question mark behind it; write the lead's own id"
_DOUBTS: tuple[tuple[str, Callable[[str], object]], ...] = (
    (PERHAPS_ROUNDED, _PERHAPS_ROUNDED.fullmatch),
    (DECIMAL_ID, _DECIMAL.fullmatch),
    (LIST_MARK, _LIST_MARK.fullmatch),
    (LIST_NUMBER, _LIST_NUMBER.fullmatch),
    (QUESTION, lambda value: value.endswith(("?", "?)")) and _QUESTION.fullmatch(value)),
    ("id has characters beyond the plain ones, kept as they are", _BEYOND_ASCII.search),
)
