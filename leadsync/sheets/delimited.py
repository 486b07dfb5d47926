"""Delimited text to lines: which delimiter, and cells as they stand between the delimiters.

The standard csv module does the splitting, not pandas: pandas' parser fills a line that is too short with blanks and
does not say so, and it swallows what follows an unclosed quote. Broken quoting inside one line is that row's fault;
a quote that runs on over other lines is the file's, because the rows behind it can no longer be told apart.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from leadsync.errors import SheetError
from leadsync.sheets.encodings import Encoding, find_encoding, named_encoding
from leadsync.sheets.lines import Line, Source

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_SAMPLE_CHARACTERS = 1 << 17
_SAMPLE_RECORDS = 100
_LONGEST_LINE = 1 << 24
_SWALLOWED_WIDTH = 4
"""From this many columns on, a whole row's worth of delimiters on a line inside a quoted cell is no coincidence."""


def read_delimited(path: Path, shown: str, suffix: str, encoding: str | None, delimiter: str | None) -> Source:
    """Open delimited text. `shown` is the file's name in messages, `suffix` the ending it was given (`.tsv`)."""
    # Unlike the module's own 128 KiB this is no limit that a cell of a real sheet meets: an over-long cell is its
    # row's fault, not the file's.
    csv.field_size_limit(_LONGEST_LINE)
    found = named_encoding(encoding, path) if encoding else find_encoding(path, shown)
    with path.open(encoding=found.name, newline="") as stream:
        sample = _decoded(stream, shown, found)
    declared, body = _declared_delimiter(sample)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise SheetError(f"--delimiter {delimiter!r}: give a single character, such as , or ; (a tab is $'\\t').")
    chosen = delimiter or declared or _guess(body, "\t" if suffix == ".tsv" else ",")
    remarks = [found.remark] if found.remark else []
    if delimiter is None and declared is None and chosen != ("\t" if suffix == ".tsv" else ","):
        remarks.append(f"The columns are separated by {DELIMITERS[chosen]}.")
    lines = _lines(path, shown, found, chosen, skip=declared is not None)
    return Source("csv", lines, remarks=tuple(remarks), delimiter=chosen, bom=found.wants_mark)


def _decoded(stream: TextIO, shown: str, encoding: Encoding) -> str:
    try:
        return stream.read(_SAMPLE_CHARACTERS)
    except UnicodeError as error:
        raise _undecodable(shown, encoding) from error


def _undecodable(shown: str, encoding: Encoding) -> SheetError:
    name = encoding.name.removesuffix("-sig")
    return SheetError(f"{shown}: the text is not valid {name}; save the file as UTF-8, or correct --encoding.")


def _declared_delimiter(sample: str) -> tuple[str | None, str]:
    """What a first line `sep=;` says, and the text behind it. Excel writes and obeys it, and does not show it."""
    first, _, rest = sample.partition("\n")
    first = first.rstrip("\r").strip('"')
    if len(first) == 5 and first.lower().startswith("sep=") and first[4] in DELIMITERS:
        return first[4], rest
    return None, sample


def _guess(sample: str, usual: str) -> str:
    """The delimiter that gives the most lines the headings' number of cells; of equals, the one with more columns."""

    def score(delimiter: str) -> tuple[float, int, bool]:
        lines = sample.splitlines(keepends=True)
        complete = lines[:-1] if len(sample) == _SAMPLE_CHARACTERS else lines
        records = csv.reader(complete, delimiter=delimiter)
        widths = [len(record) for record in islice(records, _SAMPLE_RECORDS) if any(map(str.strip, record))]
        if not widths or max(widths) < 2:
            return 0.0, 1, delimiter == usual
        # A title above the headings, or a broken first row, must not decide it: the commonest width does.
        width, lines_of_it = Counter(widths).most_common(1)[0]
        return (round(lines_of_it / len(widths), 1) if width > 1 else 0.0), width, delimiter == usual

    try:
        return max(DELIMITERS, key=score)
    except csv.Error:
        return usual


def _lines(path: Path, shown: str, encoding: Encoding, delimiter: str, *, skip: bool) -> Iterator[Line]:
    with path.open(encoding=encoding.name, newline="") as stream:
        if skip:
            stream.readline()
        try:
            yield from _Records(stream, shown, delimiter, first=2 if skip else 1)
        except UnicodeError as error:
            raise _undecodable(shown, encoding) from error


class _Records:
    """The records of a text stream, each with its number as a spreadsheet program shows it.

    A record that spans several lines of text counts once there; messages about quotes name the line of text, which
    is what an editor shows.
    """

    def __init__(self, stream: TextIO, shown: str, delimiter: str, first: int) -> None:
        self._stream = stream
        self._shown = shown
        self._delimiter = delimiter
        self._text_line = first - 1
        self._pending: list[str] = []
        self._width = 0

    def __iter__(self) -> Iterator[Line]:
        reader = csv.reader(self._feed(), delimiter=self._delimiter, strict=True)
        number = 0
        while True:
            self._pending.clear()
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._broken(number, error)
                continue
            if len(self._pending) > 1:
                self._check_span(cells)
            self._width = self._width or len(cells)
            yield Line(number, cells)

    def _feed(self) -> Iterator[str]:
        while line := self._stream.readline(_LONGEST_LINE):
            if len(line) == _LONGEST_LINE:
                raise SheetError(
                    f"{self._shown}: line {self._text_line + 1} is over {_LONGEST_LINE:,} characters long; "
                    "this is not a table with one lead on each line."
                )
            self._text_line += 1
            self._pending.append(line)
            yield line

    def _broken(self, number: int, error: csv.Error) -> Line:
        opens = self._text_line - len(self._pending) + 1
        if len(self._pending) > 1 or "unexpected end" in str(error):
            raise self._unclosed(opens) from error
        cells = next(csv.reader(self._pending, delimiter=self._delimiter), [])
        return Line(number, cells, fault="has a quotation mark inside a quoted cell; write it twice, or leave it out")

    def _check_span(self, cells: list[str]) -> None:
        """A quote that closes, lines later, at another cell's opening quote has swallowed the rows between them."""
        opens = self._text_line - len(self._pending) + 1
        if self._width and len(cells) != self._width:
            raise self._unclosed(opens)
        full = self._width - 1
        if self._width >= _SWALLOWED_WIDTH and any(
            text.count(self._delimiter) >= full for cell in cells if "\n" in cell for text in cell.splitlines()
        ):
            raise self._unclosed(opens)

    def _unclosed(self, text_line: int) -> SheetError:
        return SheetError(
            f"{self._shown}: the quotation mark that opens on line {text_line} is not closed where its cell ends; "
            "close it, or remove it."
        )
