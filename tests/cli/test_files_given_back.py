"""Files that come back: nothing goes to another place, with another date, out of order, or twice."""

import shutil
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk

HEAD = "Lead Id,FirstPhone,Outcome,Callback"


def received(dialer: PracticeDialer) -> list[tuple[str, str, str]]:
    """Each call's lead, disposition and callback date, in the order of their arrival."""
    calls = dialer.ledger.as_json()["received"]
    return [(one["lead"], one["fields"]["njDisposition"], one["fields"].get("njCallBackDate", "")) for one in calls]


def corrected(path: str, *pairs: tuple[str, str]) -> Path:
    """A written file with some texts replaced."""
    text = Path(path).read_text("utf-8")
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after, 1)
    Path(path).write_text(text, "utf-8", newline="")
    return Path(path)


def test_dates_are_read_in_the_order_in_which_the_run_read_them(desk: Desk) -> None:
    dialer = desk.dialer(settings='[input]\ndate_order = "auto"\ndispositions = ["Sale"]\n')
    lines = "L1,0383218199,Sale,03/25/2031 10:00", "L2,0383218198,Nope,03/04/2031 10:00"
    sheet = desk.sheet("l.csv", HEAD, *lines)
    done = desk.leadsync("run", sheet, "--json")
    assert desk.leadsync("run", corrected(done.json["files"]["retry"], ("Nope", "Sale"))).code == 0
    assert received(dialer) == [("L1", "Sale", "2031/03/25 10:00"), ("L2", "Sale", "2031/03/04 10:00")]


def test_a_date_typed_in_another_order_does_not_change_the_order_of_its_run(desk: Desk) -> None:
    dialer = desk.dialer(settings='[input]\ndate_order = "auto"\ndispositions = ["Sale"]\n')
    lines = (
        "L1,0383218199,Nope,25/03/2031 10:00",
        "L2,0383218198,Nopa,04/03/2031 10:00",
        "L3,0383218197,Sale,26/03/2031",
    )
    done = desk.leadsync("run", desk.sheet("l.csv", HEAD, *lines), "--json")
    given = corrected(done.json["files"]["retry"], ("Nope", "Sale"), ("25/03/2031", "03/25/2031"), ("Nopa", "Sale"))
    again = desk.leadsync("run", given, "--json")
    assert again.code == 3
    assert again.json["statuses"]["rejected"] == 1
    assert received(dialer) == [("L3", "Sale", "2031/03/26 00:00"), ("L2", "Sale", "2031/03/04 10:00")]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_swapped_dates_stay_rejected_without_the_text_dates_beside_them(desk: Desk, form: str) -> None:
    dialer = desk.dialer()
    book = openpyxl.Workbook()
    book.active.append(HEAD.split(","))
    for lead, date in ("L1", datetime(2031, 5, 11, 9)), ("L2", "24/11/2031 09:00"):
        book.active.append([lead, f"038321819{lead[1]}", "Sale", date])
    book.save(desk.folder / "leads.xlsx")
    done = desk.leadsync("run", desk.folder / "leads.xlsx", "--format", form, "--json")
    again = desk.leadsync("run", done.json["files"]["retry"], "--json")
    assert again.code == 3
    assert again.json["statuses"]["rejected"] == 1
    retry = Path(again.json["files"]["retry"])
    if form == "csv":
        corrected(str(retry), ("2031-05-11 09:00", "05/11/2031 09:00"))
    else:
        book = openpyxl.load_workbook(retry)
        column = next(cell.column for cell in book.worksheets[-1][1] if cell.value == "Callback")
        book.worksheets[-1].cell(2, column).value = "05/11/2031 09:00"
        book.save(retry)
    assert desk.leadsync("run", retry).code == 0
    assert received(dialer) == [("L2", "Sale", "2031/11/24 09:00"), ("L1", "Sale", "2031/11/05 09:00")]


@pytest.mark.parametrize("typed_anew", [False, True])
def test_a_text_date_typed_into_a_report_rejects_no_date_cell_that_stood_there(desk: Desk, typed_anew: bool) -> None:
    """Beside a date cell that is typed anew it does: both were perhaps typed in one order and read in another."""
    dialer = desk.dialer(settings='[input]\ndispositions = ["Sale"]\n')
    book = openpyxl.Workbook()
    book.active.append(HEAD.split(","))
    for lead, said, date in ("L1", "Sail", datetime(2031, 5, 11, 9)), ("L2", "Sail", datetime(2031, 6, 11, 9)):
        book.active.append([lead, f"038321819{lead[1]}", said, date])
    book.save(desk.folder / "leads.xlsx")
    done = desk.leadsync("run", desk.folder / "leads.xlsx", "--json")
    retry = Path(done.json["files"]["retry"])
    book = openpyxl.load_workbook(retry)
    sheet = book.worksheets[-1]
    at = {cell.value: cell.column for cell in sheet[1]}
    for row in (2, 3):
        sheet.cell(row, at["Outcome"]).value = "Sale"
    sheet.cell(2, at["Callback"]).value = "24/11/2031 09:00"
    if typed_anew:
        sheet.cell(3, at["Callback"]).value = datetime(2031, 7, 11, 9)
    book.save(retry)
    again = desk.leadsync("run", retry, "--json")
    went = [("L1", "Sale", "2031/11/24 09:00"), ("L2", "Sale", "2031/06/11 09:00")]
    assert received(dialer) == (went[:1] if typed_anew else went), again.err


def test_rows_of_another_campaign_are_not_sent_to_this_one(desk: Desk) -> None:
    dialer = desk.dialer(settings='[campaigns.winback]\nallocation_id = 39\n[input]\ndispositions = ["Sale"]\n')
    sheet = desk.sheet("l.csv", HEAD, "L2,0383218198,Nope,")
    done = desk.leadsync("run", sheet, "--campaign", "winback", "--json")
    retry = corrected(done.json["files"]["retry"], ("Nope", "Sale"))
    refused = desk.leadsync("run", retry)
    assert (refused.code, received(dialer)) == (2, [])
    assert "--campaign winback" in refused.err


def test_rows_go_where_wrong_ids_were_put_right_and_that_is_said(desk: Desk) -> None:
    dialer = desk.dialer(any_lead=False, leads={"L1": {"njDisposition": "Sale"}})
    sheet = desk.sheet("l.csv", HEAD, "L2,0383218198,Sale,")
    done = desk.leadsync("run", sheet, "--json")
    desk.config.write_text(desk.config.read_text().replace("allocation_id = 38", "allocation_id = 39"))
    again = desk.leadsync("run", corrected(done.json["files"]["retry"], ("L2", "L1")))
    assert "allocation 38; they go where the settings say now" in again.err
    assert [lead for lead, _, _ in received(dialer)] == ["L2", "L1"]


def test_a_decision_to_send_counts_once(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CLOSE, lead="L1", applied=True, calls=1)])
    done = desk.leadsync("run", desk.sheet("l.csv", HEAD, "L1,0383218198,Sale,"), "--json")
    lines = Path(done.json["files"]["review"]).read_text("utf-8").splitlines()
    decided = desk.sheet("a.csv", lines[0], lines[1] + "send")
    shutil.copy(decided, desk.folder / "b.csv")
    assert desk.leadsync("run", decided, "--json").json["statuses"] == {"succeeded": 1}
    assert desk.leadsync("run", "b.csv", "--json").json["statuses"] == {"skipped": 1}
    assert desk.leadsync("run", decided, "--fresh", "--json").json["statuses"] == {"skipped": 1}
    assert len(received(dialer)) == 2


def test_a_copy_of_a_corrected_file_leaves_alone_what_a_person_has_to_decide(desk: Desk) -> None:
    faults = [
        FaultRule(FaultKind.CODE, lead="L1", code=106, calls=1),
        FaultRule(FaultKind.CLOSE, lead="L1", applied=True, calls=1),
    ]
    dialer = desk.dialer(faults=faults)
    done = desk.leadsync("run", desk.sheet("l.csv", HEAD, "L1,0383218198,Sail,"), "--json")
    first = corrected(done.json["files"]["retry"], ("Sail", "Sale"))
    shutil.copy(first, desk.folder / "b.csv")
    sent = desk.leadsync("run", first, "--json").json
    assert sent["statuses"] == {"unknown": 1}
    second = desk.leadsync("run", "b.csv", "--json")
    assert second.json["statuses"] == {"skipped": 1}
    [row] = desk.rows(second.json["files"]["report"])
    assert row["sync_message"] == f"run {sent['run']} sent it since, and a person has to decide there: unknown"
    assert len(received(dialer)) == 2


def test_a_leads_later_row_waits_until_its_earlier_one_is_decided(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="F2", code=110, calls=1)])
    sheet = desk.sheet("o.csv", HEAD, "F2,0383218198,Sale,", "F2,0383218198,No Answer,", "F3,03832,Sale,")
    done = desk.leadsync("run", sheet, "--json")
    assert done.json["statuses"] == {"rejected": 1, "conflict": 1, "unsent": 1}
    again = desk.leadsync("run", corrected(done.json["files"]["retry"], ("03832,", "0383218197,")), "--json")
    assert again.json["statuses"] == {"succeeded": 1, "skipped": 1}
    desk.leadsync("resolve", done.json["run"], "--row", "2", "--applied")
    assert desk.leadsync("resume", done.json["run"], "--json").json["statuses"]["succeeded"] == 2
    assert [call[:2] for call in received(dialer)] == [("F2", "Sale"), ("F3", "Sale"), ("F2", "No Answer")]


def test_a_row_does_not_undo_what_a_later_row_of_its_lead_has_done(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="O1", code=106, calls=1)])
    sheet = desk.sheet("o.csv", HEAD, "O1,0383218198,Busy,", "O1,0383218198,Do Not Call,")
    done = desk.leadsync("run", sheet, "--json")
    assert done.json["statuses"] == {"succeeded": 1, "failed": 1}
    retried = desk.leadsync("retry", done.json["run"])
    assert (retried.code, len(received(dialer))) == (0, 2)
    back = desk.leadsync("run", done.json["files"]["retry"], "--json")
    assert back.json["statuses"] == {"skipped": 1}
    assert len(received(dialer)) == 2
    assert "row 3 of the same lead" in desk.rows(back.json["files"]["report"])[0]["sync_message"]
    assert back.json["files"]["retry"] is None
    wanted = corrected(back.json["files"]["report"], (",2,skipped", ",,"))
    assert desk.leadsync("run", wanted, "--json").json["statuses"] == {"succeeded": 1}


def test_day_numbers_count_from_where_their_own_workbook_counted(desk: Desk) -> None:
    dialer = desk.dialer(settings='[input]\ndispositions = ["Sale"]\n')
    path = desk.folder / "mac.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEAD.split(","))
        # 25 March 2031, ten o'clock, in a cell that is not formatted as a date
        sheet.write_row(1, 0, ["L1", "0383218199", "Nope", 46470 + 10 / 24])
    done = desk.leadsync("run", path, "--format", "csv", "--json")
    assert desk.leadsync("run", corrected(done.json["files"]["retry"], ("Nope", "Sale"))).code == 0
    assert received(dialer) == [("L1", "Sale", "2031/03/25 10:00")]


def test_ids_that_lost_their_leading_zeros_are_no_other_leads(desk: Desk) -> None:
    faults = [FaultRule(FaultKind.CODE, lead=lead, code=106, calls=1) for lead in ("005", "6")]
    dialer = desk.dialer(faults=faults)
    head = "Lead Id,FirstPhone,Outcome,PostCode"
    done = desk.leadsync(
        "run", desk.sheet("l.csv", head, "005,0383218199,Nope,0231", "6,0383218198,Nope,0231"), "--json"
    )
    retry = corrected(done.json["files"]["retry"], ("005,038", "5,38"), ("Nope", "Sale"), ("Nope", "Sale"))
    again = desk.leadsync("run", retry, "--json")
    assert [lead for lead, _, _ in received(dialer)] == ["005", "6", "6"]
    assert "Lead Id '5' was '005' in run" in desk.rows(again.json["files"]["report"])[0]["sync_message"]
    still = desk.leadsync("run", again.json["files"]["retry"], "--json")
    assert still.json["statuses"] == {"rejected": 1}, "it is no more right for having come twice"
    retry = corrected(still.json["files"]["retry"], ("\n5,", "\n005,"), (",0231", ",231"))
    spoilt = desk.leadsync("run", retry, "--json")
    assert spoilt.json["statuses"] == {"rejected": 1}
    assert "PostCode '231' was '0231' in run" in desk.rows(spoilt.json["files"]["report"])[0]["sync_message"]


def test_a_text_that_was_cut_for_a_workbook_is_no_correction(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("l.csv", "Lead Id,FirstPhone,Outcome,Notes", f"L1,0383218199,Sale,{'x' * 40_000}")
    done = desk.leadsync("run", sheet, "--format", "xlsx", "--json")
    assert done.json["statuses"] == {"rejected": 1}
    again = desk.leadsync("run", done.json["files"]["report"], "--json")
    assert again.json["statuses"] == {"rejected": 1}
    assert received(dialer) == []


def test_rows_that_wait_for_a_decision_are_not_offered_to_be_sent(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L1", code=110, calls=1)])
    sheet = desk.sheet("l.csv", HEAD, "L1,0383218199,Sale,", "L1,0383218199,Busy,", "L2,0383218198,Sale,")
    first = desk.leadsync("run", sheet, "--json")
    assert first.json["statuses"] == {"succeeded": 1, "conflict": 1, "unsent": 1}
    page = Path(first.json["files"]["summary"]).read_text("utf-8")
    assert "Finished, but for rows that wait for a decision." in page
    assert f"When that is decided, send the rows that wait for it: leadsync resume {first.json['run']}" in page
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        patch.setattr("leadsync.cli.shell._ask", lambda *_, **__: pytest.fail("there is nothing to ask"))
        again = desk.leadsync("resume", first.json["run"])
    assert "1 row waits until a person has decided on another row of the same lead" in again.err
    assert len(received(dialer)) == 2


def test_what_is_undecided_in_an_earlier_run_is_still_said(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L1", code=110, calls=1)])
    first = desk.leadsync("run", desk.sheet("l.csv", HEAD, "L1,0383218199,Sale,", "L2,0383218198,Sale,"), "--json").json
    again = desk.leadsync("run", first["files"]["report"], "--json").json
    [row] = [row for row in desk.rows(again["files"]["report"]) if row["Lead Id"] == "L1"]
    assert row["sync_advice"] == (
        f"Still to be decided: in the report or the review file of run {first['run']}, or with "
        f"`leadsync resolve {first['run']} --row N` and --applied or --not-applied or --send."
    )
    page = Path(again["files"]["summary"]).read_text("utf-8")
    assert f"Decide on what is still undecided in run {first['run']} (1 of these rows)" in page


def test_a_sheet_without_rows_says_so(desk: Desk) -> None:
    desk.dialer()
    done = desk.leadsync("run", desk.sheet("empty.csv", HEAD))
    assert "empty.csv has headings and no rows below them: there is nothing to send." in done.err


DISPOSITIONS = '[input]\ndispositions = ["Sale", "Busy"]\n'


def test_a_field_named_by_the_settings_keeps_its_name(desk: Desk) -> None:
    dialer = desk.dialer(settings=f'{DISPOSITIONS}[columns]\n"Kunde" = "CustomerName"\n')
    done = desk.leadsync("run", desk.sheet("l.csv", f"{HEAD},Kunde,Note,NOTE", "L1,0383218199,Nope,,Bob,a,b"), "--json")
    desk.leadsync("run", corrected(done.json["files"]["retry"], ("Nope", "Sale")))
    [call] = dialer.ledger.as_json()["received"]
    assert {name: call["fields"].get(name) for name in ("CustomerName", "Kunde", "Note", "NOTE")} == {
        "CustomerName": "Bob", "Kunde": None, "Note": "a", "NOTE": "b"
    }  # fmt: skip


def test_every_spoilt_number_of_a_row_is_found_and_stays_so(desk: Desk) -> None:
    dialer = desk.dialer(settings=DISPOSITIONS)
    done = desk.leadsync("run", desk.sheet("l.csv", f"{HEAD},PostCode", "005,03832,Sale,,0231"), "--json")
    spoilt = corrected(done.json["files"]["retry"], ("\n005,", "\n5,"), (",0231,", ",231,"))
    second = desk.leadsync("run", spoilt, "--json")
    [row] = desk.rows(second.json["files"]["report"])
    assert "FirstPhone '03832'" in row["sync_message"]
    assert "Lead Id '5' was '005'" in row["sync_message"]
    assert "PostCode '231' was '0231'" in row["sync_message"]
    phone = corrected(second.json["files"]["retry"], ("\n5,03832,", "\n5,0383218199,"))
    third = desk.leadsync("run", phone, "--json")
    assert third.json["statuses"] == {"rejected": 1}
    right = corrected(third.json["files"]["retry"], ("\n5,", "\n005,"), (",231,", ",0231,"))
    assert desk.leadsync("run", right, "--json").json["statuses"] == {"succeeded": 1}
    assert [lead for lead, _, _ in received(dialer)] == ["005"]


@pytest.mark.parametrize(
    "heading", ["Mum's Postcode", "'Post' \"Code\" (Mum's)", "Привет, 'мир'", "x' was '1' in run y: a"]
)
def test_a_heading_hides_no_number_that_a_spreadsheet_has_changed(desk: Desk, heading: str) -> None:
    dialer = desk.dialer(settings=DISPOSITIONS)
    quoted = '"' + heading.replace('"', '""') + '"'
    rows = ("L1,0383218199,Nope,,0800", "L2,0383218198,Nope,,0900")
    done = desk.leadsync("run", desk.sheet("l.csv", f"{HEAD},{quoted}", *rows), "--json")
    spoilt = corrected(done.json["files"]["retry"], ("Nope,,0800", "Sale,,800"))
    second = desk.leadsync("run", spoilt, "--json")
    assert desk.rows(second.json["files"]["report"])[0]["sync_status"] == "rejected"
    other = corrected(second.json["files"]["report"], ("Nope,,0900", "Sale,,0900"))
    assert desk.leadsync("run", other, "--json").json["statuses"] == {"rejected": 1, "succeeded": 1}
    assert [lead for lead, _, _ in received(dialer)] == ["L2"]


def test_an_id_under_a_heading_with_an_apostrophe_stays_the_leads_own(desk: Desk) -> None:
    dialer = desk.dialer(settings=f'{DISPOSITIONS}[columns]\n"Customer\'s No" = "njExternalLeadId"\n')
    head = "Customer's No,FirstPhone,Outcome"
    sheet = desk.sheet("l.csv", head, "00123,0383218199,Nope", "007,0383218198,Nope")
    done = desk.leadsync("run", sheet, "--json")
    spoilt = corrected(done.json["files"]["retry"], ("\n00123,0383218199,Nope", "\n123,0383218199,Sale"))
    second = desk.leadsync("run", spoilt, "--json")
    other = corrected(second.json["files"]["report"], ("\n007,0383218198,Nope", "\n007,0383218198,Sale"))
    desk.leadsync("run", other)
    assert [lead for lead, _, _ in received(dialer)] == ["007"]


def test_a_0_that_was_cleared_was_spoilt_by_nobody(desk: Desk) -> None:
    dialer = desk.dialer(settings=DISPOSITIONS)
    done = desk.leadsync("run", desk.sheet("l.csv", f"{HEAD},Score", "L1,0383218199,Nope,,0"), "--json")
    assert desk.leadsync("run", corrected(done.json["files"]["retry"], ("Nope", "Sale"), (",,0,", ",,,"))).code == 0
    assert len(received(dialer)) == 1


def test_a_column_for_notes_stays_one_in_the_next_round(desk: Desk) -> None:
    dialer = desk.dialer(settings=DISPOSITIONS)
    done = desk.leadsync("run", desk.sheet("l.csv", HEAD, "L1,0383218199,Nope,", "L2,0383218198,Nope,"), "--json")
    retry = Path(done.json["files"]["retry"])
    first, *rows = retry.read_text("utf-8").splitlines()
    rows[0] = rows[0].replace("Nope", "Sale", 1)
    retry.write_text("\n".join([f"{first},My notes", *(f"{row},ask Eve" for row in rows)]) + "\n", "utf-8")
    again = desk.leadsync("run", retry, "--json")
    assert desk.leadsync("run", corrected(again.json["files"]["retry"], ("Nope", "Sale"))).code == 0
    calls = dialer.ledger.as_json()["received"]
    assert [(call["lead"], "My notes" in call["fields"]) for call in calls] == [("L1", False), ("L2", False)]


def test_a_corrected_id_is_held_against_the_rows_of_its_own_lead(desk: Desk) -> None:
    dialer = desk.dialer(settings=DISPOSITIONS)
    done = desk.leadsync("run", desk.sheet("l.csv", HEAD, "L1,0383218199,Nope,", "L1,0383218199,Sale,"), "--json")
    retry = corrected(done.json["files"]["retry"], ("\nL1,0383218199,Nope", "\nL7,0383218197,Sale"))
    assert desk.leadsync("run", retry, "--json").json["statuses"] == {"succeeded": 1}
    assert [lead for lead, _, _ in received(dialer)] == ["L1", "L7"]


def test_a_rejected_insert_comes_back_as_an_insert(desk: Desk) -> None:
    dialer = desk.dialer(any_lead=False, leads={})
    done = desk.leadsync("run", desk.sheet("l.csv", HEAD, "N1,03832,,"), "--insert-only", "--json")
    assert done.json["statuses"] == {"rejected": 1}
    desk.leadsync("run", corrected(done.json["files"]["retry"], ("03832", "0383218199")))
    assert [call["call"] for call in dialer.ledger.as_json()["received"]] == ["insertLeadFast"]


def test_a_broken_line_does_not_stop_the_decisions_beside_it(desk: Desk) -> None:
    faults = [FaultRule(FaultKind.CODE, lead=lead, code=110, calls=1) for lead in ("L1", "L2")]
    dialer = desk.dialer(faults=faults)
    done = desk.leadsync("run", desk.sheet("l.csv", HEAD, "L1,0383218199,Sale,", "L2,0383218198,Sale,"), "--json")
    review = Path(done.json["files"]["review"])
    first, one, two = review.read_text("utf-8").splitlines()
    review.write_text("\n".join([first, f"{one}send", f"x,{two}send"]) + "\n", "utf-8")
    assert desk.leadsync("run", review, "--json").json["statuses"] == {"succeeded": 1, "rejected": 1}
    assert [lead for lead, _, _ in received(dialer)] == ["L1", "L2", "L1"]


def test_a_number_of_a_row_that_is_none_is_no_crash(desk: Desk) -> None:
    desk.dialer()
    head = f"{HEAD},sync_row,sync_run"
    done = desk.leadsync("run", desk.sheet("l.csv", head, "L1,0383218199,Sale,,99999999999999999999,x"), "--json")
    assert done.json["statuses"] == {"succeeded": 1}


def test_a_row_that_went_since_its_report_is_no_fault_though_it_is_wrong_by_now(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "L1,0383218191,Sale", "L1,0383218192,Busy")
    stopped = desk.leadsync("run", sheet, "--json", LEADSYNC_API_KEY="wrong").json
    report = desk.folder / "r.csv"
    report.write_text(Path(stopped["files"]["report"]).read_text("utf-8").replace("0383218192", "03"), "utf-8")
    dialer.ledger.received.clear()
    desk.leadsync("resume", stopped["run"])
    done = desk.leadsync("run", report, "--json")
    assert (done.code, done.json["statuses"]) == (0, {"skipped": 2})
    assert [call.lead for call in dialer.ledger.received] == ["L1", "L1"]


def two_reports(desk: Desk, *lines: str) -> tuple[str, Path, str]:
    """A run, the report of its report, given back as it was, and that one's run."""
    first = desk.leadsync("run", desk.sheet("leads.csv", HEAD, *lines), "--json").json
    second = desk.leadsync("run", first["files"]["report"], "--json").json
    return first["run"], Path(second["files"]["report"]), second["run"]


@pytest.mark.parametrize("end", ["applied", "not-applied", "send"])
def test_a_correction_in_the_report_of_a_report_waits_for_a_decision_in_the_first_run(desk: Desk, end: str) -> None:
    faults = [FaultRule(FaultKind.CODE, lead="B", code=code, calls=1) for code in (106, 110)]
    dialer = desk.dialer(faults=faults)
    lines = "B,0383218190,Sale,", "B,0383218190,Busy,", "C,0383218191,Sale,"
    run, report, _ = two_reports(desk, *lines)
    dialer.ledger.received.clear()
    said = desk.leadsync("run", corrected(str(report), ("0383218190,Sale", "0383218192,Sale"))).err
    assert received(dialer) == []
    assert f"! 1 row is not sent: it waits for an earlier row of the lead in run {run}, and a person has to" in said
    desk.leadsync("resolve", run, "--row", "3", f"--{end}")
    if end == "send":
        desk.leadsync("resume", run)
    desk.leadsync("run", report)
    sent = [(lead, disposition) for lead, disposition, _ in received(dialer)]
    assert sent == {"applied": [], "not-applied": [("B", "Sale")], "send": [("B", "Busy")]}[end]


@pytest.mark.parametrize("word", ["applied", "not applied", "send"])
def test_a_decision_in_the_report_of_a_report_is_refused(desk: Desk, word: str) -> None:
    """The row is to be decided in the first run: here the word would count nowhere."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="B", code=110, calls=1)])
    run, report, second = two_reports(desk, "B,0383218190,Sale,", "C,0383218191,Sale,")
    head, row, other = report.read_text("utf-8").splitlines()
    dialer.ledger.received.clear()
    refused = desk.leadsync("run", desk.sheet("r.csv", f"{head},sync_decision", f"{row},{word}", f"{other},"))
    assert refused.code == 2
    assert (
        f"Row 2: sync_decision '{word}' is about a row that run {second} left to be decided in run {run}; decide in "
        f"the file that `leadsync report {run}` writes, or clear the decision. Nothing was sent."
    ) in refused.err
    assert received(dialer) == []


def test_a_row_taken_out_of_a_stopped_runs_report_is_named_before_later_ones_go(desk: Desk) -> None:
    """Corrected, they do not wait: behind them the run would send the old text."""
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", HEAD, "B,0383218190,Sale,", "B,0383218190,Busy,", "C,0383218191,Busy,")
    first = desk.leadsync("run", sheet, "--json", LEADSYNC_API_KEY="wrong").json
    head, _, *later = Path(first["files"]["report"]).read_text("utf-8").replace("8190,Busy", "8192,Busy").splitlines()
    dialer.ledger.received.clear()
    said = desk.leadsync("run", desk.sheet("r.csv", head, *later)).err
    assert (
        f"! Row 2 of run {first['run']} is still to be sent or decided, and later rows of its lead go now; with its "
        "line in this file it goes first"
    ) in said
    assert [lead for lead, _, _ in received(dialer)] == ["B", "C"]


@pytest.mark.parametrize("given", ["copy", "report"])
def test_two_equal_rows_of_the_sheet_are_no_copied_line(desk: Desk, given: str) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", HEAD, "B,0383218190,Sale,", "C,0383218191,Sale,", "B,0383218190,Sale,")
    file = desk.folder / "copy.csv"
    if given == "copy":
        desk.leadsync("check", sheet, "--output", file)
    else:
        file = Path(desk.leadsync("run", sheet, "--json", LEADSYNC_API_KEY="wrong").json["files"]["report"])
    dialer.ledger.received.clear()
    said = desk.leadsync("run", file).err
    assert [lead for lead, _, _ in received(dialer)] == ["B", "C", "B"]
    assert "repeat" not in said


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("end", ["", "applied", "not-applied"])
def test_a_row_corrected_twice_waits_for_a_later_one_undecided_in_the_first_run(
    desk: Desk, end: str, again: bool
) -> None:
    """That was sent behind its first correction; `again`: by the report of the report."""
    faults = [FaultRule(FaultKind.CODE, lead="B", code=code, calls=1) for code in (106, 106, 110)]
    dialer = desk.dialer(faults=faults)
    sheet = desk.sheet("leads.csv", HEAD, "B,0383218190,Sale,", "B,0383218190,Busy,")
    first = desk.leadsync("run", sheet, "--limit", "1", "--json").json
    head, row, *_ = Path(first["files"]["report"]).read_text("utf-8").splitlines()
    report = desk.leadsync("run", desk.sheet("r.csv", head, row.replace("8190", "8192")), "--json").json["files"]
    desk.leadsync("resume", first["run"])
    if again:
        report = desk.leadsync("run", report["report"], "--json").json["files"]
    if end:
        desk.leadsync("resolve", first["run"], "--row", "3", f"--{end}")
    dialer.ledger.received.clear()
    said = desk.leadsync("run", corrected(report["report"], ("8192", "8193"))).err
    assert [disposition for _, disposition, _ in received(dialer)] == (["Sale"] if end == "not-applied" else [])
    assert (f"it waits for an earlier row of the lead in run {first['run']}" in said) is (not end)
