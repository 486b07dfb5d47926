"""A sheet is known by its content: begun on the page or by a command, it goes on, and is sent once."""

import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from leadsync.web.jobs import JobState
from leadsync.web.preview import DONE, GO_ON
from tests.conftest import Desk
from tests.run.samples import at_the_question
from tests.web.shop import Shop, applied

LEADS = [f"A{number}" for number in range(1, 9)]
LINES = ("Lead Id,Outcome", *(f"{lead},Sale" for lead in LEADS))
REFUSE = FaultRule(FaultKind.HTTP, status=401)


def begin_on_the_page(shop: Shop, file: Path, limit: int | None = 5) -> str:
    """The run of a sheet on the page: a trial, or for None all of it."""
    upload = shop.upload(file.read_bytes(), name="friday.csv")
    run: str = shop.send(upload, shop.read(upload), limit=limit).noted["run"]
    return run


def folder_with(desk: Desk, file: Path) -> Path:
    folder = desk.folder / "in"
    folder.mkdir(exist_ok=True)
    (folder / "night.csv").write_bytes(file.read_bytes())
    return folder


@pytest.mark.parametrize("command", ["run", "watch"])
@pytest.mark.parametrize("how", ["trial", "stopped"])
def test_a_sheet_begun_on_the_page_goes_on_by_a_command(
    shop: Shop, desk: Desk, dialer: PracticeDialer, command: str, how: str
) -> None:
    file = desk.sheet("leads.csv", *LINES)
    if how == "stopped":
        dialer.faults.add([REFUSE])
    run = begin_on_the_page(shop, file, limit=None if how == "stopped" else 5)
    dialer.faults.clear()
    assert applied(dialer) == ([] if how == "stopped" else LEADS[:5])
    words: tuple[str | Path, ...] = ("run", file)
    if command == "watch":
        words = ("watch", folder_with(desk, file), "--once", "--settle", "0")
    done = desk.leadsync(*words)
    assert done.code == 0, done.err
    assert sorted(applied(dialer)) == LEADS
    assert [one.id for one in shop.runs()] == [run]
    assert shop.statuses(run) == {"succeeded": 8}
    assert "begun as friday.csv on the page by Ann" in done.err
    assert f"Going on with run {run}" in done.err
    if command == "run":
        assert (desk.folder / f"friday.{run}.report.csv").is_file(), "beside the sheet, not in the page's folder"


def test_a_run_of_the_page_goes_on_without_a_word_about_its_file(
    shop: Shop, desk: Desk, dialer: PracticeDialer
) -> None:
    run = begin_on_the_page(shop, desk.sheet("leads.csv", *LINES))
    done = desk.leadsync("resume", run)
    assert (done.code, applied(dialer)) == (0, LEADS)
    assert f"Going on with run {run}" in done.err
    assert "not there any more" not in done.err, "the page keeps no sheets, only what it read"


def test_choices_made_on_the_page_count_for_the_rest(shop: Shop, desk: Desk, dialer: PracticeDialer) -> None:
    file = desk.sheet("leads.csv", "Lead Id,Result", *LINES[1:])
    upload = shop.upload(file.read_bytes())
    shop.send(upload, shop.read(upload, columns={"Result": "njDisposition"}), limit=5)
    done = desk.leadsync("run", file)
    assert applied(dialer) == LEADS
    assert {one.fields["njDisposition"] for one in dialer.ledger.applications} == {"Sale"}
    assert "by the choices made on the page" in done.err


def test_a_sheet_sent_on_the_page_is_asked_about_on_the_command_line(
    shop: Shop, desk: Desk, dialer: PracticeDialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = desk.sheet("leads.csv", *LINES)
    run = begin_on_the_page(shop, file, limit=None)
    done = desk.leadsync("run", file)
    assert (done.code, applied(dialer)) == (0, LEADS)
    assert f"Nothing to do: run {run}" in done.err
    assert "on the page by Ann" in done.err
    asked: list[str] = []

    def confirm(question: str, *_: object, **__: object) -> bool:
        asked.append(question)
        return True

    monkeypatch.setattr("leadsync.cli.shell._ask", confirm)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert desk.leadsync("run", file).code == 0
    assert asked[0].startswith(f"leads.csv was sent already by run {run} on the page by Ann on 20")
    assert applied(dialer) == [*LEADS, *LEADS]


def test_a_sheet_sent_by_a_command_is_done_on_the_page(shop: Shop, desk: Desk, dialer: PracticeDialer) -> None:
    file = desk.sheet("leads.csv", *LINES)
    run = desk.leadsync("run", file, "--json").json["run"]
    upload = shop.upload(file.read_bytes(), name="friday.csv")
    found = shop.read(upload)
    assert (found["what"], found["earlier"]["run"]) == (DONE, run)
    assert found["earlier"]["by"].startswith("on the command line")
    again = shop.read(upload, fresh=True)
    assert shop.send(upload, again).state is JobState.ENDED
    assert applied(dialer) == [*LEADS, *LEADS]


def test_a_sheet_stopped_in_a_watched_folder_goes_on_on_the_page(
    shop: Shop, desk: Desk, dialer: PracticeDialer
) -> None:
    file = desk.sheet("leads.csv", *LINES)
    dialer.faults.add([REFUSE])
    assert desk.leadsync("watch", folder_with(desk, file), "--once", "--settle", "0").code == 4
    dialer.faults.clear()
    upload = shop.upload(file.read_bytes(), name="friday.csv")
    found = shop.read(upload)
    assert found["what"] == GO_ON
    assert shop.send(upload, found).state is JobState.ENDED
    assert sorted(applied(dialer)) == LEADS


def test_another_sheet_of_the_same_workbook_is_another(
    shop: Shop, desk: Desk, dialer: PracticeDialer, tmp_path: Path
) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for name in ("Winback", "Callbacks"):
        sheet = book.create_sheet(name)
        sheet.append(["Lead Id", "Outcome"])
        for number in range(8):
            sheet.append([f"{name}{number}", "Sale"])
    del book["Sheet"]
    file = tmp_path / "book.xlsx"
    book.save(file)
    assert desk.leadsync("run", file, "--sheet", "Winback", "--limit", "5").code == 0
    upload = shop.upload(file.read_bytes(), name="book.xlsx")
    shop.send(upload, shop.read(upload, sheet="Callbacks"))
    assert applied(dialer)[5:] == [f"Callbacks{number}" for number in range(8)]


def test_begun_anew_on_the_page_the_rest_of_the_command_is_left(shop: Shop, desk: Desk, dialer: PracticeDialer) -> None:
    file = desk.sheet("leads.csv", *LINES)
    assert desk.leadsync("run", file, "--limit", "5").code == 0
    upload = shop.upload(file.read_bytes(), name="friday.csv")
    shop.send(upload, shop.read(upload, fresh=True))
    assert "no run to go on with" in desk.leadsync("resume").out
    assert sorted(applied(dialer)) == sorted([*LEADS[:5], *LEADS])


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's, and so are terminals")
def test_asked_about_on_the_command_line_and_sent_on_the_page_it_is_sent_once(
    shop: Shop, desk: Desk, dialer: PracticeDialer
) -> None:
    file = desk.sheet("leads.csv", *LINES)
    child = at_the_question(desk, "run", str(file))
    upload = shop.upload(file.read_bytes(), name="friday.csv")
    run = shop.send(upload, shop.read(upload)).noted["run"]
    child.sendline("y")
    child.expect(f"Run {run} has sent rows for the same leads since this was planned")
    child.expect("Nothing to do")
    child.expect(pexpect.EOF)
    assert applied(dialer) == LEADS
    assert [one.complete for one in shop.runs()] == [True]


def test_of_two_at_the_same_moment_one_sends(shop: Shop, desk: Desk, dialer: PracticeDialer) -> None:
    file = desk.sheet("leads.csv", *LINES)
    upload = shop.upload(file.read_bytes(), name="friday.csv")
    job = shop.claim_send(upload, shop.read(upload))
    command = [sys.executable, "-m", "leadsync", "run", str(file)]
    environment = {**os.environ, **desk.environment}
    with subprocess.Popen(command, cwd=desk.folder, env=environment, stdin=subprocess.DEVNULL) as other:
        shop.do("send", upload, job)
        other.wait(60)
    assert sorted(applied(dialer)) == LEADS
    assert sum(run.complete for run in shop.runs()) == 1
