"""The rows of a run, page by page and by status, code, reason and lead."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.models import Status
from leadsync.reasons import Fault, FaultKind, Rejected, Skip, SkipKind
from leadsync.web import rows_page
from tests.web.conftest import Browser, Office
from tests.web.filled import RUN, Given, a_run, fill, text_of

PATH = f"/runs/{RUN}/rows"
NO_ID = Rejected((Fault("Lead Id", "", FaultKind.BLANK_ID),))
SKIPPED = Skip(SkipKind.UNCHANGED, run="20261122-000000-0000", at=datetime(2026, 11, 22, tzinfo=UTC))


@pytest.fixture
def browser(office: Office, tmp_path: Path) -> Browser:
    """Rows 2 to 7."""
    rows = [
        Given("4001", Status.SUCCEEDED, 0, "OK"),
        Given("4002", Status.FAILED, 106, "no such disposition"),
        Given("", Status.REJECTED, cells=("", "No Id"), reason=NO_ID),
        Given("5001", Status.FAILED, 101, "no such lead"),
        Given("5002", Status.SKIPPED, reason=SKIPPED),
        Given("5003", Status.SUCCEEDED, 0, "OK"),
    ]
    fill(office.state, a_run(tmp_path), rows)
    return office.alone()


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-label="Row">(\d+)</th>', page)]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", [2, 3, 4, 5, 6, 7]),
        ("?status=failed", [3, 5]),
        ("?status=failed&status=rejected", [3, 4, 5]),
        ("?status=", [2, 3, 4, 5, 6, 7]),
        ("?code=106", [3]),
        ("?code=0", [2, 7]),
        ("?kind=BLANK_ID", [4]),
        ("?status=skipped&kind=UNCHANGED", [6]),
        ("?lead=50", [5, 6, 7]),
        ("?lead=50&status=failed", [5]),
        ("?after=5", [6, 7]),
        ("?lead=nobody", []),
        ("?status=nonsense&code=x&kind=__class__&after=-1", [2, 3, 4, 5, 6, 7]),
        ("?code=99999999999999999999&after=99999999999999999999", [2, 3, 4, 5, 6, 7]),
    ],
)
def test_rows_are_chosen(browser: Browser, query: str, shown: list[int]) -> None:
    page = browser.get(PATH + query)
    assert page.status_code == 200
    assert numbers(page.text) == shown


def test_pages_follow_each_other_and_keep_the_choice(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_page, "ON_A_PAGE", 1)
    first = browser.get(f"{PATH}?status=failed").text
    more = re.search(r'href="([^"]+)">Next rows', first)
    assert more is not None
    second = browser.get(more[1].replace("&amp;", "&")).text
    assert (numbers(first), numbers(second)) == ([3], [5])
    assert "Next rows" not in second
    assert f'href="{PATH}?status=failed">First rows' in second


def test_a_cell_at_fault_is_marked_and_the_reason_beside_it(browser: Browser) -> None:
    page = browser.get(f"{PATH}?status=rejected").text
    assert "Lead Id is blank; write the lead's external id." in text_of(page).replace("&#39;", "'")
    assert re.search(
        r"<details open><summary>1 cell at fault</summary>\s*<dl><div class=\"mark\"><dt><bdi>Lead Id", page
    )
    assert "No Id" not in page, "the other cells are those of the file"


def test_other_rows_show_their_cells_when_asked(browser: Browser) -> None:
    page = browser.get(f"{PATH}?code=0&lead=4").text
    assert "<details><summary>as in the sheet</summary>" in page
    assert "<dt><bdi>Name</bdi></dt><dd><bdi>A name</bdi></dd>" in page


def test_the_runs_page_leads_to_the_rows_of_each_reason(browser: Browser) -> None:
    page = browser.get(f"/runs/{RUN}").text
    words = text_of(page)
    assert "The external id is blank rejected 1" in words
    for path, shown in (
        (f"{PATH}?status=rejected&kind=BLANK_ID", [4]),
        (f"{PATH}?code=106", [3]),
        (f"{PATH}?status=failed", [3, 5]),
    ):
        assert f'href="{path}"' in page
        assert numbers(browser.get(path).text) == shown


def test_no_such_rows_is_said_with_the_way_to_all(browser: Browser) -> None:
    page = browser.get(f"{PATH}?lead=nobody").text
    assert "There are no such rows." in page
    assert 'value="nobody"' in page
    assert f'<a href="{PATH}">Every row</a>' in page
