"""The page for corrections as it is shown, and who sees what."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.journal import open_journal
from leadsync.models import Status
from leadsync.reasons import Fault, FaultKind, Rejected
from leadsync.simulator import PracticeDialer
from leadsync.web.roles import Role
from tests.web.conftest import Browser, Office
from tests.web.faulty import CorrectPage, failed_run, words
from tests.web.filled import HOSTILE, RUN, Given, a_run, fill
from tests.web.shop import DraftPage

NO_AREA = "rejected..NO_AREA_CODE"


def own_run(office: Office, tmp_path: Path, rows: list[Given], **values: object) -> None:
    """A run for the dialer of the settings."""
    run = replace(a_run(tmp_path), dialer="https://pbx.example.com", roles=("njExternalLeadId", ""), **values)  # type: ignore[arg-type]
    fill(office.state, run, rows)


@pytest.fixture
def faulty(page: DraftPage, dialer: PracticeDialer) -> CorrectPage:
    return failed_run(page, dialer)


def test_reasons_come_first_with_the_values_at_fault(faulty: CorrectPage) -> None:
    page = faulty.text()
    assert "6 rows to correct" in page
    reasons = page[: page.index("Row by row")]
    assert "106 The campaign has no such disposition 3 rows" in reasons
    assert "Outcome Sold 2 × → Put it in 2 rows" in reasons
    assert "Outcome Slae 1 × → Put it in 1 row" in reasons
    assert "The phone number has no area code 2 rows" in reasons
    assert "Area code Put it before 2 numbers" in reasons
    assert "The month has no such day 1 row" in reasons


def test_rows_show_the_cells_at_fault_as_fields_with_the_reason(faulty: CorrectPage) -> None:
    answer = faulty.page.browser.get(faulty.here).text
    rows = answer[answer.index('id="rows"') :]
    assert [f'id="row-{number}"' in rows for number in range(2, 9)] == [True] * 6 + [False], "row 8 went through"
    row = rows[rows.index('id="row-7"') :]
    field, others = row[: row.index("<details")], row[row.index("<details") :]
    assert 'name="cell-4" value="31/02/2031 10:00"' in field
    assert "February 2031 has no day 31" in field
    assert field.count('name="cell-') == 1
    assert 'name="cell-1" value="Fay"' in others


def test_only_the_rows_of_one_reason(faulty: CorrectPage) -> None:
    page = faulty.text(f"?reason={NO_AREA}")
    assert "Save row 5" in page
    assert "Save row 6" in page
    assert "Save row 7" not in page
    assert "There are no such rows any more." in faulty.text("?reason=nonsense")


def test_nothing_left_leads_to_what_is_to_be_decided(office: Office, tmp_path: Path) -> None:
    own_run(office, tmp_path, [Given("1", Status.SUCCEEDED, 0), Given("2", Status.CONFLICT, 110, "an agent")])
    page = words(office.alone().get(f"/runs/{RUN}/correct"))
    assert "Nothing left to correct." in page
    assert "1 row still to decide" in page or "Decide 1 row" in page
    assert "Save row" not in page


def test_a_number_that_is_on_the_do_not_call_list_is_not_corrected(office: Office, tmp_path: Path) -> None:
    own_run(office, tmp_path, [Given("1", Status.FAILED, 104, "do not call")])
    assert "Nothing left to correct." in office.alone().get(f"/runs/{RUN}/correct").text


def test_settings_for_another_dialer_are_said_and_nothing_is_offered(office: Office, tmp_path: Path) -> None:
    fill(office.state, a_run(tmp_path), [Given("1", Status.FAILED, 106, "no such disposition")])
    page = words(office.alone().get(f"/runs/{RUN}/correct"))
    assert "The settings name another dialer or campaign than this run" in page
    assert "Save row" not in page


def test_there_is_no_such_run(alone: Browser) -> None:
    assert alone.get("/runs/20261123-120000-0000/correct").status_code == 404
    assert alone.post("/runs/20261123-120000-0000/edits", data={"number": "2"}).status_code == 404
    assert alone.post("/runs/20261123-120000-0000/edits/bulk", data={"new": "x"}).status_code == 404
    assert alone.post("/runs/20261123-120000-0000/edits/send").status_code == 404


def test_a_reviewer_corrects_and_a_supervisor_sends(
    office: Office, tmp_path: Path, as_role: Callable[[Role], Browser]
) -> None:
    own_run(office, tmp_path, [Given("1", Status.FAILED, 101, "not found")])
    viewer, reviewer, supervisor = (as_role(role) for role in (Role.VIEWER, Role.REVIEWER, Role.SUPERVISOR))
    row = {"number": "2", "version": "0", "cell-0": "001"}
    assert viewer.get(f"/runs/{RUN}/correct").status_code == 403
    assert viewer.post(f"/runs/{RUN}/edits", data=row).status_code == 403
    assert reviewer.post(f"/runs/{RUN}/edits", data=row).status_code == 303
    shown = words(reviewer.get(f"/runs/{RUN}/correct"))
    assert "Nothing is sent yet: a supervisor sends corrected rows." in shown
    assert "Send 1 corrected row" not in shown
    assert reviewer.post(f"/runs/{RUN}/edits/send").status_code == 403
    assert "Send 1 corrected row to pbx.example.com…" in words(supervisor.get(f"/runs/{RUN}/correct"))


def test_hostile_text_is_text(office: Office, tmp_path: Path) -> None:
    reason = Rejected((Fault(HOSTILE, HOSTILE, FaultKind.NO_HEADING),))
    rows = [
        Given(HOSTILE, Status.FAILED, 101, HOSTILE, (HOSTILE, HOSTILE)),
        Given("2", Status.REJECTED, cells=(HOSTILE, HOSTILE), reason=reason),
        Given("3", Status.REJECTED, cells=(HOSTILE, HOSTILE), reason=reason),
    ]
    own_run(office, tmp_path, rows, headings=("Lead Id", HOSTILE))
    browser = office.alone()
    changed = {"number": "2", "version": "0", "cell-0": HOSTILE + "1", "cell-1": HOSTILE + "2"}
    browser.post(f"/runs/{RUN}/edits", data=changed)
    conflict = browser.post(f"/runs/{RUN}/edits", data=changed)
    swap = browser.post(f"/runs/{RUN}/edits", data=changed, headers={"hx-request": "true"})
    assert (conflict.status_code, swap.status_code) == (409, 200)
    bulk = browser.post(
        f"/runs/{RUN}/edits/bulk", data={"of": HOSTILE, "place": HOSTILE, "value": HOSTILE, "new": " " + HOSTILE}
    )
    assert bulk.status_code == 303, "no rows of such a reason"
    pages = [browser.get(f"/runs/{RUN}/correct{query}").text for query in ("", "?reason=ready", "?saved=2")]
    for text in (*pages, conflict.text, swap.text):
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "\u202e" not in text
        assert "{{" in text or "49" not in text.replace("&#34;", '"')


@pytest.fixture
def thousand(office: Office, tmp_path: Path) -> Browser:
    reason = Rejected((Fault("Name", "x", FaultKind.NO_HEADING),))
    rows = [
        Given(f"L{n}", Status.REJECTED, cells=(f"L{n}", "x"), reason=reason)
        if n % 2
        else Given(f"L{n}", Status.FAILED, 101, "not found", (f"L{n}", "y"))
        for n in range(1000)
    ]
    own_run(office, tmp_path, rows)
    return office.alone()


def test_a_thousand_rows_are_shown_a_hundred_at_a_time(thousand: Browser) -> None:
    here, seen, slowest = f"/runs/{RUN}/correct", list[int](), 0.0
    while here:
        began = time.process_time()
        text = thousand.get(here).text
        slowest = max(slowest, time.process_time() - began)
        numbers = [int(part[: part.index('"')]) for part in text.split('id="row-')[1:]]
        assert len(numbers) == 100
        seen += numbers
        found = text.split('class="button" href="')[1:]
        here = found[-1][: found[-1].index('"')].replace("&amp;", "&") if found else ""
    assert seen == list(range(2, 1002))
    assert slowest < 2.0, "a tenth of a second on an idle machine"


def test_rows_that_are_ready_are_no_more_among_those_to_correct(office: Office, thousand: Browser) -> None:
    with open_journal(office.state) as journal:
        # Half of the first rows are corrected; their pages are filled up with rows behind them.
        journal.edit_rows(RUN, {number: (0, {0: f"00{number}"}) for number in range(2, 402, 2)}, user="bob")
    page = thousand.get(f"/runs/{RUN}/correct").text
    assert "800 rows to correct; 200 corrected and ready" in page
    numbers = [int(part[: part.index('"')]) for part in page.split('id="row-')[1:]]
    assert numbers == list(range(3, 202, 2))
    ready = thousand.get(f"/runs/{RUN}/correct?reason=ready").text
    assert [int(part[: part.index('"')]) for part in ready.split('id="row-')[1:]] == list(range(2, 202, 2))
