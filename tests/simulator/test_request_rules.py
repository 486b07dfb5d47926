"""Every result code of the vendor's table, met by a request written by hand from the documentation."""

import json

import pytest

from tests.simulator.conftest import OpenSite, Site

UPDATE, INSERT = "updateLeadFast", "insertLeadFast"
IDS = "fTemplateId=41&fCampaignId=41&fAllocationId=38&apiKey=practice"


def lead(external_id: str = "9856") -> str:
    return f"{IDS}&njExternalLeadId={external_id}"


def body(**fields: object) -> str:
    return json.dumps({"FirstPhone": "0383218199", "njDisposition": "Sale", **fields})


ANSWERS = {
    "the page's own example": (UPDATE, lead(), body(SecondPhone="<No Change>"), 200, 0, "OK"),
    "the older name": ("updateLead", lead(), body(), 200, 0, "OK"),
    "the older name of an insert": (
        "insertLead",
        IDS,
        body(njExternalLeadId="new", SecondPhone="0383218188"),
        200,
        0,
        "OK",
    ),
    "the older name of an insert, id taken": (
        "insertLead",
        IDS,
        body(njExternalLeadId="9856", SecondPhone="0383218188"),
        400,
        112,
        "DUPLICATE_EXTERNAL_ID",
    ),
    "a full callback": (UPDATE, lead(), body(njCallBackDate="2026/12/24 09:30", njPriority="0"), 200, 0, "OK"),
    "no change, any case": (UPDATE, lead(), body(njDisposition="<NO CHANGE>"), 200, 0, "OK"),
    "no such lead": (UPDATE, lead("12"), body(), 400, 101, "COULDNT_FIND_THE_LEAD"),
    "another campaign": (
        UPDATE,
        "fTemplateId=41&fCampaignId=42&fAllocationId=40&apiKey=practice&njExternalLeadId=9856",
        body(),
        400,
        101,
        "COULDNT_FIND_THE_LEAD",
    ),
    "no phone field": (UPDATE, lead(), '{"njDisposition": "Sale"}', 400, 102, "NO_PHONE_FIELDS"),
    "a phone in no phone field": (
        UPDATE,
        lead(),
        '{"Telephone": "0383218199", "njDisposition": "Sale"}',
        400,
        102,
        "NO_PHONE_FIELDS",
    ),
    "a blank phone": (UPDATE, lead(), body(FirstPhone=""), 400, 102, "NO_PHONE_FIELDS"),
    "a priority the page excludes": (UPDATE, lead(), body(njPriority="101"), 500, 103, "EXCEPTION"),
    "do not call": (UPDATE, lead(), body(FirstPhone="0383217777"), 400, 104, "DNC"),
    "another lead's number": (UPDATE, lead(), body(FirstPhone="0383219999"), 400, 105, "DUPLICATE"),
    "unknown disposition": (UPDATE, lead(), body(njDisposition="sale"), 400, 106, "INVALID_DISPOSTION"),
    "no disposition": (UPDATE, lead(), '{"FirstPhone": "0383218199"}', 400, 106, "INVALID_DISPOSTION"),
    "nothing to keep": (
        UPDATE,
        lead("never%20dialed"),
        body(njDisposition="<No Change>"),
        400,
        107,
        "DISPOSTION_ISNT_SET_AND_NOCHANGE_SPECIFIED",
    ),
    "no change in an insert": (
        INSERT,
        IDS,
        body(njExternalLeadId="new", SecondPhone="<No Change>"),
        400,
        108,
        "IMPORT_BUT_NOCHANGE_SPECIFIED",
    ),
    "unknown contact hours": (UPDATE, lead(), body(njContactHours="Mars"), 400, 111, "INVALID_TIMEZONE_SPECIFIED"),
    "id taken": (INSERT, IDS, body(njExternalLeadId="9856"), 400, 112, "DUPLICATE_EXTERNAL_ID"),
    "no id": (UPDATE, IDS, body(), 400, 113, "EDIT_BUT_NO_EXTERNAL_ID_SUPPLIED"),
    "an update's id in the body": (
        UPDATE,
        IDS,
        body(njExternalLeadId="9856"),
        400,
        113,
        "EDIT_BUT_NO_EXTERNAL_ID_SUPPLIED",
    ),
    "a date of another form": (
        UPDATE,
        lead(),
        body(njCallBackDate="24/12/2026 09:30"),
        400,
        114,
        "INVALID_CALLBACK_DATE_FORMAT",
    ),
    "a date without its zeros": (
        UPDATE,
        lead(),
        body(njCallBackDate="2026/1/5 9:30"),
        400,
        114,
        "INVALID_CALLBACK_DATE_FORMAT",
    ),
    "a day there is not": (
        UPDATE,
        lead(),
        body(njCallBackDate="2026/02/30 09:30"),
        400,
        114,
        "INVALID_CALLBACK_DATE_FORMAT",
    ),
    "wrong allocation": (
        UPDATE,
        "fTemplateId=41&fCampaignId=41&fAllocationId=99&apiKey=practice&njExternalLeadId=9856",
        body(),
        400,
        115,
        "ALLOCATIN_ID_REQUIRED",
    ),
    "no template": (
        UPDATE,
        "fCampaignId=41&fAllocationId=38&apiKey=practice&njExternalLeadId=9856",
        body(),
        400,
        116,
        "TEMPLATE_ID_REQUIRED",
    ),
    "campaign not a number": (
        UPDATE,
        "fTemplateId=41&fCampaignId=x&fAllocationId=38&apiKey=practice&njExternalLeadId=9856",
        body(),
        400,
        117,
        "CAMPAIGN_ID_REQUIRED",
    ),
    "the sample query's stray blank": (
        UPDATE,
        "fTemplateId=41&fCampaignId=41%20&fAllocationId=38&apiKey=practice&njExternalLeadId=9856",
        body(),
        400,
        117,
        "CAMPAIGN_ID_REQUIRED",
    ),
    "a new lead": (INSERT, IDS, body(njExternalLeadId="new"), 200, 0, "OK"),
    "a new lead with a known number": (
        INSERT,
        IDS,
        body(njExternalLeadId="new", FirstPhone="0383219999"),
        400,
        105,
        "DUPLICATE",
    ),
    "duplicates allowed": (
        INSERT,
        IDS + "&allowDuplicates=true",
        body(njExternalLeadId="new", FirstPhone="0383219999"),
        200,
        0,
        "OK",
    ),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_answer_is_the_documented_one(site: Site, case: str) -> None:
    call, query, sent, status, code, name = ANSWERS[case]
    answer = site.post(call, query, sent)
    assert (answer.status_code, answer.json()) == (status, {"code": code, "message": name})
    assert len(site.applied) == (1 if code == 0 else 0)


def test_lead_open_at_an_agent_is_a_conflict(open_site: OpenSite) -> None:
    site = open_site(editing=["9856"])
    answer = site.post()
    assert (answer.status_code, answer.json()) == (400, {"code": 110, "message": "LEAD_NOT_UPDATED_DUE_TO_CONFLICT"})
    assert site.applied == []


def test_number_kept_by_no_change_counts_for_the_do_not_call_list(open_site: OpenSite) -> None:
    site = open_site(dnc=["0383210001"])
    assert site.post().json()["code"] == 104
