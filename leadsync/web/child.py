"""A child process of the page: `python -m leadsync.web.child VERB --state FOLDER KEY NUMBER`, for `children.py` alone.

It does one job and outlives the page. Its output is a log.
"""

import argparse
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
from leadsync.web.uploads import Upload, Uploads

_log = logging.getLogger("leadsync")
VERBS = ("read", "send", "resume", "retry")


def main(arguments: Sequence[str]) -> None:
    """Do one job."""
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=VERBS)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    parser.add_argument("key", help="the id of the upload or of the run")
    parser.add_argument("number", type=int, help="of the job")
    asked = parser.parse_args(arguments)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TextFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    with without_secrets():
        _do(Session(asked.state, asked.config), asked.verb, asked.key, asked.number)


def _do(host: Session, verb: str, key: str, number: int) -> None:
    if verb in ("read", "send"):
        from leadsync.web.draft_jobs import jobs_of, read_draft, send_draft

        upload = Uploads(host.state_folder()).find(key)
        if upload is None:  # discarded since
            return
        job = jobs_of(host.state_folder(), upload, verb).job(number)
        with acting_for(str(job.asked.get("user", ""))), _told(job, upload):
            (read_draft if verb == "read" else send_draft)(host, upload, job)
    else:
        from leadsync.web.run_jobs import go_on, run_jobs

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
        _refuse(job, upload.in_words(error) if upload else str(error))
    except Exception as error:
        _log.error("A job failed\n%s", traceback_of(error))
        _refuse(job, f"leadsync itself failed ({type(error).__name__}); {LOG_NAME} in its state folder shows where.")


def _refuse(job: Job, words: str) -> None:
    # A run that was confirmed stays known.
    job.note(JobState.REFUSED, error=words, run=job.noted.get("run", ""))


if __name__ == "__main__":
    main(sys.argv[1:])
