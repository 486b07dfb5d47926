"""Downloads: made from the journal, as the files of the command line, and gone afterwards."""

import csv
import io
import tempfile
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from leadsync.models import Status
from tests.web.conftest import Browser, Office
from tests.web.filled import HOSTILE, RUN, Given, a_run, fill, sixty_one

PATH = f"/runs/{RUN}/files"


@pytest.fixture
def browser(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Browser:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    run, rows = sixty_one(tmp_path)
    fill(office.state, run, rows, finished=False)
    return office.alone()


@pytest.mark.parametrize(("name", "rows"), [("report", 61), ("retry", 18), ("review", 1)])
def test_a_file_has_the_rows_of_its_name(browser: Browser, tmp_path: Path, name: str, rows: int) -> None:
    answer = browser.get(f"{PATH}/{name}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    file_name = f"callbacks%20friday.{RUN}.{name}.csv"
    assert answer.headers["content-disposition"] == f"attachment; filename*=utf-8''{file_name}"
    assert len(list(csv.reader(io.StringIO(answer.text)))) == rows + 1
    book = load_workbook(io.BytesIO(browser.get(f"{PATH}/{name}?format=xlsx").content))
    assert max(sheet.max_row for sheet in book.worksheets) >= rows + 1
    assert list((tmp_path / "temporary").iterdir()) == [], "nothing is left behind"
    assert list(tmp_path.glob("*.csv")) == [], "nothing is written beside the sheet"


def test_the_summary_is_a_file_to_keep_and_no_page_of_this_server(browser: Browser) -> None:
    answer = browser.get(f"{PATH}/summary")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "41 of 61 rows went through" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_file_has_the_path_of_the_dialers_address(
    office: Office, browser: Browser, tmp_path: Path, kind: str
) -> None:
    run_id = "20261124-000000-0000"
    dialer = "https://pbx.example.com/hidden"
    run = replace(a_run(tmp_path, run_id), warnings=(f"! It went to {dialer}, template 1.",), stopped=f"no {dialer}")
    fill(office.state, run, [Given("A", Status.FAILED, 103), Given("B", Status.UNSENT)], finished=False)
    summary = browser.get(f"/runs/{run_id}/files/summary").text
    assert "pbx.example.com" in summary
    assert "hidden" not in summary
    assert "/hidden" not in browser.get(f"/runs/{run_id}").text
    for name in ("report", "retry"):
        content = browser.get(f"/runs/{run_id}/files/{name}?format={kind}").content
        parts = [content]
        if kind == "xlsx":
            with ZipFile(io.BytesIO(content)) as book:
                parts = [book.read(part) for part in book.namelist()]
        assert not any(b"/hidden" in part for part in parts)


@pytest.mark.parametrize("path", ["marked", "report.csv", "..%2f..%2fjournal.sqlite3", "report?format=exe", "REPORT"])
def test_nothing_else_can_be_had(browser: Browser, path: str) -> None:
    assert browser.get(f"{PATH}/{path}").status_code == 404


def test_a_file_without_rows_is_told(office: Office, browser: Browser, tmp_path: Path) -> None:
    run_id = "20261124-000000-0000"
    fill(office.state, a_run(tmp_path, run_id), [Given("A", Status.SUCCEEDED, 0)])
    answer = browser.get(f"/runs/{run_id}/files/review")
    assert answer.status_code == 404
    assert "The run has no rows for that file." in answer.text
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_hostile_name_stays_inside_its_header(office: Office, browser: Browser, tmp_path: Path) -> None:
    run_id = "20261124-000000-0000"
    name = HOSTILE.replace("/", "") + "\r\nset-cookie: evil=1.csv"
    fill(office.state, a_run(tmp_path, run_id, name), [Given("A", Status.SUCCEEDED, 0)])
    answer = browser.get(f"/runs/{run_id}/files/report")
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "\n" not in answer.headers["content-disposition"]
