"""Corrected rows become a draft, and go the way of a file given back: the dialer is the judge."""

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from leadsync.journal import open_journal
from leadsync.models import RowRecord
from leadsync.simulator import PracticeDialer
from tests.conftest import Desk
from tests.web.faulty import SHEET, CorrectPage, failed_run, send_draft, words
from tests.web.shop import DraftPage, Shop, applied

NO_SUCH = "failed.106."
NO_AREA = "rejected..NO_AREA_CODE"


@pytest.fixture
def faulty(page: DraftPage, dialer: PracticeDialer) -> CorrectPage:
    return failed_run(page, dialer)


def correct_all(faulty: CorrectPage) -> None:
    faulty.put(NO_SUCH, "Outcome", "Sold", "Sale")
    faulty.save(4, c3="Sale")
    faulty.put(NO_AREA, "", "", "03", how="before")
    faulty.save(7, c4="28/02/2031 10:00")


def test_the_draft_has_exactly_the_corrected_rows(faulty: CorrectPage, dialer: PracticeDialer) -> None:
    faulty.put(NO_SUCH, "Outcome", "Sold", "Sale")
    faulty.save(7, c4="32/02/2031 10:00")
    draft = faulty.send()
    page = words(faulty.page.browser.get(draft))
    assert "2 rows ·" in page
    assert f"rows of run {faulty.run_id} , corrected on the page, for ann" in page
    assert "2 rows corrected: Outcome 2 (for example row 2:" in page
    assert "Send 2 rows to" in page
    assert applied(dialer) == ["A7"], "nothing is sent yet"


def test_sent_rows_are_told_and_not_corrected_any_more(faulty: CorrectPage, dialer: PracticeDialer) -> None:
    correct_all(faulty)
    again = faulty.send_all()
    assert sorted(applied(dialer)) == ["A1", "A2", "A3", "A4", "A5", "A6", "A7"]
    page = faulty.text()
    assert "Nothing left to correct." in page
    assert f"6 rows went out again in run {again.rpartition('/')[2]}" in page
    refused = faulty.save(2, version=1, c3="Busy")
    assert refused.status_code == 409
    assert f"run {again.rpartition('/')[2]} has it since" in refused.text
    assert faulty.page.browser.post(f"{faulty.run}/edits/send").status_code == 409


def test_a_corrected_lead_id_has_its_correction_in_the_history_of_the_new_lead(
    page: DraftPage, dialer: PracticeDialer
) -> None:
    faulty = failed_run(page, dialer, "Lead Id,Outcome\nA1,Sold\n")
    faulty.save(2, c0="B1", c1="Sale")
    faulty.send_all()
    new = words(page.browser.get("/leads/B1"))
    assert new.count("Lead Id A1 → B1 ann") == 1
    assert new.count("Outcome Sold → Sale ann") == 1
    old = words(page.browser.get("/leads/A1"))
    assert old.count("Lead Id A1 → B1 ann") == 1
    assert "None of 1 row went through; 1 sent again." in words(page.browser.get(faulty.run)), "under its new id"
    assert "1 failed, 1 of them sent again" in words(page.browser.get("/"))


def test_a_row_that_fails_again_is_corrected_in_its_new_run(faulty: CorrectPage, dialer: PracticeDialer) -> None:
    faulty.save(4, c3="Sael")
    again = CorrectPage(faulty.page, faulty.send_all())
    assert "5 rows to correct" in faulty.text()
    assert "1 row to correct" in again.text()
    again.save(2, c3="Sale") if 'id="row-2"' in again.page.browser.get(again.here).text else again.save(4, c3="Sale")
    again.send_all()
    assert applied(dialer) == ["A7", "A3"]
    assert "Nothing left to correct." in again.text()


def test_send_pressed_twice_is_one_draft(faulty: CorrectPage) -> None:
    faulty.save(4, c3="Sale")
    assert faulty.send() == faulty.send()


def test_a_later_correction_replaces_the_draft_that_nobody_sent(faulty: CorrectPage) -> None:
    faulty.save(4, c3="Sale")
    first = faulty.send()
    faulty.save(4, version=1, c3="Busy")
    assert faulty.send() != first
    assert faulty.page.browser.get(first).status_code == 404


def test_a_draft_older_than_a_correction_is_not_sent(faulty: CorrectPage, dialer: PracticeDialer) -> None:
    faulty.save(4, c3="Sale")
    draft = faulty.send()
    seen = faulty.page.hidden(draft, "seen")
    faulty.save(4, version=1, c3="Busy")
    late = faulty.page.browser.post(f"{draft}/send", data={"seen": seen, "how": "all"})
    faulty.page.choose(draft)
    for answer in (late, faulty.page.browser.get(draft)):
        assert words(answer).count("Rows of this draft were changed since it was made") == 1
        assert (
            f'action="{faulty.run}/edits/send" class="actions"><button class="primary">Show the rows as they are now<'
            in answer.text
        )
        assert "Send 1 row" not in answer.text
    assert (late.status_code, applied(dialer)) == (409, ["A7"])
    send_draft(faulty.page, faulty.send())
    assert [one.fields["njDisposition"] for one in dialer.ledger.applications][1:] == ["Busy"]
    assert "ann has discarded this sheet" in faulty.page.browser.get(draft).text


def test_a_row_corrected_in_a_workbook_too_goes_once(
    faulty: CorrectPage, dialer: PracticeDialer, tmp_path: Path
) -> None:
    faulty.save(4, c3="Sale")
    draft = faulty.send()
    book = given_back(faulty, tmp_path, {"A3": {"Outcome": "Busy"}})
    send_draft(faulty.page, faulty.page.upload(book, "back.xlsx"))
    stale = faulty.page.send(draft)
    assert stale.status_code == 409
    assert "Send 1 row" not in faulty.page.get(draft)
    assert [(one.lead, one.fields["njDisposition"]) for one in dialer.ledger.applications][1:] == [("A3", "Busy")]


def test_the_reading_chosen_on_the_page_is_kept(page: DraftPage, dialer: PracticeDialer) -> None:
    dialer.campaign.dispositions = frozenset({"Sale"})
    draft = page.upload("Who,Verdict,When\nA1,Sold,02/03/2031 10:00\nA2,Sale,02/03/2031 10:00\n")
    page.choose(draft, **{"column-0": "njExternalLeadId", "column-1": "njDisposition", "column-2": "njCallBackDate"})
    page.choose(draft, options="1", date_order="mdy")
    faulty = CorrectPage(page, send_draft(page, draft))
    faulty.save(2, c1="Sale")
    faulty.send_all()
    assert [one.fields["njCallBackDate"] for one in dialer.ledger.applications] == ["2031/02/03 10:00"] * 2


def given_back(faulty: CorrectPage, folder: Path, changes: dict[str, dict[str, str]]) -> bytes:
    """The report's bytes with cells changed on its sheet To correct, by lead and heading."""
    content = faulty.page.browser.get(f"{faulty.run}/files/report?format=xlsx").content
    path = folder / "report.xlsx"
    path.write_bytes(content)
    book = openpyxl.load_workbook(path)
    sheet = book["To correct"]
    headings = [cell.value for cell in sheet[1]]
    for line in sheet.iter_rows(min_row=2):
        for heading, text in changes.get(str(line[0].value), {}).items():
            line[headings.index(heading)].value = text
    book.save(path)
    book.close()
    return path.read_bytes()


@pytest.fixture
def other(tmp_path_factory: pytest.TempPathFactory, desk: Desk) -> Iterator[CorrectPage]:
    """The same failed run in another state folder, before another dialer."""
    from tests.web.conftest import Office

    again = Desk(tmp_path_factory.mktemp("other"), desk._start)
    dialer = again.dialer()
    office = Office(again.state, config=again.config)
    page = DraftPage(office, office.alone(), Shop(again))
    faulty = failed_run(page, dialer)
    faulty.dialer = dialer  # type: ignore[attr-defined]
    yield faulty
    for browser in office.browsers:
        browser.close()


def outcome(record: RowRecord) -> tuple[object, ...]:
    return record.lead, record.cells, dict(record.fields), record.status, record.code


def rows_of(faulty: CorrectPage, run: str) -> list[tuple[object, ...]]:
    """The rows of a run that were not skipped."""
    with open_journal(faulty.page.shop.state) as journal:
        records = journal.records(run.rpartition("/")[2])
        return [outcome(record) for record in records if record.status != "skipped"]


def test_page_and_workbook_give_the_same_calls_and_the_same_run(
    faulty: CorrectPage, dialer: PracticeDialer, other: CorrectPage, tmp_path: Path
) -> None:
    correct_all(faulty)
    by_page = faulty.send_all()
    changes = {
        **{lead: {"Outcome": "Sale"} for lead in ("A1", "A2", "A3")},
        "A4": {"FirstPhone": "0383218199"},
        "A5": {"FirstPhone": "0383218200"},
        "A6": {"Callback Date": "28/02/2031 10:00"},
    }
    book = given_back(other, tmp_path, changes)
    by_workbook = send_draft(other.page, other.page.upload(book, "back.xlsx"))
    assert SHEET.count("A") >= 7
    calls = [(one.call, one.lead, dict(one.fields), dict(one.query)) for one in dialer.ledger.received]
    theirs = other.dialer.ledger.received  # type: ignore[attr-defined]
    key = str
    assert sorted(calls, key=key) == sorted(
        ((one.call, one.lead, dict(one.fields), dict(one.query)) for one in theirs), key=key
    )
    assert len(calls) == 5 - 1 + 6
    assert rows_of(faulty, by_page) == rows_of(other, by_workbook)
    assert len(rows_of(faulty, by_page)) == 6


def test_rows_ready_under_other_settings_are_shown_and_not_sent(faulty: CorrectPage, dialer: PracticeDialer) -> None:
    faulty.save(4, c3="Sale")
    faulty.save(7, c4="28/02/2031 10:00", c3="Busy")
    config = faulty.page.shop.desk.config
    config.write_text(config.read_text("utf-8") + '\n[input]\ndispositions = ["Busy"]\n', "utf-8")
    answer = faulty.page.browser.post(f"{faulty.run}/edits/send")
    assert answer.status_code == 409
    assert "1 corrected row is not ready any more: the settings have changed." in words(answer)
    assert "No such disposition" in words(answer) or "do not list" in words(answer)
    faulty.send_all()
    assert [(one.lead, one.fields["njDisposition"]) for one in dialer.ledger.applications][1:] == [("A6", "Busy")]
