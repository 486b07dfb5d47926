"""The practice dialer: its settings, its state, and a lead call's way through it. Nothing here knows HTTP."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from leadsync.models import CampaignIds
from leadsync.simulator.answers import AnswerShape
from leadsync.simulator.campaign import CONTACT_HOURS, DISPOSITIONS, PHONE_FIELDS, Campaign, Directory
from leadsync.simulator.faults import FaultRule, Faults
from leadsync.simulator.ledger import Ledger, Received
from leadsync.simulator.request_rules import Call, judge
from leadsync.simulator.slots import Slots

DEFAULT_IDS = CampaignIds(template=41, campaign=41, allocation=38)
QUEUED_TOO_LONG = 109


class PracticeDialer:
    """A dialer after the vendor's pages, limits included.

    `hardware_threads` are the machine's: half as many calls run at once (at least one), each for `floor_seconds` or
    longer. A call queued for `queue_timeout_seconds` is answered 109 and not applied. `leads` maps external ids to
    fields, with the lead's disposition if it has one. For this and `phone_fields`, `dispositions`, `contact_hours`,
    `dnc`, `editing`, `any_lead` see `Campaign`. `faults` are in force from the start; `ledger_path` keeps the ledger in
    a file too. UsageError if that file cannot be written.
    """

    def __init__(
        self,
        *,
        hardware_threads: int = 16,
        floor_seconds: float = 0.1,
        queue_timeout_seconds: float = 60,
        api_key: str = "practice",
        ids: CampaignIds = DEFAULT_IDS,
        phone_fields: Iterable[str] = PHONE_FIELDS,
        dispositions: Iterable[str] = DISPOSITIONS,
        contact_hours: Iterable[str] = CONTACT_HOURS,
        leads: Mapping[str, Mapping[str, str]] | None = None,
        any_lead: bool = False,
        dnc: Iterable[str] = (),
        editing: Iterable[str] = (),
        faults: Iterable[FaultRule] = (),
        answer_shape: AnswerShape = AnswerShape.CODE,
        ledger_path: Path | None = None,
    ) -> None:
        self.api_key = api_key
        self.floor_seconds = floor_seconds
        self.answer_shape = answer_shape
        self.slots = Slots(max(1, hardware_threads // 2), queue_timeout_seconds)
        self.campaign = Campaign(
            ids=ids,
            directory=Directory.around(ids),
            phone_fields=tuple(phone_fields),
            dispositions=frozenset(dispositions),
            contact_hours=frozenset(contact_hours),
            dnc=set(dnc),
            editing=set(editing),
            any_lead=any_lead,
        )
        for external_id, fields in (leads or {}).items():
            self.campaign.add(external_id, fields)
        self.faults = Faults(faults)
        self.ledger = Ledger(ledger_path)
        self.codes: Counter[int] = Counter()
        """How often each result code was given."""
        self.open_calls = 0
        """Lead calls that have arrived and are not answered, in a slot or queued."""
        self.peak_open_calls = 0
        # The pace is measured between these two: start and stop of a client do not count.
        self.first_call: float | None = None
        self.last_answer: float | None = None

    async def call(self, call: Call, received: Received, fault: FaultRule | None = None) -> int:
        """Takes a call through a slot and makes its change; its result code.

        A `fault` without the change leaves the code as it would have been.
        """
        loop = asyncio.get_running_loop()
        if self.first_call is None:
            self.first_call = loop.time()
        self.open_calls += 1
        self.peak_open_calls = max(self.peak_open_calls, self.open_calls)
        try:
            code = await self._through_a_slot(call, received, fault)
        finally:
            self.open_calls -= 1
            self.last_answer = loop.time()
        # The change follows the true code, the answer the fault's: so an answer can be a lie.
        answered = fault.code if fault is not None and fault.code is not None else code
        self.codes[answered] += 1
        return answered

    async def _through_a_slot(self, call: Call, received: Received, fault: FaultRule | None) -> int:
        if not await self.slots.take():
            return QUEUED_TOO_LONG
        try:
            # Judged at the end, so that code and change are one step that no other call comes between.
            await asyncio.sleep(self.floor_seconds + (fault.extra_work_seconds if fault else 0))
            code = judge(call, self.campaign)
            if code == 0 and (fault is None or fault.applied or fault.answered_as_usual):
                self._apply(call, received)
            return code
        finally:
            self.slots.give_back()

    def _apply(self, call: Call, received: Received) -> None:
        if call.inserts:
            self.campaign.insert(call.fields)
        else:
            self.campaign.update(call.external_id, call.fields)
        self.ledger.apply(received)

    def stats(self) -> dict[str, object]:
        """Counts since the start; `first_call` and `last_answer` in seconds of the event loop's clock."""
        return {
            "slots": self.slots.count,
            "received": len(self.ledger.received),
            "applied": len(self.ledger.applications),
            "in_flight": self.slots.in_use,
            "peak_in_flight": self.slots.peak_in_use,
            "queued_calls": self.slots.queued,
            "longest_queue": self.slots.longest_queue,
            "peak_open_calls": self.peak_open_calls,
            "codes": {str(code): count for code, count in sorted(self.codes.items())},
            "first_call": self.first_call,
            "last_answer": self.last_answer,
        }
