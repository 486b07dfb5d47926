"""Ids of a form of their own, in rows with fewer values or at the edge of the sheet."""

import pytest

from leadsync.run.id_forms import form_of
from leadsync.run.row_forms import RowForms


def below(sheet: str) -> str:
    """The ids of the odd rows, of three values each or with `-` of one; `title` is a rejected line, `gap` a blank."""
    forms = RowForms()
    names = sheet.split(",")
    for number, name in enumerate(names, 2):
        if name == "title":
            forms.pass_over(number, is_title=True)
        elif name != "gap":
            fields = {f"F{at}": "x" for at in range(1 if name.endswith("-") else 3)}
            forms.look_at(number, name.strip("-"), form_of(name.strip("-")), fields)
    return ",".join(names[number - 2] for number in sorted(forms.odd()))


@pytest.mark.parametrize(
    ("sheet", "rows"),
    [
        ("10234,10235,gap,title,S1,B2,N3", "S1,B2,N3"),
        ("10234,10235,10240,title,1-", "1-"),
        ("A17,A29,title,S1-,gap,B2-", "S1-,B2-"),
        ("10234,10235,gap,7,8", "7,8"),
        # leads
        ("title,10234,10235,title,S1", "S1"),
        ("title,A17,A29,title,B17,B3", ""),
        ("title,7,8,title,9,10,11", ""),
        ("title,120,121,title,98,99", ""),
        ("10234,10235,title,S1,10236", ""),
        ("10234,10235,gap,S1,B2", ""),
        ("10234,10235,gap,998,999", ""),
        ("10234,title,S1,B2", ""),
    ],
)
def test_rows_below_a_title_or_a_gap_have_ids_of_the_same_form(sheet: str, rows: str) -> None:
    assert below(sheet) == rows


def odd(sheet: str, more: int = 0) -> str:
    """The ids of the odd rows. A row is an id and the number of its values."""
    forms = RowForms()
    rows = [row.split() for row in sheet.split(",")]
    ids = [" ".join(name) for *name, _ in rows]
    for number, (name, values) in enumerate(zip(ids, (int(row[-1]) for row in rows), strict=True), 2):
        fields = {f"F{at}": "x" if at < values else "<No Change>" for at in range(3)}
        forms.look_at(number, name, form_of(name), fields)
    for number in range(more):
        forms.look_at(100 + number, "10999", "99999", {"F0": "x", "F1": "x"})
    return ",".join(ids[number - 2] for number in sorted(forms.odd()))


@pytest.mark.parametrize(
    ("sheet", "rows"),
    [
        # titles and counts between the leads
        ("6000 1,10234 2,10235 2,2000 1,10236 2,10237 2", "6000,2000"),
        ("10234 2,10235 2,2 1,10236 2,10237 2,2 1", "2,2"),
        ("V1 1,10234 2,10235 2,V2 1,10236 2,10237 2", "V1,V2"),
        # footers and hints
        ("ann 2,bob 2,Jane 1", "Jane"),
        ("ann 2,bob 2,Filter 1,User 1", "Filter,User"),
        ("PK 1,ann 3,bob 3", "PK"),
        ("ann 0,bob 0,End 0", "End"),
        ("10234 0,10235 0,0398765432 0", "0398765432"),
        ("10234 0,10235 0,Printed 24/11/2027 0", "Printed 24/11/2027"),
        ("8 digits 3,10234 3,10235 3", "8 digits"),
        ("The id in the CRM 3,ann 3,bob 3", "The id in the CRM"),
        ("$id 3,ann 3,bob 3", "$id"),
        ("10234 0,10235 0,+61398765432 0", "+61398765432"),
        # averages
        ("10234 1,10235 1,10234.5 1", "10234.5"),
        # leads
        ("98 1,99 1,100 2,101 2", ""),  # the ids count on
        ("98 1,100 2,99 1,97 2", ""),
        ("10234 2,77 2,10235 2,78 2,10236 2", ""),
        ("10234 2,77 1,78 1,10235 2,10236 2", ""),
        ("10234 2,77 1,10235 2,10236 2", ""),
        ("10234 2,77 1,10235 1,78 1,10236 2", ""),
        ("A1 1,10234 2,A2 1,10235 2", ""),  # too many
        ("10234 2,10234-2 1,10235 2,10235-2 1,10236 2,10237 2", ""),  # second rows
        ("ann 2,bob 2,Jane 2", ""),
        ("ann 2,Jane 1,bob 2", ""),
        ("ann 2,Jane 1", ""),
        ("ann 0,bob 0,Endo 0", ""),
        ("End 1,ann 1,bob 1", ""),
        ("10234 3,10235 3,1 0236 3", ""),
        ("7 1,8 1,1000 1", ""),
        ("10234 1,10234.5 1", ""),
        ("10234 1,1.5 1,2.5 1", ""),
    ],
)
def test_rows_unlike_all_others_by_form_and_values_are_odd(sheet: str, rows: str) -> None:
    assert odd(sheet) == rows


def test_long_sheets_are_not_looked_at() -> None:
    sheet = "10234 2,10235 2,2 1,10236 2,10237 2,2 1"
    assert odd(sheet, 1_994) == "2,2"
    assert odd(sheet, 1_995) == ""


@pytest.mark.parametrize(
    ("sheet", "rows"),
    [
        ("10234 1,10235 2,10236 1,1 Sale,2 Busy,3 No-Sale", "1,2,3"),
        ("10234 S1,10235 b2,S1 Sale,B2 Busy,N3 Other", "S1,B2,N3"),
        # the number of each outcome
        ("10234 Sale,10235 Busy,10236 Sale,2 Sale,1 Busy", "2,1"),
        ("10234 Sale,10235 Busy,10236 Sale,2 Sale,7 Busy", ""),
        ("10234 Sale,10235 Busy,10236 Sale,2 Sale,2 Sale", ""),
        ("10234 Sale,1 Sale,2 Busy", ""),
        # the outcomes in another column, and agents
        ("10234 Sale,10235 Busy,1 sold Sale,2 engaged Busy,3 lost Lost", "1,2,3"),
        ("10234 Sale J7,10235 Busy T8,J7 Jane Perth,T8 Tom Perth", "J7,T8"),
        ("10234 1,10235 2,0 None,1 Sale,2 Busy", "0,1,2"),
        # leads
        ("10234 1,10235 2,1 1", ""),
        ("10234 1,10235 2,7 Sale,8 Busy,1 Busy", ""),
        ("10234 Sale J7,10235 Busy T8,J7 Sale J7,A9 Busy T8,A10 Busy T8", ""),
        ("10234 Sale J7,10235 Busy J7,7 Sale J7,8 Busy J7", ""),
        ("8 10,9 11,10 8,11 9", ""),
        ("S1 Sale,S2 S1,S1 Sale,S2 Busy", ""),
        ("1 Sale,10234 1,10235 2,2 Busy", ""),
    ],
)
def test_a_legend_of_the_outcomes_below_the_leads_is_odd(sheet: str, rows: str) -> None:
    forms, names = RowForms(), dict[int, str]()
    for number, row in enumerate(sheet.split(","), 2):
        name, outcome, *agent = row.split(" ")
        names[number] = name
        forms.look_at(number, name, form_of(name), {"njDisposition": outcome, "Agent": "".join(agent)})
    assert ",".join(names[number] for number in sorted(forms.legend())) == rows
