"""Delimited text to lines: the delimiter, and cells as they stand between the delimiters.

The standard csv module does the splitting, not pandas: pandas' parser silently fills a short line with blanks, and
swallows the text behind an unclosed quote. Broken quoting inside one line is its row's fault. A quote open over other
lines is the file's: the rows behind it can no longer be told apart.
"""

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from operator import itemgetter
from typing import BinaryIO, TextIO

from leadsync.errors import SheetError
from leadsync.reasons import FaultKind
from leadsync.remarks import Remark
from leadsync.sheets.formats.backslashes import Misfit, has_escapes
from leadsync.sheets.formats.column_hints import one_column_hint
from leadsync.sheets.formats.csv_records import Records
from leadsync.sheets.formats.encodings import Encoding, find_encoding, has_mark, named_encoding
from leadsync.sheets.formats.footers import is_rule
from leadsync.sheets.source_lines import Source, SourceLine, line_fault
from leadsync.spreadsheet import DELIMITER_WORDS, RUN_COLUMN, SheetRules, delimiter_named

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", "^": "carets", "~": "tildes"}
"""The delimiters to find, with their names."""
_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f]")
"""Delimiters of a database's exports, perhaps."""
_LINE_END = re.compile(r"[\r\n]")
_RECORD_END = "\x1e"
_NO_LINES = "its lines are separated by the control character U+001E; export it with line breaks, or as .xlsx"
_NULS = b"\0" * 4
"""At the end of a file; a text in UTF-32 ends with up to three."""
_STRAY = "\ufffd"
"""Read instead of bytes foreign to the encoding."""
_CUT_OFF = "The file ends with NUL bytes, as one does that was not written to its end; see whether rows are missing."
_BLOCK = 1 << 20
# Of the whole text only its beginning is looked at; the rest streams through once.
_SAMPLE_CHARACTERS = 1 << 17
_SAMPLE_RECORDS = 100
_HINT_LINES = 20


def read_delimited(
    sheet: BinaryIO, shown: str, suffix: str, encoding: str | None, delimiter: str | None, rules: SheetRules
) -> Source:
    """Open delimited text. `shown` is the file's name in messages, `suffix` the ending it was given (`.tsv`).

    The settings' encoding does not count for a file with a byte order mark, nor their delimiter for one of leadsync's
    own: both say themselves how they are read.
    """
    if not encoding and rules.encoding and not has_mark(sheet):
        encoding = rules.encoding
    found = named_encoding(encoding, sheet) if encoding else find_encoding(sheet, shown)
    with _text(sheet, found) as stream:
        sample = _decoded(stream, shown, found)
    declared, body = _declared_delimiter(sample)
    if _RECORD_END in body and not _LINE_END.search(body):
        raise SheetError(f"{shown}: {_NO_LINES}.")
    if delimiter is None and declared is None and rules.delimiter and RUN_COLUMN not in sample.partition("\n")[0]:
        delimiter = rules.delimiter
    usual = "\t" if suffix == ".tsv" else ","
    chosen = (named_delimiter(delimiter) if delimiter is not None else declared) or _guess(body, usual)
    remarks = []
    if delimiter is None and declared is not None and declared not in body:
        better = _guess(body, usual)
        if better in body.lstrip().partition("\n")[0]:
            said = f"Line 1 says sep={declared} but the columns are separated by {_name_of(better)}, and were read so."
            remarks.append(Remark.fact(said))
            chosen = better
    if hint := one_column_hint(_lines(body)[:_HINT_LINES], chosen, rules.names):
        raise SheetError(f"{shown}: {hint}.")
    escaped = _has_escapes(sheet, shown, found, chosen)
    remarks += found.remarks
    if _ends_with_nuls(sheet):
        remarks.append(Remark.doubtful(_CUT_OFF))
    if escaped:
        escapes = "A backslash was read as the escape of the character behind it, and \\N as blank."
        remarks.append(Remark.fact(escapes))
    if delimiter is None and declared is None and chosen != usual:
        remarks.append(Remark.fact(f"The columns are separated by {_name_of(chosen)}."))
    chunks = _chunks(sheet, shown, found, chosen, skip=declared is not None, escaped=escaped)
    return Source("csv", chunks, remarks=tuple(remarks), delimiter=chosen, bom=found.wants_mark)


def _ends_with_nuls(sheet: BinaryIO) -> bool:
    size = sheet.seek(0, os.SEEK_END)
    sheet.seek(max(0, size - len(_NULS)))
    return sheet.read() == _NULS


@contextmanager
def _text(sheet: BinaryIO, encoding: Encoding) -> Iterator[TextIO]:
    """The sheet's text from its beginning; the sheet stays open."""
    sheet.seek(0)
    errors = "replace" if encoding.strays else "strict"
    stream = io.TextIOWrapper(sheet, encoding=encoding.name, errors=errors, newline="")
    try:
        yield stream
    finally:
        # Closing the wrapper would close the sheet, which is read several times.
        stream.detach()


def named_delimiter(name: str) -> str:
    """Return the delimiter the user named, by a word or as it is. Raises `SheetError` for an impossible one."""
    character = delimiter_named(name)
    if not character:
        raise SheetError(
            f"--delimiter {name!r}: give one character that is no letter, digit or quotation mark, "
            f"or one of the words {', '.join(word for word in DELIMITER_WORDS if word.isalpha())}."
        )
    return character


def _decoded(stream: TextIO, shown: str, encoding: Encoding) -> str:
    try:
        return stream.read(_SAMPLE_CHARACTERS)
    except UnicodeError as error:
        raise _undecodable(shown, encoding) from error


def _undecodable(shown: str, encoding: Encoding) -> SheetError:
    name = encoding.name.removesuffix("-sig")
    return SheetError(
        f"{shown}: the text is not valid {name}",
        "save the file as UTF-8, or give another --encoding",
        folder_remedy="save the file as UTF-8, or set another encoding in [input]",
    )


def _declared_delimiter(sample: str) -> tuple[str | None, str]:
    """Return the delimiter of a first line `sep=;`, and the text behind it. Excel writes, obeys and hides this line."""
    first, _, rest = sample.partition("\n")
    first = first.rstrip("\r").strip('"')
    # Behind sep= a letter or digit is more likely the text of a first cell.
    if len(first) == 5 and first.lower().startswith("sep=") and not first[4].isalnum():
        return first[4], rest
    return None, sample


def _lines(text: str) -> list[str]:
    # Not splitlines(): it ends lines at U+001C to U+001E too.
    return io.StringIO(text, newline="").readlines()


def _guess(sample: str, usual: str) -> str:
    """Return the delimiter with the most lines of one width; of equals, the one with more columns."""

    def score(delimiter: str) -> tuple[float, int, bool]:
        lines = [line for line in text_lines if not is_rule(line)]
        # The sample may end within a line, which would have a width of its own.
        complete = lines[:-1] if len(sample) == _SAMPLE_CHARACTERS else lines
        records = csv.reader(complete, delimiter=delimiter, skipinitialspace=True)
        widths = [len(record) for record in islice(records, _SAMPLE_RECORDS) if any(map(str.strip, record))]
        if not widths or max(widths) < 2:
            return 0.0, 1, delimiter == usual
        # A title above the headings, or a broken first row, must not decide it: the commonest width does.
        width, lines_of_it = max(Counter(widths).items(), key=itemgetter(1))
        return (round(lines_of_it / len(widths), 1) if width > 1 else 0.0), width, delimiter == usual

    text_lines = _lines(sample)
    first = next((line for line in text_lines if not line.isspace()), "")
    candidates: list[str] = [*DELIMITERS, *dict.fromkeys(_CONTROLS.findall(first))]
    try:
        return max(candidates, key=score)
    except csv.Error:
        return usual


def _name_of(delimiter: str) -> str:
    return DELIMITERS.get(delimiter, f"U+{ord(delimiter):04X}")


def _chunks(
    sheet: BinaryIO, shown: str, encoding: Encoding, delimiter: str, *, skip: bool, escaped: bool
) -> Iterator[list[SourceLine]]:
    with _text(sheet, encoding) as stream:
        if skip:
            stream.readline()
        try:
            chunks = Records(stream, shown, delimiter, first=2 if skip else 1, escaped=escaped).chunks()
            # Only a text with foreign bytes has to be looked through for U+FFFD.
            yield from map(_with_strays, chunks) if encoding.strays else chunks
        except UnicodeError as error:
            raise _undecodable(shown, encoding) from error


def _has_escapes(sheet: BinaryIO, shown: str, encoding: Encoding, delimiter: str) -> bool:
    """Whether backslashes are escapes in this text. Raises `SheetError` where they are so in some lines only."""
    sheet.seek(0)
    # Few sheets have any backslash at all: the search in bytes costs them nearly nothing.
    while block := sheet.read(_BLOCK):
        if b"\\" in block:
            break
    else:
        return False
    with _text(sheet, encoding) as stream:
        try:
            return has_escapes(stream, delimiter)
        except UnicodeError as error:
            raise _undecodable(shown, encoding) from error
        except Misfit as misfit:
            raise SheetError(
                f"{shown}: a backslash on line {misfit.line} is no escape, though it is one on other lines; write "
                "quotation marks in cells twice and leave NULL blank, or save the sheet as .xlsx."
            ) from misfit


def _with_strays(chunk: list[SourceLine]) -> list[SourceLine]:
    """The lines, each with a fault for a cell with bytes foreign to the encoding."""
    return [
        line._replace(faults=(*line.faults, *(line_fault(FaultKind.STRAY_BYTES, at) for at in strays)))
        if (strays := [at for at, cell in enumerate(line.cells) if _STRAY in cell])
        else line
        for line in chunk
    ]
