"""Form controls: an input's value, a tick, and the chosen options of a list."""

import pytest

from leadsync.sheets.formats.web_controls import Choice, input_text


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({"value": "Sale"}, "Sale"),
        ({"type": "TEL ", "value": "0412  345"}, "0412 345"),
        ({"type": "checkbox", "checked": "", "value": "7"}, "TRUE"),
        ({"type": "radio", "value": "7"}, "FALSE"),
        ({"type": "hidden", "value": "7"}, ""),
        ({"type": "submit", "value": "Edit"}, ""),
        ({}, ""),
    ],
)
def test_the_text_of_an_input(attributes, text):
    assert input_text(attributes).strip() == text


@pytest.mark.parametrize(
    ("is_multiple", "selected", "text"),
    [
        (False, (), "A"),
        (False, (1,), "B"),
        (False, (0, 2), "C"),
        (True, (), ""),
        (True, (0, 2), "A C"),
    ],
)
def test_the_text_of_a_list_of_options(is_multiple, selected, text):
    choice = Choice(is_multiple)
    choice.data("no option's")
    for place, name in enumerate("ABC"):
        choice.begin_option({"selected": ""} if place in selected else {})
        choice.data(f" {name} ")
    assert choice.text() == text


def test_a_list_without_options_says_nothing():
    assert Choice(is_multiple=False).text() == ""
