"""Rows that wait in files given back, each with its text and the words about it."""

from pathlib import Path

import pytest

from leadsync.journal import open_journal
from leadsync.reimport.waiting_texts import repeated_by, waiting_texts
from leadsync.simulator import FaultKind, FaultRule
from tests.conftest import Desk


def test_the_newest_run_of_each_other_file_has_the_texts(desk: Desk) -> None:
    undecided = FaultRule(FaultKind.CODE, code=110, lead="A", calls=1)
    desk.dialer(faults=[undecided])
    sheet = desk.sheet("leads.csv", "Lead Id,Version", "A,a", "A,b")
    report = Path(desk.leadsync("run", sheet, "--json").json["files"]["report"])
    back = desk.folder / "back.csv"
    for version in ("A,bx", "A,bb"):
        back.write_text(report.read_text("utf-8-sig").replace("A,b", version), "utf-8")
        desk.leadsync("run", back)
    with open_journal(desk.state) as journal:
        last, _, first = journal.runs()
        [waits] = (one for one in waiting_texts(journal, first, None) if one.lead.fields["Version"] != "a")
        assert (waits.of_run, waits.of_row, waits.lead.fields["Version"]) == (first.id, 3, "bb")
        assert list(waiting_texts(journal, first, back)) == list(waiting_texts(journal, last, None)) == []
        assert repeated_by(journal, last) == last
    assert str(waits.remark(1)) == (
        f"! 1 row was corrected in back.csv (run {last.id}) and could not go from there; here it goes as before. "
        f"To send the correction, `leadsync run {back}` instead"
    )


def test_a_text_in_the_report_of_a_report_is_of_the_row_that_failed(desk: Desk) -> None:
    """In the run between, that row is left out: it was not corrected there."""
    codes = (FaultRule(FaultKind.CODE, code=code, lead="A", calls=1) for code in (106, 106, 110))
    desk.dialer(faults=list(codes))
    first = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,Version", "A,a", "A,b"), "--json").json
    report = Path(first["files"]["report"]).read_text("utf-8-sig").replace("A,a", "A,ax")
    second = desk.leadsync("run", desk.sheet("back.csv", *report.splitlines()), "--json").json
    again = Path(second["files"]["report"]).read_text("utf-8-sig").replace("A,b", "A,bx")
    back = desk.sheet("again.csv", *again.splitlines())
    third = desk.leadsync("run", back, "--json").json["run"]
    with open_journal(desk.state) as journal:
        [waits] = waiting_texts(journal, journal.run(first["run"]), None)
        assert (waits.run.id, waits.of_run, waits.of_row) == (third, first["run"], 3)
    desk.leadsync("resolve", second["run"], "--row", "2", "--applied")
    named = f"! 1 row was corrected in again.csv (run {third}) and could not go from there; here it goes as before."
    assert named in desk.leadsync("retry", first["run"]).err


@pytest.mark.parametrize("given", ["nothing", "the new file", "the kept one"])
def test_a_text_in_a_file_put_aside_waits_behind_a_reading_of_the_new_one(desk: Desk, given: str) -> None:
    codes = (FaultRule(FaultKind.CODE, code=code, lead="A", calls=1) for code in (110, 106, 106))
    desk.dialer(faults=list(codes))
    first = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,Version", "A,a", "A,b"), "--json").json
    report = Path(first["files"]["report"])
    report.write_text(report.read_text("utf-8-sig").replace("A,b", "A,bx"), "utf-8")
    edited = desk.leadsync("run", report, "--json").json["run"]
    desk.leadsync("resolve", first["run"], "--row", "2", "--send")
    desk.leadsync("resume", first["run"])
    [kept] = report.parent.glob("*.edited-*")
    desk.leadsync("run", report)
    file = {"nothing": None, "the new file": report, "the kept one": kept}[given]
    with open_journal(desk.state) as journal:
        found = [one.run.id for one in waiting_texts(journal, journal.run(first["run"]), file)]
    assert found == ([] if given == "the kept one" else [edited])
    if given == "nothing":
        named = (
            f"! 1 row was corrected in {report.name} (run {edited}) and could not go from there; here it goes as before"
        )
        instead = f"To send the correction, `leadsync run {kept}` instead"
        assert f"{named}. {instead}" in desk.leadsync("retry", first["run"]).err
