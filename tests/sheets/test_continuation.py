"""Leads that go on below a line of words, or another table."""

import pytest

from leadsync.sheets.formats.continuation import goes_on

ABOVE = [["10234", "Ann", "Sale", "5"], ["10235", "Bob", "Busy", ""]]


@pytest.mark.parametrize(
    ("below", "is_lead"),
    [
        ("10237,Di,Sale,8", True),
        ("100234,Di,New,", True),  # a digit more
        ("77,red,New,12", False),
        ("BOSS,Ed,Gone,TBA|CEO,Flo,Gone,soon|10236,Di,Sale,6", True),  # words tell nothing
        ("BOSS,Ed,Gone,TBA|CEO,Flo,Gone,soon", False),
        ("10237,Di,Sale,8|Agent,Calls,Sum,x|10238,Ed,Busy,9", True),
        ("10237,Di,Sale,8|77,Jane,12,3", False),
        ("X7,Di,Sale,8", False),  # another form of id
        ("10237,12,Sale,8", False),  # a figure for a name
        ("10237,Sale,Di,8", False),  # an outcome for a name
        ("Di,Cy,Sale,8", False),
        ("", False),
    ],
)
def test_leads_go_on_where_most_lines_have_the_values_of_their_columns(below: str, is_lead: bool) -> None:
    lines = [line.split(",") for line in below.split("|") if line]
    assert goes_on(lines, ABOVE, 0, needs_form=True) is is_lead


def test_ids_of_any_form_go_on_but_words() -> None:
    ids = [["C-1", "Ann", "Sale", "5"]]
    assert goes_on([["c-300", "Di", "Sale", ""]], ids, 0, needs_form=True)
    assert goes_on([["X7", "Di", "Sale", ""]], ABOVE, 0, needs_form=False)
    assert not goes_on([["Di", "Cy", "Sale", ""]], ABOVE, 0, needs_form=False)
    assert not goes_on([["10237", "Di", "Sale", ""]], [], 0, needs_form=True)
