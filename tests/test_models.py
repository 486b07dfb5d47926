"""Leads and runs: the parts of a call, harmless rows, the names of files."""

from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.models import Lead, public_address
from tests.journal.samples import a_run


@pytest.mark.parametrize(
    ("fields", "harmless"),
    [
        ({"Name": "Zoë"}, True),
        ({"njDisposition": "<No Change>"}, True),
        ({"njDisposition": "Sale"}, False),
        ({"njDisposition": "<no change>"}, False),
        ({"njExternalLeadId": "007", "Name": "Zoë"}, False),
    ],
)
def test_a_row_without_a_disposition_or_an_insert_can_be_sent_twice(fields: dict[str, str], *, harmless: bool) -> None:
    assert Lead("007", fields).harmless is harmless


def test_campaign_ids_travel_in_the_query_and_the_rest_in_the_body() -> None:
    lead = Lead("007", {"Name": "Zoë", "fCampaignId": "42", "njDisposition": "Sale", "fAllocationId": "7"})
    assert dict(lead.own_ids) == {"fCampaignId": "42", "fAllocationId": "7"}
    assert dict(lead.body) == {"Name": "Zoë", "njDisposition": "Sale"}
    assert not lead.inserts


def test_an_inserts_external_id_travels_in_the_body() -> None:
    lead = Lead("007", {"njExternalLeadId": "007", "Name": "Zoë"})
    assert lead.inserts
    assert lead.body["njExternalLeadId"] == "007"


def test_files_are_named_after_the_first_sheet() -> None:
    run = a_run(Path("/sheets"))
    assert run.stem == "leads"
    assert replace(run, first_stem="first").stem == "first"


@pytest.mark.parametrize("path", ["", "/", "/secret/api"])
def test_a_sentence_names_scheme_host_and_port_of_the_dialer_alone(path: str) -> None:
    assert public_address(f"https://pbx.example.com:8443{path}") == "https://pbx.example.com:8443"
    run = replace(a_run(Path("/sheets")), dialer=f"https://pbx.example.com{path}")
    assert run.place.startswith("https://pbx.example.com, template ")
