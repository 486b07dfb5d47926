"""Where the runs of a journal stand now, the page's own queue included: the same for the pages and the commands."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from leadsync.models import RunRecord
from leadsync.report import Standing, standing_of
from leadsync.tallies import Live
from leadsync.web.jobs import JobState, jobs_of, run_jobs
from leadsync.web.uploads import Upload, Uploads
from leadsync.web.value_files import ValueFolder

if TYPE_CHECKING:
    from leadsync.journal import Journal


class RunStandings:
    """The standings at one moment. Senders that died are noticed."""

    def __init__(self, journal: "Journal") -> None:
        self._journal = journal
        for run_id in journal.live():
            journal.settle_if_dead(run_id)
        self.live = journal.live()
        self.now = journal.now()

    def of(self, run: RunRecord, beyond: int = 0) -> Standing:
        """Where a run stands; `beyond` are the rows behind a trial's end."""
        live = self.live.get(run.id)
        is_told = live is not None and not live.lost
        asked_by = "" if is_told else self._asked_by(run)
        is_open = run.complete and not run.finished and not is_told and not asked_by
        return standing_of(
            run,
            live,
            self.now,
            beyond=beyond,
            has_worker=waits_for_worker(self._journal, run) if run.complete else None,
            asked_by=asked_by,
            is_held=is_open and self._is_held(run, live),
        )

    def upload_of(self, run: RunRecord) -> Upload | None:
        """The newest upload with a run's sheet."""
        return self._uploads.get(run.file)

    @cached_property
    def asked(self) -> set[str]:
        """The runs of which somebody has asked more, by the names of their jobs alone."""
        return {name.rpartition("-")[0] for name in ValueFolder(self._journal.state.resolve() / "page_jobs").names()}

    @cached_property
    def _uploads(self) -> dict[Path, Upload]:
        return {upload.file: upload for upload in reversed(Uploads(self._journal.state).all())}

    def _is_held(self, run: RunRecord, live: Live | None) -> bool:
        """Whether a process works on it that has told nothing yet."""
        if not self._journal.settle_if_dead(run.id):
            return True  # it has rows in flight
        # The lock alone, for the first second of a sending: a stopped run is also held to decide its rows.
        return not (run.stopped and live is None) and self._journal.is_held(run.id)

    def _asked_by(self, run: RunRecord) -> str:
        """Who has asked for a draft, or for more of a run, that waits for its turn; empty: nobody."""
        if not run.complete and (upload := self.upload_of(run)):
            job = jobs_of(self._journal.state, upload, "send").newest()
        elif run.complete and run.id in self.asked:
            job = run_jobs(self._journal.state, run.id).newest()
        else:
            return ""
        return str(job.asked.get("user", "")) if job is not None and job.state is JobState.QUEUED else ""


def waits_for_worker(journal: "Journal", run: RunRecord) -> bool | None:
    """Whether a worker is there for a queued run; None for a run in no queue."""
    queued = None if run.finished else journal.queued(run.id)
    if queued is None:
        return None
    from leadsync.run import has_worker

    return has_worker(journal, queued.queue)
