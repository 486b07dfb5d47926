"""A row's own template, campaign or allocation id."""

import re

from leadsync.leads.text import Cleaned, Refused, plain, visible
from leadsync.reasons import FaultKind

_ID = re.compile(r"([1-9][0-9]{0,17})(?:\.0+)?", re.ASCII)


def clean_campaign_id(text: str) -> Cleaned | Refused:
    """An id as the dialer lists it, a whole number from 1; `41.0`, as programs export the number, is 41."""
    if whole := _ID.fullmatch(plain(visible(text))):
        return Cleaned(whole[1], () if whole[1] == text else ("id written as a whole number",))
    return Refused(FaultKind.NOT_A_CAMPAIGN_ID)
