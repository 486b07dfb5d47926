"""Rows of the journal as typed frames, by hand-made records."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pandas as pd

from leadsync.api.outcome_frames import TIME, outcomes, rows_of_frame, rows_of_sheet, typed
from leadsync.models import RowRecord, Status
from tests.journal.samples import RUN, a_run

DONE = RowRecord(
    2, ("A", "x"), (), "A", {}, Status.SUCCEEDED, 0, "OK", "OK", 1,
    datetime(2026, 11, 24, 9, 0, tzinfo=timezone(timedelta(hours=11))),
)  # fmt: skip
OPEN = RowRecord(4, ("B", ""), (), "B", {}, Status.UNSENT)


def test_outcomes_are_typed_and_blank_texts_are_missing() -> None:
    frame = outcomes([("r1", DONE), ("r2", OPEN)])
    assert frame["sync_row"].tolist() == [2, 4]
    assert frame["sync_status"].tolist() == ["succeeded", "unsent"]
    assert frame["sync_code"].isna().tolist() == [False, True]
    assert frame["sync_name"].isna().tolist() == [False, True]
    assert frame["sync_run"].tolist() == ["r1", "r2"]
    assert frame["sync_time"].dt.tz is not None
    assert frame["sync_time"][0] == pd.Timestamp("2026-11-23 22:00", tz="UTC")


def test_no_rows_have_the_same_types() -> None:
    assert outcomes([]).dtypes.tolist() == outcomes([("r1", DONE)]).dtypes.tolist()


def test_times_of_two_offsets_are_one_column_in_utc() -> None:
    times = [datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=hours))) for hours in (10, 11)]
    assert typed([*times, None], TIME).tolist()[:2] == [pd.Timestamp(time.astimezone(UTC)) for time in times]


def test_equal_headings_both_keep_their_cells(tmp_path: Path) -> None:
    run = replace(a_run(tmp_path), headings=("Name", "Name"))
    frame = rows_of_sheet(run, [DONE, OPEN])
    assert frame.columns[:2].tolist() == ["Name", "Name"]
    assert frame.iloc[:, :2].to_numpy().tolist() == [["A", "x"], ["B", ""]]
    assert rows_of_sheet(run, []).columns.tolist() == frame.columns.tolist()


def test_a_frames_rows_keep_index_and_types_and_lose_earlier_outcomes(tmp_path: Path) -> None:
    given = pd.DataFrame({"n": [1, 2, 3], "Sync_Status": ["old"] * 3, 7: ["x", "y", "z"]}, index=["a", "b", "b"])
    frame = rows_of_frame(given, a_run(tmp_path), [DONE, OPEN])
    assert frame.index.tolist() == ["a", "b"]
    assert frame["n"].tolist() == [1, 3], "row 4 of the sheet is the third of the frame"
    assert frame[7].tolist() == ["x", "z"]
    assert "Sync_Status" not in frame
    assert frame["sync_run"].tolist() == [RUN, RUN]
