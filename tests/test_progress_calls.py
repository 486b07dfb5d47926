"""A run's progress for programs: calls of a function, and lines in the log."""

import logging
import sys
from types import SimpleNamespace

import pytest

from leadsync import progress_calls
from leadsync.models import Status
from leadsync.progress_calls import ProgressCalls, RunProgress, in_notebook, words_to_log


def progress(words: str) -> RunProgress:
    return RunProgress(3, 1, 1, 2.5, words)


def test_the_last_call_has_the_whole_run() -> None:
    told: list[RunProgress] = []
    with ProgressCalls(3, told.append) as calls:
        calls.settle(Status.SUCCEEDED)
        calls.settle(Status.CONFLICT)
        calls.say("waits\nfor 110")
    last = told[-1]
    assert (last.rows, last.succeeded, last.failed, last.to_decide, last.done) == (3, 1, 0, 1, 2)
    assert last.words == r"waits\nfor 110"
    assert last.seconds >= 0


def test_the_first_error_of_the_function_ends_the_calls(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(progress_calls, "_CALL_SECONDS", 0.01)
    told: list[RunProgress] = []

    def fail(now: RunProgress) -> None:
        told.append(now)
        raise ValueError("no widget")

    with ProgressCalls(3, fail) as calls:
        calls._thread.join(60)
        calls.settle(Status.SUCCEEDED)
    assert len(told) == 1
    assert caplog.messages == ["the progress of the run is not shown any more: ValueError: no widget"]


def test_words_are_logged_when_they_change(caplog: pytest.LogCaptureFixture) -> None:
    show = words_to_log()
    for words in ("", "the dialer is away", "the dialer is away", "", "the dialer is away", "stopping"):
        show(progress(words))
    assert caplog.messages == ["the dialer is away", "the dialer is away", "stopping"]
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


def test_only_a_kernel_is_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not in_notebook()
    for shell, is_kernel in ((SimpleNamespace(kernel=1), True), (SimpleNamespace(), False), (None, False)):
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda shell=shell: shell))
        assert in_notebook() is is_kernel
