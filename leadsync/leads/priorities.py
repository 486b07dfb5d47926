"""Priorities: whole numbers from 0, called first, to 100."""

import re

from leadsync.leads.text import Cleaned, Refused, plain, visible
from leadsync.reasons import FaultKind

_WHOLE = re.compile(r"(\d+)(?:\.0+)?", re.ASCII)

# All valid priorities: the pattern is for the few cells written otherwise.
_USUAL = {str(priority): Cleaned(str(priority)) for priority in range(101)}


def clean_priority(text: str) -> Cleaned | Refused:
    """A priority's digits; `10.0`, as programs export the number ten, is 10.

    Range and meaning: the documentation's parameter table, njPriority.
    """
    usual = _USUAL.get(text)
    if usual:
        return usual
    whole = _WHOLE.fullmatch(plain(visible(text)))
    digits = (whole[1].lstrip("0") or "0") if whole else ""
    # The length first: int() refuses texts of thousands of digits.
    if not digits or len(digits) > 3 or int(digits) > 100:
        return Refused(FaultKind.NOT_A_PRIORITY)
    return Cleaned(digits, () if digits == text else ("priority written as a whole number",))
