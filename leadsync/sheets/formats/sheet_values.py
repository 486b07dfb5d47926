"""Workbooks held in memory as values, in the form of python-calamine's, from the readers beside it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from python_calamine import CalamineSheet, SheetMetadata, SheetTypeEnum, SheetVisibleEnum

from leadsync.remarks import Remark
from leadsync.sheets.formats.cell_metadata import CellMetadata, Place
from leadsync.sheets.formats.cell_text import Value


@dataclass(frozen=True, slots=True)
class ValueSheet:
    """A sheet's values from its first cell on, blank ones as empty texts.

    `metadata` is None if another module reads it from the file.
    """

    values: list[list[Value]]
    merged_cell_ranges: list[tuple[Place, Place]]
    metadata: CellMetadata | None = None
    start: Place = (0, 0)

    @property
    def end(self) -> Place | None:
        """The last cell."""
        return (len(self.values) - 1, max(map(len, self.values)) - 1) if self.values else None

    def iter_rows(self) -> Iterator[list[Value]]:
        """Row by row."""
        return iter(self.values)


Sheet = CalamineSheet | ValueSheet


@dataclass(frozen=True, slots=True)
class ValueWorkbook:
    """A workbook's sheets by name, and remarks about the file."""

    sheets: dict[str, ValueSheet] = field(default_factory=dict)
    sheets_metadata: list[SheetMetadata] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def sheet_names(self) -> list[str]:
        """In the workbook's order."""
        return list(self.sheets)

    def get_sheet_by_name(self, name: str) -> ValueSheet:
        """Return the sheet of this name."""
        return self.sheets[name]

    def add(self, name: str, sheet: ValueSheet, visible: SheetVisibleEnum = SheetVisibleEnum.Visible) -> None:
        """Add a sheet behind the others."""
        self.sheets[name] = sheet
        self.sheets_metadata.append(SheetMetadata(name=name, typ=SheetTypeEnum.WorkSheet, visible=visible))
