"""What python-calamine does not tell of a workbook's cells, whatever the workbook's make.

It reads values only: an error and a formula that was never worked out both come as blank, and number formats do not
come at all. `xlsx_parts`, `ods_parts` and `xls_records` look for such cells in the three makes of file.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

_BLOCK = 1 << 18

Place = tuple[int, int]
"""Row and column, counted from 0."""


@dataclass(slots=True)
class Unseen:
    """Cells by place: errors and formulas without a value, each with their text; format codes to follow; and texts that
    say what stands there better than the value does."""

    errors: dict[Place, str] = field(default_factory=dict)
    formulas: dict[Place, str] = field(default_factory=dict)
    formats: dict[Place, str] = field(default_factory=dict)
    texts: dict[Place, str] = field(default_factory=dict)


class Walk:
    """Collects what its handlers are told; element names come without their namespace's prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        pass

    def end(self, name: str) -> None:
        pass

    def text(self, data: str) -> None:
        pass


def walk_xml(read: Callable[[int], bytes], walk: Walk) -> None:
    """Read XML through, telling `walk`. Raises `ValueError` for entities and `ExpatError` for what is not XML."""

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
