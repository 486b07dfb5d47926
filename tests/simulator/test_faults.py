"""The rules of faults: whom they meet, for how long, and their file."""

from pathlib import Path
from typing import Any

import pytest

from leadsync.errors import SettingsError
from leadsync.simulator import FaultKind, FaultRule, load_rules
from tests.simulator.conftest import Site

IDS = "fTemplateId=41&fCampaignId=41&fAllocationId=38&apiKey=practice"


def strike(site: Site, rule: dict[str, Any]) -> None:
    site.dialer.faults.add([FaultRule(**rule)])


def test_fault_meets_its_lead_and_attempt(site: Site) -> None:
    strike(site, {"kind": "code", "code": 110, "lead": "other"})
    strike(site, {"kind": "code", "code": 109, "attempt": 2})
    query = IDS + "&njExternalLeadId="
    body = '{"FirstPhone": "<No Change>", "njDisposition": "Sale"}'
    codes = [site.post(query=query + lead, body=body).json()["code"] for lead in ("9856", "other", "9856", "9856")]
    assert codes == [0, 110, 109, 0]


def test_fault_meets_an_insert_by_the_id_in_its_body(site: Site) -> None:
    strike(site, {"kind": "code", "code": 103, "lead": "new"})
    body = '{"njExternalLeadId": "new", "FirstPhone": "0383218100"}'
    assert site.post("insertLeadFast", IDS, body).json()["code"] == 103


def test_outage_lasts_for_so_many_calls_lists_included(site: Site) -> None:
    strike(site, {"kind": "http", "status": 503, "calls": 2})
    listing = "/servicemanager/rest/CampaignAPI/getCampaignTemplateList?apiKey=practice"
    assert [site.client.get(listing).status_code, site.post().status_code, site.post().status_code] == [503, 503, 200]


def test_outage_lasts_for_so_long(site: Site) -> None:
    rule = {"kind": "http", "status": 503, "for_seconds": 0}
    strike(site, rule)
    assert [site.post().status_code for _ in range(2)] == [503, 200]


def test_faults_from_a_file(tmp_path: Path) -> None:
    toml, as_json = tmp_path / "faults.toml", tmp_path / "faults.json"
    toml.write_text('[[faults]]\nkind = "code"\nlead = "9856"\nattempt = 1\ncode = 110\n', encoding="utf-8")
    as_json.write_text('{"faults": [{"kind": "code", "lead": "9856", "attempt": 1, "code": 110}]}', encoding="utf-8")
    expected = [FaultRule(FaultKind.CODE, lead="9856", attempt=1, code=110)]
    assert load_rules(toml) == load_rules(as_json) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[faults]", "is not readable as TOML or JSON"),
        ("[[fault]]\nkind = 'hang'\n", "give it under the one key `faults`"),
        ("[[faults]]\nkind = 'fire'\n", "fault 1, kind"),
        ("[[faults]]\nkind = 'hang'\nled = '7'\n", "fault 1, led"),
        ("[[faults]]\nkind = 'hang'\nlead = 7\n", "fault 1, lead"),
        ("[[faults]]\nkind = 'hang'\n[[faults]]\nkind = 'code'\n", "fault 2: kind 'code' needs a code"),
        ("[[faults]]\nkind = 'hang'\nstatus = 500\n", "fault 1: status belongs to kind 'http'"),
        ("[[faults]]\nkind = 'slow'\napplied = true\n", "fault 1: applied cannot be chosen for kind 'slow'"),
    ],
)
def test_bad_file_of_faults_is_refused_in_a_sentence(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "faults.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_rules(path)
    assert str(path) in str(caught.value)
    assert problem in str(caught.value)


def test_missing_file_of_faults_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml cannot be read"):
        load_rules(tmp_path / "none.toml")
