"""Rows that waited in a file given back: which go by now, and which have gone."""

from pathlib import Path

import leadsync
from leadsync.journal import open_journal
from leadsync.reasons import Skip, SkipKind
from leadsync.report import message
from leadsync.run.sheet_edits import NO_EDITS
from leadsync.run.waiting_rows import but_for_sent, goes_by_now, with_present_reasons
from leadsync.simulator import FaultKind, FaultRule
from leadsync.web.rows_page import present_rows
from tests.conftest import Desk


def test_rows_behind_an_undecided_one_may_go_by_now(desk: Desk) -> None:
    desk.dialer(
        faults=[
            FaultRule(FaultKind.CODE, code=110, lead="A", calls=1),
            FaultRule(FaultKind.CODE, code=106, lead="B", calls=1),
        ]
    )
    sheet = desk.sheet("leads.csv", "Lead Id,Version", "A,a", "A,b", "B,c")
    report = Path(desk.leadsync("run", sheet, "--json").json["files"]["report"])
    text = report.read_text("utf-8-sig").replace("A,b", "A,bb").replace("B,c", "B,cc")
    back = desk.folder / "back.csv"
    back.write_text(text, "utf-8")
    assert desk.leadsync("run", back, "--json").json["statuses"] == {"skipped": 2, "succeeded": 1}
    with open_journal(desk.state) as journal:
        later, first = journal.runs()
        assert (goes_by_now(journal, first), goes_by_now(journal, later)) == (False, True)
        done = but_for_sent(journal, later, NO_EDITS).left_out
        assert {number: (one.kind, one.status) for number, one in done.items()} == {4: (SkipKind.BY_NOW, "succeeded")}
    desk.leadsync("resolve", first.id, "--row", "2", "--not-applied")
    assert desk.leadsync("run", back, "--json").json["statuses"] == {"skipped": 2, "succeeded": 1}
    with open_journal(desk.state) as journal:
        third = journal.runs()[0]
        done = but_for_sent(journal, third, NO_EDITS).left_out
        assert [(number, one.kind, one.run) for number, one in sorted(done.items())] == [
            (3, SkipKind.BY_NOW, third.id),
            (4, SkipKind.BY_NOW, later.id),
        ], "a third reading has it from both"


def test_rows_that_waited_are_shown_with_what_became_of_them(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="L", attempt=2)])
    first = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Version", "L,a", "L,b", "L,c"), "--json").json["run"]
    sheet = desk.sheet("b.csv", "Lead Id,Version", "L,a", "L,b", "L,x")
    waited = desk.leadsync("run", sheet, "--json").json["run"]

    def reasons() -> list[SkipKind]:
        with open_journal(desk.state) as journal:
            rows = with_present_reasons(journal, ((waited, row) for row in journal.records(waited)))
            return [row.reason.kind for _, row in rows if isinstance(row.reason, Skip)]

    waits = SkipKind.WAITS_FOR_DECISION
    assert reasons() == [waits, SkipKind.UNDECIDED_BEFORE, waits]
    desk.leadsync("resolve", first, "--row", "3", "--send")
    assert reasons() == [SkipKind.WAITS_FOR_RESUME] * 3
    desk.leadsync("resume", first)
    assert reasons() == [SkipKind.BY_NOW, SkipKind.BY_NOW, SkipKind.GOES_BY_NOW]
    report = desk.leadsync("report", waited, "--json").json["files"]["report"]
    told = [row["sync_message"] for row in desk.rows(report)]
    by_now = f"run {first} has it as succeeded by now"
    assert told == [by_now, by_now, "waits no longer: give the file again to send it"]
    assert desk.leadsync("run", sheet, "--json").json["statuses"] == {"skipped": 2, "succeeded": 1}
    assert reasons() == [SkipKind.BY_NOW, SkipKind.BY_NOW, SkipKind.SENT_SINCE]
    assert "sent since: last sent on" in desk.leadsync("show", waited, "--status", "skipped").out
    assert "has it as succeeded by now" in desk.leadsync("show", "--lead", "L").out


def test_rows_of_a_report_that_waited_are_shown_with_what_became_of_them(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="L", calls=1)])
    first = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,Version", "L,a", "L,b"), "--json").json
    back = desk.folder / "back.csv"
    back.write_text(Path(first["files"]["report"]).read_text("utf-8-sig").replace("L,b", "L,bb"), "utf-8")
    waited = desk.leadsync("run", back, "--json").json["run"]

    def told() -> str:
        shown = desk.leadsync("show", waited, "--status", "skipped", "--json").json["listed"][-1]["message"]
        with open_journal(desk.state) as journal:
            [(_, on_page)] = present_rows(journal, [(waited, row) for row in journal.records(waited)][-1:])
        assert message(on_page) == shown
        assert shown in leadsync.history("L", state=desk.state)["sync_message"].tolist()
        return str(shown)

    assert told() == f"waits for row 2 of run {first['run']}, which a person has to decide first"
    desk.leadsync("resolve", first["run"], "--row", "2", "--send")
    assert told().startswith(f"waits for row 2 of run {first['run']}, which goes first: `leadsync resume")
    desk.leadsync("resolve", first["run"], "--row", "2", "--applied")
    assert told() == "waits no longer: give the file again to send it"
    desk.leadsync("resume", first["run"])
    assert told() == f"run {first['run']} has it as succeeded by now"


def test_a_row_left_uncorrected_says_that_a_later_one_of_its_lead_went(desk: Desk) -> None:
    """It named `retry` and a correction, which no longer send it."""
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="A", code=106, calls=2)])
    first = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Disposition", "A,Sale", "A,Busy"), "--json").json
    report = Path(first["files"]["report"]).read_text("utf-8")
    back = desk.sheet("back.csv", *report.replace("A,Busy", "A,No Answer").splitlines())
    second = desk.leadsync("run", back, "--json").json
    assert second["statuses"] == {"skipped": 1, "succeeded": 1}
    left = desk.rows(Path(second["files"]["report"]))[0]
    assert left["sync_message"].startswith(f"row 3 of the same lead, further down in run {second['run']}, went through")
    assert left["sync_advice"] == ""
    shown = desk.leadsync("show", second["run"], "--rows", "--json").json["listed"][0]
    assert shown["message"] == left["sync_message"]
