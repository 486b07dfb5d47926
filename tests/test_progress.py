"""Progress is drawn beside the run: a terminal that is stopped, full or gone changes nothing about it."""

import io
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TextIO

import pytest

from leadsync import progress, terminal
from leadsync.models import Status
from leadsync.progress import BarProgress, RecentRate, SilentProgress

Show = Callable[[TextIO], BarProgress | SilentProgress]
BOTH = pytest.mark.parametrize(
    "show", [lambda stream: BarProgress(stream, 300), lambda stream: SilentProgress(stream, 300)], ids=["bar", "lines"]
)


class Watched(io.StringIO):
    """Remembers which threads wrote into it."""

    def __init__(self) -> None:
        super().__init__()
        self.writers: set[threading.Thread] = set()

    def write(self, text: str) -> int:
        self.writers.add(threading.current_thread())
        return super().write(text)


@pytest.fixture
def stuck() -> Iterator[TextIO]:
    """A pipe that is full and that nobody reads."""
    if sys.platform != "linux":
        pytest.skip("file modes are POSIX's, and so are pipes of a chosen size")
    read, write = full_pipe()
    with os.fdopen(read, "rb"), os.fdopen(write, "w", encoding="utf-8") as stream:
        yield stream
        # The thread that is stuck gets an error and ends.
        os.dup2(os.open(os.devnull, os.O_RDONLY), read)


def full_pipe() -> tuple[int, int]:
    """The two ends of a pipe that takes no more."""
    import fcntl

    read, write = os.pipe()
    os.write(write, b"x" * fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096))
    return read, write


def test_the_bar_shows_counts_and_words_in_the_end() -> None:
    stream = Watched()
    with BarProgress(stream, 3) as bar:
        bar.settle(Status.SUCCEEDED)
        bar.settle(Status.FAILED)
        bar.settle(Status.SUCCEEDED)
        bar.say("the dialer is away")
    last = stream.getvalue().split("\r")[-1]
    assert "3/3" in last
    assert "the dialer is away" in last
    assert "2 ok, 1 failed" in last
    assert stream.getvalue().endswith("\n")


def test_the_bar_names_rows_to_decide_apart() -> None:
    stream = Watched()
    with BarProgress(stream, 5) as bar:
        for status in (Status.SUCCEEDED, Status.FAILED, Status.REJECTED, Status.CONFLICT, Status.UNKNOWN):
            bar.settle(status)
    last = stream.getvalue().split("\r")[-1]
    assert "5/5" in last
    assert "1 ok, 2 failed, 2 to decide" in last


@pytest.mark.parametrize(("columns", "pace"), [(90, True), (60, False)])
def test_the_pace_gives_way_before_the_counts(columns: int, pace: bool) -> None:
    shown = BarProgress(Watched(), 3000)
    for status in (Status.SUCCEEDED, Status.FAILED, Status.CONFLICT):
        shown.settle(status)
    bar = shown._new_bar(ncols=columns, dynamic_ncols=False)
    shown._show(bar, 12.5)
    line = str(bar)
    bar.close()
    assert line.rstrip().endswith("1 ok, 1 failed, 1 to decide]")
    assert ("12.50row/s" in line, len(line) <= columns) == (pace, True)


def test_words_end_with_an_empty_text() -> None:
    stream = Watched()
    with BarProgress(stream, 3) as bar:
        bar.say("the dialer is away")
        bar.say("")
    assert stream.getvalue().split("\r")[-1].strip().endswith("0 ok, 0 failed]")


def test_the_bar_moves_while_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_DRAW_SECONDS", 0.01)
    stream = Watched()
    with BarProgress(stream, 3) as bar:
        bar.settle(Status.SUCCEEDED)
        end = time.monotonic() + 60
        while "1/3" not in stream.getvalue() and time.monotonic() < end:
            time.sleep(0.01)
        assert "1/3" in stream.getvalue()


def drawn(words: str, columns: int) -> str:
    """What a terminal of so many columns shows of these words in the end."""
    import fcntl
    import struct
    import termios

    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24 if columns else 0, columns, 0, 0))
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        with BarProgress(stream, 3000) as bar:
            for _ in range(40):
                bar.settle(Status.SUCCEEDED)
            bar.say(words)
        shown = b""
        while not shown.endswith(b"\n"):  # the system hands it over piece by piece
            shown += os.read(ours, 100_000)
    os.close(ours)
    return shown.decode().rstrip().split("\r")[-1]


AWAY = "the dialer is away, next try at 21:19:47 (connection refused)"


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's, and so are its terminals")
@pytest.mark.parametrize(
    ("words", "columns", "shown"),
    [
        (AWAY, 66, f"40/3000 {AWAY[:54]}…"),
        (AWAY, 72, f"40/3000 {AWAY}"),
        (AWAY, 0, f"40/3000 {AWAY}"),
        (AWAY, 90, f"40/3000 {AWAY}, 40 ok, 0 failed"),
        ("忙" * 60, 80, f"40/3000 {'忙' * 34}…"),
    ],
)
def test_on_a_narrow_terminal_all_else_gives_way_before_the_words(words: str, columns: int, shown: str) -> None:
    assert drawn(words, columns) == shown


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's, and so are its terminals")
def test_on_a_wide_terminal_the_bar_stands_behind_the_words() -> None:
    assert re.fullmatch(rf"40/3000 {re.escape(AWAY)} \|.+\| \[00:0\d, .*row.*, 40 ok, 0 failed\]", drawn(AWAY, 160))


@BOTH
def test_the_run_itself_never_writes(show: Show) -> None:
    stream = Watched()
    with show(stream) as shown:
        for _ in range(300):
            shown.settle(Status.SUCCEEDED)
            shown.say("going on")
    assert stream.writers
    assert threading.current_thread() not in stream.writers


@BOTH
def test_a_stream_that_takes_nothing_stops_nobody(show: Show, stuck: TextIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "PATIENCE_SECONDS", 0.4)
    before = time.monotonic()
    with show(stuck) as shown:
        for number in range(300):
            shown.settle(Status.SUCCEEDED)
            shown.say(f"row {number}")
    assert time.monotonic() - before < 60, "120, if each row waited"


@BOTH
@pytest.mark.parametrize("harm", ["no reader", "closed", "full"])
def test_a_stream_that_breaks_is_nobodys_error(show: Show, harm: str, stuck: TextIO) -> None:
    if harm == "closed":
        stuck.close()
    elif harm == "no reader":
        read, write = os.pipe()
        os.close(read)
        os.dup2(write, stuck.fileno())
    else:
        os.dup2(os.open("/dev/full", os.O_WRONLY), stuck.fileno())
    with show(stuck) as shown:
        shown.settle(Status.FAILED)
        shown.say("going on")


@BOTH
def test_hidden_characters_and_new_lines_do_not_pass(show: Show) -> None:
    stream = Watched()
    with show(stream) as shown:
        shown.say("the proxy says \x1b[2J\x9b\u202e\nforged")
    assert r"he proxy says \u001b[2J\u009b\u202e\nforged" in stream.getvalue()
    assert not set("\x1b\x9b\u202e") & set(stream.getvalue())


def test_lines_begin_with_a_capital_and_nothing_is_no_line() -> None:
    stream = io.StringIO()
    with SilentProgress(stream, 300) as lines:
        lines.say("the dialer is away")
        lines.say("")
        lines.settle(Status.SUCCEEDED)
    assert stream.getvalue() == "The dialer is away\n"


class Hours:
    """A clock, and a wait that plays what happens until its end."""

    def __init__(self, **happens: Callable[[SilentProgress], None]) -> None:
        self.now = 0.0
        self._happens = sorted((float(at.removeprefix("at_")), do) for at, do in happens.items())

    def lines_of(self, seconds: float, monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, str]]:
        """The lines written in so many seconds, with their times."""
        monkeypatch.setattr(progress.time, "monotonic", lambda: self.now)
        lines, came = SilentProgress(io.StringIO(), 1234), list[tuple[float, str]]()
        monkeypatch.setattr(lines._writer, "write", lambda text: came.append((self.now, text)))

        def wait(pause: float) -> bool:
            end = self.now + pause
            while self._happens and self._happens[0][0] <= end:
                self.now, do = self._happens.pop(0)
                do(lines)
            self.now = end
            return self.now > seconds

        monkeypatch.setattr(lines._ended, "wait", wait)
        lines._show_all()
        return came


def test_a_wait_that_lasts_is_told_again_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    hours = Hours(at_2=lambda lines: lines.say("the dialer is away"))
    again = "Still: the dialer is away\n"
    assert hours.lines_of(30, monkeypatch) == [(2, "The dialer is away\n"), (11, again), (20, again), (29, again)]


def test_waits_that_end_in_time_are_not_silent_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait for a slot, then one for the journal, neither of them long enough for a word of its own."""
    hours = Hours(
        at_3=lambda lines: lines.settle(Status.SUCCEEDED),
        at_7=lambda lines: lines.say(""),
        at_11=lambda lines: lines.say(""),
    )
    assert hours.lines_of(22, monkeypatch) == [
        (9, "1 of 1,234 rows: 1 ok, 0 failed\n"),
        (18, "Still: no further row has come to its end; so far 1 ok, 0 failed\n"),
    ]


def test_steady_sending_is_told_soon_and_then_each_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    hours = Hours(**{f"at_{second}": lambda lines: lines.settle(Status.SUCCEEDED) for second in range(4, 200, 4)})
    assert hours.lines_of(140, monkeypatch) == [
        (9, "2 of 1,234 rows: 2 ok, 0 failed\n"),
        (69, "17 of 1,234 rows: 17 ok, 0 failed\n"),
        (129, "32 of 1,234 rows: 32 ok, 0 failed\n"),
    ]


def test_a_line_about_a_wait_is_word_enough_of_the_rows_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(lines: SilentProgress) -> None:
        lines.settle(Status.FAILED)

    hours = Hours(at_5=fail, at_8=lambda lines: lines.say("the dialer is slow"), at_12=fail, at_16=fail)
    assert hours.lines_of(18, monkeypatch) == [(8, "The dialer is slow\n"), (17, "3 of 1,234 rows: 0 ok, 3 failed\n")]


def test_the_rate_is_that_of_the_last_minute() -> None:
    rate = RecentRate()
    assert rate.add(0.0, 0) == 0.0
    assert rate.add(10.0, 50) == 5.0
    assert rate.add(60.0, 300) == 5.0
    assert rate.add(90.0, 300) == pytest.approx(250 / 80), "of the first counts, those of 10 s and later are left"
    assert rate.add(120.0, 300) == 0.0, "nothing was done for a minute"
