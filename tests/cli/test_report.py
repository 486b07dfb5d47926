"""The files of a run, written again."""

from pathlib import Path

from leadsync.simulator import FaultKind, FaultRule
from tests.cli.samples import SHEET
from tests.conftest import Desk


def test_a_file_that_somebody_has_edited_is_kept(desk: Desk) -> None:

    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=110)])
    sent = desk.leadsync("run", desk.sheet("leads.csv", *SHEET, "9860,Kim,8321 8199,Sale,,"), "--json").json
    retry, review = Path(sent["files"]["retry"]), Path(sent["files"]["review"])
    as_it_was = retry.read_text("utf-8")
    assert desk.leadsync("report", sent["run"]).err == "", "nobody has edited anything"
    retry.write_text("corrected", "utf-8")
    review.write_text("decided", "utf-8")
    number = next(str(row["sync_row"]) for row in desk.rows(sent["files"]["report"]) if row["Lead Id"] == "9857")
    resolved = desk.leadsync("resolve", sent["run"], "--row", number, "--applied")
    assert resolved.code == 0, resolved.err
    assert (retry.read_text("utf-8"), review.read_text("utf-8")) == ("corrected", "decided"), (
        "they are to be given back"
    )
    named = [retry.name, review.name]
    assert [line.split(" was edited")[0] for line in resolved.err.splitlines()[:2]] == named
    written = desk.leadsync("report", sent["run"])
    assert retry.read_text("utf-8") == as_it_was
    assert not review.exists()
    kept = sorted(desk.folder.glob("leads.*.edited-??????.csv"))
    assert [path.read_text("utf-8") for path in kept] == ["corrected", "decided"]
    assert [line.split(" was edited")[0] for line in written.err.splitlines()] == named
    assert all(str(path) in written.err for path in kept)
    assert desk.leadsync("report", sent["run"]).err == ""


def test_a_report_goes_to_the_folder_and_in_the_format_of_the_options(desk: Desk) -> None:
    desk.dialer()
    run = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--json").json["run"]
    elsewhere = desk.folder / "elsewhere"
    written = desk.leadsync("report", run, "--output", elsewhere, "--format", "xlsx", "--json").json["files"]["report"]
    assert Path(written) == elsewhere / f"leads.{run}.report.xlsx"
    assert Path(written).is_file()


def test_a_sheet_that_is_gone_is_not_marked_and_that_is_said(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", *SHEET)
    run = desk.leadsync("run", sheet, "--json").json["run"]
    sheet.unlink()
    done = desk.leadsync("report", run, "--mark", "--json")
    assert (done.code, "marked" in done.json["files"]) == (0, False)
    assert f"The workbook is not marked, because {sheet} is not there any more." in done.err
