"""Where rows of many runs ended, as statistics read it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.errors import UsageError
from leadsync.journal import Effects, Entry, Journal, State
from leadsync.journal.sql import row_ends
from leadsync.models import Effect, Outcome, Row, Status
from leadsync.reasons import Fault, FaultKind, Rejected
from tests.journal.conftest import SetClock
from tests.journal.samples import (
    CONFLICT,
    FAILED,
    LATER,
    REJECTED,
    RUN,
    SKIPPED,
    SUCCEEDED,
    UNKNOWN,
    UNSENT,
    a_run,
    add,
    die,
    sending,
)

CREATED = datetime(2026, 11, 23, 21, 4, 55, tzinfo=UTC).timestamp()
SENT = 1_795_500_000.0
"""Some hours after the run began."""


@pytest.fixture(autouse=True)
def clock(set_clock: SetClock) -> None:
    set_clock(SENT)


def ends(
    journal: Journal, runs: Mapping[str, int | None], *, field: str = "", since: datetime | None = None
) -> list[tuple[object, ...]]:
    """The batches as lines: run, lead, status, code, fault, time, value."""
    return [
        (batch.run_id, *line)
        for batch in journal.ends(runs, field=field, since=since)
        for line in zip(*batch[1:-1], strict=True)
    ]


def test_each_end_has_its_lead_code_and_time(journal: Journal) -> None:
    add(
        journal,
        RUN,
        ("A", SUCCEEDED),
        ("B", FAILED, 101),
        ("C", CONFLICT, 110),
        ("D", UNKNOWN, None),
        ("E", REJECTED),
    )
    assert ends(journal, {RUN: None}) == [
        (RUN, "A", "succeeded", 0, None, SENT, None),
        (RUN, "B", "failed", 101, None, SENT, None),
        (RUN, "C", "conflict", 110, None, SENT, None),
        (RUN, "D", "unknown", None, None, SENT, None),
        (RUN, "E", "rejected", None, None, CREATED, None),
    ]


def test_what_has_not_ended_or_was_left_out_is_no_end(journal: Journal) -> None:
    add(journal, RUN, ("A", UNSENT), ("B", SKIPPED), ("C", UNSENT))
    die(journal, RUN, left=(4,))
    assert ends(journal, {RUN: None}) == []


def test_a_rejected_row_names_its_first_fault(journal: Journal) -> None:
    faults = (Fault("Lead Id", "", FaultKind.BLANK_ID), Fault("Phone", "12", FaultKind.SHORT_PHONE))
    journal.add(RUN, [Entry(Row(2, ("",)), "", {}, False, State.REJECTED, Rejected(faults))])
    assert ends(journal, {RUN: None}) == [(RUN, "", "rejected", None, "BLANK_ID", CREATED, None)]


def test_a_column_is_read_by_its_position_in_each_run(journal: Journal, tmp_path: Path) -> None:
    journal.create(a_run(tmp_path, LATER))
    for run_id, cells in ((RUN, ("L", "Ann")), (LATER, ("Ben", "L"))):
        journal.add(run_id, [Entry(Row(2, cells), "L", {}, False, State.REJECTED)])
    assert [line[-1] for line in ends(journal, {RUN: 1, LATER: 0})] == ["Ann", "Ben"]
    assert [line[-1] for line in ends(journal, {RUN: 0, LATER: None})] == ["L", None]


def test_a_field_goes_before_the_column(journal: Journal) -> None:
    journal.add(
        RUN,
        [
            Entry(Row(2, ("A", "sale")), "A", {"njDisposition": "Sale"}, False, State.REJECTED),
            Entry(Row(3, ("B", "sale")), "B", {}, False, State.REJECTED),
        ],
    )
    assert [line[-1] for line in ends(journal, {RUN: 1}, field="njDisposition")] == ["Sale", "sale"]
    assert [line[-1] for line in ends(journal, {RUN: None}, field="njDisposition")] == ["Sale", None]


def test_outcomes_before_a_moment_are_left_out(journal: Journal) -> None:
    add(journal, RUN, ("A", FAILED, 101), ("B", REJECTED))

    def leads(seconds: float) -> list[object]:
        return [line[1] for line in ends(journal, {RUN: None}, since=datetime.fromtimestamp(seconds, UTC))]

    assert leads(CREATED) == ["A", "B"]
    assert leads(CREATED + 1) == ["A"]
    assert leads(SENT) == ["A"]
    assert leads(SENT + 1) == []


def test_a_trial_ends_at_its_last_row(journal: Journal) -> None:
    add(journal, RUN, ("A", FAILED, 101), ("B", REJECTED))
    journal.update_run(RUN, last_row=2)
    assert [line[1] for line in ends(journal, {RUN: None})] == ["A"]


def test_what_a_run_took_over_from_its_trial_is_given_once(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", SUCCEEDED), ("B", FAILED, 101), ("C", REJECTED), ("D", REJECTED))
    journal.create(replace(a_run(tmp_path, LATER), follows=RUN))
    for number, lead, state in (
        (2, "A", State.PENDING),
        (3, "B", State.PENDING),
        (4, "C", State.REJECTED),
        (5, "D", State.PENDING),
    ):
        journal.add(LATER, [Entry(Row(number, (lead,)), lead, {}, False, state)])
    both = {RUN: None, LATER: None}
    assert [line[:2] for line in ends(journal, both)] == [(RUN, "A"), (RUN, "B"), (RUN, "C"), (RUN, "D"), (LATER, "C")]
    journal.confirm(LATER, Effects(kept=[(2, 2)], taken={RUN: [(3, 3), (4, 4), (5, 5)]}))

    async def send() -> None:
        async with sending(journal, LATER) as log:
            await log.begin(3, 1)
            await log.finish(3, 1, Outcome(Effect.ANSWERED, 106), Status.FAILED)

    asyncio.run(send())
    # B was sent anew, and D is corrected: what they came to in the trial stays.
    assert [(*line[:2], line[3]) for line in ends(journal, both)] == [
        (RUN, "B", 101),
        (RUN, "D", None),
        (LATER, "A", 0),
        (LATER, "B", 106),
        (LATER, "C", None),
    ]
    # Rejected in both, C is told once, so that it is no row sent again.
    assert [list(batch.again) for batch in journal.ends({LATER: None})] == [[False, True, False]]


def test_a_row_behind_a_trials_end_is_no_row_sent_again(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", SUCCEEDED), ("B", FAILED, 101), ("C", REJECTED))
    journal.update_run(RUN, last_row=3)
    journal.create(replace(a_run(tmp_path, LATER), follows=RUN))
    add(journal, LATER, ("A", SUCCEEDED), ("B", SUCCEEDED), ("C", SUCCEEDED))
    journal.confirm(LATER, Effects(taken={RUN: [(3, 3), (4, 4)]}))
    assert [list(batch.again) for batch in journal.ends({LATER: None})] == [[False, True, False]]


def test_large_runs_come_in_batches_and_none_without_rows(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_ends, "_BATCH", 500)
    journal.create(a_run(tmp_path, LATER))
    journal.add(LATER, (Entry(Row(n, ()), f"L{n}", {}, False, State.REJECTED) for n in range(2, 1_202)))
    batches = list(journal.ends({RUN: None, LATER: None}))
    assert {batch.run_id for batch in batches} == {LATER}
    assert len(batches) > 1
    assert [lead for batch in batches for lead in batch.leads] == [f"L{n}" for n in range(2, 1_202)]


def test_a_row_rejected_again_is_no_first_sending(journal: Journal, tmp_path: Path) -> None:
    journal.create(a_run(tmp_path, LATER))
    fault = (Fault("", "", FaultKind.BLANK_ID),)
    reasons = {2: Rejected(fault), 3: Rejected(fault, run=RUN, row=9)}
    journal.add(LATER, (Entry(Row(n, ()), "L", {}, False, State.REJECTED, one) for n, one in reasons.items()))
    assert [batch.again for batch in journal.ends({LATER: None})] == [[False, True]]
    journal.update_run(LATER, follows=RUN)
    assert [batch.again for batch in journal.ends({LATER: None})] == [[False, False]], "told there alone"


def test_an_unknown_run_is_refused(journal: Journal) -> None:
    with pytest.raises(UsageError, match="not in the journal any more"):
        list(journal.ends({"20200101-000000-0000": None}))


def test_a_failure_is_that_of_the_lead_its_row_was_corrected_to(journal: Journal, tmp_path: Path) -> None:
    """Row 2 had a wrong id, corrected twice; the second time in the retry of the corrected sheet."""
    add(journal, RUN, ("4OI20", FAILED, 101), ("B", FAILED, 106))
    corrected, retry, last = "20261126-000000-0000", "20261127-000000-0000", "20261128-000000-0000"
    journal.create(a_run(tmp_path, corrected))
    add(journal, corrected, ("40l20", FAILED, 101))
    journal.confirm(corrected, Effects(taken={RUN: [(2, 2)]}))
    journal.create_retry(replace(a_run(tmp_path, retry), retry_of=corrected, complete=True))
    journal.create(a_run(tmp_path, last))
    add(journal, last, ("X", SUCCEEDED, 0), ("40120", SUCCEEDED, 0))
    journal.confirm(last, Effects(taken={retry: [(2, 3)]}))
    again = {batch.run_id: list(batch.again) for batch in journal.ends(dict.fromkeys((RUN, corrected, last)))}
    assert again == {RUN: [False, False], corrected: [True], last: [False, True]}
    found = {(line[0], line[1], line[2]) for line in ends(journal, dict.fromkeys((RUN, corrected, last)))}
    assert found == {
        (RUN, "40120", "failed"),
        (RUN, "B", "failed"),
        (corrected, "40120", "failed"),
        (last, "X", "succeeded"),
        (last, "40120", "succeeded"),
    }
