"""The metadata of cells in the XML inside an .ods.

An OpenDocument cell has the visible text beside its value, so formats need not be applied, but for a few in columns of
ids.
"""

import io
import math
import re
import zipfile
from datetime import datetime, timedelta
from decimal import Decimal
from typing import BinaryIO

from leadsync.sheets.formats.cell_metadata import CellMetadata, Place, Stopgaps, Walk, walk_xml
from leadsync.sheets.formats.cell_text import plain_number
from leadsync.sheets.formats.conditional_formats import ICONS_ALONE, may_show_others, opendocument_veil
from leadsync.sheets.formats.number_formats import shows, word_shown
from leadsync.sheets.formats.ods_styles import CELL, TEXT, Styles
from leadsync.sheets.formats.serial_dates import serial_of
from leadsync.spreadsheet import LONGEST_CELL, MOST_COLUMNS

_MOST_REPEATED = 1 << 20
_REPEATED = re.compile(rb"""number-rows-repeated=["'](\d+)["'][^>]*(?<!/)>""")
_FILLED = re.compile(rb"""<text:p[^>/]*>|\bvalue=["'][^"']|table:formula=""")
_VALUES = frozenset(f"office:{kind}value" for kind in ("", "string-", "date-", "time-", "boolean-"))
_KINDS = frozenset({"float", "currency", "percentage", "date", "time", "boolean", "string", "void"})
_NUMBERS = frozenset({"float", "currency", "percentage"})
_MOMENTS = frozenset({"date", "time"})
_CLOCK = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
_DIGIT = re.compile(r"\d")
_DAY_0 = "1899-12-30"
_VALUE_OF = {kind: f"office:{kind}-value" for kind in ("string", "date", "time")}
"""The attribute with a cell's value; `office:value` for other kinds."""
_GENERAL = re.compile(r"-?\d(?:[.,]\d+)?E[+-]\d{2,3}|TRUE|FALSE")
"""Texts of the format General: a number too long for it, and a truth."""
_ERROR = re.compile(r"#(?:N/A|DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!)|Err:\d+")
_ELAPSED = re.compile(r"-PT|PT(?:\d{3,}|2[4-9]|[3-9]\d)H")
"""A day or more, or less than nothing: how much of it is shown depends on the format."""
_BETWEEN_TAGS = re.compile(rb"(?<=>)\s+(?=</?table:)|(</?table:[^>]*>|</text:p>)\s+(?=<)")
_BLANKS = {"tab": "\t", "line-break": "\n"}
"""Elements in place of a character of a text; calamine passes over them."""
_USUAL_STYLE = "table:default-cell-style-name"
_HIDDEN = ("collapse", "filter")
_HIDING = ";;;"
"""A format that shows nothing, for a cell with a value and an empty text."""
_MIME_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIME_TYPE}"/></manifest:manifest>'
)
_IN_BRACKETS = re.compile(r"\(([^()]*%) *\)")
"""A negative percentage under a format such as `0%;(0%)`; the brackets are looks, as an amount's."""
_PADDED = re.compile(r"[0+(][\d ()\-]+")
"""A number shown with leading zeros or as a phone number."""


def cell_metadata(file: BinaryIO, sheet: str, identifiers: frozenset[int]) -> CellMetadata:
    """Return the metadata of one sheet of an .ods.

    Raises `ValueError`, `KeyError` or `ExpatError` for an odd file.
    """
    metadata = CellMetadata()
    styles = Styles()
    with zipfile.ZipFile(file) as archive:
        for name in {"meta.xml", "settings.xml", "styles.xml"}.intersection(archive.namelist()):
            with archive.open(name) as stream:
                walk_xml(stream.read, styles)
        with archive.open("content.xml") as stream:
            walk = _CellWalk(sheet, metadata, identifiers, styles)
            walk_xml(stream.read, walk)
    metadata.formulas = {**walk.stopgaps.wrong_zeros(), **metadata.formulas, **walk.stopgaps.unworked()}
    if styles.keeps_zeros:
        metadata.doubted = walk.stopgaps.doubtful() - metadata.formulas.keys()
    metadata.hides_zeros = styles.hides_zeros
    return metadata


def repeated_rows(file: BinaryIO) -> int:
    """Count the rows of an .ods file written as mere repetitions of a row with text, in all its sheets.

    calamine makes rows of them all, and a few bytes can ask for millions. Raises `KeyError`.
    """
    with zipfile.ZipFile(file) as archive:
        content = archive.read("content.xml")
    repeated = 0
    for count in _REPEATED.finditer(content):
        row_end = content.find(b"table-row", count.end())
        if _FILLED.search(content, count.end(), row_end):
            repeated += int(count[1]) - 1
    return repeated


def tightened(file: BinaryIO) -> io.BytesIO:
    """Return a copy of an .ods file without the blanks between its elements; calamine stumbles at them."""
    copy = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(copy, "w") as target:
        _write(target, source.read("content.xml"))
    copy.seek(0)
    return copy


def packed(file: BinaryIO) -> io.BytesIO:
    """Return a flat OpenDocument sheet (.fods) as an .ods, without the blanks between its elements.

    Raises `UnicodeDecodeError` for another encoding than UTF-8, the only one of the programs that write it.
    """
    file.seek(0)
    content = file.read()
    content.decode("utf-8")
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as target:
        _write(target, content.lstrip())
    copy.seek(0)
    return copy


def _write(target: zipfile.ZipFile, content: bytes) -> None:
    # First and unpacked, as the standard wants it: programs tell the file by it.
    target.writestr("mimetype", _MIME_TYPE)
    target.writestr("META-INF/manifest.xml", _MANIFEST)
    target.writestr("content.xml", _BETWEEN_TAGS.sub(rb"\1", content))


def _days(kind: str, value: str) -> Decimal | None:
    """Return the number of days of a cell's value, or the number; None for a text and for an odd value."""
    try:
        if kind == "date":
            return serial_of(datetime.fromisoformat(value))
        if kind == "time":
            found = _CLOCK.fullmatch(value)
            hours, minutes, seconds = map(int, found.groups() if found else ())
            return serial_of(timedelta(hours=hours, minutes=minutes, seconds=seconds))
        return Decimal(value) if kind in _NUMBERS else None
    except (ValueError, ArithmeticError):
        return None


class _CellWalk(Walk):
    """Goes from cell to cell of one table; runs of equal rows and cells stand once in the file, with a count."""

    def __init__(self, sheet: str, metadata: CellMetadata, identifiers: frozenset[int], styles: Styles) -> None:
        self._sheet = sheet
        self._styles = styles
        self._in_body = False
        self._row_style = ""
        self._column_styles: list[tuple[int, str]] = []
        """The usual styles of the columns up to a number."""
        self._metadata = metadata
        self.stopgaps = Stopgaps()
        self._identifiers = identifiers
        self._here = self._commenting = False
        self._row = self._rows = self._column = 0
        self._ranges = ""
        """The cells of a conditional format."""
        self._cell: dict[str, str] = {}
        self._spans: list[bool] = []
        """For each open part of a text, whether its style strikes it."""
        self._begin_cell({})

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._in_body:
            self._in_body = name == "body"
            self._styles.start(name, attributes)
        elif name == "table":
            self._here = attributes.get("table:name") == self._sheet
        elif name == "table-column" and self._here:
            first = self._column_styles[-1][0] if self._column_styles else 0
            end = first + int(attributes.get("table:number-columns-repeated", 1))
            if attributes.get("table:visibility") in _HIDDEN:
                self._metadata.hidden_columns.update(range(first, min(end, MOST_COLUMNS)))
            self._column_styles.append((end, attributes.get(_USUAL_STYLE, "")))
        elif name == "table-row":
            self._row_style = attributes.get(_USUAL_STYLE, "")
            self._rows = int(attributes.get("table:number-rows-repeated", 1))
            self._column = 0
            # A hidden rest of the sheet may be repeated a million times: bounded.
            is_flat = self._styles.flattens(attributes.get("table:style-name", ""))
            if self._here and (is_flat or attributes.get("table:visibility") in _HIDDEN):
                self._metadata.hidden.update(range(self._row, self._row + min(self._rows, _MOST_REPEATED)))
        elif name in ("table-cell", "covered-table-cell"):
            self._begin_cell(attributes)
        elif name == "annotation":
            self._commenting = True
        elif name == "conditional-format":
            self._ranges = attributes.get("calcext:target-range-address", "")
        elif name == "condition" and self._here:
            code = self._styles.code_of(attributes.get("calcext:apply-style-name", ""))
            if may_show_others(code):
                rule = opendocument_veil(self._ranges, code, attributes.get("calcext:value", ""))
                self._metadata.veils.append(rule)
        elif self._here and attributes.get("calcext:show-value") == "false":
            self._metadata.veils.append(opendocument_veil(self._ranges, ICONS_ALONE, ""))
        elif self._here and not self._commenting:
            self._begin_within(name, attributes)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._cell = attributes
        self._text = ""
        self._paragraphs = 0
        self._is_broken = self._is_struck = False

    def _begin_within(self, name: str, attributes: dict[str, str]) -> None:
        if name == "p":
            self._text += "\n" if self._paragraphs else ""
            self._paragraphs += 1
        elif name == "span":
            self._spans.append(self._styles.strikes(TEXT, attributes.get("text:style-name", "")))
        elif name == "s":
            self._text += " " * min(int(attributes.get("text:c", 1)), LONGEST_CELL)
        elif name in _BLANKS:
            self._text += _BLANKS[name]
            self._is_broken = True

    def text(self, data: str) -> None:
        if not self._in_body:
            self._styles.text(data)
        elif self._here and not self._commenting:
            self._text += data
            self._is_struck = self._is_struck or (any(self._spans) and not data.isspace())

    def end(self, name: str) -> None:
        if not self._in_body:
            self._styles.end(name)
        if not self._here:
            return
        if name in ("table-cell", "covered-table-cell"):
            self._end_cell()
        elif name == "span" and self._spans and not self._commenting:
            self._spans.pop()
        elif name == "table-row":
            self._row += self._rows
        elif name == "table":
            self._here = False
        elif name == "annotation":
            self._commenting = False

    def _end_cell(self) -> None:
        repeated = int(self._cell.get("table:number-columns-repeated", 1))
        rows = int(self._cell.get("table:number-rows-spanned", 1))
        columns = int(self._cell.get("table:number-columns-spanned", 1))
        if rows > 1 or columns > 1:
            last = (self._row + rows - 1, self._column + columns - 1)
            self._metadata.merged.append(((self._row, self._column), last))
        usual = self._kept()
        if "table:formula" in self._cell and (usual is None or usual[0] is not self._metadata.formulas):
            is_error = usual is not None and usual[0] is self._metadata.errors
            self._count_formula(repeated, is_stopgap=not is_error and self._is_stopgap())
        name = (self._name() if self._identifiers else None) or usual
        if usual is not None or name is not None:
            for column in range(self._column, self._column + min(repeated, _MOST_REPEATED)):
                kept = name if column in self._identifiers else usual
                if kept is not None:
                    places = range(self._row, self._row + min(self._rows, _MOST_REPEATED))
                    kept[0].update(dict.fromkeys(((row, column) for row in places), kept[1]))
        if self._styles.strike and self._text.strip():
            self._keep_struck(repeated)
        self._column += repeated

    def _is_stopgap(self) -> bool | None:
        """Whether a formula's value is a 0; None for an empty text of LibreOffice, which works it out."""
        kind = self._cell.get("office:value-type", "")
        if not kind and not self._text:
            return None
        return _days(kind, self._cell.get(_VALUE_OF.get(kind, "office:value"), "")) == 0

    def _count_formula(self, repeated: int, *, is_stopgap: bool | None) -> None:
        text = self._formula_text()
        for row in range(self._row, self._row + min(self._rows, _MOST_REPEATED)):
            for column in range(self._column, self._column + min(repeated, _MOST_REPEATED)):
                self.stopgaps.add((row, column), text, is_stopgap=is_stopgap)
                if is_stopgap:
                    self.stopgaps.add_zero((row, column), text[1:])

    def _formula_text(self) -> str:
        return "=" + self._cell["table:formula"].partition("=")[2]

    def _keep_struck(self, repeated: int) -> None:
        if self._is_struck or self._styles.strikes(CELL, self._style()):
            columns = range(self._column, self._column + min(repeated, _MOST_REPEATED))
            rows = range(self._row, self._row + min(self._rows, _MOST_REPEATED))
            self._metadata.struck.update((row, column) for row in rows for column in columns)

    def _kept(self) -> tuple[dict[Place, str], str] | None:
        """Return the cell's kind of metadata and its text; None for most cells, as calamine tells all about them."""
        text = self._text.strip()
        kind = self._cell.get("office:value-type")
        if self._cell.get("calcext:value-type") == "error":
            return self._metadata.errors, text or "#VALUE!"
        if kind != "string" and _ERROR.fullmatch(text):
            return self._metadata.errors, text  # as older programs write it: as the number 0
        if "table:formula" in self._cell and not text and _VALUES.isdisjoint(self._cell):
            # LibreOffice writes an empty text as a paragraph without a kind (its sc/source/filter/xml/xmlexprt.cxx).
            if kind is None and self._paragraphs and self._styles.works_out:
                return None
            return self._metadata.formulas, self._formula_text()
        if kind is not None and kind not in _KINDS and text:
            return self._metadata.texts, text
        if (odd := self._odd_date(kind or "", text)) is not None:
            return odd
        value = self._cell.get(_VALUE_OF.get(kind or "", "office:value"), "").strip()
        if value and not text and self._paragraphs:
            return (self._metadata.text_formats if kind == "string" else self._metadata.formats), _HIDING
        if kind == "string" and (self._is_broken or (value and value != text)):
            return self._metadata.texts, self._text
        if kind == "percentage" or (kind == "float" and self._is_as_seen(text)):
            share = _IN_BRACKETS.fullmatch(text)
            return self._metadata.texts, f"-{share[1]}" if share else text
        if _ELAPSED.match(self._cell.get("office:time-value", "")) or (
            kind == "float" and (text in ("TRUE", "FALSE") or self._is_padded(text))
        ):
            return self._metadata.texts, text
        return None

    def _is_as_seen(self, text: str) -> bool:
        """Whether a number goes out as it is seen: as a percentage, by the part for it of a percentage's format
        (`"nil"`), or as the words of another format."""
        if "%" in text or not text or _DIGIT.search(text):
            return "%" in text
        number = float(self._cell.get("office:value", "nan"))
        return self._styles.has_shares(self._style()) or (
            math.isfinite(number) and word_shown(number, self._styles.code_of(self._style())) is not None
        )

    def _odd_date(self, kind: str, text: str) -> tuple[dict[Place, str], str] | None:
        """Return a number that is shown as a date with its format, and a date that is not with its text; None for any
        other cell."""
        value = self._cell.get(_VALUE_OF.get(kind, "office:value"), "")
        number = _days(kind, value)
        if number is None or not text or (code := self._styles.date_code(self._style(), number)) is None:
            return None
        is_moment = kind in _MOMENTS
        if not code and (is_moment or (self._styles.has_dates(self._style()) and not _DIGIT.search(text))):
            return self._metadata.texts, text
        is_odd = code and (not is_moment or (kind == "date" and value.startswith(_DAY_0)))
        return (self._metadata.formats, code) if is_odd else None

    def _name(self) -> tuple[dict[Place, str], str] | None:
        """Return the kind of metadata and the text of a number that is shown otherwise than by its plain digits, or of
        a long time."""
        text = self._text.strip()
        if _ELAPSED.match(self._cell.get("office:time-value", "")):
            return self._metadata.unclear, text
        if self._cell.get("office:value-type") not in _NUMBERS or not text:
            return None
        number = float(self._cell.get("office:value", "nan"))
        if hiding := self._styles.hiding(self._style()):
            return self._metadata.unclear, hiding
        if text == plain_number(number) or _ERROR.fullmatch(text) or _GENERAL.fullmatch(text):
            return None
        is_clear = shows(text, number) or (number == 0 and not any(map(str.isdecimal, text)))
        return (self._metadata.texts if is_clear else self._metadata.unclear), text

    def _style(self) -> str:
        usual = next((style for end, style in self._column_styles if self._column < end), "")
        return self._cell.get("table:style-name") or self._row_style or usual

    def _is_padded(self, text: str) -> bool:
        digits = "".join(filter(str.isdecimal, text))
        return bool(_PADDED.fullmatch(text)) and digits.lstrip("0") == self._cell.get("office:value")
