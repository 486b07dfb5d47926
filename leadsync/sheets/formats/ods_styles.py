"""The styles of an .ods with more to them than the text of its cells: exponents, fillings, lines through the text,
dates, the option to show no zeros, and the program that wrote it.

A column of ids shows `4E+03` for 4200 under an exponent, and `4200xxx` under a filling of its width, written as `4200`.
"""

import re
from decimal import Decimal

from leadsync.sheets.formats.cell_metadata import Walk, is_flat
from leadsync.sheets.formats.format_codes import Section

_NAME, _PARENT, _DATA = "style:name", "style:parent-style-name", "style:data-style-name"
_LINES = {"style:text-line-through-style", "style:text-line-through-type"}
CELL, TEXT = "table-cell", "text"
"""Families of styles: each has names of its own."""

_FIGURES = {"day": "d", "day-of-week": "ddd", "month": "m", "year": "yyyy", "era": "g", "hours": "h", "minutes": "mm"}
_FIGURES |= {"seconds": "ss", "am-pm": "AM/PM"}
_CONDITION = re.compile(r"value\(\)\s*(<=|>=|!=|<|>|=)\s*(-?\d{1,15}(?:\.\d{1,15})?)")


_INVISIBLE = frozenset({"text", "map", "text-properties", "fill-character"})
"""Elements of a number style that show nothing themselves."""
_BLANK = '""'
_MOST_DIGITS = 20
_BY_SIGN = ((">=",), (">", "<"), (">", "<", "="))
"""The conditions of parts that a format code has by their order, all of them of 0."""
_OFFICE = re.compile(r"\s*[\w. ]*Office[\w.]*/")
"""`LibreOffice/7.4.7.2$Linux_X86_64`, `OpenOffice.org/3.2$Win32`, `Collabora_Office/6.4`, `MicrosoftOffice/16.0`."""
_KEEPS_ZEROS = re.compile(r"(?!\s*Microsoft)\s*[\w. ]*(?:Office[\w.]*|[Gg]numeric)/")
"""LibreOffice, its kin and Gnumeric. Excel works all formulas out."""


class Styles(Walk):
    """A reading of the styles that stand before the cells."""

    def __init__(self) -> None:
        self._hidden: dict[str, str] = {}
        """The part of a format that hides a number's digits, by the number style."""
        self._parts: dict[str, list[Section]] = {}
        """The parts of a format with a condition, by the number style: the names of their styles."""
        self._codes: dict[str, str] = {}
        """Format codes of dates and times by the number style; empty for any other."""
        self._looks: dict[str, str] = {}
        """By the number style its texts and figures, as in a format code without decimals."""
        self._shares = set[str]()
        """The number styles of percentages."""
        self._names: dict[str, str] = {}
        """The cells' styles by the names that people see."""
        self._cells: dict[str, tuple[str, str]] = {}
        """Number style and parent by the cells' style."""
        self._number_style = ""
        self._fills = self._is_text = self._is_elapsed = False
        self._style = (CELL, "")
        self._parents: dict[tuple[str, str], str] = {}
        self._flat = set[str]()
        """The styles of rows without a height."""
        self._lines: dict[tuple[str, str], bool] = {}
        """Whether a style strikes the text, for each with a word on it."""
        self._option = ""
        self._is_generator = False
        self._generator = ""
        self.hides_zeros = False
        """An option of the whole workbook, in its settings."""

    @property
    def works_out(self) -> bool:
        """Whether an office program wrote the file, so that it worked the formulas out; a library does not."""
        return _OFFICE.match(self._generator) is not None

    @property
    def keeps_zeros(self) -> bool:
        """Whether a program wrote the file that keeps a library's zeros for formulas."""
        return _KEEPS_ZEROS.match(self._generator) is not None

    @property
    def strike(self) -> bool:
        """Whether any style has a line through the text."""
        return any(self._lines.values())

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "style":
            self._cells[attributes.get(_NAME, "")] = attributes.get(_DATA, ""), attributes.get(_PARENT, "")
            self._style = attributes.get("style:family", CELL), attributes.get(_NAME, "")
            self._names[attributes.get("style:display-name", self._style[1])] = self._style[1]
            self._parents[self._style] = attributes.get(_PARENT, "")
            self._lines.pop(self._style, None)
        elif name == "text-properties" and not self._number_style and (lines := _LINES & attributes.keys()):
            self._lines[self._style] = any(attributes[line] != "none" for line in lines)
        elif name == "table-row-properties" and is_flat(attributes.get("style:row-height", "")):
            self._flat.add(self._style[1])
        elif name.endswith("-style") and _NAME in attributes:
            self._number_style = attributes[_NAME]
            self._codes[self._number_style] = self._looks[self._number_style] = ""
            self._shares |= {attributes[_NAME]} if name == "percentage-style" else set()
            self._is_elapsed = attributes.get("number:truncate-on-overflow") == "false"
        elif name == "map" and self._number_style:
            self._parts.setdefault(self._number_style, []).append(_part(attributes))
        elif name in _FIGURES and self._number_style:
            self._add_figure("mmm" if "number:textual" in attributes else _FIGURES[name])
        elif name == "scientific-number":
            self._hidden[self._number_style] = "0E+0"
        elif self._number_style and name == "text-content":
            self._looks[self._number_style] += "@"
        if self._number_style and name not in _INVISIBLE and not name.endswith(("-style", "-content")):
            self._looks[self._number_style] += _look(name, attributes)
        self._fills = name == "fill-character"
        self._is_text = name == "text"
        self._is_generator = name == "generator"
        self._option = attributes.get("config:name", "") if name == "config-item" else ""

    def text(self, data: str) -> None:
        if self._fills and not data.isspace():
            self._hidden[self._number_style] = f"*{data}"
        if self._is_text and self._codes.get(self._number_style):
            self._codes[self._number_style] += data if not data.strip(" /:.,-") else f'"{data}"'
        if self._is_text and self._number_style and data.strip():
            is_share = self._number_style in self._shares and data.strip() == "%"
            self._looks[self._number_style] += "%" if is_share else '"' + data.replace('"', "") + '"'
        if self._is_generator:
            self._generator += data
        if self._option == "ShowZeroValues" and data.strip() == "false":
            self.hides_zeros = True

    def _add_figure(self, figure: str) -> None:
        if self._is_elapsed and figure == "h":
            figure = "[h]"
        self._codes[self._number_style] += figure

    def end(self, name: str) -> None:
        self._fills = self._is_text = self._is_generator = False
        if name.endswith("-style"):
            self._number_style = ""

    def strikes(self, family: str, style: str) -> bool:
        """Whether a style has a line through the text, by itself or by a parent."""
        for _ in range(len(self._parents)):
            if (family, style) in self._lines or not style:
                break
            style = self._parents.get((family, style), "")
        return self._lines.get((family, style), False)

    def flattens(self, row_style: str) -> bool:
        """Whether a row of this style has no height."""
        return row_style in self._flat

    def hiding(self, style: str) -> str:
        """The part of the format that hides the digits in a cell of this style; empty without one."""
        return next(filter(None, map(self._hidden.get, self._all_parts(style))), "")

    def code_of(self, shown_name: str) -> str:
        """Return a format code that shows and hides the same values as a cell's style, by the name that people see."""
        data = self._data_style(self._names.get(shown_name, shown_name))
        if data not in self._looks:
            return ""
        parts = self._parts.get(data, [])
        looks = [self._looks.get(part.pieces[0]) or _BLANK for part in parts]
        signs = tuple(part.condition[0] if part.condition and not part.condition[1] else "" for part in parts)
        if signs not in _BY_SIGN:
            conditions = [part.condition or ("=", Decimal()) for part in parts]
            looks = [f"[{sign}{number}]{look}" for (sign, number), look in zip(conditions, looks, strict=True)]
        return ";".join((*looks, self._looks[data] or _BLANK))

    def has_dates(self, style: str) -> bool:
        """Whether any part of the format of this cell's style shows dates or times."""
        return any(map(self._codes.get, self._all_parts(style)))

    def has_shares(self, style: str) -> bool:
        """Whether any part of the format of this cell's style is a percentage's."""
        return not self._shares.isdisjoint(self._all_parts(style))

    def date_code(self, style: str, number: Decimal) -> str | None:
        """Return the code by which a cell of this style shows a number as a date or time, empty if it does not; None
        for an unknown style."""
        data = self._data_style(style)
        name = next((part.pieces[0] for part in self._parts.get(data, ()) if part.fits(number)), data)
        return self._codes.get(name)

    def _all_parts(self, style: str) -> list[str]:
        data = self._data_style(style)
        return [data, *(part.pieces[0] for part in self._parts.get(data, ()))]

    def _data_style(self, style: str) -> str:
        """The number style of a cell's style, its own or that of a parent."""
        for _ in range(len(self._cells)):
            data, parent = self._cells.get(style, ("", ""))
            if data or not parent:
                return data
            style = parent
        return ""


def _look(name: str, attributes: dict[str, str]) -> str:
    """An element of a number style as it stands in a format code."""
    if name == "currency-symbol":
        return '"¤"'
    digits = attributes.get("number:min-integer-digits", "1")
    return _FIGURES.get(name) or "0" * min(int(digits), _MOST_DIGITS) or "#"


def _part(attributes: dict[str, str]) -> Section:
    """A style for the numbers that meet a condition."""
    found = _CONDITION.fullmatch(attributes.get("style:condition", "").strip())
    condition = (found[1].replace("!=", "<>"), Decimal(found[2])) if found else None
    return Section((attributes.get("style:apply-style-name", ""),), (), condition=condition)
