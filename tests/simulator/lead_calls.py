"""Calls to a practice dialer without HTTP."""

from typing import Any

from leadsync.simulator import PracticeDialer
from leadsync.simulator.request_rules import Call, CallName

IDS = {"fTemplateId": "41", "fCampaignId": "41", "fAllocationId": "38"}


def dialer_with(**settings: Any) -> PracticeDialer:
    return PracticeDialer(any_lead=True, **{"floor_seconds": 0.02, **settings})


async def update(dialer: PracticeDialer, lead: int, finished: list[int] | None = None) -> int:
    fields = {"FirstPhone": f"03{lead:08}", "njDisposition": "Sale"}
    call = Call(CallName.UPDATE, {**IDS, "njExternalLeadId": str(lead)}, fields)
    code = await dialer.call(call, dialer.ledger.receive(call.name, call.external_id, fields, ""))
    if finished is not None:
        finished.append(lead)
    return code


async def insert(dialer: PracticeDialer, lead: int) -> int:
    fields = {"FirstPhone": f"03{lead:08}", "njExternalLeadId": str(lead)}
    call = Call(CallName.INSERT, IDS, fields)
    return await dialer.call(call, dialer.ledger.receive(call.name, call.external_id, fields, ""))
