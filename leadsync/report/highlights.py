"""The cells at fault in a row: rejected by leadsync, or named by the dialer's code. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from leadsync.leads import trim
from leadsync.models import NO_CHANGE, PHONE, RowRecord, RunRecord, Status
from leadsync.reasons import Fault, FaultKind, Rejected, Skip, SkipKind
from leadsync.report.row_words import message, problem, remedy, sentence
from leadsync.result_codes import RESULT_CODES


class CellError(NamedTuple):
    """One cell at fault: its position in the row, and why."""

    position: int
    why: str


class Highlights(NamedTuple):
    """A row's cells at fault, and for the counts each fault in two halves: the problem and the remedy."""

    cells: tuple[CellError, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()

    @property
    def positions(self) -> tuple[int, ...]:
        """The positions of the cells at fault."""
        return tuple(cell.position for cell in self.cells)


NOTHING = Highlights()


def highlights(record: RowRecord, run: RunRecord) -> Highlights:
    """The cells at fault in an unsuccessful row; none if the row itself may well be right."""
    reason = record.reason
    if isinstance(reason, Rejected):
        return Highlights(fault_cells(reason, run.headings, run.roles), tuple(map(_halves, reason.faults)))
    if isinstance(reason, Skip):
        # Skipped rows are right, but for those left uncorrected.
        again = reason.kind is SkipKind.STILL_FAILING and reason.code is not None
        return Highlights(_of_code(reason.code, message(record), record, run)) if again and reason.code else NOTHING
    if record.status is Status.REJECTED:
        # Written by an earlier leadsync, in words alone.
        return Highlights(faults=((record.message.rstrip("."), ""),))
    if record.status is Status.FAILED and record.code is not None:
        entry = RESULT_CODES.get(record.code)
        why = f"{record.code} {record.message or record.name}. {entry.cause if entry else ''}".rstrip()
        return Highlights(_of_code(record.code, why, record, run))
    return NOTHING


def fault_cells(reason: Rejected, headings: Sequence[str], roles: Sequence[str]) -> tuple[CellError, ...]:
    """The cells at fault in a rejected row, each with its first fault."""
    cells: dict[int, CellError] = {}
    for cell in (cell for fault in reason.faults for cell in _of_fault(fault, headings, roles)):
        cells.setdefault(cell.position, cell)
    return tuple(cells.values())


def _of_fault(fault: Fault, headings: Sequence[str], roles: Sequence[str]) -> tuple[CellError, ...]:
    at = fault.details.get("at")
    # A fault of the line knows its cell's position; two columns may share a heading.
    if isinstance(at, int):
        places: tuple[int, ...] = (at,)
    elif fault.column:
        places = tuple(at for at, heading in enumerate(headings) if trim(heading) == fault.column)
    else:
        # These faults are about all phone columns together.
        places = _filling(roles, PHONE) if fault.kind in (FaultKind.NO_PHONE, FaultKind.INSERT_WITHOUT_PHONE) else ()
    return tuple(CellError(at, f"{sentence(fault)}.") for at in places if at < len(headings))


def _of_code(code: int, why: str, record: RowRecord, run: RunRecord) -> tuple[CellError, ...]:
    entry = RESULT_CODES.get(code)
    role = entry.field if entry else ""
    positions = _filling(run.roles, role) if role else ()
    # 102 is the one code about missing numbers: there the blank cells are at fault.
    if role == PHONE and code != 102:
        # The dialer does not name the number at fault; it is none of the blank cells.
        positions = tuple(at for at in positions if _is_number(record.cells[at])) or positions
    return tuple(CellError(at, why) for at in positions)


def _is_number(cell: str) -> bool:
    return cell.strip().casefold() not in ("", NO_CHANGE.casefold())


def _filling(roles: Sequence[str], role: str) -> tuple[int, ...]:
    return tuple(at for at, one in enumerate(roles) if one == role)


def _halves(fault: Fault) -> tuple[str, str]:
    return f"{fault.column} {problem(fault)}".strip(), remedy(fault)
