"""A run's files: written as its sheet was, and never over what somebody else wrote."""

import threading
from pathlib import Path

import pytest
from openpyxl import load_workbook

from leadsync import long_work
from leadsync.errors import OutputError
from leadsync.journal import open_journal
from leadsync.run import report_files
from leadsync.simulator import FaultKind, FaultRule
from tests.conftest import Desk


@pytest.mark.parametrize(("delimiter", "written"), [(";", ";"), (",", ","), ("|", "|"), ("\t", ",")])
def test_reports_have_the_sheets_delimiter_but_for_tabs(desk: Desk, delimiter: str, written: str) -> None:
    desk.dialer()
    lines = (["Lead Id", "FirstPhone", "Outcome"], ["A", "0383218101", "Sale"])
    sheet = desk.sheet("leads.txt", *(delimiter.join(line) for line in lines))
    done = desk.leadsync("run", sheet, "--json")
    assert done.code == 0, done.err
    report = Path(done.json["files"]["report"]).read_text("utf-8")
    assert report.startswith(written.join((*lines[0], "sync_row", "sync_status")))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_retry_file_has_the_rows_to_send_again_and_the_review_file_those_to_decide(desk: Desk, kind: str) -> None:
    codes = {"FAILED": 106, "FINAL": 104, "CONFLICT": 110}
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead=lead, code=code) for lead, code in codes.items()])
    leads = [f"{lead},038321810{number},Sale" for number, lead in enumerate(("GOOD", *codes))]
    sheet = desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", *leads, "BAD,12,Sale")
    files = desk.leadsync("run", sheet, "--json", "--format", kind).json["files"]

    def leads_in(name: str) -> list[str]:
        if kind == "csv":
            return [row["Lead Id"] for row in desk.rows(files[name])]
        return [row[0] for row in load_workbook(files[name]).worksheets[-1].iter_rows(min_row=2, values_only=True)]

    assert leads_in("retry") == ["FAILED", "BAD"]
    assert leads_in("review") == ["CONFLICT"]


def test_a_report_that_was_edited_is_kept_beside_the_new_one(desk: Desk) -> None:
    desk.dialer()
    run = desk.leadsync(
        "run", desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "A,0383218101,Sale"), "--json"
    ).json
    report = Path(run["files"]["report"])
    ours = report.read_text("utf-8")
    report.write_text("my own words", "utf-8")
    said = desk.leadsync("report", run["run"]).err
    [kept] = report.parent.glob("leads.*.report.edited-*.csv")
    assert f"{report.name} was edited since leadsync wrote it; it is kept as {kept}." in said
    assert (kept.read_text("utf-8"), report.read_text("utf-8")) == ("my own words", ours)
    assert "kept as" not in desk.leadsync("report", run["run"]).err, "what leadsync wrote itself is written over"


def test_where_no_report_can_be_written_the_results_are_said_to_be_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "A,0383218101,Sale")

    def full(*_: object, **__: object) -> None:
        raise OutputError("leads.report.csv: the file cannot be written (No space left on device); make room.")

    with monkeypatch.context() as patch:
        patch.setattr(report_files, "new_table", full)
        done = desk.leadsync("run", sheet)
    assert done.code == 1
    assert "make room. Every result is kept; `leadsync resume" in done.err
    again = desk.leadsync("resume", "--json")
    assert (again.code, again.json["statuses"], again.json["finished"]) == (0, {"succeeded": 1}, True)
    assert Path(again.json["files"]["report"]).is_file()
    assert len(dialer.ledger.received) == 1


def test_a_file_of_an_earlier_writing_that_has_no_rows_any_more_is_removed(desk: Desk) -> None:
    desk.dialer(editing=["A"])
    run = desk.leadsync(
        "run", desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "A,0383218101,Sale"), "--json"
    ).json
    review = Path(run["files"]["review"])
    assert review.is_file()
    decided = desk.leadsync("resolve", run["run"], "--row", "2", "--applied", "--json").json
    assert decided["files"]["review"] is None
    assert not review.exists()


def test_an_edited_report_that_cannot_be_renamed_is_left_as_it_is_and_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.dialer()
    run = desk.leadsync(
        "run", desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "A,0383218101,Sale"), "--json"
    ).json
    report = Path(run["files"]["report"])
    report.write_text("my own words", "utf-8")

    def refused(_path: Path, _target: Path) -> None:
        raise PermissionError(13, "it is open elsewhere")

    monkeypatch.setattr(Path, "rename", refused)
    done = desk.leadsync("report", run["run"])
    assert done.code != 0
    assert f"{report} is not as leadsync wrote it, and cannot be renamed to keep it (it is open elsewhere)" in done.err
    assert report.read_text("utf-8") == "my own words"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_copy_is_as_the_runs_own_file_and_changes_nothing_there(desk: Desk, tmp_path: Path, kind: str) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "A,0383218101,Sale", "B,12,Sale")
    run = desk.leadsync("run", sheet, "--json", "--format", kind).json
    own = {name: Path(path) for name, path in run["files"].items() if path}
    before = {path: path.stat() for path in own.values()}
    folder = tmp_path / "copies"
    folder.mkdir()
    with open_journal(desk.state) as journal:
        record = journal.run(run["run"])
        written = journal.written(record.id)
        copies = {
            name: report_files.write_copy(journal, record, name, folder) for name in ("report", "retry", "review")
        }
        copies["summary"] = report_files.write_copy(journal, record, "summary", folder)
        assert journal.written(record.id) == written
    assert copies["review"] is None
    assert {path: path.stat() for path in own.values()} == before
    for name, path in own.items():
        copy = copies[name]
        assert copy is not None
        assert copy.name == path.name
        if kind == "csv":
            assert copy.read_bytes() == path.read_bytes()
        else:
            first, second = (load_workbook(one) for one in (copy, path))
            assert first.sheetnames == second.sheetnames
            assert [[c.value for c in r] for r in first.worksheets[-1]] == [
                [c.value for c in r] for r in second.worksheets[-1]
            ]


def test_a_correction_that_waits_in_an_edited_report_is_named_though_its_row_is_not_sent(desk: Desk) -> None:
    codes = (FaultRule(FaultKind.CODE, code=code, lead="A", calls=1) for code in (110, 999, 106))
    dialer = desk.dialer(faults=list(codes))
    run = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,Version", "A,a", "A,b"), "--json").json
    report = Path(run["files"]["report"])
    report.write_text(report.read_text("utf-8-sig").replace("A,b", "A,bx"), "utf-8")
    back = desk.leadsync("run", report, "--json").json
    desk.leadsync("resolve", run["run"], "--row", "2", "--send")
    assert desk.leadsync("resume", run["run"], "--json").json["statuses"] == {"failed": 2}
    [kept] = report.parent.glob("*.edited-*")
    named = f"! {kept.name} beside it has rows that could not go (run {back['run']}); `leadsync run {kept}` in place of"
    assert named in desk.leadsync("run", report).err
    desk.leadsync("run", kept)
    assert dialer.ledger.received[-1].fields["Version"] == "bx"
    assert named not in desk.leadsync("run", report).err, "it went"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("is_before", [True, False])
def test_a_failed_row_before_others_of_its_lead_that_are_left_is_to_be_corrected_first(
    desk: Desk, kind: str, *, is_before: bool
) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=106, lead="A", calls=1)])
    lines = ("A,a", "B,b", "A,c" if is_before else "C,c")
    sheet = desk.sheet("leads.csv", "Lead Id,Version", *lines)
    done = desk.leadsync("run", sheet, "--limit", "2", "--format", kind)
    [run] = [one["run"] for one in desk.leadsync("runs", "--json").json["runs"]]
    named = (
        "1 row that failed stands before others of its lead that are left; correct it first, or send it again first as "
        f"it is: leadsync retry {run}"
    )
    assert (named in done.out) is is_before
    files = desk.leadsync("show", run, "--json").json["files"]
    if kind == "csv":
        summary = Path(files["summary"]).read_text("utf-8")
    else:
        book = load_workbook(files["report"])
        summary = str([cell.value for row in book["Summary"].rows for cell in row])
    assert (named in summary) is is_before
    dialer.ledger.received.clear()
    desk.leadsync("retry", run)
    assert [call.fields["Version"] for call in dialer.ledger.received] == ["a", "c"]


def test_a_failed_row_behind_which_the_first_run_has_sent_a_later_one_is_told(desk: Desk) -> None:
    codes = (FaultRule(FaultKind.CODE, code=code, lead="A", calls=1) for code in (106, 106, 110))
    dialer = desk.dialer(faults=list(codes))
    run = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,Version", "A,a", "A,b"), "--json").json
    text = Path(run["files"]["report"]).read_text("utf-8-sig").replace("A,a", "A,ax")
    again = desk.leadsync("run", desk.sheet("back.csv", *text.splitlines()), "--json").json["run"]
    desk.leadsync("resolve", again, "--row", "2", "--not-applied")
    overtaken = "1 row that did not go: a later row of its lead went through"
    assert overtaken not in desk.leadsync("report", again).out
    desk.leadsync("retry", run["run"])
    assert dialer.ledger.received[-1].fields["Version"] == "b"
    assert overtaken in desk.leadsync("report", again).out


def test_a_failed_row_cut_out_of_a_report_is_named_and_is_then_not_to_be_corrected(desk: Desk) -> None:
    """A later row of its lead went through in the run of the report."""
    codes = (FaultRule(FaultKind.CODE, code=code, lead="A", calls=1) for code in (106, 106))
    dialer = desk.dialer(faults=list(codes))
    run = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,Version", "A,a", "A,b"), "--json").json
    head, _, later = Path(run["files"]["report"]).read_text("utf-8-sig").splitlines()
    said = desk.leadsync("run", desk.sheet("back.csv", head, later.replace("A,b", "A,bx"))).err
    assert (
        f"! Row 2 of run {run['run']}, which failed, is not sent now, and once later rows of its lead went through, no "
        "retry sends it; corrected above them in this file, it goes first\n" in said
    )
    assert dialer.ledger.received[-1].fields["Version"] == "bx"
    shown = desk.leadsync("report", run["run"]).out
    assert "Correct the rows" not in shown
    assert "1 row that did not go: a later row of its lead went through" in shown
    assert "later row" in desk.rows(run["files"]["report"])[0]["sync_advice"]


@pytest.mark.parametrize("how", ["given back", "written anew", "never read"])
def test_a_correction_in_an_edited_report_is_sent_or_named(desk: Desk, how: str) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="A", calls=1)])
    run = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,Version", "A,a", "A,b"), "--json").json
    report = Path(run["files"]["report"])
    report.write_text(report.read_text("utf-8-sig").replace("A,b", "A,bx"), "utf-8")
    if how != "never read":
        desk.leadsync("run", report)
    said = desk.leadsync("resolve", run["run"], "--row", "2", "--applied").err
    words = f"{report.name} was edited since leadsync wrote it, and stays as it is; `leadsync run {report}` takes"
    assert words in said
    assert f"Only then write the files of run {run['run']}, which do not have this yet: leadsync report" in said
    written = desk.leadsync("report", run["run"]).err if how != "given back" else ""
    warnings = desk.leadsync("run", report, "--json").json["warnings"]
    kept = next(report.parent.glob("*.edited-*"), report)
    assert (f"it is kept as {kept}. To send what was changed: leadsync run {kept}" in written) == bool(written)
    if how == "written anew":
        assert any(line.endswith(f"To send the correction, `leadsync run {kept}` instead") for line in warnings)
    elif how == "never read":
        told = f"! {kept.name} beside it was edited by a person, and no run has read that; `leadsync run {kept}` does"
        assert told in warnings
    else:
        assert kept == report
        assert dialer.ledger.received[-1].fields["Version"] == "bx"


def test_a_review_file_whose_decisions_were_taken_is_written_anew(desk: Desk) -> None:
    desk.dialer(editing=["A", "B"])
    run = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,Version", "A,a", "B,b"), "--json").json
    review, report = Path(run["files"]["review"]), Path(run["files"]["report"])
    first, second, *rest = review.read_text("utf-8-sig").splitlines()
    review.write_text("\n".join((first, f"{second}applied", *rest)), "utf-8")
    desk.leadsync("run", review)
    said = desk.leadsync("resolve", run["run"], "--row", "3", "--applied").err
    [kept] = review.parent.glob("*.edited-*")
    assert said == f"{review.name} was edited since leadsync wrote it; it is kept as {kept}.\n"
    assert [row["sync_status"] for row in desk.rows(report)] == ["succeeded", "succeeded"]


def test_a_long_writing_says_how_far_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "A,0383218101,Sale", "B,0383218102,Sale")
    run = desk.leadsync("run", sheet, "--json").json["run"]
    said, enough = list[str](), threading.Event()

    def hear(_: str, text: str) -> None:
        said.append(text)
        enough.set()

    def page(*_: object) -> str:
        assert enough.wait(60)
        return ""

    monkeypatch.setattr(long_work, "WORD_SECONDS", 0.001)
    monkeypatch.setattr(long_work._log, "info", hear)
    monkeypatch.setattr(report_files, "as_page", page)
    assert desk.leadsync("report", run).code == 0
    words = f"Writing the files of run {run}: "
    assert said[0].startswith(words)
    assert {text.removeprefix(words) for text in said} <= {"0 rows so far", "1 row so far", "2 rows so far"}
