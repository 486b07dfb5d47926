"""Reads the states of a sheet's rows from the journal."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from leadsync.journal import Journal, Origin, State
from leadsync.models import RunRecord
from leadsync.reasons import Skip
from leadsync.reimport.row_states import RowState
from leadsync.reimport.same_rows import rows_of_leads
from leadsync.reimport.sheet_history import Cells, SheetHistory, comparable
from leadsync.reimport.sheet_rows import NO_NUMBERS, SheetRows, numbers_in_sheet
from leadsync.reimport.sheet_runs import content_of, runs_before, runs_since, same_numbers, same_sheet, sheet_of
from leadsync.reimport.waiting_leads import waiting_leads
from leadsync.reimport.waiting_texts import rows_that_waited, waiting_texts


class Followed(NamedTuple):
    """An earlier run of a sheet, to take rows over from.

    With `is_original` the sheet is the source of copies in that run, and older: any of its texts is an earlier state.
    With `is_other_copy` both are copies, or the file is one of an earlier content of the sheet: the run's text may be
    the newer one.
    """

    run: RunRecord
    is_original: bool = False
    is_other_copy: bool = False
    by_copy: bool = False
    """Whether the file is a copy: each row left of the run is looked for in it."""

    came_back: bool = False
    """Whether the file has rows of the run: of other runs only those of copies and of the same rows count."""

    is_numbered: bool = False
    """Whether the file's rows have the numbers of the run's sheet: it is just that sheet, or a copy of it."""


def history_of(
    journal: Journal, followed: Followed, hold: Callable[[str], None], file: Path | None = None
) -> SheetHistory:
    """The states of the followed run's rows, from the runs before it and all that had a row of these since.

    For a file that came back they are those of leads with a row that may go again. Those runs are held. A run
    that took over no row, and has no copy, needs no states, unless corrections of its rows wait in another file than
    this one.
    """
    own = list(runs_before(journal, followed.run))
    others = runs_since(journal, own, came_back=followed.came_back)
    is_copy = followed.is_original or followed.is_other_copy
    texts = list(waiting_texts(journal, own[-1], file))
    waited = _waited_for(journal, own, others)
    is_alone = len(own) == 1 and not journal.lineage(own[0].id) and not others and not waited
    if is_alone and not is_copy and not followed.by_copy and all(one.of_run != own[0].id for one in texts):
        return SheetHistory()
    for other in [*(run.id for run in others), *waited]:
        hold(other)
    history = _gathered(journal, followed, own, others, waited, file)
    for run_id in {one.of_run for one in texts}:
        history.add_corrections(
            [one for one in texts if one.of_run == run_id], run_id, partial(journal.origins, run_id)
        )
    return history


def _waited_for(journal: Journal, own: Sequence[RunRecord], others: Sequence[RunRecord]) -> dict[str, set[str]]:
    """The earlier runs of the sheet for which rows of these waited, as they began it anew, and the leads of those rows
    that wait no longer."""
    kin = same_sheet(journal, own[0]) - {run.id for run in (*own, *others)}
    found: dict[str, set[str]] = {}
    for run in own if kin else ():
        wait = waiting_leads(journal, run).wait
        for row, reason in rows_that_waited(journal, run.id):
            if reason.waits_in_sheet and reason.run in kin and row.number not in wait:
                found.setdefault(reason.run, set()).add(row.lead)
    return found


def _gathered(
    journal: Journal,
    followed: Followed,
    own: Sequence[RunRecord],
    others: Sequence[RunRecord],
    waited: Mapping[str, Collection[str]],
    file: Path | None,
) -> SheetHistory:
    ids = {run.id for run in own}
    whole = ids | {run.id for run in journal.runs_of(sheet_of(journal, own[0]))}
    runs = sorted([*own, *others, *map(journal.run, waited)], key=lambda run: run.created)
    # Of the rows of a file that was given back only those may go.
    open_in = {one for run in runs for one in (run.id, *journal.lineage(run.id))} if followed.came_back else None
    last = journal.origins(followed.run.id, open_in)
    rows = SheetRows(last, numbers_in_sheet(followed.run, last))
    earlier = [run for run in reversed(runs) if run.id in whole and run.id != followed.run.id]
    history = SheetHistory(
        last=last,
        rows=rows,
        is_original=followed.is_original,
        is_other_copy=followed.is_other_copy,
        is_numbered=followed.is_numbered,
        files={run.id: run.file for run in runs},
        compared=file,
        sheet=sheet_of(journal, own[0]).name,
        content=content_of(journal, followed.run),
        whole=whole,
        places=_moved(journal, rows, followed.run, earlier, open_in),
    )
    for run in runs:
        origins = last if run.id == followed.run.id else journal.origins(run.id, open_in, leads=waited.get(run.id))
        is_of_copy = bool(run.checked) or not same_numbers(journal, run, followed.run)
        _add(journal, history, run, origins, is_own=run.id in ids, is_of_copy=is_of_copy)
    return history


def _add(
    journal: Journal,
    history: SheetHistory,
    run: RunRecord,
    origins: Mapping[int, Origin],
    *,
    is_own: bool,
    is_of_copy: bool,
) -> None:
    """Add the rows of a run, with the `origins` of those that count; the runs before have been added."""
    is_whole, places = run.id in history.whole, history.places
    descendants = journal.descendants(run.id)
    later = _successes(run.id, origins, descendants)
    if is_own:
        settled = waiting_leads(journal, run).settled.items()
        later = {**{number: by for number, skip in settled if (by := skip.sent_by)}, **later}
    waits = _waiting(origins) if is_of_copy else {}
    found = _numbered(origins) if is_whole else history.rows.places(origins)
    for lead, number, usual in ((lead, *pair) for lead, *both in found for pair in zip(*both, strict=True)):
        # Of a file that was given back the links count: other rows of the sheet may be missing there.
        place = places.get((run.id, number), usual)
        is_waiting = number in waits and number not in later
        state = RowState(number, origins[number], is_own, place, later.get(number), is_waiting, bool(run.checked))
        history.add_state(lead, state)
        if place is not None and is_whole:
            links = descendants.get(number, ())
            places |= {(by, taken): place for by, _, taken in links if by not in history.whole}
    if is_own:
        history.gone |= {(run.id, number): by for number, by in later.items()}
        history.rejected |= _rejected(journal, run, origins, later)


def _rejected(
    journal: Journal, run: RunRecord, origins: Mapping[int, Origin], later: Mapping[int, str]
) -> dict[Cells, str]:
    """The cells of a run's rejected rows that went through in a `later` run, with that run."""
    numbers = [number for number in later if origins[number].state is State.REJECTED]
    return {comparable(cells): later[number] for number, cells in journal.cells(run.id, numbers).items()}


def _moved(
    journal: Journal, rows: SheetRows, followed: RunRecord, runs: Sequence[RunRecord], open_in: Collection[str] | None
) -> dict[tuple[str, int], int]:
    """Add the rows of these runs, the newest first; return the places of those with another number in their run."""
    # Each run is read anew for the states: memory holds the rows of the followed run and of one more.
    places: dict[tuple[str, int], int] = {}
    for run in runs:
        origins = journal.origins(run.id, open_in)
        numbers = numbers_in_sheet(run, origins) if same_numbers(journal, run, followed) else NO_NUMBERS
        places |= {(run.id, number): place for number, place in rows.add(run, origins, numbers).items()}
    return places


def _numbered(origins: Mapping[int, Origin]) -> Iterator[tuple[str, Sequence[int], Sequence[int]]]:
    """Each lead of a run with its rows' numbers, as their places."""
    for lead, numbers in rows_of_leads(origins).items():
        yield lead, numbers, numbers


def _successes(
    run_id: str, origins: Mapping[int, Origin], descendants: Mapping[int, Sequence[tuple[str, State, int]]]
) -> dict[int, str]:
    """The rows of a run that went through in a later one: the number here, and the last such run."""
    found = {
        number: origin.run_id
        for number, origin in origins.items()
        if origin.run_id != run_id and origin.state is State.SUCCEEDED
    }
    for number, later in descendants.items():
        runs = [by for by, state, _ in later if state is State.SUCCEEDED]
        if runs and number in origins:
            found[number] = runs[-1]
    return found


def _waiting(origins: Mapping[int, Origin]) -> dict[int, Skip]:
    """The rows that waited for another run, each with the reason."""
    skipped = ((number, one.reason) for number, one in origins.items() if one.state is State.SKIPPED)
    return {number: why for number, why in skipped if isinstance(why, Skip) and why.waits_for_row}
