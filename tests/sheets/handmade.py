"""Workbooks put together by hand, record by record, for what no library at hand writes: [MS-XLSB], [MS-XLS], [MS-CFB],
OpenDocument."""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from leadsync.models import Row
from leadsync.reasons import Fault, FaultKind, Rejected
from leadsync.report import reason_words

RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.bin"/></Relationships>'
)
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
)
SHEET = "xl/worksheets/sheet1.xml"
"""The part of an .xlsx's only sheet."""
MERGED = Fault("", "", FaultKind.MERGED_CELL, details={"at": 0, "letter": "A"})
STRUCK = Fault("", "", FaultKind.STRUCK_TEXT, details={"at": 1, "letter": "B"})
UNWORKED = "has a formula without a stored value in column B; open the workbook in a spreadsheet program and save it"
POI = 0x10D3
"""The build that Apache POI gives for the program that wrote the file."""


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


HEADINGS = [(6, wide("Id")), (6, wide("Name"))]
"""Cells of an .xlsb."""
SHORT_CELLS = range(12, 19)


def record12(kind: int, body: bytes = b"") -> bytes:
    """A record of an .xlsb part."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(body)
    while size >= 0x80:
        head += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + bytes([size]) + body


def xlsb(
    path: Path,
    rows: dict[int, list[tuple[int, bytes]]],
    *,
    formats: tuple[str, ...] = (),
    merged=(),
    epoch_1904=False,
    hidden=(),
    struck=(),
    shared: bytes = b"",
    columns: tuple[bytes, ...] = (),
    view: int = 0x3DC,
    engine: int | None = None,
    has_size: bool = True,
) -> Path:
    """A workbook of one sheet: for each row its cells, as kind and body behind column and style. Below the first row a
    cell's style is its column where there are as many formats. The second font, that of the cells at `struck`, has a
    line through it. `view` are the options of the sheet's window. `engine` is the number of the one that
    worked the formulas out."""
    cells = b""
    for row, line in rows.items():
        cells += record12(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0x10 * (row in hidden), 0, 0))
        for column, (kind, body) in enumerate(line):
            style = column + 1 if column < len(formats) and row > min(rows) else 0
            style = len(formats) + 1 if (row, column) in struck else style
            # Short cells have no column, and their own style.
            cells += record12(kind, body if kind in SHORT_CELLS else struct.pack("<II", column, style) + body)
    width = max(map(len, rows.values()))
    size = record12(148, struct.pack("<IIII", min(rows), max(rows), 0, width - 1)) if has_size else b""
    ranges = b"".join(
        record12(176, struct.pack("<IIII", top, bottom, left, right)) for top, bottom, left, right in merged
    )
    numbers = b"".join(record12(44, struct.pack("<H", 200 + place) + wide(code)) for place, code in enumerate(formats))
    styles = [(0, 0), *((200 + place, 0) for place in range(len(formats))), (0, 1)]
    looks = b"".join(record12(47, struct.pack("<HHHHHBBHH", 0, *style, 0, 0, 0, 0, 0, 0)) for style in styles)
    fonts = b"".join(record12(43, struct.pack("<HH", 220, line).ljust(21, b"\0") + wide("Arial")) for line in (0, 8))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("xl/_rels/workbook.bin.rels", RELATIONS)
        sheet = record12(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Leads"))
        archive.writestr(
            "xl/workbook.bin",
            record12(131)
            + record12(153, struct.pack("<III", epoch_1904, 0, 0))
            + record12(143)
            + sheet
            + record12(144)
            + (b"" if engine is None else record12(157, struct.pack("<I", engine).ljust(26, b"\0")))
            + record12(132),
        )
        archive.writestr(
            "xl/styles.bin",
            record12(278)
            + (record12(615, struct.pack("<I", len(formats))) + numbers + record12(616) if formats else b"")
            + (record12(611, struct.pack("<I", 2)) + fonts + record12(612))
            + record12(617, struct.pack("<I", len(styles)))
            + looks
            + record12(618)
            + record12(279),
        )
        if shared:
            archive.writestr("xl/sharedStrings.bin", shared)
        archive.writestr(
            "xl/worksheets/sheet1.bin",
            record12(129)
            + size
            + record12(137, struct.pack("<H", view).ljust(30, b"\0"))
            + b"".join(record12(60, look) for look in columns)
            + record12(145)
            + cells
            + record12(146)
            + ranges
            + record12(130),
        )
    return path


def record(kind: int, body: bytes = b"") -> bytes:
    """A record of an .xls stream."""
    return struct.pack("<HH", kind, len(body)) + body


def begin(kind: int, build: int = POI, year: int = 0x07CC) -> bytes:
    return record(0x809, struct.pack("<HHHHII", 0x0600, kind, build, year, 0, 6))


def xls(
    path: Path,
    cells: bytes,
    *,
    shared: tuple[bytes, ...] = (),
    code_page: int = 1200,
    build: int = 0x10D3,
    epoch_1904: bool = False,
    looks: bytes = record(0xE0, bytes(20)),
) -> Path:
    """A workbook of one sheet from the sheet's records and the bodies of SST and CONTINUE; `looks` are its styles."""

    def workbook(start: int) -> bytes:
        texts = b"".join(record(0x3C if place else 0xFC, body) for place, body in enumerate(shared))
        return (
            begin(5, build)
            + record(0x42, struct.pack("<H", code_page))
            + record(0x22, struct.pack("<H", epoch_1904))
            + looks
            + record(0x85, struct.pack("<IHBB", start, 0, 5, 0) + b"Leads")
            + texts
            + record(0x0A)
        )

    stream = workbook(len(workbook(0))) + begin(16) + cells + record(0x0A)
    path.write_bytes(compound("Workbook", stream))
    return path


def label(row: int, column: int, number: int, style: int = 0) -> bytes:
    """A cell of an .xls with one of the shared texts."""
    return record(0xFD, struct.pack("<HHHI", row, column, style, number))


HEADED = label(0, 0, 0) + label(0, 1, 1)
"""The headings: the first two shared texts."""


def formula(row: int, column: int, value: bytes, flags: int, kind: int = 0x06, tokens: bytes = b"") -> bytes:
    """A cell of an .xls with a formula's value."""
    return record(kind, struct.pack("<HHH8sHIH", row, column, 0, value, flags, 0, len(tokens)) + tokens)


def texts(*values: str) -> bytes:
    """The body of the shared texts of an .xls."""
    body = b"".join(struct.pack("<HB", len(value), 1) + value.encode("utf-16-le") for value in values)
    return struct.pack("<II", len(values), len(values)) + body


def compound(name: str, stream: bytes) -> bytes:
    """A container of one stream."""
    stream = stream.ljust(4096, b"\0")
    stream += bytes(-len(stream) % 512)
    sectors = len(stream) // 512
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chain = [table, end, *range(3, sectors + 2), end]
    chain += [free] * (128 - len(chain))
    head = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"",
        0x3E, 3, 0xFFFE, 9, 6, b"", 0, 1, 1, 0, 4096,
        end, 0, end, 0, 0,
    )  # fmt: skip
    head = head.ljust(512, b"\xff")
    return (
        head
        + struct.pack("<128I", *chain)
        + _entry("Root Entry", 5, 1, end, 0)
        + _entry(name, 2, free, 2, len(stream))
        + bytes(256)
        + stream
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sIQQIQ", text, len(text), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child, b"", 0, 0, 0, start, size
    )


def ods(path: Path, rows: str, styles: str = "") -> Path:
    """A sheet from its rows and styles, in XML; `n:` is the prefix of number styles."""
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr(
            "content.xml",
            f'<office:document-content {names} xmlns:n="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0">'
            f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
            f'<table:table table:name="Leads">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def cell(text: str, attributes: str = "") -> str:
    """A cell of an .ods."""
    return f'<table:table-cell office:value-type="string" {attributes}><text:p>{text}</text:p></table:table-cell>'


def altered(path: Path, edit: Callable[[str, bytes], bytes]) -> Path:
    """A copy of a workbook in which `edit` rewrote the parts."""
    copy = path.with_name("altered.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, edit(name, source.read(name)))
    return copy


def fault_words(row: Row) -> str:
    """What is wrong with a row, as a report says it behind "The row"."""
    return reason_words(Rejected(row.faults)).removeprefix("The row ").removesuffix(".") if row.faults else ""


def error_fault(error: str) -> Fault:
    """The fault of a row whose second cell holds an error."""
    return Fault("", "", FaultKind.ERROR_VALUE, details={"at": 1, "letter": "B", "error": error})
