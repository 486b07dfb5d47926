"""Lines below the headings: blank ones, cells at fault, and lines of another width."""

import pytest

from leadsync.reasons import FaultKind
from leadsync.sheets.formats.headings import Headings
from leadsync.sheets.formats.row_checks import cell_faults, clean
from leadsync.sheets.source_lines import SourceLine

TEXT = Headings(("Id", "Name", "Note"), 1, counts_cells=True)
BOOK = Headings(("Id", "Name", "Note"), 1, counts_cells=False)


def row(*cells: str, headings: Headings = TEXT) -> SourceLine | None:
    rows = clean([SourceLine(2, list(cells))], headings, ";")
    return rows[0] if rows else None


@pytest.mark.parametrize(
    "cells", [("", "", ""), (" ", "\t", ""), ("TRUE", "false", ""), ("false", "", ""), ("", "☐", "☑"), ("", "", "", "")]
)
def test_blank_lines_and_checkboxes_are_no_rows(cells: tuple[str, ...]) -> None:
    assert row(*cells) is None


@pytest.mark.parametrize("first", ["Trueman", "F", "TRUE x"])
def test_a_text_beside_a_checkbox_is_a_row(first: str) -> None:
    assert row(first, "", "") == SourceLine(2, [first, "", ""])


def test_a_short_line_is_filled_up_and_at_fault() -> None:
    assert row("1", "Bo") == SourceLine(
        2, ["1", "Bo", ""], faults=(("TOO_FEW_CELLS", {"cells": "2 cells", "headings": 3, "present": 2}),)
    )


def test_a_long_line_keeps_all_of_its_text() -> None:
    assert row("1", "Bo", "a", "b") == SourceLine(
        2, ["1", "Bo", "a;b"], faults=(("TOO_MANY_CELLS", {"cells": "4 cells", "headings": 3}),)
    )


def test_blank_cells_too_many_are_harmless() -> None:
    assert row("1", "Bo", "a", " ", "") == SourceLine(2, ["1", "Bo", "a"])


def test_a_workbooks_lines_have_no_number_of_cells() -> None:
    assert row("1", headings=BOOK) == SourceLine(2, ["1", "", ""])
    assert row("1", "Bo", "a", "b", headings=BOOK) == SourceLine(2, ["1", "Bo", "a;b"])


def test_cells_at_fault_are_named() -> None:
    found = row("1\0", "a\x07b", "x" * 32_768)
    assert found is not None
    assert found.faults == (
        ("NUL_BYTE", {"at": 0, "letter": "A"}),
        ("CONTROL_CHARACTER", {"at": 1, "letter": "B", "character": "U+0007"}),
        ("LONG_CELL", {"at": 2, "letter": "C", "length": 32_768}),
    )


def test_line_ends_and_tabs_are_ordinary() -> None:
    assert list(cell_faults(["a\nb\tc\r", "x" * 32_767])) == []
    assert [kind for kind, _ in cell_faults(["a\x7f"])] == [FaultKind.CONTROL_CHARACTER.name]
