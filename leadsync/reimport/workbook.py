"""A report workbook given back: its sheets *To correct* and *To decide* read as one table.

They hold the rows still to send, but for those that only waited in a file given back: these are read from the sheet
*Report*. A row may have been corrected there instead; comparing both with the journal's row shows the corrected copy.
A row there without sync_run and sync_row is a new one, added or made so by a
person. Rows keep their numbers in the sheet they came from.
"""

import heapq
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from leadsync.errors import SheetError
from leadsync.journal import History
from leadsync.models import Row, Status
from leadsync.reimport.claims import MOST_DIGITS
from leadsync.sheets import fit_to_cell
from leadsync.spreadsheet import REPORT_SHEET

if TYPE_CHECKING:
    from leadsync.sheets.table import Table

OpenPart = Callable[[str], AbstractContextManager["Table"]]
"""Opens one of the workbook's sheets by its name."""
Key = tuple[str, int]
"""A row by the run it was in and its number there."""
Waiting = Callable[[str], Collection[int]]
"""Gives the numbers of the rows that only waited in a run, by its id."""

_DECISION = "sync_decision"
_DONE = frozenset({Status.SUCCEEDED, Status.SKIPPED})


@contextmanager
def put_together(
    open_part: OpenPart, shown: str, table: "Table", known: tuple[History, Waiting] | None
) -> Iterator["Table"]:
    """The rows to work on, from a report workbook; raises SheetError if a row was corrected in two ways.

    `shown` is the file's name in messages, `table` the workbook as opened; without the facts `known` to a journal the
    sheet *Report* is not looked at.
    """
    parts = _to_read(open_part, table.parts)
    headings = _headings(open_part, parts)
    if known is not None:
        _check_columns(open_part, shown, table.parts, known[0])
    seen = _Seen(headings)
    for part in parts:
        seen.look(_aligned(open_part, part, headings))
    corrected: list[Row] = []
    if known is not None and REPORT_SHEET in table.parts and REPORT_SHEET not in parts:
        with closing(_aligned(open_part, REPORT_SHEET, headings)) as rows:
            corrected = list(_from_report(rows, shown, headings, seen, *known))
    # Two passes over the sheets: only a digest of each row is kept, so that memory does not grow with their cells.
    replaced = {key for row in corrected if (key := _key(row, headings)) is not None}
    numbered = _Numbered(headings)
    with ExitStack() as streams:
        sheets = [streams.enter_context(closing(_aligned(open_part, part, headings))) for part in parts]
        kept = [(row for row in rows if _key(row, headings) not in replaced) for rows in sheets]
        named = [numbered.named(rows) for rows in (*kept, corrected)]
        # A user may have sorted a sheet; a merge of unsorted rows would not be in order, so those are held and sorted.
        in_order = heapq.merge(*named, key=_number) if seen.in_order else sorted(chain(*named), key=_number)
        yield table.holding(headings, chain(in_order, numbered.rest()))


def _to_read(open_part: OpenPart, parts: Sequence[str]) -> list[str]:
    """The sheets with the rows to work on; *Report*, if there is no other, or if nothing is left of its rows."""
    others = [part for part in parts if part != REPORT_SHEET]
    if REPORT_SHEET in parts and not any(_has_rows(open_part, part) for part in others):
        with open_part(REPORT_SHEET) as table:
            # Rows deleted on the other sheets are not to go: they still stand on this one.
            if all(
                _sync(row, table.headings, "sync_status") in _DONE or _key(row, table.headings) is None
                for row in table.rows()
            ):
                return [REPORT_SHEET]
    return others or [REPORT_SHEET]


def _has_rows(open_part: OpenPart, part: str) -> bool:
    with open_part(part) as table:
        return next(iter(table.rows()), None) is not None


def _headings(open_part: OpenPart, parts: Sequence[str]) -> tuple[str, ...]:
    """The headings of the first part and the further ones of others; letter case and blanks make no difference."""
    names: list[str] = []
    for part in parts:
        with open_part(part) as table:
            found = _places(table.headings, names)
            names += [heading for at, heading in enumerate(table.headings) if at not in found]
    return tuple(names)


def _places(headings: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """The position of each wanted heading among these, -1 if it is missing: spelled the same, or else in another
    letter case or with other blanks."""
    exact = {heading: at for at, heading in enumerate(headings)}
    alike = {heading_name(heading): at for heading, at in exact.items() if heading not in wanted}
    return [exact.get(heading, alike.get(heading_name(heading), -1)) for heading in wanted]


def _check_columns(open_part: OpenPart, shown: str, parts: Sequence[str], history: History) -> None:
    """Raise SheetError if one of the sheets lacks a column of the run, present in another: its rows would be taken
    for corrected, and their values for deleted."""
    columns: dict[str, set[str]] = {}
    own: Sequence[str] = ()
    for part in parts:
        with open_part(part) as table:
            columns[part] = set(map(heading_name, table.headings))
            first = next(iter(table.rows()), None) if not own else None
            key = _key(first, table.headings) if first is not None else None
            found = history.row(*key) if key else None
            own = found[0] if found else own
    there = set().union(*columns.values())
    for part, names in columns.items():
        if missing := next((one for one in own if heading_name(one) in there - names), None):
            raise SheetError(
                f"{shown}: its sheet {part} lacks the column {missing!r}, which another has; put it back, or "
                "delete it on all of them.",
                names_file=True,
            )


def heading_name(heading: str) -> str:
    """A heading without regard to its letter case and blanks."""
    return " ".join(heading.split()).casefold()


def _aligned(open_part: OpenPart, part: str, headings: Sequence[str]) -> Generator[Row, None, None]:
    """A sheet's rows with their cells under these headings."""
    with open_part(part) as table:
        places = _places(table.headings, headings)
        same = places == list(range(len(table.headings)))
        for row in table.rows():
            if same or len(row.cells) != len(table.headings):
                yield row
                continue
            cells = tuple(row.cells[at] if at >= 0 else "" for at in places)
            dates = tuple(to for to, at in enumerate(places) if at in row.dates)
            yield row._replace(cells=cells, dates=dates)


class _Seen:
    """The rows of the sheets to work on: a digest of each, a person's decisions, and whether they are in order."""

    def __init__(self, headings: Sequence[str]) -> None:
        self._headings = headings
        self.digests: dict[Key, int] = {}
        self.decisions: dict[Key, str] = {}
        self.in_order = True

    def look(self, rows: Iterator[Row]) -> None:
        """Go through a sheet."""
        before = 0
        for row in rows:
            key = _key(row, self._headings)
            if key is not None:
                self.digests[key] = hash(_own(row.cells, self._headings))
                if decision := _sync(row, self._headings, _DECISION):
                    self.decisions[key] = decision
                self.in_order = self.in_order and key[1] >= before
                before = key[1]


def _from_report(
    rows: Iterable[Row], shown: str, headings: Sequence[str], seen: _Seen, history: History, waiting: Waiting
) -> Iterator[Row]:
    """The rows corrected on *Report* alone, those that only waited, and those added there.

    Raises SheetError for a row corrected on two sheets, and if an added one may stand on another sheet too.
    """
    missing, is_added = set(seen.digests), False
    runs: dict[str, Collection[int]] = {}
    for row in rows:
        key = _key(row, headings)
        if key is None:
            is_added = True
            yield row
            continue
        run, number = key
        if run not in runs:
            runs[run] = waiting(run)
        missing.discard(key)
        is_waiting = number in runs[run] and key not in seen.digests
        if is_waiting or _is_corrected(row, key, shown, headings, seen, history):
            yield _decided(row, headings, seen.decisions.get(key, ""))
    twice = min((number for run, number in missing if run in runs), default=None)
    if is_added and twice is not None:
        raise SheetError(
            f"{shown}: its sheet {REPORT_SHEET} has a row without sync_run and sync_row, and lacks the row with "
            f"sync_row {twice}, which stands on another sheet; put these cells back and clear those there, or delete "
            "the row there too.",
            names_file=True,
        )


def _decided(row: Row, headings: Sequence[str], decision: str) -> Row:
    """A row of *Report* with the decision made on another sheet; unchanged without one."""
    at = _place(headings, _DECISION)
    if not decision or not 0 <= at < len(row.cells):
        return row
    return row._replace(cells=(*row.cells[:at], decision, *row.cells[at + 1 :]))


def _is_corrected(row: Row, key: Key, shown: str, headings: Sequence[str], seen: _Seen, history: History) -> bool:
    """Whether a row of *Report* was corrected there alone; raises SheetError if it was on both, and differently."""
    here = hash(_own(row.cells, headings))
    # Three versions of a row: on Report, on the sheet to work on, and in the journal. The one that differs is
    # corrected.
    there = seen.digests.get(key)
    if there == here:
        return False
    original = _original(key, headings, history)
    if original is None or here == original:
        return False
    if there is not None and there != original:
        raise SheetError(
            f"{shown}: the row with sync_row {key[1]} was corrected on two sheets, {REPORT_SHEET} and another, "
            "and differently; write the same on both.",
            names_file=True,
        )
    return True


def _original(key: Key, headings: Sequence[str], history: History) -> int | None:
    """The digest of the journal's row; None if it has none."""
    found = history.row(*key)
    if found is None:
        return None
    run_headings, cells = found
    places = _places(run_headings, headings)
    return hash(_own([fit_to_cell(cells[at]) if at >= 0 else "" for at in places], headings))


def _own(cells: Sequence[str], headings: Sequence[str]) -> tuple[str, ...]:
    """A row's own cells, to be compared: programs change the blanks and the ends of lines inside texts."""
    return tuple(
        # Most cells have no blank; asking costs less than splitting.
        cell if cell.isalnum() else "".join(cell.split())
        for cell, heading in zip(cells, headings, strict=False)
        if not _is_sync(heading)
    )


def _is_sync(heading: str) -> bool:
    return heading_name(heading).startswith("sync_")


def _place(headings: Sequence[str], name: str) -> int:
    return next((at for at, heading in enumerate(headings) if heading_name(heading) == name), -1)


def _sync(row: Row, headings: Sequence[str], name: str) -> str:
    at = _place(headings, name)
    return row.cells[at].strip().lower() if 0 <= at < len(row.cells) else ""


def _key(row: Row, headings: Sequence[str]) -> Key | None:
    run, number = _sync(row, headings, "sync_run"), _sync(row, headings, "sync_row")
    return (run, int(number)) if run and number.isdecimal() and len(number) <= MOST_DIGITS else None


class _Numbered:
    """Gives rows the numbers they had; those without one, or with another's, are kept for the end."""

    def __init__(self, headings: Sequence[str]) -> None:
        self._headings = headings
        self._taken: set[int] = set()
        self._kept: list[Row] = []

    def named(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows with a number of their own, by that number."""
        for row in rows:
            key = _key(row, self._headings)
            if key is None or key[1] in self._taken:
                self._kept.append(row)
            else:
                self._taken.add(key[1])
                yield row._replace(number=key[1])

    def rest(self) -> Iterator[Row]:
        """The others, when all have been named."""
        for number, row in enumerate(self._kept, max(self._taken, default=1) + 1):
            yield row._replace(number=number)


def _number(row: Row) -> int:
    return row.number
