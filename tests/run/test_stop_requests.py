"""Requests to stop a run: from signals and threads, heard at once or later."""

import asyncio
import os
import signal
import sys
import threading
from types import FrameType

import pytest

from leadsync.errors import Interrupted
from leadsync.run.stop_requests import StopRequests, run_apart, signals_held, signals_to

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's, and so are these signals")

Heard = list[tuple[str, int]]


def test_requests_are_counted_and_the_first_signal_is_kept() -> None:
    stops = StopRequests()
    assert (stops.made, stops.signal_number) == (False, 0)
    stops.stop("SIGTERM", signal.SIGTERM)
    stops.stop("SIGINT", signal.SIGINT)
    assert (stops.made, stops.signal_number) == (True, signal.SIGTERM)


def test_requests_before_the_listener_are_passed_on_at_once_and_later_ones_too() -> None:
    stops, heard = StopRequests(), Heard()

    async def main() -> None:
        stops.stop("first")
        with stops.heard_by(lambda by, count: heard.append((by, count))):
            assert heard == [("first", 1)]
            thread = threading.Thread(target=stops.stop, args=("second",))
            thread.start()
            thread.join()
            await asyncio.sleep(0)
        stops.stop("third")
        await asyncio.sleep(0)

    asyncio.run(main())
    assert heard == [("first", 1), ("second", 2)]


def test_a_request_behind_the_end_of_the_loop_harms_nobody() -> None:
    stops = StopRequests()

    async def main() -> None:
        stops._loop, stops._listener = asyncio.get_running_loop(), print

    asyncio.run(main())
    stops.stop("late")
    assert stops.made


def test_a_coroutine_that_does_not_listen_yet_is_cancelled() -> None:
    stops = StopRequests()
    stops.stop("early")

    async def main() -> None:
        await asyncio.sleep(60)

    with pytest.raises(asyncio.CancelledError):
        run_apart(main, stops)


def test_a_signal_while_the_loop_is_made_ends_the_command_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = asyncio.events.new_event_loop

    def struck() -> asyncio.AbstractEventLoop:
        signal.raise_signal(signal.SIGINT)
        return real()

    monkeypatch.setattr(asyncio.events, "new_event_loop", struck)
    before = signal.getsignal(signal.SIGINT)
    ran: list[str] = []

    async def main() -> None:
        ran.append("main")

    with pytest.raises(KeyboardInterrupt):
        run_apart(main, StopRequests())
    assert not ran
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("where", ["callback", "task"])
def test_a_signal_ends_the_run_wherever_in_the_loop_it_strikes(where: str) -> None:
    def end(_number: int, _frame: FrameType | None) -> None:
        raise Interrupted("Terminated", signal.SIGTERM)

    async def strike() -> None:
        signal.raise_signal(signal.SIGTERM)

    ran: list[str] = []

    async def main() -> None:
        tasks = set[asyncio.Task[None]]()
        if where == "callback":
            asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGTERM)
        else:
            tasks.add(asyncio.create_task(strike()))
        try:
            for _ in range(3):
                await asyncio.sleep(0)
            ran.append("on")
        finally:
            ran.append("tidied")

    before = signal.signal(signal.SIGTERM, end)
    try:
        with pytest.raises(Interrupted):
            run_apart(main, StopRequests())
        assert ran == ["tidied"]
        assert signal.getsignal(signal.SIGTERM) is end
    finally:
        signal.signal(signal.SIGTERM, before)


def test_beside_a_running_loop_it_has_a_thread_of_its_own() -> None:
    async def inner() -> threading.Thread:
        return threading.current_thread()

    async def outer() -> threading.Thread:
        return run_apart(inner, StopRequests())

    assert asyncio.run(outer()) is not threading.main_thread()
    assert run_apart(inner, StopRequests()) is threading.main_thread()


def test_an_error_in_that_thread_is_raised_here() -> None:
    async def inner() -> None:
        raise OSError("no room")

    async def outer() -> None:
        run_apart(inner, StopRequests())

    with pytest.raises(OSError, match="no room"):
        asyncio.run(outer())


def test_signals_become_requests_and_get_their_handlers_back() -> None:
    stops = StopRequests()
    before = signal.getsignal(signal.SIGTERM)
    with signals_to(stops):
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
    assert (stops._names, stops.signal_number) == (["SIGTERM", "SIGINT"], signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_run_under_nohup_outlives_its_terminal() -> None:
    stops = StopRequests()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals_to(stops):
            os.kill(os.getpid(), signal.SIGHUP)
        assert not stops.made
    finally:
        signal.signal(signal.SIGHUP, before)


def test_signals_are_held_until_the_end_and_the_first_has_its_effect() -> None:
    done: list[str] = []
    told = threading.Event()

    def tell() -> None:
        done.append("told")
        told.set()

    @signals_held(tell)
    def write() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        assert told.wait(60), "at once, not at the end"
        os.kill(os.getpid(), signal.SIGTERM)
        done.append("written")

    with pytest.raises(KeyboardInterrupt):
        write()
    assert done == ["told", "written"]
