"""Form controls: an input's value, a tick, and the chosen options of a list."""

import pytest

from leadsync.sheets.formats.web_controls import Choice, Radios, input_text, is_prompt


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({"value": "Sale"}, "Sale"),
        ({"type": "TEL ", "value": "0412  345"}, "0412 345"),
        ({"type": "checkbox", "checked": "", "value": "7"}, "TRUE"),
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
        (True, (0, 2), "A\nC"),
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


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ([({"disabled": ""}, "Choose…"), ({}, "Busy")], "Busy"),
        ([({"disabled": "", "selected": ""}, "Choose…"), ({}, "Busy")], ""),
        ([({"value": ""}, "Choose…"), ({}, "Busy")], ""),
        ([({"value": ""}, "Choose…"), ({"selected": ""}, "Busy")], "Busy"),
        ([({"disabled": ""}, "Choose…")], ""),
        ([({"value": "0"}, "-- None --"), ({}, "Busy")], ""),
        ([({}, "Busy"), ({"selected": ""}, "Bitte wählen")], ""),
        ([({"label": "Busy"}, "B1"), ({}, "Sale")], "Busy"),
        ([({"label": ""}, "B1"), ({}, "Sale")], "B1"),
    ],
)
def test_an_option_that_asks_for_a_choice_is_none(options, text):
    choice = Choice(is_multiple=False)
    for attributes, name in options:
        choice.begin_option(attributes)
        choice.data(name)
    assert choice.text() == text


@pytest.mark.parametrize(
    "text",
    [
        "Select", "Select one", "Select an outcome…", "Please select", "Please choose a status", "Choose...",
        "Pick one", "-- None --", "--None--", "-- Select --", "— Select —", "---", "…", "", "<none>", "(None)",
        "[Select]",
        "Bitte wählen", "Bitte auswählen", "Auswahl", "Choisissez", "Veuillez choisir", "Sélectionnez…", "Seleccione",
        "Por favor, elija", "Selecione", "Seleziona", "Kies een optie", "Vælg", "Välj", "Wybierz", "Vyberte",
        "Выберите", "Seçiniz", "選択してください", "请选择",
    ],
)  # fmt: skip
def test_a_text_that_asks_for_a_choice(text):
    assert is_prompt(text)


@pytest.mark.parametrize(
    "text",
    ["Sale", "None", "None of these", "Selected", "Select Plan", "Pick up later", "Please call back", "<No Change>",
     "Bitte zurückrufen", "No Answer", "N/A", "-5"],
)  # fmt: skip
def test_a_text_that_is_a_choice(text):
    assert not is_prompt(text)


def radios_of(*events):
    """Radios from events: a mapping is a button, a tuple a label with its events, a text a piece."""
    radios = Radios()
    for event in events:
        if isinstance(event, tuple):
            names, *inner = event
            radios.begin_label(names)
            for one in inner:
                radios.add(one) if isinstance(one, str) else radios.begin(one)
            radios.end_label()
        else:
            radios.add(event) if isinstance(event, str) else radios.begin(event)
    return radios


ON, OFF = {"name": "a", "value": "7", "checked": "", "id": "on"}, {"name": "a", "value": "8", "id": "off"}


@pytest.mark.parametrize(
    ("events", "text"),
    [
        ((ON, "Busy ", OFF, "DNC"), "Busy"),
        (("Status: ", OFF, "Busy ", ON, "DNC"), "DNC"),
        ((OFF, "Busy ", OFF, "DNC"), ""),
        ((({}, ON, "Busy"), " / ", ({}, OFF, "DNC")), "Busy"),
        ((({}, "Busy ", ON), " / ", ({}, "DNC ", OFF)), "Busy"),
        ((ON, ({}, "Busy"), OFF, ({}, "DNC")), "Busy"),
        ((({"for": "on"}, "Busy"), ON, ({"for": "off"}, "DNC"), OFF), "Busy"),
        ((ON, OFF), "7"),
        (({"checked": ""},), "TRUE"),
        ((ON, "Busy", {"name": "b", "checked": ""}, "Late"), "Busy Late"),
    ],
)
def test_the_checked_radio_button_of_a_group_is_its_text(events, text):
    assert radios_of(*events).text() == text
