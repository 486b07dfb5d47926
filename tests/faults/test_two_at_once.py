"""Two processes: never both on one file, at ease on different ones, and a lock that dies with its process."""

import os
import signal
import subprocess
import sys

from tests.faults.invariants import sheet_rows
from tests.faults.scene import KEY


def test_second_process_on_one_file_says_who_has_it_and_does_not_wait(scene):
    """The first is stopped meanwhile: whoever waited for it would wait for ever."""
    stage = scene(sheet_rows(40, disposition="Sale"), slots=2)
    first = stage.start("run", stage.sheet)
    stage.await_calls(1)
    first.signal(signal.SIGSTOP)
    second = subprocess.run(
        [sys.executable, "-m", "leadsync", "run", stage.sheet, *stage.common],
        env={**os.environ, "LEADSYNC_API_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    first.signal(signal.SIGCONT)
    assert second.returncode == 2
    assert f"process {first.pid}" in second.stderr
    ended = first.wait()
    stage.check(ended)
    assert ended.code == 0


def test_other_commands_on_a_file_under_way_are_refused_too(scene):
    stage = scene(sheet_rows(60, disposition="Sale"), slots=2)
    first = stage.start("run", stage.sheet)
    stage.await_calls(1)
    first.signal(signal.SIGSTOP)
    run = stage.leadsync("runs").summary["runs"][0]["run"]
    for words in (["resume"], ["retry", run], ["resolve", run, "--row", "2", "--send"]):
        refused = stage.leadsync(*words)
        assert refused.code == 2, words
        assert f"process {first.pid}" in refused.err
    first.signal(signal.SIGCONT)
    ended = first.wait()
    stage.check(ended)
    assert ended.code == 0


def test_two_files_at_once_share_one_journal(scene):
    stage = scene(sheet_rows(30, disposition="Sale"))
    other = stage.folder / "more.csv"
    other.write_text(stage.sheet.read_text().replace("Row ", "Other ").replace("L", "M").replace("0383218", "0383219"))
    together = [stage.start("run", stage.sheet), stage.start("run", other)]
    assert [running.wait().code for running in together] == [0, 0]
    names = [entry.fields["Name"] for entry in stage.dialer.ledger.applications]
    assert len(names) == len(set(names)) == 60


def test_lock_dies_with_its_process(scene):
    stage = scene(sheet_rows(20, disposition="Sale"), slots=2)
    first = stage.start("run", stage.sheet)
    stage.await_calls(3)
    first.signal(signal.SIGKILL)
    assert first.wait().code == -signal.SIGKILL
    ended = stage.finish()
    stage.check(ended)
    assert ended.code in (0, 3)


def test_report_given_back_while_its_run_goes_on_sends_no_row_twice(scene):
    """A stopped run's report is run just when somebody resumes that run: one of the two has each row."""
    stage = scene(sheet_rows(300, disposition="Sale"), slots=16)
    stage.strike(lead="L10", attempt=1, kind="code", code=115)
    stopped = stage.run()
    assert stopped.code == 4
    calls = len(stage.dialer.ledger.received)
    first = stage.start("resume")
    stage.await_calls(calls + 20)
    second = stage.start("run", stopped.summary["files"]["report"])
    first_ended, second_ended = first.wait(), second.wait()
    assert max(stage.applied(row.number) for row in stage.rows) == 1
    assert (first_ended.code, second_ended.code) == (0, 2), (first_ended, second_ended)
