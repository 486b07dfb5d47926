"""What is sent where a lead is to be added: the fields, and why some leads cannot be."""

import pytest

from leadsync.leads import as_insert
from leadsync.models import Lead, Note, NoteKind
from leadsync.reasons import Fault
from leadsync.report.row_words import sentence

PHONES = ("FirstPhone", "SecondPhone")


@pytest.mark.parametrize("no_change", ["<No Change>", "<NO CHANGE>", "<no change>", "<No change>"])
@pytest.mark.parametrize("field", ["SecondPhone", "njDisposition", "njContactHours", "City"])
def test_nothing_is_kept_of_a_lead_that_is_not_there_yet(field: str, no_change: str) -> None:
    """The vendor's table: 108, a field of an insert contained the value `<NO CHANGE>`."""
    lead = Lead("9856", {"FirstPhone": "0383218199", field: no_change, "Name": "Jane Smith"})
    insert = as_insert(lead, PHONES)
    assert isinstance(insert, Lead)
    assert insert.fields == {"njExternalLeadId": "9856", "FirstPhone": "0383218199", "Name": "Jane Smith"}


def test_words_that_only_begin_like_it_are_a_value() -> None:
    insert = as_insert(Lead("9856", {"FirstPhone": "0383218199", "Notes": "<No Change> of address"}), PHONES)
    assert isinstance(insert, Lead)
    assert insert.fields["Notes"] == "<No Change> of address"


@pytest.mark.parametrize(
    "fields",
    [
        {"Name": "Jane Smith"},
        {"FirstPhone": "", "SecondPhone": ""},
        {"FirstPhone": "<No Change>", "SecondPhone": "<no change>"},
        {"Mobile": "0412345678"},
    ],
)
def test_a_lead_without_a_phone_is_not_inserted(fields: dict[str, str]) -> None:
    """102: for an import the lead has no phone numbers."""
    fault = as_insert(Lead("9856", fields), PHONES)
    assert isinstance(fault, Fault)
    assert sentence(fault) == "a lead is inserted only with a phone number; write one into FirstPhone or SecondPhone"


def test_either_phone_will_do() -> None:
    insert = as_insert(Lead("9856", {"FirstPhone": "<No Change>", "SecondPhone": "0412345678"}), PHONES)
    assert isinstance(insert, Lead)
    assert insert.fields == {"njExternalLeadId": "9856", "SecondPhone": "0412345678"}


def test_that_a_new_lead_is_a_new_lead_is_not_warned_of() -> None:
    new = Note(NoteKind.WARNING, "no callback date: treated as a new lead", "Call Back Date", "")
    restored = Note(NoteKind.REPAIR, "leading zero restored", "Phone", "383218199", "0383218199")
    insert = as_insert(Lead("9856", {"FirstPhone": "0383218199"}, (new, restored)), PHONES)
    assert isinstance(insert, Lead)
    assert insert.notes == (restored,)
