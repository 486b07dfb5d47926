"""`leadsync watch` over a folder, as one night after the other meets it."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import xlsxwriter

from leadsync.journal import open_journal
from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.faults.scene import wait_until
from tests.watch.conftest import FakeClock, Folder


def received(dialer: PracticeDialer) -> list[str]:
    return [entry.lead for entry in dialer.ledger.received if entry.lead]


def test_each_sheet_is_sent_and_moved_with_its_reports_beside_it_the_oldest_first(folder: Folder) -> None:
    dialer = folder.desk.dialer(dnc=["0383218190"])
    new, old = folder.drop("a.csv", "1,0383218191,Sale,x"), folder.drop("b.csv", "2,0383218190,Sale,x")
    os.utime(old, (1, 1))
    done = folder.watch("--json")
    assert done.code == 3, done.err
    assert received(dialer) == ["2", "1"]
    assert folder.names == set()
    assert folder.sheets("done") == {"a.csv"}
    assert folder.sheets("attention") == {"b.csv"}
    assert folder.rows("done", "a") == {"1": "succeeded"}
    assert folder.rows("attention", "b") == {"2": "failed"}
    assert [(Path(one["file"]).name, one["code"]) for one in done.json["files"]] == [("b.csv", 3), ("a.csv", 0)]
    assert new.name == "a.csv"


def test_an_empty_folder_is_nothing_to_do(folder: Folder) -> None:
    folder.desk.dialer()
    done = folder.watch()
    assert (done.code, "nothing to send" in done.out) == (0, True)
    assert list(folder.path.iterdir()) == []


def test_the_same_content_is_not_sent_twice_under_whatever_name(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    folder.drop("leads.csv", "1,0383218191,Sale,x")
    folder.drop("leads - copy.csv", "1,0383218191,Sale,x")
    first = folder.watch()
    folder.drop("leads.csv", "1,0383218191,Sale,x")
    second = folder.watch()
    assert (first.code, second.code) == (0, 0)
    assert received(dialer) == ["1"]
    assert "not sent again" in first.err
    assert "not sent again" in second.err
    assert folder.sheets("done") == {"leads.csv", "leads - copy.csv", "leads (2).csv"}


def test_the_same_name_with_other_content_is_another_sheet(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    for lead in ("1", "2"):
        folder.drop("leads.csv", f"{lead},038321819{lead},Sale,x")
        assert folder.watch().code == 0
    assert received(dialer) == ["1", "2"]
    assert folder.sheets("done") == {"leads.csv", "leads (2).csv"}


@pytest.mark.parametrize(
    ("lines", "words"),
    [(("Name,FirstPhone", "x,0383218191"), "external id"), (("", ""), "empty"), (("Lead Id,FirstPhone", '1,"x'), "")],
)
def test_a_sheet_that_cannot_be_sent_is_put_aside_with_the_reason_and_the_next_one_goes(
    folder: Folder, lines: tuple[str, ...], words: str
) -> None:
    dialer = folder.desk.dialer()
    folder.drop("bad.csv", *lines[1:], headings=lines[0])
    folder.drop("good.csv", "1,0383218191,Sale,x")
    done = folder.watch()
    assert done.code == 2
    assert folder.sheets("attention") == {"bad.csv", "bad.csv.why.txt"}
    why = (folder.path / "attention" / "bad.csv.why.txt").read_text()
    assert words in why
    assert "bad.csv" in why.partition(" was not sent: ")[2]
    assert f"Correct it and put it back into the folder {folder.path}." in why
    assert "bad.csv" in done.err
    assert f"bad.csv was not sent and is in {folder.path / 'attention'}; bad.csv.why.txt says why." in done.out
    assert folder.sheets("done") == {"good.csv"}
    assert received(dialer) == ["1"]


@pytest.mark.parametrize(("outcome", "code"), [("Sale", 0), ("Sail", 3)])
@pytest.mark.parametrize("taken_back", [True, False])
def test_the_reason_goes_once_the_sheet_is_corrected(folder: Folder, outcome: str, code: int, taken_back: bool) -> None:
    folder.desk.dialer()
    folder.drop("leads.csv", "x,0383218191", headings="Name,FirstPhone")
    assert folder.watch().code == 2
    if taken_back:
        (folder.path / "attention" / "leads.csv").unlink()
    folder.drop("leads.csv", f"1,0383218191,{outcome},x")
    assert folder.watch().code == code
    assert "leads.csv" in folder.sheets("attention" if code else "done")
    assert "leads.csv.why.txt" not in folder.sheets("attention")


def test_a_sheet_refused_anew_has_its_new_reason_alone(folder: Folder) -> None:
    folder.desk.dialer()
    folder.drop("leads.csv", "x,0383218191", headings="Name,FirstPhone")
    assert folder.watch().code == 2
    (folder.path / "attention" / "leads.csv").unlink()
    folder.drop("leads.csv", "1,0383218191,0383218192", headings="Lead Id,FirstPhone,First Phone")
    assert folder.watch().code == 2
    assert folder.sheets("attention") == {"leads.csv", "leads.csv.why.txt"}
    why = (folder.path / "attention" / "leads.csv.why.txt").read_text()
    assert why.startswith("leads.csv was not sent: leads.csv: The columns")


def test_a_workbook_of_two_sheets_gets_advice_that_a_folder_can_follow(folder: Folder) -> None:
    folder.desk.dialer()
    with xlsxwriter.Workbook(folder.path / "leads.xlsx") as book:
        for name in ("North", "South"):
            page = book.add_worksheet(name)
            page.write_row(0, 0, ["Lead Id", "FirstPhone"])
            page.write_row(1, 0, ["1", "0383218191"])
    done = folder.watch()
    why = (folder.path / "attention" / "leads.xlsx.why.txt").read_text()
    assert "'North', 'South'; leave one sheet with data in it, or name it as sheet in [input]. Correct it" in why
    assert "--sheet" not in why + done.err + str(folder.hook.messages)


def test_a_files_name_may_hold_words_of_a_message(folder: Folder) -> None:
    folder.desk.dialer()
    name = "name the one to read, such as --sheet or name its encoding with --encoding.csv"
    # 0x98 is no letter of cp1251, and 0x81 none of Windows-1252.
    (folder.path / name).write_bytes("Имя,Город\nИван,Москва\n".encode("cp1251") * 500 + b"\x98\x81\n")
    folder.watch()
    why = (folder.path / "attention" / f"{name}.why.txt").read_text("utf-8")
    assert why == (
        f"{name} was not sent: {folder.path / name}: the text is in no encoding that could be told for sure; save the "
        f"file as UTF-8, or name its encoding in [input]. Correct it and put it back into the folder {folder.path}.\n"
    )


def test_a_heading_with_the_files_name_does_not_hide_the_file(folder: Folder) -> None:
    folder.desk.dialer()
    folder.drop("a.csv", "1,0383218191,0383218192", headings="Lead Id,a.csv,a.csv")
    folder.watch()
    why = (folder.path / "attention" / "a.csv.why.txt").read_text("utf-8")
    assert why.startswith("a.csv was not sent: a.csv: ")


def test_one_date_in_another_order_is_said_loudly(folder: Folder) -> None:
    folder.desk.dialer()
    rows = ("1,0383218191,Sale,03/04/2031 10:00", "2,0383218192,Sale,03/24/2031 10:00")
    folder.drop("leads.csv", *rows, headings="Lead Id,FirstPhone,Outcome,Callback")
    done = folder.watch()
    assert "\n! leads.csv: Callback: 1 date (row 3) cannot be" in f"\n{done.err}"


def test_a_run_that_stopped_keeps_its_sheet_and_goes_on_even_under_another_name(folder: Folder) -> None:
    dialer = folder.desk.dialer(settings="[campaign]\ntemplate_id = 41\ncampaign_id = 999\nallocation_id = 38\n")
    sheet = folder.drop("leads.csv", "1,0383218191,Sale,x", "2,0383218192,Sale,x")
    stopped = folder.watch()
    assert stopped.code == 4
    assert folder.names == {"leads.csv"}
    assert set(folder.rows("attention", "leads").values()) == {"unsent"}
    sheet.rename(folder.path / "renamed.csv")
    folder.desk.config.write_text(folder.desk.config.read_text().replace("= 999", "= 41"))
    assert folder.watch().code == 0
    assert sorted(received(dialer)[1:]).count("1") <= 1
    assert {entry.lead for entry in dialer.ledger.applications} == {"1", "2"}
    assert len(dialer.ledger.applications) == 2
    assert folder.sheets("done") == {"renamed.csv"}
    assert folder.rows("done", "leads") == {"1": "succeeded", "2": "succeeded"}
    assert list((folder.path / "attention").iterdir()) == [], "what told of the stop is out of date"


def test_a_sheet_that_is_replaced_while_its_run_is_stopped_is_sent_after_it(folder: Folder) -> None:
    dialer = folder.desk.dialer(settings="[campaign]\ntemplate_id = 41\ncampaign_id = 999\nallocation_id = 38\n")
    folder.drop("leads.csv", "1,0383218191,Sale,x")
    assert folder.watch().code == 4
    folder.drop("leads.csv", "2,0383218192,Sale,y")
    folder.desk.config.write_text(folder.desk.config.read_text().replace("= 999", "= 41"))
    assert folder.watch().code == 0
    assert [entry.lead for entry in dialer.ledger.applications] == ["1", "2"]
    assert folder.names == set()


def test_a_sheet_whose_first_rows_are_all_refused_alike_needs_a_person(folder: Folder) -> None:
    dialer = folder.desk.dialer(any_lead=False)
    folder.drop("leads.csv", *(f"{number},0383218191,Sale,x" for number in range(200)))
    folder.drop("other.csv", "500,0383218191,Sale,x")
    done = folder.watch()
    assert done.code == 4
    assert folder.names == set()
    assert folder.sheets("attention") == {"leads.csv", "other.csv"}
    before = len(received(dialer))
    assert folder.watch().code == 0
    assert len(received(dialer)) == before


def test_a_corrected_file_put_into_the_folder_is_sent(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    folder.drop("leads.csv", "1,0383218191,Sail,x", "2,0383218192,Sale,x")
    assert folder.watch().code == 3
    (retry,) = (folder.path / "attention").glob("*.retry.csv")
    retry.write_text(retry.read_text("utf-8").replace("Sail", "Sale"), "utf-8", newline="")
    retry.rename(folder.path / retry.name)
    done = folder.watch()
    assert done.code == 0, done.err
    assert [entry.lead for entry in dialer.ledger.applications] == ["2", "1"]
    assert folder.sheets("done") == set(), "the sheet is one of leadsync's own by its name"
    assert (folder.path / "done" / retry.name).is_file()


def test_what_a_run_by_hand_left_beside_its_sheet_is_not_taken_for_a_sheet(folder: Folder) -> None:
    dialer = folder.desk.dialer()
    sheet = folder.drop("leads.csv", "1,0383218191,Sail,x")
    assert folder.desk.leadsync("run", sheet).code == 3
    done = folder.watch()
    assert received(dialer) == ["1"]
    assert "left alone" in done.err
    assert {name.split(".")[2] for name in folder.names} == {"report", "retry", "summary"}


def test_only_one_watch_has_a_folder(folder: Folder) -> None:
    from leadsync.journal import folder_lock

    folder.desk.dialer()
    lock = folder_lock(folder.desk.state, folder.path)
    lock.acquire()
    done = folder.watch()
    lock.release()
    assert done.code == 2
    assert "being watched by another leadsync" in done.err
    assert folder.hook.messages == []


def test_a_file_that_another_leadsync_sends_is_left_alone(folder: Folder) -> None:
    from leadsync.journal import open_journal

    dialer = folder.desk.dialer()
    dialer.faults.add([FaultRule(FaultKind.HTTP, status=401)])
    sheet = folder.drop("leads.csv", "1,0383218191,Sale,x")
    run = folder.desk.leadsync("run", sheet, "--output", folder.desk.folder, "--json").json["run"]
    dialer.ledger.received.clear()
    with open_journal(folder.desk.state) as other:
        other.hold(run)
        done = folder.watch()
    assert (done.code, received(dialer), folder.names) == (0, [], {"leads.csv"})
    assert f"leads.csv is left alone: Run {run} is being sent or changed by another leadsync (process" in done.err


def test_a_folder_that_is_not_there(folder: Folder) -> None:
    folder.desk.dialer()
    shutil.rmtree(folder.path)
    done = folder.watch()
    assert done.code == 2
    assert "cannot be read" in done.err


def test_settings_that_are_wrong_touch_no_file(folder: Folder) -> None:
    folder.desk.dialer()
    folder.drop("leads.csv", "1,0383218191,Sale,x")
    done = folder.watch(LEADSYNC_API_KEY="")
    assert done.code == 2
    assert "LEADSYNC_API_KEY" in done.err
    assert folder.names == {"leads.csv"}


def test_a_stopped_run_whose_sheet_was_taken_away_is_said(folder: Folder) -> None:
    folder.desk.dialer(settings="[campaign]\ntemplate_id = 41\ncampaign_id = 999\nallocation_id = 38\n")
    sheet = folder.drop("leads.csv", "1,0383218191,Sale,x")
    assert folder.watch().code == 4
    sheet.unlink()
    done = folder.watch("--json")
    assert "leadsync resume" in done.json["left"][0]["why"]


def row(lead: str, outcome: str = "Sale") -> str:
    """A row of which everything follows from the lead."""
    return f"{lead},03832{zlib.crc32(lead.encode()) % 100000:05},{outcome},x"


def test_a_week_of_nights(folder: Folder) -> None:
    """Each night in a few seconds of a made-up clock; what each morning finds is told at its end."""
    clock = FakeClock()
    dialer = folder.desk.dialer(settings="[retry]\nwait_seconds = 0\nattempts = 2\ngive_up_after_minutes = 0.001\n")
    night = 24 * 3600.0
    mornings: list[str] = []

    def morning(number: int, check: Callable[[], object]) -> None:
        def look() -> None:
            check()
            mornings.append(f"morning {number}")

        clock.at(number * night + 10 * 3600, look)

    def applied() -> list[str]:
        return sorted(entry.lead for entry in dialer.ledger.applications)

    # Monday: the sheet is copied slowly, over half an hour, by a program that keeps the old file's time.
    slow = folder.path / "monday.csv"
    lines = ["Lead Id,FirstPhone,Outcome,Name\r\n", *(f"{row(f'M{n}')}\r\n" for n in range(5))]

    def grow(count: int) -> None:
        slow.write_text("".join(lines[:count]), "utf-8", newline="")
        os.utime(slow, (1, 1))

    for step in range(1, 7):
        clock.at(280.0 * step, lambda step=step: grow(step))

    def monday() -> None:
        assert applied() == [f"M{n}" for n in range(5)]
        assert folder.sheets("done") == {"monday.csv"}
        assert folder.hook.titles == []

    morning(0, monday)

    # Tuesday: somebody drops a sheet, a copy of it, and Monday's once more, renamed.
    def drop_tuesday() -> None:
        folder.drop("tuesday.csv", row("T1"), row("T2", "Sail"))
        folder.drop("tuesday (1).csv", row("T1"), row("T2", "Sail"))
        shutil.copy2(folder.path / "done" / "monday.csv", folder.path / "from last night.csv")

    clock.at(night, drop_tuesday)

    def tuesday() -> None:
        assert applied() == [*(f"M{n}" for n in range(5)), "T1"]
        assert received(dialer).count("T2") == 1
        assert folder.sheets("attention") == {"tuesday.csv", "tuesday (1).csv"}
        assert folder.sheets("done") == {"monday.csv", "from last night.csv"}
        assert len(folder.hook.titles) == 1
        assert "1 of 2 rows failed" in folder.hook.titles[0]

    morning(1, tuesday)

    # Wednesday: the dialer is in maintenance until the early morning.
    away = FaultRule(FaultKind.HTTP, status=503)

    def drop_wednesday() -> None:
        dialer.faults.add([away])
        folder.drop("wednesday.csv", row("W1"), row("W2"))

    clock.at(2 * night, drop_wednesday)
    clock.at(2 * night + 8 * 3600, lambda: still_away())
    clock.at(2 * night + 8 * 3600 + 1, dialer.faults.clear)

    def still_away() -> None:
        assert folder.names == {"wednesday.csv"}
        assert set(folder.rows("attention", "wednesday").values()) == {"unsent"}
        assert len(folder.hook.titles) == 2, "one message, however often it was tried"
        assert "wednesday.csv stopped: the dialer was away" in folder.hook.titles[-1]

    def wednesday() -> None:
        assert folder.names == set()
        assert folder.rows("done", "wednesday") == {"W1": "succeeded", "W2": "succeeded"}
        assert not list((folder.path / "attention").glob("wednesday*"))
        assert "wednesday.csv went through" in folder.hook.messages[-1]["message"]
        assert len(folder.hook.titles) == 3

    morning(2, wednesday)

    # Thursday: the share goes away just when the sheet has been dropped, and comes back hours later.
    elsewhere = folder.path.with_name("unmounted")

    def drop_thursday() -> None:
        folder.drop("thursday.csv", row("D1"))
        folder.path.rename(elsewhere)

    clock.at(3 * night, drop_thursday)
    clock.at(3 * night + 3600, lambda: elsewhere.rename(folder.path))

    def thursday() -> None:
        assert folder.rows("done", "thursday") == {"D1": "succeeded"}
        assert len(folder.hook.titles) == 5
        assert "cannot be read" in folder.hook.titles[3]

    morning(3, thursday)

    # Friday: a sheet stays open in Excel until it is closed at midnight; a download is under way beside it.
    def drop_friday() -> None:
        folder.drop("friday.csv", row("F1"))
        (folder.path / "~$friday.csv").touch()
        (folder.path / "big.csv.part").touch()

    clock.at(4 * night, drop_friday)
    clock.at(4 * night + 3600, lambda: (folder.path / "~$friday.csv").unlink())

    def friday() -> None:
        assert folder.rows("done", "friday") == {"F1": "succeeded"}
        assert folder.names == {"big.csv.part"}

    morning(4, friday)

    # Saturday: an agent has a lead open: a person decides. Sunday: nobody drops anything.
    def drop_saturday() -> None:
        dialer.campaign.editing.add("S1")
        folder.drop("saturday.csv", row("S1"), *(row(f"S{n}") for n in range(2, 9)))

    clock.at(5 * night, drop_saturday)

    def saturday() -> None:
        assert folder.rows("attention", "saturday")["S1"] == "conflict"
        assert "a person has to decide 1 row" in folder.hook.messages[-1]["message"]
        assert "most rows succeed again" not in folder.hook.messages[-1]["message"]

    morning(5, saturday)
    morning(6, lambda: None)

    done = folder.watch("--every", "300", "--settle", "300", clock=clock)
    assert done.code == 143, done.err
    assert mornings == [f"morning {number}" for number in range(7)]
    assert len(applied()) == len(set(applied())), "no lead was changed twice"

    # Sunday: the power fails in the middle of a sheet. On Monday morning the machine is up again.
    dialer.faults.add([FaultRule(FaultKind.SLOW, seconds=0.5)])
    folder.drop("sunday.csv", *(row(f"U{number}", "Sale" if number % 2 else "") for number in range(20)))
    command = [sys.executable, "-m", "leadsync", "watch", folder.path, "--once", "--settle", "0"]
    calls_before = len(received(dialer))
    with subprocess.Popen(command, cwd=folder.desk.folder, env=folder.desk.environment) as machine:
        # More than the dialer has slots: some were answered, and the machine knows how long calls take.
        wait_until(lambda: len(received(dialer)) >= calls_before + dialer.slots.count + 1)
        machine.kill()
    dialer.faults.clear()
    wait_until(lambda: dialer.open_calls == 0)
    assert folder.names >= {"sunday.csv"}
    assert folder.watch().code == 3
    told = folder.rows("attention", "sunday")
    assert folder.sheets("attention") >= {"sunday.csv"}
    undecided = {lead for lead, status in told.items() if status == "unknown"}
    assert undecided, "what was under way when the power failed"
    assert {status for lead, status in told.items() if lead not in undecided} == {"succeeded"}
    for number in range(20):
        lead, times = f"U{number}", applied().count(f"U{number}")
        assert lead not in undecided or number % 2, "what is harmless was sent again"
        assert lead in undecided or times >= 1
        assert times <= 1 or number % 2 == 0, "no action was fired twice"
    assert f"a person has to decide {len(undecided)} row" in folder.hook.titles[-1]


@pytest.mark.parametrize("name", ["leads.csv.gz", "leads.xlsx", "leads.xls", "leads.ods", "leads.zip"])
def test_a_sheet_that_was_cut_short_is_put_aside(folder: Folder, name: str) -> None:
    """What breaks off and never goes on: its writer is gone, and nobody will complete it."""
    dialer = folder.desk.dialer()
    beginnings = {".gz": b"\x1f\x8b\x08\x00rest", ".xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"}
    (folder.path / name).write_bytes(beginnings.get(Path(name).suffix, b"PK\x03\x04rest"))
    assert folder.watch().code == 2
    assert folder.sheets("attention") == {name, f"{name}.why.txt"}
    assert received(dialer) == []


def test_a_night_with_nothing_to_send_leaves_figures_too(folder: Folder) -> None:
    folder.desk.dialer()
    metrics = folder.desk.folder / "leadsync.prom"
    assert folder.watch("--metrics-file", str(metrics)).code == 0
    assert "leadsync_last_exit_code 0.0" in metrics.read_text()


def test_a_run_stopped_by_a_person_ends_neither_the_watch_nor_goes_on_by_itself(folder: Folder) -> None:
    """A person stops the first of two runs on the page, while it is being sent."""
    slow = '[server]\nurl = "@URL@"\nhardware_threads = 2\n'
    dialer = folder.desk.dialer(settings=slow, floor_seconds=0.2)
    first = folder.drop("first.csv", *(f"A{n},03832181{n:02},Sale,x" for n in range(60)))
    os.utime(first, (1, 1))
    folder.drop("second.csv", "B1,0383218201,Sale,x")

    def stop() -> None:
        with open_journal(folder.desk.state) as journal:
            end = time.monotonic() + 120
            while not (live := journal.live()) and time.monotonic() < end:
                time.sleep(0.05)
            [run] = live
            assert journal.ask_to_stop(run, "anna")

    person = threading.Thread(target=stop)
    person.start()
    done = folder.watch("--json")
    person.join()
    assert done.code == 4, done.err
    assert [one["code"] for one in done.json["files"]] == [4, 0]
    run = done.json["files"][0]["run"]
    assert "first.csv was stopped by anna, with " in done.err
    assert "until then it is in attention" in done.err
    assert folder.sheets("attention") == {"first.csv", "first.csv.why.txt"}
    note = (folder.path / "attention" / "first.csv.why.txt").read_text("utf-8")
    assert f"resume {run}" in note
    assert f"put back into {folder.path}" in note
    assert folder.sheets("done") == {"second.csv"}
    sent = len(dialer.ledger.applications)
    assert "There was nothing to send" in folder.watch().out
    assert len(dialer.ledger.applications) == sent < 61
    (folder.path / "attention" / "first.csv").rename(first)
    assert folder.watch().code == 0
    assert sorted(one.lead for one in dialer.ledger.applications) == sorted([*(f"A{n}" for n in range(60)), "B1"])
    assert folder.sheets("attention") == set()
    assert folder.sheets("done") == {"first.csv", "second.csv"}


def test_a_stop_that_a_dead_watch_has_not_heard_holds(folder: Folder) -> None:
    """Its standby takes over, and nothing more is sent before a person wants it."""
    dialer = folder.desk.dialer()
    dialer.faults.add([FaultRule(kind=FaultKind.HTTP, status=401)])
    folder.drop("leads.csv", "A1,0383218101,Sale,x")
    assert folder.watch().code == 4
    dialer.faults.clear()
    calls = len(dialer.ledger.received)
    with closing(sqlite3.connect(folder.desk.state / "journal.sqlite3")) as journal, journal:
        journal.execute(
            "INSERT INTO live (run, count, settled, pace, words, pid, host, at, stop_wanted, lost) "
            "SELECT run, 1, '{}', 0, '', 1, 'office-a', 0, 'anna', TRUE FROM runs"
        )
    done = folder.watch()
    assert done.code == 4, done.err
    assert "leads.csv was stopped by anna, with 1 row left to send" in done.err
    assert folder.sheets("attention") == {"leads.csv", "leads.csv.why.txt"}
    assert len(dialer.ledger.received) == calls
    (folder.path / "attention" / "leads.csv").rename(folder.path / "leads.csv")
    assert folder.watch().code == 0
    assert [one.lead for one in dialer.ledger.applications] == ["A1"]
