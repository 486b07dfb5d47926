"""A text that looks like one column is refused with its delimiter, or for its fixed width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.sheets.formats.column_hints import one_column_hint
from leadsync.spreadsheet import HeadingNames

NAMES = HeadingNames(frozenset({"externalid"}), frozenset({"firstphone"}), frozenset({"externalid", "firstphone"}))
FIXED = "its columns are aligned by blanks (fixed width); save it as .csv or .xlsx"
QUOTED = (
    "each line is one quoted cell; in a text editor, take away the quotation marks around the lines and write doubled "
    "ones once, or have the program export it anew"
)


@pytest.mark.parametrize(
    ("lines", "hint"),
    [
        (["External Id:Name"], "it looks like one column; give --delimiter ':', or delimiter in [input]"),
        (
            ["Leads of May", "Name#External Id"],
            "it looks like one column; give --delimiter '#', or delimiter in [input]",
        ),
        (["External Id  Name      FirstPhone"], FIXED),
        (["External Id Name      FirstPhone"], FIXED),
        (["ExternalId FirstPhone Name", "A1         0412345678 Ann"], FIXED),
        (["External Id FirstPhone Ext", "A1          0412345678 7"], FIXED),
        (["ExternalId and FirstPhone", "External Id,Name", "A1,Ann"], ""),
        (["External Id FirstPhone list", "Id of the lead,Name", "A1,Ann"], ""),
        (['"External Id,Name"', '"A1,""Ann, Lee"""'], QUOTED),
        (['"Leads of May"', '"External Id,Name"', '"A1,Ann"'], QUOTED),
        (['"Kunde,Name"', '"A1,Ann"', ""], QUOTED),
        (["External Id", '"A1,2"', '"A2,3"'], ""),
        (['"Lead list, May"', "Kunde,Name", "A1,Ann"], ""),
        (["External Id"], ""),
        (["External Id,Name:First"], ""),
        (["Title: May", "External Id,Name"], ""),
        (["Name:Town"], ""),
        ([], ""),
    ],
)
def test_hints(lines, hint):
    assert one_column_hint(lines, ",", NAMES) == hint


@given(st.lists(st.text(), max_size=5))
def test_a_text_with_sound_headings_first_gets_no_hint(lines):
    assert one_column_hint(["External Id,Name", *lines], ",", NAMES) == ""
