"""The form controls of a web page's cells to their texts: what a person has typed, ticked or chosen there. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadsync.sheets.formats.web_cells import squeezed

_TICK_BOXES = frozenset(("checkbox", "radio"))
_NO_VALUES = frozenset(("hidden", "submit", "button", "reset", "image", "file", "password"))
"""Inputs that show no value of a lead. Source: HTML, 4.10.5.1."""


def input_text(attributes: Mapping[str, str]) -> str:
    """Return the text of an input: its value, or TRUE and FALSE for a tick box, as in a workbook."""
    kind = attributes.get("type", "").strip().lower()
    if kind in _TICK_BOXES:
        return " TRUE " if "checked" in attributes else " FALSE "
    return "" if kind in _NO_VALUES else f" {squeezed(attributes.get('value', ''))} "


@dataclass(slots=True)
class Choice:
    """A list of options under way; without a selected option a browser shows the first, if only one can be chosen."""

    is_multiple: bool
    options: list[list[str]] = field(default_factory=list)
    selected: list[int] = field(default_factory=list)

    def begin_option(self, attributes: Mapping[str, str]) -> None:
        """Take the data that follow for a further option's."""
        if "selected" in attributes:
            self.selected.append(len(self.options))
        self.options.append([])

    def data(self, data: str) -> None:
        """Take a text of the last option."""
        if self.options:
            self.options[-1].append(squeezed(data))

    def text(self) -> str:
        """Return the chosen options' texts; of several in a list for one, the last, as in a browser."""
        chosen = self.selected if self.is_multiple else self.selected[-1:] or [0]
        return " ".join("".join(option).strip() for option in map(self._option, chosen))

    def _option(self, place: int) -> list[str]:
        return self.options[place] if place < len(self.options) else []
