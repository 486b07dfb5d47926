"""A sheet's values to lines of texts, by hand-made facts about its cells."""

from datetime import date, datetime, time, timedelta

from leadsync.reasons import FaultKind
from leadsync.sheets.formats.cell_metadata import CellMetadata
from leadsync.sheets.formats.cell_text import Value
from leadsync.sheets.formats.sheet_lines import lines
from leadsync.sheets.formats.sheet_values import ValueSheet
from leadsync.sheets.source_lines import SourceLine, line_fault


def read(values: list[list[Value]], metadata: CellMetadata | None = None, **sheet: object) -> list[SourceLine]:
    merged = sheet.pop("merged", [])
    return list(lines(ValueSheet(values, merged, **sheet), metadata or CellMetadata()))  # type: ignore[arg-type]


def kinds(line: SourceLine) -> list[str]:
    return [kind for kind, _ in line.faults]


def test_lines_are_numbered_as_in_the_sheet_and_blank_ones_left_out() -> None:
    found = read([["Lead Id"], [""], ["1"]])
    assert [(line.number, line.cells) for line in found] == [(1, ["Lead Id"]), (3, ["1"])]


def test_rows_of_markup_are_as_wide_as_the_widest_value() -> None:
    assert [line.cells for line in read([["a"], ["1", "", "x"], ["2", "", "", "", ""]])] == [
        ["a", "", ""],
        ["1", "", "x"],
        ["2", "", "", "", ""],
    ]


def test_columns_before_the_first_cell_are_blank() -> None:
    assert read([["a", "b"]], start=(0, 2))[0].cells == ["", "", "a", "b"]


def test_a_number_is_a_text_and_one_beyond_15_digits_a_fault() -> None:
    sound, long = read([[5.0], [1e15]])
    assert (sound.cells, kinds(sound)) == (["5"], [])
    assert kinds(long) == [FaultKind.LONG_NUMBER.name]


def test_errors_and_formulas_without_a_value_show_their_texts() -> None:
    metadata = CellMetadata(errors={(0, 1): "#N/A"}, formulas={(1, 0): "=A1", (3, 2): "=B9"})
    first, second, below = read([["a", ""], ["", "b"]], metadata)
    assert (first.cells, kinds(first)) == (["a", "#N/A"], [FaultKind.ERROR_VALUE.name])
    assert (second.cells, kinds(second)) == (["=A1", "b"], [FaultKind.NO_STORED_VALUE.name])
    assert (below.number, below.cells) == (4, ["", "", "=B9"])


def test_hidden_rows_below_the_headings_are_left_out() -> None:
    found = read([["Lead Id"], ["1"], ["2"]], CellMetadata(hidden={0, 1}))
    assert [line.number for line in found] == [1, 3]


def test_every_row_of_a_merged_cell_with_a_value_is_at_fault() -> None:
    found = read([["Lead Id"], ["1"], ["2"], ["3"]], merged=[((1, 0), (2, 0))])
    assert [kinds(line) for line in found] == [[], [FaultKind.MERGED_CELL.name], [FaultKind.MERGED_CELL.name], []]


def test_an_empty_merged_cell_is_no_fault() -> None:
    assert all(not line.faults for line in read([["a", ""], ["b", ""]], merged=[((0, 1), (1, 1))]))


def test_a_number_that_names_something_is_what_the_sheet_shows() -> None:
    metadata = CellMetadata(formats={(0, 0): "00000", (0, 1): "00000"}, identifiers=frozenset({0}))
    assert read([[123.0, 1.0]], metadata)[0].cells[0] == "00123"
    unclear = CellMetadata(unclear={(0, 0): "1.2E+05"}, identifiers=frozenset({0}))
    assert kinds(read([[123456.0]], unclear)[0]) == [FaultKind.UNCLEAR_NUMBER.name]
    both = CellMetadata(unclear=dict.fromkeys([(0, 0), (0, 1)], "5%"), texts={(0, 1): "5%"}, identifiers=frozenset({0}))
    [line] = read([[0.05, 0.05]], both)
    assert (line.cells, kinds(line)) == (["0.05", "5%"], [FaultKind.UNCLEAR_NUMBER.name])


def test_a_text_is_shown_by_its_format_or_is_at_fault() -> None:
    [line] = read([["A1", "B", " "]], CellMetadata(text_formats={(0, 0): '"x"@', (0, 1): ";;;", (0, 2): ";;;"}))
    assert (line.cells, kinds(line)) == (["xA1", "B", " "], [FaultKind.HIDDEN_VALUE.name])


def test_a_number_without_any_of_its_digits_is_at_fault_in_each_column() -> None:
    [line] = read([[7.0, 0.0]], CellMetadata(formats={(0, 0): ";;;", (0, 1): ";;;"}))
    assert (line.cells, kinds(line)) == (["7", ""], [FaultKind.HIDDEN_VALUE.name])


def test_a_number_shown_as_words_is_these_or_at_fault() -> None:
    codes = {(0, at): '[=1]"Sale";[=2]"Busy"' for at in range(3)}
    [line] = read([[1.0, 2.0, 3.0]], CellMetadata(formats=codes, identifiers=frozenset({1})))
    assert line.cells == ["Sale", "2", "3"]
    assert kinds(line) == [FaultKind.UNCLEAR_NUMBER.name, FaultKind.HIDDEN_VALUE.name]


def test_a_0_that_is_not_shown_is_blank_as_a_number_date_or_time() -> None:
    zeros: list[Value] = [0.0, time(), timedelta(), date(1899, 12, 30), datetime(1899, 12, 30)]
    others: list[Value] = [False, "0", time(9), date(2026, 11, 24), 0.5]
    shown = ["FALSE", "0", "09:00", "2026-11-24", "0.5"]
    [line] = read([zeros + others], CellMetadata(hides_zeros=True, identifiers=frozenset({1})))
    assert (line.cells, kinds(line)) == ([""] * 5 + shown, [])
    formats = {(0, column): "dd/mm/yyyy hh:mm;;" for column in range(10)}
    [line] = read([zeros + others], CellMetadata(formats=formats))
    assert (line.cells, kinds(line)) == ([""] * 5 + [*shown[:4], "12:00"], [])


def test_a_date_that_only_its_part_of_the_format_tells_and_a_day_that_is_none() -> None:
    formats = {(0, 0): '[=0]"";dd/mm/yyyy', (0, 1): "dd/mm/yyyy", (0, 2): 'h:mm;;"never"'}
    [line] = read([[43793.0, time(), time()]], CellMetadata(formats=formats))
    assert (line.cells, line.dates) == (["2019-11-24", "00:00", "never"], (0,))
    assert line.faults == (line_fault(FaultKind.HIDDEN_VALUE, 1, format="dd/mm/yyyy"),)


def test_a_number_below_0_is_no_date_or_time() -> None:
    """Excel shows a row of # there; calamine gives a time of the day."""
    codes = {(0, 0): "dd/mm/yyyy hh:mm", (0, 1): "[h]:mm", (0, 2): "0;-0;;@"}
    metadata = CellMetadata(formats=codes, values={(0, 0): -5.25, (0, 1): -0.5, (0, 2): -3.0})
    [line] = read([[time(18), timedelta(hours=-12), -3.0]], metadata)
    assert line.cells == ["-5.25", "-0.5", "-3"]
    assert line.faults == tuple(line_fault(FaultKind.HIDDEN_VALUE, at, format=codes[0, at]) for at in (0, 1))


def test_a_long_fraction_names_nothing_as_it_is_shown_rounded() -> None:
    [line] = read([[4711.0000000001, 4711.5, 1234.56789012345]], CellMetadata(identifiers=frozenset({0, 1})))
    assert line.cells == ["4711.0000000001", "4711.5", "1234.56789012345"]
    assert line.faults == (line_fault(FaultKind.UNCLEAR_NUMBER, 0, format="General"),)


def test_a_time_names_nothing() -> None:
    [line] = read([[time(12, 30), timedelta(hours=36), time(9)]], CellMetadata(identifiers=frozenset({0, 1})))
    assert (line.cells, kinds(line)) == (["12:30", "36:00", "09:00"], 2 * [FaultKind.TIME_CELL.name])
    [line] = read([["PT36H"]], CellMetadata(unclear={(0, 0): "36:00"}, identifiers=frozenset({0})))
    assert (line.cells, kinds(line)) == (["36:00"], [FaultKind.TIME_CELL.name])


def test_of_many_faults_in_a_row_five_are_told_and_the_others_counted() -> None:
    metadata = CellMetadata(errors={(0, column): "#REF!" for column in range(8)})
    [line] = read([[""] * 8], metadata)
    assert kinds(line) == [FaultKind.ERROR_VALUE.name] * 5 + [FaultKind.MORE_SUCH_CELLS.name]
    assert line.faults[-1][1] == {"count": 3, "cells_at": "5,6,7"}
