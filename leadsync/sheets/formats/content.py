"""The sort of a file, told from its content and never from its name; a sentence for anything but a spreadsheet."""

import re
import struct
from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING, BinaryIO

from leadsync.errors import SheetError

if TYPE_CHECKING:
    import zipfile

_HEAD = 8192
_FEW = 10
_PROGRAM_HEAD = 64
"""A program for Windows begins with so many bytes of figures."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KNOWN = (
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\0", "a picture"),
    (b"MM\0*", "a picture"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"SQLite format 3\0", "a database"),
    (b"\x7fELF", "a program"),
    (b"ID;P", "a SYLK file"),
    (b"TABLE\r\n0,1\r\n", "a DIF file"),
    (b"TABLE\n0,1\n", "a DIF file"),
    (b"L\0\0\0\x01\x14\x02\0", "a shortcut"),
    (b"\x09\x00\x04\x00", "a workbook of Excel 2"),
    (b"\x09\x02\x06\x00", "a workbook of Excel 3"),
    (b"\x09\x04\x06\x00", "a workbook of Excel 4"),
)
_UNPACK, _OTHER = "unpack it and give the spreadsheet in it", "give the sheet itself, as .xlsx or .csv"
_REMEDIES = {
    "archive": _UNPACK,
    "picture": _OTHER,
    "program": _OTHER,
    "shortcut": _OTHER,
    "e-mail": "give the spreadsheet in it",
}
"""By the last word of a file's sort."""
_ROOT = re.compile(rb"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)(?=[\s/>])[^>]*")
"""The first element: behind declarations and comments, and with a name followed by a blank or its end. A heading or a
first cell may well be <No Change>."""
# Any of these near the beginning: exports begin with a bare <table>, a <style> or a comment.
_HTML = re.compile(rb"<!doctype html|<(?:html|table|tr|body|head|meta|div|script|style)[\s/>]", re.IGNORECASE)
_HTML_ROOTS = (b"html", b"table")
_SHEETS_OF_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
_PROGRAM = re.compile(rb"progid=.Excel\.Sheet")
_MIME = re.compile(
    rb"^(?:mime-version:|content-type:[ \t]*(?:multipart/related|text/html))", re.IGNORECASE | re.MULTILINE
)
_MAIL = re.compile(
    rb"^(from|to|subject|date|received|return-path|message-id|mime-version):[ \t]", re.IGNORECASE | re.MULTILINE
)
_MAIL_HEADERS = 3
_BY_MAIL = frozenset({b"to", b"received", b"return-path", b"message-id"})
"""No program that saves a web page writes these; some write whom it is from."""
# MYOB begins its lists with {} on a line of its own.
_JSON = re.compile(rb'(?:\[\s*)?\{\s*(?:"[^"\r\n]*"\s*:|\}(?!\s*[\r\n]\s*[^\s{}\[\],]))')
_MIME_HEADER = re.compile(rb"[A-Za-z][\w-]*:")
_CONTAINED = (
    ("worddocument", "a Word document"),
    ("powerpoint document", "a presentation"),
    ("__properties_version1.0", "an e-mail"),
)
_MANIFEST = "META-INF/manifest.xml"
_MOST_OF_MANIFEST = 1 << 16
_WORKBOOKS = ("/workbook.xml", "/workbook.bin")
_DOCUMENTS = (
    ("word/", "a Word document"),
    ("ppt/", "a presentation"),
    ("Index/Document.iwa", "an Apple Numbers file"),
    ("Index.zip", "an Apple Numbers file"),
)


class Content(Enum):
    """The sorts of file with a table in them, or unpacked to one."""

    TEXT = "delimited text"
    XLSX = "a workbook of zipped XML (.xlsx, .xlsm)"
    XLS = "a workbook of Excel 97 to 2003 (.xls)"
    XLSB = "a workbook of zipped records (.xlsb)"
    ODS = "an OpenDocument sheet (.ods)"
    FODS = "a flat OpenDocument sheet (.fods)"
    XML_2003 = "an XML spreadsheet of 2003"
    HTML = "a web page (HTML)"
    MHTML = "a web page (MHTML)"
    GZIP = "one compressed file"
    ZIP = "an archive of one file"


WEB_PAGES = (Content.HTML, Content.MHTML)
IN_MARKUP = (*WEB_PAGES, Content.XML_2003)


def content_of(file: BinaryIO, shown: str) -> Content:
    """Return the file's sort. Raises `SheetError`, with the name `shown`, for a file without a table."""
    try:
        return _content_of(file, shown)
    except SheetError as error:
        error.no_sheet = True
        raise


def _content_of(file: BinaryIO, shown: str) -> Content:
    file.seek(0)
    head = file.read(_HEAD)
    # Byte order marks, blanks and DOS's end-of-file mark are no content either.
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe\x1a"):
        raise SheetError(f"{shown}: the file is empty; give one with headings on its first line and leads below them.")
    if head.startswith(b"\x1f\x8b"):
        return Content.GZIP
    if head.startswith(_OLE):
        return _contained(file, shown)
    if head.startswith(b"PK\x03\x04"):
        return _zipped(file, shown)
    for magic, name in _KNOWN:
        if head.startswith(magic):
            raise _no_table(shown, name)
    if head.startswith(b"MZ") and b"\0" in head[:_PROGRAM_HEAD]:
        raise _no_table(shown, "a program")
    if (markup := _markup(head)) is not None:
        if isinstance(markup, str):
            raise _no_table(shown, markup)
        return markup
    if _is_binary(head):
        raise SheetError(f"{shown}: this is not a spreadsheet; give a .csv, .xlsx, .xls, .xlsb or .ods file.")
    return Content.TEXT


def _contained(file: BinaryIO, shown: str) -> Content:
    """Tell documents in the container of .xls apart, by the names of their streams."""
    from leadsync.sheets.formats.ole_streams import UNREADABLE, stream_names

    try:
        names = stream_names(file)
    except UNREADABLE:
        return Content.XLS  # its reader will say what is wrong with it
    if "encryptedpackage" in names:
        raise SheetError(f"{shown}: the workbook is protected by a password; save it without one.")
    for stream, name in _CONTAINED:
        if stream in names and not names & {"workbook", "book"}:
            raise _no_table(shown, name)
    return Content.XLS


def _zipped(file: BinaryIO, shown: str) -> Content:
    import zipfile

    try:
        with zipfile.ZipFile(file) as archive:
            names = [member.filename for member in files_in(archive)]
            is_locked = _is_locked(archive)
    except (zipfile.BadZipFile, OSError, ValueError, LookupError, NotImplementedError, struct.error) as error:
        # Whatever zipfile raises on a directory of names that no program wrote so.
        raise SheetError(
            f"{shown}: the file is damaged or was cut off while it was copied; get it again from where it came from."
        ) from error
    parts = {name.replace("\\", "/").lstrip("/").lower() for name in names}
    if "xl/workbook.bin" in parts:
        return Content.XLSB
    if is_locked or "encrypted-package" in parts:  # LibreOffice since 24.8
        raise SheetError(f"{shown}: the workbook is protected by a password; save it without one.")
    # Any OpenDocument file has this part, a text document too.
    if "content.xml" in parts:
        return Content.ODS
    if any(part.startswith("xl/") for part in parts) or ("[content_types].xml" in parts and "workbook.xml" in parts):
        return Content.XLSX
    if "[content_types].xml" in parts and any(part.endswith(_WORKBOOKS) for part in parts):
        raise SheetError(
            f"{shown}: the parts of this workbook stand in folders of another program; open it in a spreadsheet "
            "program and save it as .xlsx."
        )
    for place, name in _DOCUMENTS:
        if any(part.startswith(place.lower()) for part in parts):
            raise _no_table(shown, name)
    # The one file of an archive is unpacked; of several, none is more meant than another.
    if len(names) == 1:
        return Content.ZIP
    raise SheetError(f"{shown}: the archive holds {len(names)} files; unpack it and give leadsync one spreadsheet.")


def _is_locked(archive: "zipfile.ZipFile") -> bool:
    """Whether an OpenDocument file says that its parts are encrypted."""
    import zlib

    if _MANIFEST not in archive.namelist():
        return False
    try:
        with archive.open(_MANIFEST) as stream:
            return b"encryption-data" in stream.read(_MOST_OF_MANIFEST)
    except (RuntimeError, EOFError, zlib.error):
        return False  # its reader will say what is wrong with it


def files_in(archive: "zipfile.ZipFile") -> "list[zipfile.ZipInfo]":
    """Return the files of an archive, without a Mac's shadows of them."""
    return [
        member
        for member in archive.infolist()
        if not member.filename.endswith("/")
        and not member.filename.startswith("__MACOSX/")
        and member.filename.rpartition("/")[2] != ".DS_Store"
    ]


def _markup(head: bytes) -> Content | str | None:
    """Return the sort of a marked-up text, or the name of one without a table; None for any other text."""
    # Without NULs, UTF-16 reads like ASCII here: enough to tell the sort.
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if _MIME_HEADER.match(text):
        headers = text.replace(b"\r", b"").partition(b"\n\n")[0]
        names = {name.lower() for name in _MAIL.findall(headers)}
        if _MIME.search(headers):
            return "an e-mail" if b"from" in names and not _BY_MAIL.isdisjoint(names) else Content.MHTML
        return "an e-mail" if b"from" in names and len(names) >= _MAIL_HEADERS else None
    if _JSON.match(text):
        return "a JSON file"
    if not text.startswith(b"<"):
        return None
    root = _ROOT.search(re.sub(rb"<!--.*?-->|<[?!][^>]*>", b"", text, flags=re.DOTALL))
    name = root[2].lower() if root else b""
    if name == b"workbook" and (_SHEETS_OF_2003 in text or _PROGRAM.search(text)):
        return Content.XML_2003
    if root and name == b"document" and b"opendocument" in root[0]:
        return Content.FODS if b"opendocument.spreadsheet" in root[0] else "an OpenDocument text"
    if name in _HTML_ROOTS or (not text.startswith(b"<?xml") and _HTML.search(text)):
        return Content.HTML
    first = text.split(b"\n", 1)[0]
    is_xml = first.startswith((b"<?xml", b"<!DOCTYPE")) or (_ROOT.match(first) and b"<no change>" not in first.lower())
    return "an XML document" if is_xml else None


def _is_binary(head: bytes) -> bool:
    """Whether there are many control characters among the bytes, other than the NULs of UTF-16 or UTF-32.

    A few are the fault of their rows, however short the file. Many of one sort separate columns, and NULs at the end
    are no text.
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
        return False
    text = head.rstrip(b"\0")
    # NUL is counted by itself; 0x1A is DOS's end mark, 0x1C to 0x1F are separators of old programs.
    controls = Counter(byte for byte in text if byte < 32 and byte not in b"\t\n\r\f\v\0\x1a\x1b\x1c\x1d\x1e\x1f")
    others = controls.total() - max(controls.values(), default=0)
    nuls = text.count(0)
    bunched = nuls and b"\0\0\0\0" in text
    return others > max(_FEW, len(text) * 0.05) or bool(bunched and nuls > len(text) * 0.1)


def _no_table(shown: str, name: str) -> SheetError:
    remedy = _REMEDIES.get(name.rpartition(" ")[2], "open it and save it as .xlsx or .csv")
    return SheetError(f"{shown}: this is {name}, not a table; {remedy}.")
