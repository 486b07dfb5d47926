"""A report workbook that is corrected and given back: what goes again, and as what."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from leadsync.simulator import FaultKind, FaultRule
from tests.conftest import Desk, Result

HEADINGS = ["Lead Id", "Name", "FirstPhone", "Outcome", "Callback"]
ROWS = [
    ["007", "Willow Brown", "0383218191", "Sale", "24/11/2031 14:30"],
    ["008", "=1+1", "8321 8192", "Sale", ""],
    ["009", "Zoë 李雷 خالد", "0383218193", "Sail", "25/11/2031"],
    ["010", "O'Brien", "0383218194", "Sail", ""],
    ["011", "https://example.com", "0383218195", "Sale", ""],
    ["012", "DNC", "0383218196", "Sale", ""],
]
"""As rows 2 to 7: 3 is rejected for its phone, 4 and 5 are refused with 106, 6 ends in conflict, 7 is on the list."""


class SentWorkbook:
    """The workbook, sent once; what the dialer has got since."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        faults = [
            FaultRule(FaultKind.CODE, lead="011", code=110, calls=1),
            FaultRule(FaultKind.CODE, lead="009", code=106, calls=1),
            FaultRule(FaultKind.CODE, lead="010", code=106, calls=1),
        ]
        self.dialer = desk.dialer(dnc={"0383218196"}, faults=faults)
        book = openpyxl.Workbook()
        page = book.active
        assert page is not None
        for row in [HEADINGS, *ROWS]:
            page.append(row)
        page["B3"].data_type = "s"
        book.save(desk.folder / "leads.xlsx")
        self.first = desk.leadsync("run", desk.folder / "leads.xlsx", "--json").json
        self.report = Path(self.first["files"]["report"])
        self._got = len(self.received)

    @property
    def received(self) -> list[Any]:
        received: list[Any] = self.dialer.ledger.as_json()["received"]
        return received

    @property
    def new(self) -> list[tuple[str, dict[str, str]]]:
        """Lead and fields of the calls since the first run."""
        return [(one["lead"], one["fields"]) for one in self.received[self._got :]]

    def edit(self, change: Callable[[openpyxl.Workbook], None]) -> None:
        book = openpyxl.load_workbook(self.report)
        change(book)
        book.save(self.report)

    def give_back(self, *options: str) -> Result:
        done = self.desk.leadsync("run", self.report, "--json", *options)
        assert done.out, done.err
        return done

    def ends(self, done: Result) -> dict[str, tuple[str, str]]:
        """Status and message of each lead in a run's report."""
        page = openpyxl.load_workbook(done.json["files"]["report"])["Report"]
        names = [cell.value for cell in page[1]]
        rows = [dict(zip(names, [cell.value or "" for cell in row], strict=True)) for row in page.iter_rows(min_row=2)]
        return {row["Lead Id"]: (row["sync_status"], row["sync_message"]) for row in rows}


@pytest.fixture
def sent(desk: Desk) -> SentWorkbook:
    return SentWorkbook(desk)


def cell(page: Worksheet, lead: str, heading: str) -> Any:
    names = [one.value for one in page[1]]
    row = next(row for row in page.iter_rows(min_row=2) if row[names.index("Lead Id")].value == lead)
    return row[names.index(heading)]


def test_the_report_holds_each_row_where_it_is_looked_for(sent: SentWorkbook) -> None:
    book = openpyxl.load_workbook(sent.report)
    assert book.sheetnames == ["Summary", "Report", "To correct", "To decide"]
    leads = {name: [row[0].value for row in book[name].iter_rows(min_row=2)] for name in book.sheetnames[1:]}
    assert leads == {
        "Report": ["007", "008", "009", "010", "011", "012"],
        "To correct": ["008", "009", "010"],
        "To decide": ["011"],
    }
    assert book.active is not None
    assert book.active.title == "Summary"


def test_only_what_was_corrected_goes_and_as_it_was_typed(sent: SentWorkbook) -> None:
    def correct(book: openpyxl.Workbook) -> None:
        cell(book["To correct"], "008", "FirstPhone").value = "03 8321 8192"
        cell(book["To correct"], "009", "Outcome").value = "Sale"

    sent.edit(correct)
    done = sent.give_back()
    assert sent.new == [
        ("008", {"Name": "=1+1", "FirstPhone": "0383218192", "njDisposition": "Sale"}),
        (
            "009",
            {
                "Name": "Zoë 李雷 خالد",
                "FirstPhone": "0383218193",
                "njDisposition": "Sale",
                "njCallBackDate": "2031/11/25 00:00",
            },
        ),
    ]
    assert done.code == 0, "what was not corrected is no fault of the sheet"
    ends = sent.ends(done)
    assert {lead: status for lead, (status, _) in ends.items()} == {
        "008": "succeeded",
        "009": "succeeded",
        "010": "skipped",
        "011": "skipped",
    }
    assert "not corrected since the dialer answered 106 INVALID_DISPOSTION" in ends["010"][1]
    assert f"leadsync retry {sent.first['run']}" in ends["010"][1]


def test_a_report_nobody_touched_sends_nothing(sent: SentWorkbook) -> None:
    done = sent.give_back()
    assert sent.new == []
    assert done.json["statuses"] == {"rejected": 1, "skipped": 3}


def test_what_was_left_uncorrected_can_be_corrected_in_the_next_report(sent: SentWorkbook) -> None:
    sent.edit(lambda book: setattr(cell(book["To correct"], "009", "Outcome"), "value", "Sale"))
    sent.report = Path(sent.give_back().json["files"]["report"])
    assert sent.give_back().json["statuses"] == {"rejected": 1, "skipped": 1}, "still neither is corrected"
    sent.edit(lambda book: setattr(cell(book["To correct"], "010", "Outcome"), "value", "Busy"))
    assert sent.give_back().json["statuses"] == {"succeeded": 1, "rejected": 1}
    assert [(lead, fields["njDisposition"]) for lead, fields in sent.new] == [("009", "Sale"), ("010", "Busy")]


def test_going_on_correcting_in_the_first_report_sends_nothing_twice(sent: SentWorkbook) -> None:
    sent.edit(lambda book: setattr(cell(book["To correct"], "009", "Outcome"), "value", "Sale"))
    second = sent.give_back().json["run"]
    sent.edit(lambda book: setattr(cell(book["To correct"], "010", "Outcome"), "value", "Sale"))
    done = sent.give_back()
    assert [lead for lead, _ in sent.new] == ["009", "010"]
    assert second in sent.ends(done)["009"][1]
    again = sent.desk.leadsync("retry", sent.first["run"])
    assert (again.code, "Nothing to do" in again.err) == (0, True), "a retry would undo the corrections"


def test_decisions_and_corrections_are_taken_from_one_workbook(sent: SentWorkbook) -> None:
    def work(book: openpyxl.Workbook) -> None:
        cell(book["To correct"], "009", "Outcome").value = "Busy"
        cell(book["To decide"], "011", "sync_decision").value = "send"

    sent.edit(work)
    sent.give_back()
    assert [lead for lead, _ in sent.new] == ["009", "011"]
    shown = sent.desk.leadsync("show", sent.first["run"], "--json").json
    assert "conflict" not in shown["statuses"]


@pytest.mark.parametrize("status", ["succeeded", "skipped", None])
def test_a_row_corrected_on_the_sheet_report_goes_too(sent: SentWorkbook, status: str | None) -> None:
    def correct(book: openpyxl.Workbook) -> None:
        for lead in ("007", "010"):
            cell(book["Report"], lead, "Outcome").value = "Busy"
        cell(book["Report"], "007", "sync_status").value = status

    sent.edit(correct)
    done = sent.give_back()
    assert [(lead, fields["njDisposition"]) for lead, fields in sent.new] == [("010", "Busy")]
    assert "1 row that went through was changed; it is not sent (row 2)." in done.err


@pytest.mark.parametrize("decision", ["send", "not applied", "applied", ""])
def test_a_row_to_decide_that_was_corrected_on_the_sheet_report_goes_corrected_or_is_told(
    sent: SentWorkbook, decision: str
) -> None:
    def work(book: openpyxl.Workbook) -> None:
        cell(book["Report"], "011", "Outcome").value = "Busy"
        cell(book["To decide"], "011", "sync_decision").value = decision

    sent.edit(work)
    done = sent.give_back()
    busy = [("011", "Busy")]
    gone = [(lead, fields["njDisposition"]) for lead, fields in sent.new]
    assert gone == (busy if decision in ("send", "not applied") else [])
    assert "To send it again" not in done.err

    told = {"applied": "! 1 row that went through was changed; it is not sent (row 6)", "": "! 1 corrected row is not"}
    for key, words in told.items():
        assert any(line.startswith(words) for line in done.err.splitlines()) is (key == decision)
    if not decision:
        # The correction waits in its file.
        sent.desk.leadsync("resolve", sent.first["run"], "--row", "6", "--not-applied")
        sent.give_back()
        assert [(lead, fields["njDisposition"]) for lead, fields in sent.new] == busy
    sent.give_back()
    assert len(sent.new) == len(busy if decision != "applied" else [])


def test_a_number_from_the_do_not_call_list_goes_if_it_is_another_now(sent: SentWorkbook) -> None:
    sent.edit(lambda book: setattr(cell(book["Report"], "012", "FirstPhone"), "value", "0383218177"))
    sent.give_back()
    assert [(lead, fields["FirstPhone"]) for lead, fields in sent.new] == [("012", "0383218177")]


def test_a_row_corrected_in_two_ways_is_refused_in_a_sentence(sent: SentWorkbook) -> None:
    def correct(book: openpyxl.Workbook) -> None:
        cell(book["Report"], "010", "Outcome").value = "Busy"
        cell(book["To correct"], "010", "Outcome").value = "Sale"

    sent.edit(correct)
    done = sent.desk.leadsync("run", sent.report)
    assert (done.code, sent.new) == (2, [])
    assert "row 5 was corrected on two sheets, Report and another, and differently; write the same on both." in done.err
    sent.edit(lambda book: setattr(cell(book["Report"], "010", "Outcome"), "value", "Sale"))
    sent.give_back()
    assert [(lead, fields["njDisposition"]) for lead, fields in sent.new] == [("010", "Sale")]


def test_rows_added_moved_and_deleted_are_taken_as_they_stand(sent: SentWorkbook) -> None:
    def work(book: openpyxl.Workbook) -> None:
        page = book["To correct"]
        moved = [one.value for one in page[3]]
        page.delete_rows(2, 2)
        page.append([*moved[:3], "Busy", *moved[4:]])
        page.append(["999", "New", "0383218199", "Sale"])

    sent.edit(work)
    done = sent.give_back()
    assert [(lead, fields["njDisposition"]) for lead, fields in sent.new] == [("009", "Busy"), ("999", "Sale")]
    assert done.json["statuses"] == {"succeeded": 2, "skipped": 2}


def test_the_sheet_that_is_named_is_read_like_any_other(sent: SentWorkbook) -> None:
    sent.give_back("--sheet", "To correct")
    assert sent.new == [], "nothing was corrected there"


def test_check_tells_what_the_workbook_would_do(sent: SentWorkbook) -> None:
    sent.edit(lambda book: setattr(cell(book["To correct"], "009", "Outcome"), "value", "Sale"))
    found = sent.desk.leadsync("check", sent.report, "--json").json
    assert (found["to_send"], found["rejected"], found["skipped"]) == (1, 1, 2)


def test_a_decision_that_is_none_is_refused_before_anything_goes(sent: SentWorkbook) -> None:
    sent.edit(lambda book: setattr(cell(book["To decide"], "011", "sync_decision"), "value", "yes"))
    done = sent.desk.leadsync("run", sent.report)
    assert (done.code, sent.new) == (2, [])
    assert "sync_decision 'yes' is no decision; write applied, not applied or send" in done.err
    assert sent.desk.leadsync("show", sent.first["run"], "--json").json["statuses"]["conflict"] == 1


def test_a_number_from_the_do_not_call_list_does_not_go_whatever_else_is_corrected(sent: SentWorkbook) -> None:
    sent.edit(lambda book: setattr(cell(book["Report"], "012", "Name"), "value", "Willow Green"))
    sent.give_back()
    assert sent.new == []


def test_a_correction_that_went_through_is_not_undone_from_an_older_copy(sent: SentWorkbook) -> None:
    sent.edit(lambda book: setattr(cell(book["To correct"], "009", "Outcome"), "value", "Sale"))
    second = sent.give_back().json["run"]
    sent.edit(lambda book: setattr(cell(book["To correct"], "009", "Outcome"), "value", "Busy"))
    done = sent.give_back()
    assert [(lead, fields["njDisposition"]) for lead, fields in sent.new] == [("009", "Sale")]
    status, message = sent.ends(done)["009"]
    assert (status, message.startswith(f"run {second} has sent this row")) == ("skipped", True)


def test_a_line_that_was_copied_goes_once(sent: SentWorkbook) -> None:
    def copy(book: openpyxl.Workbook) -> None:
        page = book["To correct"]
        cell(page, "009", "Outcome").value = "Sale"
        page.append([one.value for one in next(row for row in page.iter_rows() if row[0].value == "009")])

    sent.edit(copy)
    done = sent.give_back()
    assert [lead for lead, _ in sent.new] == ["009"]
    [twice] = sent.desk.leadsync("show", done.json["run"], "--lead", "009", "--status", "rejected", "--json").json[
        "listed"
    ]
    assert "stands in the sheet twice; delete one" in twice["message"]


def test_a_column_for_notes_is_no_correction_and_is_not_sent(sent: SentWorkbook) -> None:
    def note(book: openpyxl.Workbook) -> None:
        page = book["To correct"]
        at = page.max_column + 1
        page.cell(1, at).value = "My notes"
        page.cell(3, at).value = "ask Bob"
        cell(page, "010", "Outcome").value = "Sale"

    sent.edit(note)
    done = sent.give_back()
    assert [(lead, "My notes" in fields) for lead, fields in sent.new] == [("010", False)]
    assert "The column 'My notes' was not in run" in done.err


@pytest.mark.parametrize("headings", [{"Name": "name "}, {"Outcome": "OUTCOME"}, {"sync_run": "SYNC_RUN"}])
def test_a_heading_in_another_case_is_the_same_column(sent: SentWorkbook, headings: dict[str, str]) -> None:
    def rename(book: openpyxl.Workbook) -> None:
        page = book["To correct"]
        cell(page, "010", "Outcome").value = "Sale"
        for one in page[1]:
            one.value = headings.get(one.value, one.value)

    sent.edit(rename)
    sent.give_back()
    assert [(lead, fields["Name"]) for lead, fields in sent.new] == [("010", "O'Brien")]


def test_a_column_that_was_deleted_corrects_no_row(sent: SentWorkbook) -> None:
    def delete(book: openpyxl.Workbook) -> None:
        cell(book["To correct"], "010", "Outcome").value = "Sale"
        for name in ("To correct", "To decide", "Report"):
            book[name].delete_cols(2)

    sent.edit(delete)
    sent.give_back()
    assert [lead for lead, _ in sent.new] == ["010"]


def test_a_sheet_of_it_that_was_renamed_is_asked_about(sent: SentWorkbook) -> None:
    def rename(book: openpyxl.Workbook) -> None:
        cell(book["To correct"], "009", "Outcome").value = "Sale"
        book["To correct"].title = "Corrected"

    sent.edit(rename)
    done = sent.desk.leadsync("run", sent.report)
    assert (done.code, sent.new) == (2, [])
    assert "its sheet 'Corrected' holds rows of the report under another name; call it To correct" in done.err


def test_left_uncorrected_again_a_row_still_says_what_the_dialer_answered(sent: SentWorkbook) -> None:
    second = sent.give_back()
    sent.report = Path(second.json["files"]["report"])
    message = sent.ends(sent.give_back())["009"][1]
    assert message.startswith("not corrected since the dialer answered 106 ")
    assert message.endswith(f"`leadsync retry {sent.first['run']}` sends it.")


@pytest.mark.parametrize("name", ["To correct", "Report"])
def test_a_column_that_one_sheet_lacks_is_asked_about(sent: SentWorkbook, name: str) -> None:
    sent.edit(lambda book: book[name].delete_cols(2))
    done = sent.desk.leadsync("run", sent.report)
    assert (done.code, sent.new) == (2, [])
    assert f"its sheet {name} lacks the column 'Name', which another has" in done.err


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_report_of_a_run_that_succeeded_has_all_its_rows(desk: Desk, kind: str) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("l.csv", "Lead Id,Outcome", "L1,Sale", "L2,Sale")
    report = desk.leadsync("run", sheet, "--format", kind, "--json").json["files"]["report"]
    done = desk.leadsync("run", report, "--json")
    assert (done.code, done.json["statuses"]) == (0, {"skipped": 2})
    assert len(dialer.ledger.received) == 2


@pytest.mark.parametrize("way", ["added", "cleared", "cleared and corrected"])
@pytest.mark.parametrize("refused", [(), ("L2",)], ids=["all went through", "one failed"])
def test_a_row_added_on_the_sheet_report_goes(desk: Desk, refused: tuple[str, ...], way: str) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead=lead, code=106, calls=1) for lead in refused])
    sheet = desk.sheet("l.csv", "Lead Id,Outcome", "L1,Sale", "L2,Sale", "L3,Sale")
    report = desk.leadsync("run", sheet, "--format", "xlsx", "--json").json["files"]["report"]
    before = len(dialer.ledger.received)
    book = openpyxl.load_workbook(report)
    page = book["Report"]
    if way == "added":
        page.append(["L9", "Busy"])
    else:
        for at, head in enumerate(page[1]):
            if str(head.value).startswith("sync_"):
                page[4][at].value = None
    if way == "cleared and corrected":
        cell(page, "L3", "Outcome").value = "Busy"
    book.save(report)
    done = desk.leadsync("run", report, "--json")
    expected = {"added": ("L9", "Busy"), "cleared": ("L3", "Sale"), "cleared and corrected": ("L3", "Busy")}[way]
    sent = [(one.lead, one.fields["njDisposition"]) for one in dialer.ledger.received[before:]]
    assert sent == [expected], done.err
    # Of a run with failed rows only these and the added ones are read.
    assert done.json["statuses"]["skipped"] == (1 if refused else 3 if way == "added" else 2)


def test_a_correction_that_waited_on_the_sheet_report_goes_with_the_others(desk: Desk) -> None:
    faults = [
        FaultRule(FaultKind.CODE, lead="L1", code=110, calls=1),
        FaultRule(FaultKind.CODE, lead="L2", code=106, calls=2),
    ]
    dialer = desk.dialer(faults=faults)
    sheet = desk.sheet("l.csv", "Lead Id,Version", "L1,a", "L1,b", "L2,c")
    first = desk.leadsync("run", sheet, "--format", "xlsx", "--json").json
    report = Path(first["files"]["report"])
    for version in ("cc", "ccc"):
        book = openpyxl.load_workbook(report)
        if version == "cc":
            cell(book["To correct"], "L1", "Version").value = "bb"
        cell(book["To correct"], "L2", "Version").value = version
        book.save(report)
        if version == "ccc":
            assert [row[0].value for row in book["To correct"].iter_rows(min_row=2)] == ["L2"]
            desk.leadsync("resolve", first["run"], "--row", "2", "--applied")
        done = desk.leadsync("run", report, "--json")
        report = Path(done.json["files"]["report"])
    assert done.json["statuses"] == {"succeeded": 2}, done.err
    sent = [(one.lead, one.fields["Version"]) for one in dialer.ledger.received if one.lead]
    assert sorted(sent[-2:]) == [("L1", "bb"), ("L2", "ccc")]


def test_a_row_cleared_on_one_sheet_and_left_on_another_is_asked_about(sent: SentWorkbook) -> None:
    def work(book: openpyxl.Workbook) -> None:
        page = book["Report"]
        for at, head in enumerate(page[1]):
            if str(head.value).startswith("sync_"):
                page[4][at].value = None

    sent.edit(work)
    done = sent.give_back()
    assert (done.code, sent.new) == (2, [])
    assert "Report has a row without sync_run and sync_row, and lacks the row with sync_row 4" in done.err


def test_two_headings_that_differ_in_letter_case_are_two_columns(desk: Desk) -> None:
    dialer = desk.dialer(settings='[input]\ndispositions = ["Sale"]\n')
    head = "Lead Id,FirstPhone,Outcome,Note,NOTE"
    sheet = desk.sheet("two.csv", head, "L1,0383218191,Nope,a,b")
    report = Path(desk.leadsync("run", sheet, "--format", "xlsx", "--json").json["files"]["report"])
    book = openpyxl.load_workbook(report)
    cell(book["To correct"], "L1", "Outcome").value = "Sale"
    book.save(report)
    assert desk.leadsync("run", report).code == 0
    [call] = dialer.ledger.as_json()["received"]
    assert (call["fields"]["Note"], call["fields"]["NOTE"]) == ("a", "b")
