"""The lists behind a preview's figures: words, figures, and the rows that belong on them after a change."""

import pytest

from leadsync.models import CALLBACK, DISPOSITION, EXTERNAL_ID, Lead, Note, NoteKind
from leadsync.web.draft_lists import doubted, figure, is_correctable, is_listed, list_place, list_why, list_words
from leadsync.web.preview import Preview

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
        {"list": "undated-0", "outcome": "Sale", "count": 1, "of": 6},
        {"list": "undated-kept", "outcome": "", "count": 3, "of": 3},
    ],
    "spellings": [["sets-1", "Sale"]],
    "odd": [9],
    "repeated_leads": 1,
    "repeated_rows": 2,
    "has_dates": True,
}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sets-0", "Sets Sale"),
        ("sets-2", ""),
        ("sets-x", ""),
        ("kept", "Keeps its outcome"),
        ("skip-UNCHANGED", "Not sent: the same as their lead was last sent"),
        ("skip-CALLED", ""),
        ("change-0", "Mobile: blanks taken out"),
        ("fault-0", "Callback Date is no date"),
        ("undated-0", "No callback date: Sale"),
        ("undated-kept", "No callback date: outcome kept"),
        ("undated-7", ""),
        ("nothing", ""),
    ],
)
def test_lists_have_words(name: str, words: str) -> None:
    assert list_words(name, PREVIEW) == words


def test_the_loudest_lists_come_first() -> None:
    lists = ["undated-0", "undated-kept", "sets-1", "look-0", "odd", "doubled"]
    assert doubted(PREVIEW) == lists
    assert doubted({**PREVIEW, "has_dates": False}) == lists[2:], "no cell could take a date"
    assert doubted({"what": "done"}) == []
    assert all(map(is_correctable, lists))
    assert not any(map(is_correctable, ("fault-0", "skip-LEFT_OUT", "all")))


def test_each_list_has_its_figure_column_and_reason() -> None:
    figures = {"undated-kept": 3, "sets-0": 6, "kept": 3, "callbacks": 4, "odd": 1, "look-0": 7, "doubled": 2}
    assert {name: figure(name, PREVIEW) for name in figures} == figures
    assert list_place("look-0", PREVIEW) == ("Phone", "")
    roles = {"sets-1": DISPOSITION, "undated-0": CALLBACK, "odd": EXTERNAL_ID}
    assert {name: list_place(name, PREVIEW) for name in roles} == {name: ("", role) for name, role in roles.items()}
    assert list_why("sets-1", PREVIEW) == "perhaps “Sale” is meant"
    assert list_why("look-0", PREVIEW) == "left out"


SALE = Lead("A1", {DISPOSITION: "Sale"}, (Note(NoteKind.WARNING, "left out", "Phone", "12"),))
DATED = Lead("A1", {DISPOSITION: "Slae", CALLBACK: "2031/02/28 10:00"})


@pytest.mark.parametrize(
    ("lead", "lists"),
    [
        (SALE, {"look-0", "new_leads", "sets-0", "undated-0", "doubled"}),
        (DATED, {"callbacks", "sets-1", "doubled"}),
        (Lead("B1", {}), {"new_leads", "kept", "undated-kept"}),
        (Lead("B1", {EXTERNAL_ID: "B1"}), {"kept"}),
    ],
    ids=["no date", "dated", "kept", "inserted"],
)
def test_a_changed_row_belongs_where_its_values_say(lead: Lead, lists: set[str]) -> None:
    known = [
        "look-0",
        "change-0",
        "sets-0",
        "sets-1",
        "kept",
        "undated-0",
        "undated-kept",
        "new_leads",
        "callbacks",
        "doubled",
        "odd",
    ]
    assert {name for name in known if is_listed(name, PREVIEW, lead, "A1")} == lists
