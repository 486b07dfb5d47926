"""A run's counts beside the thread that shows them."""

import threading
import time

import pytest

from leadsync import terminal
from leadsync.models import Status
from leadsync.progress_thread import ProgressThread


class Shown(ProgressThread):
    """Notes what a display would show at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.thread: threading.Thread | None = None
        self.last: tuple[int, int, int, str] | None = None

    def _show_all(self) -> None:
        self.thread = threading.current_thread()
        self._ended.wait()
        self.last = (self._succeeded, self._failed, self._to_decide, self._words)


class Stuck(ProgressThread):
    """A display that never comes back."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()

    def _show_all(self) -> None:
        self.released.wait(120)


@pytest.mark.parametrize("status", Status)
def test_rows_are_counted_as_ok_failed_or_to_decide(status: Status) -> None:
    shown = Shown()
    with shown:
        shown.settle(status)
    expected = {Status.SUCCEEDED: (1, 0, 0, ""), Status.CONFLICT: (0, 0, 1, ""), Status.UNKNOWN: (0, 0, 1, "")}
    assert shown.last == expected.get(status, (0, 1, 0, ""))


def test_the_end_of_the_run_is_shown_by_another_thread() -> None:
    shown = Shown()
    with shown:
        shown.settle(Status.SUCCEEDED)
        shown.settle(Status.SUCCEEDED)
        shown.say("the dialer is away\x1b[2J\nforged")
    assert shown.last == (2, 0, 0, r"the dialer is away\u001b[2J\nforged")
    assert shown.thread is not threading.current_thread()


def test_a_stuck_display_keeps_neither_run_nor_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "PATIENCE_SECONDS", 0.05)
    stuck = Stuck()
    before = time.monotonic()
    with stuck:
        stuck.settle(Status.SUCCEEDED)
    assert time.monotonic() - before < 60
    [thread] = [one for one in threading.enumerate() if one.name == "progress"]
    assert thread.daemon
    stuck.released.set()
    thread.join()
