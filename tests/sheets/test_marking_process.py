"""The answers of the confined process for a marked copy: facts, pieces, an end, or the reason for none."""

import base64
import struct
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from leadsync.sheets.sandbox import marking_process
from leadsync.sheets.sandbox.marking_process import _answer

MARKS: dict[str, Any] = {
    "sheet": "Sheet",
    "headings_line": 1,
    "width": 1,
    "id_column": 0,
    "columns": ["sync_status"],
    "places": {},
    "rows": [[2, "rejected", {"sync_status": "rejected"}, [[0, "wrong"]]]],
    "front": ["leadsync check of x", "1 row to correct.", [], []],
}


def workbook() -> BytesIO:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Lead Id"])
    book.worksheets[0].append(["1"])
    made = BytesIO()
    book.save(made)
    return made


def pieces(answers: BytesIO) -> list[bytes]:
    """The pieces of the copy, by hand: two lengths, the head, and the piece as text."""
    content, place, found = answers.getvalue(), 0, []
    while place < len(content):
        head, body = struct.unpack_from("<II", content, place)
        place += 8 + head
        found.append(base64.b64decode(content[place : place + body]))
        place += body
    return found


def test_without_marks_the_answer_is_the_facts() -> None:
    answers = BytesIO()
    assert _answer(answers, workbook(), None) == {"xlsx": True, "macros": False, "lost": []}
    assert answers.getvalue() == b""


@pytest.mark.parametrize("content", [b"Lead Id\n1\n", b"%PDF-1.7", b""])
def test_anything_but_an_xlsx_is_said_to_be_none(content: bytes) -> None:
    assert _answer(BytesIO(), BytesIO(content), None) == {"xlsx": False, "macros": False, "lost": []}


def test_the_copy_comes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marking_process, "PIECE", 1_000)
    answers = BytesIO()
    assert _answer(answers, workbook(), MARKS) == {"end": True}
    found = pieces(answers)
    assert {len(piece) for piece in found[:-1]} == {1_000}
    sheet = openpyxl.load_workbook(BytesIO(b"".join(found)))["Sheet"]
    assert (sheet["B1"].value, sheet["B2"].value, sheet["A2"].comment.text) == (
        "sync_status",
        "rejected",
        "leadsync: wrong",
    )


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (MemoryError(), {"exhausted": True}),
        (ValueError("a bad part\nand its dump"), {"error": "a bad part"}),
        (ValueError("x" * 200), {"error": "x" * 120}),
        (KeyError(), {"error": "KeyError"}),
    ],
)
def test_an_error_of_openpyxl_is_one_line(
    monkeypatch: pytest.MonkeyPatch, error: Exception, answer: dict[str, Any]
) -> None:
    def fail(*_: object) -> bytes:
        raise error

    monkeypatch.setattr(marking_process, "marked", fail)
    assert _answer(BytesIO(), workbook(), MARKS) == answer


def test_an_end_of_the_listener_is_no_error_of_the_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(marking_process, "send", gone)
    with pytest.raises(BrokenPipeError):
        _answer(BytesIO(), workbook(), MARKS)
