"""The frames in the pipe from the reading process: JSON and text, so that nothing in them is more than a value.

A frame is two lengths (8 bytes), an object as JSON, and the cells of its rows as one text with a separator between
them. To split one long text takes a fifth of the time of JSON for the same cells.
"""

import json
import struct
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, BinaryIO

from leadsync.sheets.source_lines import SourceLine

REQUEST = "SHEET_REQUEST"
"""The environment variable with the request: unlike arguments, other users cannot read it."""
MOST_BYTES = 1 << 24
"""Of one frame's object or text: more than this is no row of a sheet."""
_LENGTHS = struct.Struct("<II")
_USUAL = 1 << 20
"""Characters in one frame; a single row may have more."""
_SEPARATORS = tuple("\0\x1f\x1e\x1d\x1c\ufdd0\ufdd1\ufdd2\ufdd3")
"""Characters foreign to the cells of a list; certainly not all of them occur."""


class FrameError(Exception):
    """A frame cannot be sent, or is none; the message says why."""


def send(stream: BinaryIO, answer: dict[str, Any], text: str = "") -> None:
    """Write one frame. Raises FrameError for one too large, and OSError."""
    head, body = json.dumps(answer).encode(), text.encode("utf-8", "replace")
    if max(len(head), len(body)) > MOST_BYTES:
        raise FrameError("too large")
    stream.write(_LENGTHS.pack(len(head), len(body)) + head + body)
    stream.flush()


def send_rows(stream: BinaryIO, rows: Sequence[SourceLine]) -> None:
    """Write rows of equal width, in as many frames as necessary."""
    text, separator = _joined(rows)
    if len(text) > _USUAL and len(rows) > 1:
        half = len(rows) // 2
        send_rows(stream, rows[:half])
        send_rows(stream, rows[half:])
        return
    odd = [
        (place, row.dates, row.faults, row.doubted)
        for place, row in enumerate(rows)
        if row.dates or row.faults or row.doubted
    ]
    send(stream, {"numbers": [row.number for row in rows], "separator": separator, "odd": odd}, text)


def _joined(rows: Sequence[SourceLine]) -> tuple[str, str]:
    """All cells as one text, and the separator between them."""
    count = sum(len(row.cells) for row in rows) - 1
    for separator in _SEPARATORS:
        text = separator.join(chain.from_iterable(row.cells for row in rows))
        if text.count(separator) == count:
            return text, separator
    raise FrameError("it holds characters that no text has")


def receive(read: Callable[[int], bytes]) -> tuple[dict[str, Any], str]:
    """Return the next frame's object and text; `read` reads exactly so many bytes. Raises FrameError."""
    lengths = read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        raise FrameError("ended")
    size, more = _LENGTHS.unpack(lengths)
    if max(size, more) > MOST_BYTES:
        raise FrameError("too large")
    head, body = read(size), read(more)
    try:
        answer = json.loads(head)
        text = body.decode()
    except (ValueError, RecursionError) as error:
        raise FrameError("unreadable") from error
    if len(head) < size or len(body) < more or not isinstance(answer, dict):
        raise FrameError("unreadable")
    return answer, text
