"""The values of the page for corrections: reasons, rows, changes."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.journal import Edit, ReasonCount, ValueCount
from leadsync.leads import Rules, map_columns
from leadsync.models import DISPOSITION, EXTERNAL_ID, Lead, RowRecord, RunRecord, Status
from leadsync.reasons import Fault, FaultKind, Rejected, Skip, SkipKind
from leadsync.reimport import Send
from leadsync.run import CorrectedRow
from leadsync.web.correct_view import changed_card, key_of, name_in, positions_of, reason_card, row_card
from tests.web.filled import a_run

NOW = datetime(2026, 11, 23, 21, 4, 55, tzinfo=UTC)
RUN: RunRecord = replace(a_run(Path("/sheets")), headings=("Lead Id", "Outcome"), roles=(EXTERNAL_ID, DISPOSITION))
COLUMNS = map_columns(RUN.headings, Rules(NOW)).columns
FAILED = RowRecord(4, ("A1", "Sold"), (), "A1", {DISPOSITION: "Sold"}, Status.FAILED, 106, message="no such")
EDIT = Edit(4, 1, 1, "Sold", "Sale", "ann", NOW)
FAULT = Fault("Outcome", "Sold", FaultKind.NO_BRACKETS)


def test_values_that_occur_more_than_once_are_shown_and_few() -> None:
    reason = ReasonCount(Status.FAILED, 106, None, 30)
    values = [ValueCount("Outcome", f"v{n}", 2) for n in range(12)]
    card = reason_card(reason, values, RUN, ("Sale", "Busy"))
    assert (card.key, card.words, card.rows) == ("failed.106.", "106 The campaign has no such disposition", 30)
    assert [value.value for value in card.values] == [f"v{n}" for n in range(8)]
    assert card.choices == ("Sale", "Busy")
    once = [ValueCount("Outcome", f"v{n}", 1) for n in range(3)]
    assert reason_card(reason, once, RUN, ("Sale",)).values == ()
    assert reason_card(reason, once, RUN, ("Sale",)).choices == ()


def test_numbers_without_an_area_code_take_one_before_them() -> None:
    reason = ReasonCount(Status.REJECTED, None, "NO_AREA_CODE", 2)
    card = reason_card(reason, [ValueCount("Phone", "8321 8199", 2)], RUN, ())
    assert (key_of(reason), card.takes_prefix, card.values) == ("rejected..NO_AREA_CODE", True, ())


def test_rows_without_an_answer_may_be_right() -> None:
    card = reason_card(ReasonCount(Status.FAILED, None, None, 2), [], RUN, ())
    assert card.words == "No answer that counts"
    assert "may be right as they are" in card.advice


def test_an_untouched_row_has_the_cells_at_fault() -> None:
    card = row_card(CorrectedRow(FAILED), None, RUN, COLUMNS)
    assert [(cell.position, cell.text) for cell in card.cells] == [(1, "Sold")]
    assert card.cells[0].why.startswith("106 no such.")
    assert [cell.text for cell in card.others] == ["A1"]
    assert (card.is_ready, card.version, card.by) == (False, 0, "")


def test_a_ready_row_has_what_will_be_sent() -> None:
    card = row_card(CorrectedRow(FAILED, (EDIT,)), Send(Lead("A1", {DISPOSITION: "SALE"})), RUN, COLUMNS)
    assert card.is_ready
    assert card.cells == ()
    assert list(card.changes) == [("Outcome", "Sold", "Sale", "SALE")]
    assert (card.version, card.by, card.at) == (1, "ann", NOW)


def test_a_changed_row_has_the_next_fault_or_says_that_nothing_changed() -> None:
    row = CorrectedRow(FAILED, (EDIT,))
    card = row_card(row, Rejected((FAULT,)), RUN, COLUMNS)
    assert card.cells[0].is_changed
    assert card.cells[0].why == "Outcome 'Sold' lacks its angle brackets; write <No Change>."
    same = row_card(row, Skip(SkipKind.STILL_FAILING, "r", 4, code=106), RUN, COLUMNS)
    assert same.problem == "What would be sent is the same as before."
    assert same.cells[0].text == "Sale"


def test_changed_rows_have_a_card_for_each_fault() -> None:
    card = changed_card("NO_BRACKETS", 2, [ValueCount("Outcome", "Sold", 2)], RUN, ())
    assert (card.key, card.rows) == ("changed..NO_BRACKETS", 2)
    assert card.words.endswith(", after a change")
    assert list(card.values) == [ValueCount("Outcome", "Sold", 2)]


def test_a_card_says_how_many_rows_were_looked_at_and_how_long_they_take() -> None:
    reason = ReasonCount(Status.FAILED, 106, None, 20_000)
    card = reason_card(reason, [], RUN, (), looked_at=2_500)
    assert (card.looked_at, card.seconds) == (2_500, 10)
    few = reason_card(replace(reason, rows=2_500), [], RUN, (), looked_at=2_500)
    assert (few.looked_at, few.seconds) == (0, 0)


@pytest.mark.parametrize(
    ("headings", "cells", "name"),
    [
        (("Lead Id", "First Name", "Last Name"), ("1", " Ann ", "Ng"), "Ann Ng"),
        (("Surname", "Outcome", "first"), ("Ng", "Sale", "Ann"), "Ng Ann"),
        (("Name", "Notes"), ("Ann", "x"), "Ann"),
        (("Full_name",), ("Ann Ng",), "Ann Ng"),
        (("File name", "Last call"), ("a.csv", "today"), ""),
        (("Name", "Last"), ("Ann",), "Ann"),
    ],
)
def test_the_name_is_in_the_columns_called_so(headings: tuple[str, ...], cells: tuple[str, ...], name: str) -> None:
    assert name_in(headings, cells) == name


def test_a_value_for_many_rows_goes_into_the_cells_with_the_old_one() -> None:
    row = CorrectedRow(FAILED)
    assert positions_of(row, None, RUN, "Outcome", "Sold") == (1,)
    assert positions_of(row, None, RUN, "Outcome", "Slae") == ()
    assert positions_of(row, FAULT, RUN, "Outcome", "Sold") == (1,)
    assert positions_of(row, FAULT, RUN, "Outcome", "Slae") == ()
    assert positions_of(row, FAULT, RUN, "", "") == (1,), "whatever the value, for a prefix"
