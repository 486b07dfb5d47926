"""From a journal to the frame."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.failure_stats import By
from leadsync.journal import Entry, Journal, State, open_journal
from leadsync.models import CampaignIds, Row, RunRecord, Status
from leadsync.reasons import Fault, FaultKind, Rejected
from leadsync.stats.dimensions import Dimension, dimension
from leadsync.stats.outcome_frame import outcome_frame
from tests.journal.samples import CONFLICT, FAILED, LATER, RUN, SUCCEEDED, UNKNOWN, a_run, add


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    with open_journal(tmp_path / "state") as journal:
        journal.create(replace(a_run(tmp_path), complete=True))
        add(journal, RUN, ("A", SUCCEEDED), ("B", FAILED, 101), ("C", CONFLICT, 110), ("D", UNKNOWN, None))
        journal.create(replace(a_run(tmp_path, LATER), complete=True, ids=CampaignIds(1, 77, 1), first_stem="first"))
        fault = Rejected((Fault("Lead Id", "", FaultKind.BLANK_ID),))
        journal.add(LATER, [Entry(Row(2, ("", "x")), "", {}, False, State.REJECTED, fault)])
        add_own = {"fCampaignId": "42", "njDisposition": "Sale"}
        journal.add(LATER, [Entry(Row(3, ("A", "y")), "A", add_own, False, State.REJECTED)])
        yield journal


def runs(journal: Journal) -> dict[str, RunRecord]:
    return {run.id: run for run in reversed(journal.runs())}


def values(journal: Journal, name: str) -> list[str]:
    known = runs(journal)
    found = dimension(name, list(known.values()))
    return [str(value) for value in outcome_frame(journal, known, found)["value"]]


def test_each_end_is_a_line_in_the_order_of_runs_and_rows(journal: Journal) -> None:
    known = runs(journal)
    frame = outcome_frame(journal, known, dimension("code", list(known.values())))
    lines = zip(frame["run"], frame["lead"], frame["campaign"], frame["failed"], frame["status"], strict=True)
    assert list(lines) == [
        (RUN, "A", 41, False, Status.SUCCEEDED),
        (RUN, "B", 41, True, Status.FAILED),
        (RUN, "C", 41, True, Status.CONFLICT),
        (RUN, "D", 41, True, Status.UNKNOWN),
        (LATER, "", 77, True, Status.REJECTED),
        (LATER, "A", 77, True, Status.REJECTED),
    ]
    assert list(frame["cause"].astype(object).fillna("none")) == [
        "none",
        "101",
        "110",
        "unknown",
        "BLANK_ID",
        "rejected",
    ]


def test_a_lead_is_another_one_in_another_campaign_and_none_without_an_id(journal: Journal) -> None:
    known = runs(journal)
    who = list(outcome_frame(journal, known, dimension("code", list(known.values())))["who"])
    assert who[4] == -1
    assert len(set(who)) == 6


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("code", ["nan", "101", "110", "unknown", "BLANK_ID", "rejected"]),
        ("status", ["nan", "failed", "conflict", "unknown", "rejected", "rejected"]),
        ("lead", ["A", "B", "C", "D", "", "A"]),
        ("file", ["leads", "leads", "leads", "leads", "first", "first"]),
        ("campaign", ["41", "41", "41", "41", "77", "42"]),
        ("disposition", ["", "", "", "", "", "Sale"]),
        ("Lead Id", ["A", "B", "C", "D", "", "A"]),
    ],
)
def test_the_value_of_each_row(journal: Journal, name: str, expected: list[str]) -> None:
    assert values(journal, name) == expected


def test_a_cell_that_a_short_row_does_not_have_is_blank(journal: Journal) -> None:
    assert values(journal, "Name") == ["", "", "", "", "x", "y"]


def test_a_journal_without_ends_gives_a_frame_without_lines(journal: Journal) -> None:
    frame = outcome_frame(journal, {}, Dimension(By.CODE, {}))
    assert frame.empty
    assert {"run", "lead", "who", "failed", "status", "cause", "time", "day", "value"} <= {*frame.columns}
    none_since = datetime(2126, 1, 1, tzinfo=UTC)
    known = runs(journal)
    assert outcome_frame(journal, known, dimension("code", list(known.values())), none_since).empty
