"""The confined marking process, seen from outside: started, held to limits, and believed nothing.

openpyxl loads every sheet of a workbook, also those unseen by the reader, and holds all of it in memory.
So it runs in a process of its own under the reader's guards; this program only copies the answered bytes.
"""

import base64
import binascii
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any, BinaryIO

from leadsync.cell_marks import SheetMarks
from leadsync.sheets.markable import Markable, NotMarkedError
from leadsync.sheets.sandbox.confined_process import end, received, start
from leadsync.sheets.sandbox.frames import FrameError

_MEMORY = 1 << 30
_SECONDS = 60
_PATIENCE = 2
_LENGTH_BYTES = 8
_MOST_BYTES = 1 << 28
"""Of a copy: far more than a workbook of so many rows has."""
_MOST_LOST = 30
_LONGEST = 200
_PROCESS = "leadsync.sheets.sandbox.marking_process"


def inspect(file: BinaryIO, memory: BinaryIO) -> Markable | None:
    """Look at a file before it is marked; None for anything but an .xlsx or .xlsm. `memory` is a new temporary file.

    Raises NotMarkedError.
    """
    with _process(file, memory, None) as process, _distrusted():
        facts = _answer(process)[0]
        if not facts["xlsx"]:
            return None
        return Markable(bool(facts["macros"]), tuple(str(one)[:_LONGEST] for one in facts["lost"][:_MOST_LOST]))


def mark(file: BinaryIO, memory: BinaryIO, marks: SheetMarks, target: BinaryIO) -> None:
    """Write the marked copy of a workbook to `target`. `memory` is a new temporary file. Raises NotMarkedError."""
    written = 0
    with _process(file, memory, marks) as process, _distrusted():
        while True:
            answer, text = _answer(process)
            if "end" in answer:
                return
            piece = base64.b64decode(text, validate=True)
            written += len(piece)
            # Believed nothing: the process could send for ever.
            if written > _MOST_BYTES or not piece:
                raise FrameError("too large")
            target.write(piece)


@contextmanager
def _process(file: BinaryIO, memory: BinaryIO, marks: SheetMarks | None) -> Iterator[Any]:
    """The process, at work on a file that holds the marks and the workbook."""
    request = json.dumps(marks._asdict() if marks else None).encode()
    memory.write(len(request).to_bytes(_LENGTH_BYTES, "little") + request)
    file.seek(0)
    shutil.copyfileobj(file, memory)
    memory.flush()
    process = start(_PROCESS, memory, {"memory": _MEMORY, "seconds": ceil(_SECONDS)})
    try:
        with _distrusted():
            _answer(process)  # ready
        yield process
    finally:
        end(process)


def _answer(process: Any) -> tuple[dict[str, Any], str]:
    answer, text = received(process, _PATIENCE * _SECONDS)
    if "error" in answer:
        raise NotMarkedError(f"openpyxl cannot read it ({str(answer['error'])[:_LONGEST]})")
    return answer, text


@contextmanager
def _distrusted() -> Iterator[None]:
    """Raise NotMarkedError for answers of a wrong form, and where the process ended early: it hit a limit."""
    try:
        yield
    except (AttributeError, FrameError, LookupError, TypeError, ValueError, binascii.Error) as error:
        why = f"it takes more than {_MEMORY >> 30} GB of memory or {_SECONDS} seconds to mark"
        raise NotMarkedError(why) from error
