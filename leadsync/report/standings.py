"""Where a run stands, for people: one word for a badge, and one sentence. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from leadsync.models import RunRecord
from leadsync.plurals import counted
from leadsync.tallies import Live

_SILENT = timedelta(seconds=10)
"""A sender tells of itself once a second."""


class StandingKind(StrEnum):
    """Where a run stands; the value is its word and its class in the style sheet."""

    DRAFT = "draft"
    """Read, and not confirmed."""
    OPEN = "not finished"
    """Confirmed, and neither sent to its end nor stopped."""
    AT_WORK = "at work"
    """A process has it and tells nothing of it: it has just begun, or writes its files."""
    QUEUED = "queued"
    """It waits for a worker, or for its turn on the page."""
    SENDING = "sending"
    WAITING = "waiting"
    """Being sent, but for now it waits for something."""
    STOPPING = "stopping"
    STOPPED = "stopped"
    HELD = "held"
    """The journal was restored: a person is to go on with it by a command."""
    LOST = "lost"
    """Its process ended without a word."""
    TRIAL = "trial"
    """Its first rows were sent, others are left."""
    FINISHED = "finished"

    @property
    def css(self) -> str:
        """The word as a class."""
        return self.value.replace(" ", "-")


_MORE = {
    StandingKind.DRAFT: ", not sent",
    StandingKind.QUEUED: ", waits for a worker",
    StandingKind.AT_WORK: ", being sent",
    StandingKind.HELD: ", the journal was restored",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stands."""

    kind: StandingKind
    sentence: str = ""
    asked_by: str = ""
    """The user who has asked the page to send it, or more of it, while it waits for its turn."""

    @property
    def words(self) -> str:
        """The standing in a line."""
        return f"{self.kind}{', waits for its turn' if self.asked_by else _MORE.get(self.kind, '')}"

    @property
    def is_live(self) -> bool:
        """Whether a process sends it."""
        return self.kind in (StandingKind.SENDING, StandingKind.WAITING, StandingKind.STOPPING)

    @property
    def is_under_way(self) -> bool:
        """Whether a process has it: it sends, has just begun, or writes its files."""
        return self.is_live or self.kind is StandingKind.AT_WORK

    @property
    def can_stop(self) -> bool:
        """Whether a process sends it, or a worker is to."""
        return self.is_live or (self.kind is StandingKind.QUEUED and not self.asked_by)

    @property
    def changes_soon(self) -> bool:
        """Whether its page is to look again by itself."""
        return self.is_under_way or self.kind is StandingKind.QUEUED

    @property
    def can_go_on(self) -> bool:
        """Whether `resume` has something to do."""
        return self.kind in (StandingKind.OPEN, StandingKind.STOPPED, StandingKind.LOST, StandingKind.TRIAL)


_RUN_AT_WORK = Standing(
    StandingKind.AT_WORK, "A process has it just now: its first rows go in a moment, or its files are being written."
)
_TURN = "It waits for its turn on the page; without a page, `leadsync web` goes on with it."
WAITS = "Waits for a worker."
NO_WORKER = (
    "Waits for a worker, and none is running for this dialer: start `leadsync worker` on a machine that reaches it, or "
    "stop it here and send the rest."
)


def standing_of(
    run: RunRecord,
    live: Live | None,
    now: datetime,
    *,
    beyond: int = 0,
    has_worker: bool | None = None,
    asked_by: str = "",
    is_held: bool = False,
) -> Standing:
    """Where the run stands; `beyond` are the rows behind a trial's end.

    `has_worker`: whether a worker is there for a queued run; None for a run in no queue. `asked_by`: who has asked the
    page to send it, if it waits for its turn. `is_held`: whether a process works on it.
    """
    if asked_by and (live is None or live.lost):
        what = "more of it" if run.complete else "it to be sent"
        return Standing(StandingKind.QUEUED, f"{asked_by} has asked for {what}. {_TURN}", asked_by)
    if not run.complete:
        return Standing(StandingKind.DRAFT, "Nothing of it was sent yet.")
    if live is not None and live.lost and is_held:
        live = None  # it is of the process that was killed; the next one has begun
    if live is not None and not run.finished and not (live.lost and (run.is_held or has_worker is not None)):
        return _of_sending(live, now)
    if run.is_held and not run.finished:
        return Standing(
            StandingKind.HELD, f"Held: {run.stopped}. An administrator goes on with `leadsync {run.resume_command}`."
        )
    if has_worker is not None and not run.finished:
        return Standing(StandingKind.QUEUED, WAITS if has_worker else NO_WORKER)
    if is_held and not run.finished:
        return _RUN_AT_WORK
    if run.stopped:
        return Standing(StandingKind.STOPPED, f"Stopped before the end: {run.stopped}.")
    if not run.finished:
        return Standing(StandingKind.OPEN, "Not sent to its end yet.")
    if beyond:
        return Standing(StandingKind.TRIAL, f"A trial of the first rows; {counted(beyond, 'more row')} can go.")
    return Standing(StandingKind.FINISHED)


def _of_sending(live: Live, now: datetime) -> Standing:
    if live.lost:
        return Standing(StandingKind.LOST, "Its process ended without a word. What was sent is kept.")
    silent = live.at is not None and now - live.at > _SILENT
    doubt = f" No word from its process since {live.at:%H:%M:%S}." if silent and live.at else ""
    if live.stop_wanted:
        return Standing(
            StandingKind.STOPPING, f"Stopping for {live.stop_wanted}; requests under way get their answers.{doubt}"
        )
    if live.words:
        return Standing(StandingKind.WAITING, f"{live.words[:1].upper()}{live.words[1:]}.{doubt}")
    return Standing(StandingKind.SENDING, doubt.strip())
