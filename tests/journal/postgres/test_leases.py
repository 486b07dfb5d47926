"""The lease of a run: who has it, when it passes on, and what its earlier holder may still do."""

import asyncio
import time
from datetime import UTC, datetime

import psycopg
import pytest

from leadsync.errors import BusyError, JournalError
from leadsync.journal import State
from leadsync.journal.postgres import PostgresJournal, leases
from leadsync.journal.run_log import LeaseLostError
from leadsync.models import Effect, Outcome, Status
from leadsync.reasons import Skip, SkipKind
from tests.journal.postgres.conftest import OpenMachine
from tests.journal.samples import CUT, OK, RUN, entry, sending, stands

ENDED = "leadsync ended while this row's request was under way"


def expire(url: str) -> None:
    """The holders have not renewed their leases for too long."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE leadsync.leases SET expires = clock_timestamp() - interval '1 second'")


def test_a_lease_is_free_once_its_holder_has_not_renewed_it(
    journal: PostgresJournal, open_machine: OpenMachine, postgres_url: str
) -> None:
    journal.hold(RUN)
    other = open_machine("second")
    with pytest.raises(BusyError, match=r"process \d+ on .*the run is free in 1[45] seconds"):
        other.hold(RUN)
    expire(postgres_url)
    assert other.try_hold(RUN)
    assert (journal._leases.epoch(RUN), other._leases.epoch(RUN)) == (1, 2)


def test_the_time_of_a_holding_is_the_databases(journal: PostgresJournal, postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION leadsync.this_moment() RETURNS DOUBLE PRECISION LANGUAGE SQL "
            "AS $$ SELECT 1e9::double precision $$"
        )
    journal.release(RUN)
    journal.hold(RUN)
    since = datetime.fromisoformat(journal.holders()[RUN].since)
    assert since == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)


def test_a_lease_is_renewed_for_as_long_as_its_journal_is_open(
    journal: PostgresJournal, open_machine: OpenMachine
) -> None:
    holder, other = open_machine("second", lease=1.2), open_machine("third")
    holder.hold(RUN)
    time.sleep(2.0)
    assert not other.try_hold(RUN)
    holder.release(RUN)
    assert other.try_hold(RUN)


def test_a_holder_does_not_send_in_the_last_second_of_its_lease(
    journal: PostgresJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine's clock goes on while nothing is renewed, as after a SIGSTOP."""
    journal.hold(RUN)
    begun = leases.clock()
    moments = iter([begun + 13.5, begun + 15.0])
    monkeypatch.setattr(leases, "clock", lambda: next(moments))
    assert [journal._leases.may_send(RUN), journal._leases.may_send(RUN)] == [True, False]
    assert not journal._leases.may_send("another")


def test_of_a_run_taken_over_by_another_machine_every_row_in_flight_is_in_doubt(
    journal: PostgresJournal, open_machine: OpenMachine, postgres_url: str
) -> None:
    """The marks of the first machine lie there; an older file of the second tells nothing."""
    journal.add(RUN, [entry(2), entry(3)])

    async def begin(machine: PostgresJournal) -> None:
        async with sending(machine, RUN) as log:
            await log.begin(2, 1)
            await log.begin(3, 1)
            log.leaves(2, 1)

    asyncio.run(begin(journal))
    expire(postgres_url)
    open_machine("second").hold(RUN)
    assert stands(journal) == {2: (Status.UNKNOWN, 1, ENDED), 3: (Status.UNKNOWN, 1, ENDED)}


def test_marks_of_an_earlier_holding_are_none_of_a_later_holders_attempts(
    journal: PostgresJournal, open_machine: OpenMachine, postgres_url: str
) -> None:
    """The first machine has marks of its own holding; the second began the row and has gone."""
    journal.add(RUN, [entry(2)])
    journal._leases.take(RUN, 0)

    async def begin(machine: PostgresJournal, *, leave: bool) -> None:
        async with machine.log(RUN) as log:
            if leave:
                await log.begin(2, 1)
                log.leaves(2, 1)

    asyncio.run(begin(journal, leave=False))
    expire(postgres_url)
    second = open_machine("second")
    second.hold(RUN)
    asyncio.run(begin(second, leave=True))
    expire(postgres_url)
    third = open_machine()
    third.hold(RUN)
    assert stands(third) == {2: (Status.UNKNOWN, 1, ENDED)}


def test_a_late_answer_ends_its_own_attempt_and_nothing_else_is_written(
    journal: PostgresJournal, open_machine: OpenMachine, postgres_url: str
) -> None:
    """Row 2 is in doubt, a person has decided on 3, and 4 was begun again by the new holder."""
    journal.add(RUN, [entry(2), entry(3), entry(4, harmless=True), entry(5)])
    second = open_machine("second")

    async def take_over() -> None:
        async with sending(second, RUN) as log:
            await log.begin(4, 2)
            await log.finish(4, 2, CUT, Status.UNKNOWN)

    async def send() -> None:
        async with sending(journal, RUN) as log:
            for number in (2, 3, 4):
                await log.begin(number, 1)
                log.leaves(number, 1)
            expire(postgres_url)
            second.hold(RUN)
            second.resolve(RUN, [3], State.FAILED, "not applied")
            await asyncio.to_thread(lambda: asyncio.run(take_over()))
            with pytest.raises(LeaseLostError, match="taken over"):
                await log.begin(5, 1)
            for number in (2, 3, 4):
                with pytest.raises(LeaseLostError):
                    await log.finish(number, 1, OK, Status.SUCCEEDED)
            with pytest.raises(LeaseLostError):
                await log.withdraw(5, 1, Status.UNSENT)

    with pytest.raises(LeaseLostError):
        asyncio.run(send())
    assert stands(second) == {
        2: (Status.SUCCEEDED, 1, "OK"),
        3: (Status.FAILED, 1, "a person decided: not applied"),
        4: (Status.UNKNOWN, 2, "cut"),
        5: (Status.UNSENT, 0, ""),
    }
    kept = [(made.number, made.attempt, made.effect, made.ended is None) for made in second.attempts(RUN)]
    assert kept == [(2, 1, "answered", False), (3, 1, "", True), (4, 1, "", True), (4, 2, "in_doubt", False)]
    assert second.tally(RUN).statuses == {
        Status.SUCCEEDED: 1,
        Status.FAILED: 1,
        Status.UNKNOWN: 1,
        Status.UNSENT: 1,
    }


def test_a_late_answer_is_kept_in_the_group_with_a_refused_beginning(
    journal: PostgresJournal, open_machine: OpenMachine, postgres_url: str
) -> None:
    journal.add(RUN, [entry(2), entry(3)])
    refused = Outcome(Effect.ANSWERED, 101, "COULDNT_FIND_THE_LEAD", "no lead", 400)

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await log.begin(2, 1)
            log.leaves(2, 1)
            expire(postgres_url)
            open_machine("second").hold(RUN)
            ended, begun = log.finish(2, 1, refused, Status.FAILED), log.begin(3, 1)
            assert [type(error) for error in await asyncio.gather(ended, begun, return_exceptions=True)] == [
                LeaseLostError,
                LeaseLostError,
            ]

    with pytest.raises(LeaseLostError):
        asyncio.run(send())
    assert stands(journal) == {2: (Status.FAILED, 1, "no lead"), 3: (Status.UNSENT, 0, "")}


def test_a_machine_that_lost_a_run_changes_nothing_of_it(
    journal: PostgresJournal, open_machine: OpenMachine, postgres_url: str
) -> None:
    journal.add(RUN, [entry(2)])
    journal.hold(RUN)
    expire(postgres_url)
    second = open_machine("second")
    second.hold(RUN)
    reason = Skip(SkipKind.UNCHANGED, RUN, 2)
    for change in (
        lambda: journal.update_run(RUN, stopped="the disk is full"),
        lambda: journal.end_live(RUN),
        lambda: journal.settle(RUN),
        lambda: journal.skip(RUN, {2: reason}),
        lambda: journal.confirm(RUN),
        lambda: journal.delete_draft(RUN),
    ):
        with pytest.raises(LeaseLostError, match="taken over by another leadsync"):
            change()
    assert second.run(RUN).stopped == ""
    assert stands(second) == {2: (Status.UNSENT, 0, "")}
    second.update_run(RUN, stopped="asked to")
    journal.release(RUN)
    assert second._leases.epoch(RUN) == 2
    assert not journal.try_hold(RUN), "it has given back a lease that was not its own any more"


def test_of_a_run_that_was_deleted_no_lease_stays(journal: PostgresJournal, postgres_url: str) -> None:
    journal.new_run_id(journal.now())
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        count = "SELECT count(*) FROM leadsync.leases"
        assert connection.execute(count).fetchone() == (1,)
        journal._leases.release_all()
        assert connection.execute(count).fetchone() == (0,)


def test_a_journal_whose_server_has_gone_can_be_closed(
    journal: PostgresJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.hold(RUN)
    journal._server.connection.close()
    monkeypatch.setattr("leadsync.journal.postgres.database.connect", lambda *_, **__: _refuse())
    with pytest.raises(JournalError, match="no server"):
        journal.find(RUN)
    journal._leases.release_all()
    assert journal._leases.epoch(RUN) is None


def _refuse() -> None:
    raise psycopg.OperationalError("no server")
