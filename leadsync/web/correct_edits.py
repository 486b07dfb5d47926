"""The changes of people in one row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.errors import BusyError, JournalError
from leadsync.journal import LEFT_OUT
from leadsync.models import RunRecord
from leadsync.run import CorrectedRow, CorrectionRules
from leadsync.spreadsheet import LONGEST_CELL
from leadsync.web.correct_checks import check_rows
from leadsync.web.correct_data import (
    CorrectPage,
    Wanted,
    being_sent,
    card_of,
    figures_of,
    row_of,
    rules_of,
)
from leadsync.web.correct_doubts import DraftDoubts
from leadsync.web.correct_page import address_of, digest_of, number_in, page_values, show, wanted_in
from leadsync.web.correct_view import Cell, RowCard
from leadsync.web.draft_successors import moved
from leadsync.web.roles import allowed
from leadsync.web.run_page import run_of
from leadsync.web.site import Site, site_of
from leadsync.web.templates import render
from leadsync.web.uploads import Upload, Uploads

if TYPE_CHECKING:
    from leadsync.journal import Journal

_MOST_FIELDS = 4_000
_NOT_SAVED = "typed, and not saved"
LONG = f"A cell holds {LONGEST_CELL:,} characters at most; write less. Nothing was changed."


@dataclass(frozen=True, slots=True)
class _Asked:
    """A form for one row."""

    run: str
    number: int
    version: int
    cells: Mapping[int, str]
    takes_back: bool
    user: str
    reason: str = ""
    """The list on the page."""
    columns: str = ""
    """A digest of the headings on the page."""
    leaves: str = ""
    """`out` or `in`: whether the row is left out of the sending of its draft, or goes again."""

    def typed(self, headings: Sequence[str] = (), now: Sequence[str] = ()) -> str:
        """What was typed, in words: the cells that differ from those of the row now."""
        before, names = dict(enumerate(now)), dict(enumerate(headings))
        changed = {at: text for at, text in self.cells.items() if not _same(before.get(at, ""), text)}
        cells = [f"{names.get(at, '')} “{text}”".strip() for at, text in changed.items()]
        return f" You typed: {', '.join(cells)}." if cells and not (self.takes_back or self.leaves) else ""

    def typed_in(self, journal: "Journal", run: RunRecord | None) -> str:
        """The same beside the row of a run; without one every text counts."""
        if run is None:
            return self.typed()
        row = row_of(journal, run.id, self.number)
        cells = row.cells if row else journal.cells(run.id, [self.number]).get(self.number, ())
        return self.typed(run.headings, cells)


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of it: the card of the row, or only words if the row is not open to correction."""

    card: RowCard | None
    status: int = 200
    wrong: str = ""


async def edits(request: Request) -> Response:
    """Change cells of a row; another person's change since is shown and not overwritten."""
    site, form = site_of(request), await request.form(max_files=0, max_fields=_MOST_FIELDS)
    asked = _Asked(
        request.path_params["run"],
        number_in(form.get("number", "")),
        number_in(form.get("version", "")),
        _cells_in(form),
        "back" in form,
        request.state.person.name,
        wanted_in(form).reason,
        str(form.get("columns", "")),
        str(form.get("leave", "")),
    )
    wanted = wanted_in(form)
    if asked.leaves and not allowed("draft_rows", "POST", request.state.person.role):
        raise HTTPException(403)
    try:
        done = await site.read(partial(_edit, site=site, asked=asked))
    except JournalError as error:  # a full disk, for one: what was typed is in the answer
        raise JournalError(f"{error}{asked.typed()}") from error
    except (BusyError, HTTPException) as error:
        run, words = await moved(site, asked.run, error, asked.typed_in)
        asked, wanted = replace(asked, run=run), Wanted(0, "")
        card = await site.read(partial(_moved_card, site=site, asked=asked, words=words))
        done = _Done(card, 409, words)
    if "hx-request" in request.headers:
        page = await site.read(partial(figures_of, site=site, run_id=asked.run, wanted=wanted))
        return _row(request, page, done)
    if done.status != 200:
        return await show(request, asked.run, wanted, status=done.status, wrong=done.wrong, card=done.card)
    address = "&".join(filter(None, (address_of(wanted), f"saved={asked.number}")))
    return RedirectResponse(f"/runs/{asked.run}/correct?{address}#saved", status_code=303)


def _row(request: Request, page: CorrectPage, done: _Done) -> Response:
    """The row for a swap, and the figures above it."""
    return render(request, "correct_swap.html", card=done.card, wrong=done.wrong, **page_values(page))


def _edit(journal: "Journal", site: Site, asked: _Asked) -> _Done:
    run = run_of(journal, asked.run)
    rules = rules_of(journal, site, run)
    row = row_of(journal, run.id, asked.number)
    if row is None:
        return _Done(None, 409, _gone(journal, run, asked.number))
    doubt = DraftDoubts(journal, rules, upload).doubt(asked.reason) if (upload := upload_in(site, run)) else None
    if any(len(text) > LONGEST_CELL for text in asked.cells.values()):
        return _Done(card_of(rules, row, doubt), 422, LONG)
    if waits := being_sent(site, run):
        return _Done(
            _typed(card_of(rules, row, doubt), asked, waits), 409, f"{waits}{asked.typed(run.headings, row.cells)}"
        )
    if asked.leaves and run.complete:
        return _Done(card_of(rules, row), 409, "The sheet was sent: no row is left out of it any more.")
    changes = _changes(row, asked)
    version = (
        row.version
        if not changes
        else journal.edit(run.id, row.record.number, changes, version=asked.version, user=asked.user)
    )
    if version is None or asked.version != row.version:
        return _conflict(rules, row_of(journal, run.id, asked.number) or row, asked)
    if not changes:
        return _Done(replace(card_of(rules, row, doubt), notice="Nothing was changed in this row."))
    if asked.leaves:
        journal.add_audit("leave out" if asked.leaves == "out" else "take back", asked.user, run.id, row=asked.number)
    else:
        journal.add_audit("edit", asked.user, run.id, row=row.record.number, cells=len(changes))
    check_rows(journal, rules, [row.record.number])
    fresh = row_of(journal, run.id, asked.number)
    return _Done(card_of(rules, fresh) if fresh else None)


def upload_in(site: Site, run: RunRecord) -> Upload | None:
    """The upload of a draft; None for a run that was sent."""
    return None if run.complete else Uploads(site.state).of_run(run.file)


def _changes(row: CorrectedRow, asked: _Asked) -> dict[int, str]:
    """The texts to put into cells of a row, by their positions."""
    if asked.leaves:
        return {LEFT_OUT: "left out" if asked.leaves == "out" else ""}
    if asked.takes_back:
        return {position: row.record.cells[position] for position in row.changed}
    now = row.cells
    return {at: text for at, text in asked.cells.items() if at < len(now) and not _same(now[at], text)}


def _moved_card(journal: "Journal", site: Site, asked: _Asked, words: str) -> RowCard | None:
    """The row in another reading of its sheet, with what was typed; None if it is not open there, or read otherwise."""
    run = run_of(journal, asked.run)
    row = row_of(journal, run.id, asked.number)
    if row is None or digest_of(run.headings) != asked.columns or asked.takes_back or asked.leaves:
        return None
    rules = rules_of(journal, site, run)
    doubt = DraftDoubts(journal, rules, upload).doubt(asked.reason) if (upload := upload_in(site, run)) else None
    return _typed(card_of(rules, row, doubt), asked, words)


def _typed(card: RowCard, asked: _Asked, notice: str) -> RowCard:
    """The card with what was typed in its fields, not saved, and the reason."""
    cells: list[Cell] = []
    others: list[Cell] = []
    for cell in sorted((*card.cells, *card.others)):
        typed = asked.cells.get(cell.position, cell.text)
        why = cell.why if _same(cell.text, typed) else cell.why or _NOT_SAVED
        (cells if why else others).append(cell._replace(text=typed, why=why))
    return replace(card, cells=tuple(cells), others=tuple(others), notice=notice)


def _conflict(rules: CorrectionRules, row: CorrectedRow, asked: _Asked) -> _Done:
    """The row as it is now, with the other's values beside those typed here."""
    since = [edit for edit in row.edits if edit.version > asked.version]
    headings = rules.run.headings
    parts = [
        f"{headings[edit.position]} is “{edit.new}” now"
        if edit.position != LEFT_OUT
        else ("it is left out" if edit.new else "it goes again")
        for edit in since
    ]
    who = f"{since[-1].user} has" if since else "Somebody has"
    if since and since[-1].user == asked.user:
        who = "In another window, you have"
    words = (
        f"{who} changed this row since you saw it: {'; '.join(parts)}. What you typed stands in its fields and is not "
        "saved; save it to put it in place of that."
    )
    return _Done(_typed(card_of(rules, row), asked, words), 409, words)


def _gone(journal: "Journal", run: RunRecord, number: int) -> str:
    later = journal.descendants(run.id).get(number, ())
    where = f"run {later[-1][0]} has it since" if later else "it is not among the rows to correct"
    return f"Row {number} cannot be corrected here: {where}. Nothing was changed."


def _same(cell: str, typed: str) -> bool:
    """Whether the texts differ by nothing but the ends of lines, which a browser changes."""
    return cell == typed or _lines(cell) == _lines(typed)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _cells_in(form: FormData) -> dict[int, str]:
    """The cells of a form by position."""
    found = {}
    for name, text in form.items():
        prefix, _, at = name.partition("-")
        if prefix == "cell" and at.isascii() and at.isdigit() and len(at) < 6 and isinstance(text, str):
            found[int(at)] = _lines(text)
    return found


ROUTES = [Route("/runs/{run}/edits", edits, methods=["POST"], name="edits")]
