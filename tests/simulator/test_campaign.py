"""The dialer's leads: what an update keeps, and leads that any id names."""

import json

from tests.simulator.conftest import OpenSite, Site

IDS = "fTemplateId=41&fCampaignId=41&fAllocationId=38&apiKey=practice"


def lead(external_id: str = "9856") -> str:
    return f"{IDS}&njExternalLeadId={external_id}"


def body(**fields: object) -> str:
    return json.dumps({"FirstPhone": "0383218199", "njDisposition": "Sale", **fields})


def test_update_keeps_no_change_fields_and_drops_a_callback_that_is_not_given(site: Site) -> None:
    site.post(body='{"FirstPhone":"<No Change>","njDisposition":"Sale","njCallBackDate":"2026/12/24 09:30"}')
    assert site.dialer.campaign.leads["9856"] == {
        "FirstPhone": "0383210000",
        "SecondPhone": "0383210001",
        "njDisposition": "Sale",
        "njCallBackDate": "2026/12/24 09:30",
    }
    site.post(body='{"FirstPhone":"0383218199","njDisposition":"<No Change>","City":"Abbotsford"}')
    assert site.dialer.campaign.leads["9856"] == {
        "FirstPhone": "0383218199",
        "SecondPhone": "0383210001",
        "njDisposition": "Sale",
        "City": "Abbotsford",
    }
    assert site.post(query=lead("other"), body=body(FirstPhone="0383210000")).json()["code"] == 0


def test_any_lead_is_one_that_was_dialed_before(open_site: OpenSite) -> None:
    site = open_site(any_lead=True, dispositions=())
    answer = site.post(query=lead("A%2F7%20%C3%A9"), body=body(njDisposition="<No Change>"))
    assert answer.json()["code"] == 0
    assert site.applied == ["A/7 é"]
    assert site.post(body=body(njDisposition="Our own word", FirstPhone="0383218100")).json()["code"] == 0
