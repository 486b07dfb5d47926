"""One value put into many rows: into those with the same fault, not if all would fail, and taken back as one."""

import re

import httpx
import pytest

from leadsync.simulator import PracticeDialer
from leadsync.web.roles import Role
from tests.web.faulty import SHEET, CorrectPage, base_of, failed_run, send_draft, words
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
    form = back_form(shown)
    assert "Take it back in 2 rows" in shown
    bulk = f"{faulty.run}/edits/bulk"
    other = faulty.page.office.logged_in(Role.SUPERVISOR).post(bulk, data=form)
    assert "back=0" in other.headers["location"], "another person's"
    faulty.save(3, version=1, c3="Sale")
    answer = faulty.page.browser.post(bulk, data=form)
    undone = faulty.page.browser.get(answer.headers["location"])
    after = words(undone)
    assert "It was taken back in 1 row. 1 row stayed: changed since." in after
    assert " autofocus>It was taken back" in undone.text, "the keyboard goes on from there"
    assert [(edit.number, edit.new) for edit in faulty.edits()] == [
        (2, "Busy"),
        (2, "Sold"),
        (3, "Busy"),
        (3, "Sale"),
        (7, "28/2/2031 9:30"),
    ]
    assert "6 rows to correct" in before
    assert "4 rows to correct; 2 corrected and ready" in after
    again = faulty.page.browser.get(faulty.page.browser.post(bulk, data=form).headers["location"])
    assert "Nothing was taken back: its rows were changed since." in words(again)


@pytest.mark.parametrize("form", [{"since": "0", "until": "9999999999"}, {"bulk": "e30.x"}, {}])
def test_a_take_back_made_by_hand_takes_nothing_back(faulty: CorrectPage, form: dict[str, str]) -> None:
    faulty.put(NO_SUCH, "Outcome", "Sold", "Busy")
    made = faulty.edits()
    answer = faulty.page.browser.post(f"{faulty.run}/edits/bulk", data=form | {"back": "1"})
    assert "Nothing was taken back" in words(faulty.page.browser.get(answer.headers["location"]))
    assert faulty.edits() == made
    assert "It was put in" not in faulty.text("?put=99&said=99&since=0&until=9999999999")


def test_an_area_code_taken_back_as_one_can_be_put_anew(faulty: CorrectPage) -> None:
    taken_back(faulty, faulty.put(NO_AREA, "", "", "02", how="before"))
    assert "Area code Put it before 2 numbers" in faulty.text()
    faulty.put("changed..NO_AREA_CODE", "", "", "03", how="before")
    assert "FirstPhone 83218199 → 0383218199" in faulty.text("?reason=ready")


@pytest.mark.parametrize("how", ["trial", "all", "discard"])
def test_a_take_back_behind_the_sending_says_so(page: DraftPage, dialer: PracticeDialer, how: str) -> None:
    draft = page.upload(SHEET)
    base = base_of(page, draft)
    put = base.put(NO_AREA, "", "", "03", how="before")
    shown = page.browser.get(put.headers["location"]).text
    page.get(draft)
    if how == "discard":
        page.browser.post(f"{draft}/discard")
    elif how == "trial":
        page.try_first(draft)
    else:
        send_draft(page, draft)
    words_ = "ann has discarded this sheet" if how == "discard" else "The sheet was sent as run"
    for form in (back_form(shown), {"of": NO_AREA, "new": "03"}, {"of": NO_AREA, "new": ""}):
        late = page.browser.post(f"{base.run}/edits/bulk", data=form)
        assert (late.status_code, words_ in late.text) == (404 if how == "discard" else 409, True)
    at_run = page.browser.get(base.run)
    if how == "discard":
        assert (at_run.status_code, words_ in at_run.text) == (404, True)
        assert words_ in page.browser.get(draft).text
        assert words_ in page.browser.post(f"{draft}/send").text
    else:
        assert at_run.headers["location"] == f"/runs/{page.shop.runs()[0].id}"


def back_form(shown: str) -> dict[str, str]:
    """The form to take a value back."""
    return dict(re.findall(r'name="(bulk)" value="([^"]+)"', shown)) | {"back": "1"}


def taken_back(faulty: CorrectPage, put: httpx.Response) -> None:
    shown = faulty.page.browser.get(put.headers["location"]).text
    assert faulty.page.browser.post(f"{faulty.run}/edits/bulk", data=back_form(shown)).status_code == 303
