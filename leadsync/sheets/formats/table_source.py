"""A sheet's bytes to its headings and rows, whichever kind of file they are. Runs in the confined process."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

from leadsync.errors import SheetError
from leadsync.remarks import Remark
from leadsync.sheets.formats.content import IN_MARKUP, WEB_PAGES, Content, content_of
from leadsync.sheets.formats.delimited import read_delimited
from leadsync.sheets.formats.footers import marked
from leadsync.sheets.formats.headings import Headings, first_lines, place_of_headings
from leadsync.sheets.formats.joined_headings import joined_headings
from leadsync.sheets.formats.libraries import MARKUP, require
from leadsync.sheets.formats.merged_columns import headed, without_gaps
from leadsync.sheets.formats.other_tables import told_apart
from leadsync.sheets.formats.row_checks import cell_faults, clean
from leadsync.sheets.formula_escapes import unescape
from leadsync.sheets.source_lines import Source, SourceLine
from leadsync.spreadsheet import MOST_COLUMNS, RUN_COLUMN, HeadingNames, SheetRules

_SUFFIXES = {
    Content.TEXT: (".csv", ".tsv", ".txt"),
    Content.XLSX: (".xlsx", ".xlsm"),
    Content.XLS: (".xls",),
    Content.XLSB: (".xlsb",),
    Content.ODS: (".ods",),
    Content.FODS: (".fods", ".xml"),
    Content.XML_2003: (".xml",),
    Content.HTML: (".html", ".htm"),
    Content.MHTML: (".mht", ".mhtml"),
}
_KNOWN_SUFFIXES = frozenset(suffix for suffixes in _SUFFIXES.values() for suffix in suffixes)
_AS_MARKUP = (*IN_MARKUP, Content.FODS)
_WITH_ENCODING = tuple(("encoding", content) for content in WEB_PAGES)
_PEEK = 20
"""Lines of text to read before the headings are looked for."""


def open_source(sheet: BinaryIO, request: dict[str, Any]) -> tuple[dict[str, Any], Iterator[list[SourceLine]]]:
    """Return the table's properties under the names of `Table`, and its rows below the headings, chunk by chunk.

    Raises `SheetError`, from the rows too, and any error of a parser for a damaged workbook.
    """
    shown, suffix, rules = request["shown"], request["suffix"], _rules(request["rules"])
    content = content_of(sheet, shown)
    if content in (Content.GZIP, Content.ZIP):
        from leadsync.sheets.formats.archives import unpacked

        sheet, content = unpacked(sheet, content, shown)
    if content is Content.TEXT:
        if request["sheet"] is not None:
            raise SheetError(f"{shown}: this is delimited text, which has no sheets; leave out --sheet.")
        source = read_delimited(sheet, shown, suffix, request["encoding"], request["delimiter"], rules)
    else:
        if content in _AS_MARKUP:
            require(MARKUP)
        from leadsync.sheets.formats.workbook_reader import read_workbook

        for name in ("encoding", "delimiter"):
            if request[name] is not None and (name, content) not in _WITH_ENCODING:
                raise SheetError(f"{shown}: this is a workbook, which has no {name} of its own; leave out --{name}.")
        # A page names its encoding: the settings' is that of other files.
        rules = rules._replace(encoding=request["encoding"] or "")
        source = read_workbook(sheet, shown, request["sheet"], content, rules)
    return _table(shown, _renamed(suffix, content), source, rules)


def _table(
    shown: str, renamed: list[Remark], source: Source, rules: SheetRules
) -> tuple[dict[str, Any], Iterator[list[SourceLine]]]:
    chunks = _narrow(source.chunks, shown)
    ahead = _beginning(chunks, shown)
    filled = first_lines([line for line in ahead if any(map(str.strip, line.cells))], rules.names, rules.headings_row)
    place = place_of_headings(filled, rules.names, shown, rules.headings_row)
    whole = without_gaps(source.merged, ahead, filled[-1].number) if source.merged else ()
    joined = joined_headings(filled, place, source.merged, rules.names) or joined_headings(
        filled, place, whole, rules.names
    )
    if joined is not None:
        filled, place, remark = joined
        renamed = [*renamed, Remark.fact(remark)]
    below = [line for line in ahead if line.number > filled[place].number]
    headings_line, moved = headed(filled[place], below, rules.names)
    filled[place] = _with_cell_faults(headings_line)
    headings = Headings.of(filled, place, shown, counts_cells=source.kind == "csv")
    ahead = [line for line in ahead if line.number > headings.line]
    own = source.kind == "csv" and RUN_COLUMN in headings.names
    table = {
        "kind": source.kind,
        "sheet": source.sheet,
        "headings": list(map(unescape, headings.names)) if own else list(headings.names),
        "headings_line": headings.line,
        "remarks": [*renamed, *source.remarks, *map(Remark.fact, (*headings.remarks, *moved))],
        "delimiter": source.delimiter,
        "bom": source.bom,
        "parts": source.parts,
        "sheets": source.sheets,
        "epoch_1904": source.epoch_1904,
    }
    rows = _rows(chain([ahead], chunks), headings, source.delimiter, guarded=own)
    # A file of leadsync's own has statuses for such lines already.
    if RUN_COLUMN in headings.names:
        return table, rows
    return table, told_apart(marked(rows, headings.line), headings.names, headings.line, rules.names)


def _narrow(chunks: Iterator[list[SourceLine]], shown: str) -> Iterator[list[SourceLine]]:
    """The same lines. Raises `SheetError` at one with more columns than a spreadsheet has."""
    for chunk in chunks:
        if max(map(len, [line.cells for line in chunk]), default=0) > MOST_COLUMNS:
            line = next(line for line in chunk if len(line.cells) > MOST_COLUMNS)
            raise SheetError(
                f"{shown}: line {line.number} has {len(line.cells):,} columns, more than the {MOST_COLUMNS:,} of a "
                "spreadsheet; give a list with one lead on each line."
            )
        yield chunk


def _beginning(chunks: Iterator[list[SourceLine]], shown: str) -> list[SourceLine]:
    """Return the lines from the first on, with some lines of text among them."""
    ahead: list[SourceLine] = []
    for chunk in chunks:
        ahead += chunk
        if sum(any(map(str.strip, line.cells)) for line in ahead[: 2 * _PEEK]) >= _PEEK:
            break
    if not any(any(map(str.strip, line.cells)) for line in ahead):
        raise SheetError(f"{shown}: the file is empty; give one with headings on its first line and leads below them.")
    return ahead


def _rules(request: list[Any]) -> SheetRules:
    names, *others = request
    return SheetRules(HeadingNames(*map(frozenset, names)), *others)


def _with_cell_faults(line: SourceLine) -> SourceLine:
    return line._replace(faults=(*line.faults, *cell_faults(line.cells)))


def _renamed(suffix: str, content: Content) -> list[Remark]:
    """Remark on a suffix of another format than the content's: the user may have the wrong file."""
    if suffix in _SUFFIXES[content] or suffix not in _KNOWN_SUFFIXES:
        return []
    return [Remark.fact(f"The file is called {suffix} but is {content.value}.")]


def _rows(
    chunks: Iterator[list[SourceLine]], headings: Headings, delimiter: str, *, guarded: bool
) -> Iterator[list[SourceLine]]:
    for chunk in chunks:
        rows = clean(chunk, headings, delimiter)
        if guarded:
            rows = [row._replace(cells=list(map(unescape, row.cells))) for row in rows]
        if rows:
            yield rows
