"""A row in the tables `lines` and `rows`, and read from them again."""

import sqlite3
from datetime import UTC, datetime

import pytest

from leadsync.journal import Entry, State
from leadsync.journal.sql.row_table import CORRECTABLE, line_values, origin_of, row_record, settled
from leadsync.journal.values import Origin
from leadsync.models import Row, RowRecord, Status
from leadsync.reasons import Skip, SkipKind


def test_a_row_in_flight_is_in_doubt_and_every_other_state_stays() -> None:
    assert settled("in_flight") is State.UNKNOWN
    assert [settled(state) for state in ("pending", "conflict", "succeeded")] == [
        State.PENDING,
        State.CONFLICT,
        State.SUCCEEDED,
    ]


def test_a_line_keeps_cells_date_columns_and_fields_as_json() -> None:
    row = Row(4, ("A", "é", "46000"), (2,))
    entry = Entry(row, "A", {"njPhone1": "0383218101"}, harmless=False, sheet_row=9)
    assert line_values(7, entry) == (7, 4, '["A","é","46000"]', "[2]", '{"njPhone1":"0383218101"}', 9)


def test_a_line_without_date_cells_has_no_list_of_them() -> None:
    assert line_values(7, Entry(Row(2, ("A",)), "A", {}, harmless=True))[3] == ""


def test_a_record_has_its_cells_status_time_and_reason() -> None:
    reason = '{"skip": "UNCHANGED", "run": "r1", "row": 3}'
    values = (5, '["A","x"]', "[1]", "A", '{"a":"b"}', "skipped", None, "", "", 2, 1_764_000_000.9, 1, reason)
    assert row_record(values) == RowRecord(
        5,
        ("A", "x"),
        (1,),
        "A",
        {"a": "b"},
        Status.SKIPPED,
        None,
        "",
        "",
        2,
        datetime(2025, 11, 24, 16, 0, tzinfo=UTC),
        True,
        Skip(SkipKind.UNCHANGED, "r1", 3),
    )


def test_a_row_before_its_first_attempt_has_no_time() -> None:
    record = row_record((5, "[]", "", "A", "{}", "pending", None, "", "", 0, None, 0, None))
    assert (record.time, record.dates, record.status, record.harmless) == (None, (), Status.UNSENT, False)


def test_an_origin_in_flight_is_in_doubt() -> None:
    values = ("in_flight", "A", '{"a":"b"}', 110, None, 3, 9)
    assert origin_of("r1", values) == Origin("r1", State.UNKNOWN, "A", {"a": "b"}, 110, None, 3, 9)


@pytest.mark.parametrize(("code", "correctable"), [(None, 1), (101, 1), (104, 0)])
def test_a_final_code_leaves_nothing_to_correct(code: int | None, correctable: int) -> None:
    with sqlite3.connect(":memory:") as connection:
        [found] = connection.execute(f"SELECT {CORRECTABLE} FROM (SELECT ? AS code)", [code]).fetchone()
    connection.close()
    assert found == correctable
