"""Only trailing blank cells may be missing from a short row."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from leadsync.leads import Rules, map_columns
from leadsync.leads.short_rows import is_short_at_end, present_cells
from leadsync.models import Row
from leadsync.reasons import Fault, FaultKind

RULES = Rules(now=datetime(2026, 11, 1, tzinfo=UTC))
HEADINGS = ("Lead Id", "Name", "FirstPhone", "Disposition", "Callback", "City")
COLUMNS = map_columns(HEADINGS, RULES).columns
FULL = ("A1", "Ann", "0412345678", "Sale", "24/11/2027 14:30", "Perth")


@given(st.integers(3, 5), st.integers(1, 2))
def test_a_row_with_a_cell_left_out_before_its_phone_never_passes_for_short(length, left_out):
    cells = [*FULL[:left_out], *FULL[left_out + 1 : length + 1]]
    phone_passes = cells[2] == "0412345678"
    assert not (phone_passes and is_short_at_end(cells, COLUMNS, RULES))


@given(st.integers(3, 5))
def test_a_row_cut_behind_its_phone_is_short_at_its_end(length):
    assert is_short_at_end(FULL[:length], COLUMNS, RULES)


def test_a_word_for_blank_holds_no_cells_in_place():
    rules = replace(RULES, input=RULES.input.model_copy(update={"blank_words": ("-",)}))
    assert is_short_at_end(["A1", "Ann", "0412345678", "Sale", ""], COLUMNS, rules)
    assert not is_short_at_end(["A1", "Ann", "-", "Sale", ""], COLUMNS, rules)


def test_an_unreadable_phone_left_out_by_the_settings_is_no_sign_of_a_whole_row():
    rules = replace(RULES, input=RULES.input.model_copy(update={"bad_phone": "omit"}))
    columns = map_columns(("Lead Id", "Name", "FirstPhone", "SecondPhone", "City"), rules).columns
    assert is_short_at_end(["A1", "Ann", "0412345678", "0412345679"], columns, rules)
    assert not is_short_at_end(["A1", "Ann", "Perth", "0412345678"], columns, rules)


def test_only_the_fault_of_too_few_cells_makes_a_row_short():
    few = Fault("", "", FaultKind.TOO_FEW_CELLS, details={"cells": "3 cells", "headings": 6, "present": 3})
    other = Fault("", "", FaultKind.QUOTE_IN_CELL)
    assert present_cells(Row(2, FULL, faults=(few,))) == 3
    assert present_cells(Row(2, FULL, faults=(few, other))) is None
    assert present_cells(Row(2, FULL)) is None
