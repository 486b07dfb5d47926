"""A journal with runs for the pages to show."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from leadsync.journal import Entry, Journal, State, open_journal
from leadsync.models import CampaignIds, Effect, Outcome, Row, RunRecord, Status
from leadsync.reasons import Reason
from leadsync.tallies import Live

RUN = "20261123-210455-7f3a"
PATH = f"/runs/{RUN}"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;\u202e{{7919*7877}}"
"""Breaks out of text, of an attribute, of a template, and turns the text behind it."""


@dataclass(frozen=True)
class Given:
    """A row and where it ends."""

    lead: str
    status: Status
    code: int | None = None
    message: str = ""
    cells: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    reason: Reason | None = None


def a_run(folder: Path, run_id: str = RUN, name: str = "callbacks friday.csv") -> RunRecord:
    return RunRecord(
        id=run_id,
        file=folder / name,
        sheet="",
        fingerprint="abc",
        kind="csv",
        delimiter=",",
        bom=False,
        headings=("Lead Id", "Name"),
        output=folder,
        dialer="https://pbx.example.com/hidden",
        ids=CampaignIds(41, 42, 38),
        created=datetime(2026, 11, 23, 21, 4, 55, tzinfo=UTC),
        complete=True,
    )


def fill(state: Path, run: RunRecord, rows: Iterable[Given], *, finished: bool = True, **values: object) -> None:
    """Store a run whose rows went so."""
    with open_journal(state) as journal:
        journal.create(run)
        given = dict(enumerate(rows, 2))
        taken_in = {Status.REJECTED: State.REJECTED, Status.SKIPPED: State.SKIPPED}
        journal.add(
            run.id,
            (
                Entry(
                    Row(number, one.cells or (one.lead, "A name")),
                    one.lead,
                    one.fields or {"njDisposition": "Sale"},
                    harmless=False,
                    state=taken_in.get(one.status, State.PENDING),
                    reason=one.reason,
                )
                for number, one in given.items()
            ),
        )
        asyncio.run(_send(journal, run.id, given))
        if finished:
            journal.update_run(run.id, finished=True, **values)


async def _send(journal: Journal, run_id: str, given: Mapping[int, Given]) -> None:
    journal.hold(run_id)
    async with journal.log(run_id) as log:
        for number, one in given.items():
            if one.status in (Status.REJECTED, Status.SKIPPED, Status.UNSENT):
                continue
            await log.begin(number, 1)
            effect = Effect.ANSWERED if one.code is not None else Effect.IN_DOUBT
            await log.finish(number, 1, Outcome(effect, one.code, "", one.message, 200), one.status)
    journal.release(run_id)


class Sender:
    """A process that sends a run, as the journal sees it."""

    def __init__(self, state: Path, run_id: str = RUN) -> None:
        self._journal = open_journal(state)
        self._run_id = run_id
        self._journal.hold(run_id)

    def tells(self, live: Live) -> None:
        """Tell the journal once."""

        async def tell() -> None:
            async with self._journal.log(self._run_id) as log:
                await log.live(live)

        asyncio.run(tell())

    @property
    def stop_wanted(self) -> str:
        """The user who wants it to stop."""
        return self._journal.live()[self._run_id].stop_wanted

    def ends(self, **values: object) -> None:
        self._journal.end_live(self._run_id)
        self._journal.update_run(self._run_id, **values)
        self.dies()

    def dies(self) -> None:
        """Leave without a word."""
        self._journal.__exit__(None, None, None)


def sixty_one(folder: Path) -> tuple[RunRecord, list[Given]]:
    """The run of the wireframe: 41 succeeded, 4 failed, 1 conflict, 9 rejected, 6 unsent, 61 rows."""
    rows = [
        *(Given(f"S{n}", Status.SUCCEEDED, 0, fields=_fields(n)) for n in range(41)),
        *(Given(f"F{n}", Status.FAILED, 106, "no such disposition") for n in range(3)),
        Given("F3", Status.FAILED, 104, "do not call"),
        Given("C0", Status.CONFLICT, 110, "an agent was editing it"),
        *(Given(f"R{n}", Status.REJECTED) for n in range(9)),
        *(Given(f"U{n}", Status.UNSENT) for n in range(6)),
    ]
    return replace(a_run(folder), new_leads=31), rows


def _fields(number: int) -> dict[str, str]:
    """23 Sale with a date for ten of them, 18 No Change."""
    disposition = {"njDisposition": "Sale" if number < 23 else "<No Change>"}
    return disposition | ({"njCallBackDate": "2026/12/24 14:30"} if number < 10 else {})


def text_of(page: str) -> str:
    """The words of a page, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0])).strip()
