"""The page on which a person decides conflict and unknown rows, after a look at each lead in the dialer."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.errors import BusyError
from leadsync.journal import AttemptRecord, Decision, RowFilter
from leadsync.models import RowRecord, Status
from leadsync.web.decide_form import ANSWERS, Answers, answers_of, mark_of, number_of
from leadsync.web.page_words import public_message, public_record, row_message
from leadsync.web.run_page import page_values, run_of, view_of
from leadsync.web.run_view import RunView
from leadsync.web.site import site_of
from leadsync.web.templates import render

if TYPE_CHECKING:
    from leadsync.journal import Journal

ON_A_PAGE = 50
_UNDECIDED = RowFilter(frozenset({Status.CONFLICT, Status.UNKNOWN}))


@dataclass(slots=True)
class Card:
    """A row with all that a person needs to decide it."""

    record: RowRecord
    decision: Decision | None = None
    can_be_undone: bool = False
    attempts: list[AttemptRecord] = field(default_factory=list)

    @property
    def message(self) -> str:
        return row_message(self.record)

    @property
    def mark(self) -> str:
        """Changes with every decision and every attempt."""
        return mark_of(self.record, self.decision)

    @property
    def resends_itself(self) -> bool:
        """Whether `resume` sends it again without a decision."""
        return self.record.status is Status.UNKNOWN and self.record.harmless


class Decisions(NamedTuple):
    """A page of rows to decide, and of decided ones, the last decision first."""

    view: RunView
    cards: list[Card]
    decided: list[Card]
    after: int
    """Where the cards go on; 0 at the end."""
    before: int
    """The same for the decided rows."""


def _look(journal: "Journal", run_id: str, after: int, before: int | None) -> Decisions:
    view = view_of(journal, run_id)
    run_id = view.run.id
    records = journal.page(run_id, after, ON_A_PAGE + 1, _UNDECIDED)
    numbers = journal.last_decided(run_id, ON_A_PAGE + 1, before)
    cards = _cards(journal, run_id, records[:ON_A_PAGE])
    # A row decided, sent and in doubt once more is to be decided, and no decided one.
    decided = [card for card in _cards_of(journal, run_id, numbers[:ON_A_PAGE]) if not _is_undecided(card)]
    return Decisions(
        view,
        cards,
        decided,
        cards[-1].record.number if len(records) > ON_A_PAGE else 0,
        numbers[ON_A_PAGE - 1] if len(numbers) > ON_A_PAGE else 0,
    )


def _is_undecided(card: Card) -> bool:
    return card.record.status in _UNDECIDED.statuses


def _cards_of(journal: "Journal", run_id: str, numbers: list[int]) -> list[Card]:
    """The cards of these rows, in this order."""
    history = journal.history()
    return _cards(journal, run_id, [record for number in numbers for record in history.record(run_id, number)])


def _cards(journal: "Journal", run_id: str, records: list[RowRecord]) -> list[Card]:
    numbers = [record.number for record in records]
    decisions, undoable = journal.decisions(run_id, numbers), journal.decided(run_id, numbers)
    dialer = journal.run(run_id).dialer
    shown = [public_record(record, dialer) for record in records]
    cards = {record.number: Card(record, decisions.get(record.number), record.number in undoable) for record in shown}
    for attempt in journal.attempts(run_id, numbers):
        cards[attempt.number].attempts.append(attempt._replace(message=public_message(attempt.message, dialer)))
    return list(cards.values())


async def decide(request: Request) -> Response:
    """The rows to decide, and the decided ones."""
    return await _page(request)


async def decisions(request: Request) -> Response:
    """Keep decisions, or take one back; nothing is kept where another person was faster."""
    form = {name: text for name, text in (await request.form(max_files=0)).items() if isinstance(text, str)}
    answers = answers_of(form)
    if answers.wrong:
        return await _page(request, answers, status=422, wrong=answers.wrong)
    run_id, user = request.path_params["run"], request.state.person.name
    work = partial(_keep, run_id=run_id, answers=answers, user=user)
    try:
        changed, kept = await site_of(request).read(work)
    except BusyError as error:
        return await _page(request, answers, status=409, wrong=str(error))
    if changed:
        return await _page(request, answers, status=409, changed=changed)
    same = {"after": request.query_params.get("after", ""), "kept": str(kept)}
    address = urlencode({name: text for name, text in same.items() if text})
    return RedirectResponse(f"/runs/{run_id}/decide?{address}", status_code=303)


def _keep(journal: "Journal", run_id: str, answers: Answers, user: str) -> tuple[list[Card], int]:
    """The rows changed by others since they were shown, or none and the count of kept decisions."""
    from leadsync.run import decide_rows

    run = run_of(journal, run_id)
    # From here on nobody else sends the run or decides.
    journal.hold(run.id)
    cards = _cards_of(journal, run.id, list(answers.given))
    changed = [card for card in cards if card.mark != answers.given[card.record.number].mark]
    # The same form sent twice is no other person's.
    changed = [card for card in changed if not answers.given[card.record.number].is_that(card.decision, user)]
    if changed:
        return changed, 0
    known = {card.record.number: card.mark for card in cards}
    groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, answer in answers.given.items():
        if known.get(number, answer.mark) == answer.mark:
            groups[answer.decision, answer.note].append(number)
    return [], sum(
        decide_rows(journal, run, numbers, decision, user=user, note=note)
        for (decision, note), numbers in groups.items()
    )


async def _page(request: Request, answers: Answers | None = None, status: int = 200, **values: Any) -> Response:
    asked = request.query_params
    after, before = number_of(asked.get("after", "")), number_of(asked.get("before", ""))
    work = partial(_look, run_id=request.path_params["run"], after=after or 0, before=before)
    found = await site_of(request).read(work)
    return render(
        request,
        "decide.html",
        status=status,
        **{"wrong": "", "changed": [], **values},
        **page_values(found.view),
        found=found,
        answers=ANSWERS,
        given=answers.given if answers else {},
        everywhere=answers.everywhere if answers else "",
        kept=number_of(asked.get("kept", "")),
        begin=after or before or 0,
        here=request.url.path,
        post=f"/runs/{found.view.run.id}/decisions{f'?after={after}' if after else ''}",
    )


ROUTES = [
    Route("/runs/{run}/decide", decide, name="decide"),
    Route("/runs/{run}/decisions", decisions, methods=["POST"], name="decisions"),
]
