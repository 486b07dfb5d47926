"""The metadata of cells in the XML inside an .xlsx.

A search of the sheet's bytes rules such cells out for most sheets; only the others are parsed.
"""

import posixpath
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from typing import IO, BinaryIO

from leadsync.sheets.formats.cell_metadata import (
    BUILT_IN_FORMATS,
    CellMetadata,
    Formats,
    Place,
    Stopgaps,
    Walk,
    is_flat,
    is_nothing,
    walk_xml,
)
from leadsync.sheets.formats.conditional_formats import ICONS_ALONE, Veil, areas_of, may_show_others
from leadsync.sheets.source_lines import letter
from leadsync.spreadsheet import MOST_COLUMNS

_BLOCK = 1 << 18
_LONGEST_ROW = 1 << 23
_ROW_BEGINS = b"row r="
_NAME = re.compile(rb' r="([A-Z]*\d+)"')
"""Of a row or cell."""
_Elements = list[tuple[str, dict[str, str]]]
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})\Z")


_WORKBOOK = "xl/workbook.xml"
_PROGRAM = re.compile(rb"<(?:\w+:)?Application>([^<]+)<")
_OFFICE = re.compile(rb"\b(?:excel|wps|numbers|sheets?|spreadsheets|planmaker|hancell)\b|office|calc", re.IGNORECASE)
"""`Microsoft Excel`, `LibreOffice/7.4.7.2$Linux_X86_64`, `WPS Spreadsheets`; others are libraries, and Gnumeric, which
keeps their stopgaps."""
_KEEPS_ZEROS = re.compile(rb"office[\w.]*/", re.IGNORECASE)
"""LibreOffice and its kin keep the zeros of XlsxWriter until a person has all worked out anew; the zeros of formulas
that truly come to nothing else look the same."""
_GNUMERIC = re.compile(rb"gnumeric", re.IGNORECASE)
_STYLE_LISTS = ("fonts", "fills", "borders", "cellXfs", "cellStyleXfs", "cellStyles", "dxfs")
_STRIKE = b"strike"
_TEXTS = ("s", "str", "inlineStr")
_ICONS = ("iconSet", "dataBar")
_ZEROS = ("0", "0.0")
_STOPGAPS = ("", *_ZEROS)
"""What libraries write for the value of a formula."""
_XLSX_WRITER = "124519"
"""The engine that XlsxWriter and its kin name. They write a 0 for each formula whose value they are not given."""
_FLAT = re.compile(rb' ht="(?:0|1[".])')
_ICONS_ALONE = (b' showValue="0"', b' showValue="false"')
"""Behind all rows."""
_NO_ZEROS = (b'showZeros="0"', b'showZeros="false"', b"showZeros='")
"""In front of all rows."""


def cell_metadata(file: BinaryIO, sheet: str, identifiers: frozenset[int]) -> CellMetadata:
    """Return the metadata of one sheet of an .xlsx.

    Raises `ValueError`, `KeyError` or `ExpatError` for an odd file.
    """
    with zipfile.ZipFile(file) as archive:
        parts = parts_of(archive)
        workbook = _elements(archive, parts[_WORKBOOK])
        relation = next(
            attributes["id"] for name, attributes in workbook if name == "sheet" and attributes.get("name") == sheet
        )
        part = parts[related_part(archive, parts, _WORKBOOK, relation)]
        codes, struck, veils = _styles(archive, parts)
        formats = Formats(codes, identifiers, struck)
        struck_texts = _struck_texts(archive, parts)
        metadata = CellMetadata(epoch_1904=_says(workbook, "workbookPr", "date1904"))
        if struck_texts or veils or _worth_walking(archive, part, formats, identifiers):
            works_out = _says(workbook, "calcPr", "fullCalcOnLoad")
            program = _program(archive, parts)
            is_of_library, keeps_zeros = program and not _OFFICE.search(program), _KEEPS_ZEROS.search(program)
            doubted = _STOPGAPS if is_of_library else _ZEROS if works_out or keeps_zeros else ()
            engine = next((attributes.get("calcId") for name, attributes in workbook if name == "calcPr"), None)
            zero_is_none = works_out and engine == _XLSX_WRITER
            walk = _CellWalk(formats, struck_texts, metadata, veils, doubted, zero_is_none=zero_is_none)
            with archive.open(part) as stream:
                walk_xml(stream.read, walk)
            metadata.formulas = {**walk.stopgaps.wrong_zeros(), **metadata.formulas}
            if not keeps_zeros:
                metadata.formulas |= walk.stopgaps.unworked()
            if keeps_zeros or _GNUMERIC.search(program):
                metadata.doubted = walk.stopgaps.doubtful() - metadata.formulas.keys()
        return metadata


def missing_sheets(archive: zipfile.ZipFile) -> list[str]:
    """Return the names of the sheets without a part in the archive."""
    parts = parts_of(archive)
    sheets = [attributes for name, attributes in _elements(archive, parts[_WORKBOOK]) if name == "sheet"]
    return [
        sheet.get("name", "") for sheet in sheets if related_part(archive, parts, _WORKBOOK, sheet["id"]) not in parts
    ]


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the archive's name of the part of each sheet, by the sheet's name; sheets without a part are left out."""
    parts = parts_of(archive)
    sheets = [attributes for name, attributes in _elements(archive, parts[_WORKBOOK]) if name == "sheet"]
    found = {sheet["name"]: related_part(archive, parts, _WORKBOOK, sheet["id"]) for sheet in sheets}
    return {name: parts[part] for name, part in found.items() if part in parts}


def parts_of(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the archive's names of its parts, by plain ones: small letters, no backslashes."""
    return {name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}


def related_part(archive: zipfile.ZipFile, parts: dict[str, str], workbook: str, relation: str) -> str:
    """Return the target of the workbook's relationship, as a key of `parts_of`."""
    folder, _, name = workbook.rpartition("/")
    target = next(
        attributes["Target"]
        for element, attributes in _elements(archive, parts[f"{folder}/_rels/{name}.rels"])
        if element == "Relationship" and attributes.get("Id", attributes.get("id")) == relation
    )
    target = target.replace("\\", "/").lower()
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")


def _says(workbook: _Elements, element: str, attribute: str) -> bool:
    """Whether the workbook says yes to this."""
    return any(name == element and attributes.get(attribute) in ("1", "true") for name, attributes in workbook)


def _program(archive: zipfile.ZipFile, parts: Mapping[str, str]) -> bytes:
    """Return the name of the program that wrote the file; empty if it names none."""
    if (name := parts.get("docprops/app.xml")) is None:
        return b""
    with archive.open(name) as stream:
        program = _PROGRAM.search(stream.read(_BLOCK))
    return program[1] if program else b""


class _AttributeWalk(Walk):
    """The attributes of every element, under its name, in order; prefixes taken off."""

    def __init__(self) -> None:
        self.elements: _Elements = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements.append((name, {key.rpartition(":")[2]: value for key, value in attributes.items()}))


def _elements(archive: zipfile.ZipFile, name: str) -> _Elements:
    walk = _AttributeWalk()
    with archive.open(name) as stream:
        walk_xml(stream.read, walk)
    return walk.elements


def _styles(archive: zipfile.ZipFile, parts: dict[str, str]) -> tuple[dict[str, str], set[str], dict[str, str]]:
    """Return the format codes by the style index of cells, the indexes with a line through the text, and the format
    codes of the conditional styles that alter values."""
    if "xl/styles.xml" not in parts:
        return {}, set(), {}
    codes = {str(number): code for number, code in BUILT_IN_FORMATS.items()}
    styles: list[dict[str, str]] = []
    fonts, struck = -1, set[str]()
    conditional, veils = -1, dict[str, str]()
    part = ""
    for name, attributes in _elements(archive, parts["xl/styles.xml"]):
        conditional += part == "dxfs" and name == "dxf"
        code = attributes.get("formatCode", "")
        if part == "dxfs" and name == "numFmt" and may_show_others(code):
            veils[str(conditional)] = code
        elif name == "numFmt" and "numFmtId" in attributes:
            codes[attributes["numFmtId"]] = code
        # xf and font elements stand in several lists; a cell's style counts in cellXfs alone, its font in fonts.
        elif name in _STYLE_LISTS:
            part = name
        elif part == "fonts" and name == "font":
            fonts += 1
        elif part == "fonts" and _strikes(name, attributes):
            struck.add(str(fonts))
        elif part == "cellXfs" and name == "xf":
            styles.append(attributes)
    by_style = {str(at): codes.get(style.get("numFmtId", ""), "") for at, style in enumerate(styles)}
    return by_style, {str(at) for at, style in enumerate(styles) if style.get("fontId") in struck}, veils


def _strikes(name: str, attributes: dict[str, str]) -> bool:
    return name == "strike" and attributes.get("val") not in ("0", "false")


class _StruckTexts(Walk):
    """The numbers of the shared texts with a part struck out."""

    def __init__(self) -> None:
        self.numbers = set[str]()
        self._number = -1
        self._is_struck = self._is_text = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._number += name == "si"
        self._is_text = name == "t"
        self._is_struck = _strikes(name, attributes) or (self._is_struck and name not in ("si", "r"))

    def text(self, data: str) -> None:
        if self._is_struck and self._is_text and data.strip():
            self.numbers.add(str(self._number))


def _struck_texts(archive: zipfile.ZipFile, parts: dict[str, str]) -> set[str]:
    if (name := parts.get("xl/sharedstrings.xml")) is None:
        return set()
    with archive.open(name) as stream:
        last = b""
        while (block := stream.read(_BLOCK)) and _STRIKE not in last + block:
            last = block[-len(_STRIKE) :]
    if not block:
        return set()
    walk = _StruckTexts()
    with archive.open(name) as stream:
        walk_xml(stream.read, walk)
    return walk.numbers


def _worth_walking(archive: zipfile.ZipFile, part: str, formats: Formats, identifiers: frozenset[int]) -> bool:
    # Formulas, errors, hidden rows, struck text, and quotes of a program other than the usual: each needs the walk.
    signs = [b"<f", b":f", b't="e"', b"t='e'", b" r='", b" hidden=", b' width="0', _STRIKE]
    needed = {*formats.everywhere, *formats.of_texts, *formats.struck}
    signs += [f" s={quote}{style}{quote}".encode() for style in needed for quote in ('"', "'")]
    name = _cell_of_names(formats, identifiers)
    day = _cell_without_day(formats)
    highest = 0
    with archive.open(part) as stream:
        for number, rows in enumerate(_whole_rows(stream)):
            if number == 0 and any(sign in rows for sign in _NO_ZEROS):
                return True
            # Plain searches, one for each sign: four times as fast here as one regular expression for all.
            if len(rows) > _LONGEST_ROW or any(sign in rows for sign in signs) or (name and name.search(rows)):
                return True
            if day and day.search(rows):
                return True
            if b' ht="' in rows and _FLAT.search(rows):
                return True
            names = _NAME.findall(rows)
            numbers = [highest, *map(int, filter(bytes.isdigit, names))]
            # A row or cell that stands twice: programs show one alone.
            if len(set(names)) < len(names) or numbers != sorted(set(numbers)):
                return True
            highest = numbers[-1]
    return any(sign in rows for sign in _ICONS_ALONE)


def _cell_of_names(formats: Formats, identifiers: frozenset[int]) -> re.Pattern[bytes] | None:
    """The pattern of a cell in a column of names, with a format to follow; None if there cannot be any."""
    if not formats.of_names:
        return None
    columns, styles = "|".join(map(letter, identifiers)), "|".join(formats.of_names)
    cell, style = rf' r="(?:{columns})\d+"', rf' s="(?:{styles})"'
    return re.compile(rf"{cell}[^>]*?{style}|{style}[^>]*?{cell}".encode())


def _cell_without_day(formats: Formats) -> re.Pattern[bytes] | None:
    """The pattern of a cell with a date's format and a number below 1, or a time's and one below 0; None if there
    cannot be any."""
    kinds = ((formats.of_days, "(?:0|[^<]*E-)"), (formats.of_moments, "-"))
    found = [rf'(?:{"|".join(styles)})"[^>]*><v>{number}' for styles, number in kinds if styles]
    return re.compile(rf' s="(?:{"|".join(found)})'.encode()) if found else None


def _number(text: str | None) -> float:
    """The number of a cell; 1 of a blank one, whose format has no effect."""
    return float(text) if text and text.strip() else 1


def _whole_rows(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the XML of a sheet in pieces, each up to the beginning of a row unless it gets very long."""
    rest = b""
    while block := stream.read(_BLOCK):
        rest += block
        end = rest.rfind(_ROW_BEGINS) if len(rest) <= _LONGEST_ROW else len(rest)
        if end > 0:
            yield rest[:end]
            rest = rest[end:]
    yield rest


def _is_hidden(attributes: dict[str, str]) -> bool:
    """Whether a row or column is hidden by name."""
    return attributes.get("hidden") in ("1", "true")


class _CellWalk(Walk):
    """Goes from cell to cell of a sheet and keeps the remarkable ones.

    `doubted` are the results that stand for no value if all formulas have them; `zero_is_none`: each 0 does by itself.
    """

    def __init__(
        self,
        formats: Formats,
        struck_texts: Collection[str],
        metadata: CellMetadata,
        veils: Mapping[str, str],
        doubted: Collection[str],
        *,
        zero_is_none: bool,
    ) -> None:
        self._formats = formats
        self._struck_texts = struck_texts
        self._doubted = doubted
        self._zero_is_none = zero_is_none
        self._metadata = metadata
        self.stopgaps = Stopgaps()
        self._row = self._column = -1
        self._rows = set[int]()
        self._columns = set[int]()
        self._kind = self._style = ""
        self._inside = self._range = ""
        self._veils = veils
        self._rule: Veil | None = None
        self._rules: list[Veil] = []
        """Those of one range, which may stand behind them."""
        self._formula: str | None = None
        self._value: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name == "row":
            self._begin_row(int(attributes["r"]) - 1 if "r" in attributes else self._row + 1)
            if _is_hidden(attributes) or is_flat(attributes.get("ht", "")):
                self._metadata.hidden.add(self._row)
        elif name == "col" and (_is_hidden(attributes) or is_nothing(attributes.get("width", ""))):
            first, last = int(attributes["min"]) - 1, int(attributes["max"])
            self._metadata.hidden_columns.update(range(first, min(last, MOST_COLUMNS)))
        elif name == "conditionalFormatting":
            self._range = attributes.get("sqref", "")
        elif name == "sqref":  # of newer rules, behind them
            self._range = ""
            self._inside = name
        elif name in _ICONS and attributes.get("showValue") in ("0", "false"):
            self._rules.append(Veil((), ICONS_ALONE))
        elif name == "cfRule" and (code := self._veils.get(attributes.get("dxfId", ""))) is not None:
            words = attributes.get("type", ""), attributes.get("operator", "")
            self._rule = Veil((), code, *words)
        elif name == "formula" and self._rule is not None:
            self._rule = self._rule._replace(operands=(*self._rule.operands, ""))
            self._inside = name
        elif name == "sheetView" and attributes.get("showZeros") in ("0", "false"):
            self._metadata.hides_zeros = True
        elif name == "f":
            self._formula = ""
            self._inside = name
        elif name == "v":
            self._value = ""
            self._inside = name
        elif _strikes(name, attributes):
            self._metadata.struck.add((self._row, self._column))

    def text(self, data: str) -> None:
        if self._inside == "v":
            self._value = (self._value or "") + data
        elif self._inside == "f":
            self._formula = (self._formula or "") + data
        elif self._inside == "sqref":
            self._range += data
        elif self._inside and self._rule is not None:
            *others, last = self._rule.operands
            self._rule = self._rule._replace(operands=(*others, last + data))

    def end(self, name: str) -> None:
        if name in ("v", "f", "formula", "sqref"):
            self._inside = ""
        elif name == "cfRule" and self._rule is not None:
            self._rules.append(self._rule)
            self._rule = None
        elif name == "conditionalFormatting":
            self._metadata.veils += [rule._replace(areas=areas_of(self._range)) for rule in self._rules]
            self._rules.clear()
        elif name == "c":
            self._end_cell()

    def _begin_row(self, row: int) -> None:
        if row in self._rows:
            self._metadata.repeated = self._metadata.repeated or f"row {row + 1}"
        self._rows.add(row)
        self._columns.clear()
        self._row = row
        self._column = -1

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._column += 1
        # Without a reference a cell follows the one before: programs may leave it out.
        if reference := _REFERENCE.match(attributes.get("r", "")):
            if self._row != (row := int(reference[2]) - 1):
                self._begin_row(row)
            self._column = 0
            for character in reference[1]:
                self._column = self._column * 26 + ord(character) - ord("A") + 1
            self._column -= 1
        if self._column in self._columns:
            self._metadata.repeated = self._metadata.repeated or f"cell {letter(self._column)}{self._row + 1}"
        self._columns.add(self._column)
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._formula = None
        self._value = None

    def _end_cell(self) -> None:
        place = (self._row, self._column)
        if self._formula is not None and self._kind == "n" and (self._value or "").strip() in _ZEROS:
            self.stopgaps.add_zero(place, self._formula)
        counts = self._formula is not None and self._column not in self.stopgaps.valued
        if counts and not self._never_worked_out():
            self._count_formula(place)
        if self._kind == "e":
            self._metadata.errors[place] = self._value or "#VALUE!"
        elif self._formula is not None and self._never_worked_out():
            self._metadata.formulas[place] = f"={self._formula}"
        elif self._kind == "n":
            number = _number(self._value)
            if (code := self._formats.get(self._style, self._column, number)) is not None:
                self._metadata.keep_format(place, code, number)
        elif self._kind in _TEXTS and (code := self._formats.of_texts.get(self._style)) is not None:
            self._metadata.text_formats[place] = code
        if self._style in self._formats.struck or (self._kind == "s" and self._value in self._struck_texts):
            self._metadata.struck.add(place)

    def _count_formula(self, place: Place) -> None:
        value = (self._value or "").strip() if self._kind != "s" else None
        is_stopgap = value in self._doubted and self._kind != "b"
        # A stopgap of other programs tells nothing.
        if is_stopgap or value not in _STOPGAPS:
            self.stopgaps.add(place, f"={self._formula}", is_stopgap=is_stopgap)

    def _never_worked_out(self) -> bool:
        """Whether the value is missing, empty but no text, or the 0 of XlsxWriter."""
        if self._value is None:
            return True
        value = self._value.strip()
        return (not value and self._kind != "str") or (self._zero_is_none and value == "0" and self._kind == "n")
