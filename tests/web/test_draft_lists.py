"""The lists behind a preview's figures: words, figures, and the rows that belong on them after a change."""

import pytest

from leadsync.models import CALLBACK, DISPOSITION, EXTERNAL_ID, Lead, Note, NoteKind
from leadsync.web.draft_lists import doubted, figure, is_correctable, is_listed, list_place, list_why, list_words
from leadsync.web.preview import Preview, list_name

SALE_SET, SLAE_SET = list_name("sets", "Sale"), list_name("sets", "Slae")
SALE_UNDATED = list_name("undated", "Sale")
LOOK, CHANGE, FAULT = (
    list_name("look", "Phone", "left out"),
    list_name("change", "Mobile", "blanks taken out"),
    list_name("fault", "Callback Date", "is no date"),
)

PREVIEW: Preview = {
    "dispositions": [["Sale", 6], ["Slae", 1]],
    "kept_dispositions": 3,
    "callbacks": 4,
    "new_leads": 6,
    "skips": [["UNCHANGED", 1]],
    "rejections": [{"column": "Callback Date", "what": "is no date"}],
    "changes": [{"column": "Mobile", "what": "blanks taken out"}],
    "look_at": [{"column": "Phone", "what": "left out", "count": 7}],
    "undated": [
        {"list": SALE_UNDATED, "outcome": "Sale", "count": 1, "of": 6},
        {"list": "undated-kept", "outcome": "", "count": 3, "of": 3},
    ],
    "spellings": [[SLAE_SET, "Sale"]],
    "odd": [9],
    "repeated_leads": 1,
    "repeated_rows": 2,
    "has_dates": True,
}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (SALE_SET, "Sets Sale"),
        (list_name("sets", "Busy"), ""),
        ("sets-x", ""),
        ("kept", "Keeps its outcome"),
        ("skip-UNCHANGED", "Not sent: the same as their lead was last sent"),
        ("skip-CALLED", ""),
        (CHANGE, "Mobile: blanks taken out"),
        (FAULT, "Callback Date is no date"),
        (SALE_UNDATED, "No callback date: Sale"),
        ("undated-kept", "No callback date: outcome kept"),
        ("undated-7", ""),
        ("nothing", ""),
    ],
)
def test_lists_have_words(name: str, words: str) -> None:
    assert list_words(name, PREVIEW) == words


def test_a_list_keeps_its_name_in_another_reading() -> None:
    assert SALE_SET == "sets-32fa7b321756"
    assert list_words(SALE_SET, {**PREVIEW, "dispositions": [["Slae", 9], ["Sale", 1]]}) == "Sets Sale"
    assert list_words(SALE_SET, {**PREVIEW, "dispositions": [["Slae", 9]]}) == ""


def test_the_loudest_lists_come_first() -> None:
    lists = [SALE_UNDATED, "undated-kept", SLAE_SET, LOOK, "odd", "doubled"]
    assert doubted(PREVIEW) == lists
    assert doubted({**PREVIEW, "has_dates": False}) == lists[2:], "no cell could take a date"
    assert doubted({"what": "done"}) == []
    assert all(map(is_correctable, lists))
    assert not any(map(is_correctable, (FAULT, "skip-LEFT_OUT", "all")))


def test_each_list_has_its_figure_column_and_reason() -> None:
    figures = {"undated-kept": 3, SALE_SET: 6, "kept": 3, "callbacks": 4, "odd": 1, LOOK: 7, "doubled": 2}
    assert {name: figure(name, PREVIEW) for name in figures} == figures
    assert list_place(LOOK, PREVIEW) == ("Phone", "")
    roles = {SLAE_SET: DISPOSITION, SALE_UNDATED: CALLBACK, "odd": EXTERNAL_ID}
    assert {name: list_place(name, PREVIEW) for name in roles} == {name: ("", role) for name, role in roles.items()}
    assert list_why(SLAE_SET, PREVIEW) == "perhaps “Sale” is meant"
    assert list_why(LOOK, PREVIEW) == "left out"


SALE = Lead("A1", {DISPOSITION: "Sale"}, (Note(NoteKind.WARNING, "left out", "Phone", "12"),))
DATED = Lead("A1", {DISPOSITION: "Slae", CALLBACK: "2031/02/28 10:00"})


@pytest.mark.parametrize(
    ("lead", "lists"),
    [
        (SALE, {LOOK, "new_leads", SALE_SET, SALE_UNDATED, "doubled"}),
        (DATED, {"callbacks", SLAE_SET, "doubled"}),
        (Lead("B1", {}), {"new_leads", "kept", "undated-kept"}),
        (Lead("B1", {EXTERNAL_ID: "B1"}), {"kept"}),
    ],
    ids=["no date", "dated", "kept", "inserted"],
)
def test_a_changed_row_belongs_where_its_values_say(lead: Lead, lists: set[str]) -> None:
    known = [
        LOOK,
        CHANGE,
        SALE_SET,
        SLAE_SET,
        "kept",
        SALE_UNDATED,
        "undated-kept",
        "new_leads",
        "callbacks",
        "doubled",
        "odd",
    ]
    assert {name for name in known if is_listed(name, PREVIEW, lead, "A1")} == lists
