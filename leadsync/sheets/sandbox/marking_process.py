"""The confined process for one marked copy: `python -m leadsync.sheets.sandbox.marking_process`, for `marker.py` alone.

Standard input is the marks as JSON, behind their length, and then the workbook. Standard output takes the answers:
first the facts about the workbook, then the copy in pieces.
"""

import base64
import json
import os
import signal
import sys
import warnings
from io import BytesIO
from typing import Any, BinaryIO

from leadsync.errors import SheetError
from leadsync.process_limits import keep_private
from leadsync.sheets.formats.content import Content, content_of
from leadsync.sheets.formats.libraries import load
from leadsync.sheets.output.lost_parts import lost_parts
from leadsync.sheets.output.marked_workbook import has_macros, marked, marks_of
from leadsync.sheets.sandbox.confinement import confine
from leadsync.sheets.sandbox.frames import REQUEST, send

LENGTH_BYTES = 8
PIECE = 6 << 20
"""Bytes of the copy in one answer."""


def main() -> None:
    """Answer one request."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends this process
    request = json.loads(os.environ.pop(REQUEST))
    keep_private(end_with_parent=request["end_with_parent"])
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr
    source = open(0, "rb", closefd=False)  # noqa: SIM115 - for as long as the process lives
    source.seek(0)
    marks = json.loads(source.read(int.from_bytes(source.read(LENGTH_BYTES), "little")))
    workbook = BytesIO(source.read())
    if marks is not None:
        _load_openpyxl()
    load(b"PK")
    confine(memory=request["memory"], seconds=request["seconds"])
    send(answers, {"ready": True})
    try:
        send(answers, _answer(answers, workbook, marks))
    except BrokenPipeError:
        os._exit(0)  # nobody listens any more; an orderly end would try to write


def _answer(answers: BinaryIO, workbook: BinaryIO, marks: dict[str, Any] | None) -> dict[str, Any]:
    """Send the facts, or the copy's pieces; give the last answer: the end, or why there is no copy."""
    try:
        if marks is None:
            is_xlsx = content_of(workbook, "") is Content.XLSX
            lost = lost_parts(workbook) if is_xlsx else ()
            return {"xlsx": is_xlsx, "macros": is_xlsx and has_macros(workbook), "lost": list(lost)}
        copy = marked(workbook, marks_of(marks))
        for begin in range(0, len(copy), PIECE):
            send(answers, {"piece": True}, base64.b64encode(copy[begin : begin + PIECE]).decode())
        return {"end": True}
    except MemoryError:
        return {"exhausted": True}
    except SheetError:
        return {"xlsx": False, "macros": False, "lost": []}
    except BrokenPipeError:
        raise
    except Exception as error:  # whatever openpyxl raises on a workbook that calamine could read
        detail = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        return {"error": detail}


def _load_openpyxl() -> None:
    """Load openpyxl and its own late imports, by a copy of a small workbook."""
    # openpyxl needs no arrays here, and they would take much of the memory that this process may have.
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type]
    warnings.simplefilter("ignore")  # openpyxl warns of what it drops; `lost_parts` has named it
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.worksheet.table import Table

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Lead Id", "=1+1"])
    sheet["A1"].comment = Comment("", "")
    sheet.add_table(Table(displayName="T", ref="A1:A2"))
    plain = BytesIO()
    book.save(plain)
    front = ["", "", [], [["", "", [""], [[[""], "rejected", 2, 0]]]]]
    rows = [[2, "rejected", {"sync_status": ""}, [[0, ""]]]]
    values = {"sheet": sheet.title, "headings_line": 1, "width": 1, "id_column": 0, "columns": ["sync_status"]}
    marked(plain, marks_of({**values, "places": {}, "rows": rows, "front": front}))


if __name__ == "__main__":
    main()
