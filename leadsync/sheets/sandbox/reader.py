"""The confined reading process, seen from outside: started, held to limits, and believed nothing.

The limits follow from the size of the file: enough for a list of a million leads, not for kilobytes that unpack to
gigabytes. The text taken into this program is bounded as well: the journal keeps every cell.
"""

import os
import subprocess
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from math import ceil
from typing import Any, BinaryIO

from leadsync.errors import SheetError
from leadsync.models import Row
from leadsync.reasons import Fault, FaultKind
from leadsync.remarks import Remark
from leadsync.sheets.sandbox.confined_process import end, received, start
from leadsync.sheets.sandbox.frames import FrameError

_MB = 1 << 20
_LEAST_MEMORY = 640 * _MB
_MOST_MEMORY = 6144 * _MB
_MEMORY_PER_BYTE = 80
"""Of the file as it lies on disk. Measured: a workbook of 200,000 rows in 7.4 MB takes 240 MB to read."""
_LEAST_SECONDS = 6
_SECONDS_PER_MB = 6
"""Of the processor's time, by the file as it lies on disk. Measured: 53 MB (1,000,000 rows of 11) take 24 s."""
_PATIENCE = 4 if find_spec("resource") else 1.5
"""The patience by the clock, in times of the processor's seconds: a busy machine is slow. Without a limit of the
processor's seconds (Windows) it is the only bound."""
_LEAST_TEXT = 16 * _MB
_TEXT_PER_BYTE = 64
"""The most characters and cells of a file, by its size on disk. Measured: a workbook of a million rows has 2 of them
for each byte; 5,000 rows with the same text of 3,000 characters have 15 million in 150 KB."""
_PROCESS = "leadsync.sheets.sandbox.reader_process"
_LAST_NUMBER = 1 << 40
_LONGEST_PART = 2_000
"""Characters of an error's fault or remedy."""
_TOO_MUCH = (
    "the file takes more memory or time to read than a list of leads can need; "
    "copy the leads into a new workbook, or save them as .csv"
)

Answers = Generator[tuple[dict[str, Any], str], None, None]


def read(file: BinaryIO, request: dict[str, Any]) -> tuple[dict[str, Any], Iterator[list[Row]]]:
    """Return the table's properties under the names of `Table`, and its rows, chunk by chunk.

    `file` is read from its beginning and belongs to the process until the rows end or are closed; then the process is
    gone. `request`: `shown` is the file's name in messages, `suffix` its ending, `sheet`, `encoding` and `delimiter`
    are the user's wishes or None. Raises `SheetError`, from the rows too.
    """
    size = os.fstat(file.fileno()).st_size
    answers = _answers(file, size, request)
    with _distrusted(request["shown"]):
        table = _table(next(answers)[0]["table"])
    return table, _rows(answers, request["shown"], size, len(table["headings"]))


def _table(table: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "xlsx" if table["kind"] == "xlsx" else "csv",
        "sheet": str(table["sheet"]),
        "headings": tuple(map(str, table["headings"])),
        "headings_line": int(table["headings_line"]),
        "remarks": tuple(map(_remark, table["remarks"])),
        "delimiter": str(table["delimiter"]),
        "bom": bool(table["bom"]),
        "parts": tuple(map(str, table["parts"])),
        "sheets": tuple(map(str, table["sheets"])),
        "epoch_1904": bool(table["epoch_1904"]),
    }


def _remark(remark: dict[str, Any]) -> Remark:
    return Remark(str(remark["text"]), *(bool(remark[name]) for name in ("loud", "kept", "doubt")))


def _refusal(error: dict[str, Any]) -> SheetError:
    """The reader's error; each of its sentences begins with the file's name."""
    fault, remedy, folder_remedy = (str(error[name])[:_LONGEST_PART] for name in ("fault", "remedy", "folder_remedy"))
    sheets = tuple(str(name) for name in error["sheets"])
    no_sheet = bool(error["no_sheet"])
    return SheetError(fault, remedy, folder_remedy=folder_remedy, sheets=sheets, names_file=True, no_sheet=no_sheet)


def _rows(answers: Answers, shown: str, size: int, width: int) -> Iterator[list[Row]]:
    most = _LEAST_TEXT + _TEXT_PER_BYTE * size
    amount = last = 0
    with closing(answers), _distrusted(shown):
        for answer, text in answers:
            amount += len(text)
            if amount > most:
                raise SheetError(
                    f"{shown}: its {size // 1024 + 1} KB hold over {most // 1_000_000} million characters, which no "
                    "list of leads does; copy the leads into a new file, without long texts that every row repeats.",
                    names_file=True,
                )
            rows = _chunk(answer, text, width, last)
            last = rows[-1].number
            yield rows


def _chunk(answer: dict[str, Any], text: str, width: int, last: int) -> list[Row]:
    """Return the rows of one frame; their numbers follow `last`."""
    numbers = list(map(int, answer["numbers"]))
    cells = text.split(answer["separator"])
    if [last, *numbers] != sorted({last, *numbers}) or numbers[-1] > _LAST_NUMBER or len(cells) != width * len(numbers):
        raise ValueError("these are no rows")
    rows = list(map(Row, numbers, zip(*[iter(cells)] * width, strict=True)))
    for place, dates, faults, doubted in answer["odd"]:
        number, row = rows[place].number, rows[place].cells
        rows[place] = Row(number, row, tuple(map(int, dates)), tuple(map(_fault, faults)), bool(doubted))
    return rows


def _fault(fault: list[Any]) -> Fault:
    kind, details = fault
    plain = {str(name): detail if type(detail) is int else str(detail) for name, detail in details.items()}
    return Fault("", "", FaultKind[kind], details=plain)


@contextmanager
def _distrusted(shown: str) -> Iterator[None]:
    """Raise SheetError for answers of a wrong form: the sheet's author may have got hold of the process."""
    try:
        yield
    except (ArithmeticError, AttributeError, FrameError, LookupError, StopIteration, TypeError, ValueError) as error:
        raise SheetError(f"{shown}: {_TOO_MUCH}.", names_file=True) from error


def _answers(file: BinaryIO, size: int, request: dict[str, Any]) -> Answers:
    """Yield the process's answers, from the table on; start it anew if it lacks a library."""
    memory = min(max(_LEAST_MEMORY, _MEMORY_PER_BYTE * size), _MOST_MEMORY)
    seconds = _LEAST_SECONDS + _SECONDS_PER_MB * size / _MB
    library = ""
    while True:
        wishes = {**request, "memory": memory, "seconds": ceil(seconds), "library": library}
        answers = _of_one_process(file, wishes, _PATIENCE * seconds)
        with closing(answers):
            first = next(answers, None)
            if first is None:
                raise FrameError("no answer")
            if library or "library" not in first[0]:
                yield first
                yield from answers
                return
            library = str(first[0]["library"])


def _of_one_process(file: BinaryIO, request: dict[str, Any], patience: float) -> Answers:
    """Yield the answers of one process; it is gone behind the last, or at any error."""
    process = start(_PROCESS, file, request)
    try:
        _await_ready(process, request["shown"], patience)
        while True:
            answer, text = received(process, patience)
            if "end" in answer:
                return
            if "error" in answer:
                raise _refusal(answer["error"])
            yield answer, text
    finally:
        end(process)


def _await_ready(process: "subprocess.Popen[bytes]", shown: str, patience: float) -> None:
    """Raise SheetError if the process ends before it reads: the sheet is not at fault."""
    try:
        received(process, patience)
    except FrameError as error:
        raise SheetError(
            f"{shown}: the process that reads sheets did not start; see whether the machine has memory left, or "
            "install leadsync anew.",
            names_file=True,
        ) from error
