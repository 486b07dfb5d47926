"""Output that harms neither the terminal nor the run: text without hidden characters, written without waiting."""

import io
import json
import os
import re
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import TextIO

PATIENCE_SECONDS = 1.0
"""The longest wait for a stuck stream; then the work goes on without it."""
MOST_WAITING = 1_000_000
"""The most characters in wait for a stream; text beyond them is dropped."""
_LINGER_SECONDS = 1.0
"""A writing thread ends after this time without text."""
_BUSY_SECONDS = 0.05
"""The pause before the next try of a full non-blocking stream."""

# Unicode's Cc, Cs, Zl and Zp, and what its property Default_Ignorable_Code_Point calls invisible.
_HIDDEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and newline, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"  # marks and letters without a shape
    "\u2028-\u202e\u2060-\u206f"  # line separators, directions of writing, invisible operators
    "\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb"  # fillers, lone surrogates, BOM, annotations
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # formats, tags
)
# Names and emoji are spelt with them, behind a character to join or vary; behind ASCII they only hide.
_JOINERS = "\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef"
_ANY_HIDDEN = re.compile(f"[{_HIDDEN}][{_JOINERS}]*|(?<![^\\x00-\\x7f])[{_JOINERS}]+")
_ANY_HIDDEN_OR_NEWLINE = re.compile(f"\n|{_ANY_HIDDEN.pattern}")


class Visible(str):
    """Text to show as it is: its lines and colours are leadsync's own, and all quoted text was made visible."""

    __slots__ = ()


def visible(text: str) -> str:
    """The text with hidden characters written as JSON escapes, such as `\\u001b`; tabs and newlines stay.

    JSON text keeps its value.
    """
    return _ANY_HIDDEN.sub(_escaped, text)


def one_line(text: str) -> str:
    """As `visible`, with newlines escaped too: nobody can forge a line of a log, a message or a page."""
    return _ANY_HIDDEN_OR_NEWLINE.sub(_escaped, text)


def visible_lines(lines: Iterable[str]) -> Visible:
    """Lines of one text; no quoted text begins another line."""
    return Visible("\n".join(map(one_line, lines)))


def _escaped(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]


class RawStream:
    """Writes text to a stream's file without Python's buffer; drops it if that fails.

    A write blocks for as long as the file does. It holds no lock meanwhile: the interpreter aborts at its exit if a
    thread holds the lock of a standard stream.
    """

    def __init__(self, stream: TextIO) -> None:
        buffer = getattr(stream, "buffer", None)
        raw = getattr(buffer, "raw", buffer)
        self._raw = raw if isinstance(raw, io.RawIOBase) else None
        self._stream = stream
        self.encoding = stream.encoding or "utf-8"

    def fileno(self) -> int:
        """The file's descriptor; tqdm asks its terminal for the width."""
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """Write all of the text; returns its length."""
        # ValueError: the stream is closed.
        with suppress(OSError, ValueError):
            if self._raw is None:
                self._stream.write(text)
                self._stream.flush()
            else:
                _write_bytes(self._raw, text.replace("\n", os.linesep).encode(self.encoding, "backslashreplace"))
        return len(text)

    def flush(self) -> None:
        """Nothing is kept."""


def _write_bytes(raw: io.RawIOBase, data: bytes) -> None:
    left = memoryview(data)
    while left:
        written = raw.write(left)
        if written is None:
            time.sleep(_BUSY_SECONDS)
        else:
            left = left[written:]


class BackgroundWriter:
    """Writes text in order, in a thread of its own; drops text while too much waits.

    The thread is a daemon: a stuck one keeps nobody from exiting.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = RawStream(stream)
        # Its lock may be taken again by a signal handler that writes.
        self._changed = threading.Condition()
        self._waiting: list[str] = []
        self._unwritten = 0
        self._has_thread = False
        self._stuck = False

    def write(self, text: str) -> None:
        """Hand over text; never waits for the stream, never raises."""
        with self._changed:
            if self._unwritten >= MOST_WAITING:
                return
            self._waiting.append(text)
            self._unwritten += len(text)
            if self._has_thread:
                self._changed.notify_all()
                return
            self._has_thread = True
            try:
                threading.Thread(target=self._write_all, name="output", daemon=True).start()
            except RuntimeError:  # the interpreter is ending, or has no room for a thread
                self._has_thread = False

    def flush(self) -> bool:
        """Wait until all is written, a second at most; return whether it is.

        After a wait in vain there is none again until the stream takes text.
        """
        with self._changed:
            if not self._stuck:
                self._stuck = not self._changed.wait_for(self._is_done, PATIENCE_SECONDS)
            return self._is_done()

    def drain(self) -> None:
        """Wait until all is written, for as long as that takes."""
        with self._changed:
            # Windows lets Ctrl-C through between two waits only.
            while not self._changed.wait_for(self._is_done, PATIENCE_SECONDS):
                pass

    def _is_done(self) -> bool:
        return not self._unwritten

    def _write_all(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting, _LINGER_SECONDS)
                if not self._waiting:
                    self._has_thread = False
                    return
                text = "".join(self._waiting)
                self._waiting.clear()
            self._stream.write(text)
            with self._changed:
                self._unwritten -= len(text)
                self._stuck = False
                self._changed.notify_all()


@lru_cache(maxsize=2)
def writer_to(stream: TextIO) -> BackgroundWriter:
    """The one writer to a stream: the text of commands, progress and log stays in order."""
    return BackgroundWriter(stream)
