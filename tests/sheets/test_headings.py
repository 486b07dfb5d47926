"""Where headings are missing or doubtful, the sentence proposes the line that fits."""

import pytest

from leadsync.errors import SheetError
from leadsync.spreadsheet import SheetRules


@pytest.mark.parametrize(
    ("text", "row", "end"),
    [
        ("Leads of May\nKunde,Ort\nA1,Bonn\n", None, "above the headings, or set headings_row = 2 in [input]."),
        ("Leads of May\nA1,Bonn\nA2,Ulm\n", None, "above the headings, or set headings_row in [input]."),
        ("0383218199,7\nKunde,Ort\nA1,2\n", None, "put headings above it, or set headings_row = 2 in [input]."),
        ("0383218199,7\nKunde,Ort\nAnn,Bonn\n", None, "put headings above it."),  # two lines of words
        ("0383218199,7\nKunde,Kunde\n", None, "put headings above it."),
        ("Ku\0nde,Ort\nNummer,Stadt\nA1,2\n", None, "correct that cell, or set headings_row = 2 in [input]."),
        ("Ku\0nde,Ort\nA1,2\n", None, "correct that cell."),
        ("Kunde,Ort\nA1,2\n", 9, "lines with text; set headings_row = 1 in [input]."),
        ("A1,2\nA2,3\n", 9, "lines with text; correct headings_row in [input]."),
    ],
)
def test_the_line_of_headings_is_proposed(text_file, rows_of, text, row, end):
    with pytest.raises(SheetError) as caught:
        rows_of(text_file(text), rules=SheetRules(headings_row=row))
    assert str(caught.value).endswith(end)
