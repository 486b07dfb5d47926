"""Changes on the page for corrections: checked at once, kept with their user, and nobody's work is overwritten."""

import pytest

from leadsync.errors import JournalError
from leadsync.journal import open_journal
from leadsync.simulator import PracticeDialer
from leadsync.web.roles import Role
from tests.web.faulty import CorrectPage, failed_run, words
from tests.web.shop import DraftPage

NO_SUCH = "failed.106."


@pytest.fixture
def faulty(page: DraftPage, dialer: PracticeDialer) -> CorrectPage:
    return failed_run(page, dialer)


def test_a_correction_is_ready_with_what_will_be_sent(faulty: CorrectPage) -> None:
    answer = faulty.save(7, c4="28/2/2031 9:30")
    assert answer.status_code == 303
    page = words(faulty.page.browser.get(answer.headers["location"].partition("#")[0]))
    assert "5 rows to correct; 1 corrected and ready" in page
    assert "Callback Date 31/02/2031 10:00 → 28/2/2031 9:30 sent as 2031/02/28 09:30" in page
    assert [edit[:6] for edit in faulty.edits()] == [(7, 1, 4, "31/02/2031 10:00", "28/2/2031 9:30", "ann")]


def test_the_next_fault_is_shown_and_the_text_kept(faulty: CorrectPage) -> None:
    answer = faulty.save(7, swap=True, c4="30/02/2031 10:00")
    assert answer.status_code == 200
    assert "February 2031 has no day 30" in answer.text
    assert "Take the change back" in answer.text
    assert 'value="30/02/2031 10:00"' in answer.text
    assert "6 rows to correct" in answer.text
    page = faulty.text()
    assert "The month has no such day, after a change 1 row" in page
    assert faulty.save(7, version=1, c4="27/02/2031 10:00").status_code == 303
    assert "5 rows to correct; 1 corrected and ready" in faulty.text()


def test_a_row_saved_in_place_tells_how_many_rows_each_reason_has_left(faulty: CorrectPage) -> None:
    saved = faulty.save(2, swap=True, c3="Sale").text
    assert """data-left='{"failed.106.": "2 rows",""" in saved
    again = faulty.save(7, swap=True, c4="30/02/2031 10:00").text
    left = '{"changed..NO_SUCH_DAY": "1 row", "failed.106.": "2 rows", "rejected..NO_AREA_CODE": "2 rows"}'
    assert f"data-left='{left}'" in again


def test_another_cell_of_the_row_can_be_corrected_too(faulty: CorrectPage) -> None:
    faulty.save(2, c1="Anna", c3="Busy")
    page = faulty.text("?reason=ready")
    assert "Name Ann → Anna" in page
    assert "Outcome Sold → Busy" in page


def test_a_change_that_sends_the_same_is_not_ready(faulty: CorrectPage) -> None:
    answer = faulty.save(2, swap=True, c2=" 0412 345 671 ")
    assert "6 rows to correct" in answer.text
    assert "ready</span>" not in answer.text


def test_a_row_saved_without_a_change_stays_as_it_is(faulty: CorrectPage) -> None:
    assert "Nothing was changed in this row." in faulty.save(2, swap=True, c3="Sold").text
    assert faulty.edits() == []


def test_a_change_can_be_taken_back(faulty: CorrectPage) -> None:
    faulty.save(2, c3="Sale")
    answer = faulty.save(2, version=1, swap=True, back="1")
    assert 'value="Sold"' in answer.text
    assert "6 rows to correct" in answer.text
    assert [edit.new for edit in faulty.edits()] == ["Sale", "Sold"]


def test_of_two_reviewers_at_one_row_the_second_sees_the_others_value(faulty: CorrectPage) -> None:
    office = faulty.page.office
    first, second = office.logged_in(Role.REVIEWER), office.logged_in(Role.SUPERVISOR)
    assert faulty.save(2, browser=first, c3="Sale").status_code == 303
    late = faulty.save(2, browser=second, c3="Busy", c1="Anna")
    assert late.status_code == 409
    page = words(late)
    assert "reviewer has changed this row since you saw it: Outcome is “Sale” now." in page
    assert "What you typed stands in its fields and is not saved" in page
    assert 'name="cell-3" value="Busy"' in late.text, "the typed text stays"
    assert 'name="version" value="1"' in late.text
    assert [edit.new for edit in faulty.edits()] == ["Sale"]
    assert faulty.save(2, version=1, browser=second, c3="Busy").status_code == 303
    assert "In another window, you have changed this row" in faulty.save(2, version=1, browser=second, c3="Sale").text
    assert [(edit.new, edit.user) for edit in faulty.edits()] == [("Sale", "reviewer"), ("Busy", "supervisor")]


def test_a_row_that_went_through_is_not_changed(faulty: CorrectPage) -> None:
    answer = faulty.save(8, c3="Busy")
    assert answer.status_code == 409
    assert "Row 8 cannot be corrected here" in answer.text
    assert faulty.save(99, c3="Busy").status_code == 409
    assert faulty.edits() == []


def test_a_text_too_long_for_a_cell_is_refused(faulty: CorrectPage) -> None:
    assert faulty.save(2, c1="x" * 32_768).status_code == 422
    assert faulty.edits() == []


def test_a_journal_that_cannot_be_written_loses_nothing_typed(
    faulty: CorrectPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise JournalError("The journal cannot be used (disk I/O error).")

    monkeypatch.setattr("leadsync.web.correct_edits._edit", full)
    answer = faulty.save(7, c4="28/2/2031 9:30")
    assert "The journal cannot be used (disk I/O error). You typed: “28/2/2031 9:30”." in words(answer)


def test_lines_in_a_cell_stay_as_they_were(page: DraftPage, dialer: PracticeDialer) -> None:
    faulty = failed_run(page, dialer, 'Lead Id,Notes,Outcome\nA1,"one\ntwo",Sold\n')
    assert "<textarea" in faulty.page.browser.get(faulty.here).text
    faulty.save(2, c1="one\r\ntwo", c2="Sale")
    assert [edit.position for edit in faulty.edits()] == [2]


def test_the_audit_and_the_lead_tell_who_changed_what(faulty: CorrectPage) -> None:
    faulty.save(7, c4="28/2/2031 9:30")
    faulty.put(NO_SUCH, "Outcome", "Sold", "Sale")
    with open_journal(faulty.page.shop.state) as journal:
        kept = [(one.user, one.detail) for one in journal.audit(faulty.run_id) if one.action == "edit"]
    assert kept == [("ann", {"rows": 2}), ("ann", {"row": 7, "cells": 1})]
    page = words(faulty.page.browser.get("/leads/A6"))
    assert "Callback Date 31/02/2031 10:00 → 28/2/2031 9:30 ann" in page


def test_a_corrected_row_without_a_callback_date_says_loudly_what_is_lost(faulty: CorrectPage) -> None:
    loud = "NO callback date: the dialer will treat this lead as a new one; an agreed callback is lost"
    assert loud not in faulty.text()
    cleared = faulty.save(7, swap=True, c4="")
    assert loud in words(cleared)
    assert "ready</span>" not in cleared.text, "no green word beside it"
    assert loud in faulty.text("?reason=ready")
    assert loud not in words(faulty.save(7, version=1, swap=True, c4="28/02/2031 10:00"))


def test_a_sheet_without_callback_dates_has_none_to_lose(page: DraftPage, dialer: PracticeDialer) -> None:
    made = failed_run(page, dialer, "Lead Id,FirstPhone,Outcome\nA1,0412345671,Sold\n")
    saved = made.save(2, swap=True, c2="Sale").text
    assert "ready</span>" in saved
    assert "NO callback date" not in saved
