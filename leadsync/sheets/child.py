"""The process of its own in which a workbook is read: `python -m leadsync.sheets.child`, for `workbook.py` alone.

A parser that crashes, hangs or eats memory takes this process down and nothing else. It is asked on standard input and
answers on standard output in lines of JSON: first the sheet chosen, then lists of lines, then `null`; or an error at
any time. It imports little, because it starts anew for every workbook.
"""

import gc
import json
import struct
import sys
from collections.abc import Iterator
from itertools import chain
from typing import TextIO, cast
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from leadsync.commands import arguments
from leadsync.models import REPORT_SHEET, TO_CORRECT_SHEET, TO_DECIDE_SHEET
from leadsync.reasons import FaultKind
from leadsync.sheets import ods_parts, second_reader, xls_records, xlsb_records, xlsx_parts
from leadsync.sheets.cells import LARGEST_EXACT, Value, text_of
from leadsync.sheets.content import Content
from leadsync.sheets.lines import Line, LineFault, line_fault
from leadsync.sheets.own_report import Workbook, report_sheets
from leadsync.sheets.unseen import Place, Unseen

_BATCH = 2_000
_MOST_ROWS = 1 << 20
_MOST_REPEATED = 5_000
_MOST_FAULTS = 5
_MOST_LISTED = 5
_MEMORY = "memory"
_LOCKED = "the workbook is protected by a password; save it without one"

Sheet = CalamineSheet | second_reader.SecondSheet
Found = dict[str, Sheet]
Chosen = tuple[str, Sheet, list[str]]
"""A sheet's name, the sheet, and what is to be said about the choice."""


class Unreadable(Exception):  # noqa: N818 - an answer to the parent, not a failure of this process
    """Why the workbook cannot be read, as the end of a sentence."""


def main() -> None:
    """Answer one request."""
    gc.disable()  # a list of a million rows makes no rings of objects, only work for those who look for them
    request = json.loads(sys.stdin.readline())
    answers = sys.stdout
    sys.stdout = sys.stderr
    _limit(request["memory"], request["seconds"])
    try:
        _answer(answers, request["path"], request["sheet"], request["content"])
    except BrokenPipeError:
        raise SystemExit(0) from None
    except Unreadable as error:
        _send(answers, {"error": str(error)})
    except PasswordError:
        _send(answers, {"error": _LOCKED})
    except MemoryError:
        _send(answers, {"error": _MEMORY})
    except BaseException as error:  # noqa: BLE001, RUF100 - the parser's panics derive from BaseException
        locked = request["content"] == Content.XLS.name and xls_records.is_locked(request["path"])
        _send(answers, {"error": _LOCKED if locked else _damaged(error)})


def _damaged(error: BaseException) -> str:
    detail = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
    if "limit exceeded" in detail:
        return _MEMORY
    return f"the workbook is damaged ({detail}); open it in a spreadsheet program and save it anew"


def _limit(memory: int, seconds: int) -> None:
    """Hold this process to so many bytes and CPU seconds, where the platform can."""
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _send(answers: TextIO, answer: object) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def _answer(answers: TextIO, path: str, wanted: str | None, content: str) -> None:
    (name, sheet, remarks), parts = _found(path, wanted, content)
    found = _unseen_cells(path, name, content, remarks)
    if found.repeated:
        raise Unreadable(
            f"the workbook is damaged ({found.repeated} stands in it twice, of which programs show one alone); "
            "get it anew from the program that wrote it"
        )
    remarks += _of_hidden_rows(sheet, found.hidden)
    _send(answers, {"sheet": name, "remarks": remarks, "parts": parts, "epoch_1904": found.epoch_1904})
    batch: list[Line] = []
    for line in _lines(sheet, found):
        batch.append(line)
        if len(batch) == _BATCH:
            _send(answers, batch)
            batch = []
    _send(answers, batch)
    _send(answers, None)


def _found(path: str, wanted: str | None, content: str) -> tuple[Chosen, list[str]]:
    """The sheet to read, and those of a report of leadsync's own."""
    try:
        return _looked_for(_opened(path, content), wanted)
    except CalamineError as refusal:
        if content != Content.XLSX.name:
            raise
        try:
            second = second_reader.read(path)
        except Exception:  # what neither can read is refused in the first one's words
            raise refusal from None
    return _looked_for(second, wanted)


def _looked_for(workbook: Workbook, wanted: str | None) -> tuple[Chosen, list[str]]:
    parts, renamed = ([], []) if wanted else report_sheets(workbook)
    if renamed:
        raise Unreadable(
            f"its sheet {renamed[0]!r} holds rows of the report under another name; call it {TO_CORRECT_SHEET}, "
            f"{TO_DECIDE_SHEET} or {REPORT_SHEET} again, as it was, or delete it"
        )
    return _choose(workbook, parts[0] if parts else wanted), parts


def _opened(path: str, content: str) -> CalamineWorkbook:
    if content == Content.ODS.name and (repeated := ods_parts.repeated_rows(path)) > _MOST_REPEATED:
        raise Unreadable(
            f"{repeated:,} of its rows are mere repetitions of the row above them, which no list of leads has; "
            "delete those rows, or copy the leads into a new workbook"
        )
    try:
        return CalamineWorkbook.from_path(path)
    except CalamineError as error:
        if content != Content.ODS.name or "found 'Text" not in str(error):
            raise
        return CalamineWorkbook.from_filelike(ods_parts.tightened(path))


def _unseen_cells(path: str, sheet: str, content: str, remarks: list[str]) -> Unseen:
    look = {
        Content.XLSX.name: xlsx_parts.unseen_cells,
        Content.XLSB.name: xlsb_records.unseen_cells,
        Content.ODS.name: ods_parts.unseen_cells,
        Content.XLS.name: xls_records.unseen_cells,
    }.get(content)
    try:
        if look is not None:
            return look(path, sheet)
    except (ValueError, LookupError, struct.error, StopIteration, ExpatError, BadZipFile, NotImplementedError, OSError):
        # All that reading parts of a file may raise which no program wrote so; calamine could read the values.
        pass
    remarks.append(
        "! This workbook is unusual: an error cell in it would be taken for a blank one. Look for such cells, or open "
        "it in a spreadsheet program and save it anew."
    )
    return Unseen()


def _choose(workbook: Workbook, wanted: str | None) -> Chosen:
    """The sheet named, or the only one that has data: more than one line that is not blank, and not hidden."""
    if wanted is not None:
        if wanted not in workbook.sheet_names:
            raise Unreadable(f"there is no sheet {wanted!r}; its sheets are {_listed(workbook.sheet_names)}")
        return wanted, workbook.get_sheet_by_name(wanted), []
    shown, hidden, short = _sort(workbook)
    for candidates in (shown, hidden, short):
        if len(candidates) > 1:
            raise Unreadable(
                f"there is more than one sheet with data: {_listed(list(candidates))}; "
                f"name the one to read, such as {arguments('--sheet', next(iter(candidates)))}"
            )
        if candidates:
            name, sheet = next(iter(candidates.items()))
            return name, sheet, _left_out(name, candidates is hidden, shown, hidden)
    raise Unreadable("its sheets are empty; give a sheet with headings on its first line and leads below them")


def _sort(workbook: Workbook) -> tuple[Found, Found, Found]:
    """The sheets with data, the hidden ones with data, and the visible ones with a single line, all by name."""
    shown: Found = {}
    hidden: Found = {}
    short: Found = {}
    for metadata in workbook.sheets_metadata:
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_name(metadata.name)
        filled = sum(1 for _, _ in zip(_filled(sheet), range(2), strict=False))
        visible = metadata.visible == SheetVisibleEnum.Visible
        if filled > 1:
            (shown if visible else hidden)[metadata.name] = sheet
        elif filled and visible:
            short[metadata.name] = sheet
    return shown, hidden, short


def _of_hidden_rows(sheet: Sheet, hidden: set[int]) -> Iterator[str]:
    """A word about rows that the user does not see, by a filter perhaps, and may not want sent."""
    if not hidden:
        return
    filled = (row for row, values in enumerate(sheet.iter_rows()) if any(value != "" for value in values))
    next(filled, None)  # the headings
    numbers = [row + 1 for row in filled if row in hidden]
    listed = ", ".join(map(str, numbers[:_MOST_LISTED])) + (", …" if len(numbers) > _MOST_LISTED else "")
    if len(numbers) == 1:
        yield f"1 of the rows is hidden in the sheet and is read all the same (row {listed})."
    elif numbers:
        yield f"{len(numbers):,} of the rows are hidden in the sheet and are read all the same (rows {listed})."


def _filled(sheet: Sheet) -> Iterator[list[Value]]:
    return (row for row in sheet.iter_rows() if any(value != "" for value in row))


def _left_out(name: str, is_hidden: bool, shown: Found, hidden: Found) -> list[str]:
    if is_hidden:
        return [f"The sheet {name!r} is hidden; it was read because no other has data."]
    return [f"The hidden sheet {other!r} has data too and was not read." for other in hidden if shown]


def _listed(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)


def _lines(sheet: Sheet, found: Unseen) -> Iterator[Line]:
    first_column = sheet.start[1] if sheet.start else 0
    if sheet.end and sheet.end[0] >= _MOST_ROWS:
        raise Unreadable(f"it has {sheet.end[0] + 1:,} rows, more than a sheet can have; save the leads as .csv")
    merged = _Merged([*(sheet.merged_cell_ranges or ()), *found.merged])
    missed = found.missed()
    last = sheet.end[0] if sheet.end else -1
    # Where only such cells stand below or beside the others, calamine's table ends before them.
    below = ((row, list[Value]()) for row in sorted(missed) if row > last)
    before = [""] * first_column
    for row, values in chain(enumerate(sheet.iter_rows()), below):
        here = missed.get(row, ())
        dates: list[int] = []
        faults: list[LineFault] = []
        cells = [*before, *cast("list[str]", values)]  # as soon as those that are none have been replaced
        for column, value in enumerate(values, first_column):
            # Nearly all cells are texts: they are let through without a call.
            if (value.__class__ is not str or found.texts) and column not in here:
                cells[column] = _text((row, column), value, found, dates, faults)
        for column in here:
            cells += [""] * (column + 1 - len(cells))
            cells[column] = _unseen((row, column), found, faults)
        faults += merged.faults(row, cells)
        if faults or any(cells):
            yield Line(row + 1, cells, tuple(dates), _first(faults))


def _first(faults: list[LineFault]) -> tuple[LineFault, ...]:
    """The first few of a row's faults, and how many more there are."""
    if len(faults) > _MOST_FAULTS:
        faults[_MOST_FAULTS:] = [line_fault(FaultKind.MORE_SUCH_CELLS, count=len(faults) - _MOST_FAULTS)]
    return tuple(faults)


def _text(place: Place, value: Value, found: Unseen, dates: list[int], faults: list[LineFault]) -> str:
    """A cell's text; it is added to its row's dates and faults where it belongs there."""
    if place in found.texts:
        return found.texts[place]
    text, is_date = text_of(value, found.formats.get(place, ""))
    if is_date:
        dates.append(place[1])
    elif isinstance(value, int | float) and abs(value) >= LARGEST_EXACT:
        faults.append(line_fault(FaultKind.LONG_NUMBER, place[1]))
    return text


def _unseen(place: Place, found: Unseen, faults: list[LineFault]) -> str:
    """What stands in a cell that calamine gives as blank (an error or a formula in some makes of workbook as 0)."""
    if place in found.errors:
        faults.append(line_fault(FaultKind.ERROR_VALUE, place[1], error=found.errors[place]))
        return found.errors[place]
    faults.append(line_fault(FaultKind.NO_STORED_VALUE, place[1]))
    return found.formulas[place]


class _Merged:
    """Which rows lie in merged cells that hold a value: a person sees it in all of them, the file has it in one."""

    def __init__(self, ranges: list[tuple[Place, Place]]) -> None:
        self._starting: dict[int, list[tuple[int, int]]] = {}
        self._open: list[tuple[int, int]] = []
        for (top, left), (bottom, right) in ranges:
            if (top, left) != (bottom, right):
                self._starting.setdefault(top, []).append((left, bottom))

    def faults(self, row: int, cells: list[str]) -> list[LineFault]:
        if not self._starting and not self._open:
            return []
        self._open = [(left, bottom) for left, bottom in self._open if bottom >= row]
        self._open += [
            (left, bottom) for left, bottom in self._starting.pop(row, ()) if "".join(cells[left : left + 1])
        ]
        return [line_fault(FaultKind.MERGED_CELL, left) for left, _ in self._open]


if __name__ == "__main__":
    main()
