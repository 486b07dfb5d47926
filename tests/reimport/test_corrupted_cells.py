"""Cells that a program has changed since the row was first read."""

import pytest

from leadsync.journal import Origin, State
from leadsync.leads import Column
from leadsync.models import Lead, Row
from leadsync.reasons import Fault, FaultKind, Rejected
from leadsync.reimport import SheetFacts
from leadsync.reimport.claims import Claim
from leadsync.reimport.context import Before, Context
from leadsync.reimport.corrupted_cells import corrupted_cells
from leadsync.sheets import TRUNCATED

RUN = "20261122-080000-0001"
COLUMNS = (
    Column(0, "Lead Id", "njExternalLeadId", ""),
    Column(1, "Phone", "FirstPhone", ""),
    Column(2, "Callback", "njCallBackDate", ""),
    Column(3, "Mum's Code", "Mum's Code", "", campaign=True),
)
SHEET = SheetFacts(COLUMNS, came_back=True)
BOOK = SheetFacts(COLUMNS, came_back=True, is_workbook=True)
LEAD = Lead("007", {"FirstPhone": "0383218199"})
WRONG = Rejected((Fault("Phone", "1", FaultKind.NO_DIGITS, details={"example": "x"}),), "007")
ROW = Row(5, ("007", "0383218199", "2026-05-11", "0800"))


def context(sheet: SheetFacts = SHEET, row: Row = ROW, **values: object) -> Context:
    return Context(sheet, row, LEAD, Claim(run=RUN, row="2"))._replace(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "was", "now"),
    [
        ("800", "0800", "800"),
        ("0", "000", "0"),
        ("1E+05", "100000", "1E+05"),
        ("0800", "0800", ""),
        ("801", "0800", ""),
        ("", "0800", ""),
        ("800", "abc", ""),
    ],
)
@pytest.mark.parametrize("position", [0, 3])
def test_a_number_that_a_program_made_of_a_text(position: int, cell: str, was: str, now: str) -> None:
    cells = tuple(cell if at == position else value for at, value in enumerate(ROW.cells))
    heading = COLUMNS[position].heading
    before = {heading.casefold(): Before(was, RUN)}
    fault = Fault(heading, now, FaultKind.CORRUPTED_NUMBER, was, {"run": RUN})
    given = context(row=Row(5, cells), before=before)
    assert corrupted_cells(given) == (Rejected((fault,), "007") if now else None)
    assert corrupted_cells(given._replace(sheet=BOOK)) is None, "in a workbook it was typed"
    both = corrupted_cells(given._replace(mapped=WRONG))
    assert both == (Rejected((*WRONG.faults, fault), "007") if now else None)


def test_a_phone_may_have_lost_its_zero_and_a_cut_text_is_wrong_in_a_workbook_too() -> None:
    lost = context(row=Row(5, ("007", "383218199", "Sale", "")), before={"phone": Before("0383218199", RUN)})
    assert corrupted_cells(lost) is None, "the rule for phones puts it back"
    cut = context(BOOK, Row(5, ("007", "", "Sale", f"long{TRUNCATED}")))
    assert corrupted_cells(cut) == Rejected((Fault("Mum's Code", "", FaultKind.CUT_TEXT),), "007")


def swapped(value: str) -> Origin:
    """The row of an earlier run whose callback was rejected as swapped."""
    fault = Fault("Callback", value, FaultKind.SWAPPED_DATE_CELL, details={"order": "mdy"})
    return Origin(RUN, State.REJECTED, "007", {}, reason=Rejected((fault,), "007"))


def test_a_swapped_date_stays_rejected_until_it_is_written_anew() -> None:
    origin = swapped("2026-05-11")
    before = {"callback": Before("2026-05-11", RUN)}
    assert isinstance(origin.reason, Rejected)
    same = corrupted_cells(context(origin=origin, before=before))
    assert same == Rejected(origin.reason.faults, "007")
    corrected = Row(5, ("007", "0383218199", "2026-11-05", "0800"))
    assert corrupted_cells(context(row=corrected, origin=origin, before=before)) is None
    again = Rejected(origin.reason.faults, "007")
    assert corrupted_cells(context(mapped=again, origin=origin, before=before)) is None, "it is known without this rule"


@pytest.mark.parametrize("kind", [FaultKind.TOTAL_BETWEEN, FaultKind.OTHER_TABLE, FaultKind.SECOND_HEADINGS])
def test_a_line_of_another_table_stays_one_in_a_file_without_the_rows_around_it(kind: FaultKind) -> None:
    fault = Fault("", "", kind, details={"row": 5})
    before = {
        "lead id": Before("007", RUN),
        "callback": Before("2026-05-11", RUN),
        "note": Before("not in this file", RUN),
    }
    given = context(origin=Origin(RUN, State.REJECTED, "007", {}, reason=Rejected((fault,))), before=before)
    assert corrupted_cells(given) == Rejected((fault,), "007")
    corrected = given._replace(before={**before, "callback": Before("2026-06-11", RUN)})
    assert corrupted_cells(corrected) is None
    other = given._replace(
        origin=Origin(RUN, State.REJECTED, "007", {}, reason=Rejected((Fault("", "", FaultKind.MERGED_CELL),)))
    )
    assert corrupted_cells(other) is None, "nothing is merged in a retry file"
