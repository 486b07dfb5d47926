"""A child process of the page: `python -m leadsync.web.child --state FOLDER [VERB KEY NUMBER]`, for `children.py`.

It does one job and outlives the page. Without a job it waits for one on its standard input. Its output is a log.
"""

import argparse
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from leadsync.errors import LeadsyncError, traceback_of
from leadsync.log import TextFormatter, without_secrets
from leadsync.session import Session
from leadsync.system_user import acting_for
from leadsync.web.children import LOG_NAME
from leadsync.web.jobs import Job, JobCancelledError, JobState
from leadsync.web.page_words import in_page_words
from leadsync.web.uploads import Upload, Uploads

_log = logging.getLogger("leadsync")
VERBS = ("read", "send", "resume", "retry")


def main(arguments: Sequence[str]) -> None:
    """Do one job."""
    parser = argparse.ArgumentParser()
    parser.add_argument("job", nargs="*", help="its verb, the id of the upload or of the run, and its number")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    asked = parser.parse_intermixed_args(arguments)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TextFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    if job := asked.job or _awaited():
        verb, key, number = job
        if verb not in VERBS:
            parser.error(f"{verb} is no job")
        with without_secrets():
            _do(Session(asked.state, asked.config), verb, key, int(number))


def _awaited() -> list[str]:
    """The job from the page, the libraries for it loaded meanwhile; empty if there is none."""
    import leadsync.sheets
    import leadsync.web.draft_jobs  # noqa: F401

    line = sys.stdin.readline()
    return [str(word) for word in json.loads(line)] if line.endswith("\n") else []


def _do(host: Session, verb: str, key: str, number: int) -> None:
    if verb in ("read", "send"):
        from leadsync.web.draft_jobs import read_draft, send_draft
        from leadsync.web.jobs import jobs_of

        upload = Uploads(host.state_folder()).find(key)
        if upload is None:  # discarded since
            return
        job = jobs_of(host.state_folder(), upload, verb).job(number)
        with acting_for(str(job.asked.get("user", ""))), _told(job, upload):
            (read_draft if verb == "read" else send_draft)(host, upload, job)
    else:
        from leadsync.web.jobs import run_jobs
        from leadsync.web.run_jobs import go_on

        job = run_jobs(host.state_folder(), key).job(number)
        with acting_for(str(job.asked.get("user", ""))), _told(job):
            go_on(host, key, job)


@contextmanager
def _told(job: Job, upload: Upload | None = None) -> Iterator[None]:
    """Keep an error for the page."""
    try:
        yield
    except JobCancelledError:
        job.note(JobState.CANCELLED)
    except LeadsyncError as error:
        _refuse(job, upload.in_words(error) if upload else in_page_words(str(error)))
    except Exception as error:
        _log.error("A job failed\n%s", traceback_of(error))
        _refuse(job, f"leadsync itself failed ({type(error).__name__}); {LOG_NAME} in its state folder shows where.")
    job.leave_queue()


def _refuse(job: Job, words: str) -> None:
    # A run that was confirmed stays known.
    job.note(JobState.REFUSED, error=words, run=job.noted.get("run", ""))


if __name__ == "__main__":
    main(sys.argv[1:])
