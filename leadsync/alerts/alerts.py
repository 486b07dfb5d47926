"""The message about the result of a run, if it is news. Pure.

Troubles are remembered by their subject. A trouble is news if it is unknown, has another cause or has grown; its end is
news too. So a dialer away for three nights makes two messages, not six.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from leadsync.alert_events import AlertEvent
from leadsync.models import Status
from leadsync.plurals import counted
from leadsync.tallies import Tally

_FINISHED = (0, 3)
_RUNS = "runs"
_ROWS = "failed rows"
# A file that fails and is deleted has no recovery: the oldest troubles are forgotten.
_MOST_REMEMBERED = 500
_LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class RunResult:
    """The result of the work on one sheet.

    `code` is the exit code, `reason` the words for a failure. `cause` is alike for the same trouble, whatever figures
    the words have, and never told: it may quote the sheet. `of_file`: a fault of this file, and not of the settings or
    the dialer, common to all files.
    """

    file: str
    code: int
    run: str = ""
    tally: Tally = field(default_factory=Tally)
    reason: str = ""
    cause: str = ""
    of_file: bool = False
    summary: str = ""
    sent: bool = True
    """Whether the dialer got a request: only its answer can show a recovery."""
    doubtful: bool = False
    """Whether a warning says that the data sent may be wrong."""


@dataclass(frozen=True, slots=True)
class AlertState:
    """A trouble as last told: its cause and its size."""

    cause: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A message; the title names its subject."""

    title: str
    body: str
    good: bool

    def on(self, machine: str) -> "Message":
        """The message with the name of its machine."""
        return replace(self, title=f"{self.title} ({machine})") if machine else self


@dataclass(frozen=True, slots=True)
class _Alert:
    event: AlertEvent
    about: str
    known: AlertState
    words: str


def alert_for(
    result: RunResult, before: Mapping[str, AlertState], events: Collection[AlertEvent], failed_percent: float
) -> tuple[Message | None, dict[str, AlertState]]:
    """Return the message about a result, None if there is no news, and the troubles known from then on."""
    troubles = list(_troubles(result, failed_percent))
    new = [trouble for trouble in troubles if _is_new(trouble, before)]
    over = [about for about in before if _is_over(about, result) and about not in {one.about for one in troubles}]
    after = {about: known for about, known in before.items() if about not in over}
    after |= {trouble.about: trouble.known for trouble in troubles}
    while len(after) > _MOST_REMEMBERED:
        del after[next(iter(after))]
    lines = [_joined(trouble.words) for trouble in new if trouble.event in events]
    bad = bool(lines)
    if AlertEvent.RECOVERY in events:
        lines += [_joined(_recovery(about, result)) for about in over]
    if not lines:
        return None, after
    title = lines[0] if len(lines[0]) <= _LONGEST_TITLE else lines[0][: _LONGEST_TITLE - 1] + "…"
    return Message(f"leadsync: {title}", "\n".join([*lines, "", result.summary]).rstrip() + "\n", not bad), after


def _troubles(result: RunResult, failed_percent: float) -> Iterator[_Alert]:
    statuses = result.tally.statuses
    if result.code in (1, 2, 4):
        about = _file(result) if result.of_file else _RUNS
        what = f"{result.file} stopped" if result.code == 4 else f"{result.file} failed"
        yield _Alert(AlertEvent.FAILURE, about, AlertState(_cause(result)), f"{what}: {result.reason}")
    if to_decide := statuses.get(Status.CONFLICT, 0) + statuses.get(Status.UNKNOWN, 0):
        words = f"{result.file}: a person has to decide {counted(to_decide, 'row')}"
        yield _Alert(AlertEvent.DECIDE, _decision(result), AlertState(size=to_decide), words)
    if result.doubtful:
        words = f"{result.file}: the data sent may be wrong; a person has to read the warnings"
        yield _Alert(AlertEvent.DECIDE, f"doubt {result.run}", AlertState(), words)
    failed = statuses.get(Status.FAILED, 0) + statuses.get(Status.REJECTED, 0)
    if failed * 100 > failed_percent * result.tally.rows:
        words = (
            f"{result.file}: {failed:,} of {counted(result.tally.rows, 'row')} failed, more than {failed_percent:g} %"
        )
        yield _Alert(AlertEvent.FAILED_PERCENT, _ROWS, AlertState(result.run), words)


def _is_new(trouble: _Alert, before: Mapping[str, AlertState]) -> bool:
    told = before.get(trouble.about)
    return told is None or told.cause != trouble.known.cause or trouble.known.size > told.size


def _is_over(about: str, result: RunResult) -> bool:
    """Whether a result without this trouble shows its end."""
    if result.code not in _FINISHED:
        return False
    if about == _ROWS:
        return result.tally.rows > 0
    if about == _RUNS:
        return result.sent and result.run != ""
    return about in (_file(result), _decision(result))


def _file(result: RunResult) -> str:
    """The subject of a trouble of one file."""
    return f"file {result.file}"


def _decision(result: RunResult) -> str:
    """The subject of one run's rows to decide."""
    return f"decide {result.run}"


def _recovery(about: str, result: RunResult) -> str:
    if about == _ROWS:
        return f"{result.file}: most rows succeed again"
    if about == _decision(result):
        return f"{result.file}: no row is left to decide"
    return f"{result.file} went through: what stopped or failed before is over"


def _joined(words: str) -> str:
    """The words on one line, quoted line ends included."""
    return " ".join(words.split("\n"))


def _cause(result: RunResult) -> str:
    """The cause to remember; one with the sheet's text is digested."""
    if result.cause in ("", result.reason):
        return result.reason
    return hashlib.sha256(result.cause.encode("utf-8", "replace")).hexdigest()[:16]
