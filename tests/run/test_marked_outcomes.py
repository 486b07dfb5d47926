"""The reasons against a marked copy of a run's workbook, and the copy's place among the run's files."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from leadsync import long_work
from leadsync.config import Settings, settings_from
from leadsync.journal import Journal, open_journal
from leadsync.models import RunRecord
from leadsync.run import mark_outcomes, remarks_before
from leadsync.run.sheet_source import fingerprint
from tests.journal.samples import RUN, a_run, entry

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with open_journal(tmp_path / "state") as opened:
        yield opened


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Lead Id", "Name"])
    sheet.append(["L2", "é, 0123"])
    book.save(tmp_path / "leads.xlsx")
    return tmp_path / "leads.xlsx"


@pytest.fixture
def run(journal: Journal, workbook: Path) -> RunRecord:
    """A confirmed run of the workbook."""
    run = replace(
        a_run(workbook.parent),
        file=workbook,
        sheet="Sheet",
        kind="xlsx",
        roles=("njExternalLeadId", ""),
        fingerprint=fingerprint(workbook),
    )
    journal.create(run)
    journal.add(RUN, [entry(2)])
    journal.confirm(RUN)
    return journal.run(RUN)


def marked(journal: Journal, run: RunRecord, content: Path) -> tuple[dict[str, Path | None], list[str]]:
    said: list[str] = []
    settings: Settings = settings_from({}, "the test")
    return mark_outcomes(journal, run, content, settings, NOW, said.append), said


def test_a_workbook_is_marked_beside_the_report_and_kept_among_the_written_files(
    journal: Journal, run: RunRecord, workbook: Path
) -> None:
    files, said = marked(journal, run, workbook)
    path = files["marked"]
    assert path is not None
    assert (said, path.parent) == ([], run.output)
    assert str(path) in journal.written(RUN)
    rows = list(openpyxl.load_workbook(path)["Sheet"].iter_rows(values_only=True))
    assert rows[1][:2] == ("L2", "é, 0123")
    assert "unsent" in rows[1]


def test_a_text_has_no_marked_copy(journal: Journal, run: RunRecord, tmp_path: Path) -> None:
    text = tmp_path / "leads.csv"
    text.write_text("Lead Id,Name\nL2,x\n", "utf-8")
    refused = "The workbook is not marked, because only .xlsx and .xlsm are marked; the report has every outcome."
    assert [str(remark) for remark in remarks_before(text, "leads.csv")] == [refused]
    assert marked(journal, run, text) == ({"marked": None}, [refused])


def test_a_retry_is_not_marked_but_the_run_before(journal: Journal, run: RunRecord, workbook: Path) -> None:
    files, [said] = marked(journal, replace(run, retry_of="r0"), workbook)
    assert files == {"marked": None}
    assert f"because run {RUN} sends rows of run r0 again; mark that one; " in said


def test_a_workbook_that_has_changed_since_is_not_marked(journal: Journal, run: RunRecord, workbook: Path) -> None:
    files, [said] = marked(journal, replace(run, fingerprint="older"), workbook)
    assert files == {"marked": None}
    assert f"because leads.xlsx has changed since run {RUN} read it; " in said


def test_columns_other_than_the_runs_are_not_marked(journal: Journal, run: RunRecord, workbook: Path) -> None:
    files, [said] = marked(journal, replace(run, headings=("Lead Id", "Town")), workbook)
    assert files == {"marked": None}
    assert f"because its columns are not those that run {RUN} has read; look at headings_row in [input]; " in said


def test_before_a_run_a_plain_workbook_needs_no_remark(workbook: Path) -> None:
    assert remarks_before(workbook, "leads.xlsx") == ()


def test_a_long_marking_is_said(
    journal: Journal, run: RunRecord, workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words: list[str] = []
    monkeypatch.setattr(long_work, "WORD_SECONDS", 0.001)
    monkeypatch.setattr(long_work._log, "info", lambda _, text: words.append(text))
    files, _ = marked(journal, run, workbook)
    assert files["marked"] is not None
    assert set(words) == {f"Writing {files['marked'].name}, the marked copy"}
