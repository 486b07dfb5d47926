"""A marked copy of the user's own workbook: marks gathered, the copy made by a confined process, and read once more.

The copy takes its place only if leadsync reads the same rows in it as in the workbook itself.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from typing import TYPE_CHECKING, BinaryIO

from leadsync.cell_marks import Front, SheetMarks
from leadsync.errors import OutputError, SheetError, UsageError
from leadsync.private_files import open_regular, whole_or_not
from leadsync.reasons import FaultKind
from leadsync.remarks import Remark
from leadsync.report import MarkedRows, OwnColumns
from leadsync.run.report_files import MARKED_ENDINGS
from leadsync.sheets import Markable, NotMarkedError, inspected, open_table, write_marked
from leadsync.spreadsheet import SheetRules, is_own_heading
from leadsync.temporary_files import private_copy

if TYPE_CHECKING:
    from leadsync.sheets.table import Table

MOST_CELLS = 400_000
"""Cells of the marked sheet. Measured: 33,000 rows of 12 columns take 29 s of the processor and 0.4 GB."""
_TOTALS = (
    FaultKind.NO_LEAD,
    FaultKind.TOTAL_BETWEEN,
    FaultKind.OTHER_TABLE,
    FaultKind.WORDS_ALONE,
    FaultKind.TEMPLATE,
    FaultKind.SECOND_HEADINGS,
    FaultKind.HEADINGS_DOWN,
)
_BLOCK = 1 << 20


def look(file: Path) -> Markable | None:
    """Look at a workbook before it is marked; None for any other file. Raises NotMarkedError."""
    with _opened(file) as (source, memory):
        return inspected(source, memory)


def ending_of(markable: Markable) -> str:
    """The ending by which programs open the copy."""
    return MARKED_ENDINGS[markable.macros]


def check_ending(path: Path, markable: Markable) -> None:
    """Raise UsageError for an ending by which no program opens the copy."""
    if path.suffix.lower() != (right := ending_of(markable)):
        why = "it has macros" if markable.macros else "it has no macros"
        raise UsageError(f"The copy has to end in {right}, because {why}; name it {path.with_suffix(right).name}.")


def losses(markable: Markable, name: str) -> list[Remark]:
    """The remark on parts missing in the copy."""
    listed = ", ".join(markable.lost)
    return [Remark(f"The marked copy loses or simplifies: {listed}. {name} keeps them.", loud=True)] if listed else []


def refusal(why: NotMarkedError, instead: str) -> Remark:
    """The remark on a workbook without a marked copy."""
    return Remark(f"The workbook is not marked, because {why}; {instead}.")


def own_columns(headings: Sequence[str], sync: Iterable[int], roles: Sequence[str]) -> OwnColumns:
    """A sheet's columns without leadsync's at the positions `sync`."""
    taken = set(sync)
    positions = [at for at in range(len(headings)) if at not in taken]
    return OwnColumns([headings[at] for at in positions], roles, positions)


def check_size(rows: int, columns: int) -> None:
    """Raise NotMarkedError for more cells than openpyxl can do in its time."""
    if rows * columns > MOST_CELLS:
        raise NotMarkedError(f"it has more than {MOST_CELLS // columns:,} rows of {columns} columns")


def write_copy(
    path: Path,
    file: Path,
    table: "Table",
    rules: SheetRules,
    columns: Sequence[str],
    id_column: int,
    rows: MarkedRows,
    front: Front,
    shown: str,
) -> None:
    """Write the marked copy of `file`, whose `table` was read with these `rules`, to `path`.

    Raises NotMarkedError if it cannot be made or reads otherwise than the workbook, and OutputError.
    """
    check_size(len(rows.rows), len(table.headings))
    places = {name.strip().lower(): at for at, name in enumerate(table.headings) if is_own_heading(name)}
    marks = SheetMarks(
        table.sheet,
        table.headings_line,
        len(table.headings),
        id_column,
        columns,
        {name: at for name, at in places.items() if name in columns},
        rows.rows,
        front,
    )
    with private_copy("marked.xlsx") as (target, readable):
        with _opened(file) as (source, memory):
            write_marked(source, memory, marks, target)
        # The second reading opens the file by its path, in another process.
        target.flush()
        beside = set[int]()
        before = _digest(file, table.sheet, rules, shown, beside)
        if before != _digest(readable, table.sheet, rules, shown, beside):
            raise NotMarkedError("leadsync would read other rows in the copy than in the workbook")
        try:
            with open_regular(readable) as copy, whole_or_not(path) as place:
                copyfileobj(copy, place, _BLOCK)
        except OSError as error:
            raise OutputError(
                f"{path}: the file cannot be written ({error.strerror or error}); make room, close it where it is "
                "open, or name another folder with --output."
            ) from error


@contextmanager
def _opened(file: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    with open_regular(file) as source, tempfile.TemporaryFile() as memory:
        yield source, memory


def _digest(file: Path, sheet: str, rules: SheetRules, shown: str, beside: set[int]) -> int:
    """A digest of a sheet as leadsync reads it, without its own columns.

    `beside` gets the numbers of totals and footers. In a copy they are known by their status, not found: their faults
    do not count.
    """
    try:
        with open_table(file, sheet=sheet, rules=rules, shown=shown) as table:
            kept = [at for at, name in enumerate(table.headings) if not is_own_heading(name)]
            digest = hash(_trimmed([table.headings[at] for at in kept]))
            for row in table.rows():
                if any(fault.kind in _TOTALS for fault in row.faults):
                    beside.add(row.number)
                faults = () if row.number in beside else tuple(fault.kind for fault in row.faults)
                dates = tuple(at for at in row.dates if at in kept)
                # A chain of hashes holds no row, and notices another order as well.
                digest = hash((digest, row.number, _trimmed([row.cells[at] for at in kept]), dates, faults))
            return digest
    except SheetError as error:
        raise NotMarkedError(f"leadsync cannot read the copy ({error})") from error


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    """The cells without blank ones at the end."""
    last = max((at for at, cell in enumerate(cells, 1) if cell), default=0)
    return tuple(cells[:last])
