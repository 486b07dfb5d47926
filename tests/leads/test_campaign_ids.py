"""A row's own template, campaign or allocation id."""

import pytest

from leadsync.leads.campaign_ids import clean_campaign_id
from leadsync.leads.text import Cleaned, Refused
from leadsync.reasons import FaultKind

WHOLE = ("id written as a whole number",)


@pytest.mark.parametrize(
    ("cell", "cleaned"),
    [
        ("41", Cleaned("41")),
        ("41.0", Cleaned("41", WHOLE)),
        ("４１", Cleaned("41", WHOLE)),
        ("\u200b7", Cleaned("7", WHOLE)),
    ],
)
def test_whole_numbers_are_ids(cell: str, cleaned: Cleaned) -> None:
    assert clean_campaign_id(cell) == cleaned


@pytest.mark.parametrize("cell", ["0", "041", "-1", "41.5", "4 1", "A41", "1" * 19])
def test_anything_else_is_refused(cell: str) -> None:
    assert clean_campaign_id(cell) == Refused(FaultKind.NOT_A_CAMPAIGN_ID)
