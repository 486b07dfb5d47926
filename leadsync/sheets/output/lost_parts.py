"""The parts of an .xlsx dropped or drawn anew by openpyxl, named before a marked copy is made."""

import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

_PARTS = (
    (r"xl/media/", "pictures"),
    (r"xl/charts/chart|xl/chartsheets/", "charts"),
    (r"xl/diagrams/", "SmartArt"),
    (r"xl/embeddings/", "embedded documents"),
    (r"xl/ctrlprops/|xl/activex/", "buttons and form controls"),
    (r"xl/pivottables/", "pivot tables"),
    (r"xl/slicers/|xl/slicercaches/", "slicers"),
    (r"xl/timelines/|xl/timelinecaches/", "timelines"),
    (r"xl/threadedcomments/", "threaded comments, which become notes"),
    (r"xl/querytables/|xl/connections\.xml", "data connections"),
    (r"xl/model/|xl/powerpivot/", "the data model"),
    (r"xl/metadata\.xml|xl/richdata/", "dynamic arrays and linked data types"),
    (r"_xmlsignatures/", "the digital signature"),
    (r"xl/webextensions/|xl/python", "add-ins"),
    (r"xl/customviews|xl/usernames|xl/revisions/", "shared editing"),
)
"""Names of parts, in small letters, with words for them. openpyxl keeps pictures where Pillow is installed, and charts
and pivot tables roughly: neither can be relied on."""
_KINDS = tuple((re.compile(pattern), words) for pattern, words in _PARTS)
_SHEET = re.compile(r"xl/(?:worksheets|drawings)/[^/]+\.xml")
_INSIDE = (
    ((b"<xdr:sp ", b"<xdr:sp>", b"<xdr:grpSp", b"<xdr:cxnSp"), "shapes and text boxes"),
    ((b"conditionalFormattings",), "conditional formats of Excel 2010 and later"),
    ((b"sparklineGroups",), "sparklines"),
    ((b"<controls",), "buttons and form controls"),
    ((b"<oleObjects",), "embedded documents"),
    ((b"<picture ", b"legacyDrawingHF"), "background and header pictures"),
    ((b"<customSheetViews",), "custom views"),
)
_BLOCK = 1 << 18
_OVERLAP = 40
"""Bytes kept from block to block: no sign is longer."""


def lost_parts(file: BinaryIO) -> tuple[str, ...]:
    """Words for each kind of part missing in the copy or there in another form."""
    with zipfile.ZipFile(file) as archive:
        return tuple(dict.fromkeys(_found(archive)))


def _found(archive: zipfile.ZipFile) -> Iterator[str]:
    for name in archive.namelist():
        plain = name.replace("\\", "/").lstrip("/").lower()
        yield from (words for kind, words in _KINDS if kind.match(plain))
        if _SHEET.fullmatch(plain):
            yield from _inside(archive, name)


def _inside(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    rest = b""
    with archive.open(name) as stream:
        while block := stream.read(_BLOCK):
            text = rest + block
            # Searched as bytes, without parsing: a sign too many only warns once too often.
            yield from (words for signs, words in _INSIDE if any(sign in text for sign in signs))
            rest = text[-_OVERLAP:]
