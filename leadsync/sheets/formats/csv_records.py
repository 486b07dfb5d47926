"""Delimited text to records, each with its number in a spreadsheet program and its faults.

The standard csv module splits a whole block of lines at once, for speed. A line may be no record of its own: a
quoted cell goes on over it, or its quoting is broken. Then the block is split again, record by record.
"""

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import TextIO

from leadsync.errors import SheetError
from leadsync.reasons import FaultKind
from leadsync.sheets.formats.backslashes import doubled, numbered_rows, unescaped
from leadsync.sheets.source_lines import SourceLine, line_fault

_BLOCK = 1 << 18
_BLOCK_ROWS = 4096
# Far beyond any row: what is longer is no table, and must not fill the memory.
_LONGEST_LINE = 1 << 24
_MOST_LINES = 100_000
"""A cell holds 32,767 characters. More lines than this have been swallowed by a quotation mark."""
_SWALLOWED_WIDTH = 4
"""From this many columns on, a whole row's worth of delimiters behind an id inside a quoted cell is no coincidence."""
_ADDRESS_WIDTH = 2
"""Up to this many columns an address may look like a lead: `3000, Melbourne`."""
_LETTER, _DIGIT = re.compile(r"[^\W\d_]"), re.compile(r"\d")


class Records:
    """The records of a text stream in chunks, numbered as in a spreadsheet program.

    A record of several lines of text counts once. Messages about quotes name the line of text, as an editor shows it.
    `first` is the number of the stream's first line, `shown` the file's name in messages. `escaped`: backslashes are
    escapes (`backslashes.py`).
    """

    def __init__(self, stream: TextIO, shown: str, delimiter: str, first: int, *, escaped: bool = False) -> None:
        # Unlike the module's own 128 KiB this is no limit that a cell of a real sheet meets: an over-long cell is its
        # row's fault, not the file's.
        csv.field_size_limit(_LONGEST_LINE)
        self._blocks = _blocks(stream, shown, first)
        if escaped:
            self._blocks = _escaped(self._blocks, delimiter)
        self._escaped = escaped
        self._shown = shown
        self._delimiter = delimiter
        self._padding = _padding(delimiter)
        self._number = 1
        """The next record's."""
        self._text_line = first
        """The first line of text of the last record."""
        self._width = 0
        self._perhaps_swallowed = 0
        """The first line of text of a record that perhaps swallowed rows, if each record of several lines is so."""
        self._has_texts = False
        """Whether a cell holds a text of several lines."""

    def chunks(self) -> Iterator[list[SourceLine]]:
        """Yield the records, once. Raises `SheetError` at an unclosed quotation mark."""
        for block in self._blocks:
            records = self._at_once(block) or self._one_by_one(block)
            yield list(map(self._unescaped, records)) if self._escaped else records
        if self._perhaps_swallowed and not self._has_texts:
            raise self._swallowed(self._perhaps_swallowed)

    def _unescaped(self, line: SourceLine) -> SourceLine:
        return line._replace(cells=[unescaped(cell, self._delimiter) for cell in line.cells])

    def _at_once(self, block: list[str]) -> list[SourceLine]:
        """The block's records if each of its lines is one, else nothing."""
        text = "".join(block)
        # The search in memory spares nearly all sheets the pattern, which takes as long as the splitting.
        if (' "' in text or '\t"' in text) and self._padding.search(text):
            return []
        try:
            records = list(csv.reader(block, delimiter=self._delimiter, strict=True))
        except csv.Error:
            return []
        # A quoted cell with line ends made one record of several lines: their numbers need the slow way.
        if len(records) != len(block):
            return []
        self._width = self._width or len(records[0])
        self._text_line += len(block)
        begin, self._number = self._number, self._number + len(records)
        return list(map(SourceLine, range(begin, self._number), records))

    def _one_by_one(self, block: list[str]) -> list[SourceLine]:
        found: list[SourceLine] = []
        source = _Feed(block, self._blocks, self._delimiter)
        reader = csv.reader(source, delimiter=self._delimiter, strict=True)
        while source.has_more:
            source.taken.clear()
            try:
                cells = next(reader)
            except csv.Error as error:
                found.append(self._broken(source.taken, error))
            else:
                if len(source.taken) > 1:
                    self._check_span(source.taken, cells)
                found.append(SourceLine(self._number, cells))
                self._width = self._width or len(cells)
            self._number += 1
            self._text_line += len(source.taken)
        return found

    def _broken(self, taken: list[str], error: csv.Error) -> SourceLine:
        if len(taken) > 1 or "unexpected end" in str(error):
            raise self._unclosed() from error
        # Without `strict` the module reads any line: its cells are for the report.
        cells = next(csv.reader(taken, delimiter=self._delimiter), [])
        return SourceLine(self._number, cells, faults=(line_fault(FaultKind.QUOTE_IN_CELL),))

    def _check_span(self, taken: list[str], cells: list[str]) -> None:
        """Raise `SheetError` for a quote closed, lines later, by another cell's opening quote: it swallowed rows."""
        if self._width and len(cells) != self._width:
            raise self._unclosed()
        texts = (text for cell in cells if "\n" in cell for text in cell.splitlines())
        if self._width >= _SWALLOWED_WIDTH and any(
            text.count(self._delimiter) >= self._width - 1 and _are_ids(cells[0], text.partition(self._delimiter)[0])
            for text in texts
        ):
            raise self._unclosed()
        lines = [_fields(line, self._delimiter, self._width) for line in taken]
        if all(len(line) == self._width > 1 and line[0].strip() for line in lines):
            first = lines[0]
            if all(map(_alike, first * len(lines), chain.from_iterable(lines))) and any(map(_DIGIT.search, first)):
                raise self._swallowed(self._text_line)
            if self._width > _ADDRESS_WIDTH and all(_are_ids(first[0], line[0]) for line in lines):
                self._perhaps_swallowed = self._perhaps_swallowed or self._text_line
                return
        self._has_texts = True

    def _swallowed(self, number: int) -> SheetError:
        return SheetError(
            f"{self._shown}: the quotation mark that opens on line {number} makes one row of several lines, each with "
            "the look of a lead; close it on its line, or remove it. If they are one cell, save the sheet as .xlsx."
        )

    def _unclosed(self) -> SheetError:
        return SheetError(
            f"{self._shown}: the quotation mark that opens on line {self._text_line} is not closed where its cell "
            "ends; close it, or remove it."
        )


def unpadded(line: str, delimiter: str) -> str:
    """The line without blanks around its quoted cells, which are no data; plain cells keep theirs.

    A line with broken quotes stays as it is; its last quoted cell may go on over the next line.
    """
    if '"' not in line:
        return line
    text = line.rstrip("\r\n")
    sign, blanks = re.escape(delimiter), _blanks(delimiter)
    end = f"(?={sign}|$)"
    quoted = '"(?:[^"]|"")*'
    cell = f'(?:{blanks}(?:({quoted}"){blanks}{end}|({quoted})$)|([^"{sign}]*){end})'
    if not re.fullmatch(f"{cell}(?:{sign}{cell})*", text):
        return line
    cells = re.finditer(f"(?:^|{sign}){cell}", text)
    return delimiter.join(match[1] or match[2] or match[3] for match in cells) + line[len(text) :]


def _fields(line: str, delimiter: str, width: int) -> list[str]:
    """The cells of a line as if it had no quotation marks, without blank ones behind the last column."""
    fields = line.replace('"', "").rstrip("\r\n").split(delimiter)
    return fields if any(map(str.strip, fields[width:])) else fields[:width]


def _alike(one: str, other: str) -> bool:
    """Whether two cells have the same sorts of characters, letters and digits, or one of them is blank."""
    if not (one.strip() and other.strip()):
        return True
    return all(bool(sort.search(one)) == bool(sort.search(other)) for sort in (_LETTER, _DIGIT))


def _are_ids(one: str, other: str) -> bool:
    """Whether two cells look like ids of one kind: with digits, and blanks in both or none."""
    is_number = _DIGIT.search(one) is not None and _DIGIT.search(other) is not None
    return is_number and _alike(one, other) and (" " in one.strip()) == (" " in other.strip())


def _blanks(delimiter: str) -> str:
    return "" if delimiter == " " else "[ ]*" if delimiter == "\t" else "[ \t]*"


def _padding(delimiter: str) -> re.Pattern[str]:
    """Blanks before a quotation mark that opens a cell, or looks so."""
    return re.compile(f'(?:^|{re.escape(delimiter)})(?!"){_blanks(delimiter)}"', re.MULTILINE)


class _Feed:
    """Hands a block's lines to the csv module, and further blocks' while a record goes on over the block's end."""

    def __init__(self, block: list[str], more: Iterator[list[str]], delimiter: str) -> None:
        self._delimiter = delimiter
        self._lines = iter(block)
        self._left = len(block)
        self._more = more
        self.taken: list[str] = []
        """The lines handed out; whoever reads records empties it before each."""

    @property
    def has_more(self) -> bool:
        """Whether lines of the present block are left."""
        return self._left > 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if not self._left:
            block = next(self._more)
            self._lines = iter(block)
            self._left = len(block)
        if len(self.taken) == _MOST_LINES:
            raise csv.Error("a quoted cell has too many lines")
        self._left -= 1
        line = next(self._lines)
        # Within a quoted cell the line goes on as if its quotation mark stood at the beginning.
        line = unpadded(f'"{line}', self._delimiter)[1:] if self.taken else unpadded(line, self._delimiter)
        self.taken.append(line)
        return line


def _escaped(blocks: Iterator[list[str]], delimiter: str) -> Iterator[list[str]]:
    """The blocks' rows for a parser of doubled quotation marks, each in one line."""
    rows = numbered_rows(chain.from_iterable(blocks), delimiter)
    while block := [doubled(row, delimiter) for _, row in islice(rows, _BLOCK_ROWS)]:
        yield block


def _blocks(stream: TextIO, shown: str, number: int) -> Iterator[list[str]]:
    """Yield the stream's lines, ends included, some thousand at a time. Raises `SheetError` for an endless line."""
    rest = ""
    while text := stream.read(_BLOCK):
        # A CR at the end may be half of a CR LF.
        while text.endswith("\r") and (more := stream.read(1)):
            text += more
        rest += text
        end = max(rest.rfind("\n"), rest.rfind("\r")) + 1
        if end:
            lines = io.StringIO(rest[:end], newline="").readlines()
            number += len(lines)
            yield lines
            rest = rest[end:]
        elif len(rest) > _LONGEST_LINE:
            raise SheetError(
                f"{shown}: line {number} is over {_LONGEST_LINE:,} characters long; "
                "this is not a table with one lead on each line."
            )
    if rest:
        yield [rest]
