"""The jobs in the page's queue whose child was killed: the page starts them anew, in their order."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from leadsync.errors import LeadsyncError
from leadsync.web.children import start_child
from leadsync.web.jobs import Job, jobs_of, run_jobs
from leadsync.web.places import Place, Places
from leadsync.web.uploads import Uploads

_LOOK_SECONDS = 15.0
_OF_RUNS = ("resume", "retry")


def start_waiting_jobs(state: Path, config: Path | None) -> list[Job]:
    """Start a child for each job that waits without one, and return these jobs; places that nobody needs are given up.

    Raises LeadsyncError if the system starts none, and OSError.
    """
    places, without = Places(state), list[tuple[Place, Job]]()
    for place in places.all():
        job = _job_of(state, place)
        if job is None or job.is_begun or job.cancelled_by:
            if job is None or not job.has_child:
                places.give_up(place)
        elif not job.has_child:
            places.renew(place)
            without.append((place, job))
    # All of them are renewed first: none overtakes one whose child begins a moment later.
    for place, job in without:
        start_child(state, config, place.verb, place.key, job)
    return [job for _, job in without]


@contextmanager
def waiting_jobs_started(state: Path, config: Path | None) -> Iterator[None]:
    """Start them now, and look again from time to time until the end."""
    end = threading.Event()

    def look() -> None:
        # The next look tries it again; the pages say what waits.
        with suppress(LeadsyncError, OSError):
            start_waiting_jobs(state, config)

    def look_again() -> None:
        while not end.wait(_LOOK_SECONDS):
            look()

    look()
    threading.Thread(target=look_again, daemon=True).start()
    try:
        yield
    finally:
        end.set()


def _job_of(state: Path, place: Place) -> Job | None:
    """The job of a place, if it is the newest of its upload or run."""
    if place.verb in _OF_RUNS:
        newest = run_jobs(state, place.key).newest()
    elif place.verb == "send" and (upload := Uploads(state).find(place.key)) is not None:
        newest = jobs_of(state, upload, "send").newest()
    else:
        return None
    return newest if newest is not None and newest.number == place.number else None
