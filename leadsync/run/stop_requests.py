"""Requests to stop a run, from signals and from other threads, and the thread of a run beside an event loop."""

import _thread
import asyncio
import contextvars
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, wait
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType
from typing import Any, TypeVar

Result = TypeVar("Result")
Listener = Callable[[str, int], object]
"""Takes the name of the requester, and the count of requests so far."""

_SIGNALS = tuple(
    number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None
)
_LOOK_SECONDS = 0.5
"""Windows lets Ctrl-C through between two waits only."""


class StopRequests:
    """Requests to stop one run; the first drains it, the second ends its calls."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listener: Listener | None = None
        self.signal_number = 0
        """The signal behind the first request; 0 without a request."""

    @property
    def made(self) -> bool:
        """Whether there is a request."""
        return bool(self._names)

    def stop(self, by: str, number: int = signal.SIGINT) -> None:
        """Ask to stop; `by` names the requester. May be called by any thread and by a signal's handler."""
        # First, so that `heard_by` passes it on if it begins just now.
        self._names.append(by)
        self.signal_number = self.signal_number or number
        loop, listener = self._loop, self._listener
        if loop is not None and listener is not None:
            with suppress(RuntimeError):  # the loop has ended just now
                loop.call_soon_threadsafe(listener, by, len(self._names))

    def pass_on(self, other: "StopRequests") -> None:
        """Make the same requests of another."""
        for by in self._names:
            other.stop(by, self.signal_number)

    @contextmanager
    def heard_by(self, listener: Listener) -> Iterator[None]:
        """Pass requests to a listener in the running loop, the earlier ones at once."""
        before = self._listener
        self._loop, self._listener = asyncio.get_running_loop(), listener
        # A copy: a signal may add one meanwhile.
        for count, by in enumerate(self._names.copy(), 1):
            listener(by, count)
        try:
            yield
        finally:
            self._listener = before


def run_apart(main: Callable[[], Coroutine[Any, Any, Result]], stops: StopRequests) -> Result:
    """Run a coroutine to its end, in a thread of its own if this one has a running loop.

    Signals of this thread become requests to stop meanwhile.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        # The usual case, a command: no second thread.
        early = StopRequests()
        with ExitStack() as beginning:
            # A signal's exception would leave half an event loop.
            beginning.enter_context(signals_to(early))
            return asyncio.run(_begun(main, stops, early, beginning))
    future: Future[Result] = Future()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            future.set_result(context.run(asyncio.run, _cancelled_by(main, stops)))
        except BaseException as error:  # noqa: BLE001, RUF100 - raised again in the other thread
            future.set_exception(error)

    # A daemon: if the program ends by a second signal, it does not wait for calls under way.
    threading.Thread(target=run, name="leadsync", daemon=True).start()
    with signals_to(stops):
        while not future.done():
            wait([future], _LOOK_SECONDS)
    return future.result()


async def _begun(
    main: Callable[[], Coroutine[Any, Any, Result]], stops: StopRequests, early: StopRequests, beginning: ExitStack
) -> Result:
    """Give the signals their handlers back, and the early one its effect, before the coroutine."""
    beginning.close()
    if early.made:
        signal.raise_signal(early.signal_number)
    return await _cancelled_by(main, stops)


async def _cancelled_by(main: Callable[[], Coroutine[Any, Any, Result]], stops: StopRequests) -> Result:
    """Run a coroutine, cancelled by requests to stop before it listens to them itself."""
    task = asyncio.current_task()
    with stops.heard_by(lambda _by, _count: task.cancel() if task else None):
        return await main()


@contextmanager
def signals_to(stops: StopRequests) -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP become requests to stop; only the main thread gets them.

    By `signal.signal`: Windows lacks the loop's own handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, _frame: FrameType | None) -> None:
        stops.stop(signal.Signals(number).name, number)

    # A run under `nohup` is to outlive the terminal.
    heeded = [
        number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN or number == signal.SIGINT
    ]
    before = {number: signal.signal(number, handle) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _HeldSignals(StopRequests):
    """Signals whose effect waits; `tell` is called at the first."""

    def __init__(self, tell: Callable[[], object]) -> None:
        super().__init__()
        self._tell = tell

    def stop(self, by: str, number: int = signal.SIGINT) -> None:
        if not self.made:
            # Neither here nor by `threading`: the signal may strike while the locks of either are held.
            with suppress(RuntimeError):
                _thread.start_new_thread(self._tell, ())
        super().stop(by, number)


@contextmanager
def signals_held(tell: Callable[[], object]) -> Iterator[StopRequests]:
    """SIGINT, SIGTERM and SIGHUP wait for the end; then the first has its effect of before.

    A thread calls `tell` at the first.
    """
    held = _HeldSignals(tell)
    try:
        with signals_to(held):
            yield held
    finally:
        if held.made:
            signal.raise_signal(held.signal_number)
