"""Words about long work: none of it goes on for ten seconds in silence, alone or behind other work."""

import logging
import threading

import pytest

from leadsync import long_work
from leadsync.long_work import Silence, told


class Listener(logging.Handler):
    """Keeps what is said, and tells when so much was."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.said: list[str] = []
        self.enough = threading.Event()
        self._words = words

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())
        if len(self.said) >= self._words:
            self.enough.set()


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    log, listener = logging.getLogger(long_work.__name__), Listener(2)
    monkeypatch.setattr(log, "handlers", [listener])
    monkeypatch.setattr(log, "level", logging.INFO)
    log.manager._clear_cache()  # type: ignore[attr-defined]
    return listener


def test_long_work_says_again_and_again_how_far_it_is(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "WORD_SECONDS", 0.001)
    rows = iter(range(1_000_000))
    with told(lambda: f"Reading a\nb.csv: {next(rows)} rows"):
        assert listener.enough.wait(60)
    assert listener.said[:2] == [r"Reading a\nb.csv: 0 rows", r"Reading a\nb.csv: 1 rows"]


def test_quick_work_says_nothing(listener: Listener) -> None:
    with told(lambda: "Reading leads.csv"):
        pass
    assert listener.said == []


def test_a_word_is_due_before_ten_seconds_are_over_and_once() -> None:
    silence = Silence()
    silence.begin(100.0)
    assert silence.left(104.0) == 3.0
    assert silence.left(107.0) == 0.0
    assert silence.left(107.0) == 7.0, "said by another thread just now"


def test_work_behind_other_work_goes_on_with_its_silence() -> None:
    silence = Silence()
    silence.begin(100.0)
    silence.end(104.0)
    silence.begin(104.5)
    assert silence.left(105.0) == 2.0


def test_work_behind_a_pause_begins_a_silence_of_its_own() -> None:
    """A person was asked, or rows were sent: others have spoken meanwhile."""
    silence = Silence()
    silence.begin(100.0)
    silence.end(104.0)
    silence.begin(200.0)
    assert silence.left(205.0) == 2.0
