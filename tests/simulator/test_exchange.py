"""Faults on demand: what the client meets, whom they meet, and that the ledger tells whether the change was made."""

import json
from typing import Any

import httpx
import pytest

from leadsync.simulator import FaultRule
from tests.simulator.conftest import Site

IDS = "fTemplateId=41&fCampaignId=41&fAllocationId=38&apiKey=practice"
IN_DOUBT = [True, False]


def strike(site: Site, rule: dict[str, Any]) -> None:
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
def test_connection_that_ends_under_the_answer(site: Site, kind: str, error: type[Exception], applied: bool) -> None:
    strike(site, {"kind": kind, "applied": applied})
    with pytest.raises(error):
        site.post()
    assert site.applied == (["9856"] if applied else [])


@pytest.mark.parametrize("applied", IN_DOUBT)
def test_answer_that_never_comes(site: Site, applied: bool) -> None:
    strike(site, {"kind": "hang", "applied": applied})
    site.client.timeout = httpx.Timeout(0.1)
    with pytest.raises(httpx.ReadTimeout):
        site.post()
    assert site.applied == (["9856"] if applied else [])


@pytest.mark.parametrize("kind", ["refuse", "close_early"])
def test_connection_that_ends_before_the_body_is_read(site: Site, kind: str) -> None:
    strike(site, {"kind": kind})
    with pytest.raises(httpx.TransportError):
        site.post()
    assert site.applied == []


def test_refused_connection_carries_no_request(site: Site) -> None:
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
def test_page_instead_of_the_answer(
    site: Site, rule: dict[str, Any], status: int, content_type: str, text: str, applied: bool
) -> None:
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
def test_result_code_on_demand(site: Site, applied: bool) -> None:
    strike(site, {"kind": "code", "code": 103, "applied": applied})
    answer = site.post()
    assert (answer.status_code, answer.json()) == (500, {"code": 103, "message": "EXCEPTION"})
    assert site.applied == (["9856"] if applied else [])


def test_result_code_that_the_table_does_not_know(site: Site) -> None:
    strike(site, {"kind": "code", "code": 118, "message": "LICENCE_EXPIRED"})
    answer = site.post()
    assert (answer.status_code, answer.json()) == (400, {"code": 118, "message": "LICENCE_EXPIRED"})


def test_slow_and_dripping_answers_are_true_ones(site: Site) -> None:
    strike(site, {"kind": "slow", "seconds": 0.05, "calls": 1})
    slow = site.post()
    assert slow.json()["code"] == 0
    assert slow.elapsed.total_seconds() >= 0.05
    strike(site, {"kind": "drip", "seconds": 0.002})
    dripping = site.post()
    assert dripping.json() == {"code": 0, "message": "OK"}
    assert dripping.elapsed.total_seconds() >= 0.05
    assert site.applied == ["9856", "9856"]


def test_fault_that_applies_is_still_bound_to_the_rules(site: Site) -> None:
    strike(site, {"kind": "http", "status": 504, "applied": True})
    assert site.post(body='{"FirstPhone": "0383217777", "njDisposition": "Sale"}').status_code == 504
    assert site.applied == []
