"""Rows that an earlier run had: which of them go again, which wait, and what is said of those that do not."""

import shutil
from pathlib import Path

import pytest

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk

HEADINGS = "Lead Id,FirstPhone,Outcome"
BACK = f"{HEADINGS},sync_row,sync_status,sync_run,sync_decision"
ONLY_SALE = '[input]\ndispositions = ["Sale"]\n'


def received(dialer: PracticeDialer) -> list[tuple[str, str]]:
    return [(entry.lead, entry.fields["njDisposition"]) for entry in dialer.ledger.received if entry.lead]


def corrected(path: str, before: str, after: str, name: str = "") -> Path:
    """A written file with a text replaced, under another name if one is given."""
    text = Path(path).read_text("utf-8")
    assert before in text
    target = Path(path).with_name(name) if name else Path(path)
    target.write_text(text.replace(before, after), "utf-8", newline="")
    return target


def messages(desk: Desk, report: str) -> list[tuple[str, str]]:
    """Each row's status and message in a report."""
    return [(row["sync_status"], row["sync_message"]) for row in desk.rows(report)]


def conflict_then_busy(desk: Desk) -> tuple[PracticeDialer, str]:
    """A run whose lead L has row 2 in conflict and row 4 waiting for it."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L", code=110, calls=1)])
    sheet = desk.sheet("leads.csv", HEADINGS, "L,0383218101,Sale", "M,0383218102,Sale", "L,0383218101,Busy")
    first = desk.leadsync("run", sheet, "--json").json
    assert first["statuses"] == {"conflict": 1, "succeeded": 1, "unsent": 1}
    dialer.ledger.received.clear()
    return dialer, first["run"]


@pytest.mark.parametrize("decision", ["applied", "not applied"])
def test_a_decision_in_the_sheet_frees_the_leads_later_rows(desk: Desk, decision: str) -> None:
    dialer, run = conflict_then_busy(desk)
    back = desk.sheet(
        "back.csv", BACK, f"L,0383218101,Sale,2,conflict,{run},{decision}", f"L,0383218101,Busy,4,unsent,{run},"
    )
    done = desk.leadsync("run", back, "--json").json
    assert done["statuses"] == {"skipped": 1, "succeeded": 1}
    assert messages(desk, done["files"]["report"])[0] == ("skipped", f"a person decided: {decision}")
    assert received(dialer) == [("L", "Busy")]
    ends = {"applied": {"succeeded": 2, "skipped": 1}, "not applied": {"succeeded": 1, "failed": 1, "skipped": 1}}
    assert desk.leadsync("show", run, "--json").json["statuses"] == ends[decision]


def test_without_a_decision_they_wait_and_still_belong_to_their_run(desk: Desk) -> None:
    dialer, run = conflict_then_busy(desk)
    back = desk.sheet("back.csv", BACK, f"L,0383218101,Busy,4,unsent,{run},")
    done = desk.leadsync("run", back, "--json").json
    reason = f"waits for row 2 of run {run}, which a person has to decide first"
    assert messages(desk, done["files"]["report"]) == [("skipped", reason)]
    assert received(dialer) == []
    assert desk.leadsync("show", run, "--json").json["statuses"] == {"conflict": 1, "succeeded": 1, "unsent": 1}


def test_a_decision_to_send_takes_the_row_out_of_its_run(desk: Desk) -> None:
    dialer, run = conflict_then_busy(desk)
    back = desk.sheet("back.csv", BACK, f"L,0383218101,Sale,2,conflict,{run},send")
    assert desk.leadsync("run", back, "--json").json["statuses"] == {"succeeded": 1}
    assert received(dialer) == [("L", "Sale")]
    assert desk.leadsync("resume", run, "--json").json["statuses"] == {"succeeded": 2, "skipped": 1}
    assert received(dialer) == [("L", "Sale"), ("L", "Busy")]


def test_an_unsent_row_that_is_given_back_is_its_runs_no_more(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.HTTP, status=401)])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "L,0383218101,Sale"), "--json").json
    dialer.faults.clear()
    dialer.ledger.received.clear()
    assert desk.leadsync("run", first["files"]["retry"], "--json").json["statuses"] == {"succeeded": 1}
    assert desk.leadsync("resume", first["run"], "--json").json["statuses"] == {"skipped": 1}
    assert received(dialer) == [("L", "Sale")]


def test_a_row_that_a_stopped_run_is_still_to_send_does_not_go_from_an_old_copy(desk: Desk) -> None:
    dialer = desk.dialer(settings=ONLY_SALE)
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "L,0383218101,Sail"), "--json").json
    copy = corrected(first["files"]["retry"], "Sail", "Sale", "copy.csv")
    # Other bytes: the same ones would go on with the stopped run.
    copy.write_bytes(copy.read_bytes() + b"\r\n")
    dialer.faults.add([FaultRule(FaultKind.HTTP, status=401)])
    stopped = desk.leadsync("run", corrected(first["files"]["retry"], "Sail", "Sale"), "--json").json
    assert stopped["statuses"] == {"unsent": 1}
    dialer.faults.clear()
    dialer.ledger.received.clear()
    done = desk.leadsync("run", copy, "--json").json
    reason = f"run {stopped['run']} is to send it: leadsync resume {stopped['run']}"
    assert messages(desk, done["files"]["report"]) == [("skipped", reason)]
    assert received(dialer) == []
    assert desk.leadsync("resume", stopped["run"]).code == 0
    assert received(dialer) == [("L", "Sale")]
    report = desk.leadsync("report", done["run"], "--json").json["files"]["report"]
    assert messages(desk, report) == [("skipped", f"run {stopped['run']} has it as succeeded by now")]


def test_a_row_that_failed_and_was_sent_since_from_another_sheet_does_not_go_once_more(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L", code=106, calls=1)])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "L,0383218101,Sale"), "--json").json
    since = desk.leadsync("run", desk.sheet("fresh.csv", HEADINGS, "L,0383218101,Sale"), "--json").json
    done = desk.leadsync("run", first["files"]["retry"], "--json").json
    [(status, message)] = messages(desk, done["files"]["report"])
    assert status == "skipped"
    assert message.startswith("sent since: last sent on 20")
    assert message.endswith(f" by run {since['run']}")
    assert received(dialer) == [("L", "Sale")] * 2


@pytest.mark.parametrize("between", ["L,0383218101,Busy", "L,0383218109,Sale"])
def test_it_goes_where_the_lead_has_taken_something_else_since(desk: Desk, between: str) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L", code=106, calls=1)])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "L,0383218101,Sale"), "--json").json
    assert desk.leadsync("run", desk.sheet("fresh.csv", HEADINGS, between)).code == 0
    assert desk.leadsync("run", first["files"]["retry"], "--json").json["statuses"] == {"succeeded": 1}
    assert len(received(dialer)) == 3


def test_of_a_sheet_that_came_back_unchanged_rows_are_skipped_too(desk: Desk) -> None:
    """The lead had the very same before the run in which the row failed."""
    dialer = desk.dialer()
    assert desk.leadsync("run", desk.sheet("before.csv", HEADINGS, "L,0383218101,Sale")).code == 0
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="L", code=106, calls=1)])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "L,0383218101,Sale"), "--json").json
    assert first["statuses"] == {"failed": 1}
    done = desk.leadsync("run", first["files"]["retry"], "--skip-unchanged", "--json").json
    [(status, message)] = messages(desk, done["files"]["report"])
    assert status == "skipped"
    assert message.startswith("unchanged: last sent on 20")
    assert len(received(dialer)) == 2


def test_unless_a_person_decided_to_send_it(desk: Desk) -> None:
    dialer = desk.dialer()
    assert desk.leadsync("run", desk.sheet("before.csv", HEADINGS, "L,0383218101,Sale")).code == 0
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="L", code=110, calls=1)])
    run = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "L,0383218101,Sale"), "--json").json["run"]
    back = desk.sheet("back.csv", BACK, f"L,0383218101,Sale,2,conflict,{run},send")
    assert desk.leadsync("run", back, "--skip-unchanged", "--json").json["statuses"] == {"succeeded": 1}
    assert len(received(dialer)) == 3


def test_rows_whose_dates_were_read_in_two_orders_are_refused_together(desk: Desk) -> None:
    dialer = desk.dialer(settings=f'{ONLY_SALE}date_order = "auto"\n')
    headings = f"{HEADINGS},Callback"
    retries = []
    for name, date in (("dmy", "25/03/2031 10:00"), ("mdy", "03/25/2031 10:00")):
        sheet = desk.sheet(f"{name}.csv", headings, f"{name},0383218101,Sail,{date}", f"x{name},0383218102,Sale,{date}")
        retries.append(desk.leadsync("run", sheet, "--json").json["files"]["retry"])
    dialer.ledger.received.clear()
    lines = [Path(retry).read_text("utf-8").splitlines() for retry in retries]
    both = desk.sheet("both.csv", lines[0][0], lines[0][1].replace("Sail", "Sale"), lines[1][1].replace("Sail", "Sale"))
    refused = desk.leadsync("run", both)
    assert refused.code == 2
    assert "dates were read in different orders (dmy and mdy)" in refused.err
    assert received(dialer) == []


def test_a_copied_line_goes_once(desk: Desk) -> None:
    dialer = desk.dialer(settings=ONLY_SALE)
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "L,0383218101,Sail"), "--json").json
    lines = corrected(first["files"]["retry"], "Sail", "Sale").read_text("utf-8").splitlines()
    done = desk.leadsync("run", desk.sheet("twice.csv", *lines, lines[1]), "--json").json
    assert done["statuses"] == {"succeeded": 1, "rejected": 1}
    assert f"row 2 of run {first['run']} stands in the sheet twice" in messages(desk, done["files"]["report"])[1][1]
    assert received(dialer) == [("L", "Sale")]


def test_a_number_that_was_refused_for_good_goes_only_if_it_is_another(desk: Desk) -> None:
    dialer = desk.dialer(dnc=["0383218101"])
    run = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "L,0383218101,Sale"), "--json").json["run"]
    headings = f"{HEADINGS},sync_row,sync_status,sync_code,sync_run"
    again = desk.sheet("again.csv", headings, f"L,0383218101,Busy,2,failed,104,{run}")
    done = desk.leadsync("run", again, "--json").json
    reason = "104: the dialer refuses it for good; clear sync_code if this is another number"
    assert messages(desk, done["files"]["report"]) == [("skipped", reason)]
    other = desk.sheet("other.csv", headings, f"L,0383218102,Busy,2,failed,104,{run}")
    assert desk.leadsync("run", other, "--json").json["statuses"] == {"succeeded": 1}
    assert received(dialer) == [("L", "Sale"), ("L", "Busy")]


def test_what_a_sheet_calls_unsent_but_was_sent_since_is_skipped(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", HEADINGS, "L,0383218101,Sale", "M,0383218102,Sale")
    first = desk.leadsync("run", sheet, "--limit", "1", "--json").json
    old = desk.sheet("old.csv", BACK, f"M,0383218102,Sale,3,unsent,{first['run']},")
    assert desk.leadsync("resume", first["run"]).code == 0
    done = desk.leadsync("run", old, "--json").json
    assert messages(desk, done["files"]["report"]) == [("skipped", f"run {first['run']} has it as succeeded by now")]
    assert received(dialer) == [("L", "Sale"), ("M", "Sale")]


def test_an_old_copy_does_not_undo_what_its_row_did_once_corrected(desk: Desk) -> None:
    dialer = desk.dialer(settings='[input]\ndispositions = ["Sale", "Busy"]\n')
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "L,0383218101,Sail"), "--json").json
    copy = Path(first["files"]["retry"]).with_name("copy.csv")
    shutil.copy(first["files"]["retry"], copy)
    since = desk.leadsync("run", corrected(first["files"]["retry"], "Sail", "Sale"), "--json").json["run"]
    done = desk.leadsync("run", corrected(str(copy), "Sail", "Busy"), "--json").json
    [(status, message)] = messages(desk, done["files"]["report"])
    assert status == "skipped"
    assert message.startswith(f"run {since} has sent this row, and it went through")
    assert received(dialer) == [("L", "Sale")]


def test_a_decision_that_is_none_sends_nothing(desk: Desk) -> None:
    dialer, run = conflict_then_busy(desk)
    back = desk.sheet("back.csv", BACK, f"L,0383218101,Sale,2,conflict,{run},yes")
    refused = desk.leadsync("run", back)
    assert (refused.code, "'yes' is no decision" in refused.err) == (2, True)
    assert received(dialer) == []


def test_a_persons_note_stays_a_note_in_the_next_report(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L", code=105, calls=2)])
    sheet = desk.sheet("leads.csv", HEADINGS, "L,0383218101,Sale")
    report = desk.leadsync("run", sheet, "--json").json["files"]["report"]
    head, row = Path(report).read_text("utf-8").splitlines()
    noted = desk.sheet("noted.csv", f"{head},My notes", f"{row.replace('8101', '8102')},ask Bob")
    again = desk.leadsync("run", noted, "--json").json
    assert again["statuses"] == {"failed": 1}
    dialer.ledger.received.clear()
    back = corrected(again["files"]["report"], "0383218102", "0383218103", "back.csv")
    assert "My notes" in back.read_text("utf-8")
    assert desk.leadsync("run", back, "--json").json["statuses"] == {"succeeded": 1}
    assert [entry.fields["FirstPhone"] for entry in dialer.ledger.received if entry.lead] == ["0383218103"]
    assert not any("My notes" in entry.fields for entry in dialer.ledger.received)


def test_a_field_named_by_the_settings_keeps_its_name_whatever_the_headings_letter_case(desk: Desk) -> None:
    refused = FaultRule(FaultKind.CODE, lead="L", code=105, calls=1)
    dialer = desk.dialer(settings='[columns]\n"City" = "Town"\n', faults=[refused])
    sheet = desk.sheet("leads.csv", f"{HEADINGS},City", "L,0383218101,Sale,Perth")
    report = desk.leadsync("run", sheet, "--json").json["files"]["report"]
    back = corrected(report, "0383218101", "0383218102", "back.csv")
    back.write_text(back.read_text("utf-8").replace("City", "CITY"), "utf-8")
    assert desk.leadsync("run", back, "--json").json["statuses"] == {"succeeded": 1}
    fields = [entry.fields for entry in dialer.ledger.received if entry.lead][-1]
    assert (fields["FirstPhone"], fields["Town"], "CITY" in fields) == ("0383218102", "Perth", False)
