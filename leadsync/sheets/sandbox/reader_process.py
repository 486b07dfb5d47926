"""The confined process for one sheet: `python -m leadsync.sheets.sandbox.reader_process`, for `reader.py` alone.

A parser that crashes, hangs, eats memory or is taken over takes this process down and nothing else. Standard input is
the sheet itself, standard output takes the answers (`frames.py`), the environment variable REQUEST says how to read.
It imports little, because it starts anew for every sheet.
"""

import gc
import json
import os
import signal
import sys
from dataclasses import asdict
from typing import Any, BinaryIO

from leadsync.errors import SheetError
from leadsync.process_limits import keep_private
from leadsync.sheets.formats.libraries import LibraryNeeded, load
from leadsync.sheets.formats.table_source import open_source
from leadsync.sheets.sandbox.confinement import confine
from leadsync.sheets.sandbox.frames import REQUEST, FrameError, send, send_rows


def main() -> None:
    """Answer one request."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends this process
    request = json.loads(os.environ.pop(REQUEST))
    keep_private(end_with_parent=request["end_with_parent"])
    gc.disable()  # a list of a million rows makes no rings of objects, only work for those who look for them
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr
    sheet = open(0, "rb", closefd=False)  # noqa: SIM115 - for as long as the process lives
    sheet.seek(0)
    load(sheet.peek(4)[:4], library=request["library"], encoding=request["encoding"] or request["rules"][3])
    confine(memory=request["memory"], seconds=request["seconds"])
    send(answers, {"ready": True})
    try:
        send(answers, _answer(answers, sheet, request))
    except BrokenPipeError:
        os._exit(0)  # nobody listens any more; an orderly end would try to write


def _answer(answers: BinaryIO, sheet: BinaryIO, request: dict[str, Any]) -> dict[str, Any]:
    """Send the table and its rows, and give the last answer: the end, or why there is nothing more."""
    shown = request["shown"]
    try:
        table, chunks = open_source(sheet, request)
        send(answers, {"table": {**table, "remarks": list(map(asdict, table["remarks"]))}})
        for chunk in chunks:
            send_rows(answers, chunk)
        return {"end": True}
    except LibraryNeeded as needed:
        return {"library": needed.name}
    except SheetError as error:
        return _refusal(error)
    except FrameError:
        return _refusal(SheetError(f"{shown}: one of its rows is longer than any list's; look at what the file holds."))
    except MemoryError:
        return {"exhausted": True}
    except BrokenPipeError:
        raise
    except BaseException as error:  # noqa: BLE001, RUF100 - the parser's panics derive from BaseException
        detail = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        remedy = "open it in a spreadsheet program and save it anew"
        return _refusal(SheetError(f"{shown}: the file is damaged ({detail})", remedy))


def _refusal(error: SheetError) -> dict[str, Any]:
    values = {name: getattr(error, name) for name in ("fault", "remedy", "folder_remedy", "sheets", "no_sheet")}
    return {"error": values}


if __name__ == "__main__":
    main()
