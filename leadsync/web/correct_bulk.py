"""One value put by a person into many rows at once, and taken back as one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.errors import BusyError, JournalError
from leadsync.journal import LEFT_OUT, Edit
from leadsync.plurals import counted
from leadsync.reasons import Fault, Rejected
from leadsync.report import fault_cells
from leadsync.run import CorrectedRow, CorrectionRules, with_edits
from leadsync.spreadsheet import LONGEST_CELL
from leadsync.web.correct_checks import decided_rows, open_rows_of
from leadsync.web.correct_data import MOST_ROWS, being_sent, reason_named, rules_of
from leadsync.web.correct_doubts import DraftDoubts
from leadsync.web.correct_edits import LONG, upload_in
from leadsync.web.correct_page import number_in, show, wanted_in
from leadsync.web.correct_view import fault_in, positions_of
from leadsync.web.draft_lists import takes_values
from leadsync.web.draft_successors import moved
from leadsync.web.page_words import in_cell_words
from leadsync.web.run_page import run_of
from leadsync.web.site import Site, site_of

if TYPE_CHECKING:
    from leadsync.journal import Journal

Changes = dict[int, tuple[int, dict[int, str]]]
"""Texts by the position of a cell, with the version of its row, by the row's number."""
_AT_ONCE = 2_000
"""Rows to a commit: a run under way waits no longer for the journal."""


@dataclass(frozen=True, slots=True)
class _Done:
    """The rows changed, those left as another person has changed them, and the time of it in seconds since 1970."""

    rows: int
    left: int
    since: float
    until: float


async def bulk_edits(request: Request) -> Response:
    """Put one value into all rows with the same fault and the same value there, or a prefix before their values."""
    site, form = site_of(request), await request.form(max_files=0)
    run_id, wanted = request.path_params["run"], wanted_in(form)
    if "back" in form:
        return await _take_back(request, form)
    new = str(form.get("new", ""))
    refusal = "" if new.strip() else "Write the right value first. Nothing was changed."
    refusal = LONG if len(new) > LONGEST_CELL else refusal
    work = partial(
        _put,
        site=site,
        run_id=run_id,
        form={name: str(text) for name, text in form.items()},
        user=request.state.person.name,
    )
    try:
        if waits := await site.read(lambda journal: being_sent(site, run_of(journal, run_id))):
            return await show(request, run_id, wanted, status=409, wrong=f"{waits} The value was “{new}”.")
        done: _Done | str = refusal or await site.read(work)
    except JournalError as error:
        raise JournalError(f"{error} The value was “{new}”.") from error
    except (BusyError, HTTPException) as error:
        now, words = await moved(site, run_id, error, lambda *_: f" The value was “{new}”.")
        return await show(request, now, wanted_in({}), status=409, wrong=words)
    if isinstance(done, str):
        typed = (str(form.get("of", "")), str(form.get("value", "")), new)
        return await show(request, run_id, wanted, status=422, wrong=done, typed=typed)
    said = number_in(form.get("rows", ""))
    put = {"run": run_id, "user": request.state.person.name, "said": said, **asdict(done)}
    return RedirectResponse(f"/runs/{run_id}/correct?put={site.sessions.seal(put)}", status_code=303)


async def _take_back(request: Request, form: FormData) -> Response:
    """Take back what this person has put into many rows at once; rows changed since stay as they are."""
    site, run_id = site_of(request), request.path_params["run"]
    put, user = site.sessions.unseal(str(form.get("bulk", ""))), request.state.person.name
    is_own = (put.get("run"), put.get("user")) == (run_id, user)
    times = (put["since"], put["until"]) if is_own else (0.0, 0.0)
    work = partial(_undo, run_id=run_id, times=times, user=user)
    try:
        if waits := await site.read(lambda journal: being_sent(site, run_of(journal, run_id))):
            return await show(request, run_id, wanted_in({}), status=409, wrong=waits)
        done = await site.read(work)
    except (BusyError, HTTPException) as error:
        now, words = await moved(site, run_id, error, lambda *_: "")
        return await show(request, now, wanted_in({}), status=409, wrong=words)
    address = urlencode({"back": done.rows, **({"left": done.left} if done.left else {})})
    return RedirectResponse(f"/runs/{run_id}/correct?{address}", status_code=303)


def _undo(journal: "Journal", run_id: str, times: tuple[float, float], user: str) -> _Done:
    """Put the texts from before into the rows that a person changed between two times, in seconds since 1970."""
    run = run_of(journal, run_id)
    before: dict[int, dict[int, str]] = {}
    later: set[int] = set()
    versions: dict[int, int] = {}
    for edit in journal.edits(run.id):  # the versions of a row in their order
        versions[edit.number] = edit.version
        if edit.user == user and edit.position != LEFT_OUT and times[0] <= edit.at.timestamp() <= times[1]:
            before.setdefault(edit.number, {})[edit.position] = edit.old
        elif edit.number in before:
            later.add(edit.number)
    changes = {number: (versions[number], texts) for number, texts in before.items() if number not in later}
    done = _changed(journal, run.id, changes, user)
    return replace(done, left=done.left + len(before) - len(changes))


def _put(journal: "Journal", site: Site, run_id: str, form: Mapping[str, str], user: str) -> _Done | str:
    """Change the rows, or tell why none of them could be sent then."""
    run = run_of(journal, run_id)
    rules = rules_of(journal, site, run)
    new, is_prefix = form["new"], form.get("how") == "before"
    rows: list[CorrectedRow] = []
    changes: Changes = {}
    for row, fault in _rows_of(journal, site, rules, form.get("of", "")):
        place, value = ("", "") if is_prefix else (form.get("place", ""), form.get("value", ""))
        cells = row.cells
        positions = positions_of(row, fault, run, place, value)
        if positions:
            texts = {at: f"{new.strip()}{cells[at].strip()}" if is_prefix else new for at in positions}
            rows.append(row)
            changes[row.record.number] = row.version, texts
    if problem := _problem(rules, rows, changes):
        return f"“{new}” was put into none of {counted(len(rows), 'row')}: {problem}."
    return _changed(journal, run.id, changes, user)


def _changed(journal: "Journal", run_id: str, changes: Changes, user: str) -> _Done:
    """Change rows, so many to a commit."""
    done: dict[int, int | None] = {}
    numbers, since = list(changes), journal.now().timestamp()
    for first in range(0, len(numbers), _AT_ONCE):
        some = {number: changes[number] for number in numbers[first : first + _AT_ONCE]}
        done |= journal.edit_rows(run_id, some, user=user)
    left = sum(version is None for version in done.values())
    if len(done) > left:
        journal.add_audit("edit", user, run_id, rows=len(done) - left)
    return _Done(len(done) - left, left, since, journal.now().timestamp())


def _problem(rules: CorrectionRules, rows: Sequence[CorrectedRow], changes: Changes) -> str:
    """The first fault of the changed cells if each of the rows would have one there; empty otherwise."""
    first = ""
    for begin in range(0, len(rows), _AT_ONCE):
        some = [_with(row, changes[row.record.number][1]) for row in rows[begin : begin + _AT_ONCE]]
        for row, decision in zip(some, rules.decisions(some), strict=True):
            if not isinstance(decision, Rejected):
                return ""
            cells = fault_cells(decision, rules.run.headings, rules.run.roles)
            why = next((cell.why for cell in cells if cell.position in changes[row.record.number][1]), "")
            if not why:
                return ""
            first = first or in_cell_words(why).rstrip(".")
    return first


def _with(row: CorrectedRow, texts: Mapping[int, str]) -> CorrectedRow:
    """The row as it would be with these texts."""
    now = datetime.now().astimezone()
    number, cells = row.record.number, row.cells
    made = (Edit(number, row.version + 1, at, cells[at], text, "", now) for at, text in texts.items())
    return replace(row, edits=(*row.edits, *made))


def _rows_of(
    journal: "Journal", site: Site, rules: CorrectionRules, key: str
) -> list[tuple[CorrectedRow, Fault | None]]:
    """The rows of a reason, each with its first fault."""
    run, run_id = rules.run, rules.run.id
    reason = reason_named(open_rows_of(journal, rules).untouched, key)
    if reason is not None:
        records = journal.correctable_page(run_id, 0, MOST_ROWS, reason)
        return [
            (row, row.record.reason.faults[0] if isinstance(row.record.reason, Rejected) else None)
            for row in with_edits(records, ())
        ]
    if takes_values(key) and (upload := upload_in(site, run)):
        numbers = DraftDoubts(journal, rules, upload).numbers(key)
        edits = journal.edits(run.id, numbers)
        if numbers:
            return [(row, None) for row in with_edits(journal.open_rows(run.id, numbers), edits)]
    if not (kind := fault_in(key)):
        return []
    changed = decided_rows(journal, rules, journal.faulty_page(run_id, 0, MOST_ROWS, kind))
    return [(row, decision.faults[0]) for row, decision in changed if isinstance(decision, Rejected)]


ROUTES = [Route("/runs/{run}/edits/bulk", bulk_edits, methods=["POST"], name="bulk_edits")]
