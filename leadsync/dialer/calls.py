"""The parts of the dialer's calls: addresses, headers, bodies. Pure."""

import json
from collections.abc import Mapping
from typing import Literal, NamedTuple
from urllib.parse import quote, urlencode

from leadsync import __version__
from leadsync.models import EXTERNAL_ID, CampaignIds, Lead

API_PATH = "/servicemanager/rest/CampaignAPI/"

CallSet = Literal["fast", "classic"]
"""The lead calls of a dialer: the Fast ones, or the older ones that they replace."""


class CallNames(NamedTuple):
    """The names of a set's calls."""

    update: str
    insert: str


CALL_NAMES: Mapping[CallSet, CallNames] = {
    "fast": CallNames("updateLeadFast", "insertLeadFast"),
    "classic": CallNames("updateLead", "insertLead"),
}

HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Content-Type": "application/json",
    "User-Agent": f"leadsync/{__version__}",
}


def lead_request(
    url: str, ids: CampaignIds, lead: Lead, *, allow_duplicates: bool = False, calls: CallSet = "fast"
) -> tuple[str, Mapping[str, str], bytes]:
    """The parts of a lead's call, for a person to see: URL, headers, body. The API key belongs at the URL's end."""
    inserting = {"allowDuplicates": "true"} if allow_duplicates else {}
    call, arguments = call_of(lead, CALL_NAMES[calls], ids.arguments, inserting)
    return f"{url.rstrip('/')}{API_PATH}{call}?{query_of({**arguments, 'apiKey': ''})}", HEADERS, body_of(lead)


def call_of(
    lead: Lead, names: CallNames, ids: Mapping[str, str], insert_arguments: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """The name of a lead's call and its arguments but for the key."""
    if lead.inserts:
        return names.insert, {**ids, **lead.own_ids, **insert_arguments}
    return names.update, {**ids, **lead.own_ids, EXTERNAL_ID: lead.external_id}


def query_of(arguments: Mapping[str, str]) -> str:
    return urlencode(arguments, quote_via=quote, safe="")


def body_of(lead: Lead) -> bytes:
    return json.dumps(lead.body).encode("ascii")
