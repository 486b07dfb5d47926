"""Workbooks of every format to lines of texts, by python-calamine; by openpyxl if calamine refuses an .xlsx.

Runs in the confined process, within its limits of memory and time.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO, cast
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
)

from leadsync.errors import SheetError
from leadsync.remarks import Remark
from leadsync.sheets.formats import ods_parts, openpyxl_reader, xls_records, xlsb_records, xlsx_parts
from leadsync.sheets.formats.cell_metadata import CellMetadata
from leadsync.sheets.formats.cell_text import Value
from leadsync.sheets.formats.conditional_formats import altering
from leadsync.sheets.formats.content import IN_MARKUP, Content
from leadsync.sheets.formats.identifier_columns import identifier_columns, unsent_columns
from leadsync.sheets.formats.libraries import OPENPYXL, LibraryNeeded, require
from leadsync.sheets.formats.report_detection import Workbook, is_own, marked_sheet, report_sheets
from leadsync.sheets.formats.sheet_choice import Chosen, SeveralSheets, Unreadable, choose
from leadsync.sheets.formats.sheet_lines import lines, merged_cells, text_at
from leadsync.sheets.formats.sheet_values import Sheet, ValueSheet
from leadsync.sheets.formats.web_pages import read_web_page
from leadsync.sheets.formats.xml_spreadsheet import read_xml_spreadsheet
from leadsync.sheets.source_lines import Source, SourceLine, letter
from leadsync.spreadsheet import REPORT_SHEET, TO_CORRECT_SHEET, TO_DECIDE_SHEET, SheetRules

_BATCH = 2_000
_MOST_CELLS = 200_000
"""In one batch of rows."""
# The rows of Excel's largest sheet.
_MOST_ROWS = 1 << 20
_FIRST_ROWS = 1_000
"""Rows among which the headings stand."""
_MOST_REPEATED = 5_000
_MOST_LISTED = 5
_NO_MEMORY = ("limit exceeded", "PyObject pointer is null")
"""python-calamine's words for a lack of memory."""
_UNTOLD = "Cannot detect file format"
"""python-calamine's words for any fault of a workbook's first parts."""
_MB = 1 << 20
# Of the size that the archive declares to the file's own: checked before a byte is unpacked.
_PLAUSIBLE_RATIO = 150
# Bytes of a part's beginning: entities are declared before the root element.
_PROLOGUE = 4096
_SMALL = 64 * _MB
"""Up to this size nothing unpacked is called a bomb, whatever its ratio."""

_Found = tuple[Chosen, list[str], tuple[str, ...]]
"""The sheet to read, the sheets of a report of leadsync's own, and the names of all."""


def read_workbook(file: BinaryIO, shown: str, wanted: str | None, content: Content, rules: SheetRules) -> Source:
    """Open a workbook's sheet. `shown` is the file's name in messages. Raises `SheetError`, from `chunks` too.

    `wanted` is the sheet that the command names; a file of leadsync's own need not have the sheet of the settings.
    """
    with _explained(file, shown, content):
        if content is Content.FODS:
            file, content = ods_parts.packed(file), Content.ODS
        _check_declared(file)
        if content is Content.XLSB:
            file = xlsb_records.as_calamine_reads(file)
        (name, sheet, remarks), parts, sheets = _sheet(file, wanted, rules, content, shown)
        metadata = _metadata(file, name, sheet, content, remarks, identifier_columns(sheet, rules.names))
        if metadata.repeated:
            raise Unreadable(
                f"the workbook is damaged ({metadata.repeated} stands in it twice, of which programs show one alone); "
                "get it anew from the program that wrote it"
            )
        if sheet.end and sheet.end[0] >= _MOST_ROWS:
            raise Unreadable(f"it has {sheet.end[0] + 1:,} rows, more than a sheet can have; save the leads as .csv")
        remarks += _of_hidden_rows(sheet, metadata.hidden, skipped=rules.skip_hidden)
        remarks += _of_hidden_columns(sheet, metadata.hidden_columns)
        unsent = unsent_columns(sheet, rules.names)
        remarks += _of_veiled(sheet, metadata, unsent)
        remarks += _of_doubted_zeros({column for _, column in metadata.doubted} - unsent)
        if not rules.skip_hidden:
            metadata.hidden.clear()
    chunks = _chunks(sheet, metadata, file, shown, content)
    return Source(
        "xlsx",
        chunks,
        sheet=name,
        remarks=tuple(remarks),
        parts=tuple(parts),
        sheets=sheets,
        epoch_1904=metadata.epoch_1904,
        merged=tuple(one for one in merged_cells(sheet, metadata) if one[0][0] < _FIRST_ROWS),
    )


@contextmanager
def _explained(file: BinaryIO, shown: str, content: Content) -> Iterator[None]:
    """Raise any error of a parser as SheetError; a lack of memory and a missing library pass as they are."""
    try:
        yield
    except (GeneratorExit, LibraryNeeded, MemoryError, SheetError):
        raise
    except SeveralSheets as several:
        raise several.in_file(shown) from several
    except Unreadable as error:
        raise SheetError(f"{shown}: {error}.") from error
    except BaseException as error:  # the parser's panics derive from BaseException
        if isinstance(error, PasswordError) or (content is Content.XLS and xls_records.is_locked(file)):
            locked = f"{shown}: the workbook is protected by a password; save it without one."
            raise SheetError(locked, no_sheet=True) from error
        detail = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        if any(sign in detail for sign in _NO_MEMORY):
            # python-calamine reports a lack of memory as a null pointer, which would read as a damaged file.
            raise MemoryError from error
        fault = f"damaged ({detail})" if detail != _UNTOLD else "damaged, or in a form that no reader knows"
        raise SheetError(
            f"{shown}: the workbook is {fault}; open it in a spreadsheet program and save it anew.",
            no_sheet=content is Content.XLS,  # its parser reads all sheets at once: another one helps no more
        ) from error


def _chunks(
    sheet: Sheet, metadata: CellMetadata, file: BinaryIO, shown: str, content: Content
) -> Iterator[list[SourceLine]]:
    # Wide sheets have fewer rows in a batch: the answer's memory is bounded by cells.
    most = max(1, min(_BATCH, _MOST_CELLS // (sheet.end[1] + 1))) if sheet.end else _BATCH
    batch: list[SourceLine] = []
    with _explained(file, shown, content):
        for line in lines(sheet, metadata):
            batch.append(line)
            if len(batch) == most:
                yield batch
                batch = []
    yield batch


def _check_declared(file: BinaryIO) -> None:
    """Raise Unreadable for sizes and entities foreign to a zipped workbook, before unpacking anything."""
    file.seek(0)
    if file.read(2) != b"PK":
        return
    size = file.seek(0, 2)
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        declared = sum(member.file_size for member in members)
        if declared > max(_SMALL, size * _PLAUSIBLE_RATIO):
            raise Unreadable(
                f"its {size // 1024 + 1} KB unpack to {declared // _MB} MB, which no list of leads does; "
                "copy the leads into a new workbook, or save them as .csv"
            )
        # Parsers differ in what they make of entities (nothing, a refusal, a file of this machine): none may come in.
        if any(_declares_entities(archive, member) for member in members if _is_read(member.filename.lower())):
            raise Unreadable(
                "the workbook declares XML entities, which no spreadsheet program writes; "
                "open it in one and save it anew"
            )


def _is_read(name: str) -> bool:
    return name.endswith((".xml", ".rels")) and not name.startswith("docprops/")


def _declares_entities(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    try:
        with archive.open(member) as stream:
            return b"<!ENTITY" in stream.read(_PROLOGUE)
    except (RuntimeError, OSError, EOFError, zlib.error, BadZipFile, NotImplementedError):
        return False  # the parser will say what is wrong with it


def _sheet(file: BinaryIO, wanted: str | None, rules: SheetRules, content: Content, shown: str) -> _Found:
    """The sheet to read."""
    if content in IN_MARKUP:
        return _marked_up(file, wanted, rules, content, shown)
    usual = rules.sheet
    try:
        return _looked_for(_opened(file, content), wanted, usual)
    except CalamineError as refusal:
        if content is not Content.XLSX:
            raise
        # The process is confined by now and can load no library: it is started anew, with openpyxl.
        require(OPENPYXL)
        try:
            second = openpyxl_reader.read(file)
        except Exception:  # what neither can read is refused in the first one's words
            raise refusal from None
    return _looked_for(second, wanted, usual)


def _marked_up(file: BinaryIO, wanted: str | None, rules: SheetRules, content: Content, shown: str) -> _Found:
    if content is Content.XML_2003:
        return _looked_for(read_xml_spreadsheet(file), wanted, rules.sheet)
    workbook = read_web_page(file, content, shown, rules)
    # Tables have no names of their own: the settings' sheet is one of other files.
    usual = rules.sheet if rules.sheet in workbook.sheets else ""
    (name, sheet, remarks), parts, sheets = _looked_for(workbook, wanted, usual)
    return (name, sheet, [*workbook.remarks, *remarks]), parts, sheets


def _looked_for(workbook: Workbook, wanted: str | None, usual: str) -> _Found:
    parts, renamed = ([], []) if wanted else report_sheets(workbook)
    if renamed:
        raise Unreadable(
            f"its sheet {renamed[0]!r} holds rows of the report under another name; call it {TO_CORRECT_SHEET}, "
            f"{TO_DECIDE_SHEET} or {REPORT_SHEET} again, as it was, or delete it"
        )
    marked = "" if parts else marked_sheet(workbook)
    # The sheet that leadsync has marked, not the one in front of it.
    if wanted is None and marked:
        wanted = marked
    if wanted is None and not parts and usual and (usual in workbook.sheet_names or not is_own(workbook)):
        wanted = usual
    chosen = choose(workbook, parts[0] if parts else wanted)
    return chosen, parts, tuple(workbook.sheet_names)


def _opened(file: BinaryIO, content: Content) -> CalamineWorkbook:
    if content is Content.ODS and (repeated := ods_parts.repeated_rows(file)) > _MOST_REPEATED:
        raise Unreadable(
            f"{repeated:,} of its rows are mere repetitions of the row above them, which no list of leads has; "
            "delete those rows, or copy the leads into a new workbook"
        )
    try:
        file.seek(0)
        return CalamineWorkbook.from_filelike(file)
    except CalamineError:
        if content is not Content.ODS:
            raise
        # Some programs indent the XML; calamine refuses the blanks between elements.
        return CalamineWorkbook.from_filelike(ods_parts.tightened(file))


def _metadata(
    file: BinaryIO, name: str, sheet: Sheet, content: Content, remarks: list[Remark], identifiers: frozenset[int]
) -> CellMetadata:
    if isinstance(sheet, ValueSheet) and sheet.metadata is not None:
        sheet.metadata.identifiers = identifiers
        return sheet.metadata
    look = {
        Content.XLSX: xlsx_parts.cell_metadata,
        Content.XLSB: xlsb_records.cell_metadata,
        Content.ODS: ods_parts.cell_metadata,
        Content.XLS: xls_records.cell_metadata,
    }.get(content)
    try:
        if look is not None:
            metadata = look(file, name, identifiers)
            metadata.identifiers = identifiers
            return metadata
    except (ValueError, LookupError, struct.error, StopIteration, ExpatError, BadZipFile, NotImplementedError, OSError):
        # All that reading parts of a file may raise which no program wrote so; calamine could read the values.
        pass
    unusual = (
        "This workbook is unusual: an error cell in it would be taken for a blank one, and a number would lose its "
        "format, such as leading zeros. Look for such cells, or open it in a spreadsheet program and save it anew."
    )
    remarks.append(Remark.doubtful(unusual))
    return CellMetadata()


def _of_hidden_columns(sheet: Sheet, hidden: set[int]) -> Iterator[Remark]:
    """Remark on hidden columns among those of the sheet."""
    letters = [letter(column) for column in sorted(hidden) if sheet.end and column <= sheet.end[1]]
    listed = ", ".join(letters[:_MOST_LISTED]) + (", …" if len(letters) > _MOST_LISTED else "")
    if letters:
        columns, are = ("column", "is") if len(letters) == 1 else ("columns", "are")
        yield Remark.fact(f"The {columns} {listed} {are} hidden in the sheet and {are} read all the same.")


def _of_veiled(sheet: Sheet, metadata: CellMetadata, unsent: frozenset[int]) -> Iterator[Remark]:
    """Remark on the areas of conditional formats that alter values of theirs; the columns `unsent` do not count."""
    if not metadata.veils:
        return
    first_column = sheet.start[1] if sheet.start else 0
    rows = cast("Iterator[list[Value]]", sheet.iter_rows())
    own = partial(text_at, metadata)
    found = altering(rows, first_column, metadata.veils, own, unsent=unsent, epoch_1904=metadata.epoch_1904)
    names = list(dict.fromkeys(veil.names for veil in found))
    if names:
        listed = ", ".join(names[:_MOST_LISTED]) + (", …" if len(names) > _MOST_LISTED else "")
        hidden = f"A conditional format hides values in {listed}, or shows others in their place"
        yield Remark.doubtful(f"{hidden}; the values themselves are sent: correct them, or delete the format.")


def _of_doubted_zeros(columns: set[int]) -> Iterator[Remark]:
    """Remark on the columns with zeros that perhaps nobody worked out."""
    if columns:
        listed = ", ".join(map(letter, sorted(columns)[:_MOST_LISTED])) + (", …" if len(columns) > _MOST_LISTED else "")
        where = "column" if len(columns) == 1 else "each of the columns"
        unworked = f"All formulas in {where} {listed} have the result 0; perhaps they were never worked out"
        yield Remark.doubtful(
            f"{unworked}. If the zeros are wrong, press Ctrl+Shift+F9 in LibreOffice and save the sheet anew."
        )


def _of_hidden_rows(sheet: Sheet, hidden: set[int], *, skipped: bool) -> Iterator[Remark]:
    """Remark on hidden rows: hidden by a filter perhaps, and perhaps not meant to be sent."""
    if not hidden:
        return
    filled = (row for row, values in enumerate(sheet.iter_rows()) if any(value != "" for value in values))
    next(filled, None)  # the headings
    numbers = [row + 1 for row in filled if row in hidden]
    listed = ", ".join(map(str, numbers[:_MOST_LISTED])) + (", …" if len(numbers) > _MOST_LISTED else "")
    if not numbers:
        return
    rows, are = (f"1 row ({listed})", "is") if len(numbers) == 1 else (f"{len(numbers):,} rows ({listed})", "are")
    if skipped:
        yield Remark.fact(f"{rows} {are} hidden in the sheet and {are} skipped.")
    else:
        way_out = 'hidden_rows = "skip" in [input] skips such rows'
        sent = f"{rows} {are} hidden in the sheet and {are} sent; {way_out}."
        yield Remark(sent, loud=True, kept=True)
