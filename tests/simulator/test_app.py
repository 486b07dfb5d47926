"""The paths of the practice dialer: refusals without a code, lists, ledger, and faults while it runs."""

import json
from typing import Any

from leadsync.simulator import FaultRule
from tests.simulator.conftest import Site

IDS = "fTemplateId=41&fCampaignId=41&fAllocationId=38&apiKey=practice"


def lead(external_id: str = "9856") -> str:
    return f"{IDS}&njExternalLeadId={external_id}"


def body(**fields: object) -> str:
    return json.dumps({"FirstPhone": "0383218199", "njDisposition": "Sale", **fields})


def test_refusals_that_carry_no_code(site: Site) -> None:
    assert site.post(query=lead().replace("practice", "wrong")).status_code == 401
    assert site.post(query="fTemplateId=41").status_code == 401
    assert site.post("noSuchCall").status_code == 404
    assert site.post("updateLeadFast/").status_code == 404
    assert site.client.get("/servicemanager/rest/CampaignAPI/updateLeadFast?" + lead()).status_code == 405
    for text in ("", "[]", '"x"', "{", '{"FirstPhone": ["0383218199"]}', '{"FirstPhone": true}'):
        answer = site.post(body=text)
        assert answer.status_code == 400
        assert "code" not in answer.json()
    form = site.client.post("/servicemanager/rest/CampaignAPI/updateLeadFast?" + lead(), data={"FirstPhone": "1"})
    assert form.status_code == 415
    assert site.applied == []


def test_lists_of_ids(site: Site) -> None:
    def entities(call: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = site.client.get(f"/servicemanager/rest/CampaignAPI/{call}").json()["entities"]
        return found

    assert [entry["id"] for entry in entities("getCampaignTemplateList?apiKey=practice")] == [41, 42]
    assert {"id": 41, "name": "Spring renewals"} in entities("getCampaignList?fTemplateId=41&apiKey=practice")
    assert {"id": 38, "name": "Main list"} in entities("getAllocationList?fCampaignId=41&apiKey=practice")
    assert entities("getAllocationList?fCampaignId=7&apiKey=practice") == []
    refused = site.client.get("/servicemanager/rest/CampaignAPI/getCampaignList?fTemplateId=41&apiKey=x")
    assert refused.status_code == 401


def strike(site: Site, rule: dict[str, Any]) -> None:
    site.dialer.faults.add([FaultRule(**rule)])


def test_faults_are_set_listed_and_switched_off_while_it_runs(site: Site) -> None:
    faults = {"faults": [{"kind": "http", "status": 502, "seconds": 0.001}]}
    assert site.client.post("/practice/faults", json=faults).json() == faults
    assert site.post().status_code == 502
    assert site.client.delete("/practice/faults").json() == {"faults": []}
    assert site.post().status_code == 200
    refused = site.client.post("/practice/faults", json={"faults": [{"kind": "fire"}]})
    assert refused.status_code == 400
    assert "fault 1, kind" in refused.json()["error"]
