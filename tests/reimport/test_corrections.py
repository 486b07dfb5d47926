"""What is said of a file that came back before anything is sent, and decisions beside another lead."""

from pathlib import Path

import pytest

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk

HEAD = "Lead Id,Mobile,Disposition"
SETTINGS = '[input]\nphone_fields = ["Mobile"]\ndispositions = ["Sale", "Busy"]\n'


def received(dialer: PracticeDialer) -> list[tuple[str, str]]:
    return [(entry.lead, entry.fields["njDisposition"]) for entry in dialer.ledger.received if entry.lead]


def edited(path: str, *pairs: tuple[str, str]) -> Path:
    text = Path(path).read_text("utf-8")
    for before, after in pairs:
        assert before in text, before
        text = text.replace(before, after, 1)
    Path(path).write_text(text, "utf-8", newline="")
    return Path(path)


@pytest.fixture
def first(desk: Desk) -> tuple[PracticeDialer, str]:
    """1 goes through, 2 to 4 are rejected, 5 ends in conflict; the dialer, and the report's path."""
    dialer = desk.dialer(settings=SETTINGS, faults=[FaultRule(FaultKind.CODE, lead="L5", code=110, calls=1)])
    rows = ("L1,0412345671,Sale", "L2,0412345672,Sail", "L3,12,Sale", "L4,0412345674,Sail", "L5,0412345675,Sale")
    report: str = desk.leadsync("run", desk.sheet("leads.csv", HEAD, *rows), "--json").json["files"]["report"]
    return dialer, report


def test_corrections_decisions_and_what_is_left_are_counted(desk: Desk, first: tuple[PracticeDialer, str]) -> None:
    _, report = first
    given = edited(report, ("L2,0412345672,Sail", "L2,0412345672,Sale"), ("L3,12,", "L3,0412345673,"))
    done = desk.leadsync("run", given, "--json")
    assert (
        "2 rows corrected: Disposition 1, Mobile 1 (for example row 3: 'Sail' -> 'Sale'); 1 row still to decide; "
        "1 row not corrected, not sent." in done.err
    )
    assert done.json["statuses"] == {"succeeded": 2, "rejected": 1, "skipped": 2}


def test_a_decision_is_counted(desk: Desk, first: tuple[PracticeDialer, str]) -> None:
    _, report = first
    lines = Path(report).read_text("utf-8").splitlines()
    decided = desk.sheet("decided.csv", f"{lines[0]},sync_decision", f"{lines[5]},send")
    said = desk.leadsync("run", decided).err
    assert ("1 decision: row 6 of run " in said, said.count("1 decision")) == (True, 1)


def test_a_corrected_row_that_would_undo_a_later_one_is_named(desk: Desk) -> None:
    dialer = desk.dialer(settings=SETTINGS)
    sheet = desk.sheet("leads.csv", HEAD, "L1,0412345671,Sail", "L1,0412345671,Busy")
    report = desk.leadsync("run", sheet, "--json").json["files"]["report"]
    done = desk.leadsync("run", edited(report, ("L1,0412345671,Sail", "L1,0412345671,Sale")))
    assert "1 corrected row is not sent (row 2); the report says why." in done.err
    assert received(dialer) == [("L1", "Busy")]


@pytest.mark.parametrize("of_check", [True, False])
def test_rows_of_a_lead_in_another_order_than_in_the_sheet_are_named(desk: Desk, of_check: bool) -> None:
    dialer = desk.dialer(settings=SETTINGS)
    sheet = desk.sheet("leads.csv", HEAD, "L1,0412345671,Sail", "L1,0412345671,Buzy", "L2,0412345672,Sail")
    file = desk.folder / "copy.csv"
    if of_check:
        desk.leadsync("check", sheet, "--output", file)
    else:
        file = Path(desk.leadsync("run", sheet, "--json").json["files"]["report"])
    head, *lines = file.read_text("utf-8-sig").splitlines()
    turned = "\n".join([head, *reversed(lines)]).replace("Sail", "Sale").replace("Buzy", "Busy")
    file.write_text(turned + "\n", "utf-8", newline="")
    assert (
        "! 1 row stands below a later one of its lead and goes behind that (row 4); " in desk.leadsync("run", file).err
    )
    assert [outcome for lead, outcome in received(dialer) if lead == "L1"] == ["Busy", "Sale"]


def test_a_row_that_went_through_and_was_changed_is_named(desk: Desk, first: tuple[PracticeDialer, str]) -> None:
    dialer, report = first
    done = desk.leadsync("run", edited(report, ("L1,0412345671,Sale", "L1,0412345671,Busy")))
    assert "1 row that went through was changed; it is not sent (row 2)." in done.err
    assert ("L1", "Busy") not in received(dialer)


def test_a_column_that_was_sorted_alone_is_warned_of(desk: Desk) -> None:
    desk.dialer(settings=SETTINGS)
    rows = [f"L{9 - at},041234567{at},Sail" for at in range(6)]
    done = desk.leadsync("run", desk.sheet("leads.csv", HEAD, *rows), "--json").json
    lines = [line.split(",") for line in Path(done["files"]["retry"]).read_text("utf-8").splitlines()]
    ids = sorted(line[0] for line in lines[1:])
    sorted_alone = [[lead, *line[1:]] for lead, line in zip(ids, lines[1:], strict=True)]
    given = desk.sheet("sorted.csv", ",".join(lines[0]), *(",".join(line) for line in sorted_alone))
    again = desk.leadsync("run", given, "--json")
    warning = "! Lead Id: 6 of 6 rows have another row's value now, as if this column was sorted alone"
    assert warning in again.err
    assert any(said.startswith(warning) for said in again.json["warnings"])


def test_corrections_of_most_rows_are_no_sorted_column(desk: Desk) -> None:
    desk.dialer(settings=SETTINGS)
    rows = [f"L{at},041234567{at},Sail" for at in range(6)]
    done = desk.leadsync("run", desk.sheet("leads.csv", HEAD, *rows), "--json").json
    retry = edited(done["files"]["retry"], *[(",Sail,", ",Sale,")] * 6)
    again = desk.leadsync("run", retry, "--json")
    assert "6 rows corrected: Disposition 6" in again.err
    assert "sorted alone" not in again.err


@pytest.mark.parametrize("decision", ["applied", "not applied", "send"])
def test_a_decision_beside_another_lead_is_refused(
    desk: Desk, first: tuple[PracticeDialer, str], decision: str
) -> None:
    dialer, report = first
    before = received(dialer)
    lines = Path(report).read_text("utf-8").splitlines()
    other = lines[5].replace("L5,", "L9,", 1)
    refused = desk.leadsync("run", desk.sheet("decided.csv", f"{lines[0]},sync_decision", f"{other},{decision}"))
    assert refused.code == 2
    assert f"Row 2: sync_decision '{decision}' is about lead 'L5' (row 6 of run" in refused.err
    assert "but the row names 'L9'; put the id back, or clear the decision." in refused.err
    run = desk.leadsync("runs", "--json").json["runs"]
    assert [one["statuses"].get("conflict") for one in run if not one["draft"]] == [1]
    assert received(dialer) == before


def test_a_failed_row_that_went_corrected_after_a_round_in_vain_is_not_retried(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L1", code=106, calls=1)])
    head = "Lead Id,FirstPhone,Outcome"
    done = desk.leadsync("run", desk.sheet("leads.csv", head, "L1,0383218191,Sail"), "--json").json
    run = done["run"]
    again = desk.leadsync("run", edited(done["files"]["retry"], ("0383218191,Sail", "03832,Sale")), "--json").json
    assert again["statuses"] == {"rejected": 1}
    last = desk.leadsync("run", edited(again["files"]["retry"], ("03832,", "0383218191,")), "--json").json
    assert last["statuses"] == {"succeeded": 1}
    desk.leadsync("retry", run)
    assert received(dialer) == [("L1", "Sail"), ("L1", "Sale")]


def test_a_row_left_behind_a_later_one_that_was_given_back_alone_is_named(desk: Desk) -> None:
    dialer = desk.dialer(settings=SETTINGS, faults=[FaultRule(FaultKind.HTTP, status=401)])
    sheet = desk.sheet("leads.csv", HEAD, "L1,0412345671,Sale", "L1,0412345672,Sale")
    report = Path(desk.leadsync("run", sheet, "--json").json["files"]["report"])
    dialer.faults.clear()
    head, first, second = report.read_text("utf-8").splitlines()
    desk.leadsync("run", desk.sheet("alone.csv", head, second.replace("Sale", "Busy")))
    said = desk.leadsync("run", desk.sheet("whole.csv", head, first, second)).err
    assert "! 1 row is not sent, because a later row of its lead went through (row 2)." in said
    assert received(dialer)[-1] == ("L1", "Busy")
