"""The libraries and codecs for a sheet, loaded before the process is confined.

A confined process can load nothing. Libraries for few sheets are left out at first: the process names the missing one,
ends, and is started anew with it.
"""

import codecs
from contextlib import suppress

CHARSETS, MARKUP, OPENPYXL = "charset-normalizer", "markup", "openpyxl"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_PACKED = (b"PK", b"\x1f\x8b", _OLD_WORKBOOK)
"""First bytes of workbooks, and of archives with a workbook perhaps."""
_CODECS = ("ascii", "cp1252", "cp437", "latin-1", "utf-8-sig",
           "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")  # fmt: skip
"""Encodings of text, of names in an archive, and of XML."""
_CODE_PAGES = ("cp850", "cp852", "cp855", "cp857", "cp860", "cp861", "cp862", "cp863", "cp864", "cp865", "cp866",
               "cp869", "cp874", "cp932", "cp949", "cp950", "cp936", *(f"cp{number}" for number in range(1250, 1259)),
               "cp1361")  # fmt: skip
"""Encodings of the texts in an .xls. Source: [MS-XLS] 2.4.52, CodePage."""
_loaded: set[str] = set()


class LibraryNeeded(Exception):  # noqa: N818 - an answer to the parent, not a failure of this process
    """The sheet can be read only with this library."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def require(name: str) -> None:
    """Raise LibraryNeeded unless the library was loaded."""
    if name not in _loaded:
        raise LibraryNeeded(name)


def load(beginning: bytes, *, library: str = "", encoding: str | None = None) -> None:
    """Load the needs of a sheet by its first bytes, a further library, and the codec the user named.

    An unknown encoding is refused later.
    """
    from leadsync.sheets.formats import delimited  # noqa: F401 - for later

    if beginning.startswith(_PACKED) or library == MARKUP:
        from leadsync.sheets.formats import archives, workbook_reader  # noqa: F401 - for later
    _load_codecs(*_CODECS, *([encoding] if encoding else []))
    if beginning.startswith(_OLD_WORKBOOK):
        _load_codecs(*_CODE_PAGES)
    if library == CHARSETS:
        _load_charsets()
    elif library == OPENPYXL:
        from leadsync.sheets.formats.openpyxl_reader import load as load_openpyxl

        load_openpyxl()
    elif library == MARKUP:
        _load_markup()
    _loaded.add(library)


def _load_markup() -> None:
    """Load the needs of web pages and of workbooks as plain XML; only one library can be asked for."""
    from leadsync.sheets.formats.web_pages import load as load_web_pages

    load_web_pages()
    _load_charsets()
    _loaded.add(CHARSETS)


def _load_codecs(*names: str) -> None:
    for name in names:
        with suppress(LookupError, ValueError):
            codecs.lookup(name)


def _load_charsets() -> None:
    from charset_normalizer import from_bytes
    from charset_normalizer.constant import IANA_SUPPORTED

    from leadsync.sheets.formats.other_encodings import ENCODINGS

    _load_codecs(*IANA_SUPPORTED, *(other.codec for other in ENCODINGS.values()))
    from_bytes("Zoë, Björn, Žofie".encode("cp1252")).best()  # has it load what it loads on its first use
