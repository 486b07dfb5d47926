"""Elements of a sheet that openpyxl drops and a marked copy keeps: ranges open to editing, ignored errors.

A marked row must stay correctable on a protected sheet. Their ranges hold in the copy: columns are only added behind.
"""

import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from leadsync.sheets.formats.cell_metadata import Walk, walk_xml
from leadsync.sheets.formats.xlsx_parts import sheet_parts

_PARENTS = {"protectedRange": "protectedRanges", "ignoredError": "ignoredErrors"}
KEPT = frozenset(_PARENTS.values())
Elements = Mapping[str, Sequence[Mapping[str, str]]]
"""By the parent's name, the attributes of its children."""


def kept_elements(file: BinaryIO) -> dict[str, Elements]:
    """These elements of each sheet with any, by its name."""
    found: dict[str, Elements] = {}
    with zipfile.ZipFile(file) as archive:
        for sheet, part in sheet_parts(archive).items():
            data = archive.read(part)
            if any(name.encode() in data for name in KEPT):
                walk = _KeptWalk()
                with archive.open(part) as stream:
                    walk_xml(stream.read, walk)
                found[sheet] = walk.found
    return found


def send_elements(stream: Any, name: str, elements: Elements) -> None:
    """Write one of the parents to openpyxl's stream of a sheet, if it has children."""
    from openpyxl.xml.functions import Element, SubElement

    if children := elements.get(name):
        parent = Element(name)
        for attributes in children:
            SubElement(parent, name.removesuffix("s"), dict(attributes))
        stream.send(parent)


class _KeptWalk(Walk):
    def __init__(self) -> None:
        self.found: dict[str, list[dict[str, str]]] = {}
        self._extended = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._extended = self._extended or name == "extLst"
        if (parent := _PARENTS.get(name)) and not self._extended:
            plain = {key: value for key, value in attributes.items() if ":" not in key}
            self.found.setdefault(parent, []).append(plain)
