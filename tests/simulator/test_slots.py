"""The dialer's limits: slots shared by all calls, the floor, the queue and its timeout."""

import asyncio

import httpx

from tests.simulator.conftest import OpenSite
from tests.simulator.lead_calls import IDS, dialer_with, update


def test_calls_over_http_run_one_at_a_time_on_one_slot_first_come_first_served(open_site: OpenSite) -> None:
    site = open_site(hardware_threads=2, floor_seconds=0.3, any_lead=True)

    async def three_at_once() -> list[int]:
        async with httpx.AsyncClient(base_url=site.server.url, trust_env=False, verify=False) as client:

            async def send(lead: int) -> int:
                # Each leaves once the one before it has come in, however busy the machine is.
                while site.dialer.peak_open_calls < lead - 1:
                    await asyncio.sleep(0.001)
                query = "&".join(f"{name}={value}" for name, value in IDS.items())
                body = {"FirstPhone": f"03{lead:08}", "njDisposition": "Sale"}
                path = (
                    f"/servicemanager/rest/CampaignAPI/updateLeadFast?{query}&njExternalLeadId={lead}&apiKey=practice"
                )
                return (await client.post(path, json=body)).json()["code"]

            return await asyncio.gather(*(send(lead) for lead in (1, 2, 3)))

    assert asyncio.run(three_at_once()) == [0, 0, 0]
    stats = site.client.get("/practice/stats").json()
    assert stats["peak_in_flight"] == 1
    assert (stats["queued_calls"], stats["longest_queue"], stats["peak_open_calls"]) == (2, 2, 3)
    assert (stats["received"], stats["applied"], stats["codes"]) == (3, 3, {"0": 3})
    assert stats["last_answer"] - stats["first_call"] >= 0.9
    assert site.applied == ["1", "2", "3"]


def test_queue_is_first_come_first_served() -> None:
    dialer = dialer_with(hardware_threads=2, floor_seconds=0.001)
    finished: list[int] = []

    async def ten_at_once() -> None:
        await asyncio.gather(*(update(dialer, lead, finished) for lead in range(10)))

    asyncio.run(ten_at_once())
    assert finished == list(range(10))
    assert dialer.stats()["peak_in_flight"] == 1


def test_call_queued_too_long_is_answered_109_and_not_applied() -> None:
    dialer = dialer_with(hardware_threads=2, floor_seconds=0.15, queue_timeout_seconds=0.05)

    async def two_at_once() -> list[int]:
        return await asyncio.gather(update(dialer, 1), update(dialer, 2))

    assert asyncio.run(two_at_once()) == [0, 109]
    assert [entry.lead for entry in dialer.ledger.applications] == ["1"]
    assert dialer.stats()["in_flight"] == 0


def test_cancelled_calls_leave_no_slot_taken() -> None:
    dialer = dialer_with(hardware_threads=2, floor_seconds=5)

    async def cancelled() -> None:
        calls = [asyncio.create_task(update(dialer, lead)) for lead in (1, 2, 3)]
        await asyncio.sleep(0.01)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    asyncio.run(cancelled())
    dialer.floor_seconds = 0
    assert dialer.stats()["in_flight"] == 0
    assert asyncio.run(update(dialer, 4)) == 0
    assert [entry.lead for entry in dialer.ledger.applications] == ["4"]
