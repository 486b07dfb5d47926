"""Which rows stand in which of a run's files, and what leadsync's columns say there."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.models import CampaignIds, RowRecord, RunRecord, Status
from leadsync.report import SYNC_COLUMNS, Table, highlights, lines_of

RUN = RunRecord(
    id="20261123-210455-7f3a",
    file=Path("leads.csv"),
    sheet="",
    fingerprint="",
    kind="csv",
    delimiter=",",
    bom=False,
    headings=("Lead Id", "Phone"),
    output=Path("out"),
    dialer="http://127.0.0.1",
    ids=CampaignIds(41, 41, 38),
    created=datetime(2026, 11, 23, tzinfo=UTC),
    roles=("njExternalLeadId", "phone"),
)


def record(status: Status, code: int | None = None, name: str = "") -> RowRecord:
    return RowRecord(
        7, ("9856", "0383218199"), (), "9856", {}, status, code, name, "in words", 2,
        datetime(2026, 11, 23, 21, 5, 9, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "code", "file"),
    [
        (Status.SUCCEEDED, 0, ""),
        (Status.SKIPPED, None, ""),
        (Status.FAILED, 106, "retry"),
        (Status.FAILED, None, "retry"),
        (Status.FAILED, 999, "retry"),
        (Status.FAILED, 104, ""),  # do not call: never given again
        (Status.REJECTED, None, "retry"),
        (Status.UNSENT, None, "retry"),
        (Status.CONFLICT, 110, "review"),
        (Status.UNKNOWN, None, "review"),
    ],
)
def test_a_row_is_in_the_report_and_in_the_file_that_is_for_it(status: Status, code: int | None, file: str) -> None:
    row = record(status, code)
    report, retry, review = lines_of(row, RUN, highlights(row, RUN))
    assert report.cells[:2] == ("9856", "0383218199")
    assert [name for name, line in (("retry", retry), ("review", review)) if line] == ([file] if file else [])
    if retry:
        assert retry.cells == report.cells
    if review:
        assert review.cells == (*report.cells, ""), "room for the decision"


def test_leadsyncs_columns() -> None:
    row = record(Status.FAILED, 106, "INVALID_DISPOSTION")
    report, _, _ = lines_of(row, RUN, highlights(row, RUN))
    assert dict(zip(SYNC_COLUMNS, report.cells[2:], strict=True)) == {
        "sync_row": "7",
        "sync_status": "failed",
        "sync_code": "106",
        "sync_name": "INVALID_DISPOSTION",
        "sync_message": "in words",
        "sync_advice": "Write the disposition exactly as the campaign spells it, then send the row again.",
        "sync_attempts": "2",
        "sync_time": "2026-11-23T21:05:09+00:00",
        "sync_run": "20261123-210455-7f3a",
    }


@pytest.mark.parametrize(("code", "text"), [(0, "0"), (110, "110"), (None, "")])
def test_0_is_a_code_too(code: int | None, text: str) -> None:
    row = record(Status.SUCCEEDED, code)
    report, _, _ = lines_of(row, RUN, highlights(row, RUN))
    assert report.cells[2 + SYNC_COLUMNS.index("sync_code")] == text


def test_headings_and_names() -> None:
    ours = (
        *("sync_row", "sync_status", "sync_code", "sync_name", "sync_message"),
        *("sync_advice", "sync_attempts", "sync_time", "sync_run"),
    )
    assert Table.REPORT.headings(RUN) == Table.RETRY.headings(RUN) == ("Lead Id", "Phone", *ours)
    assert Table.REVIEW.headings(RUN) == ("Lead Id", "Phone", *ours, "sync_decision")
    assert [table.path(RUN) for table in Table] == [
        Path("out/leads.20261123-210455-7f3a.report.csv"),
        Path("out/leads.20261123-210455-7f3a.retry.csv"),
        Path("out/leads.20261123-210455-7f3a.review.csv"),
    ]
