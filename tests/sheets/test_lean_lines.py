"""Titles and totals of two cells and more, told from leads with few values; ids alone are in `test_other_tables`."""

import pytest

from leadsync.sheets.formats.other_tables import told_apart
from leadsync.sheets.source_lines import SourceLine
from leadsync.spreadsheet import HeadingNames

WIDE = ["External Id", "Name", "Phone 1", "Disposition", "Callback", "Calls", "Amount"]
PHONE_NAMES = HeadingNames(frozenset({"externalid"}), frozenset({"phone1"}), frozenset({"externalid", "phone1"}))


def lean(above: str, first: str, below: str) -> str:
    """The rejected ids, and the doubted ones with a question mark, of a line above leads and one below them; `first`
    are the leads' ids."""
    ids = first.split()
    leads = [[name, "Ann", "0412345678", "Sale", "24/11/2027 14:30", str(at), "20.5"] for at, name in enumerate(ids)]
    given = [line.split(",") + [""] * (6 - line.count(",")) for line in (above, below) if line]
    lines = [*(given[:1] if above else []), *leads, *(given[-1:] if below else [])]
    rows = [SourceLine(number, cells) for number, cells in enumerate(lines, 2)]
    found = [line for chunk in told_apart(iter([rows]), WIDE, 1, PHONE_NAMES) for line in chunk]
    return " ".join(line.cells[0] + "?" * line.doubted for line in found if line.faults or line.doubted)


LONG, SMALL, SIGNED, NAMED = "10234 10235 10236", "10 20 40", "C1 C2 C3", "ann bob cy"


@pytest.mark.parametrize(
    ("above", "ids", "below", "rejected"),
    [
        ("", LONG, "3,,,,,6,125.75", "3"),
        ("", LONG, "3,,,,25/11/2027 14:30,6,125.75", "3"),
        ("", LONG, "10235,,,,,2,41.92", "10235"),  # the average
        ("", LONG, "10234.5,,,,,2,41.92", "10234.5"),
        ("", LONG, "3,3", "3"),
        ("", LONG, "3,,,3", "3"),
        ("", SIGNED, "3,,,,,6", "3"),
        ("", SMALL, "70,,,,,45", "70"),
        ("30705,,,,,6,125.75", LONG, "", "30705"),
        ("3,,,,,6,125.75", LONG, "", "3"),
        ("", LONG, "9999,TOTAL,,,,6,125.75", "9999"),
        ("", LONG, "10237,Grand total", "10237"),
        ("", LONG, "3 rows,Total,,,,6", "3 rows"),
        ("", NAMED, "di,Total,,,,6", "di"),
        ("Agent Jane,2 leads", LONG, "", "Agent Jane"),
        ("Campaign:,Winter", LONG, "Campaign:,Summer", "Campaign: Campaign:"),
        ("3001,VIC", LONG, "North,12", "3001? North"),
        ("", LONG, "3,Leads,,,,6,125.75", "3"),
        ("", LONG, "3,,,3 Sales,,6,125.75", "3"),
        ("", LONG, "Jane Sum,20469,,,,11", "Jane Sum"),
        ("", LONG, "10237,Ann Sum,,,,6,125.75", "10237"),  # of the group Ann
        ("", LONG, "2,Ann Ergebnis,,,,6,125.75", "2"),
        # perhaps
        ("1,first note", LONG, "2,Target", "1? 2?"),
        ("7,,,Sale", LONG, "99,,,Do Not Call", "7? 99?"),
        ("", LONG, "7,,,Sale", "7?"),
        ("102,Dan,,Sale", LONG, "103,Eve", "102? 103?"),
        ("", "100 200", "300,,,,,3", "300?"),  # a sum, or the next id
        ("", LONG, "3,,,Sale,,6,125.75", "3?"),
        ("", LONG, "10237,Sub total North,,,,6,125.75", "10237?"),
        ("X7,Dan,,Sale", LONG, "NEW-1,,,3 Low Rd", "X7? NEW-1?"),
        ("SMITH,Dan", LONG, "A-10,,,,,7", "SMITH? A-10?"),
        ("", LONG, "Jane Citizen,,,Sale", "Jane Citizen"),
        # leads, each of them
        ("", "98 99", "100,,,,,7", ""),
        ("", LONG, "10237,Ann Lee,,,,7", ""),
        ("", LONG, "10237,Total Oil", ""),
        ("", LONG, "10237,,,No Sale", ""),
        ("", LONG, "10237,,,,,6,125.75", ""),
        ("", LONG, "10237,Dan,,Sale", ""),
        ("", LONG, "10237,,,,25/11/2027 14:30", ""),
        ("", LONG, "3,,0412345679", ""),
        ("", LONG, "VIP,Dan,0412345679", ""),
        ("", LONG, "VIP,0412345679", ""),
        ("", LONG, "VIP,dan@example.com", ""),
        ("", LONG, "3,Dan,,Sale,24/11/2027 14:30,1,2", ""),
        ("", NAMED, "North,12", ""),
        ("", "1 2 33 x4 E-5 6.7", "3001,VIC", ""),  # ids of all shapes
        ("", "10234", "10237,Total Tools", ""),
    ],
)  # fmt: skip
def test_a_lean_line_is_a_title_or_a_total_by_its_words_or_its_id(above, ids, below, rejected):
    assert lean(above, ids, below) == rejected


def test_lean_lines_among_few_others_are_leads():
    lines = [["10234", "Ann", "", "Sale", "x", "1", "2"], *([str(30 + at), "VIC", *[""] * 5] for at in range(4))]
    rows = [SourceLine(number, cells) for number, cells in enumerate(lines, 2)]
    assert not any(line.faults for chunk in told_apart(iter([rows]), WIDE, 1, PHONE_NAMES) for line in chunk)
