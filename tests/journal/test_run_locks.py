"""The locks of runs, and what taking one settles."""

import asyncio
import os
import secrets
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.errors import BusyError, JournalError
from leadsync.journal import Journal
from leadsync.models import Status
from tests.journal.conftest import OpenStore
from tests.journal.samples import (
    CUT,
    OK,
    RUN,
    a_run,
    attempt,
    ends,
    entry,
    sending,
)


def test_a_run_is_held_by_one_and_the_other_hears_by_whom(
    journal: Journal, tmp_path: Path, open_store: OpenStore
) -> None:
    journal.hold(RUN)
    with open_store() as other:
        with pytest.raises(BusyError, match=f"Run {RUN} .*process {os.getpid()}"):
            other.hold(RUN)
        assert not other.try_hold(RUN)
    journal.hold(RUN)
    journal.release(RUN)
    with open_store() as other:
        other.hold(RUN)
    journal.hold(RUN)


@pytest.mark.parametrize("open_store", ["sqlite"], indirect=True)
@pytest.mark.skipif(os.name == "nt", reason="nobody can remove an open file there")
def test_a_run_whose_lock_file_was_removed_goes_on_in_one_process_alone(
    journal: Journal, tmp_path: Path, open_store: OpenStore
) -> None:
    journal.add(RUN, [entry(2), entry(3), entry(4)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await log.begin(2, 1)
            log.leaves(2, 1)
            assert log.may_send()
            (tmp_path / "locks" / f"{RUN}.lock").unlink()
            assert not log.may_send(), "no call leaves any more"
            with pytest.raises(JournalError, match=f"lock file of run {RUN} was removed .* `leadsync resume {RUN}`"):
                await log.begin(3, 1)
            with open_store() as other:
                other.hold(RUN)
                assert ends(other) == {2: Status.UNKNOWN, 3: Status.UNSENT, 4: Status.UNSENT}
                for change in (lambda: journal.settle(RUN), lambda: journal.update_run(RUN, stopped="x")):
                    with pytest.raises(JournalError, match="was removed"):
                        change()

    with pytest.raises(JournalError, match="was removed"):
        asyncio.run(send())
    with open_store() as other:
        assert not other.run(RUN).stopped


@pytest.mark.parametrize("open_store", ["sqlite"], indirect=True)
@pytest.mark.skipif(os.name == "nt", reason="nobody can remove an open file there")
def test_an_answer_that_comes_after_the_lock_file_was_removed_is_kept(journal: Journal, tmp_path: Path) -> None:
    journal.add(RUN, [entry(2)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await log.begin(2, 1)
            log.leaves(2, 1)
            (tmp_path / "locks" / f"{RUN}.lock").unlink()
            await log.finish(2, 1, OK, Status.SUCCEEDED)

    with pytest.raises(JournalError, match="was removed"):
        asyncio.run(send())
    assert ends(journal) == {2: Status.SUCCEEDED}


def test_a_try_waits_for_nobody(journal: Journal, open_store: OpenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.hold(RUN)

    def sleep(seconds: float) -> None:
        raise AssertionError(f"it sleeps for {seconds} s")

    with open_store() as other:
        monkeypatch.setattr("time.sleep", sleep)
        assert not other.try_hold(RUN)


def test_holders_are_named_where_several_machines_share_the_journal(
    journal: Journal, request: pytest.FixtureRequest
) -> None:
    assert journal.holders() == {}
    journal.hold(RUN)
    held = journal.holders()
    if request.node.callspec.params["open_store"] == "sqlite":
        assert held == {}
    else:
        assert (held[RUN].host, held[RUN].pid) == (socket.gethostname(), os.getpid())
        assert str(held[RUN]) == f"{socket.gethostname()}, process {os.getpid()}"
    journal.release(RUN)
    assert journal.holders() == {}


def test_a_journal_that_is_closed_holds_nothing(tmp_path: Path, open_store: OpenStore) -> None:
    with open_store() as journal:
        journal.create(a_run(tmp_path))
        journal.hold(RUN)
    with open_store() as other:
        assert other.try_hold(RUN)


def test_only_a_held_run_is_sent(journal: Journal) -> None:
    with pytest.raises(JournalError, match="without its lock"):
        journal.log(RUN, resend_unknown=False, by_priority=False)


def draw_ids(monkeypatch: pytest.MonkeyPatch, given: Iterator[str]) -> None:
    """Let the ends of run ids be these; a longer text, the name of a temporary file, is drawn as ever."""
    drawn = secrets.token_hex
    monkeypatch.setattr("secrets.token_hex", lambda size: next(given) if size == 2 else drawn(size))


def test_ids_of_new_runs_are_new(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    given = iter(["7f3a", "7f3a", "0001"])
    draw_ids(monkeypatch, given)
    now = datetime(2026, 11, 23, 21, 4, 55, tzinfo=UTC)
    assert journal.new_run_id(now) == "20261123-210455-0001"


def test_an_id_that_another_process_has_drawn_but_not_used_yet_is_not_taken(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_store: OpenStore
) -> None:
    given = iter(["0001", "0001", "0002"])
    draw_ids(monkeypatch, given)
    now = datetime(2026, 11, 23, 21, 4, 55, tzinfo=UTC)
    with open_store() as other:
        assert other.new_run_id(now) == "20261123-210455-0001"
        assert journal.new_run_id(now) == "20261123-210455-0002"
        assert not other.try_hold("20261123-210455-0002"), "its lock is held from the start"


def test_holding_a_run_settles_what_a_killed_process_left_in_flight(journal: Journal, open_store: OpenStore) -> None:
    """Only an attempt that has left is in doubt; the rows that waited for a slot are as they were."""
    journal.add(RUN, [entry(2), entry(3), entry(4)])

    async def die(dying: Journal) -> None:
        async with sending(dying, RUN) as log:
            await attempt(log, 4, CUT, Status.UNKNOWN)
            for number, count in ((2, 1), (3, 1), (4, 2)):
                await log.begin(number, count)
            log.leaves(2, 1)

    with open_store() as dying:
        asyncio.run(die(dying))
    with open_store() as other:
        other.hold(RUN)
        records = {record.number: record for record in other.records(RUN)}
    assert {number: record.status for number, record in records.items()} == {
        2: Status.UNKNOWN,
        3: Status.UNSENT,
        4: Status.UNKNOWN,
    }
    assert [records[number].attempts for number in (2, 3, 4)] == [1, 0, 1]


def test_what_was_in_flight_when_the_process_died_is_unknown(journal: Journal) -> None:
    journal.add(RUN, [entry(2), entry(3, harmless=True), entry(4)])

    async def die() -> None:
        async with sending(journal, RUN) as log:
            for number in (2, 3):
                await log.begin(number, 1)
                log.leaves(number, 1)

    asyncio.run(die())
    assert journal.settle(RUN) == 2
    assert ends(journal) == {2: Status.UNKNOWN, 3: Status.UNKNOWN, 4: Status.UNSENT}

    async def go_on() -> tuple[list[tuple[int, bool]], dict[str, int]]:
        async with sending(journal, RUN) as log:
            return [(row.number, row.in_doubt) for row in await log.pending(0, 10)], await log.undecided()

    sendable, undecided = asyncio.run(go_on())
    assert sendable == [(3, True), (4, False)], "a harmless row goes again, the other waits for a person"
    assert undecided == {"L2": 2}


def test_rows_in_flight_are_settled_as_soon_as_nobody_holds_their_run(journal: Journal, open_store: OpenStore) -> None:
    journal.add(RUN, [entry(2)])

    async def begin(sender: Journal) -> None:
        async with sending(sender, RUN) as log:
            await log.begin(2, 1)
            log.leaves(2, 1)

    with open_store() as sender:
        sender.hold(RUN)
        assert journal.settle_if_dead(RUN), "none is in flight"
        asyncio.run(begin(sender))
        assert not journal.settle_if_dead(RUN)
        assert [record.message for record in journal.records(RUN)] == [""]
    assert journal.settle_if_dead(RUN)
    assert [record.message for record in journal.records(RUN)] == [
        "leadsync ended while this row's request was under way"
    ]
    with open_store() as other:
        assert other.try_hold(RUN), "the lock was taken for that alone"
