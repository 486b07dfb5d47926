"""A second line of headings below the first, and forms."""

import pytest

from leadsync.sheets.formats.second_headings import without_second_headings
from leadsync.sheets.source_lines import SourceLine
from leadsync.spreadsheet import HeadingNames

NAMES = HeadingNames(
    frozenset({"externalid", "njexternalleadid", "kundennummer"}),
    frozenset({"phone", "firstphone"}),
    frozenset({"externalid", "njexternalleadid", "kundennummer", "phone", "firstphone", "disposition", "outcome"}),
    frozenset({"id", "no"}),
)
HEADINGS = ["External Id", "Name", "Phone", "Disposition"]


def faults(*lines: str) -> list[str]:
    rows = [SourceLine(number, line.split(",")) for number, line in enumerate(lines, 2)]
    found = without_second_headings(iter([rows]), HEADINGS, NAMES)
    return [line.faults[0][0] if line.faults else "" for chunk in found for line in chunk]


@pytest.mark.parametrize(
    "line",
    [
        "njExternalLeadId,Name,FirstPhone,njDisposition",
        "Kundennummer,Kunde,Telefon,Outcome",
        "Unique ID,Full name,,Outcome",
        "<id>,<name>,,<outcome>",
        "(required),(optional),(10 digits),(see list)",
        "1,2,3,4",
        "ID_001,NAME_002,TEL_003,DISP_004",
        "Col1,Col2,Col3,Col4",
        "(1),(2),(3),(4)",
        "a,b,c,d",
        "string,string,string,string",
        "Mandatory,Optional,Optional,Mandatory",
        "Max 20,Max 50,Max 50,Max 20",
    ],
)
def test_a_second_line_of_headings_is_told_alone(line: str) -> None:
    assert faults(line, "A1,Ann,0412345678,Sale", line) == ["SECOND_HEADINGS", "", ""]


@pytest.mark.parametrize(
    "line",
    [
        "External Id,Name,Phone,Disposition",  # once more
        "Name,External Id,Phone,Disposition",  # other columns
        "External Id,Phone,Name,Disposition",
        "A1,Ann,0412345678,Outcome",
        "ann,Ann,0412345678,Sale",
        "1,2,3,Sale",
        "1,1,1,1",
        "<A1>,Ann,,Sale",
        ",,,",
    ],
)
def test_any_other_line_is_none(line: str) -> None:
    assert faults(line) == [""]


@pytest.mark.parametrize(
    ("lines", "is_doubted"),
    [
        ("string,string,string,enum|ann,Ann,Acme,Sale", True),
        ("Do not change,Editable,Editable,Editable|ann,Ann,Acme,Sale", True),
        ("ID,Nom,Tél,Résultat|ann,Ann,Acme,Sale", True),
        ("编号,姓名,,结果|ann,Ann,,Sale|bob,Bob,,Busy", True),
        ("李雷,Li,,Sale|ann,Ann,,Sale|bob,Bob,,Busy", False),
        ("id,Ida,,Sale|ann,Ann,,Sale", False),
        ("ann,Yes,Yes,Yes|bob,No,No,No", False),  # answers
        ("ann,Optional,Optional,Optional|bob,Mandatory,Optional,Optional", False),
        ("ann,Cash,Cash,Sale|bob,Bob,Acme,Sale", False),
        ("7,5,5,5|8,Bob,Acme,Sale", False),
    ],
)
def test_a_line_of_one_text_in_most_cells_is_doubted(lines: str, is_doubted: bool) -> None:
    rows = [SourceLine(number, line.split(",")) for number, line in enumerate(lines.split("|"), 2)]
    (found,) = without_second_headings(iter([rows]), HEADINGS, NAMES)
    assert [line.doubted for line in found] == [is_doubted, *[False] * (len(rows) - 1)]
    assert not any(line.faults for line in found)


@pytest.mark.parametrize(
    ("heading", "lines", "is_card"),
    [
        ("KG7731", "Customer name,Zeb|Mobile,0412999888|Result,Sale", True),
        ("10234", "Name,Ann|Tel.,(03) 9876 5432", True),
        ("Notes", "ann,x|bob,0412999888", False),
        ("Phone 1", "ann,0412999887|bob,0412999888", False),
        ("2024", "ann,x|bob,5", False),
        ("2024", "A1,x|bob,0412999888", False),
    ],
)
def test_a_card_of_one_lead_is_told_line_by_line(heading: str, lines: str, is_card: bool) -> None:
    rows = [SourceLine(number, line.split(",")) for number, line in enumerate(lines.split("|"), 2)]
    (found,) = without_second_headings(iter([rows]), ["External Id", heading], NAMES)
    assert [bool(line.faults) for line in found] == [is_card] * len(rows)


def test_a_form_is_told_line_by_line() -> None:
    assert faults("Name,Ann,,", "Phone,0412345678,,", "Disposition,Sale,,") == ["HEADINGS_DOWN"] * 3
    assert faults("Phone,Ann,,", "A1,Bob,,") == ["", ""]
