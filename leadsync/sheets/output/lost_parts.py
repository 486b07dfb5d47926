"""The parts and elements of an .xlsx dropped or drawn anew by openpyxl, named before a marked copy is made.

What is not known to be kept is named: no loss goes without a word.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import BinaryIO
from xml.parsers.expat import ExpatError

from leadsync.sheets.formats.cell_metadata import Walk, walk_xml

_CONTROLS = "buttons and form controls"
_PARTS = (
    (r"xl/media/", "pictures"),
    (r"xl/charts/|xl/chartsheets/|xl/chartex", "charts"),
    (r"xl/diagrams/", "SmartArt"),
    (r"xl/embeddings/", "embedded documents"),
    (r"xl/ctrlprops/|xl/activex/", _CONTROLS),
    (r"xl/pivottables/|xl/pivotcache/", "pivot tables"),
    (r"xl/slicers/|xl/slicercaches/", "slicers"),
    (r"xl/timelines/|xl/timelinecaches/", "timelines"),
    (r"xl/threadedcomments/|xl/persons/", "threaded comments, which become notes"),
    (r"xl/comments", "size and format of comments"),
    (r"xl/querytables/|xl/connections\.xml", "data connections"),
    (r"xl/model/|xl/powerpivot/", "the data model"),
    (r"xl/metadata\.xml|xl/richdata/", "dynamic arrays and linked data types"),
    (r"xl/featurepropertybag/", "checkboxes in cells"),
    (r"_xmlsignatures/", "the digital signature"),
    (r"xl/webextensions/|xl/python", "add-ins"),
    (r"xl/customviews|xl/usernames|xl/revisions/", "shared editing"),
    (r"xl/printersettings/", "printer settings"),
    (r"docmetadata/", "sensitivity labels"),
    (r"customxml/|xl/xmlmaps\.xml|xl/customproperty", "custom XML"),
    (r"customui/|userCustomization/", "buttons of the ribbon"),
    (r"docprops/thumbnail", "the preview picture"),
)
"""Names of parts, in small letters, with words for them. openpyxl keeps pictures where Pillow is installed, and charts
and pivot tables roughly: neither can be relied on."""
_KINDS = tuple((re.compile(pattern, re.IGNORECASE), words) for pattern, words in _PARTS)
_KEPT_PARTS = re.compile(
    r".*/|.*\.rels|\[content_types\]\.xml|docprops/(?:core|app|custom)\.xml"
    r"|xl/(?:workbook|styles|sharedstrings|calcchain)\.(?:xml|bin)"
    r"|xl/(?:worksheets|tables|theme|externallinks|drawings)/[^/]+|xl/vba.*"
)
"""calcChain.xml is made anew by any program."""
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_DRAWING = re.compile(r"xl/drawings/[^/]+\.xml")
_VML = re.compile(r"xl/drawings/[^/]+\.vml")
_CONTROL = re.compile(rb"""ObjectType\s*=\s*["'](?!Note["'])""")
"""A shape in a VML drawing beside those of comments. Older programs write a control there alone."""
_SHAPES = (b"<xdr:sp ", b"<xdr:sp>", b"<xdr:grpSp", b"<xdr:cxnSp")
_ROWS_BEGIN = re.compile(rb"<(?:\w+:)?sheetData[\s/>]")
_ROWS_END = re.compile(rb"</(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData\s*/>")
_IN_SHEET = re.compile(
    r"sheetPr|dimension|sheetViews|sheetFormatPr|cols|sheetData|sheetCalcPr|sheetProtection|protectedRanges|scenarios"
    r"|autoFilter|mergeCells|conditionalFormatting|dataValidations|hyperlinks|printOptions|pageMargins|pageSetup"
    r"|headerFooter|rowBreaks|colBreaks|ignoredErrors|drawing|legacyDrawing|tableParts"
)
"""Elements that the copy keeps, those of drawings because their own parts are named."""
_IN_WORKBOOK = re.compile(
    r"workbookPr|workbookProtection|bookViews|sheets|externalReferences|definedNames|calcPr"
    # traces of the program that has saved it last, and the parts of pivot tables and slicers
    r"|fileVersion|absPath|revisionPtr|fileRecoveryPr|calcFeatures|pivotCaches|slicerCaches|timelineCacheRefs"
)
_ELEMENTS = {
    "conditionalFormattings": "conditional formats of Excel 2010 and later",
    "sparklineGroups": "sparklines",
    "controls": _CONTROLS,
    "oleObjects": "embedded documents",
    "oleObject": "embedded documents",
    "picture": "background and header pictures",
    "legacyDrawingHF": "background and header pictures",
    "drawingHF": "background and header pictures",
    "customSheetViews": "custom views",
    "customWorkbookViews": "custom views",
    "fileSharing": "the advice to open it read-only",
    "slicerList": "slicers",
    "timelineRefs": "timelines",
    "phoneticPr": "phonetic guides",
    "sortState": "the last sort order",
    "dataConsolidate": "consolidations",
    "cellWatches": "watched cells",
}
_UNKNOWN = ("the part ", "the element ")
_MOST_UNKNOWN = 10
_LONGEST = 80
_THROUGH = frozenset({"extLst", "ext", "AlternateContent", "Choice", "Fallback"})


def lost_parts(file: BinaryIO) -> tuple[str, ...]:
    """Words for each kind of part missing in the copy or there in another form."""
    with zipfile.ZipFile(file) as archive:
        found = list(dict.fromkeys(_found(archive)))
    known = [words for words in found if not words.startswith(_UNKNOWN)]
    unknown = [_short(words) for words in found if words.startswith(_UNKNOWN)]
    more = len(unknown) - _MOST_UNKNOWN
    return (*known, *unknown[:_MOST_UNKNOWN], *([f"{more:,} more unknown parts"] if more > 0 else []))


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def _found(archive: zipfile.ZipFile) -> Iterator[str]:
    macros = any(name.lower().endswith("vbaproject.bin") for name in archive.namelist())
    for name in archive.namelist():
        plain = name.replace("\\", "/").lstrip("/").lower()
        words = [words for kind, words in _KINDS if kind.match(plain)]
        if macros and plain.startswith("customui/"):
            continue  # openpyxl keeps it together with the macros
        yield from words
        if not words and not _KEPT_PARTS.fullmatch(plain):
            yield f"the part {name}"
        if _SHEET.fullmatch(plain):
            yield from _elements(archive.read(name), _IN_SHEET)
        elif plain == "xl/workbook.xml":
            yield from _elements(archive.read(name), _IN_WORKBOOK)
        elif _DRAWING.fullmatch(plain) and _has_shapes(archive.read(name)):
            yield "shapes and text boxes"
        elif _VML.fullmatch(plain) and _CONTROL.search(archive.read(name)):
            yield _CONTROLS


def _has_shapes(data: bytes) -> bool:
    return any(sign in data for sign in _SHAPES)


def _elements(data: bytes, kept: re.Pattern[str]) -> Iterator[str]:
    """Words for the elements of a sheet, or of the workbook itself, beside the `kept` ones; without a sheet's rows."""
    begin, end = _ROWS_BEGIN.search(data), _ROWS_END.search(data)
    walk = _ChildrenWalk()
    # openpyxl refuses broken XML, and so no copy is made of it.
    with suppress(ExpatError):
        walk_xml(
            BytesIO(data if begin is None or end is None else data[: begin.start()] + data[end.end() :]).read, walk
        )
    for name in walk.names:
        if not kept.fullmatch(name):
            yield _ELEMENTS.get(name, f"the element {name}")


class _ChildrenWalk(Walk):
    """The names of the root's children; of extensions and alternatives, those inside."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self._path: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._path and name not in _THROUGH and all(one in _THROUGH for one in self._path[1:]):
            self.names[name] = None
        self._path.append(name)

    def end(self, name: str) -> None:
        self._path.pop()
