"""The plan for a file: its run, the effects of confirming it, and other processes at it."""

import asyncio
import hashlib
import os
import re
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pexpect
import pytest

from leadsync.config import settings_from
from leadsync.errors import BusyError
from leadsync.journal import open_journal
from leadsync.models import RunRecord
from leadsync.reasons import Skip, SkipKind
from leadsync.run import Plan, RunOptions, file_plan, plan_run
from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk
from tests.journal.samples import a_run
from tests.run.samples import HEADINGS, MONDAY, REFUSE, at_the_question, received, runs, stop

TUESDAY = tuple(f"T{n},038321820{n},Sale" for n in range(3))
IDS = {"template_id": 41, "campaign_id": 41, "allocation_id": 38}
WEDNESDAY = tuple(f"W{n},038321830{n},Sale" for n in range(3))


def refuse_everything(dialer: PracticeDialer) -> None:
    dialer.faults.add([REFUSE])


def test_the_next_nights_file_is_sent_behind_the_rest_of_the_last_one(desk: Desk) -> None:
    dialer = desk.dialer()
    refuse_everything(dialer)
    file = desk.sheet("leads.csv", HEADINGS, *MONDAY)
    assert desk.leadsync("run", file).code == 4
    dialer.faults.clear()
    dialer.ledger.received.clear()
    desk.sheet("leads.csv", HEADINGS, *TUESDAY)
    done = desk.leadsync("run", file, "--json")
    assert done.code == 0, done.err
    assert received(dialer) == ["M0", "M1", "M2", "T0", "T1", "T2"]
    [before] = done.json["before"]
    assert (before["statuses"], done.json["statuses"]) == ({"succeeded": 3}, {"succeeded": 3})
    assert [run["finished"] for run in runs(desk)] == [True, True]


@pytest.mark.parametrize("command", ["run", "resume, run", "watch"])
def test_no_night_is_forgotten_if_the_rest_of_the_first_stops_once_more(desk: Desk, command: str) -> None:
    dialer = desk.dialer()
    refuse_everything(dialer)
    first, *_ = command.split(", ")
    folder = desk.folder / "in"
    folder.mkdir()
    arguments = ("watch", folder, "--once", "--settle", "0") if command == "watch" else ("run", "in/leads.csv")
    for lines in (MONDAY, TUESDAY):
        desk.sheet("in/leads.csv", HEADINGS, *lines)
        assert desk.leadsync(*arguments).code == 4
    assert [run["rows"] for run in runs(desk)] == [3, 3]
    dialer.faults.clear()
    dialer.ledger.received.clear()
    desk.sheet("in/leads.csv", HEADINGS, *WEDNESDAY)
    if first == "resume":
        done = desk.leadsync("resume", "--json")
        assert received(dialer) == ["M0", "M1", "M2", "T0", "T1", "T2"]
        assert len(done.json["before"]) == 1
        is_new = "! leads.csv holds other rows by now, and no run has read them; `leadsync run "
        assert any(warning.startswith(is_new) for warning in done.json["warnings"])
        arguments = ("run", "in/leads.csv")
    assert desk.leadsync(*arguments).code == 0
    nights = [f"{night}{n}" for night in "MTW" for n in range(3)]
    assert received(dialer) == nights
    assert all(run["finished"] for run in runs(desk))


def test_what_went_with_the_rest_is_unchanged_behind_it(desk: Desk) -> None:
    dialer = desk.dialer()
    refuse_everything(dialer)
    file = desk.sheet("leads.csv", HEADINGS, *MONDAY)
    assert desk.leadsync("run", file).code == 4
    dialer.faults.clear()
    dialer.ledger.received.clear()
    desk.sheet("leads.csv", HEADINGS, *MONDAY[:2], *TUESDAY)
    done = desk.leadsync("run", file, "--skip-unchanged", "--json")
    assert received(dialer) == ["M0", "M1", "M2", "T0", "T1", "T2"]
    assert done.json["statuses"] == {"succeeded": 3, "skipped": 2}


def test_so_is_the_next_nights_standard_input(desk: Desk) -> None:
    import subprocess

    dialer = desk.dialer()

    def send(lines: tuple[str, ...]) -> int:
        text = "".join(f"{line}\n" for line in (HEADINGS, *lines))
        command = [sys.executable, "-m", "leadsync", "run", "-"]
        done = subprocess.run(
            command, input=text.encode(), cwd=desk.folder, env=desk.environment, capture_output=True, check=False
        )
        return done.returncode

    refuse_everything(dialer)
    assert send(MONDAY) == 4
    dialer.faults.clear()
    dialer.ledger.received.clear()
    assert send(TUESDAY) == 0
    assert received(dialer) == ["M0", "M1", "M2", "T0", "T1", "T2"]


@pytest.mark.parametrize("limit", [(), ("--limit", "1")])
@pytest.mark.parametrize("how", ["trial", "stopped", "retry"])
def test_a_run_begun_anew_ends_the_unfinished_ones_of_its_sheet(desk: Desk, how: str, limit: tuple[str, ...]) -> None:
    dialer = desk.dialer()
    file, old = stop(desk, dialer, how)
    fresh = desk.leadsync("run", file, "--fresh", *limit, "--json")
    assert f"Run {old} had 2 rows left; this run begins the sheet anew, and they are skipped there." in fresh.err
    for _ in range(2):
        desk.leadsync("resume", "--json")
        desk.leadsync("run", file, "--json")
    assert received(dialer) == ["M0", "M1", "M2"]
    assert all(run["finished"] for run in runs(desk))
    skipped = desk.leadsync("show", "--lead", "M2", "--json").json["listed"]
    ended = next(row for row in skipped if row["run"] == old)
    assert (ended["status"], ended["message"]) == ("skipped", f"run {fresh.json['run']} began the sheet anew")
    assert "Nothing to do" in desk.leadsync("retry", old).err


def test_a_declined_run_ends_no_other(desk: Desk) -> None:
    dialer = desk.dialer()
    file, old = stop(desk, dialer, "stopped")
    before = desk.leadsync("show", old, "--rows", "--json").json
    child = at_the_question(desk, "run", file, "--fresh")
    child.sendline("n")
    child.expect(pexpect.EOF)
    assert desk.leadsync("show", old, "--rows", "--json").json == before
    assert desk.leadsync("resume", "--json").json["statuses"] == {"succeeded": 3}
    assert received(dialer) == ["M1", "M2"]


def test_what_is_in_doubt_in_an_ended_run_stays_to_be_decided(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CLOSE, applied=True, calls=1)])
    lines = ("A,0383218101,Sale", "A,0383218101,Busy", "B,0383218102,<No Change>")
    file = desk.sheet("leads.csv", HEADINGS, *lines)
    old = desk.leadsync("run", file, "--limit", "1", "--json").json["run"]
    assert received(dialer) == ["A"]
    fresh = desk.leadsync("run", file, "--fresh", "--json")
    assert fresh.json["statuses"] == {"skipped": 2, "succeeded": 1}
    assert f"Run {old} had 2 rows left; this run begins the sheet anew, and they are skipped there, unless" in fresh.err
    assert [row["status"] for row in desk.leadsync("show", "--lead", "A", "--json").json["listed"]] == [
        "skipped",
        "skipped",
        "unsent",
        "unknown",
    ]
    assert desk.leadsync("resolve", old, "--row", "2", "--not-applied").code == 0
    assert desk.leadsync("resume", old, "--json").json["statuses"] == {"failed": 1, "succeeded": 1, "skipped": 1}
    assert received(dialer) == ["A", "B", "A"]


def test_without_fresh_rows_that_wait_for_a_decision_stay_in_their_run(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CLOSE, applied=True, calls=1)])
    lines = ("A,0383218101,Sale", "A,0383218101,Busy")
    old = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *lines), "--json").json
    assert old["statuses"] == {"unknown": 1, "unsent": 1}
    anew = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "C,0383218103,Sale"), "--json").json
    assert anew["statuses"] == {"succeeded": 1}
    assert desk.leadsync("show", old["run"], "--json").json["statuses"] == old["statuses"]
    assert desk.leadsync("resolve", old["run"], "--row", "2", "--applied").code == 0
    assert desk.leadsync("resume", old["run"], "--json").json["statuses"] == {"succeeded": 2}


def two_sheets(desk: Desk) -> Path:
    """A workbook with Monday's rows in its first sheet and Tuesday's in its second."""
    book = openpyxl.Workbook()
    for title, rows in (("first", MONDAY), ("second", TUESDAY)):
        page = book.create_sheet(title)
        for line in (HEADINGS, *rows):
            page.append(line.split(","))
    del book["Sheet"]
    file = desk.folder / "leads.xlsx"
    book.save(file)
    return file


def test_runs_of_another_campaign_or_sheet_go_on(desk: Desk) -> None:
    dialer = desk.dialer(settings="[campaigns.winback]\nallocation_id = 39\n")
    file = two_sheets(desk)
    for options in (("--campaign", "winback", "--sheet", "first"), ("--sheet", "second"), ("--sheet", "first")):
        assert desk.leadsync("run", file, "--limit", "1", *options).code == 0
    assert desk.leadsync("run", file, "--fresh", "--sheet", "first").code == 0
    assert [desk.leadsync("resume", "--json").json["statuses"] for _ in range(2)] == [{"succeeded": 3}] * 2
    assert desk.leadsync("resume", "--json").json == {"run": None}
    assert received(dialer)[3:6] == ["M0", "M1", "M2"]


def test_the_copy_of_a_check_begun_anew_ends_the_runs_of_its_sheet(desk: Desk) -> None:
    dialer = desk.dialer()
    file, _ = stop(desk, dialer, "trial")
    assert desk.leadsync("check", file, "--output", "copy.xlsx").code == 0
    assert desk.leadsync("run", "copy.xlsx", "--fresh", "--limit", "1").code == 0
    assert desk.leadsync("run", file, "--fresh").code == 0
    assert desk.leadsync("resume", "--json").json == {"run": None}
    assert received(dialer) == ["M0", "M0", "M1", "M2"]


@pytest.mark.parametrize("first", ["leads.csv", "copy.csv"])
def test_a_sheet_and_its_copy_by_check_send_each_row_once_though_the_first_was_stopped(desk: Desk, first: str) -> None:
    dialer = desk.dialer()
    desk.sheet("leads.csv", HEADINGS, *MONDAY)
    assert desk.leadsync("check", "leads.csv", "--output", "copy.csv").code == 0
    assert desk.leadsync("run", first, "--limit", "1").code == 0
    refuse_everything(dialer)
    assert desk.leadsync("run", first).code == 4
    dialer.faults.clear()
    dialer.ledger.received.clear()
    done = desk.leadsync("run", "copy.csv" if first == "leads.csv" else "leads.csv", "--json")
    assert done.code == 0, done.err
    assert done.json["statuses"] == {"succeeded": 3}
    assert received(dialer) == ["M1", "M2"]
    desk.leadsync("resume")
    desk.leadsync("run", first)
    assert received(dialer) == ["M1", "M2"]
    assert all(run["finished"] for run in runs(desk))


SEVERAL = tuple(f"{lead},038321810{number},Sale" for number, lead in enumerate("LMLMLN"))


@pytest.mark.parametrize("first", ["trial of the copy", "trial, then the copy stopped"])
def test_of_several_rows_of_a_lead_none_is_taken_for_another_in_a_copy_by_check(desk: Desk, first: str) -> None:
    dialer = desk.dialer()
    desk.sheet("leads.csv", HEADINGS, *SEVERAL)
    if first == "trial of the copy":
        assert desk.leadsync("check", "leads.csv", "--output", "copy.csv").code == 0
        assert desk.leadsync("run", "copy.csv", "--limit", "2").code == 0
    else:
        assert desk.leadsync("run", "leads.csv", "--limit", "2").code == 0
        assert desk.leadsync("check", "leads.csv", "--output", "copy.csv").code == 0
        refuse_everything(dialer)
        assert desk.leadsync("run", "copy.csv").code == 4
        dialer.faults.clear()
    done = desk.leadsync("run", "leads.csv", "--json")
    assert done.json["statuses"] == {"succeeded": 6}, done.err
    taken = {one.request for one in dialer.ledger.applications}
    assert sorted(one.fields["FirstPhone"][-1] for one in dialer.ledger.received if one.request in taken) == list(
        "012345"
    )


@pytest.mark.parametrize("other", ["leads.csv", "second.csv"])
def test_corrections_left_in_a_stopped_copy_are_named_before_another_file_goes(desk: Desk, other: str) -> None:
    dialer = desk.dialer()
    desk.sheet("leads.csv", HEADINGS, *MONDAY)
    for name in ("copy.csv", "second.csv"):
        assert desk.leadsync("check", "leads.csv", "--output", name).code == 0
    copy = desk.folder / "copy.csv"
    copy.write_text(copy.read_text("utf-8-sig").replace("0383218101", "0383218109"), "utf-8")
    refuse_everything(dialer)
    stopped = desk.leadsync("run", "copy.csv", "--json")
    assert stopped.code == 4
    dialer.faults.clear()
    done = desk.leadsync("run", other, "--json")
    [told] = [line for line in done.json["warnings"] if "copy.csv` instead" in line]
    if other == "leads.csv":
        assert told.startswith("! 1 row was corrected in the copy by check and not sent from there")
    else:
        assert told.startswith(f"! 1 row waits with another text in copy.csv (run {stopped.json['run']})")


def test_the_copy_of_one_sheet_leaves_the_runs_of_the_workbooks_others_alone(desk: Desk) -> None:
    dialer = desk.dialer()
    file = two_sheets(desk)
    refuse_everything(dialer)
    assert desk.leadsync("run", file, "--sheet", "first").code == 4
    dialer.faults.clear()
    dialer.ledger.received.clear()
    assert desk.leadsync("check", file, "--sheet", "second", "--output", "copy.xlsx").code == 0
    done = desk.leadsync("run", "copy.xlsx")
    assert done.code == 0, done.err
    assert received(dialer) == ["T0", "T1", "T2"]


def test_while_the_old_run_does_not_come_to_its_end_the_new_file_waits_and_that_is_said(desk: Desk) -> None:
    dialer = desk.dialer()
    refuse_everything(dialer)
    file = desk.sheet("leads.csv", HEADINGS, *MONDAY)
    assert desk.leadsync("run", file).code == 4
    desk.sheet("leads.csv", HEADINGS, *TUESDAY)
    done = desk.leadsync("run", file, "--json")
    assert done.code == 4
    waiting, _ = runs(desk)
    assert f"The rows of run {waiting['run']} wait behind this rest; `leadsync resume` sends them too." in done.err


def test_a_run_that_was_killed_at_the_question_was_never_confirmed(desk: Desk) -> None:
    dialer = desk.dialer()
    file = desk.sheet("leads.csv", HEADINGS, *MONDAY)
    child = at_the_question(desk, "run", file)
    child.kill(signal.SIGKILL)
    child.close()
    [draft] = runs(desk)
    assert draft["draft"] is True
    assert desk.leadsync("resume", "--json").json == {"run": None}
    refused = desk.leadsync("resume", str(draft["run"]))
    assert refused.code == 2
    assert "never confirmed" in refused.err
    assert received(dialer) == []
    assert desk.leadsync("run", file).code == 0
    assert [run["draft"] for run in runs(desk)] == [False], "the draft is gone"
    assert received(dialer) == ["M0", "M1", "M2"]


def test_no_at_the_question_changes_nothing(desk: Desk) -> None:
    dialer = desk.dialer()
    refuse_everything(dialer)
    stopped = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *MONDAY), "--json").json
    before = desk.leadsync("show", stopped["run"], "--rows", "--json").json
    for words in (["retry", stopped["run"]], ["resume"], ["run", stopped["files"]["retry"]]):
        child = at_the_question(desk, *words)
        child.sendline("n")
        child.expect(pexpect.EOF)
        assert "Nothing was sent." in child.before
    assert desk.leadsync("show", stopped["run"], "--rows", "--json").json == before
    assert len(runs(desk)) == 1


def test_nobody_sends_what_another_is_being_asked_about(desk: Desk) -> None:
    """Neither the same file, in whatever spelling, nor its run, nor the folder's watcher, nor a report given back."""
    dialer = desk.dialer()
    refuse_everything(dialer)
    folder = desk.folder / "incoming"
    folder.mkdir()
    (desk.folder / "spelling").symlink_to(folder)
    file = desk.sheet("incoming/leads.csv", HEADINGS, *MONDAY)
    stopped = desk.leadsync("run", file, "--output", desk.folder / "out", "--json").json
    dialer.faults.clear()
    dialer.ledger.received.clear()
    child = at_the_question(desk, "resume")
    for words in (
        ["run", file],
        ["run", desk.folder / "spelling" / "leads.csv"],
        ["run", file, "--fresh"],
        ["resume"],
        ["retry", stopped["run"]],
        ["resolve", stopped["run"], "--row", "2", "--send"],
        ["run", stopped["files"]["retry"]],
    ):
        refused = desk.leadsync(*words)
        assert refused.code == 2, (words, refused)
        assert f"process {child.pid}" in refused.err, words
    watched = desk.leadsync("watch", folder, "--once", "--settle", "0")
    assert (watched.code, "left alone" in watched.err) == (0, True)
    assert desk.leadsync("report", stopped["run"]).code == 0, "a reader is let in"
    child.sendline("y")
    child.expect(pexpect.EOF)
    assert received(dialer) == ["M0", "M1", "M2"]


def test_two_spellings_of_a_folder_are_one(desk: Desk) -> None:
    dialer = desk.dialer()
    (desk.folder / "real").mkdir()
    (desk.folder / "spelling").symlink_to(desk.folder / "real")
    desk.sheet("real/leads.csv", HEADINGS, *MONDAY)
    assert desk.leadsync("run", desk.folder / "real" / "leads.csv").code == 0
    again = desk.leadsync("run", desk.folder / "spelling" / "leads.csv")
    assert (again.code, "Nothing to do" in again.err) == (0, True)
    assert len(received(dialer)) == 3


def test_what_is_hashed_is_what_was_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet that is replaced while it is read is sent as it was, once, and then as it is now, once."""
    dialer = desk.dialer()
    file = desk.sheet("leads.csv", HEADINGS, *MONDAY)
    monday = file.read_bytes()
    from leadsync.run import file_plan

    real = file_plan.fingerprint

    def replaced_meanwhile(path: Path) -> str:
        digest = real(path)
        if file.read_bytes() == monday:
            new = desk.sheet("new", HEADINGS, *TUESDAY)
            new.rename(file)
        return digest

    monkeypatch.setattr(file_plan, "fingerprint", replaced_meanwhile)
    assert desk.leadsync("run", file).code == 0
    assert received(dialer) == ["M0", "M1", "M2"]
    with open_journal(desk.state) as journal:
        assert journal.runs()[0].fingerprint == hashlib.sha256(monday).hexdigest()
    assert desk.leadsync("run", file).code == 0
    assert desk.leadsync("run", file).code == 0
    assert received(dialer) == ["M0", "M1", "M2", "T0", "T1", "T2"]


def test_rows_that_go_twice_by_habit_are_named_and_the_question_has_no_default(desk: Desk) -> None:
    dialer = desk.dialer()
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *MONDAY), "--json").json["run"]
    resaved = desk.sheet("leads.csv", HEADINGS, *MONDAY, "M9,0383218109,Sale")
    child = at_the_question(desk, "run", resaved)
    said = child.before
    assert f"by run {first}; --skip-unchanged skips them" in said
    assert "! 3 rows say what their lead was last sent, today " in said
    child.sendline("")
    child.expect(r"Send .*\?")
    child.sendline("n")
    child.expect(pexpect.EOF)
    assert len(received(dialer)) == 3
    done = desk.leadsync("run", resaved, "--json")
    assert [line for line in done.json["warnings"] if "3 rows say what their lead was last sent" in line]


def test_the_same_bytes_under_another_name_are_named(desk: Desk) -> None:
    desk.dialer()
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *MONDAY), "--json").json["run"]
    copy = desk.folder / "leads - copy.csv"
    copy.write_bytes((desk.folder / "leads.csv").read_bytes())
    done = desk.leadsync("run", copy, "--json")
    assert any(
        line.startswith(f"! leads - copy.csv holds the same as leads.csv, which run {first} sent on ")
        for line in done.json["warnings"]
    )


def test_the_question_shows_what_check_found_in_five_lines_at_most(desk: Desk) -> None:
    desk.dialer()
    rows = [
        "L1,0383218101,Sale,24/11/2031 14:30,1",
        "L2,0383218102,Sale,24/11/2020 14:30,1",
        "L3,0383218103,Sale,24/11/2031,1",
        "L4,123,Sale,24/11/2031 14:30,1",
        "L5,0383218105,Sale,31/02/2031 14:30,1",
        "L6,0383218106,Sale,24/11/2031 14:30,101",
        ",0383218107,Sale,24/11/2031 14:30,1",
        "L8,0383218108x,Sale,24/11/2031 14:30,1",
    ]
    child = at_the_question(desk, "run", desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome,Callback,Priority", *rows))
    found = [line for line in child.before.splitlines() if " rejected: " in line or " to look at: " in line]
    child.sendline("n")
    child.expect(pexpect.EOF)
    assert len(found) == 5
    assert any("Priority '101'" in line for line in found)


def test_dates_in_the_past_and_missing_times_are_among_it(desk: Desk) -> None:
    desk.dialer()
    rows = ["L2,0383218102,Sale,24/11/2020 14:30", "L3,0383218103,Sale,24/11/2031"]
    child = at_the_question(desk, "run", desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome,Callback", *rows))
    said = child.before
    child.sendline("n")
    child.expect(pexpect.EOF)
    assert "in the past (row 2)" in said
    assert "24/11/2031" in said
    assert "(row 3)" in said


def test_exactly_one_decision_is_taken(desk: Desk) -> None:
    desk.dialer()
    for words in ([], ["--applied", "--send"], ["--not-applied", "--take-back"]):
        done = desk.leadsync("resolve", "x", "--row", "2", *words)
        assert done.code == 2
        assert "exactly one of" in done.err


def test_a_decision_by_mistake_is_taken_back(desk: Desk) -> None:
    dialer = desk.dialer(editing=["M1"])
    run = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *MONDAY), "--json").json["run"]
    assert desk.leadsync("resolve", run, "--row", "3", "--send").code == 0
    assert desk.leadsync("resolve", run, "--row", "3", "--take-back").code == 0
    assert desk.leadsync("resume", "--json").json == {"run": None}
    assert desk.leadsync("show", run, "--json").json["statuses"] == {"succeeded": 2, "conflict": 1}
    assert desk.leadsync("resolve", run, "--row", "3", "--send").code == 0
    dialer.campaign.editing.clear()
    assert desk.leadsync("resume").code == 0
    late = desk.leadsync("resolve", run, "--row", "3", "--take-back")
    assert (late.code, "acted on" in late.err) == (2, True)


def test_check_overwrites_only_what_an_earlier_check_wrote(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", HEADINGS, *MONDAY)
    output = desk.folder / "looked.csv"
    assert desk.leadsync("check", sheet, "--output", output).code == 0
    assert desk.leadsync("check", sheet, "--output", output).code == 0
    corrected = output.read_text().replace("Sale", "Busy")
    output.write_text(corrected)
    refused = desk.leadsync("check", sheet, "--output", output)
    assert (refused.code, "looked.csv is there already" in refused.err) == (2, True)
    assert output.read_text() == corrected
    other = desk.sheet("diary.csv", "my own words")
    assert desk.leadsync("check", sheet, "--output", other).code == 2
    assert other.read_text() == "my own words\n"


def test_a_name_too_long_for_its_reports_is_refused_before_anything_is_sent(desk: Desk) -> None:
    dialer = desk.dialer()
    done = desk.leadsync("run", desk.sheet(f"{'x' * 240}.csv", HEADINGS, *MONDAY))
    assert (done.code, "shorter name" in done.err) == (2, True)
    assert received(dialer) == []
    assert runs(desk) == []


@pytest.mark.skipif(sys.platform != "linux", reason="file modes are POSIX's, and so are names of any bytes")
def test_a_name_that_is_not_utf_8_is_refused_in_a_sentence(desk: Desk) -> None:
    desk.dialer()
    path = Path(os.fsdecode(os.fsencode(desk.folder) + b"/caf\xe9.csv"))
    path.write_text("Lead Id,FirstPhone\n1,0383218101\n")
    done = desk.leadsync("run", path)
    assert (done.code, "not UTF-8" in done.err) == (2, True)


def test_rows_behind_an_idempotent_one_in_doubt_wait_for_it_in_a_report_given_back(desk: Desk) -> None:
    """Its run sends it again; were they sent before it, it would undo them."""
    dialer = desk.dialer(
        settings="[retry]\nattempts = 1\nwait_seconds = 0\n",
        faults=[FaultRule(FaultKind.CLOSE, lead="L", attempt=1), FaultRule(FaultKind.CODE, lead="M", code=115)],
    )
    rows = ("L,0383218101,", "M,0383218102,Sale", "L,0383218103,")
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *rows), "--json")
    assert first.code == 4, first.err
    run, report = first.json["run"], first.json["files"]["report"]
    assert [row["sync_status"] for row in desk.rows(report)] == ["unknown", "unsent", "unsent"]
    dialer.faults.clear()
    dialer.ledger.received.clear()
    given_back = desk.leadsync("run", report, "--json")
    told = {
        row["Lead Id"] + row["FirstPhone"]: row["sync_message"] for row in desk.rows(given_back.json["files"]["report"])
    }
    assert f"waits for row 2 of run {run}, which goes first: `leadsync resume {run}`" in told["L0383218103"]
    assert received(dialer) == ["M"]
    assert desk.leadsync("resume", run).code == 0
    assert [entry.fields["FirstPhone"] for entry in dialer.ledger.received if entry.lead == "L"] == [
        "0383218101",
        "0383218103",
    ]


def test_a_decision_that_let_a_later_row_of_its_lead_go_is_not_taken_back(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CLOSE, lead="L", attempt=1)])
    rows = ("L,0383218101,Sale", "L,0383218102,Busy")
    run = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *rows), "--json").json["run"]
    assert desk.leadsync("resolve", run, "--row", "2", "--applied").code == 0
    assert desk.leadsync("resume").code == 0
    for words in (["--take-back"], ["--send"]):
        refused = desk.leadsync("resolve", run, "--row", "2", *words)
        assert refused.code == 2, refused
    assert [entry.fields["njDisposition"] for entry in dialer.ledger.received if entry.lead == "L"] == ["Sale", "Busy"]


def test_a_row_that_would_undo_a_later_one_stays_so_in_the_report_of_the_report(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L", attempt=1, code=105)])
    rows = ("L,0383218101,Sale", "L,0383218101,Busy")
    given = desk.sheet("leads.csv", HEADINGS, *rows)
    for generation in range(4):
        done = desk.leadsync("run", given, "--json")
        assert done.code == (0 if generation else 3), (generation, done)
        given = Path(done.json["files"]["report"])
    assert [entry.fields["njDisposition"] for entry in dialer.ledger.received if entry.lead == "L"] == ["Sale", "Busy"]
    row = desk.rows(given)[0]
    assert row["sync_status"] == "skipped"
    assert "row 3 of the same lead, further down in run" in row["sync_message"]


def test_looking_at_a_run_that_is_being_sent_says_so(desk: Desk) -> None:
    dialer = desk.dialer()
    refuse_everything(dialer)
    run = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *MONDAY), "--json").json["run"]
    with open_journal(desk.state) as other:
        other.hold(run)

        async def begin() -> None:
            async with other.log(run) as log:
                await log.begin(2, 1)

        asyncio.run(begin())
        assert "being sent" in desk.leadsync("runs").out
        shown = desk.leadsync("show", run).out
        assert shown.startswith(f"Run {run} of leads.csv: at work, being sent; begun by ")
        assert "resume" not in shown
        assert f"Run {run} is being sent by another leadsync just now" in desk.leadsync("report", run).err
    assert "stopped" in desk.leadsync("runs").out


def test_a_folder_named_for_sharing_slots_that_cannot_be_used_stops_the_command(desk: Desk) -> None:
    dialer = desk.dialer(settings='[server]\nurl = "@URL@"\nslots_dir = "shared"\n')
    shared = desk.folder / "shared"
    shared.mkdir()
    for number in range(8):
        (shared / f"{number}").symlink_to(desk.config)
    sheet = desk.sheet("leads.csv", HEADINGS, *MONDAY)
    assert desk.leadsync("run", sheet).code == 0, "odd files of other names do no harm"
    for path in shared.glob("*.lock"):
        path.unlink()
        path.symlink_to(desk.config)
    dialer.ledger.received.clear()
    refused = desk.leadsync("run", sheet, "--fresh")
    assert refused.code == 2, refused
    assert "[server] slots_dir" in refused.err
    assert received(dialer) == []


def test_a_row_that_was_sent_on_a_decision_and_is_in_doubt_again_is_decided_again(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CLOSE, lead="M1", applied=True)])
    run = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *MONDAY), "--json").json["run"]
    assert desk.leadsync("resolve", run, "--row", "3", "--send").code == 0
    assert desk.leadsync("resume").code == 3
    assert desk.leadsync("resolve", run, "--row", "3", "--applied").code == 0
    assert desk.leadsync("show", run, "--json").json["statuses"] == {"succeeded": 3}


def test_the_question_says_how_many_rows_are_of_the_old_run_and_how_many_of_the_new_file(desk: Desk) -> None:
    dialer = desk.dialer()
    refuse_everything(dialer)
    file = desk.sheet("leads.csv", HEADINGS, *MONDAY)
    run = desk.leadsync("run", file, "--json").json["run"]
    desk.sheet("leads.csv", HEADINGS, *TUESDAY[:2])
    child = at_the_question(desk, "run", file)
    asked = child.after
    child.sendline("n")
    child.expect(pexpect.EOF)
    assert f"Send 5 rows (3 left of run {run}, then 2 of the file as it is now) to" in asked


def test_resume_tells_how_to_send_what_the_file_holds_now(desk: Desk) -> None:
    dialer = desk.dialer()
    refuse_everything(dialer)
    file = desk.sheet("leads.csv", HEADINGS, *MONDAY)
    assert desk.leadsync("run", file).code == 4
    again = desk.leadsync("resume")
    assert "holds other rows" not in again.err
    dialer.faults.clear()
    desk.sheet("leads.csv", HEADINGS, *TUESDAY)
    done = desk.leadsync("resume")
    assert f"! leads.csv holds other rows by now, and no run has read them; `leadsync run {file}` does." in done.err
    assert desk.leadsync("run", file).code == 0
    assert received(dialer)[-6:] == ["M0", "M1", "M2", "T0", "T1", "T2"]


def test_the_question_names_the_dialer_the_campaign_and_the_template(desk: Desk) -> None:
    desk.dialer(settings="[campaigns.winback]\ntemplate_id = 43\ncampaign_id = 42\n")
    file = desk.sheet("leads.csv", HEADINGS, *MONDAY)
    for options, named in (
        ((), "campaign 41, template 41?"),
        (("--campaign", "winback"), "campaign winback (42), template 43?"),
    ):
        child = at_the_question(desk, "run", file, *options)
        assert child.after.startswith("Send 3 rows to http://127.0.0.1:")
        assert child.after.endswith(f", {named}")
        child.sendline("n")
        child.expect(pexpect.EOF)


@pytest.mark.parametrize("seen", ["its draft", "its run", "its end"])
def test_a_sheet_that_another_process_begins_while_it_is_planned_is_not_sent_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: str
) -> None:
    """The other process is as far as `seen` when this one, which began before it, looks again."""
    file = tmp_path / "leads.csv"
    file.write_text("Lead Id,njDisposition\nA1,Sale\n", "utf-8")
    settings = settings_from({"server": {"url": "http://127.0.0.1"}, "campaign": IDS}, "the test")
    now = datetime(2026, 11, 24, tzinfo=UTC)
    with open_journal(tmp_path / "state") as mine, open_journal(tmp_path / "state") as others:
        look, begun = mine.runs_of, list[Plan]()

        def runs_of(sheet: Path) -> list[RunRecord]:
            before = look(sheet)
            if not begun:
                begun.append(plan_run(others, file, settings, RunOptions(), now))
                if seen != "its draft":
                    begun[0].confirm()
                if seen == "its end":
                    others.skip(begun[0].run.id, {2: Skip(SkipKind.LEFT_OUT)})
                    others.update_run(begun[0].run.id, finished=True)
                    others.release(begun[0].run.id)
            return before

        monkeypatch.setattr(mine, "runs_of", runs_of)

        def begin() -> None:
            plan = plan_run(mine, file, settings, RunOptions(), now)
            begun[0].confirm()
            plan.confirm()

        with pytest.raises(BusyError) as refused:
            begin()
        assert begun[0].run.id in str(refused.value)


def test_a_changed_trial_is_followed_and_a_retrys_trial_is_not(tmp_path: Path) -> None:
    journal: Any = SimpleNamespace(has_more=lambda _: True, drafts=list)
    trial = replace(a_run(tmp_path), last_row=3, fingerprint="before")
    settings = settings_from({}, "the test")
    assert file_plan._changed_trial(journal, trial, "now", settings, trial.file) == trial
    retry = replace(trial, retry_of="20261123-000000-0000")
    assert file_plan._changed_trial(journal, retry, "now", settings, trial.file) is None
    assert file_plan._changed_trial(journal, replace(trial, last_row=None), "now", settings, trial.file) is None


@pytest.mark.parametrize("order", ["checked in done", "sheet first", "copy first"])
def test_a_copy_is_its_sheet_wherever_a_watched_folder_has_put_that(desk: Desk, order: str) -> None:
    dialer = desk.dialer()
    folder = desk.folder / "in"
    folder.mkdir(mode=0o700)
    rows = [f"L{n},{n}" for n in range(3)]

    def watch() -> None:
        assert desk.leadsync("watch", folder, "--once", "--settle", "0").code == 0

    sheet = desk.sheet("in/b.csv" if order == "checked in done" else "b.csv", "Lead Id,Version", *rows)
    if order == "checked in done":
        watch()
        [sheet] = folder.glob("done/b.csv")
    else:
        desk.leadsync("run", sheet)
    copy = desk.folder / "c.csv"
    desk.leadsync("check", sheet, "--output", copy)
    copy.write_text(copy.read_text("utf-8-sig").replace("L1,1", "L1,new"), "utf-8")
    for file in {"sheet first": [sheet, copy], "copy first": [copy, sheet]}.get(order, [copy]):
        file.rename(folder / file.name)
        watch()
    assert sorted(entry.fields["Version"] for entry in dialer.ledger.received if entry.lead) == ["0", "1", "2", "new"]


@pytest.mark.parametrize("anew", [True, False])
def test_a_row_in_doubt_that_is_never_taken_ends_its_try_and_the_next_file_goes(desk: Desk, anew: bool) -> None:
    """Idempotent rows in doubt are sent again by their run: each call tries once."""
    dialer = desk.dialer(settings="[retry]\nwait_seconds = 0\nattempts = 1\n")
    dialer.faults.add([FaultRule(FaultKind.CLOSE, lead="A", calls=1), FaultRule(FaultKind.CODE, lead="W", code=110)])
    desk.leadsync("run", desk.sheet("w.csv", "Lead Id,Disposition", "W,Sale"))
    rows = ("A,<No Change>", "W,Sale")
    sheet = desk.sheet("a.csv", "Lead Id,Disposition", *rows)
    desk.leadsync("run", sheet)
    dialer.faults.clear()
    dialer.faults.add([FaultRule(FaultKind.HTTP, lead="A", status=403, calls=30)])
    dialer.ledger.received.clear()
    if anew:
        desk.sheet("a.csv", "Lead Id,Disposition", *rows, "B,Sale")
    said = desk.leadsync("run", sheet).err
    # The row of the new content goes as well, as a line with `!` has said.
    assert sorted(set(received(dialer))) == (["A", "B"] if anew else ["A"]), said
    assert received(dialer).count("A") == (2 if anew else 1), said
    [again] = re.findall(r"did not go now; `leadsync resume (\S+)` tries them again", said)
    dialer.faults.clear()
    assert desk.leadsync("resume", again).code in (0, 3)
    assert received(dialer).count("A") == (3 if anew else 2)
