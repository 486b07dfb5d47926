"""The few words for a place in a sheet."""

import pytest

from leadsync.reasons import FaultKind
from leadsync.sheets.source_lines import counted, letter, line_fault


@pytest.mark.parametrize(
    ("position", "name"),
    [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")],
)
def test_columns_have_the_letters_of_spreadsheet_programs(position: int, name: str) -> None:
    assert letter(position) == name


def test_a_fault_names_its_cell_if_it_has_one() -> None:
    assert line_fault(FaultKind.NUL_BYTE, 27) == ("NUL_BYTE", {"at": 27, "letter": "AB"})
    assert line_fault(FaultKind.TOO_FEW_CELLS, cells="1 cell") == ("TOO_FEW_CELLS", {"cells": "1 cell"})
    assert line_fault(FaultKind.NUL_BYTE, 0)[1]["letter"] == "A"


def test_one_cell_is_no_cells() -> None:
    assert (counted(1, "cell"), counted(2, "cell"), counted(0, "cell")) == ("1 cell", "2 cells", "0 cells")
