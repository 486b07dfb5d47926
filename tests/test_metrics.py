"""The figures for Prometheus, as its text form has them."""

import sys
from pathlib import Path

import pytest

from leadsync.errors import OutputError, UsageError
from leadsync.metrics import write_metrics
from leadsync.models import Status
from leadsync.tallies import Totals

TOTALS = Totals(
    runs={"finished": 2, "stopped": 1},
    rows={
        (Status.SUCCEEDED, 0): 5,
        (Status.FAILED, 101): 2,
        (Status.FAILED, 7001): 3,
        (Status.FAILED, 7002): 4,
        (Status.REJECTED, None): 1,
    },
    attempts=16,
    seconds=2.5,
    last_finished=1_000.0,
)


def lines(path: Path) -> set[str]:
    return {line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")}


def test_totals_become_series(tmp_path: Path) -> None:
    path = tmp_path / "leadsync.prom"
    write_metrics(path, TOTALS, 3, 1_234.5)
    assert lines(path) == {
        'leadsync_runs_total{standing="finished"} 2.0',
        'leadsync_runs_total{standing="stopped"} 1.0',
        'leadsync_rows_total{code="0",status="succeeded"} 5.0',
        'leadsync_rows_total{code="101",status="failed"} 2.0',
        'leadsync_rows_total{code="other",status="failed"} 7.0',
        'leadsync_rows_total{code="",status="rejected"} 1.0',
        "leadsync_attempts_total 16.0",
        "leadsync_sending_seconds_total 2.5",
        "leadsync_last_exit_code 3.0",
        "leadsync_last_end_timestamp_seconds 1234.5",
        "leadsync_last_finished_timestamp_seconds 1000.0",
    }


def test_the_last_success_is_told_once_there_is_one(tmp_path: Path) -> None:
    path = tmp_path / "leadsync.prom"
    write_metrics(path, Totals(last_success=900.0), 0, 1.0)
    assert "leadsync_last_success_timestamp_seconds 900.0" in lines(path)


@pytest.mark.parametrize("mine", [None, "", "# HELP leadsync_runs Runs.\n"])
def test_a_file_of_metrics_is_replaced(tmp_path: Path, mine: str | None) -> None:
    path = tmp_path / "leadsync.prom"
    if mine is not None:
        path.write_text(mine)
    write_metrics(path, TOTALS, 0, 1.0)
    assert "leadsync_last_exit_code 0.0" in lines(path)


def test_no_other_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("Lead Id\nA\n")
    with pytest.raises(UsageError, match=r"leads\.csv is no file of metrics, and is not replaced; name another with"):
        write_metrics(path, TOTALS, 0, 1.0)
    assert path.read_text() == "Lead Id\nA\n"


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's")
def test_the_collector_of_another_user_can_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "leadsync.prom"
    write_metrics(path, TOTALS, 0, 1.0)
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"metrics cannot be written to .* choose another with --metrics-file"):
        write_metrics(tmp_path / "gone" / "leadsync.prom", TOTALS, 0, 1.0)
