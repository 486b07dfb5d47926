"""The practice dialer's settings and a call's way through it."""

import asyncio

import pytest

from leadsync.simulator import FaultKind, FaultRule
from leadsync.simulator.request_rules import Call, CallName
from tests.simulator.lead_calls import IDS, dialer_with, insert, update


@pytest.mark.parametrize(("threads", "slots"), [(1, 1), (2, 1), (3, 1), (16, 8), (128, 64)])
def test_half_the_hardware_threads_are_slots(threads: int, slots: int) -> None:
    assert dialer_with(hardware_threads=threads).stats()["slots"] == slots


def test_updates_and_inserts_share_the_slots() -> None:
    dialer = dialer_with(hardware_threads=4, floor_seconds=0.001)

    async def both() -> list[int]:
        return await asyncio.gather(*(kind(dialer, lead) for kind in (update, insert) for lead in (1, 2, 3)))

    asyncio.run(both())
    assert dialer.stats()["peak_in_flight"] == 2
    assert dialer.stats()["queued_calls"] == 4


def test_a_fault_may_change_the_answer_and_not_the_lead() -> None:
    dialer = dialer_with(floor_seconds=0)
    call = Call(
        CallName.UPDATE, {**IDS, "njExternalLeadId": "7"}, {"FirstPhone": "0383218101", "njDisposition": "Sale"}
    )
    for applied, changes in ((False, 0), (True, 1)):
        fault = FaultRule(FaultKind.CODE, code=104, applied=applied)
        received = dialer.ledger.receive(call.name, call.external_id, call.fields, "code")
        assert asyncio.run(dialer.call(call, received, fault)) == 104
        assert len(dialer.ledger.applications) == changes
    assert dialer.stats()["codes"] == {"104": 2}
