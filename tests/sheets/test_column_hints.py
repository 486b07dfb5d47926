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
QUOTED_HEADINGS = (
    "the headings are one quoted cell; in a text editor, take away the quotation marks around that line, and the "
    "delimiters behind them"
)
SEVERAL = (
    "its columns are separated by several characters, {}; in a text editor, write a tab for them, or save the sheet as "
    ".xlsx"
)
LABELLED = "each line is one field of a lead, not a lead; have the program export a table, as .csv or .xlsx"
JSON = "this is JSON, not a table; have the program export it as .csv or .xlsx"
MIXED = "the headings are separated by ';' and the lines below by ','; write ',' in both"
QUOTES = (
    'its cells stand in quotation marks of another kind, {}; in a text editor, write straight double ones ("), or save '
    "the sheet as .xlsx"
)


@pytest.mark.parametrize(
    ("lines", "hint"),
    [
        (["External Id:Name"], "it looks like one column; give --delimiter ':', or delimiter in [input]"),
        (
            ["Leads of May", "Name#External Id"],
            "it looks like one column; give --delimiter '#', or delimiter in [input]",
        ),
        (
            ["Hi Jane,", "External Id\tName", "A1\tAnn", "Kind regards,"],
            "it looks like one column; give --delimiter tab, or delimiter in [input]",
        ),
        (["Leads,,", "External Id,Name:First,Phone", "A1,Ann,"], ""),
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
        (['"External Id,Name";;;', '"A1,Ann";;;', '"A2,""Lee, Bo""";;;'], QUOTED),
        (['"External Id;Name",,', '"A1;Ann",,'], QUOTED),
        (['"Name,External Id"', "Ann,A1", "Bo,A2"], QUOTED_HEADINGS),
        (['"Name,""External Id""",,', "Ann,A1", "Bo,A2"], QUOTED_HEADINGS),
        (["External Id,Name", '"A1,Ann"', '"A2,Bo"'], ""),  # rejected line by line
        (['"External Id","Name"', '"A1","Ann"'], ""),
        (['"Lead list, May"', "Kunde,Name", "A1,Ann"], ""),
        (["External Id::Name", "A1::Ann"], SEVERAL.format("'::'")),
        (["External Id - Name - FirstPhone", "A1 - Ann - 0412345678"], SEVERAL.format("' - '")),
        (["Leads", "FirstPhone||External Id", "0412345678||A1"], SEVERAL.format("'||'")),
        (["External Id: A1", "FirstPhone: 0412345678", "", "External Id: A2", "FirstPhone:"], LABELLED),
        (["Name=Ann", "External Id=A1", "FirstPhone=0412345678"], LABELLED),
        (['[{"External Id":"A1","Name":"Ann"},', '{"External Id":"A2"}]'], JSON),
        (['{"External Id": "A1"}', '{"External Id": "A2"}'], JSON),
        (['[{"External Id":"A1"}]'], JSON),
        (["External Id - list", "External Id,Name", "A1,Ann"], ""),
        (["[", '{"External Id": "A1"}', "]"], JSON),
        (["External Id;Name", "A1,Ann", "A2,Bob"], MIXED),
        (["'External Id','Name'", "'A1','Ann'"], QUOTES.format("'")),
        (["“External Id”,“Name”", "“A1”,“Ann”"], QUOTES.format("“”")),
        (["Leads", "«Name»,«External Id»", "«Ann»,«A1»"], QUOTES.format("«»")),
        (["'External Id','Name'", "A1,Ann"], ""),
        (["External Id,Name", "'A1','Ann'"], ""),
        (["External Id", "A1::2"], ""),
        (["[External Id],[Name]", "A1,Ann"], ""),
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
