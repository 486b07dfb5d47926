"""What a person should be told when a run has ended, and only if it is news. Pure.

Troubles are remembered by what they are about. A trouble is news where it was not known, has another cause or has
grown; that one is over is news too. So a dialer that is away for three nights makes two messages, not six.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from leadsync.models import Status, Tally
from leadsync.plurals import counted

Event = Literal["failure", "decide", "failed_percent", "recovery"]

_FINISHED = (0, 3)
_RUNS = "runs"
_ROWS = "failed rows"
_MOST_REMEMBERED = 500
_LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Ending:
    """How the work on one sheet ended.

    `code` is the exit code, `reason` says why where it failed; `of_file` tells a fault of this file from one of the
    settings or the dialer, which would meet the next file as well.
    """

    file: str
    code: int
    run: str = ""
    tally: Tally = field(default_factory=Tally)
    reason: str = ""
    of_file: bool = False
    summary: str = ""
    sent: bool = True
    """Whether anything was asked of the dialer: only that can tell that it is well again."""


@dataclass(frozen=True, slots=True)
class Known:
    """A trouble as it was told: its cause and its size."""

    cause: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """What a person is sent: the first line says what it is about."""

    title: str
    body: str
    good: bool

    def on(self, machine: str) -> "Message":
        """With the name of the machine that it comes from."""
        return replace(self, title=f"{self.title} ({machine})") if machine else self


@dataclass(frozen=True, slots=True)
class _Trouble:
    event: Event
    about: str
    known: Known
    words: str


def news(
    ending: Ending, before: Mapping[str, Known], events: Collection[Event], failed_percent: float
) -> tuple[Message | None, dict[str, Known]]:
    """The message about an ending, None where there is nothing new to say, and what is known from then on."""
    troubles = list(_troubles(ending, failed_percent))
    new = [trouble for trouble in troubles if _is_new(trouble, before)]
    over = [about for about in before if _is_over(about, ending) and about not in {one.about for one in troubles}]
    after = {about: known for about, known in before.items() if about not in over}
    after |= {trouble.about: trouble.known for trouble in troubles}
    while len(after) > _MOST_REMEMBERED:
        del after[next(iter(after))]
    lines = [_joined(trouble.words) for trouble in new if trouble.event in events]
    bad = bool(lines)
    if "recovery" in events:
        lines += [_joined(_recovery(about, ending)) for about in over]
    if not lines:
        return None, after
    title = lines[0] if len(lines[0]) <= _LONGEST_TITLE else lines[0][: _LONGEST_TITLE - 1] + "…"
    return Message(f"leadsync: {title}", "\n".join([*lines, "", ending.summary]).rstrip() + "\n", not bad), after


def _troubles(ending: Ending, failed_percent: float) -> Iterator[_Trouble]:
    statuses = ending.tally.statuses
    if ending.code in (1, 2, 4):
        about = f"file {ending.file}" if ending.of_file else _RUNS
        what = f"{ending.file} stopped" if ending.code == 4 else f"{ending.file} failed"
        yield _Trouble("failure", about, Known(_without_figures(ending.reason)), f"{what}: {ending.reason}")
    if to_decide := statuses.get(Status.CONFLICT, 0) + statuses.get(Status.UNKNOWN, 0):
        words = f"{ending.file}: a person has to decide {counted(to_decide, 'row')}"
        yield _Trouble("decide", f"decide {ending.run}", Known(size=to_decide), words)
    failed = statuses.get(Status.FAILED, 0) + statuses.get(Status.REJECTED, 0)
    if failed * 100 > failed_percent * ending.tally.rows:
        words = (
            f"{ending.file}: {failed:,} of {counted(ending.tally.rows, 'row')} failed, more than {failed_percent:g} %"
        )
        yield _Trouble("failed_percent", _ROWS, Known(ending.run), words)


def _is_new(trouble: _Trouble, before: Mapping[str, Known]) -> bool:
    told = before.get(trouble.about)
    return told is None or told.cause != trouble.known.cause or trouble.known.size > told.size


def _is_over(about: str, ending: Ending) -> bool:
    """Whether an ending can tell that this trouble is over, where it does not have it itself."""
    if ending.code not in _FINISHED:
        return False
    if about == _ROWS:
        return ending.tally.rows > 0
    if about == _RUNS:
        return ending.sent and ending.run != ""
    return about in (f"file {ending.file}", f"decide {ending.run}")


def _recovery(about: str, ending: Ending) -> str:
    if about == _ROWS:
        return f"{ending.file}: most rows succeed again"
    if about.startswith("decide "):
        return f"{ending.file}: no row is left to decide"
    return f"{ending.file} went through: what stopped or failed before is over"


def _joined(words: str) -> str:
    """One line: nothing that the words quote begins another."""
    return " ".join(words.split("\n"))


def _without_figures(reason: str) -> str:
    """The same trouble an hour later has other figures in its words."""
    return re.sub(r"\d+", "#", reason)
