"""Rows of a file given back against newer values of their leads: loud, and without a default answer."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.journal import LastSent
from leadsync.reimport.newer_payloads import Reading
from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk
from tests.journal.samples import a_run

HEADINGS = "Lead Id,FirstPhone,Outcome,Note"
MONDAY = tuple(f"L{n},038321810{n},Sale,old" for n in range(3))
TUESDAY = tuple(f"L{n},038321810{n},Sale,new" for n in range(3))


def notes(dialer: PracticeDialer) -> dict[str, str]:
    """Each lead's last value."""
    return {entry.lead: entry.fields["Note"] for entry in dialer.ledger.received if entry.lead}


def monday(desk: Desk, dialer: PracticeDialer, how: str) -> dict[str, str]:
    """The files of Monday's run, with L1 and L2 failed or left."""
    faults = [FaultRule(FaultKind.CODE, lead=lead, code=106) for lead in ("L1", "L2")]
    dialer.faults.add(faults if how == "failed" else [FaultRule(FaultKind.HTTP, status=401)])
    done = desk.leadsync("run", desk.sheet("mon.csv", HEADINGS, *MONDAY), "--json").json
    dialer.faults.clear()
    files: dict[str, str] = done["files"]
    return files


def send_tuesday(desk: Desk) -> str:
    done = desk.leadsync("run", desk.sheet("tue.csv", HEADINGS, *TUESDAY), "--json").json
    run_id: str = done["run"]
    return run_id


@pytest.mark.parametrize(
    ("how", "file", "count"), [("failed", "retry", 2), ("stopped", "retry", 3), ("stopped", "report", 3)]
)
def test_rows_that_undo_newer_ones_are_said_loudly(desk: Desk, how: str, file: str, count: int) -> None:
    dialer = desk.dialer()
    files = monday(desk, dialer, how)
    tuesday = send_tuesday(desk)
    checked = desk.leadsync("check", files[file])
    done = desk.leadsync("run", files[file], "--json")
    [warning] = [line for line in done.json["warnings"] if "undo" in line]
    assert warning.startswith(f"! {count} rows would undo what their leads were sent since, 20")
    numbers = ", ".join(str(2 + at) for at in range(count))
    assert warning.endswith(f" by run {tuesday} (row {numbers}); take them out of the file to keep that.")
    assert f"\n{warning}\n" in f"\n{done.err}"
    assert warning in checked.out
    assert list(notes(dialer).values()).count("old") == count, "it goes with the warning"


@pytest.mark.parametrize(
    ("run", "hour", "sequence", "first_call", "is_before"),
    [
        ("own", 12, 9, 5, False),
        # Read later, whenever it was sent.
        ("later", 8, 3, 5, True),
        # By the order of the calls: a clock was set back, or forth.
        ("older", 8, 9, 5, True),
        ("older", 12, 3, 5, False),
        # Before the first call nothing else tells.
        ("older", 12, 3, None, True),
        ("older", 8, 3, None, False),
    ],
)
def test_what_other_runs_have_sent_since_is_told_by_the_order_of_the_calls(
    tmp_path: Path, run: str, hour: int, sequence: int, first_call: int | None, is_before: bool
) -> None:
    own = replace(a_run(tmp_path, "own"), created=datetime(2026, 11, 22, 10, tzinfo=UTC))
    read = Reading(own, {"later"}, first_call)
    sent = LastSent(run, 2, datetime(2026, 11, 22, hour, tzinfo=UTC), {}, sequence=sequence)
    assert read.is_before(sent) is is_before


def test_the_question_has_no_default_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    files = monday(desk, desk.dialer(), "failed")
    asked = []

    def ask(_: str, default: bool | None) -> bool:
        asked.append(default)
        return False

    monkeypatch.setattr("leadsync.cli.shell._ask", ask)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    desk.leadsync("run", files["retry"])
    desk.leadsync("run", desk.sheet("tue.csv", HEADINGS, *TUESDAY), "--yes")
    desk.leadsync("run", files["retry"])
    assert asked == [False, None]


def test_a_corrected_row_has_its_other_columns_from_then(desk: Desk) -> None:
    dialer = desk.dialer(settings='[input]\ndispositions = ["Sale"]\n')
    lines = tuple(line.replace("Sale", "Sail") for line in MONDAY)
    first = desk.leadsync("run", desk.sheet("mon.csv", HEADINGS, *lines), "--json").json
    send_tuesday(desk)
    report = Path(first["files"]["report"])
    report.write_text(report.read_text("utf-8").replace("Sail", "Sale"), "utf-8", newline="")
    done = desk.leadsync("run", report, "--json").json
    assert [line for line in done["warnings"] if "! 3 rows would undo" in line]
    assert notes(dialer) == {"L0": "old", "L1": "old", "L2": "old"}


def test_a_row_left_uncorrected_is_as_old_as_its_failure(desk: Desk) -> None:
    dialer = desk.dialer()
    files = monday(desk, dialer, "failed")
    tuesday = send_tuesday(desk)
    for phone in ("0383218101", "0383218102"):
        report = Path(files["report"])
        report.write_text(report.read_text("utf-8-sig").replace(phone, phone[:-1] + "9"), "utf-8", newline="")
        done = desk.leadsync("run", report, "--json").json
        assert [line for line in done["warnings"] if "! 1 row would undo" in line and tuesday in line]
        files = done["files"]
    assert notes(dialer) == {"L0": "new", "L1": "old", "L2": "old"}


def test_the_file_of_a_retry_is_as_old_as_its_first_run(desk: Desk) -> None:
    dialer = desk.dialer()
    monday(desk, dialer, "failed")
    send_tuesday(desk)
    dialer.faults.add([FaultRule(FaultKind.CODE, lead=lead, code=106) for lead in ("L1", "L2")])
    runs = desk.leadsync("runs", "--json").json["runs"]
    again = desk.leadsync("retry", runs[1]["run"], "--json").json
    dialer.faults.clear()
    done = desk.leadsync("run", again["files"]["retry"], "--json").json
    assert [line for line in done["warnings"] if "! 2 rows would undo" in line]


def test_nothing_is_said_of_values_from_the_rows_own_correction(desk: Desk) -> None:
    """The lead's first row goes corrected, and its second one behind it, as in the sheet."""
    dialer = desk.dialer(settings='[input]\ndispositions = ["Sale"]\n')
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="L", code=106, calls=1)])
    sheet = desk.sheet("mon.csv", HEADINGS, "L,0383218101,Sail,first", "L,0383218101,Sale,second")
    first = desk.leadsync("run", sheet, "--json").json
    assert first["statuses"] == {"rejected": 1, "failed": 1}
    report = Path(first["files"]["report"])
    lines = report.read_text("utf-8").splitlines()
    corrected = desk.sheet("corrected.csv", lines[0], lines[1].replace("Sail", "Sale"))
    assert desk.leadsync("run", corrected, "--json").json["statuses"] == {"succeeded": 1}
    done = desk.leadsync("run", first["files"]["retry"], "--json")
    assert notes(dialer) == {"L": "second"}
    assert "undo" not in done.err


def test_nothing_is_said_of_values_in_other_columns_or_read_before(desk: Desk) -> None:
    dialer = desk.dialer()
    desk.leadsync("run", desk.sheet("sun.csv", HEADINGS, *TUESDAY))
    files = monday(desk, dialer, "failed")
    desk.leadsync("run", desk.sheet("score.csv", "Lead Id,FirstPhone,Score", *(f"L{n},038321810{n},7" for n in (1, 2))))
    done = desk.leadsync("run", files["retry"], "--json")
    assert done.json["statuses"] == {"succeeded": 2}
    assert "undo" not in done.err
