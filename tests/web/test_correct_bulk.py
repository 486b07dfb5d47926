"""One value put into many rows: into those with the same fault, not if all would fail, and taken back as one."""

import re

import pytest

from leadsync.simulator import PracticeDialer
from leadsync.web.roles import Role
from tests.web.faulty import SHEET, CorrectPage, failed_run, words
from tests.web.shop import DraftPage

NO_SUCH = "failed.106."
NO_AREA = "rejected..NO_AREA_CODE"


@pytest.fixture
def faulty(page: DraftPage, dialer: PracticeDialer) -> CorrectPage:
    return failed_run(page, dialer)


def test_one_value_is_put_into_all_rows_with_the_same_value(faulty: CorrectPage) -> None:
    answer = faulty.put(NO_SUCH, "Outcome", "Sold", "Sale")
    page = words(faulty.page.browser.get(answer.headers["location"]))
    assert "It was put in 2 rows." in page
    assert "The button said" not in page
    assert "4 rows to correct; 2 corrected and ready" in page
    assert "Slae" not in page[: page.index("Row by row")], "one value alone is left to its row"
    assert [(edit.number, edit.new) for edit in faulty.edits()] == [(2, "Sale"), (3, "Sale")]


def test_a_value_put_into_other_rows_than_the_button_said_says_so(faulty: CorrectPage) -> None:
    def told(of: str, value: str, rows: str) -> str:
        answer = faulty.put(of, "Outcome", value, "Sale", rows=rows)
        return words(faulty.page.browser.get(answer.headers["location"]))

    assert "Nothing was changed: no row has this value for this reason any more." in told("sets-3", "Sold", "2")
    assert "It was put in 2 rows. The button said 3: other rows have this value now" in told(NO_SUCH, "Sold", "3")
    assert "Nothing was changed: no row has this value" in told(NO_SUCH, "Sold", "2")
    assert "The button said" not in told(NO_SUCH, "Slae", "1")


def test_an_area_code_is_put_before_all_numbers_without_one(faulty: CorrectPage) -> None:
    faulty.put(NO_AREA, "", "", "03", how="before")
    page = faulty.text("?reason=ready")
    assert "FirstPhone 83218199 → 0383218199" in page
    assert "FirstPhone 83218200 → 0383218200" in page
    for number in (5, 6):
        faulty.save(number, version=1, back="1")
    faulty.put("changed..NO_AREA_CODE", "", "", "02", how="before")
    assert "FirstPhone 83218199 → 0283218199" in faulty.text("?reason=ready"), "also after it was taken back"
    assert "Area code" not in faulty.text()


def test_a_wrong_value_in_many_rows_can_be_put_right_together(page: DraftPage, dialer: PracticeDialer) -> None:
    dates = "".join(f"B{n},Bo,041234568{n},Sale,31/06/2031 9:00\n" for n in range(3))
    faulty = failed_run(page, dialer, SHEET + dates)
    for number in (9, 10, 11):
        faulty.save(number, c4="31/09/2031 9:00")
    assert "after a change 3 rows Show these rows Callback Date 31/09/2031 9:00 3 ×" in faulty.text()
    faulty.put("changed..NO_SUCH_DAY", "Callback Date", "31/09/2031 9:00", "30/09/2031 9:00")
    assert "6 rows to correct; 3 corrected and ready" in faulty.text()


def test_a_blank_is_not_put_into_rows_by_accident(faulty: CorrectPage) -> None:
    answer = faulty.put(NO_SUCH, "Outcome", "Sold", "  ")
    assert answer.status_code == 422
    assert "Write the right value first." in answer.text
    assert faulty.edits() == []


def test_a_value_that_makes_all_rows_fail_is_not_put(faulty: CorrectPage) -> None:
    answer = faulty.put(NO_AREA, "", "", "xx", how="before")
    assert answer.status_code == 422
    assert "“xx” was put into none of 2 rows: FirstPhone &#39;xx83218199&#39; has letters in it;" in words(answer)
    assert 'name="new" inputmode="tel" size="6" autocomplete="off" value="xx"' in answer.text, "it can be mended"
    answer = faulty.put("rejected..NO_SUCH_DAY", "Callback Date", "31/02/2031 10:00", "30/02/2031 10:00")
    assert "“30/02/2031 10:00” was put into none of 1 row: " in words(answer)
    assert faulty.edits() == []


def test_a_value_put_into_many_rows_is_taken_back_as_one(faulty: CorrectPage) -> None:
    before = faulty.text()
    faulty.save(7, c4="28/2/2031 9:30")
    answer = faulty.put(NO_SUCH, "Outcome", "Sold", "Busy")
    shown = faulty.page.browser.get(answer.headers["location"]).text
    form = dict(re.findall(r'name="(since|until)" value="([^"]+)"', shown)) | {"back": "1"}
    assert "Take it back in 2 rows" in shown
    bulk = f"{faulty.run}/edits/bulk"
    other = faulty.page.office.logged_in(Role.SUPERVISOR).post(bulk, data=form)
    assert "back=0" in other.headers["location"], "another person's"
    faulty.save(3, version=1, c3="Sale")
    answer = faulty.page.browser.post(bulk, data=form)
    after = words(faulty.page.browser.get(answer.headers["location"]))
    assert "It was taken back in 1 row. 1 row stayed: changed since." in after
    assert [(edit.number, edit.new) for edit in faulty.edits()] == [
        (2, "Busy"),
        (2, "Sold"),
        (3, "Busy"),
        (3, "Sale"),
        (7, "28/2/2031 9:30"),
    ]
    assert "6 rows to correct" in before
    assert "4 rows to correct; 2 corrected and ready" in after
