"""Calls whose answers are late, or are read late: what has arrived counts, what is lost is never "not applied"."""

import asyncio
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import trustme
from pydantic import SecretStr

from leadsync.dialer import DialerClient, deadline
from leadsync.models import Effect, Outcome
from tests.dialer.peer import IDS, JANE, KEY, OK, Answerer, send

CALLS = 8


class SlowDialer:
    """A server in a thread that reads so many requests, and answers them all when it is told to."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(20)
        self.tls = tls
        self._connections: list[socket.socket] = []
        self.asked = threading.Event()
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        for _ in range(CALLS):
            connection, _ = self._listener.accept()
            connection.settimeout(20)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            request = b""
            while b'"njDisposition": "Sale"}' not in request:
                request += connection.recv(65_536)
            self._connections.append(connection)
        self.asked.set()

    def answer(self) -> None:
        for connection in self._connections:
            connection.sendall(OK)

    def close(self) -> None:
        self._thread.join()
        for each in (self._listener, *self._connections):
            each.close()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(params=["plain", "tls"])
def slow_dialer(request: pytest.FixtureRequest, authority: trustme.CA) -> Iterator[SlowDialer]:
    tls = None
    if request.param == "tls":
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(tls)
    dialer = SlowDialer(tls)
    yield dialer
    dialer.close()


def test_answers_that_came_while_the_loop_stood_still_count(
    slow_dialer: SlowDialer, authority: trustme.CA, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    url = f"{'https' if slow_dialer.tls else 'http'}://127.0.0.1:{slow_dialer.port}"

    async def all_of_them() -> list[Outcome]:
        loop = asyncio.get_running_loop()
        async with DialerClient(url, SecretStr(KEY), IDS, ca_file=str(tmp_path / "ca.pem")) as client:
            calls = [asyncio.create_task(client.prepare(JANE)()) for _ in range(CALLS)]
            await asyncio.to_thread(slow_dialer.asked.wait, 120)
            slow_dialer.answer()
            # The loop stands still, until the answers lie in the sockets, for 76 seconds by its clock.
            time.sleep(0.05)
            loop.time = lambda: time.monotonic() + 76.0  # type: ignore[method-assign]
            async with asyncio.timeout(120):
                return await asyncio.gather(*calls)

    assert [outcome.code for outcome in asyncio.run(all_of_them())] == [0] * CALLS


CHILD = """
import asyncio, sys
from pydantic import SecretStr
from leadsync.dialer import DialerClient
from tests.dialer.peer import IDS, JANE, KEY

async def main():
    async with DialerClient(sys.argv[1], SecretStr(KEY), IDS, answer_seconds=0.2) as client:
        outcomes = await asyncio.gather(*(client.prepare(JANE)() for _ in range(8)))
    print(*(outcome.code for outcome in outcomes))

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's, and so are signals that stop a process")
def test_answers_that_came_while_the_process_was_stopped_count() -> None:
    dialer = SlowDialer()
    arguments = [sys.executable, "-c", CHILD, f"http://127.0.0.1:{dialer.port}"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env={**os.environ}) as child:
        assert dialer.asked.wait(120)
        os.kill(child.pid, signal.SIGSTOP)
        dialer.answer()
        time.sleep(0.2)
        os.kill(child.pid, signal.SIGCONT)
        said, _ = child.communicate(timeout=120)
    dialer.close()
    assert said.split() == ["0"] * CALLS


async def _hang(writer: asyncio.StreamWriter) -> None:
    # Until the client gives up.
    while not writer.transport.is_closing():
        await asyncio.sleep(0.005)


async def _half_of_the_headers_then_hang(writer: asyncio.StreamWriter) -> None:
    writer.write(OK[:1])
    await _hang(writer)


async def _headers_then_hang(writer: asyncio.StreamWriter) -> None:
    writer.write(OK.split(b"{")[0])
    await _hang(writer)


async def _body_but_for_its_end_then_hang(writer: asyncio.StreamWriter) -> None:
    writer.write(OK[:-1])
    await _hang(writer)


async def _drip(writer: asyncio.StreamWriter) -> None:
    for byte in OK:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.02)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rules in shorter times."""
    monkeypatch.setattr(deadline, "PULSE", 0.02)


@pytest.mark.usefixtures("short")
def test_no_answer_in_time_is_told_as_that() -> None:
    outcome, peer = send(_hang, answer_seconds=0.05)
    assert (outcome.effect, outcome.away, outcome.http) == (Effect.NO_ANSWER, True, None)
    assert outcome.message == "the request was sent, but no answer came within 0.05 seconds"
    assert len(peer.requests) == 1


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(
    "fault", [_half_of_the_headers_then_hang, _headers_then_hang, _body_but_for_its_end_then_hang, _drip]
)
def test_an_answer_that_began_and_is_not_complete_in_time_is_in_doubt(fault: Answerer) -> None:
    outcome, peer = send(fault, answer_seconds=0.05)
    assert (outcome.effect, outcome.away) == (Effect.IN_DOUBT, True)
    assert outcome.message == "the request was sent, but its answer was not complete within 0.05 seconds"
    assert len(peer.requests) == 1


def test_an_answer_within_a_moment_of_the_end_counts() -> None:
    async def late(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        writer.write(OK)
        await writer.drain()

    assert send(late, answer_seconds=0.03)[0].code == 0


class FakeLoop:
    """A loop whose clock is set by hand, with the one timer that is due next."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.planned = 0.0

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, call: Callable[..., None], *arguments: float) -> None:
        self.planned = self.now + seconds
        self.ring: Callable[[], None] = lambda: call(*arguments)

    def call_soon(self, call: Callable[[], None]) -> None:
        call()


def _rings(monkeypatch: pytest.MonkeyPatch, lateness: list[float], *, restart_after: float = 0.0) -> tuple[bool, float]:
    """Let the timer of a deadline of 75.05 seconds ring so late each time; whether it was awake, and its end."""
    loop = FakeLoop()
    monkeypatch.setattr(deadline.time, "time", loop.time)
    monkeypatch.setattr(deadline.asyncio, "get_running_loop", lambda: loop)
    ended = []
    task = SimpleNamespace(cancelling=lambda: 0, uncancel=lambda: 0, cancel=lambda: ended.append(loop.now))
    monkeypatch.setattr(deadline.asyncio, "current_task", lambda: task)
    with deadline.Deadline(deadline.DeadlineTimer(), 75.05) as limit:
        for late in lateness:
            loop.now = loop.planned + late
            if restart_after and late:
                limit.restart(restart_after)
            loop.ring()
    assert limit.expired == bool(ended)
    return limit.awake, (ended or [0.0])[0]


def test_one_more_look_is_granted_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    # The 751st look, at 1075.1, is the first behind the end.
    assert _rings(monkeypatch, [0.0] * 751) == (True, 0.0)
    assert _rings(monkeypatch, [0.0] * 752) == (True, pytest.approx(1075.2))


def test_a_look_that_comes_late_grants_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    # The 752nd look comes at 1080.2 instead of 1075.2.
    assert _rings(monkeypatch, [0.0] * 751 + [5.0, 0.0]) == (False, pytest.approx(1080.3))
    # The 745th look, at 1079.5 instead of 1074.5, is the first behind the end, and late.
    assert _rings(monkeypatch, [0.0] * 744 + [5.0, 0.0]) == (False, pytest.approx(1079.6))


def test_a_late_look_says_nothing_of_a_deadline_that_began_behind_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    awake, end = _rings(monkeypatch, [0.0, 5.0, 0.0], restart_after=75.0)
    assert (awake, end) == (True, 0.0)


async def _others_cancel(seconds: float) -> str:
    """What a cancellation by somebody else, after so many seconds, looks like behind a deadline of 0.02 seconds."""

    async def body() -> None:
        with deadline.Deadline(deadline.DeadlineTimer(), 0.02):
            await asyncio.sleep(20)

    task = asyncio.create_task(body())
    await asyncio.sleep(seconds)
    task.cancel()
    try:
        await task
    except BaseException as error:
        return type(error).__name__
    return ""


@pytest.mark.usefixtures("short")
def test_a_cancellation_by_somebody_else_stays_one() -> None:
    assert asyncio.run(_others_cancel(0.0)) == "CancelledError"
    assert asyncio.run(_others_cancel(0.2)) == "TimeoutError"


def _standing_still(after: float, seconds: float) -> Answerer:
    async def hang(writer: asyncio.StreamWriter) -> None:
        asyncio.get_running_loop().call_later(after, time.sleep, seconds)
        await _hang(writer)

    return hang


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("after", [0.0, 0.08], ids=["in the middle", "over the end"])
def test_no_answer_is_in_doubt_where_the_process_stood_still(monkeypatch: pytest.MonkeyPatch, after: float) -> None:
    monkeypatch.setattr(deadline, "LONGEST_PAUSE", 0.05)
    outcome, _ = send(_standing_still(after, 0.09), answer_seconds=0.13)
    assert (outcome.effect, outcome.away) == (Effect.IN_DOUBT, True)
    assert "stood still" in outcome.message


@pytest.mark.usefixtures("short")
def test_no_answer_is_in_doubt_where_the_machine_slept(monkeypatch: pytest.MonkeyPatch) -> None:
    slept = 0.0
    wall: Callable[[], float] = time.time

    async def hang(writer: asyncio.StreamWriter) -> None:
        nonlocal slept
        slept = 3600.0
        await _hang(writer)

    monkeypatch.setattr(deadline.time, "time", lambda: wall() + slept)
    outcome, _ = send(hang, answer_seconds=0.1)
    assert outcome.effect is Effect.IN_DOUBT
    assert "stood still" in outcome.message
