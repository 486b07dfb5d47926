"""Tables of web pages, as CRMs, dialers and SAP save them under .xls: HTML, alone or in an MHTML file.

lxml reads a page as events, without a tree, and fetches nothing. A cell over several rows or columns has its value in
the first of them, as a merged cell of a workbook has.
"""

import codecs
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from python_calamine import SheetVisibleEnum

from leadsync.errors import SheetError
from leadsync.remarks import Remark
from leadsync.sheets.formats.content import Content
from leadsync.sheets.formats.encodings import doubts_of_western, find_encoding, has_mark, named_encoding
from leadsync.sheets.formats.mime_parts import pages_in
from leadsync.sheets.formats.sheet_values import ValueSheet, ValueWorkbook
from leadsync.sheets.formats.web_tables import END, PageTables, TooDeep, TooWide
from leadsync.spreadsheet import MOST_COLUMNS, HeadingNames, SheetRules, loose

_CHUNK = 1 << 16
_HEAD = 4096
_FIRST_ROWS = 20
_CHARSET = re.compile(rb"""<meta[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_UNENDED_TAG = re.compile(r"</[A-Za-z]+\s*\Z")
_LONGEST_TAG = 64
_WIDER = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}
"""Encodings by names that stand for smaller ones. Source: WHATWG, Encoding, 4.2."""
_TWO_BYTES = ("utf-16", "utf-32")
_NUL, _SUBSTITUTE = "\0", "\x1a"
"""A NUL ends no text; the control character for an invalid one takes its place and rejects its row."""


def read_web_page(file: BinaryIO, content: Content, shown: str, rules: SheetRules) -> ValueWorkbook:
    """Return the tables with leads as sheets. `shown` is the file's name in messages. Raises `SheetError`."""
    remarks: list[Remark] = []
    if content is Content.MHTML:
        pages = [_decoded(io.BytesIO(page), charset, shown, rules, remarks) for page, charset in pages_in(file)]
    else:
        pages = [_decoded(file, "", shown, rules, remarks)]
    workbook = ValueWorkbook(remarks=list(dict.fromkeys(remarks)))
    for page in pages:
        for sheet, is_hidden in _tables(page, shown, workbook.remarks):
            visible = SheetVisibleEnum.Hidden if is_hidden else SheetVisibleEnum.Visible
            workbook.add(f"Table {len(workbook.sheets) + 1}", sheet, visible)
    if not any(_filled(sheet) for sheet in workbook.sheets.values()):
        fault = f"{shown}: this is {content.value} without a table; open it and save it as .xlsx or .csv."
        raise SheetError(fault, no_sheet=True)
    return _with_headings(workbook, rules.names)


def load() -> None:
    """Load the libraries, and their own late imports by a page in each form."""
    for encoding in ("base64", "quoted-printable"):
        head = f"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n"
        pages_in(io.BytesIO(head.encode()))
    list(_tables("<p>", "", []))


def _tables(page: str, shown: str, remarks: list[Remark]) -> Iterator[tuple[ValueSheet, bool]]:
    """Yield a page's tables, each with whether it is hidden."""
    from lxml import etree

    try:
        target = _parsed(page, PageTables())
        if target.is_restyled:
            target = _parsed(page, PageTables(target.style))
        tables = [(table.sheet(), table.hiding > 0) for table in target.tables]
    except TooDeep as error:
        raise SheetError(
            f"{shown}: its elements lie deeper in one another than those of any list; open it and save it as .xlsx."
        ) from error
    except TooWide as error:
        raise SheetError(
            f"{shown}: a row has more columns than the {MOST_COLUMNS:,} of a spreadsheet; give a list with one lead in "
            "each row."
        ) from error
    except etree.LxmlError as error:
        raise SheetError(
            f"{shown}: the web page is damaged ({error}); get it again from where it came from."
        ) from error
    if target.tables and not target.has_ended:
        raise SheetError(
            f"{shown}: the file ends within a cell, as one does that was cut off while it was copied; get it again "
            "from where it came from."
        )
    if target.is_unended:
        remarks.append(Remark.doubtful("The file ends before its table does; see whether rows are missing."))
    yield from tables


def _parsed(page: str, target: PageTables) -> PageTables:
    from lxml import etree

    parser = etree.HTMLParser(target=target, no_network=True)
    for start in range(0, len(page), _CHUNK):
        parser.feed(page[start : start + _CHUNK].replace(_NUL, _SUBSTITUTE))
    # A last tag without its end would swallow the mark.
    parser.feed((">" if _UNENDED_TAG.search(page[-_LONGEST_TAG:]) else "") + f'<hr id="{END}">')
    parser.close()
    return target


def _decoded(page: BinaryIO, charset: str, shown: str, rules: SheetRules, remarks: list[Remark]) -> str:
    """Return a page's text, in the encoding of the user, of its mark, of its header or of the page itself."""
    page.seek(0)
    head = page.read(_HEAD)
    meta = _CHARSET.search(head)
    declared = _known(charset) or (_known(meta[1].decode("ascii")) if meta else "")
    if rules.encoding and not has_mark(page):
        name = named_encoding(rules.encoding, page).name
    elif declared and not has_mark(page):
        name = "utf-8" if declared.startswith(_TWO_BYTES) and b"\0" not in head else declared
        # A program writes its own encoding's name, whatever the bytes.
        remarks += doubts_of_western(page) if name == "cp1252" else []
    else:
        found = find_encoding(page, shown)
        name = found.name
        remarks += [] if found.strays else found.remarks
    page.seek(0)
    try:
        return page.read().decode(name)
    except UnicodeError as error:
        raise SheetError(
            f"{shown}: its text is not valid {name.removesuffix('-sig')}, though it says so; name its encoding with "
            "--encoding."
        ) from error


def _known(name: str) -> str:
    """The codec of an encoding's name; empty for an unknown one."""
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return _WIDER.get(codec, codec)


def _with_headings(workbook: ValueWorkbook, names: HeadingNames) -> ValueWorkbook:
    """Return the tables whose first rows name the external id; all of them if none does so.

    The other tables of a page are its layout, its navigation and its sums.
    """
    with_ids = [name for name, sheet in workbook.sheets.items() if _names_id(sheet, names)]
    others = [name for name in workbook.sheets if name not in with_ids and len(_filled(workbook.sheets[name])) > 1]
    if not with_ids or not others:
        return workbook
    chosen = ValueWorkbook(remarks=[*workbook.remarks, Remark.fact(_of_others(others))])
    for metadata in workbook.sheets_metadata:
        if metadata.name in with_ids:
            chosen.add(metadata.name, workbook.sheets[metadata.name], metadata.visible)
    return chosen


def _names_id(sheet: ValueSheet, names: HeadingNames) -> bool:
    return any(loose(cell) in names.ids for row in _filled(sheet) for cell in row if isinstance(cell, str))


def _filled(sheet: ValueSheet) -> list[list[object]]:
    """The first rows with text."""
    return list(islice((list(row) for row in sheet.values if any(row)), _FIRST_ROWS))


def _of_others(others: list[str]) -> str:
    if len(others) == 1:
        return f"{others[0]} of the page names no external id and was not read."
    return f"{len(others)} other tables of the page name no external id and were not read."
