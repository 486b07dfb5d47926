"""The runs of a sheet, through its copies and the files given back."""

from pathlib import Path

from leadsync.journal import open_journal
from leadsync.reimport.sheet_runs import first_givers, newer_sheets, runs_before, runs_since, same_numbers
from leadsync.simulator import FaultKind, FaultRule
from tests.conftest import Desk

HEADINGS = "Lead Id,Version"


def run(desk: Desk, file: Path) -> str:
    run_id: str = desk.leadsync("run", file, "--json").json["run"]
    return run_id


def corrected(file: Path, was: str, now: str) -> Path:
    file.write_text(file.read_text("utf-8-sig").replace(was, now), "utf-8")
    return file


def test_the_runs_of_a_sheet_are_its_own_those_of_its_copies_and_of_its_report(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=106, lead="two")])
    sheet = desk.sheet("leads.csv", HEADINGS, "one,1", "two,1")
    desk.leadsync("check", sheet, "--output", "c.csv")
    first = desk.leadsync("run", sheet, "--json").json
    dialer.faults.clear()
    back = run(desk, corrected(Path(first["files"]["report"]), "two,1", "two,3"))
    copied = run(desk, corrected(desk.folder / "c.csv", "one,1", "one,5"))
    other = run(desk, desk.sheet("other.csv", HEADINGS, "one,7"))
    sheet.write_text(f"{HEADINGS}\none,2\ntwo,2\n", "utf-8")
    anew = run(desk, sheet)
    with open_journal(desk.state) as journal:
        runs = {one: journal.run(one) for one in (first["run"], copied, back, other, anew)}
        own = list(runs_before(journal, runs[first["run"]]))
        assert [one.id for one in own] == [first["run"]]
        assert {one.id for one in runs_since(journal, own, came_back=False)} == {back, copied, anew}
        assert {one.id for one in runs_since(journal, own, came_back=True)} == {back, copied}
        assert same_numbers(journal, runs[copied], runs[first["run"]])
        assert not same_numbers(journal, runs[anew], runs[first["run"]])
        assert newer_sheets(journal, runs[first["run"]]) == {other, anew}
        assert [one.id for one in first_givers(journal, runs[back])] == [first["run"]]
        assert [one.id for one in first_givers(journal, runs[other])] == [other]
