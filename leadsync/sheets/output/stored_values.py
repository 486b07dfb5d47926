"""The stored values of formulas: openpyxl writes a formula without its value, and leadsync rejects such a cell.

The values of a workbook are read from its XML, and put back while openpyxl writes the copy.
"""

import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

from leadsync.sheets.formats.cell_metadata import Walk, walk_xml
from leadsync.sheets.formats.xlsx_parts import sheet_parts

_BLOCK = 1 << 18
_KEPT = frozenset({"n", "str", "b", "e", "d"})
"""The types of a formula's value; others point into tables that are written anew."""


class StoredValue(NamedTuple):
    """A value as the XML has it: its type and its text."""

    kind: str
    text: str


Values = Mapping[str, Mapping[str, StoredValue]]
"""By sheet and by the cell's reference."""


def stored_values(file: BinaryIO) -> Values:
    """The values of all formulas of a workbook."""
    found: dict[str, dict[str, StoredValue]] = {}
    with zipfile.ZipFile(file) as archive:
        for sheet, part in sheet_parts(archive).items():
            if not _has_formulas(archive, part):
                continue
            walk = _FormulaWalk()
            with archive.open(part) as stream:
                walk_xml(stream.read, walk)
            found[sheet] = walk.values
    return found


def _has_formulas(archive: zipfile.ZipFile, part: str) -> bool:
    rest = b""
    with archive.open(part) as stream:
        while block := stream.read(_BLOCK):
            # With and without a prefix; two bytes are kept, as a sign may lie across two blocks.
            if b"<f" in (text := rest + block) or b":f" in text:
                return True
            rest = text[-2:]
    return False


class _FormulaWalk(Walk):
    """Keeps the value of each cell with a formula."""

    def __init__(self) -> None:
        self.values: dict[str, StoredValue] = {}
        self._reference = self._kind = ""
        self._formula = self._inside = False
        self._text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._reference, self._kind = attributes.get("r", ""), attributes.get("t", "n")
            self._formula, self._text = False, []
        self._formula = self._formula or name == "f"
        self._inside = name == "v"

    def text(self, data: str) -> None:
        if self._inside:
            self._text.append(data)

    def end(self, name: str) -> None:
        self._inside = False
        if name == "c" and self._formula and self._kind in _KEPT and (self._text or self._kind == "str"):
            self.values[self._reference] = StoredValue(self._kind, "".join(self._text))


class _Collector:
    """Takes the element of a cell instead of the file."""

    element: Any = None

    def write(self, element: Any) -> None:
        self.element = element


def with_values(write_cell: Callable[..., None], write_element: Callable[..., None], values: Values) -> Any:
    """openpyxl's function for writing a cell, with the value for a formula.

    `write_element` is its variant that makes one element of the cell.
    """

    def write(stream: Any, sheet: Any, cell: Any, styled: bool | None = None) -> None:
        value = values.get(sheet.title, {}).get(cell.coordinate) if cell.data_type == "f" else None
        if value is None:
            write_cell(stream, sheet, cell, styled)
            return
        taken = _Collector()
        write_element(taken, sheet, cell, styled)
        if value.kind != "n":
            taken.element.set("t", value.kind)
        content = next(child for child in taken.element if child.tag == "v")
        content.text = value.text
        stream.write(taken.element)

    return write


class MemoryArchive(zipfile.ZipFile):
    """An archive whose `write` takes a part from memory: the confined process makes no files."""

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Add the part `arcname` from a BytesIO."""
        part: BytesIO = filename
        self.writestr(arcname, part.getbuffer().tobytes())
