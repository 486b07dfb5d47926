"""Groups of attempts: what is kept of them, and what is refused."""

import asyncio
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from unittest.mock import MagicMock

import pytest

from leadsync.errors import JournalError
from leadsync.journal import Entry, Journal, State
from leadsync.journal.run_log import GATHER_SECONDS, Begin, Finish, RunLog
from leadsync.models import Effect, Outcome, Row, Status
from leadsync.reasons import Skip, SkipKind
from tests.journal.conftest import OpenStore
from tests.journal.samples import (
    OK,
    RUN,
    a_run,
    sending,
)


@pytest.fixture
def journal(tmp_path: Path, open_store: OpenStore) -> Journal:
    journal = open_store()
    journal.create(a_run(tmp_path))
    journal.add(RUN, [Entry(Row(n, (f"L{n}",)), f"L{n}", {}, harmless=False) for n in range(2, 102)])
    return journal


def test_many_rows_at_once_each_keep_their_own_end(journal: Journal) -> None:
    async def send() -> None:
        async with sending(journal, RUN) as log:
            await asyncio.gather(*(log.begin(n, 1) for n in range(2, 102)))
            for n in range(2, 102):
                failed = Outcome(Effect.ANSWERED, 101, "COULDNT_FIND_THE_LEAD", f"no {n}", 400)
                log.finish(n, 1, OK if n % 2 else failed, Status.SUCCEEDED if n % 2 else Status.FAILED)

    asyncio.run(send())
    for record in journal.records(RUN):
        if record.number % 2:
            expected = (Status.SUCCEEDED, 0, "OK", 1)
        else:
            expected = (Status.FAILED, 101, f"no {record.number}", 1)
        assert (record.status, record.code, record.message, record.attempts) == expected


def test_a_row_may_end_and_begin_again_in_one_group(journal: Journal) -> None:
    again = Outcome(Effect.NOT_PROCESSED, message="busy", http=503)

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await log.begin(2, 1)
            log.finish(2, 1, again, Status.UNSENT)
            await log.begin(2, 2)
            log.finish(2, 2, OK, Status.SUCCEEDED)

    asyncio.run(send())
    record = next(journal.records(RUN))
    assert (record.status, record.code, record.attempts) == (Status.SUCCEEDED, 0, 2)


@pytest.mark.parametrize(
    "text", ["half a character: \ud800", "a NUL: \0 and more", "“ünïcödé” 🙂", 'back\\slash "quote"']
)
def test_whatever_the_dialer_says_can_be_kept(journal: Journal, text: str) -> None:
    said = Outcome(Effect.ANSWERED, 103, "EXCEPTION", text, 500)

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await log.begin(2, 1)
            await log.finish(2, 1, said, Status.FAILED)

    asyncio.run(send())
    assert next(iter(journal.records(RUN))).message == text.replace("\ud800", "?").replace("\0", "?")


@pytest.mark.parametrize("status", [Status.REJECTED, Status.SKIPPED])
def test_an_attempt_comes_to_nothing_that_only_a_row_that_is_not_sent_can_be(journal: Journal, status: Status) -> None:
    async def send() -> None:
        async with sending(journal, RUN) as log:
            await log.begin(2, 1)
            await log.finish(2, 1, OK, status)

    with pytest.raises(JournalError, match=f"Row 2 .* cannot become {status}"):
        asyncio.run(send())
    assert journal.states(RUN, [2]) == {2: Status.UNKNOWN}, "it is still under way"


@pytest.mark.parametrize("attempt", [1, 3])
def test_the_end_of_another_attempt_is_none_of_the_one_under_way(journal: Journal, attempt: int) -> None:
    """As it would arrive from a process that was thought dead."""

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await log.begin(2, 1)
            await log.finish(2, 1, Outcome(Effect.NOT_PROCESSED, message="busy", http=503), Status.UNSENT)
            await log.begin(2, 2)
            await log.finish(2, attempt, OK, Status.SUCCEEDED)

    with pytest.raises(JournalError):
        asyncio.run(send())
    assert journal.states(RUN, [2]) == {2: Status.UNKNOWN}, "its second attempt is still under way"


def test_a_row_that_is_under_way_is_not_begun_once_more(journal: Journal) -> None:
    async def send() -> None:
        async with sending(journal, RUN) as log:
            await log.begin(2, 1)
            await log.begin(2, 2)

    with pytest.raises(JournalError, match=r"Row 2 .* cannot become in_flight"):
        asyncio.run(send())


@pytest.mark.parametrize("decision", [State.SUCCEEDED, State.FAILED])
def test_a_row_that_was_settled_since_it_was_read_is_neither_begun_nor_ended(
    journal: Journal, decision: State, tmp_path: Path
) -> None:
    other = "20261124-000000-0000"
    journal.create(a_run(tmp_path, other))
    journal.add(other, [Entry(Row(n, (f"L{n}",)), f"L{n}", {}, harmless=True) for n in range(2, 7)])

    async def send() -> None:
        async with sending(journal, other, resend_unknown=True) as log:
            for number in (2, 3):
                await log.begin(number, 1)
                await log.finish(number, 1, Outcome(Effect.IN_DOUBT, message="cut"), Status.UNKNOWN)
            await log.begin(6, 1)
            assert len(await log.pending(0, 10)) == 4
            journal.resolve(other, [2, 3], decision, "decided")
            found = await asyncio.gather(
                log.begin(4, 1),
                log.begin(2, 2),
                log.exhaust(3, "not done in 2 attempts", Status.UNKNOWN),
                log.finish(6, 1, OK, Status.SUCCEEDED),
                log.begin(5, 1),
                log.begin(3, 2),
            )
            assert found == [None, decision.status, None, None, None, decision.status]

    asyncio.run(send())
    assert {record.number: (record.status, record.attempts) for record in journal.records(other)} == {
        2: (decision.status, 1),
        3: (decision.status, 1),
        4: (Status.UNKNOWN, 1),
        5: (Status.UNKNOWN, 1),
        6: (Status.SUCCEEDED, 1),
    }


def test_a_reason_for_holding_rows_is_written_to_that_row_alone_and_only_while_it_is_pending(
    journal: Journal, tmp_path: Path
) -> None:
    other = "20261124-000000-0000"
    journal.create(a_run(tmp_path, other))
    journal.add(other, [Entry(Row(3, ("L3",)), "L3", {}, harmless=False)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await log.begin(2, 1)
            await log.finish(2, 1, OK, Status.SUCCEEDED)
            await log.hold(2, 5)
            await log.hold(3, 5)

    asyncio.run(send())
    assert {record.number: record.reason for record in journal.records(RUN) if record.number < 5} == {
        2: None,
        3: Skip(SkipKind.WAITS_FOR_DECISION, row=5),
        4: None,
    }
    assert [record.reason for record in journal.records(other)] == [None]


def test_calls_of_one_moment_share_a_commit() -> None:
    groups = []

    class Writer(MagicMock):
        def commit(self, group: Sequence[object]) -> list[None]:
            groups.append(list(group))
            return [None for _ in group]

    async def begin() -> None:
        async with RunLog(Writer) as log:
            await asyncio.gather(*(log.begin(number, 1) for number in range(2, 102)))

    asyncio.run(begin())
    assert groups == [[Begin(number, 1) for number in range(2, 102)]]


@pytest.mark.parametrize("failure", [JournalError("the disk is full"), OverflowError("too large for the store")])
def test_any_failure_of_the_store_is_told_to_each_call_and_at_the_end(failure: Exception) -> None:
    writer = MagicMock()
    writer.commit.side_effect = failure

    async def send() -> None:
        async with RunLog(lambda: writer) as log:
            for _ in range(2):
                with pytest.raises(type(failure)):
                    await asyncio.wait_for(log.begin(2, 1), 60)

    with pytest.raises(type(failure)):
        asyncio.run(send())
    writer.commit.assert_called_once()


class _Interrupted(BaseException):
    pass


def test_a_signal_at_the_end_waits_for_the_outcomes_under_way() -> None:
    begun, leaves = threading.Event(), threading.Event()
    written: list[object] = []

    class Writer(MagicMock):
        def commit(self, group: Sequence[object]) -> list[None]:
            if not written:
                begun.set()
                leaves.wait(60)
                time.sleep(0.1)
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
                time.sleep(0.1)
            written.extend(group)
            return [None for _ in group]

    def handle(_number: int, _frame: FrameType | None) -> None:
        raise _Interrupted

    async def send() -> None:
        try:
            async with RunLog(Writer) as log:
                log.finish(2, 1, OK, Status.SUCCEEDED)
                while not begun.is_set():
                    await asyncio.sleep(GATHER_SECONDS)
                log.finish(3, 1, OK, Status.SUCCEEDED)
                leaves.set()
        finally:
            assert [work.number for work in written if isinstance(work, Finish)] == [2, 3]

    before = signal.signal(signal.SIGUSR1, handle)
    try:
        with pytest.raises(_Interrupted):
            asyncio.run(send())
    finally:
        signal.signal(signal.SIGUSR1, before)


def _slow_writer(may: threading.Event, numbers: list[int]) -> MagicMock:
    """A store whose commits wait for `may`, and put the rows of their outcomes into `numbers`."""

    def commit(group: Sequence[object]) -> list[None]:
        may.wait(60)
        numbers.extend(work.number for work in group if isinstance(work, Finish))
        return [None for _ in group]

    writer = MagicMock()
    writer.commit.side_effect = commit
    return writer


def test_outcomes_are_written_without_the_loop() -> None:
    may, numbers = threading.Event(), list[int]()

    async def begin() -> RunLog:
        log = await RunLog(lambda: _slow_writer(may, numbers)).__aenter__()
        for number in (2, 3):
            log.finish(number, 1, OK, Status.SUCCEEDED)
            log._hand_over()
            await asyncio.sleep(0.05)
        return log

    log = asyncio.run(begin())
    may.set()
    log._groups.put(None)
    log._thread.join(60)
    assert numbers == [2, 3]


@pytest.mark.parametrize("moment", ["begin", "end"])
def test_an_exception_at_the_beginning_or_the_end_leaves_no_thread_behind(
    moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    may, numbers = threading.Event(), list[int]()
    may.set()
    log = RunLog(lambda: _slow_writer(may, numbers))
    real = log._thread.start if moment == "begin" else log._hand_over

    def struck() -> None:
        real()
        raise _Interrupted

    async def send() -> None:
        async with log:
            log.finish(2, 1, OK, Status.SUCCEEDED)
            monkeypatch.setattr(log, "_hand_over", struck)

    if moment == "begin":
        monkeypatch.setattr(log._thread, "start", struck)
    try:
        with pytest.raises(_Interrupted):
            asyncio.run(send())
        log._thread.join(60)
        assert not log._thread.is_alive()
        assert numbers == ([2] if moment == "end" else [])
    finally:
        log._groups.put(None)
