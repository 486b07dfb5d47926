"""The validations of Excel 2010 and later, such as a list on another sheet: openpyxl drops them.

They come back as plain validations: today's programs read those just so.
"""

import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from leadsync.sheets.formats.cell_metadata import Walk, walk_xml
from leadsync.sheets.formats.xlsx_parts import sheet_parts

_SIGN = b"x14:dataValidation "
_FLAGS = ("allowBlank", "showErrorMessage", "showInputMessage", "showDropDown")
_TEXTS = ("type", "operator", "errorStyle", "error", "errorTitle", "prompt", "promptTitle")
Validation = Mapping[str, str]
"""Attributes of one validation, with `formula1`, `formula2` and `sqref`."""


def extended_validations(file: BinaryIO) -> dict[str, Sequence[Validation]]:
    """The validations of each sheet by its name."""
    found: dict[str, Sequence[Validation]] = {}
    with zipfile.ZipFile(file) as archive:
        for sheet, part in sheet_parts(archive).items():
            with archive.open(part) as stream:
                if _SIGN not in stream.read():
                    continue
            walk = _ValidationWalk()
            with archive.open(part) as stream:
                walk_xml(stream.read, walk)
            found[sheet] = walk.validations
    return found


def add_validations(book: Any, found: Mapping[str, Sequence[Validation]]) -> None:
    """Put the validations on their sheets."""
    from openpyxl.worksheet.datavalidation import DataValidation

    for sheet, validations in found.items():
        for one in validations:
            values: dict[str, Any] = {name: one.get(name) in ("1", "true") for name in _FLAGS}
            values |= {name: one[name] for name in (*_TEXTS, "formula1", "formula2", "sqref") if name in one}
            book[sheet].add_data_validation(DataValidation(**values))


class _ValidationWalk(Walk):
    """Keeps the validations inside a sheet's extensions."""

    def __init__(self) -> None:
        self.validations: list[dict[str, str]] = []
        self._extended = False
        self._place = ""
        self._open: dict[str, str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._extended = self._extended or name == "extLst"
        if self._extended and name == "dataValidation":
            self._open = dict(attributes)
        elif name in ("formula1", "formula2", "sqref"):
            self._place = name

    def text(self, data: str) -> None:
        if self._open is not None and self._place:
            self._open[self._place] = self._open.get(self._place, "") + data

    def end(self, name: str) -> None:
        if name == self._place:
            self._place = ""
        elif name == "dataValidation" and self._open is not None:
            self.validations.append(self._open)
            self._open = None
