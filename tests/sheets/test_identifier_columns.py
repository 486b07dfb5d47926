"""The columns whose numbers are names."""

from leadsync.sheets.formats.cell_text import Value
from leadsync.sheets.formats.identifier_columns import identifier_columns
from leadsync.sheets.formats.sheet_values import ValueSheet
from leadsync.spreadsheet import HeadingNames

NAMES = HeadingNames(ids=frozenset({"leadid"}), phones=frozenset({"firstphone"}), fields=frozenset({"leadid", "name"}))


def columns(*rows: list[Value], start: tuple[int, int] = (0, 0)) -> frozenset[int]:
    return identifier_columns(ValueSheet(list(rows), [], start=start), NAMES)


def test_ids_phones_and_post_codes_are_names() -> None:
    assert columns(["Name", "Lead_Id__c", "First phone", "Mailing Zip", "Score"]) == {1, 2, 3}


def test_nameless_columns_behind_such_a_heading_may_be_merged_with_it() -> None:
    assert columns(["Lead Id", "", "Name", "", "Mailing Zip", ""]) == {0, 1, 4, 5}


def test_headings_may_stand_below_a_title() -> None:
    assert columns(["Leads of May", ""], *([["", ""]] * 30), ["Score", "Lead Id"]) == {1}


def test_headings_stand_below_twenty_rows_of_text_if_none_stand_above() -> None:
    assert columns(*([["x", 1]] * 19), ["Score", "Lead Id"]) == {1}
    assert columns(*([["x", 1]] * 199), ["Score", "Lead Id"], ["First phone"]) == {1}
    assert columns(["Zip"], *([["x", 1]] * 20), ["Score", "Lead Id"]) == {0}
    assert columns(*([["x", 1]] * 200), ["Score", "Lead Id"]) == frozenset()


def test_columns_count_from_the_sheets_first() -> None:
    assert columns(["Lead Id", "Name"], start=(0, 2)) == {2}


def test_numbers_are_no_headings() -> None:
    assert columns([123, True, 1.5]) == frozenset()
