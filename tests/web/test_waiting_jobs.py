"""Jobs that wait for their turn without a child: the page starts them anew; places of others are given up."""

from pathlib import Path

import pytest

from leadsync.web import waiting_jobs
from leadsync.web.jobs import Job, JobState, held, run_jobs
from leadsync.web.places import Places
from leadsync.web.waiting_jobs import start_waiting_jobs, waiting_jobs_started


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int]]:
    """The jobs for which a child was started, instead of these."""
    found: list[tuple[str, str, int]] = []

    def start(_: Path, __: Path | None, verb: str, key: str, job: Job) -> int:
        found.append((verb, key, job.number))
        return 1

    monkeypatch.setattr(waiting_jobs, "start_child", start)
    # No child starts of itself in the first seconds either.
    monkeypatch.setattr("leadsync.web.jobs._START_SECONDS", 0)
    return found


def queued(state: Path, run_id: str, verb: str) -> Job:
    job = run_jobs(state, run_id).claim({"verb": verb})
    assert job is not None
    job.note(JobState.QUEUED)
    return job


def test_they_are_started_in_the_order_in_which_people_have_asked(
    tmp_path: Path, started: list[tuple[str, str, int]]
) -> None:
    for run_id, verb in (("r2", "retry"), ("r1", "resume")):
        queued(tmp_path, run_id, verb)
    before = [place.begun for place in Places(tmp_path).all()]
    assert [job.key for job in start_waiting_jobs(tmp_path, None)] == ["r2", "r1"]
    assert started == [("retry", "r2", 1), ("resume", "r1", 1)]
    assert [place.key for place in Places(tmp_path).all()] == ["r2", "r1"], "they wait still"
    assert all(new.begun > old for new, old in zip(Places(tmp_path).all(), before, strict=True))


def test_one_with_a_child_is_left_alone(tmp_path: Path, started: list[tuple[str, str, int]]) -> None:
    job = queued(tmp_path, "r1", "resume")
    with held(tmp_path, job.lock_name, 0):
        assert start_waiting_jobs(tmp_path, None) == []
    assert started == []


@pytest.mark.parametrize("what", ["reading", "cancelled", "asked anew", "no upload", "no verb"])
def test_a_place_that_nobody_needs_is_given_up(tmp_path: Path, started: list[tuple[str, str, int]], what: str) -> None:
    job = queued(tmp_path, "r1", "resume")
    if what == "reading":
        job.note(JobState.READING)
    elif what == "cancelled":
        job.cancel("Bob")
    elif what == "asked anew":
        job.note(JobState.ENDED)
        Places(tmp_path).give_up(Places(tmp_path).all()[0])
        Places(tmp_path).take("resume", "r1", 7, job.lock_name)
    else:
        Places(tmp_path).give_up(Places(tmp_path).all()[0])
        Places(tmp_path).take("send" if what == "no upload" else "dance", "r1", 1, job.lock_name)
    assert start_waiting_jobs(tmp_path, None) == []
    assert (started, Places(tmp_path).all()) == ([], [])


def test_a_page_starts_them_at_its_beginning(tmp_path: Path, started: list[tuple[str, str, int]]) -> None:
    queued(tmp_path, "r1", "resume")
    with waiting_jobs_started(tmp_path, None):
        assert started == [("resume", "r1", 1)]
