"""The work of child processes, as files."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from leadsync.errors import BusyError
from leadsync.web.jobs import Job, JobCancelledError, Jobs, JobState, held, is_held, job_turn, turn
from leadsync.web.places import Places
from leadsync.web.value_files import ValueFolder

HOLD = """
import sys, time
from pathlib import Path
from leadsync.web.jobs import held
with held(Path(sys.argv[1]), "page-x", 0):
    print("held", flush=True)
    time.sleep(60)
"""


def jobs(tmp_path: Path) -> Jobs:
    folder = tmp_path / "jobs"
    folder.mkdir(exist_ok=True)
    return Jobs(tmp_path, ValueFolder(folder), "send", "page-x")


@contextmanager
def another_process(state: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(state)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_job_is_one_persons(tmp_path: Path) -> None:
    kept = jobs(tmp_path)
    job = kept.claim({"user": "Ann"})
    assert job is not None
    assert kept.claim({"user": "Bob"}) is None, "the first is at work"
    newest = kept.newest()
    assert newest is not None
    assert (newest.number, newest.asked["user"], newest.state) == (1, "Ann", JobState.STARTING)


@pytest.mark.parametrize("end", [JobState.ENDED, JobState.STALE, JobState.REFUSED])
def test_after_its_end_comes_the_next(tmp_path: Path, end: JobState) -> None:
    kept = jobs(tmp_path)
    first = kept.claim({})
    assert first is not None
    first.note(end, error="because")
    assert (first.state, first.noted["error"]) == (end, "because")
    second = kept.claim({})
    assert second is not None
    assert second.number == 2


def test_a_queued_job_is_taken_back_before_its_turn(tmp_path: Path) -> None:
    job = jobs(tmp_path).claim({})
    assert job is not None
    with turn(tmp_path, 1), pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", lambda _: job.cancel("Bob"))
        with pytest.raises(JobCancelledError), job_turn(job, 1):
            pytest.fail("it was taken back")
    assert (job.noted["state"], job.cancelled_by) == (JobState.QUEUED, "Bob")
    with pytest.raises(JobCancelledError), job_turn(job, 1):
        pytest.fail("its turn came as it was taken back")
    job.note(JobState.CANCELLED)
    following = jobs(tmp_path).claim({})
    assert following is not None
    with job_turn(following, 1):
        assert (following.number, following.cancelled_by) == (2, "")


def test_a_job_whose_turn_has_come_is_not_taken_back(tmp_path: Path) -> None:
    job = jobs(tmp_path).claim({})
    assert job is not None
    with job_turn(job, 1):
        job.cancel("Bob")
        assert job.cancelled_by == ""


def test_a_job_whose_child_was_killed_is_lost(tmp_path: Path) -> None:
    job = jobs(tmp_path).claim({})
    assert job is not None
    with another_process(tmp_path) as process:
        job.note(JobState.READING)
        assert job.state is JobState.READING
        process.kill()
        process.wait()
        assert job.state is JobState.LOST
    assert jobs(tmp_path).claim({}) is not None


def test_a_child_that_never_started_is_lost_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = jobs(tmp_path).claim({})
    assert job is not None
    now = time.monotonic()
    for passed, state in ((19, JobState.STARTING), (21, JobState.LOST), (-now, JobState.LOST)):
        monkeypatch.setattr("leadsync.web.jobs.time.monotonic", lambda passed=passed: now + passed)
        assert job.state is state, passed


def test_a_child_that_lives_is_starting_however_the_clocks_jump(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = jobs(tmp_path).claim({})
    assert job is not None
    alive = [True]
    job.starts_in(lambda: alive[-1])
    long_ago, late = time.time() - 90_000, time.monotonic() + 90_000
    os.utime(tmp_path / "jobs" / "send-1.json", (long_ago, long_ago))
    monkeypatch.setattr("leadsync.web.jobs.time.monotonic", lambda: late)
    assert job.state is JobState.STARTING
    assert jobs(tmp_path).claim({}) is None, "nobody begins it anew"
    alive.append(False)
    assert job.state is JobState.LOST


def test_a_damaged_state_is_lost(tmp_path: Path) -> None:
    job = jobs(tmp_path).claim({})
    assert job is not None
    (tmp_path / "jobs" / "send-1.state.json").write_text('{"state": "dancing"}')
    assert job.state is JobState.LOST


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    with another_process(tmp_path) as process:
        assert is_held(tmp_path, "page-x")
        with pytest.raises(BusyError), held(tmp_path, "page-x", 0):
            pytest.fail("it is held")
        process.kill()
        process.wait()
        with held(tmp_path, "page-x", 0):
            pass
    assert not is_held(tmp_path, "page-x")


def test_so_many_have_their_turn_at_once(tmp_path: Path) -> None:
    waited: list[float] = []
    with turn(tmp_path, 2), turn(tmp_path, 2), pytest.MonkeyPatch.context() as patch:

        def give_up(seconds: float) -> None:
            waited.append(seconds)
            raise TimeoutError

        patch.setattr(time, "sleep", give_up)
        with pytest.raises(TimeoutError), turn(tmp_path, 2, lambda: waited.append(0)):
            pytest.fail("there are two")
    assert waited == [0, 0.2]
    with turn(tmp_path, 2):
        pass


def another_job(tmp_path: Path, key: str) -> Job:
    folder = tmp_path / key
    folder.mkdir()
    job = Jobs(tmp_path, ValueFolder(folder), "send", f"page-{key}", key).claim({})
    assert job is not None
    return job


def test_who_has_asked_first_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = another_job(tmp_path, "a"), another_job(tmp_path, "b")
    monkeypatch.setattr(time, "sleep", gives_up)
    with pytest.raises(TimeoutError), job_turn(second, 2):
        pytest.fail("the child of the first is starting, and two turns are free")
    with held(tmp_path, first.lock_name, 0), job_turn(first, 2), job_turn(second, 2):
        assert Places(tmp_path).all() == []


@pytest.mark.parametrize("is_alive", [True, False])
def test_a_job_waits_for_an_earlier_one_while_that_has_a_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_alive: bool
) -> None:
    first, second = another_job(tmp_path, "a"), another_job(tmp_path, "b")
    now = time.monotonic()
    monkeypatch.setattr(time, "sleep", gives_up)
    monkeypatch.setattr("leadsync.web.jobs.time.monotonic", lambda: now + 21)
    with ExitStack() as stack:
        if is_alive:
            stack.enter_context(held(tmp_path, first.lock_name, 0))
            stack.enter_context(pytest.raises(TimeoutError))
        with job_turn(second, 1):
            assert not is_alive
    assert [place.key for place in Places(tmp_path).all()] == ["a", "b"][: 1 + is_alive]


def test_a_job_that_waits_without_a_child_is_taken_back_at_once(tmp_path: Path) -> None:
    job = another_job(tmp_path, "a")
    job.note(JobState.QUEUED)
    assert job.state is JobState.QUEUED
    job.cancel("Bob")
    assert (job.state, job.cancelled_by) == (JobState.CANCELLED, "Bob")


def gives_up(_: float) -> None:
    raise TimeoutError
