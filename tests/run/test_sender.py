"""How many slots a run goes by, how its end is written down, and whose lock it has."""

import asyncio
import io
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from leadsync.config import Settings, load
from leadsync.dialer_address import canonical
from leadsync.engine import Engine
from leadsync.errors import BusyError
from leadsync.journal import Entry, Journal, open_journal, run_log
from leadsync.models import Effect, Outcome, Row, Status
from leadsync.progress import SilentProgress
from leadsync.run import sender, stop_requests
from leadsync.run.live_progress import LiveProgress
from tests.conftest import Desk
from tests.journal.samples import RUN, a_run

AUTO = '[server]\nurl = "@URL@"\nhardware_threads = "auto"\nreserve = 1\n'


class Said(SilentProgress):
    """A progress that keeps what it is told to say."""

    def __init__(self) -> None:
        super().__init__(io.StringIO(), 0)
        self.words: list[str] = []

    def say(self, text: str) -> None:
        self.words.append(text)


@pytest.fixture
def settings(desk: Desk) -> Settings:
    desk.settings("http://127.0.0.1:1", AUTO)
    return load(desk.config)


@pytest.fixture
def journal(desk: Desk) -> Iterator[Journal]:
    with open_journal(desk.state) as journal:
        yield journal


def slot_count(journal: Journal, settings: Settings, desk: Desk) -> tuple[sender._SlotCount, Said]:
    said = Said()
    return sender._SlotCount(journal, settings, desk.environment, LiveProgress(said, 0)), said


def test_slots_that_were_found_alone_are_kept_less_the_reserve_for_this_run(
    desk: Desk, journal: Journal, settings: Settings
) -> None:
    count, said = slot_count(journal, settings, desk)
    assert not count.known
    with count.shared:
        assert count.found(8) == 7
    assert journal.known_slots(canonical(settings.url())) == 8
    assert said.words == ["the dialer was found to run 8 calls at once, which is kept for it"]
    next_time, _ = slot_count(journal, settings, desk)
    assert (next_time.known, next_time.mine) == (True, 7)
    desk.settings("http://LOCALHOST:1/", AUTO)
    spelled_otherwise, _ = slot_count(journal, load(desk.config), desk)
    assert (spelled_otherwise.known, spelled_otherwise.mine) == (True, 7)


def test_slots_that_were_found_beside_others_are_not_kept(
    desk: Desk, journal: Journal, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, said = slot_count(journal, settings, desk)
    monkeypatch.setattr(count.shared, "used_by_others", lambda: 2)
    with count.shared:
        assert count.found(4) == 3
    assert count.known
    assert journal.known_slots(canonical(settings.url())) is None
    assert said.words == ["the dialer was found to run 4 calls at once, beside others that are sending just now"]


def test_the_number_that_another_process_knows_is_gone_by(
    desk: Desk, journal: Journal, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, said = slot_count(journal, settings, desk)

    async def elsewhere() -> int:
        return 6

    monkeypatch.setattr(count.shared, "known_elsewhere", elsewhere)
    with count.shared:
        asyncio.run(count.ask_others())
    assert (count.known, count.mine) == (True, 5)
    assert said.words == ["another leadsync that is sending goes by 6 calls at once; so does this one"]


def test_who_knows_the_slots_asks_nobody(
    desk: Desk, journal: Journal, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.keep_slots(canonical(settings.url()), 4)
    count, _ = slot_count(journal, settings, desk)
    monkeypatch.setattr(count.shared, "known_elsewhere", lambda: pytest.fail("it knows them"))
    with count.shared:
        asyncio.run(count.ask_others())
    assert count.mine == 3


def in_flight(journal: Journal, folder: Path) -> None:
    """A run of two rows; a process died when row 2 had left and row 3 had not."""
    journal.create(replace(a_run(folder), complete=True))
    for n in (2, 3):
        fields = {"njDisposition": "Sale", "FirstPhone": f"038321810{n}"}
        journal.add(RUN, [Entry(Row(n, (f"L{n}",)), f"L{n}", fields, harmless=False)])

    async def die(dying: Journal) -> None:
        dying.hold(RUN)
        async with dying.log(RUN) as log:
            await log.begin(2, 1)
            await log.begin(3, 1)
            log.leaves(2, 1)

    with open_journal(journal.state) as dying:
        asyncio.run(die(dying))


def test_what_an_earlier_process_left_in_flight_is_settled_before_anything_is_sent(desk: Desk) -> None:
    dialer = desk.dialer()
    with open_journal(desk.state) as journal:
        in_flight(journal, desk.folder)
        settings = load(desk.config)
        sent = sender.send(journal, journal.run(RUN), settings, desk.environment, Said(), rows=2, keep_going=False)
        assert sent.stopped == ""
        assert journal.states(RUN, [2, 3]) == {2: Status.UNKNOWN, 3: Status.SUCCEEDED}
    assert [entry.lead for entry in dialer.ledger.received if entry.lead] == ["L3"]


def test_too_few_open_files_stop_a_run_before_anything_is_sent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of a run a connection or a file would be missing, and rows would be in doubt."""
    dialer = desk.dialer()
    with open_journal(desk.state) as journal:
        in_flight(journal, desk.folder)
        monkeypatch.setattr(sender, "allow_open_files", lambda _count: 40)
        settings = load(desk.config)
        sent = sender.send(journal, journal.run(RUN), settings, desk.environment, Said(), rows=2, keep_going=False)
        assert sent.stopped == (
            "no more than 40 files may be open, and 8 calls at once take up to 56; "
            "raise the limit, as by `ulimit -n 1024`"
        )
        assert journal.run(RUN).stopped == sent.stopped
        assert journal.states(RUN, [2, 3]) == {2: Status.UNKNOWN, 3: Status.UNSENT}
    assert dialer.ledger.received == []


def test_slots_still_to_be_measured_need_open_files_for_one(
    desk: Desk, journal: Journal, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(sender, "allow_open_files", lambda count: asked.append(count) or 35)
    count, _ = slot_count(journal, settings, desk)
    assert sender._too_few_files(count) == ""
    assert (count.mine, asked) == (511, [256 + 3 * 511])


def test_a_run_that_another_process_has_is_not_sent(desk: Desk) -> None:
    dialer = desk.dialer()
    with open_journal(desk.state) as journal, open_journal(desk.state) as other:
        in_flight(journal, desk.folder)
        settings = load(desk.config)
        other.hold(RUN)
        with pytest.raises(BusyError, match=f"Run {RUN} is being sent or changed"):
            sender.send(journal, journal.run(RUN), settings, desk.environment, Said(), rows=2, keep_going=False)
    assert [entry.lead for entry in dialer.ledger.received if entry.lead] == []


def test_what_is_in_flight_at_the_end_is_settled_and_the_end_written_down(desk: Desk) -> None:
    with open_journal(desk.state) as journal:
        in_flight(journal, desk.folder)
        journal.hold(RUN)

        async def begin() -> None:
            async with journal.log(RUN) as log:
                await log.begin(3, 1)
                log.leaves(3, 1)

        asyncio.run(begin())
        run = replace(journal.run(RUN), seconds=10.0)
        sender._close(journal, run, "interrupted by SIGINT", 2.5)
        assert journal.states(RUN, [3]) == {3: Status.UNKNOWN}
        assert journal.settle(RUN) == 0, "a row in flight is called unknown, too"
        ended = journal.run(RUN)
        assert (ended.stopped, ended.seconds, ended.finished) == ("interrupted by SIGINT", 12.5, False)


def test_an_outcome_in_doubt_counts_over_all_processes(desk: Desk) -> None:
    """With `unknown = "send"` and two attempts, one was made by a process that died."""
    dialer = desk.dialer(settings='[retry]\nunknown = "send"\nattempts = 2\nwait_seconds = 0\n')
    with open_journal(desk.state) as journal:
        in_flight(journal, desk.folder)
        settings = load(desk.config)
        journal.hold(RUN)

        async def cut() -> None:
            async with journal.log(RUN, resend_unknown=True) as log:
                await log.begin(2, 2)
                await log.finish(2, 2, Outcome(Effect.IN_DOUBT, message="cut"), Status.UNKNOWN)

        asyncio.run(cut())
        sender.send(journal, journal.run(RUN), settings, desk.environment, Said(), rows=2, keep_going=False)
        assert journal.states(RUN, [2, 3]) == {2: Status.UNKNOWN, 3: Status.SUCCEEDED}
    assert [entry.lead for entry in dialer.ledger.received if entry.lead] == ["L3"]


def test_a_trouble_with_the_slots_is_a_loud_warning_of_the_run(journal: Journal, tmp_path: Path) -> None:
    journal.create(replace(a_run(tmp_path), warnings=("2 rows have no callback date.",)))
    run = journal.run(RUN)
    sender._keep_complaint(journal, run, "")
    assert journal.run(RUN).warnings == ("2 rows have no callback date.",)
    sender._keep_complaint(journal, run, "the slots cannot be shared: no space left on device")
    assert journal.run(RUN).warnings == (
        "2 rows have no callback date.",
        "! The slots cannot be shared: no space left on device.",
    )


class _Interrupted(BaseException):
    pass


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise _Interrupted


class _Strike:
    """A SIGTERM for this process as it comes to a given line of sending, counted from `begin` on."""

    FILES = (sender.__file__, run_log.__file__, stop_requests.__file__)

    def __init__(self, line: int) -> None:
        self.left = line
        self._tracer = sys.gettrace()

    def begin(self) -> None:
        sys.settrace(self._trace)
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            if frame.f_code.co_filename in self.FILES:
                frame.f_trace = self._trace
            frame = frame.f_back

    def end(self) -> None:
        sys.settrace(self._tracer)

    def _trace(self, frame: FrameType, event: str, _argument: object) -> Any:
        if frame.f_code.co_filename not in self.FILES:
            return None
        if event == "line":
            self.left -= 1
            if self.left == 0:
                signal.raise_signal(signal.SIGTERM)
        return self._trace


def _patch_before(strike: _Strike, patch: pytest.MonkeyPatch) -> None:
    """Strike between the making of the engine and its first task."""
    make, run = Engine.__init__, Engine.run

    def made(engine: Engine, *arguments: Any, **options: Any) -> None:
        make(engine, *arguments, **options)
        strike.begin()

    async def ran(engine: Engine) -> str:
        strike.end()
        return await run(engine)

    patch.setattr(Engine, "__init__", made)
    patch.setattr(Engine, "run", ran)


def _patch_behind(strike: _Strike, patch: pytest.MonkeyPatch) -> None:
    """Strike behind the engine's last answer."""
    run = Engine.run

    async def ran(engine: Engine) -> str:
        reason = await run(engine)
        strike.begin()
        return reason

    patch.setattr(Engine, "run", ran)


@pytest.mark.parametrize(
    ("patch_engine", "status"), [(_patch_before, Status.UNSENT), (_patch_behind, Status.SUCCEEDED)]
)
def test_a_signal_at_any_moment_beside_the_engine_is_heeded_and_loses_no_outcome(
    desk: Desk, patch_engine: Callable[[_Strike, pytest.MonkeyPatch], None], status: Status
) -> None:
    desk.dialer()
    settings = load(desk.config)
    failures: list[str] = []
    # A strike amid their return leaves the handlers of others too; a command ends there, a test does not.
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        for line in count(1):
            signal.signal(signal.SIGTERM, _terminate)
            strike = _Strike(line)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(threading, "excepthook", lambda failure: failures.append(str(failure.exc_value)))
                patch_engine(strike, patch)
                heeded, state = _struck(desk, desk.folder / f"state{line}", settings, strike)
            if strike.left > 0:
                break
            assert (heeded, state, failures) == (True, status, []), f"line {line}"
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert line > 10


def _struck(desk: Desk, state: Path, settings: Settings, strike: _Strike) -> tuple[bool, Status]:
    """Send row 3 while there is a strike; whether it was heeded, and the state of the row behind it."""
    with open_journal(state) as journal:
        in_flight(journal, desk.folder)
        try:
            sent = sender.send(journal, journal.run(RUN), settings, desk.environment, Said(), rows=2, keep_going=False)
            heeded = sent.signal_number == signal.SIGTERM
        except _Interrupted:
            heeded = True
        finally:
            strike.end()
    with open_journal(state) as journal:
        return heeded, journal.states(RUN, [3])[3]


@pytest.mark.parametrize("word", ["hold", "send"])
@pytest.mark.parametrize("name", ["no_answer", "unknown"])
def test_rows_in_doubt_are_sent_again_as_the_settings_say(desk: Desk, name: str, word: str) -> None:
    desk.settings("http://127.0.0.1:1", f'[retry]\n{name} = "{word}"\n')
    policy = sender._policy(load(desk.config))
    again = {"no_answer": policy.resend_no_answer, "unknown": policy.resend_unknown}
    assert again == {"no_answer": False, "unknown": False, name: word == "send"}
