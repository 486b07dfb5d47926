"""`leadsync.check` and the views of the journal: what the commands show, as DataFrames."""

from pathlib import Path

import pandas as pd
import pytest

import leadsync
from leadsync.models import Status
from tests.conftest import Desk

FRAME = pd.DataFrame(
    {
        "Lead Id": ["1", "2", "3"],
        "FirstPhone": [383218101, 383218102, 12],
        "Outcome": ["Sale", "No Answer", "Sale"],
        "Callback": ["24/12/2026 14:30", None, "25/12/2026 09:00"],
    },
    index=["a", "b", "c"],
)


@pytest.fixture(autouse=True)
def _at_the_desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.dialer()
    monkeypatch.chdir(desk.folder)
    for name in ("LEADSYNC_API_KEY", "LEADSYNC_STATE", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, desk.environment[name])


def test_the_findings_stand_under_the_index_of_their_rows() -> None:
    found = leadsync.check(FRAME)
    frame = found.frame
    assert frame.columns.tolist() == ["row", "lead", "kind", "column", "value", "problem", "remedy", "sent"]
    assert frame.loc[["c"], ["row", "lead", "kind", "column", "value", "problem"]].values.tolist() == [
        [4, "3", "rejected", "FirstPhone", "12", "is not a valid phone number in AU"]
    ]
    repaired = frame[(frame["kind"] == "repair") & (frame["column"] == "FirstPhone")]
    assert repaired[["row", "value", "problem", "sent"]].values.tolist() == [
        [2, "383218101", "leading zero restored", "0383218101"],
        [3, "383218102", "leading zero restored", "0383218102"],
    ]
    assert FRAME.loc[repaired.index, "Outcome"].tolist() == ["Sale", "No Answer"]
    assert frame["kind"].cat.categories.tolist() == ["rejected", "skipped", "warning", "repair"]
    assert found.exit_code == 3


def test_effects_columns_and_warnings_are_those_of_the_command(desk: Desk) -> None:
    found = leadsync.check(FRAME)
    FRAME.to_csv("leads.csv", index=False)
    shown = desk.leadsync("check", "leads.csv", "--json").json
    assert {**found.effects, "ends": None} == {**{name: shown[name] for name in found.effects}, "ends": None}
    assert found.effects["to_send"] == 2
    assert found.effects["dispositions"] == {"Sale": 1, "No Answer": 1}
    assert found.columns[["column", "field"]].values.tolist() == [
        ["Lead Id", "njExternalLeadId"],
        ["FirstPhone", "FirstPhone"],
        ["Outcome", "njDisposition"],
        ["Callback", "njCallBackDate"],
    ]
    [warning] = [warning for warning in found.warnings if "NO callback date" in warning]
    assert warning.startswith("! 1 row has NO callback date: the dialer will treat its lead as a new one")


def test_a_file_and_a_good_frame_are_checked_too(desk: Desk) -> None:
    sheet = desk.sheet("leads.csv", "Lead Id,FirstPhone", "1,0383218101")
    found = leadsync.check(sheet)
    assert (found.exit_code, found.effects["rows"]) == (0, 1)
    assert (found.frame["kind"] == "rejected").sum() == 0
    clean = leadsync.check(pd.DataFrame({"Lead Id": ["1"], "Callback": [pd.Timestamp("2026-12-24 14:30")]}))
    assert clean.frame.empty
    assert leadsync.check(FRAME.iloc[:0]).effects["rows"] == 0


def test_a_check_needs_no_key_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEADSYNC_API_KEY")
    leadsync.check(FRAME)
    assert leadsync.runs().empty
    assert list(Path().glob("DataFrame*")) == []


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
