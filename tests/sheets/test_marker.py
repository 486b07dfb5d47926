"""The marking process, seen from outside: whatever it answers, there is a copy or one reason for none."""

import base64
import json
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BytesIO
from typing import Any, BinaryIO

import openpyxl
import pytest

from leadsync.cell_marks import Front, RowMark, SheetMarks
from leadsync.sheets.markable import Markable, NotMarkedError
from leadsync.sheets.sandbox import marker
from leadsync.sheets.sandbox.marker import inspect, mark

MARKS = SheetMarks(
    "Sheet", 1, 2, 0, ("sync_status",), {}, [RowMark(2, "rejected", {"sync_status": "rejected"}, [(1, "wrong")])],
    Front("leadsync check of x", "1 row to correct.", [], []),
)  # fmt: skip
TOO_MUCH = "it takes more than 1 GB of memory or 60 seconds to mark"


def workbook() -> BytesIO:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Lead Id", "Phone"])
    book.worksheets[0].append(["1", "x"])
    made = BytesIO()
    book.save(made)
    return made


Memory = Callable[[], BinaryIO]


@pytest.fixture
def memory() -> Iterator[Memory]:
    """Makes new temporary files, for the process to read."""
    with ExitStack() as files:
        yield lambda: files.enter_context(tempfile.TemporaryFile())


def frame(answer: object, text: str = "") -> bytes:
    head, body = json.dumps(answer).encode(), text.encode()
    return struct.pack("<II", len(head), len(body)) + head + body


READY = frame({"ready": True})
END = frame({"end": True})
FACTS = {"xlsx": True, "macros": False, "lost": []}

Answering = Callable[..., None]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Put a process in the marker's place that answers so."""

    def answer(*frames: bytes) -> None:
        code = f"import sys; sys.stdout.buffer.write({b''.join(frames)!r})"

        def start(*_: Any, **__: Any) -> "subprocess.Popen[bytes]":
            return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)

        monkeypatch.setattr(marker, "start", start)

    return answer


def test_a_workbook_is_looked_at_and_marked(memory: Memory) -> None:
    file, copy = workbook(), BytesIO()
    assert inspect(file, memory()) == Markable(macros=False, lost=())
    mark(file, memory(), MARKS, copy)
    sheet = openpyxl.load_workbook(copy)["Sheet"]
    assert (sheet["C2"].value, sheet["B2"].comment.text) == ("rejected", "leadsync: wrong")


@pytest.mark.parametrize("content", [b"Lead Id,Name\r\n", b"PK\x03\x04 damaged", b""])
def test_anything_but_a_workbook_is_not_marked(memory: Memory, content: bytes) -> None:
    assert inspect(BytesIO(content), memory()) is None


def test_an_error_of_openpyxl_is_quoted_in_short(memory: Memory, answering: Answering) -> None:
    answering(READY, frame({"error": "x" * 300}))
    with pytest.raises(NotMarkedError) as told:
        mark(workbook(), memory(), MARKS, BytesIO())
    assert str(told.value) == f"openpyxl cannot read it ({'x' * 200})"


@pytest.mark.parametrize(
    "frames",
    [
        [],
        [READY],
        [READY, frame({"exhausted": True})],
        [READY, frame({"piece": True}, "QUJD!"), END],
        [READY, frame({"piece": True}, ""), END],
        [READY, frame([1])],
        [READY, b"x"],
    ],
)
def test_any_other_answer_is_a_limit_that_was_met(memory: Memory, answering: Answering, frames: list[bytes]) -> None:
    answering(*frames)
    with pytest.raises(NotMarkedError, match=f"^{TOO_MUCH}$"):
        mark(workbook(), memory(), MARKS, BytesIO())


@pytest.mark.parametrize("facts", [{}, {"xlsx": True}, {**FACTS, "lost": 7}])
def test_facts_of_a_wrong_form_are_believed_nothing(memory: Memory, answering: Answering, facts: object) -> None:
    answering(READY, frame(facts))
    with pytest.raises(NotMarkedError, match=f"^{TOO_MUCH}$"):
        inspect(workbook(), memory())


def test_words_about_lost_parts_are_bounded(memory: Memory, answering: Answering) -> None:
    answering(READY, frame({**FACTS, "macros": 1, "lost": ["y" * 999] * 99}))
    assert inspect(workbook(), memory()) == Markable(macros=True, lost=("y" * 200,) * 30)


def test_a_copy_without_end_is_stopped(memory: Memory, answering: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    piece = frame({"piece": True}, base64.b64encode(b"12345").decode())
    answering(READY, piece, piece, piece, END)
    copy = BytesIO()
    mark(workbook(), memory(), MARKS, copy)
    assert copy.getvalue() == b"123451234512345"
    monkeypatch.setattr(marker, "_MOST_BYTES", 14)
    with pytest.raises(NotMarkedError):
        mark(workbook(), memory(), MARKS, BytesIO())
