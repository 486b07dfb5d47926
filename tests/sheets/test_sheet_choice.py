"""The choice among the sheets of a workbook, by values in memory."""

from typing import Any

import pytest
from python_calamine import SheetVisibleEnum

from leadsync.sheets.formats.sheet_choice import SeveralSheets, Unreadable, choose
from leadsync.sheets.formats.sheet_values import ValueSheet, ValueWorkbook

Values = list[list[Any]]

LEADS: Values = [["Lead Id", "Name"], ["1", "Ann"]]
HIDDEN = SheetVisibleEnum.Hidden


def book(*sheets: tuple[str, Values] | tuple[str, Values, SheetVisibleEnum]) -> ValueWorkbook:
    workbook = ValueWorkbook()
    for name, values, *visible in sheets:
        workbook.add(name, ValueSheet(values, []), *visible)
    return workbook


def chosen(workbook: ValueWorkbook, wanted: str | None = None) -> tuple[str, list[str]]:
    name, _, remarks = choose(workbook, wanted)
    return name, list(map(str, remarks))


def test_the_only_sheet_with_data_is_taken() -> None:
    assert chosen(book(("Notes", []), ("Title", [["only a title"]]), ("Leads", LEADS))) == ("Leads", [])


def test_a_named_sheet_is_taken_whatever_it_holds() -> None:
    assert chosen(book(("Empty", []), ("Leads", LEADS)), "Empty") == ("Empty", [])
    with pytest.raises(Unreadable, match="there is no sheet 'leads'; its sheets are 'Empty', 'Leads'"):
        chosen(book(("Empty", []), ("Leads", LEADS)), "leads")


def test_two_sheets_with_data_are_a_question_with_the_remedy() -> None:
    with pytest.raises(SeveralSheets) as caught:
        choose(book(("North", LEADS), ("South", LEADS)), None)
    error = caught.value.in_file("leads.xlsx")
    assert error.several_sheets
    assert "leads.xlsx: there is more than one sheet with data: 'North', 'South'" in str(error)
    assert "--sheet North" in str(error)


def test_the_longest_of_several_sheets_is_proposed() -> None:
    guide: Values = [["How to fill this in"], ["One lead a row"]]
    with pytest.raises(SeveralSheets) as caught:
        choose(book(("Instructions", guide), ("Leads", [*LEADS, ["2", "Bo"]]), ("Codes", LEADS)), None)
    assert caught.value.in_file("leads.xlsx").remedy == "name the one to read, such as --sheet Leads"


def test_a_hidden_sheet_is_read_if_no_other_has_data() -> None:
    assert chosen(book(("Title", [["x"]]), ("Leads", LEADS, HIDDEN))) == (
        "Leads",
        ["The sheet 'Leads' is hidden; it was read because no other has data."],
    )


def test_hidden_sheets_beside_the_chosen_one_are_remarked_on() -> None:
    hidden = [(f"H{n}", LEADS, HIDDEN) for n in range(7)]
    name, remarks = chosen(book(("Leads", LEADS), *hidden))
    assert name == "Leads"
    assert remarks[0] == "The hidden sheet 'H0' has data too and was not read."
    assert len(remarks) == 6
    assert remarks[-1] == "2 more hidden sheets have data too and were not read."


def test_a_sheet_that_lists_the_others_is_not_meant() -> None:
    index: Values = [["Sheet Name"], ["Leads"]]
    assert chosen(book(("Export Summary", index), ("Leads", LEADS))) == (
        "Leads",
        ["The sheet 'Export Summary' lists the other sheets and was not read."],
    )


def test_a_single_line_is_taken_if_there_is_nothing_else() -> None:
    assert chosen(book(("Leads", [["Lead Id", "Name"]]))) == ("Leads", [])


def test_a_workbook_without_a_text_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="its sheets are empty"):
        chosen(book(("A", []), ("B", [["", ""]])))
