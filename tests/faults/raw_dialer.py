"""A dialer on plain sockets with a ledger of its own, by which leadsync is judged.

It shares no code with leadsync or its practice dialer: requests are read and answers are written here byte by byte.
"""

import asyncio
import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any
from urllib.parse import parse_qs, urlsplit

LEAD_CALLS = {"updateLeadFast", "insertLeadFast"}
LISTS = {"getCampaignTemplateList", "getCampaignList", "getAllocationList"}
WORK_SECONDS = 0.03
"""How long a call is worked on, unless its answer says otherwise."""
LONGEST_SILENCE_SECONDS = 60.0
_REASONS = {200: "OK", 400: "Bad Request", 429: "Too Many Requests", 500: "Internal Server Error"}


class Ending(Enum):
    """How the dialer ends one call."""

    KEEP = auto()
    """It answers whole and keeps the connection."""
    LAST = auto()
    """It answers whole and closes the connection."""
    CLOSE = auto()
    """It closes the connection without a byte."""
    RESET = auto()
    """It resets the connection without a byte."""
    HALF = auto()
    """It closes the connection after half the answer."""
    HEADERS = auto()
    """It sends the headers, then nothing more."""
    SILENCE = auto()
    """It sends nothing, and keeps the connection open."""
    STRAY = auto()
    """It answers whole, and sends a second answer that nobody asked for."""


WHOLE = {Ending.KEEP, Ending.LAST, Ending.STRAY}
CUT = {Ending.CLOSE, Ending.RESET, Ending.HALF}


@dataclass(frozen=True)
class Answer:
    """What the dialer does with one call.

    `code` is the result code that the answer carries by the documentation, None where it is no answer of the dialer.
    `work` is how long the call is worked on, in seconds.
    """

    kind: str = "ok"
    applied: bool = True
    code: int | None = 0
    status: int = 200
    body: bytes = b'{"code": 0, "message": "OK"}'
    headers: tuple[tuple[str, str], ...] = ()
    ending: Ending = Ending.KEEP
    chunked: bool = False
    work: float = WORK_SECONDS

    def on_the_wire(self) -> bytes:
        """The answer's bytes."""
        lines = [f"HTTP/1.1 {self.status} {_REASONS.get(self.status, 'Status')}", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.ending is Ending.LAST:
            lines.append("Connection: close")
        lines.append("Transfer-Encoding: chunked" if self.chunked else f"Content-Length: {len(self.body)}")
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        return head + (_in_chunks(self.body) if self.chunked else self.body)


def _in_chunks(body: bytes) -> bytes:
    pieces = [body[at : at + 5] for at in range(0, len(body), 5)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@dataclass
class Call:
    """One lead call as the dialer saw it. Times are of the monotonic clock."""

    name: str
    lead: str
    body: dict[str, Any]
    target: str
    arrived: float
    number: int
    """Which call for this row it is, from 1."""
    answer: Answer = field(default_factory=Answer)
    applied_at: float | None = None
    ended: float | None = None
    worked: bool = False
    """Whether the work on it is over."""
    left_out: bool = False
    """Whether it does not count for the peak."""
    whole: bool = False
    """Whether its answer was sent to the last byte."""

    @property
    def row(self) -> str:
        """The field Name, which is each row's own."""
        return str(self.body.get("Name", ""))

    @property
    def code(self) -> int | None:
        """The result code that the caller could read, None where there was none."""
        return self.answer.code if self.whole else None

    @property
    def refusing_status(self) -> int | None:
        """The HTTP status of an answer that says that the call was not taken."""
        return self.answer.status if self.whole and self.answer.status in (401, 403, 404, 405, 429, 503) else None

    @property
    def in_doubt(self) -> bool:
        """Whether the caller cannot know what became of it."""
        return self.code is None and self.refusing_status is None


class RawDialer:
    """Serves on a loopback port from a thread of its own; a context manager.

    `decide` gives the answer of each lead call that names a row. `calls` is the ledger. `peak` is the most lead calls
    that were worked on at once: a call whose connection died is worked on to its end.
    """

    def __init__(self, decide: Callable[[Call], Answer] = lambda _: Answer()) -> None:
        self.decide = decide
        self.calls: list[Call] = []
        self.away_until = 0.0
        """Until when, on the monotonic clock, it is in maintenance: everything is answered with a page then."""
        self.peak = 0
        self.last_event = time.monotonic()
        """When a lead call last came or ended."""
        self.cuts = 0
        """How many connections with a lead call on them it cut, while their caller was there."""
        self._under_way = self._left_out = 0
        self._worked: set[_Connection] = set()
        self._rows: dict[str, int] = {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self._serving = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    @property
    def url(self) -> str:
        """Its address for the settings."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def under_way(self) -> int:
        """How many lead calls are worked on just now."""
        return self._under_way

    def __enter__(self) -> "RawDialer":
        self._thread.start()
        self._serving.wait()
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def leave_out(self, call: Call) -> None:
        """Count a call no longer for the peak."""
        self._loop.call_soon_threadsafe(self._leave_out, call)

    def _leave_out(self, call: Call) -> None:
        if not (call.worked or call.left_out):
            call.left_out = True
            self._left_out += 1

    def cut(self) -> None:
        """Reset each connection whose lead call is worked on just now; the call is worked on to its end."""
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for connection in self._worked:
            self.cuts += connection.reset()

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._accept, sock=self._listener)
        self._serving.set()
        await self._stopping.wait()
        server.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(reader, writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
            while await self._exchange(connection):
                pass
        writer.close()

    async def _exchange(self, connection: "_Connection") -> bool:
        """Read one request and answer it; whether the connection goes on."""
        method, target, body = await connection.request()
        name = urlsplit(target).path.rsplit("/", 1)[-1]
        if name in LEAD_CALLS and method == "POST":
            answer = await self._lead_call(connection, name, target, json.loads(body))
        elif name in LISTS and method == "GET":
            answer = self._maintenance() or Answer(body=b'{"entities": [{"id": 41, "name": "Practice"}]}')
            await connection.send(answer)
        else:
            answer = Answer("no such call", status=404, code=None, body=b"not here")
            await connection.send(answer)
        return answer.ending in (Ending.KEEP, Ending.STRAY)

    async def _lead_call(self, connection: "_Connection", name: str, target: str, body: dict[str, Any]) -> Answer:
        asked = parse_qs(urlsplit(target).query).get("njExternalLeadId", [""])[0]
        lead = asked or str(body.get("njExternalLeadId", ""))
        row = str(body.get("Name", ""))
        self._rows[row] = self._rows.get(row, 0) + 1
        call = Call(name, lead, body, target, time.monotonic(), self._rows[row])
        if connection.poisoned:
            # Whoever takes the answer that nobody asked for never hears of this one.
            call.answer = Answer("after a stray answer", applied=False, code=None, ending=Ending.CLOSE)
        elif maintenance := self._maintenance():
            call.answer = maintenance
        elif not lead:
            call.answer = Answer("no lead", applied=False, code=113, status=400, body=b'{"code": 113}')
        else:
            call.answer = self.decide(call)
        self._begin(call)
        try:
            await self._worked_on(call, connection)
            await connection.send(call.answer)
            self.cuts += call.answer.ending in CUT
            call.whole = call.answer.ending in WHOLE
        finally:
            call.ended = self.last_event = time.monotonic()
        return call.answer

    def _maintenance(self) -> Answer | None:
        away = time.monotonic() < self.away_until
        return Answer("maintenance", applied=False, code=None, status=503, body=b"<h1>OK</h1>") if away else None

    def _begin(self, call: Call) -> None:
        if call.lead:
            self.calls.append(call)
        self._under_way += 1
        self.peak = max(self.peak, self._under_way - self._left_out)
        self.last_event = call.arrived

    async def _worked_on(self, call: Call, connection: "_Connection") -> None:
        """Let the call's work time pass; at its end the change is made."""
        self._worked.add(connection)
        try:
            await asyncio.sleep(call.answer.work)
        finally:
            self._worked.discard(connection)
            self._under_way -= 1
            self._left_out -= call.left_out
            call.worked = True
        if call.answer.applied:
            call.applied_at = time.monotonic()


class _Connection:
    """One connection of a caller's."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.poisoned = False
        """Whether an answer that nobody asked for lies on it."""

    async def request(self) -> tuple[str, str, bytes]:
        """The next request's method, target and body; raises IncompleteReadError where there is none."""
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        return method, target, body

    async def send(self, answer: Answer) -> None:
        """Do what the answer says; raises ConnectionError where the caller is gone."""
        wire = answer.on_the_wire()
        if self._gone:
            raise ConnectionResetError
        match answer.ending:
            case Ending.KEEP | Ending.LAST:
                await self._write(wire)
            case Ending.STRAY:
                self.poisoned = True
                await self._write(wire + Answer().on_the_wire())
            case Ending.HALF:
                await self._write(wire[: -len(answer.body) // 2])
            case Ending.HEADERS:
                await self._write(wire.split(b"\r\n\r\n")[0] + b"\r\n\r\n")
                await self._wait_for_the_caller()
            case Ending.SILENCE:
                await self._wait_for_the_caller()
            case Ending.RESET:
                self.reset()

    def reset(self) -> bool:
        """Reset the connection; whether its caller was still there."""
        if self._gone:
            return False
        linger = struct.pack("ii", 1, 0)
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._writer.transport.abort()
        return True

    @property
    def _gone(self) -> bool:
        return self._writer.is_closing() or self._reader.at_eof()

    async def _write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def _wait_for_the_caller(self) -> None:
        """Wait until the caller gives up."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._reader.read(1), LONGEST_SILENCE_SECONDS)
