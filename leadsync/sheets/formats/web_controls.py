"""The form controls of a web page's cells to their texts: what a person has typed, ticked or chosen there. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from leadsync.sheets.formats.web_cells import LINE, shown_text, squeezed

_NO_VALUES = frozenset(("hidden", "submit", "button", "reset", "image", "file", "password"))
"""Inputs that show no value of a lead. Source: HTML, 4.10.5.1."""


def input_text(attributes: Mapping[str, str]) -> str:
    """Return the text of any input but a radio button: its value, or TRUE or FALSE for a tick box."""
    kind = attributes.get("type", "").strip().lower()
    if kind == "checkbox":
        return " TRUE " if "checked" in attributes else " FALSE "
    return "" if kind in _NO_VALUES else f" {squeezed(attributes.get('value', ''))} "


_ASKING = (
    r"(?:please\s+)?(?:select|choose|pick)(?:\s+(?:an?|one|the|your|any|from|option|value|item|here|status|outcome)\b.*)?",
    r"please\s+(?:select|choose|pick|specify)\b.*",
    r"(?:bitte\s+)?(?:(?:aus)?wählen?|auswahl)\b.*",
    r"(?:veuillez\s+)?(?:choisi|sélectionne)(?:r|ssez|z)\b.*",
    r"(?:por\s+favor\W+)?(?:selecc?ion[ae]r?|elija|elige|elegir|escolh[ae]r?)\b.*",
    r"(?:scegli(?:ere)?|seleziona(?:re)?|maak een keuze|kies|selecteer|vælg|velg|välj|valitse)\b.*",
    r"(?:wybierz|vyberte|válasszon|alege|alegeți|выберите|оберіть|seçiniz|seçin|επιλέξτε)\b.*",
    r".*選択してください.*|请选择.*|請選擇.*|선택.*",
)
_FRAMED = r"([-–—*=])\1.*\1\1|[<(\[](?:none|no selection)[>)\]]"
_PROMPT = re.compile(rf"{_FRAMED}|\W*(?:{'|'.join(_ASKING)})?\W*", re.IGNORECASE)
"""An option that asks for a choice: `Select one`, `-- None --`, `Bitte wählen`."""


def is_prompt(text: str) -> bool:
    """Whether an option's text only asks for a choice."""
    return _PROMPT.fullmatch(text) is not None


@dataclass(slots=True)
class Choice:
    """A list of options under way. Without a selected one, a menu shows the first that can be chosen; a box none."""

    is_multiple: bool
    is_box: bool = False
    options: list[list[str]] = field(default_factory=list)
    selected: list[int] = field(default_factory=list)
    disabled: set[int] = field(default_factory=set)
    without_value: set[int] = field(default_factory=set)
    _label: str = ""
    """The last option's label, which a browser shows in place of its text."""

    @classmethod
    def of(cls, attributes: Mapping[str, str]) -> "Choice":
        """Begin a list; one of several lines is a box. Source: HTML, 4.10.7, display size."""
        size = attributes.get("size", "").strip()
        return cls("multiple" in attributes, is_box=size.isdecimal() and int(size[:4]) > 1)

    def begin_option(self, attributes: Mapping[str, str]) -> None:
        """Take the data that follow for a further option's."""
        place = len(self.options)
        if "selected" in attributes:
            self.selected.append(place)
        if "disabled" in attributes:
            self.disabled.add(place)
        if attributes.get("value", "x") == "":
            self.without_value.add(place)
        self.options.append([])
        self._label = squeezed(attributes.get("label", ""))
        if self._label:
            self.options[-1].append(self._label)

    def data(self, data: str) -> None:
        """Take a text of the last option."""
        if self.options and not self._label:
            self.options[-1].append(squeezed(data))

    def text(self) -> str:
        """Return the chosen options' texts, each on a line; of several in a list for one, the last, as in a browser.

        A disabled option, one with an empty value, or one such as `Select one` asks for a choice and is none.
        """
        places = range(len(self.options))
        first = next((place for place in places if place not in self.disabled), -1)
        default = [] if self.is_box else [first]
        chosen = self.selected if self.is_multiple else self.selected[-1:] or default
        asking = self.disabled | self.without_value
        texts = ("".join(self.options[place]).strip() for place in places if place in chosen and place not in asking)
        return LINE.join(text for text in texts if not is_prompt(text))


@dataclass(slots=True)
class _Button:
    """A radio button, with the pieces of the label around it or of the text behind it."""

    attributes: Mapping[str, str]
    pieces: list[str]


@dataclass(slots=True)
class Radios:
    """The radio buttons of a cell under way, and their labels."""

    buttons: list[_Button] = field(default_factory=list)
    _label: list[str] | None = None
    _named: str = ""
    """The id that the open label names."""
    _behind: list[str] | None = None
    """The text behind the last button, if no label was around it."""
    _labels: dict[str, list[str]] = field(default_factory=dict)

    def begin_label(self, attributes: Mapping[str, str]) -> None:
        """Take the pieces that follow for a label's."""
        self._label, self._named = [], attributes.get("for", "")

    def end_label(self) -> None:
        """Give the label's text to the button that it names, or stands behind."""
        if self._label is None:
            return
        if self._named:
            self._labels[self._named] = self._label
        elif self._behind is not None and all(button.pieces is not self._label for button in self.buttons):
            self._behind += self._label
        self._label = None

    def begin(self, attributes: Mapping[str, str]) -> None:
        """Take a radio button."""
        if self._label is None:
            pieces = self._behind = []
        else:
            pieces, self._behind = self._label, None
        self.buttons.append(_Button(attributes, pieces))

    def add(self, piece: str) -> None:
        """Take a piece of text."""
        target = self._behind if self._label is None else self._label
        if target is not None:
            target.append(piece)

    def text(self) -> str:
        """Return the labels of the checked buttons, one of each group; a button without a label has its value."""
        checked = {
            button.attributes.get("name", ""): button for button in self.buttons if "checked" in button.attributes
        }
        return " ".join(map(self._text, checked.values()))

    def _text(self, button: _Button) -> str:
        label = self._labels.get(button.attributes.get("id", ""), button.pieces)
        return shown_text(label) or squeezed(button.attributes.get("value", "")).strip() or "TRUE"
