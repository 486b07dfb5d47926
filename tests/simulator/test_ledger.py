"""The dialer's own record, over HTTP and in a file."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadsync.errors import UsageError
from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.simulator.conftest import OpenSite, Site

IDS = "fTemplateId=41&fCampaignId=41&fAllocationId=38&apiKey=practice"


def strike(site: Site, rule: dict[str, Any]) -> None:
    site.dialer.faults.add([FaultRule(**rule)])


def test_ledger_over_http_and_in_a_file(open_site: OpenSite, tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    site = open_site(ledger_path=path, faults=[FaultRule(FaultKind.CLOSE, attempt=1)])
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


def test_ledger_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name another file"):
        PracticeDialer(ledger_path=tmp_path / "missing" / "ledger.jsonl")
