"""One column's cells: those sent as they stand, those cleaned, and each fault and note by its place."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.leads import Input, Rules, map_columns
from leadsync.leads.column_cleaner import NEW_LEAD, ColumnCleaner
from leadsync.leads.encoded_texts import TEMPLATE
from leadsync.models import NoteKind
from leadsync.reasons import FaultKind

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def cleaner(heading: str, **settings: object) -> ColumnCleaner:
    """The cleaner of the column of this heading."""
    rules = Rules(NOW, Input.model_validate(settings))
    mapping = map_columns(("Lead Id", heading) if heading != "Lead Id" else (heading,), rules)
    return ColumnCleaner(mapping.columns[-1], rules)


def test_texts_of_a_campaign_field_stand_as_they_are() -> None:
    texts = ["Jane Smith", "", "a  b", "é"]
    assert cleaner("City").clean(texts) == (texts, [])


@pytest.mark.parametrize("text", ["{{name}}", "${name}", "Hi {{name}}", "*|NAME|*", "|name|", "$name$", "[First Name]"])
def test_a_template_s_name_in_a_campaign_field_is_a_warning(text: str) -> None:
    _, [(_, cell)] = cleaner("Name").clean(["Ann", text])
    assert [note.what for note in cell.notes] == [TEMPLATE]


def test_a_cleaned_cell_is_told_by_its_place_in_the_chunk() -> None:
    values, [(place, cell)] = cleaner("FirstPhone").clean(["0383218199", "(03) 8321 8199"])
    assert values == ["0383218199", "0383218199"]
    assert place == 1
    [note] = cell.notes
    assert (note.kind, note.what, note.column) == (NoteKind.REPAIR, "separators removed", "FirstPhone")
    assert (note.before, note.after) == ("(03) 8321 8199", "0383218199")


_CELLS = st.sampled_from(
    ["Ann", "", "a\nb", "free", "NULL", "A1", "0", "'7", "7", " x ", "é", "100", "a&amp;b", "x\n", "Free"]
)


@given(st.sampled_from(["City", "Lead Id", "Priority", "FirstPhone"]), st.lists(_CELLS))
def test_many_cells_are_cleaned_as_each_alone(heading: str, texts: list[str]) -> None:
    words = {"blank_words": ["free"]}
    alone = [cleaner(heading, **words).clean([text]) for text in texts]
    values, remarkable = cleaner(heading, **words).clean(texts)
    assert values == [value for [value], _ in alone]
    assert remarkable == [(place, cell) for place, (_, odd) in enumerate(alone) for _, cell in odd]


@pytest.mark.parametrize(
    ("cell", "value", "what"),
    [
        (" Ann ", "Ann", "outer blanks removed"),
        ("'0123", "0123", "apostrophe removed"),
        ('="0123"', "0123", 'taken out of ="…"'),
        ('=HYPERLINK("http://crm/1?a=""b""";"0123")', "0123", 'taken out of ="…"'),
    ],
)
def test_what_a_spreadsheet_wraps_around_a_text_comes_off(cell: str, value: str, what: str) -> None:
    values, [(_, cleaned)] = cleaner("City").clean([cell])
    assert (values, [note.what for note in cleaned.notes]) == ([value], [what])


def test_a_text_is_cleaned_once_and_noted_each_time() -> None:
    column = cleaner("City")
    _, first = column.clean([" Ann ", " Ann "])
    assert [place for place, _ in first] == [0, 1]
    assert first[0][1] is first[1][1]
    assert column.clean([" Ann "])[1][0][1] is first[0][1]


@pytest.mark.parametrize("heading", ["FirstPhone", "Mailing Post Code"])
def test_a_date_cell_and_the_same_text_are_read_apart(heading: str) -> None:
    column = cleaner(heading)
    values, [(place, cell)] = column.clean(["0383218199", "0383218199"], [False, True])
    assert (values[0], place) == ("0383218199", 1)
    assert cell.fault is not None
    assert cell.fault.kind is FaultKind.PHONE_IS_DATE_CELL


@pytest.mark.parametrize(
    ("heading", "settings", "value", "kind"),
    [
        ("Lead Id", {}, "", FaultKind.BLANK_ID),
        ("Disposition", {}, "<No Change>", None),
        ("Disposition", {"blank_disposition": "reject"}, "", FaultKind.BLANK_DISPOSITION),
        ("Callback", {"blank_callback": "reject"}, "", FaultKind.BLANK_CALLBACK),
        ("FirstPhone", {}, "<No Change>", None),
        ("FirstPhone", {"blank_phone": "omit"}, "", None),
        ("City", {}, "", None),
    ],
)
def test_a_blank_cell_means_what_its_field_and_the_settings_say(
    heading: str, settings: dict[str, str], value: str, kind: FaultKind | None
) -> None:
    values, remarkable = cleaner(heading, **settings).clean([""])
    faults = [cell.fault.kind for _, cell in remarkable if cell.fault]
    assert (values, faults) == ([value], [kind] if kind else [])


def test_a_blank_callback_is_a_warning() -> None:
    _, [(_, cell)] = cleaner("Callback").clean([""])
    assert [(note.kind, note.what) for note in cell.notes] == [(NoteKind.WARNING, NEW_LEAD)]


def test_a_word_for_blank_of_the_settings_is_a_blank_cell() -> None:
    values, remarkable = cleaner("City", blank_words=["none given"]).clean(["none given", "None given"])
    assert values == ["", "None given"]
    assert [place for place, _ in remarkable] == [0]


def test_words_for_no_value_are_counted_and_sent() -> None:
    column = cleaner("City")
    assert column.clean(["NULL", "NULL", "N/A", "Nulla"])[0] == ["NULL", "NULL", "N/A", "Nulla"]
    assert column.null_words == {"NULL": 2, "N/A": 1}


@pytest.mark.parametrize(
    ("heading", "cells", "words"),
    [
        ("First Name", ["Nat", "Ann", "Nan"], {}),
        ("Customer_Name", ["Null", "NULL", "Nil", "NaN", "NaT"], {"NULL": 1, "NaN": 1, "NaT": 1}),
        ("Surname", ["Null", "Null", "Null", "Lee"], {"Null": 3}),
        ("Surname", ["Null"] * 3 + ["Lee"] * 297, {}),
        ("Company Name", ["Nil"], {"Nil": 1}),
        ("City", ["Nat"], {"Nat": 1}),
    ],
)
def test_people_are_called_like_words_for_no_value(heading: str, cells: list[str], words: dict[str, int]) -> None:
    column = cleaner(heading)
    assert column.clean(cells)[0] == cells
    assert column.null_words == words


def test_a_fault_shows_no_more_than_200_characters() -> None:
    _, [(_, cell)] = cleaner("Priority").clean(["x" * 300])
    assert cell.fault is not None
    assert cell.fault.value == "x" * 200
