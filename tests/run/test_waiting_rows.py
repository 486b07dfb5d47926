"""Rows that waited in a file given back: which go by now, and which have gone."""

from pathlib import Path

from leadsync.journal import open_journal
from leadsync.reasons import SkipKind
from leadsync.run.sheet_edits import NO_EDITS
from leadsync.run.waiting_rows import but_for_sent, goes_by_now
from leadsync.simulator import FaultKind, FaultRule
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
