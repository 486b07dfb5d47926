"""Warnings are told before a run and kept with it: in its summary, in `--json`, in its files and in messages."""

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from leadsync.alerts import Message
from leadsync.simulator import FaultKind, FaultRule
from tests.conftest import Desk

HEADINGS = "Lead Id,FirstPhone,Outcome,Call Back Date"
THREE = tuple(f"L{n},038321819{n},Sale," for n in range(3))
FUTURE = "NO callback date: the dialer will treat"
TWO_WENT_THROUGH = (
    "! 2 rows that went through had NO callback date: the dialer treats their leads as new ones, and a callback that "
    "was agreed with them is lost"
)


def test_what_was_lost_is_told_of_the_rows_that_went_through(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L1", code=106)])
    done = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *THREE, "L8,0383218198,Sale,24/11/2031 14:30"))
    assert f"! 3 rows have {FUTURE} their leads as new ones, and a callback that was agreed with them" in done.err
    assert TWO_WENT_THROUGH in done.out
    assert FUTURE not in done.out
    [run] = desk.leadsync("runs", "--json").json["runs"]
    shown = desk.leadsync("show", run["run"], "--json").json
    assert shown["warnings"] == ["Call Back Date: over a year ahead (row 5).", TWO_WENT_THROUGH]
    assert TWO_WENT_THROUGH in Path(shown["files"]["summary"]).read_text("utf-8")
    desk.leadsync("report", run["run"], "--format", "xlsx", "--output", desk.folder / "book")
    [book] = (desk.folder / "book").glob("*.report.xlsx")
    cells = [cell for row in openpyxl.load_workbook(book)["Summary"].iter_rows(values_only=True) for cell in row]
    assert f"•  {TWO_WENT_THROUGH}" in cells


def test_a_trial_warns_of_the_rows_that_it_sends(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", HEADINGS, "L8,0383218198,Sale,24/11/2031 14:30", *THREE)
    trial = desk.leadsync("run", sheet, "--limit", "2", "-v")
    assert f"! 1 row has {FUTURE} its lead as a new one, and a callback that was agreed with it is lost" in trial.err
    assert "A trial: the first 2 of these are sent now." in trial.err
    assert "! 1 row that went through had NO callback date: the dialer treats its lead as a new one" in trial.out
    rest = desk.leadsync("run", sheet, "--json")
    assert rest.json["warnings"][-1].startswith("! 3 rows that went through had NO callback date")


def test_rows_that_keep_their_callback_are_not_warned_of(desk: Desk) -> None:
    desk.dialer()
    done = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "L8,0383218198,Sale,24/11/2031 14:30"), "--json")
    assert done.json["warnings"] == ["Call Back Date: over a year ahead (row 2)."]


def test_a_retry_has_no_warnings_of_the_run_before(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L9", code=106, calls=1)])
    desk.leadsync("run", desk.sheet("first.csv", HEADINGS, *THREE))
    copy = desk.leadsync("run", desk.sheet("copy.csv", HEADINGS, *THREE, "L9,0383218199,Sale,"), "--json").json
    assert [warning for warning in copy["warnings"] if "3 rows say what their lead was last sent" in warning]
    again = desk.leadsync("retry", copy["run"], "--json").json
    assert again["rows"] == 1
    assert [warning for warning in again["warnings"] if "last sent" in warning] == []


def test_what_is_warned_of_a_new_file_is_kept_with_its_own_run(desk: Desk) -> None:
    dialer = desk.dialer()
    desk.leadsync("run", desk.sheet("tuesday.csv", HEADINGS, *THREE))
    dialer.faults.add([FaultRule(kind=FaultKind.HTTP, status=401)])
    monday = desk.sheet("leads.csv", HEADINGS, "M1,0383218198,Sale,24/11/2031 14:30")
    assert desk.leadsync("run", monday).code == 4
    dialer.faults.clear()
    desk.sheet("leads.csv", HEADINGS, *THREE)
    done = desk.leadsync("run", monday, "--json").json
    assert done["before"][0]["warnings"] == ["Call Back Date: over a year ahead (row 2)."]
    assert done["warnings"][0].startswith("! leads.csv holds the same as tuesday.csv, which run ")


def test_a_copy_that_nobody_was_asked_about_is_warned_of_in_the_message(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Message] = []

    def post(_urls: Sequence[object], message: Message) -> list[str]:
        told.append(message)
        return []

    monkeypatch.setattr("leadsync.alerts.deliver", post)
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L1", code=105)])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *THREE), "--json").json["run"]
    copy = desk.sheet("copy.csv", HEADINGS, *THREE)
    done = desk.leadsync("run", copy, "--json", LEADSYNC_NOTIFY_URLS="json://127.0.0.1")
    warning = f"! copy.csv holds the same as leads.csv, which run {first} sent on "
    assert done.json["warnings"][0].startswith(warning)
    assert warning in done.err
    assert len(told) == 1
    assert warning in told[0].body
