"""The facts about cells missing from python-calamine's values: errors, formats, formulas without a value.

python-calamine gives an error and a formula without a value as blank, and no number formats at all. `xlsx_parts`,
`xlsb_records`, `xls_records` and `ods_parts` look for such cells in the four formats of workbook.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from xml.parsers import expat

_BLOCK = 1 << 18

Place = tuple[int, int]
"""Row and column, counted from 0."""

BUILT_IN_FORMATS = {9: "0%", 10: "0.00%"}
"""Built-in format codes with an effect on a number's meaning, by their numbers (ECMA-376 part 1, 18.8.30)."""
ERRORS = {
    0: "#NULL!",
    7: "#DIV/0!",
    15: "#VALUE!",
    23: "#REF!",
    29: "#NAME?",
    36: "#NUM!",
    42: "#N/A",
    43: "#GETTING_DATA",
}
"""Errors by their numbers in records."""


@dataclass(slots=True)
class CellMetadata:
    """A sheet's cells by place: `errors` and `formulas` without a value, with their texts; `formats` to follow; `texts`
    in place of values.

    `merged` holds the first and last cell of each range unknown to calamine, `hidden` the hidden rows. `epoch_1904`:
    the workbook counts days from 1904. `repeated` names a row or cell with two entries; calamine gives only the last.
    """

    errors: dict[Place, str] = field(default_factory=dict)
    formulas: dict[Place, str] = field(default_factory=dict)
    formats: dict[Place, str] = field(default_factory=dict)
    texts: dict[Place, str] = field(default_factory=dict)
    merged: list[tuple[Place, Place]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    epoch_1904: bool = False
    repeated: str = ""

    def missed(self) -> dict[int, list[int]]:
        """The columns of errors and formulas without a value, by row."""
        rows: dict[int, list[int]] = {}
        for row, column in chain(self.errors, self.formulas):
            rows.setdefault(row, []).append(column)
        return rows


class Walk:
    """Handlers for the events of an XML document; element names come without their prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        pass

    def end(self, name: str) -> None:
        pass

    def text(self, data: str) -> None:
        pass


def walk_xml(read: Callable[[int], bytes], walk: Walk) -> None:
    """Send an XML document's events to `walk`. Raises `ValueError` for entities, `ExpatError` for other text."""

    def refuse(*_: object) -> None:
        raise ValueError("a sheet has no business declaring entities")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: walk.start(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: walk.end(name.rpartition(":")[2])
    parser.CharacterDataHandler = walk.text
    while block := read(_BLOCK):
        parser.Parse(block)
    parser.Parse(b"", True)
