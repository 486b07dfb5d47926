"""`leadsync.check`: what the command shows, as DataFrames."""

from pathlib import Path

import pandas as pd
import pytest

import leadsync
from tests.api.samples import FRAME
from tests.conftest import Desk

pytestmark = pytest.mark.usefixtures("at_the_desk")


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


@pytest.mark.usefixtures("at_the_desk")
def test_a_remedy_is_an_argument(frame: pd.DataFrame) -> None:
    leadsync.sync(frame, confirm=True)
    assert [words for words in leadsync.check(frame).warnings if words.endswith("; skip_unchanged=True skips them")]
