"""Frames, as they pass from the process that reads a sheet: what is too large is neither sent nor taken."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.sheets.sandbox.frames import MOST_BYTES, FrameError, receive, send, send_rows
from leadsync.sheets.source_lines import SourceLine


@given(
    rows=st.lists(st.tuples(st.lists(st.text(), min_size=3, max_size=3), st.sampled_from([(), (1,)])), min_size=1),
    faults=st.sampled_from([(), (("LONG_CELL", {"at": 1, "length": 40_000}),)]),
    doubted=st.booleans(),
)
def test_rows_come_as_they_were_sent(rows, faults, *, doubted):
    pipe = io.BytesIO()
    lines = [SourceLine(number, cells, dates, faults, doubted) for number, (cells, dates) in enumerate(rows, 2)]
    send_rows(pipe, lines)
    pipe.seek(0)
    answer, text = receive(pipe.read)
    cells = text.split(answer["separator"])
    assert answer["numbers"] == list(range(2, len(rows) + 2))
    assert [cells[place : place + 3] for place in range(0, len(cells), 3)] == [cells for cells, _ in rows]
    told = [list(fault) for fault in faults]
    odd = [(place, list(dates)) for place, (_, dates) in enumerate(rows) if dates or faults or doubted]
    assert answer["odd"] == [[place, dates, told, doubted] for place, dates in odd]


def test_many_long_rows_go_in_several_frames():
    pipe = io.BytesIO()
    send_rows(pipe, [SourceLine(number, ["x" * 100_000]) for number in range(2, 42)])
    pipe.seek(0)
    numbers: list[int] = []
    while pipe.tell() < len(pipe.getvalue()):
        answer, text = receive(pipe.read)
        numbers += answer["numbers"]
        assert len(text) < 1_100_000
    assert numbers == list(range(2, 42))


def test_a_frame_that_is_too_large_is_not_sent():
    with pytest.raises(FrameError):
        send(io.BytesIO(), {}, "x" * (MOST_BYTES + 1))


@pytest.mark.parametrize("lengths", [(MOST_BYTES + 1, 0), (2, MOST_BYTES + 1)])
def test_what_claims_to_be_too_large_is_not_waited_for(lengths):
    asked: list[int] = []

    def read(size: int) -> bytes:
        asked.append(size)
        return struct.pack("<II", *lengths)[:size]

    with pytest.raises(FrameError):
        receive(read)
    assert asked == [8]
