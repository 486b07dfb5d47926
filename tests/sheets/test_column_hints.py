"""A text that looks like one column is refused with its delimiter, or for its fixed width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.sheets.formats.column_hints import one_column_hint
from leadsync.spreadsheet import HeadingNames

NAMES = HeadingNames(frozenset({"externalid"}), frozenset({"firstphone"}), frozenset({"externalid", "firstphone"}))
FIXED = "its columns are aligned by blanks (fixed width); save it as .csv or .xlsx"


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
