"""The journal as DataFrames: runs, rows, attempts, and a lead's history."""

from pathlib import Path

import pandas as pd
import pytest

import leadsync
from leadsync.models import Status
from tests.api.samples import FRAME
from tests.conftest import Desk

pytestmark = pytest.mark.usefixtures("at_the_desk")


def test_the_views_of_an_empty_journal_have_their_columns() -> None:
    runs = leadsync.runs()
    assert runs.empty
    assert runs.dtypes[["run", "created", "rows", "finished"]].astype(str).tolist() == [
        "string",
        "datetime64[us, UTC]",
        "Int64",
        "boolean",
    ]
    assert leadsync.history("1").empty
    with pytest.raises(leadsync.UsageError, match="no run"):
        leadsync.rows("7f3a")


def test_runs_rows_attempts_and_history_tell_what_happened(desk: Desk) -> None:
    first = leadsync.sync(FRAME, confirm=True)
    changed = FRAME.assign(Outcome="Busy")
    second = leadsync.sync(changed, confirm=True, name="again")
    runs = leadsync.runs()
    assert runs["run"].tolist() == [second.run, first.run]
    assert runs["file"].map(lambda file: Path(file).name).tolist() == ["again", "DataFrame"]
    assert runs[[status.value for status in Status]].sum(axis=1).tolist() == runs["rows"].tolist() == [3, 3]
    assert (runs["succeeded"].tolist(), runs["finished"].all(), runs["draft"].any()) == ([2, 2], True, False)

    rows = leadsync.rows(first)
    assert rows[["FirstPhone", "Callback"]].values.tolist() == [
        ["383218101", "24/12/2026 14:30"],
        ["383218102", ""],
        ["12", "25/12/2026 09:00"],
    ]
    outcomes = [name for name in rows if name.startswith("sync_")]
    pd.testing.assert_frame_equal(rows[outcomes], first.frame[outcomes].reset_index(drop=True))
    pd.testing.assert_frame_equal(leadsync.rows(first.run[-4:]), rows)

    attempts = leadsync.attempts(second.run)
    assert attempts[["sync_row", "lead", "attempt", "effect", "http", "code"]].values.tolist() == [
        [2, "1", 1, "answered", 200, 0],
        [3, "2", 1, "answered", 200, 0],
    ]
    assert (attempts["ended"] >= attempts["begun"]).all()

    history = leadsync.history("2")
    assert history["sync_run"].tolist() == [second.run, first.run]
    assert history[["njDisposition", "FirstPhone"]].values.tolist() == [
        ["Busy", "0383218102"],
        ["No Answer", "0383218102"],
    ]


def test_a_state_folder_may_be_named(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    result = leadsync.sync(FRAME, confirm=True, state=other)
    assert leadsync.runs().empty
    assert leadsync.runs(state=str(other))["run"].tolist() == [result.run]
    assert len(leadsync.rows(result, state=other)) == 3
    assert leadsync.check(FRAME, state=other).effects["repeated"] == 2
