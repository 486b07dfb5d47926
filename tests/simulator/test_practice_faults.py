"""Faults on demand: what the client meets, whom they meet, and that the ledger tells whether the change was made."""

import json

import httpx
import pytest

from leadsync.errors import SettingsError
from leadsync.simulator import FaultRule, load_rules

IDS = "fTemplateId=41&fCampaignId=41&fAllocationId=38&apiKey=practice"
IN_DOUBT = [True, False]


def strike(site, rule):
    site.dialer.faults.add([FaultRule(**rule)])


@pytest.mark.parametrize("applied", IN_DOUBT)
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("close", httpx.RemoteProtocolError),
        ("reset", httpx.ReadError),
        ("cut", httpx.RemoteProtocolError),
    ],
)
def test_connection_that_ends_under_the_answer(site, kind, error, applied):
    strike(site, {"kind": kind, "applied": applied})
    with pytest.raises(error):
        site.post()
    assert site.applied == (["9856"] if applied else [])


@pytest.mark.parametrize("applied", IN_DOUBT)
def test_answer_that_never_comes(site, applied):
    strike(site, {"kind": "hang", "applied": applied})
    site.client.timeout = httpx.Timeout(0.1)
    with pytest.raises(httpx.ReadTimeout):
        site.post()
    assert site.applied == (["9856"] if applied else [])


@pytest.mark.parametrize("kind", ["refuse", "close_early"])
def test_connection_that_ends_before_the_body_is_read(site, kind):
    strike(site, {"kind": kind})
    with pytest.raises(httpx.TransportError):
        site.post()
    assert site.applied == []


def test_refused_connection_carries_no_request(site):
    strike(site, {"kind": "refuse"})
    with pytest.raises(httpx.TransportError):
        site.post()
    assert site.dialer.ledger.received == []


@pytest.mark.parametrize("applied", IN_DOUBT)
@pytest.mark.parametrize(
    ("rule", "status", "content_type", "text"),
    [
        ({"status": 503, "headers": {"Retry-After": "120"}}, 503, "text/html; charset=utf-8", "Please try again later"),
        ({"status": 502, "page": "json"}, 502, "application/json", '{"error": "unavailable"}'),
        ({"status": 429, "page": "empty"}, 429, "application/json", ""),
        ({"status": 200, "page": "truncated"}, 200, "application/json", '{"code"'),
        ({"status": 204}, 204, "text/html; charset=utf-8", ""),
        ({"status": 302, "headers": {"Location": "/elsewhere"}}, 302, "text/html; charset=utf-8", ""),
    ],
)
def test_page_instead_of_the_answer(site, rule, status, content_type, text, applied):
    strike(site, {"kind": "http", "applied": applied, **rule})
    answer = site.post()
    assert (answer.status_code, answer.headers["content-type"]) == (status, content_type)
    assert text in answer.text
    for name, value in rule.get("headers", {}).items():
        assert answer.headers[name] == value
    with pytest.raises((ValueError, AssertionError)):
        assert "code" in json.loads(answer.text)
    assert site.applied == (["9856"] if applied else [])


@pytest.mark.parametrize("applied", IN_DOUBT)
def test_result_code_on_demand(site, applied):
    strike(site, {"kind": "code", "code": 103, "applied": applied})
    answer = site.post()
    assert (answer.status_code, answer.json()) == (500, {"code": 103, "message": "EXCEPTION"})
    assert site.applied == (["9856"] if applied else [])


def test_result_code_that_the_table_does_not_know(site):
    strike(site, {"kind": "code", "code": 118, "message": "LICENCE_EXPIRED"})
    answer = site.post()
    assert (answer.status_code, answer.json()) == (400, {"code": 118, "message": "LICENCE_EXPIRED"})


def test_slow_and_dripping_answers_are_true_ones(site):
    strike(site, {"kind": "slow", "seconds": 0.05, "calls": 1})
    slow = site.post()
    assert slow.json()["code"] == 0
    assert slow.elapsed.total_seconds() >= 0.05
    strike(site, {"kind": "drip", "seconds": 0.002})
    dripping = site.post()
    assert dripping.json() == {"code": 0, "message": "OK"}
    assert dripping.elapsed.total_seconds() >= 0.05
    assert site.applied == ["9856", "9856"]


def test_fault_that_applies_is_still_bound_to_the_rules(site):
    strike(site, {"kind": "http", "status": 504, "applied": True})
    assert site.post(body='{"FirstPhone": "0383217777", "njDisposition": "Sale"}').status_code == 504
    assert site.applied == []


def test_fault_meets_its_lead_and_attempt(site):
    strike(site, {"kind": "code", "code": 110, "lead": "other"})
    strike(site, {"kind": "code", "code": 109, "attempt": 2})
    query = IDS + "&njExternalLeadId="
    body = '{"FirstPhone": "<No Change>", "njDisposition": "Sale"}'
    codes = [site.post(query=query + lead, body=body).json()["code"] for lead in ("9856", "other", "9856", "9856")]
    assert codes == [0, 110, 109, 0]


def test_fault_meets_an_insert_by_the_id_in_its_body(site):
    strike(site, {"kind": "code", "code": 103, "lead": "new"})
    body = '{"njExternalLeadId": "new", "FirstPhone": "0383218100"}'
    assert site.post("insertLeadFast", IDS, body).json()["code"] == 103


def test_outage_lasts_for_so_many_calls_lists_included(site):
    strike(site, {"kind": "http", "status": 503, "calls": 2})
    listing = "/servicemanager/rest/CampaignAPI/getCampaignTemplateList?apiKey=practice"
    assert [site.client.get(listing).status_code, site.post().status_code, site.post().status_code] == [503, 503, 200]


def test_outage_lasts_for_so_long(site):
    rule = {"kind": "http", "status": 503, "for_seconds": 0}
    strike(site, rule)
    assert [site.post().status_code for _ in range(2)] == [503, 200]


def test_faults_are_set_listed_and_switched_off_while_it_runs(site):
    faults = {"faults": [{"kind": "http", "status": 502, "seconds": 0.001}]}
    assert site.client.post("/practice/faults", json=faults).json() == faults
    assert site.post().status_code == 502
    assert site.client.delete("/practice/faults").json() == {"faults": []}
    assert site.post().status_code == 200
    refused = site.client.post("/practice/faults", json={"faults": [{"kind": "fire"}]})
    assert refused.status_code == 400
    assert "fault 1, kind" in refused.json()["error"]


def test_ledger_over_http_and_in_a_file(open_site, tmp_path):
    path = tmp_path / "ledger.jsonl"
    site = open_site(ledger_path=path, faults=[FaultRule(kind="close", attempt=1)])
    with pytest.raises(httpx.RemoteProtocolError):
        site.post()
    site.post()
    ledger = site.client.get("/practice/ledger").json()
    assert [(entry["request"], entry["lead"], entry["fault"]) for entry in ledger["received"]] == [
        (1, "9856", "close"),
        (2, "9856", ""),
    ]
    (application,) = ledger["applications"]
    assert (application["request"], application["fields"]["njDisposition"]) == (2, "Sale")
    written = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(line["event"], line["request"]) for line in written] == [("received", 1), ("received", 2), ("applied", 2)]


def test_faults_from_a_file(tmp_path):
    toml, as_json = tmp_path / "faults.toml", tmp_path / "faults.json"
    toml.write_text('[[faults]]\nkind = "code"\nlead = "9856"\nattempt = 1\ncode = 110\n', encoding="utf-8")
    as_json.write_text('{"faults": [{"kind": "code", "lead": "9856", "attempt": 1, "code": 110}]}', encoding="utf-8")
    expected = [FaultRule(kind="code", lead="9856", attempt=1, code=110)]
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
def test_bad_file_of_faults_is_refused_in_a_sentence(tmp_path, text, problem):
    path = tmp_path / "faults.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_rules(path)
    assert str(path) in str(caught.value)
    assert problem in str(caught.value)


def test_missing_file_of_faults_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"none\.toml cannot be read"):
        load_rules(tmp_path / "none.toml")
