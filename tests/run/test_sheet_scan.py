"""One reading of a sheet: a decision for each row, and remarks on the whole."""

from datetime import datetime
from pathlib import Path

import openpyxl

from leadsync.config import settings_from
from leadsync.journal import Entry, State
from leadsync.reasons import Skip, SkipKind
from leadsync.remarks import Remark
from leadsync.report import reason_words
from leadsync.run import SheetScan, SheetSource, scan_sheet
from tests.run.scans import HEAD, NOW, Taken


def test_a_date_that_does_not_fit_the_order_is_rejected_alone(tmp_path: Path) -> None:
    # shared case one_us_date: read with "dmy", the third date has no month 13.
    dates = ["03/11/2026 14:30", "05/12/2026 14:30", "12/13/2026 9:00"]
    lines = [HEAD, *(f"{number},0383218199,Sale,{date}" for number, date in enumerate(dates, 1))]
    taken = Taken(tmp_path, lines)
    assert len(taken.readings) == 1
    assert taken.callbacks == ["2026/11/03 14:30", "2026/12/05 14:30", None]
    assert taken.entries[4].state is State.REJECTED
    remark = taken.scan.remarks[0]
    assert remark.loud
    assert remark.text.startswith("Callback: 1 date (row 4) cannot be day/month/year")
    auto = Taken(tmp_path, lines, date_order="auto")
    assert auto.callbacks == ["2026/03/11 14:30", "2026/05/12 14:30", "2026/12/13 09:00"]
    remark = auto.scan.remarks[0]
    assert remark.loud
    assert remark.text.startswith('Callback: date_order = "auto" reads all 3 dates as month/day/year')
    assert auto.scan.date_order == "mdy"


def test_date_cells_beside_text_dates_with_the_mark_of_a_swap_are_rejected(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEAD.split(","))
    for number, date in enumerate([datetime(2027, 5, 11, 9), datetime(2027, 8, 12, 9), "24/11/2027 09:00"]):
        book.active.append([f"A{number}", "0383218199", "Sale", date])
    book.save(tmp_path / "leads.xlsx")
    entries: list[Entry] = []

    def take(scan: SheetScan) -> None:
        entries[:] = scan.entries()

    scan = scan_sheet(SheetSource(tmp_path / "leads.xlsx"), settings_from({}, "the test"), NOW, take)
    assert [entry.state for entry in entries] == [State.REJECTED, State.REJECTED, State.PENDING]
    assert entries[2].fields["njCallBackDate"] == "2027/11/24 09:00"
    assert "conflict of date cells and text dates" in reason_words(entries[0].reason)
    assert any(remark.loud and remark.text.startswith("Callback mixes date cells") for remark in scan.remarks)


def test_rows_sent_below_a_line_of_words_are_a_doubt(tmp_path: Path) -> None:
    lines = ["Lead Id,Name,Outcome,Amount", "10234,Ann,Sale,5", "10235,Bob,Busy,6", "walkin,Cy,Callback,TBA"]
    below = ["10236,Di,Sale,7", "10237,Ed,Busy,8"]
    taken = Taken(tmp_path, [*lines, *below])
    assert taken.entries[4].state is State.REJECTED
    [remark] = [remark for remark in taken.scan.remarks if "below row 4" in str(remark)]
    assert (remark.loud, remark.doubt) == (True, True)
    assert str(remark).startswith("! 2 rows below row 4 are sent by the first headings (2 rows: 5, 6)")
    assert not any("below row" in str(remark) for remark in Taken(tmp_path, lines).scan.remarks)


LEADS = [HEAD, "A,0383218199,Sale,", "B,0383218199,Sale,", "A,0383218199,Sale,", "A,bad,Sale,"]


def test_rows_below_a_title_are_a_doubt_however_it_is_rejected(tmp_path: Path) -> None:
    leads = [HEAD, "A17,0383218199,Sale,", "A29,0383218198,Busy,", "A30,0383218197,Sale,"]
    for title in ("Key,,,", "Agents", "----,,,"):
        scan = Taken(tmp_path, [*leads, title, "JN,,Sales,", "TM,,Sales,"]).scan
        assert [remark.text[:26] for remark in scan.remarks if "no lead" in remark.text] == [
            "Perhaps no lead (2 rows: 6"
        ]


def test_a_leads_rows_are_all_sent_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    taken = Taken(tmp_path, LEADS)
    assert [entry.state for entry in taken.entries.values()] == [State.PENDING] * 3 + [State.REJECTED]
    assert taken.scan.survey.repeated_leads == 1


def test_only_a_leads_last_row_is_sent(tmp_path: Path) -> None:
    taken = Taken(tmp_path, LEADS, duplicates="last")
    states = {number: entry.state for number, entry in taken.entries.items()}
    assert states == {2: State.SKIPPED, 3: State.PENDING, 4: State.SKIPPED, 5: State.REJECTED}
    assert taken.entries[2].reason == Skip(SkipKind.OTHER_ROW_COUNTS, row=5)
    assert taken.scan.survey.dispositions == {"Sale": 1}
    assert Remark("2 rows name a lead that stands in several rows; duplicates = 'last'.") in taken.scan.remarks


def test_none_of_a_leads_several_rows_is_sent(tmp_path: Path) -> None:
    taken = Taken(tmp_path, LEADS, duplicates="reject")
    states = {number: entry.state for number, entry in taken.entries.items()}
    assert states == {2: State.REJECTED, 3: State.PENDING, 4: State.REJECTED, 5: State.REJECTED}
    assert taken.entries[2].reason is not None
    assert reason_words(taken.entries[2].reason) == "Lead Id 'A' stands in several rows; keep one of the rows 2, 4, 5."
    assert taken.scan.survey.dispositions == {"Sale": 1}


def test_a_file_name_makes_no_remark_loud(tmp_path: Path) -> None:
    file = tmp_path / "! leads.csv"
    file.write_text(f"{HEAD}\n", "utf-8")
    scan = scan_sheet(SheetSource(file), settings_from({}, "the test"), NOW, lambda scan: list(scan.entries()))
    assert scan.remarks == (Remark("! leads.csv has headings and no rows below them: there is nothing to send."),)
    assert not scan.remarks[0].loud


def test_headings_and_cells_are_kept_without_leadsyncs_own_columns(tmp_path: Path) -> None:
    taken = Taken(tmp_path, ["sync_status,Lead Id,sync_row,FirstPhone", "failed,A,7,0383218199"])
    assert taken.scan.headings == ("Lead Id", "FirstPhone")
    assert taken.scan.roles == ("njExternalLeadId", "phone")
    assert taken.entries[2].row.cells == ("A", "0383218199")
    assert taken.entries[2].sync == {"sync_status": "failed", "sync_row": "7"}


def test_totals_are_skipped_and_listed_in_one_remark(tmp_path: Path) -> None:
    taken = Taken(tmp_path, ["Lead Id,FirstPhone,Amount", "A,0383218199,5", "Total,,5"])
    assert [entry.state for entry in taken.entries.values()] == [State.PENDING, State.SKIPPED]
    assert taken.scan.survey.skipped == 1
    said = "1 row is a total, a rule, a footer or the headings once more, and not sent: row 3."
    assert Remark(said, loud=True, kept=True) in taken.scan.remarks


def test_a_heading_for_an_id_is_doubted_in_a_form_and_a_users_name_is_not(tmp_path: Path) -> None:
    form = Taken(tmp_path, ["Lead Id,A1,B2", "A1,Ann,Bob", "10234,Sale,Busy"])
    assert form.scan.survey.no_leads == [2]
    users = Taken(tmp_path, ["Lead Id,Name,Disposition", "name,Ann,Sale", "id,Bob,Busy"])
    assert users.scan.survey.no_leads == []
