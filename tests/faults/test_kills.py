"""kill -9, at random and at every named point: one `resume` finishes, and nothing is lost or done twice."""

import itertools
import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.invariants import sheet_rows
from tests.faults.killing import around_commits, around_report_files
from tests.faults.processes import Ended, wait_until
from tests.faults.scene import Scene

RANDOM_KILLS = 20
ROWS = 24
LONGEST_LIFE_SECONDS = 0.45
"""A little more than a run of the sheet takes, so that kills fall on all of it."""


def count_ticks(stage: Scene, patch, *words) -> int:
    log = stage.folder / "ticks"
    assert stage.start(*words, patch=patch, patched_with=(0, log)).wait().code in (0, 3)
    return int(log.read_text())


def test_kills_at_random_moments(scene):
    """Some runs are killed once more in their resumption; the dialer has faults of its own on top."""
    chance = random.Random(20261124)
    stage = scene(sheet_rows(ROWS), folder="rehearsal", floor_seconds=0.02)
    numbers = itertools.count(1)
    done = 0
    while done < RANDOM_KILLS:
        stage = stage.anew(f"kill {next(numbers)}")
        for row in chance.sample(stage.rows, 3):
            kind = chance.choice(["close", "reset", "cut"])
            stage.strike(lead=row.lead, attempt=1, kind=kind, applied=chance.random() < 0.5)
        ended = kill(stage, "run", chance)
        if ended is None and chance.random() < 0.5:
            done += 1
            ended = kill(stage, "resume", chance)
        done += ended is None
        ended = ended or stage.finish()
        stage.check(ended)
        stage.check_decidable(ended.summary["run"])


def kill(stage: Scene, command: str, chance: random.Random) -> Ended | None:
    """None where the kill came in time; else how the process ended by itself. Half of them fall among the calls."""
    before = len(stage.dialer.ledger.received)
    running = stage.start(command, *([stage.sheet] if command == "run" else []))
    if chance.random() < 0.5:
        calls = before + chance.randint(1, ROWS)
        wait_until(lambda: running.over or len(stage.dialer.ledger.received) >= calls)
    else:
        time.sleep(chance.uniform(0, LONGEST_LIFE_SECONDS))
    running.signal(signal.SIGKILL)
    ended = running.wait()
    nothing_yet = ended.code == 0 and ended.summary["run"] is None
    return None if ended.code == -signal.SIGKILL or nothing_yet else ended


def test_kill_around_every_commit_of_a_run(scene):
    stage = scene(sheet_rows(2), folder="rehearsal")
    ticks = count_ticks(stage, around_commits, "run", stage.sheet)
    assert ticks >= 16, "intake, beginnings, outcomes and the run's standing are all written down"
    for fatal in range(1, ticks + 1):
        stage = stage.anew(f"kill {fatal}")
        died = stage.start("run", stage.sheet, patch=around_commits, patched_with=(fatal,)).wait()
        if died.code == 0:
            continue  # commits are grouped: this time there were fewer
        assert died.code == -signal.SIGKILL
        ended = stage.finish()
        stage.check(ended)
        stage.check_decidable(ended.summary["run"])


def test_kill_while_the_files_are_written(scene):
    """A run is not at its end before its files are there: `resume` alone brings them about."""
    stage = scene(sheet_rows(4), folder="rehearsal")
    stage.strike(lead="L2", kind="code", code=106)
    for fatal in range(1, count_ticks(stage, around_report_files, "run", stage.sheet) + 1):
        stage = stage.anew(f"kill {fatal}")
        stage.strike(lead="L2", kind="code", code=106)
        died = stage.start("run", stage.sheet, patch=around_report_files, patched_with=(fatal,)).wait()
        assert died.code == -signal.SIGKILL
        ended = stage.finish()
        stage.check(ended)
        assert Path(ended.summary["files"]["retry"]).is_file()


@pytest.mark.parametrize("then", ["resume", "run"])
def test_kill_around_every_commit_of_a_retry_before_it_sends(scene, then):
    """What the first run got done is never done again, whenever the second one dies."""
    for stage in anew_until_sent(scene(sheet_rows(4, disposition="Sale"), folder="rehearsal")):
        stage.strike(lead="L3", attempt=1, kind="code", code=105)
        first = stage.run().summary["run"]
        yield_to_kill(stage, "retry", first)
        stage.finish() if then == "resume" else stage.run()
        stage.leadsync("retry", first)
        stage.leadsync("resume")
        assert_each_row_is_done_once(stage)


def test_kill_around_every_commit_of_a_run_of_the_retry_file_before_it_sends(scene):
    """Rows that a file takes over from a stopped run are in exactly one of the two, whenever that dies."""
    for stage in anew_until_sent(scene(sheet_rows(4, disposition="Sale"), folder="rehearsal", slots=1)):
        stage.strike(lead="L3", attempt=1, kind="code", code=115)
        stopped = stage.run().summary
        yield_to_kill(stage, "run", stopped["files"]["retry"])
        stage.leadsync("run", stopped["files"]["retry"])
        stage.leadsync("resume", stopped["run"])
        assert_each_row_is_done_once(stage)


def anew_until_sent(stage: Scene) -> Iterator[Scene]:
    """A new scene for every tick, until a kill comes only after a row was begun: from there on it is any run."""
    for fatal in range(1, 50):
        stage = stage.anew(f"kill {fatal}")
        stage.fatal = fatal
        yield stage
        if stage.begun_before_death:
            assert fatal > 8
            return


def yield_to_kill(stage: Scene, *words: str) -> None:
    """Run a command that dies at this scene's tick."""
    died = stage.start(*words, patch=around_commits, patched_with=(stage.fatal,)).wait()
    assert died.code == -signal.SIGKILL
    with sqlite3.connect(stage.state / "journal.sqlite3") as journal:
        stage.begun_before_death = bool(journal.execute("SELECT 1 FROM rows WHERE state = 'in_flight'").fetchone())
    journal.close()


def assert_each_row_is_done_once(stage: Scene) -> None:
    done = [stage.applied(row.number) for row in stage.rows]
    assert done == [1] * len(done) or (stage.begun_before_death and max(done) == 1), f"killed at tick {stage.fatal}"
