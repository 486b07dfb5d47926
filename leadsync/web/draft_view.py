"""Where a draft stands: its stage, its preview, and the run that came of it. Reads files alone."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from leadsync.config import SheetChoices
from leadsync.web.draft_jobs import preview_name
from leadsync.web.jobs import AT_WORK, Job, JobState, jobs_of
from leadsync.web.preview import DONE, Preview
from leadsync.web.uploads import Upload


class Stage(StrEnum):
    """What the page of a draft shows."""

    READING = "reading"
    """The sheet is read; nothing is known yet."""
    SHOWN = "shown"
    """The preview, with its buttons."""
    BROKEN = "broken"
    """The reading ended without a preview."""
    QUEUED = "queued"
    """It is to be sent, and waits for its turn."""
    PLANNING = "planning"
    """It is to be sent, and planned anew."""
    SENT = "sent"
    """Its run has the rest."""


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft as it stands."""

    upload: Upload
    reading: SheetChoices
    stage: Stage
    preview: Preview | None
    run: str
    """The last run of it; empty before one."""
    error: str
    """Why the last sending or reading came to nothing; empty otherwise."""
    stale: bool
    """Whether the last sending was stopped by a preview that had changed."""
    sent_by: str
    """Who wants it sent; empty before anyone does."""
    cancelled_by: str = ""
    """Who has taken the last sending back while it was queued."""


def look_at(state: Path, upload: Upload) -> DraftView:
    """The draft as it stands."""
    reading = upload.reading()
    preview = upload.values.load(preview_name(reading))
    read, send = (jobs_of(state, upload, kind).newest() for kind in ("read", "send"))
    sending = send.state if send else None
    stage = _stage(sending, send, preview, read)
    error = ""
    if sending is JobState.REFUSED or stage is Stage.BROKEN:
        last = send if sending is JobState.REFUSED else read
        error = last.noted.get("error", "") if last else ""
    elif sending is JobState.LOST and send and not send.noted.get("run"):
        error = "The process that was to send this ended before its first row. Nothing was sent; send it again."
    return DraftView(
        upload,
        reading,
        stage,
        preview,
        str(send.noted.get("run", "")) if send else "",
        error,
        sending is JobState.STALE,
        str(send.asked.get("user", "")) if send else "",
        send.cancelled_by if send and sending is JobState.CANCELLED else "",
    )


def _stage(sending: JobState | None, send: Job | None, preview: Preview | None, read: Job | None) -> Stage:
    if sending in (JobState.STARTING, JobState.READING):
        return Stage.PLANNING
    if sending is JobState.QUEUED:
        return Stage.QUEUED
    has_run = send is not None and bool(send.noted.get("run"))
    if sending is JobState.SENDING or (has_run and sending in (JobState.LOST, JobState.REFUSED)):
        return Stage.SENT
    is_reading = preview is None and read is not None and read.state in AT_WORK
    if sending is JobState.ENDED and not is_reading and (preview is None or preview["what"] == DONE):
        return Stage.SENT
    if preview is not None:
        return Stage.SHOWN
    return Stage.READING if is_reading else Stage.BROKEN
