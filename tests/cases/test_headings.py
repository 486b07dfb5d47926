"""Headings below titles, sheets without headings, and columns that are not sent."""

from typing import Any

import pytest

from leadsync.config import settings_from
from leadsync.errors import LeadsyncError, MappingError, SettingsError, SheetError
from leadsync.reasons import FaultKind
from tests.cases.taken import DATA, Taken, body, kinds

ANN = ("A1", body(Name="Ann"))
HEAD = ["External Id", "Name", "FirstPhone", "Disposition"]
LEAD = ["A1", "Ann", "0412345678", "Sale"]


@pytest.mark.parametrize(
    ("name", "remark"),
    [
        ("title1.csv", "The headings are on line 2; line 1 above them is not read."),
        ("title2.csv", "The headings are on line 3; line 1 above them is not read."),
        ("title3.csv", "The headings are on line 4; the lines 1, 2 above them are not read."),
    ],
)
def test_title_lines_are_no_headings(name, remark):
    sheet = Taken(DATA / name)
    assert sheet.sent == [ANN]
    assert remark in sheet.remarks.splitlines()


@pytest.mark.parametrize("name", ["x_title_merged.xlsx", "x_numbers.xlsx"])
def test_workbooks_with_a_title_or_an_index_sheet(name):
    sheet = Taken(DATA / name)
    assert sheet.sent == [
        ("A1", body(Name="Ann", njCallBackDate="2027/11/24 14:30")),
        ("A2", body(Name="Bob", FirstPhone="0412345679", njDisposition="Callback", njCallBackDate="2027/11/25 09:00")),
    ]
    assert "not read." in sheet.remarks


@pytest.mark.parametrize(
    "above",
    [
        "Lead,,,Call",  # a band
        "Lead,Lead,Lead,Call",  # a band, its cells unmerged
        "1,2,3,4",
        "# exported by crm, 24/11/2026",
        "unique id,full name,mobile,result",  # a description of each column
        "Lead Id:,All",
    ],
)
def test_lines_above_the_headings_that_are_no_leads(taken, above):
    sheet = taken(f"{above}\n{','.join(HEAD)}\n{','.join(LEAD)}\n")
    assert sheet.sent == [ANN]


@pytest.mark.parametrize("above", [",".join(LEAD), "A1,Ann,0412345678", "A9,Ann,,Sale 2"])
def test_a_lead_above_the_headings_is_not_dropped(taken, above):
    text = f"{above}\n{','.join(HEAD)}\nA2,Bob,0412345679,Sale\n"
    with pytest.raises(SheetError, match="line 1 stands above the headings on line 2 and looks like a lead") as caught:
        taken(text.replace("Ann,,Sale 2", "Ann,x,Sale 2"))
    assert "Ann" not in str(caught.value)


def test_a_sheet_without_headings_is_recognised_and_not_quoted():
    with pytest.raises(SheetError) as caught:
        Taken(DATA / "vici_nohead.txt")
    assert str(caught.value).endswith("vici_nohead.txt: line 1 is a lead, not headings; put headings above it.")


@pytest.mark.parametrize(
    "line",
    ["A1,Ann,0412 345 678,Sale", "A1,ann@example.com,Callback", "A1,Callback,24/11/2027 14:30", "A1,Ann,Callback"],
)
def test_no_cell_of_a_lead_stands_in_the_message_about_missing_headings(taken, line):
    with pytest.raises((SheetError, MappingError)) as caught:
        taken(f"{line}\n{line}\n")
    assert isinstance(caught.value, LeadsyncError)
    assert not any(cell in str(caught.value).rpartition("leads.csv")[2] for cell in line.split(","))


def test_headings_known_by_the_settings_alone(taken):
    text = "Debtors of May\nAccount,Name,FirstPhone,Disposition\nA1,Ann,0412345678,Sale\n"
    assert taken(text, columns={"account": "njExternalLeadId"}).sent == [ANN]


def test_a_doubled_column_that_is_not_sent():
    sheet = Taken(DATA / "dup_head.csv", columns={"Comments": ""})
    assert sheet.sent == [ANN]
    with pytest.raises(MappingError, match='"Comments" = ""'):
        Taken(DATA / "dup_head.csv")


def test_an_index_of_pandas_is_not_sent():
    sheet = Taken(DATA / "pandas_index.csv")
    assert sheet.sent == [ANN, ("A2", body(Name="Bob", FirstPhone="0412345679"))]
    assert "The column 1 has no heading and counts the rows; it is not sent." in sheet.remarks.splitlines()


def test_notes_beside_the_leads_reject_no_row(taken_book):
    sheet = taken_book([HEAD, [*LEAD, "ring twice"], ["A2", "Bob", "0412345679", "Sale"]])
    assert sheet.ids == ["A1", "A2"]
    assert "! The column 5 has no heading, but 1 row has a value there" in sheet.remarks


def test_a_value_slipped_behind_the_last_column_of_a_text_is_its_rows_fault(taken):
    lines = ["External Id,Name,Disposition,", "A1,Ann,Sale,", "A2,Bob,Sale,", "A3,Lee, Cy,Sale"]
    sheet = taken("\n".join(lines))
    assert (sheet.ids, kinds(sheet.entries[4])) == (["A1", "A2"], [FaultKind.TOO_MANY_CELLS])


def test_merged_cells_and_formulas_of_unsent_columns_reject_no_row(taken_book):
    rows = [[*HEAD, "Notes", "More"], [*LEAD, "x", "=1+1"], ["A2", "Bob", "0412345679", "Sale", None, "=1+1"]]
    unsent = {"Notes": "", "More": ""}
    assert taken_book(rows, lambda sheet: sheet.merge_cells("E2:E3"), columns=unsent).ids == ["A1", "A2"]
    sheet = taken_book(rows, lambda sheet: sheet.merge_cells("D2:E3"), columns=unsent)
    assert [kinds(entry) for entry in sheet.entries.values()] == [[FaultKind.MERGED_CELL]] * 2


def test_many_formulas_of_unsent_columns_reject_no_row(taken_book):
    names = [f"Sum {number}" for number in range(9)]
    rows = [[*HEAD, *names], [*LEAD, *["=1+1"] * 9]]
    assert taken_book(rows, columns=dict.fromkeys(names, "")).sent == [ANN]


@pytest.mark.parametrize(
    ("name", "ids", "skipped"),
    [
        ("totals.csv", ["A1", "A2"], [4]),
        ("x_total_formula.xlsx", ["A1", "A2"], [4, 5]),
        ("sf_report.csv", ["A1", "A2"], [6, 7, 8, 9, 10]),
        ("sqlcmd.csv", ["A1"], [2, 5]),
    ],
)
def test_totals_and_footers_are_skipped_and_named(name, ids, skipped):
    sheet = Taken(DATA / name)
    assert (sheet.ids, sheet.skipped) == (ids, skipped)
    assert len(sheet.entries) == len(ids) + len(skipped)
    kinds = (
        "row is a total, a rule, a footer or the headings once more"
        if len(skipped) == 1
        else "rows are totals, rules, footers or the headings once more"
    )
    assert f"{kinds}, and not sent: row{'s' * (len(skipped) > 1)} {skipped[0]}" in sheet.remarks


def test_a_total_between_leads_is_not_sent(taken):
    sheet = taken(f"{','.join(HEAD)}\n{','.join(LEAD)}\nTotal,,,\nA2,Bob,0412345679,Sale\n")
    assert (sheet.ids, kinds(sheet.entries[3])) == (["A1", "A2"], [FaultKind.TOTAL_BETWEEN])


def test_headings_row_overrides(taken, taken_book):
    text = f"{','.join(HEAD)}\nid,who,number,result\nA1,Ann,0412345678,Sale\n"
    columns = {"id": "njExternalLeadId", "who": "Name", "number": "FirstPhone", "result": "njDisposition"}
    assert taken(text, input={"headings_row": 2}, columns=columns).sent == [ANN]
    rows = [["A0", *LEAD[1:]], HEAD, LEAD]
    assert taken_book(rows, input={"headings_row": 2}).sent == [ANN]
    with pytest.raises(SheetError, match="line 9 is none of the first 3 lines with text; correct headings_row"):
        taken(text, input={"headings_row": 9})


def test_the_settings_name_encoding_and_delimiter(taken):
    text = "\n".join(":".join(line) for line in (HEAD, ["A1", "Šárka", *LEAD[2:]]))
    settings = {"encoding": "cp1250", "delimiter": ":"}
    lead = [("A1", body(Name="Šárka"))]
    assert taken(text.encode("cp1250"), input=settings).sent == lead
    assert taken(text.encode("utf-8-sig"), input=settings).sent == lead


def test_the_settings_name_a_sheet_and_say_nothing_about_texts(taken, taken_book):
    def named(sheet: Any) -> None:
        sheet.title = "Leads"
        sheet.parent.create_sheet("More").append(["External Id"])
        sheet.parent["More"].append(["A2"])

    settings = {"sheet": "Leads", "encoding": "cp1252", "delimiter": ";"}
    assert taken_book([HEAD, LEAD], named, input=settings).sent == [ANN]
    assert taken(f"{';'.join(HEAD)}\n{';'.join(LEAD)}\n", input=settings).sent == [ANN]
    with pytest.raises(SheetError, match="there is no sheet 'Leads'"):
        taken_book([HEAD, LEAD], input=settings)


def test_a_file_of_leadsyncs_own_is_read_in_its_own_way(taken, taken_book):
    settings = {"sheet": "Leads", "delimiter": ";", "headings_row": 2}
    own = [[*HEAD, "sync_run"], [*LEAD, ""]]
    assert taken_book(own, input=settings).sent == [ANN]
    assert taken("\n".join(map(",".join, own)), input=settings).sent == [ANN]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"headings_row": 0}, "number of a line"),
        ({"headings_row": "first"}, "number of a line"),
        ({"encoding": "klingon"}, "no such text encoding"),
        ({"delimiter": "::"}, "give one character"),
    ],
)
def test_impossible_settings_are_refused(values, words):
    with pytest.raises(SettingsError, match=words):
        settings_from({"input": values}, "the test")


def test_a_refusal_of_the_headings_says_how_the_text_was_read(taken):
    with pytest.raises(MappingError, match=r"No column holds the leads' external id .* read as Windows-1252"):
        taken("Nr;Imię\n1;Jan\n".encode("cp1250"))
