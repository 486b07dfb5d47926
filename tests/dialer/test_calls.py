"""The address, headers and body of a lead's call, as the vendor's page has them."""

import json

import pytest

from leadsync.dialer.calls import CALL_NAMES, CallSet, body_of, call_of, lead_request, query_of
from leadsync.models import EXTERNAL_ID, CampaignIds, Lead

IDS = CampaignIds(41, 42, 38)
UPDATE = Lead("A&B 1", {"njDisposition": "<No Change>", "Name": "Zoë"})
INSERT = Lead("9", {EXTERNAL_ID: "9", "FirstPhone": "0383218199"})
PLACE = "fTemplateId=41&fCampaignId=42&fAllocationId=38"


@pytest.mark.parametrize(("calls", "name"), [("fast", "updateLeadFast"), ("classic", "updateLead")])
def test_an_update_names_its_lead_in_the_query(calls: CallSet, name: str) -> None:
    url, headers, body = lead_request("https://pbx.example.com/", IDS, UPDATE, calls=calls)
    assert url == (
        f"https://pbx.example.com/servicemanager/rest/CampaignAPI/{name}?{PLACE}&njExternalLeadId=A%26B%201&apiKey="
    )
    assert (headers["Accept"], headers["Content-Type"]) == ("application/json", "application/json")
    assert json.loads(body) == {"njDisposition": "<No Change>", "Name": "Zoë"}


@pytest.mark.parametrize(("calls", "name"), [("fast", "insertLeadFast"), ("classic", "insertLead")])
def test_an_inserts_lead_travels_in_the_body(calls: CallSet, name: str) -> None:
    url, _, body = lead_request("https://pbx", IDS, INSERT, allow_duplicates=True, calls=calls)
    assert url == f"https://pbx/servicemanager/rest/CampaignAPI/{name}?{PLACE}&allowDuplicates=true&apiKey="
    assert json.loads(body) == {"njExternalLeadId": "9", "FirstPhone": "0383218199"}


def test_an_update_never_allows_duplicates() -> None:
    assert "allowDuplicates" not in lead_request("https://pbx", IDS, UPDATE, allow_duplicates=True)[0]


def test_a_rows_own_ids_go_before_those_of_the_settings() -> None:
    lead = Lead("1", {"fCampaignId": "77", "Name": "Bo"})
    name, arguments = call_of(lead, CALL_NAMES["fast"], IDS.arguments, {})
    assert (name, arguments) == (
        "updateLeadFast",
        {"fTemplateId": "41", "fCampaignId": "77", "fAllocationId": "38", EXTERNAL_ID: "1"},
    )
    assert json.loads(body_of(lead)) == {"Name": "Bo"}


def test_a_blank_in_a_query_is_no_plus() -> None:
    assert query_of({"a b": "c+d/é"}) == "a%20b=c%2Bd%2F%C3%A9"
