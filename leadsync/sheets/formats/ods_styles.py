"""The number styles of an .ods with more to them than the text that its cells show: exponents and fillings.

A column of ids shows `4E+03` for 4200 under an exponent, and `4200xxx` under a filling of its width, written as `4200`.
"""

from leadsync.sheets.formats.cell_metadata import Walk

_NAME, _PARENT, _DATA = "style:name", "style:parent-style-name", "style:data-style-name"


class NumberStyles(Walk):
    """A reading of the styles that stand before the cells."""

    def __init__(self) -> None:
        self._hidden: dict[str, str] = {}
        """The part of a format that hides a number's digits, by the number style."""
        self._parts: dict[str, list[str]] = {}
        self._cells: dict[str, tuple[str, str]] = {}
        """Number style and parent by the cells' style."""
        self._number_style = ""
        self._fills = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "style":
            self._cells[attributes.get(_NAME, "")] = attributes.get(_DATA, ""), attributes.get(_PARENT, "")
        elif name.endswith("-style") and _NAME in attributes:
            self._number_style = attributes[_NAME]
        elif name == "map" and self._number_style:
            self._parts.setdefault(self._number_style, []).append(attributes.get("style:apply-style-name", ""))
        elif name == "scientific-number":
            self._hidden[self._number_style] = "0E+0"
        self._fills = name == "fill-character"

    def text(self, data: str) -> None:
        if self._fills and not data.isspace():
            self._hidden[self._number_style] = f"*{data}"

    def end(self, name: str) -> None:
        self._fills = False
        if name.endswith("-style"):
            self._number_style = ""

    def hiding(self, style: str) -> str:
        """The part of the format that hides the digits in a cell of this style; empty without one."""
        for _ in range(len(self._cells)):
            data, parent = self._cells.get(style, ("", ""))
            if data or not parent:
                break
            style = parent
        else:
            return ""
        return next(filter(None, (self._hidden.get(part) for part in (data, *self._parts.get(data, ())))), "")
