"""A journal of many runs whose rows ended in every way, made through the journal's protocol."""

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from leadsync.journal import Entry, Journal, State, open_journal
from leadsync.models import CampaignIds, Effect, Outcome, Row, RunRecord, Status
from leadsync.reasons import Fault, FaultKind, Rejected

HEADINGS = ("Lead Id", "Name", "FirstPhone", "Outcome", "Agent", "List source")
ROLES = ("njExternalLeadId", "", "phone", "njDisposition", "", "")
AGENTS = tuple(f"{first} {last}" for first in ("Ann", "Ben", "Chloë", "Dan") for last in ("Lee", "O'Neil", "Šimić"))
SOURCES = ("Web form", "Spring fair", "Partner list", "Referral", "")
_RUNS = 50
_FIRST = datetime(2026, 10, 1, 9, tzinfo=UTC)
_GROUP = 1000
_ENDS = (
    (Outcome(Effect.ANSWERED, 0, "OK", "", 200), Status.SUCCEEDED, 0.85),
    (Outcome(Effect.ANSWERED, 101, "COULDNT_FIND_THE_LEAD", "", 400), Status.FAILED, 0.05),
    (Outcome(Effect.ANSWERED, 106, "INVALID_DISPOSTION", "", 400), Status.FAILED, 0.03),
    (Outcome(Effect.ANSWERED, 110, "LEAD_NOT_UPDATED_DUE_TO_CONFLICT", "", 400), Status.CONFLICT, 0.01),
    (Outcome(Effect.IN_DOUBT, message="cut"), Status.UNKNOWN, 0.01),
)
_REJECTED = 0.05
_FAULTS = (FaultKind.SHORT_PHONE, FaultKind.NOT_A_DATE, FaultKind.UNKNOWN_DISPOSITION)


def fill(state: Path, rows: int) -> None:
    """Add fifty runs, a day apart, with so many rows of half as many leads together."""
    chance = random.Random(7)
    with open_journal(state) as journal:
        for number in range(_RUNS):
            begun = _FIRST + timedelta(days=number)
            with patch("time.time", lambda begun=begun: begun.timestamp() + 60):
                _fill_run(journal, state, number, begun, rows // _RUNS, chance, leads=rows // 2)


def _fill_run(
    journal: Journal, folder: Path, number: int, begun: datetime, rows: int, chance: random.Random, *, leads: int
) -> None:
    run_id = f"{begun:%Y%m%d-%H%M%S}-{number:04x}"
    file = folder / f"leads-{number % 5}.csv"
    ids = CampaignIds(41, 41 + number % 2, 38)
    journal.create(
        RunRecord(run_id, file, "", "", "csv", ",", False, HEADINGS, folder, "http://x", ids, begun, roles=ROLES)
    )
    journal.add(run_id, _entries(rows, chance, leads))
    journal.confirm(run_id)
    journal.hold(run_id)
    asyncio.run(_send(journal, run_id, chance))
    journal.release(run_id)
    journal.update_run(run_id, finished=True)


def _entries(rows: int, chance: random.Random, leads: int) -> Iterator[Entry]:
    for number in range(2, rows + 2):
        lead = f"LEAD-{chance.randrange(leads):08d}"
        phone = f"03{50_000_000 + number:08d}"
        cells = (lead, f"Firstname Lastname {number}", phone, "Sale", chance.choice(AGENTS), chance.choice(SOURCES))
        rejected = chance.random() < _REJECTED
        fault = Fault("FirstPhone", phone, chance.choice(_FAULTS))
        fields = {"Name": cells[1], "FirstPhone": phone, "njDisposition": "Sale", "Agent": cells[4]}
        yield Entry(
            Row(number, cells),
            lead,
            {} if rejected else fields,
            harmless=False,
            state=State.REJECTED if rejected else State.PENDING,
            reason=Rejected((fault,)) if rejected else None,
        )


async def _send(journal: Journal, run_id: str, chance: random.Random) -> None:
    outcomes, statuses, weights = zip(*_ENDS, strict=True)
    ends = list(zip(outcomes, statuses, strict=True))
    async with journal.log(run_id) as log:
        after = 0
        while group := await log.pending(after, _GROUP):
            await asyncio.gather(*(log.begin(row.number, 1) for row in group))
            of_group = chance.choices(ends, weights, k=len(group))
            await asyncio.gather(*(log.finish(row.number, 1, *end) for row, end in zip(group, of_group, strict=True)))
            after = group[-1].number
