"""The list of runs, newest first."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadsync.journal import EditedCounts, SentAgain
from leadsync.models import RunRecord, Status
from leadsync.report import Standing, StandingKind, correctable
from leadsync.tallies import Holder, Live, Tally
from leadsync.web.correct_data import READY
from leadsync.web.run_jobs import unanswered
from leadsync.web.run_standings import RunStandings
from leadsync.web.run_view import (
    ELSEWHERE,
    UNEDITED,
    RunView,
    Share,
    again,
    faulty,
    sent_words,
    shares,
    to_correct,
    to_decide,
)
from leadsync.web.setup import setup_of, unchanged
from leadsync.web.site import site_of
from leadsync.web.templates import hue, names_of, render
from leadsync.web.uploads import Upload

if TYPE_CHECKING:
    from leadsync.journal import Journal

_ON_A_PAGE = 50
_AT_ONCE = 60


class Todo(NamedTuple):
    """So many rows that wait for a person, the name of the page for it, and the part of that page."""

    rows: int
    words: str
    page: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in the list."""

    run: RunRecord
    standing: Standing
    tally: Tally
    live: Live | None = None
    by: str = ""
    """The user who began to send it; of a draft, who uploaded it."""
    upload: Upload | None = None
    """The upload of a draft."""
    holder: Holder | None = None
    """The process that sends it, where several machines may."""
    sent: Mapping[str, SentAgain] = field(default_factory=dict)
    """The later runs that have taken rows to correct."""
    edited: EditedCounts = UNEDITED
    """The rows with saved changes not sent yet."""
    has_question: bool = False
    """Whether more of it was asked for, and nothing was sent."""

    @property
    def view(self) -> RunView:
        return RunView(self.run, self.standing, self.live, holder=self.holder)

    @property
    def place(self) -> tuple[str, str]:
        return names_of(self.run.dialer, self.run.ids)

    @property
    def hue(self) -> int:
        return hue(self.run.dialer, self.run.ids)

    @property
    def shares(self) -> list[Share]:
        return shares(self.tally.statuses, self.tally.rows)

    @property
    def live_shares(self) -> list[Share]:
        """The same of a sending under way."""
        return shares(self.live.settled, self.live.rows) if self.live else []

    @property
    def words(self) -> str:
        """The rows by status: no colour is needed to read them."""
        counts = self.tally.statuses
        words = [f"{counts[one]:,} {one}" for one in Status if counts.get(one)]
        went = (again(self.sent), sent_words(self.sent)), (faulty(self.sent), ELSEWHERE)
        words += [f"{count:,} of them {what}" for count, what in went if count]
        return ", ".join(words) or "no rows"

    @property
    def to_correct(self) -> int:
        return to_correct(self.tally, self.sent, self.edited)

    @property
    def corrected(self) -> Todo:
        """The rows with a change that is ready."""
        words = "corrected, not sent yet" if self.run.complete else "corrected or left out"
        return Todo(self.edited.ready, words, "correct", f"?reason={READY}")

    @property
    def has_more(self) -> bool:
        """Whether rows of it can be sent once more."""
        return self.standing.can_go_on or bool(self.tally.statuses.get(Status.FAILED))

    @property
    def todo(self) -> list[Todo]:
        """What a person has to do, such as `3 to correct` and `1 to decide`."""
        if not self.run.complete and self.upload is None:
            return []  # its sheet is corrected where it lies
        unsent = self.tally.statuses.get(Status.UNSENT, 0) + self.tally.beyond if self.standing.can_go_on else 0
        counts = (
            Todo(self.to_correct, "to correct", "correct"),
            self.corrected,
            Todo(to_decide(self.tally), "to decide", "decide"),
            Todo(unsent, "to send"),
        )
        return [one for one in counts if one.rows]


class Filters(NamedTuple):
    """Which runs are shown."""

    text: str = ""
    show: str = ""
    before: str = ""

    @property
    def is_set(self) -> bool:
        return bool(self.text or self.show)

    def takes(self, line: RunLine) -> bool:
        """Whether a run is shown."""
        return _TAKES[self.show](line)

    def names(self, run: RunRecord) -> bool:
        """Whether the text occurs in the run's id, file or sheet."""
        text = self.text.casefold()
        return any(text in name.casefold() for name in (run.id, run.file.name, run.sheet))


CHOICES: Mapping[str, str] = {
    "": "all runs",
    "todo": "to correct or decide",
    "open": "not sent to their end",
    "drafts": "drafts",
}
_TAKES: Mapping[str, Callable[[RunLine], bool]] = {
    "": lambda _: True,
    "todo": lambda line: bool(line.to_correct or line.corrected.rows or to_decide(line.tally)),
    "open": lambda line: line.standing.can_go_on or line.standing.changes_soon,
    "drafts": lambda line: line.standing.kind is StandingKind.DRAFT,
}


class _Listed(NamedTuple):
    lines: list[RunLine]
    next: str
    """The run to go on behind; empty at the end."""
    is_empty: bool
    """Whether there is no run at all."""


def _listed(journal: "Journal", filters: Filters) -> _Listed:
    """The first shown runs behind `filters.before`."""
    standings = RunStandings(journal)
    shown = _shown(journal, filters, standings)
    lines = list(islice(shown, _ON_A_PAGE))
    senders = journal.senders([line.run.id for line in lines])
    holders = journal.holders()
    lines = [
        replace(
            line,
            by=line.standing.asked_by or senders.get(line.run.id, line.upload.user if line.upload else ""),
            holder=holders.get(line.run.id),
            has_question=line.run.id in standings.asked
            and line.has_more
            and unanswered(journal.state, line.run.id) is not None,
        )
        for line in lines
    ]
    has_more = next(shown, None) is not None
    return _Listed(lines, lines[-1].run.id if has_more else "", is_empty=not lines and not journal.recent(limit=1))


def _shown(journal: "Journal", filters: Filters, standings: RunStandings) -> Iterator[RunLine]:
    """The shown runs behind `filters.before`, read a few at a time: a record takes a tenth of a millisecond."""
    before = filters.before
    while runs := journal.recent(before, _AT_ONCE):
        for run, tally in runs:
            if filters.names(run):
                line = _line(journal, run, tally, standings)
                if filters.takes(line):
                    yield line
        before = runs[-1][0].id


def _line(journal: "Journal", run: RunRecord, tally: Tally | None, standings: RunStandings) -> RunLine:
    live = standings.live.get(run.id)
    if live is not None and (standing := standings.of(run)).is_live:
        return RunLine(run, standing, Tally(), live)
    tally = tally or journal.tally(run.id)
    line = RunLine(run, standings.of(run, tally.beyond), tally)
    if run.complete and not correctable(tally):
        return line
    upload = None if run.complete else standings.upload_of(run)
    return replace(line, upload=upload, sent=journal.sent_again(run.id), edited=journal.edited_counts(run.id))


async def runs(request: Request) -> Response:
    """A page of runs."""
    asked = request.query_params
    show = asked.get("show", "")
    filters = Filters(asked.get("q", "").strip()[:200], show if show in CHOICES else "", asked.get("before", ""))
    listed = await site_of(request).read(partial(_listed, filters=filters))
    setup = await setup_of(request) if listed.is_empty else None
    if answer := unchanged(request, setup):
        return answer
    older = {"q": filters.text, "show": filters.show, "before": listed.next}
    return render(
        request,
        "runs.html",
        lines=listed.lines,
        is_empty=listed.is_empty,
        setup=setup,
        filters=filters,
        choices=CHOICES,
        next_page=f"/?{urlencode({name: text for name, text in older.items() if text})}" if listed.next else "",
    )


ROUTES = [Route("/", runs, name="runs")]
