"""Validations of Excel 2010 and later: found in the sheet's extensions, and put back as plain ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from leadsync.sheets.output.extended_validations import add_validations, extended_validations
from tests.sheets.handmade import SHEET, altered

LIST = (
    '<x14:dataValidation type="list" allowBlank="1" error="Choose one"><x14:formula1><xm:f>Lists!$A$1:$A$3</xm:f>'
    "</x14:formula1><xm:sqref>B2:B9 D2</xm:sqref></x14:dataValidation>"
)
BETWEEN = (
    '<x14:dataValidation type="whole" operator="between"><x14:formula1><xm:f>Lists!$B$1</xm:f></x14:formula1>'
    "<x14:formula2><xm:f>9</xm:f></x14:formula2><xm:sqref>C2</xm:sqref></x14:dataValidation>"
)
PLAIN = (
    '<dataValidations count="1"><dataValidation type="whole" sqref="A2"><formula1>1</formula1></dataValidation>'
    "</dataValidations>"
)
SAVED = Callable[..., Path]


def extended(path: Path, *validations: str) -> Path:
    """The workbook with validations in the extensions of its sheet."""
    inside = "".join(validations)
    more = (
        f'{PLAIN}<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
        'uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}">'
        f'<x14:dataValidations xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">{inside}'
        "</x14:dataValidations></ext></extLst></worksheet>"
    ).encode()
    return altered(path, lambda name, data: data.replace(b"</worksheet>", more) if name == SHEET else data)


def found(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return dict(extended_validations(file))


def test_a_sheet_without_any_is_left_out(workbook: SAVED) -> None:
    assert found(workbook([["Lead Id"], ["1"]])) == {}


def test_only_those_in_extensions_are_found(workbook: SAVED) -> None:
    assert found(extended(workbook([["Lead Id"], ["1"]]), LIST, BETWEEN)) == {
        "Sheet": [
            {
                "type": "list",
                "allowBlank": "1",
                "error": "Choose one",
                "formula1": "Lists!$A$1:$A$3",
                "sqref": "B2:B9 D2",
            },
            {"type": "whole", "operator": "between", "formula1": "Lists!$B$1", "formula2": "9", "sqref": "C2"},
        ]
    }


def test_they_come_back_as_plain_validations() -> None:
    book = openpyxl.Workbook()
    values = {"type": "list", "allowBlank": "1", "showDropDown": "true", "formula1": "Lists!$A$1", "sqref": "B2:B9"}
    add_validations(book, {"Sheet": [values]})
    [rule] = book["Sheet"].data_validations.dataValidation
    assert (rule.type, rule.formula1, str(rule.sqref)) == ("list", "Lists!$A$1", "B2:B9")
    assert (rule.allowBlank, rule.showDropDown, rule.showErrorMessage) == (True, True, False)


@pytest.mark.filterwarnings("ignore:Data Validation extension")
def test_what_openpyxl_drops_is_whole_after_a_round(workbook: SAVED, tmp_path: Path) -> None:
    path = extended(workbook([["Lead Id"], ["1"]]), LIST)
    book = openpyxl.load_workbook(path)
    add_validations(book, found(path))
    book.save(tmp_path / "copy.xlsx")
    rules = openpyxl.load_workbook(tmp_path / "copy.xlsx")["Sheet"].data_validations.dataValidation
    assert [(rule.type, rule.formula1) for rule in rules] == [("whole", "1"), ("list", "Lists!$A$1:$A$3")]
