"""The results of a watched folder: each said once, the worst of them the exit code."""

import os
from pathlib import Path

import pytest

from leadsync.cli.shell import Shell
from leadsync.cli.watch_report import WatchReport
from leadsync.post_run import PostRunHooks
from leadsync.simulator import FaultKind, FaultRule
from leadsync.watch import Handled, IgnoredFile
from tests.conftest import Desk


@pytest.fixture
def report(tmp_path: Path) -> WatchReport:
    """A report on a folder, without settings: nobody gets messages."""
    shell = Shell(state=tmp_path / "state")
    return WatchReport(shell, tmp_path, PostRunHooks(shell, tmp_path))


def test_the_exit_code_is_the_worst_of_all_files(report: WatchReport) -> None:
    codes = []
    for code in (0, 3, 4, 0, 2, 1, 3, 143, 1):
        report.note(Handled(Path("a.csv"), code))
        codes.append(report.code)
    assert codes == [0, 3, 4, 4, 2, 1, 1, 143, 143]
    assert report.count == 9


def test_a_reason_is_said_once_and_another_reason_anew(report: WatchReport, capsys: pytest.CaptureFixture[str]) -> None:
    for why in ("it is open", "it is open", "it has changed"):
        report.ignore(IgnoredFile(Path("a.csv"), why))
    assert capsys.readouterr().err.splitlines() == [
        "a.csv is left alone: it is open.",
        "a.csv is left alone: it has changed.",
    ]
    assert report.as_json()["left"] == [{"file": "a.csv", "why": "it has changed"}]


def test_a_run_with_rows_left_is_named_with_the_place_of_its_sheet(desk: Desk) -> None:
    """The rows that wait for a decision are the last of a sheet that was put away."""
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L", code=110, calls=1)])
    (desk.folder / "in").mkdir()
    sheet = desk.sheet("in/a.csv", "Lead Id,Version", "L,a", "L,b")
    watch = ("watch", sheet.parent, "--once", "--settle", "0")
    desk.leadsync(*watch)
    run = desk.leadsync("runs", "--json").json["runs"][0]["run"]
    desk.leadsync("resolve", run, "--row", "2", "--applied")
    words = f"a.csv is left alone: its run {run} has not finished and its file is {{}}; go on with it: leadsync resume "
    assert words.format("in attention") in desk.leadsync(*watch).err
    (sheet.parent / "attention" / "a.csv").unlink()
    assert words.format("gone") in desk.leadsync(*watch).err


def test_a_script_gets_each_file_and_only_the_latest_thousand(report: WatchReport) -> None:
    report.note(Handled(Path("first.csv"), 3, Path("attention") / "first.csv", "r1", words="look"))
    assert report.as_json()["files"] == [
        {
            "file": "first.csv",
            "code": 3,
            "run": "r1",
            "moved_to": os.path.join("attention", "first.csv"),  # noqa: PTH118 - the system's own spelling
            "words": "look",
        }
    ]
    for number in range(1000):
        report.note(Handled(Path(f"{number}.csv"), 0))
    files = report.as_json()["files"]
    assert (len(files), files[0]["file"], files[0]["run"], report.count) == (1000, "0.csv", None, 1001)


def test_a_folder_that_is_away_is_as_bad_as_a_stop(report: WatchReport, capsys: pytest.CaptureFixture[str]) -> None:
    report.be_away("Stale file handle")
    report.be_away("")
    assert capsys.readouterr().err.splitlines() == [
        f"{report.folder} cannot be read: Stale file handle; leadsync waits for it.",
        f"{report.folder} is back.",
    ]
    assert report.code == 4
