"""Rows that only a person can decide: held, decided, and never sent without being asked."""

from pathlib import Path

import pytest

from tests.faults.invariants import SheetRow, sheet_rows
from tests.faults.scene import read_table

FAMILY = [SheetRow(2, "L2", "Sale"), SheetRow(3, "other", "Sale"), SheetRow(4, "L2", "Call Back")]
"""Two rows for one lead around another lead's."""


def undecided(scene, **rule):
    stage = scene(FAMILY)
    stage.strike(lead="L2", attempt=1, **(rule or {"kind": "close"}))
    return stage, stage.run()


@pytest.mark.parametrize("rule", [{"kind": "close"}, {"kind": "code", "code": 110}], ids=["unknown", "conflict"])
def test_later_rows_of_an_undecided_lead_wait_and_say_why(scene, rule):
    stage, ended = undecided(scene, **rule)
    stage.check(ended)
    held = stage.report()[2]
    assert held["sync_status"] == "unsent"
    assert "waits for row 2" in held["sync_message"]
    stage.leadsync("resume", ended.summary["run"])
    assert stage.statuses()[4] == "unsent"
    assert stage.applied(4) == 0


def test_retry_sends_nothing_of_an_undecided_lead(scene):
    stage, ended = undecided(scene)
    stage.leadsync("retry", ended.summary["run"])
    assert stage.applied(4) == 0, "row 4 would overtake row 2, which may be sent yet"


@pytest.mark.parametrize(("decision", "first"), [("--applied", 0), ("--not-applied", 0), ("--send", 1)])
def test_resolve_decides_and_the_held_row_goes(scene, decision, first):
    stage, ended = undecided(scene)
    run = ended.summary["run"]
    assert stage.leadsync("resolve", run, "--row", "2", decision).code == 0
    resumed = stage.finish()
    assert resumed.summary["run"] == run
    assert (stage.applied(2), stage.applied(3), stage.applied(4)) == (first, 1, 1)
    assert resumed.code == (3 if decision == "--not-applied" else 0)
    names = [entry.fields["Name"] for entry in stage.dialer.ledger.applications]
    assert names.index("Row 4") == len(names) - 1


def test_not_applied_row_can_be_retried_even_after_an_earlier_retry(scene):
    """A person may decide only after the failed rows have gone again."""
    stage = scene(sheet_rows(3, disposition="Sale"))
    stage.strike(lead="L2", attempt=1, kind="close")
    stage.strike(lead="L3", attempt=1, kind="code", code=105)
    run = stage.run().summary["run"]
    assert stage.leadsync("retry", run).code == 0
    assert stage.leadsync("resolve", run, "--row", "2", "--not-applied").code == 0
    retried = stage.leadsync("retry", run)
    assert retried.code == 0, retried.err
    assert [stage.applied(number) for number in (2, 3, 4)] == [1, 1, 1]


@pytest.mark.parametrize(("decision", "applied"), [("applied", 0), ("not applied", 0), ("send", 1)])
def test_review_file_with_a_decision_does_the_same(scene, decision, applied):
    stage, ended = undecided(scene)
    review = Path(ended.summary["files"]["review"])
    row = read_table(review)[0]
    assert "Sale" in row["sync_advice"]
    text = review.read_text()
    review.write_text(text.rstrip("\r\n") + decision + "\r\n", newline="")
    assert read_table(review)[0]["sync_decision"] == decision
    assert stage.leadsync("run", review).code == 0
    assert stage.applied(2) == applied
    stage.leadsync("resume", ended.summary["run"])
    assert stage.applied(2) == applied
    assert stage.applied(4) == 1


def test_retry_never_touches_succeeded_conflict_and_unknown_rows(scene):
    stage = scene(sheet_rows(8, disposition="Sale"))
    stage.strike(lead="L2", attempt=1, kind="close", applied=True)
    stage.strike(lead="L3", attempt=1, kind="code", code=110)
    stage.strike(lead="L4", attempt=1, kind="code", code=105)
    stage.strike(lead="L5", attempt=1, kind="code", code=104)
    first = stage.run()
    calls = len(stage.dialer.ledger.received)
    assert stage.leadsync("retry", first.summary["run"]).code == 0
    assert [entry.lead for entry in stage.dialer.ledger.received[calls:]] == ["L4"]
    assert [stage.applied(row.number) for row in stage.rows] == [1, 0, 1, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("gone", [False, True], ids=["changed", "gone"])
def test_resume_goes_on_from_the_journal_where_the_sheet_is_not_what_it_was(scene, gone):
    stage = scene(sheet_rows(6, disposition="Sale"), slots=1)
    stage.strike(lead="L4", attempt=1, kind="code", code=115)
    assert stage.run().code == 4
    if gone:
        stage.sheet.unlink()
    else:
        stage.sheet.write_text("External Id,FirstPhone,Name\nX,0383219999,Somebody else\n")
    resumed = stage.leadsync("resume")
    stage.check(resumed)
    assert resumed.code == 0
    assert ("is not there any more" if gone else "has changed since") in resumed.err


def test_finished_file_given_again_sends_nothing(scene):
    stage = scene(sheet_rows(3, disposition="Sale"))
    assert stage.run().code == 0
    again = stage.run()
    assert again.code == 0
    assert "Nothing to do" in again.err
    assert [stage.applied(row.number) for row in stage.rows] == [1, 1, 1]
