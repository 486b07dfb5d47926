"""Elements that openpyxl drops and a marked copy keeps: ranges open to editing, ignored errors."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from leadsync.sheets.output.kept_elements import kept_elements, send_elements
from tests.sheets.handmade import SHEET, altered

RANGES = (
    '<protectedRanges><protectedRange sqref="B2:B9" name="Phones"/>'
    '<protectedRange xr:uid="{1}" sqref="C2" name="Notes"/></protectedRanges>'
)
ERRORS = '<ignoredErrors><ignoredError sqref="A1:A9" numberStoredAsText="1"/></ignoredErrors>'
EXTENSION = '<extLst><ext><x:protectedRange xmlns:x="x" sqref="D2"/></ext></extLst>'


def found(path: Path, more: str) -> dict[str, Any]:
    end = f"{more}</worksheet>".encode()
    uid = b'<worksheet xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision" '

    def edit(name: str, data: bytes) -> bytes:
        return data.replace(b"</worksheet>", end).replace(b"<worksheet ", uid) if name == SHEET else data

    with altered(path, edit).open("rb") as file:
        return dict(kept_elements(file))


def test_a_plain_sheet_has_none(workbook: Callable[..., Path]) -> None:
    assert found(workbook([["Lead Id"]]), "") == {}


def test_ranges_and_ignored_errors_are_found_and_extensions_are_not(workbook: Callable[..., Path]) -> None:
    assert found(workbook([["Lead Id"]]), RANGES + ERRORS + EXTENSION) == {
        "Sheet": {
            "protectedRanges": [{"sqref": "B2:B9", "name": "Phones"}, {"sqref": "C2", "name": "Notes"}],
            "ignoredErrors": [{"sqref": "A1:A9", "numberStoredAsText": "1"}],
        }
    }


class Stream:
    """A stream of openpyxl: it keeps the elements."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, element: Any) -> None:
        self.sent.append(element)


def test_a_parent_is_written_with_its_children_and_never_empty() -> None:
    stream = Stream()
    elements = {"protectedRanges": [{"sqref": "B2", "name": "Phones"}], "ignoredErrors": []}
    for name in ("protectedRanges", "ignoredErrors", "others"):
        send_elements(stream, name, elements)
    [parent] = stream.sent
    assert parent.tag == "protectedRanges"
    assert [(child.tag, dict(child.attrib)) for child in parent] == [
        ("protectedRange", {"sqref": "B2", "name": "Phones"})
    ]
