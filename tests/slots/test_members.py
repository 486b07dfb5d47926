"""The share of a process in slots that a database counts: what it takes, says, and does with a lease that has ended."""

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from leadsync.errors import JournalError, Stopped
from leadsync.journal import open_journal
from leadsync.slot_shares import OtherMember, SlotGrant, SlotReport
from leadsync.slots import GrantedSlot, MemberSlots, members, slot_wait


def yes() -> bool:
    return True


class Database:
    """Grants by hand, and what was reported."""

    def __init__(self) -> None:
        self.grants = [SlotGrant(4, 4)]
        """The last one is given again and again."""
        self.reports: list[SlotReport] = []
        self.left: list[tuple[int, float]] = []
        self.failure: JournalError | None = None

    def renew(self, report: SlotReport, lease_seconds: float) -> SlotGrant:
        assert lease_seconds == 3.0
        if self.failure is not None:
            raise self.failure
        self.reports.append(report)
        return self.grants.pop(0) if len(self.grants) > 1 else self.grants[0]

    def leave(self, slots: int, rest_seconds: float) -> None:
        self.left.append((slots, rest_seconds))

    def close(self) -> None:
        pass

    def wait(self, renewals: int) -> None:
        """Wait for so many more renewals."""
        wanted = len(self.reports) + renewals
        while len(self.reports) < wanted:
            time.sleep(0.005)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "RENEW_SECONDS", 0.01)
    monkeypatch.setattr(slot_wait, "SAY_AFTER_SECONDS", 0.1)


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def slots(database: Database, said: list[str]) -> Iterator[MemberSlots]:
    with MemberSlots(database, 4, said.append, give_up_seconds=0.3, run_lease_seconds=15.0) as slots:
        yield slots


def take(slots: MemberSlots, count: int) -> list[GrantedSlot]:
    taken = [slots._try() for _ in range(count)]
    return [slot for slot in taken if slot]


def test_no_more_slots_are_taken_than_granted(slots: MemberSlots) -> None:
    held = take(slots, 6)
    assert len(held) == 4
    held[0].release()
    held[0].release()
    assert len(take(slots, 6)) == 1, "a slot is given back once"


def test_beyond_the_fair_share_no_call_begins_and_what_ends_is_given_back(
    slots: MemberSlots, database: Database
) -> None:
    held = take(slots, 4)
    database.grants = [SlotGrant(4, 2)]
    database.wait(2)
    assert database.reports[-1].keeps == 4
    for slot in held[:3]:
        slot.release()
    database.wait(2)
    assert database.reports[-1].keeps == 2
    assert len(take(slots, 4)) == 1


def test_a_slot_given_back_goes_to_the_first_that_waits_and_each_wakes_the_next(
    slots: MemberSlots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "POLL_SECONDS", 3600.0)
    order: list[int] = []

    async def wait(number: int) -> None:
        slot = await slots.take(yes)
        assert slot is not None
        order.append(number)
        await asyncio.sleep(0)
        slot.release()

    async def go() -> None:
        held = take(slots, 4)
        async with asyncio.TaskGroup() as group:
            for number in range(5):
                group.create_task(wait(number))
            await asyncio.sleep(0.02)
            held[0].release()

    asyncio.run(go())
    assert order == [0, 1, 2, 3, 4]


def test_who_wants_no_slot_any_more_gets_none(slots: MemberSlots) -> None:
    wanted = True

    async def go() -> None:
        nonlocal wanted
        take(slots, 4)
        waiting = [asyncio.create_task(slots.take(lambda: wanted)) for _ in range(3)]
        await asyncio.sleep(0.02)
        wanted = False
        async with asyncio.timeout(60):
            assert await asyncio.gather(*waiting) == [None, None, None]

    asyncio.run(go())


def test_who_wants_none_any_more_does_not_wait_behind_the_first(slots: MemberSlots) -> None:
    wanted = True

    async def go() -> None:
        nonlocal wanted
        held = take(slots, 4)
        first = asyncio.create_task(slots.take(yes))
        second = asyncio.create_task(slots.take(lambda: wanted))
        await asyncio.sleep(0)
        wanted = False
        async with asyncio.timeout(60):
            assert await second is None
        held[0].release()
        assert await first is not None

    asyncio.run(go())


def test_a_slot_is_given_back_between_two_reports(slots: MemberSlots) -> None:
    guarded: list[bool] = []

    class Held(set[GrantedSlot]):
        def remove(self, slot: GrantedSlot) -> None:
            guarded.append(slots._guard.locked())
            super().remove(slot)

    [slot] = take(slots, 1)
    slots._held = Held(slots._held)
    slot.release()
    assert guarded == [True]
    assert len(take(slots, 6)) == 4


def test_after_a_sleep_beyond_the_lease_no_call_leaves_in_a_slot_from_before(
    slots: MemberSlots, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    [slot] = take(slots, 1)
    assert slot.lasts()
    database.failure = JournalError("the database is away")
    real = members.clock
    monkeypatch.setattr(members, "clock", lambda: real() + 3.1)
    assert not slot.lasts()
    assert take(slots, 1) == []
    before = len(database.reports)
    database.failure = None
    database.wait(2)
    assert [report.keeps for report in database.reports[before : before + 2]] == [1, 4], (
        "first the call under way alone, then all"
    )
    assert not slot.lasts(), "it is one of the slots from before"
    [anew] = take(slots, 1)
    assert anew.lasts()


def test_a_call_given_up_keeps_its_slot_for_a_rest(slots: MemberSlots) -> None:
    [slot] = take(slots, 1)
    slot.release(finished=False)
    assert len(take(slots, 4)) == 3


def test_slots_held_at_the_end_rest_like_those_of_a_killed_process(database: Database, said: list[str]) -> None:
    with MemberSlots(database, 4, said.append, give_up_seconds=1, run_lease_seconds=15.0) as slots:
        take(slots, 2)
    assert database.left == [(2, 72.0)], "no call was seen to end; the lease is part of the 75 seconds"
    database.left.clear()
    with MemberSlots(database, 4, said.append, give_up_seconds=1, run_lease_seconds=15.0) as slots:
        for slot in take(slots, 2):
            slot.release()
    assert database.left == [(0, 0.0)]


def test_the_rest_after_a_kill_follows_the_longest_call(slots: MemberSlots, database: Database) -> None:
    assert database.reports[0].rest_seconds == 72.0, "no call was seen to end"
    for seconds, rest in [(0.15, 17.0), (9.9, 17.0), (20.0, 37.0)]:
        [slot] = take(slots, 1)
        slot.begun -= seconds
        slot.release()
        database.wait(2)
        assert database.reports[-1].rest_seconds == pytest.approx(rest, abs=0.1)
    [slot] = take(slots, 1)
    slot.begun -= 30.5
    database.wait(2)
    assert database.reports[-1].rest_seconds == 72.0, "a call is late, and the next may be as late as any"


def test_the_first_call_that_ends_is_told_at_once(
    database: Database, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "RENEW_SECONDS", 60.0)
    with MemberSlots(database, 4, said.append, give_up_seconds=1, run_lease_seconds=15.0) as slots:
        take(slots, 1)[0].release()
        database.wait(1)
        assert [report.rest_seconds for report in database.reports] == [72.0, 17.0]


@pytest.mark.parametrize(("run_lease", "rest"), [(5.0, 7.0), (15.0, 17.0), (60.0, 62.0), (300.0, 72.0)])
def test_quick_calls_rest_after_a_kill_until_seven_seconds_beyond_the_runs_lease(
    database: Database, said: list[str], run_lease: float, rest: float
) -> None:
    with MemberSlots(database, 4, said.append, give_up_seconds=1, run_lease_seconds=run_lease) as slots:
        take(slots, 1)[0].release()
        database.wait(2)
    assert database.reports[-1].rest_seconds == rest, "the lease of the slots, 3 s, comes before it"


def test_after_a_late_call_was_given_up_others_that_are_given_up_rest_as_long(slots: MemberSlots) -> None:
    late, early = take(slots, 2)
    assert slots.rest_seconds == 5.0
    late.begun -= 3.0
    late.release(finished=False)
    assert slots.rest_seconds == 75.0
    early.release(finished=False)
    assert slots._rests[-1] > time.monotonic() + 70.0


def test_the_wish_is_the_most_of_the_last_moments(slots: MemberSlots, database: Database) -> None:
    assert database.reports[0].wanted == 4
    database.wait(6)
    assert database.reports[-1].wanted == 1
    for slot in take(slots, 3):
        slot.release()
    database.wait(2)
    assert database.reports[-1].wanted == 3


def test_a_run_begins_after_the_calls_of_members_that_have_gone(
    slots: MemberSlots, database: Database, said: list[str]
) -> None:
    gone = OtherMember("process 9 on office-c", 1, rests_seconds=1.5)
    database.grants = [SlotGrant(3, 3, others=(gone, OtherMember("process 7 on office-b", 1)))]
    database.wait(2)
    asyncio.run(slots.rested(lambda: not said, killed=True))
    assert said[0] == (
        "rows wait for the dialer's slots: 1 rests, because process 9 on office-c has gone and may "
        "still have calls under way"
    )
    database.grants = [SlotGrant(3, 3, others=(OtherMember("process 7 on office-b", 1),))]
    database.wait(2)
    asyncio.run(slots.rested(yes, killed=True))
    assert said[1:] == [""]


def test_a_wait_for_rests_is_told_once_though_other_rows_find_slots(
    slots: MemberSlots, database: Database, said: list[str]
) -> None:
    database.grants = [SlotGrant(1, 1, others=(OtherMember("process 9 on office-c", 3, rests_seconds=9.0),))]
    database.wait(2)

    async def other_rows() -> None:
        for _ in range(3):
            (held,) = take(slots, 1)
            asyncio.get_running_loop().call_later(0.02, held.release)
            found = await slots.take(yes)
            assert found is not None
            found.release()
            await asyncio.sleep(0.02)

    async def go() -> None:
        sent = asyncio.create_task(other_rows())
        await slots.rested(lambda: not sent.done(), killed=False)

    asyncio.run(go())
    assert [words[:46] for words in said] == ["rows wait for the dialer's slots: 3 rest, beca", ""]


def test_a_long_wait_names_the_holders_and_ends_the_run(
    slots: MemberSlots, database: Database, said: list[str]
) -> None:
    idle = OtherMember("process 8 on office-b", 0)
    others = (OtherMember("process 7 on office-b", 3), idle, OtherMember("process 9 on office-c", 1, rests_seconds=1.5))
    database.grants = [SlotGrant(0, 0, others=others)]
    database.wait(2)
    why = (
        "3 held by process 7 on office-b, 1 rests, because process 9 on office-c has gone and may still have calls "
        "under way"
    )
    with pytest.raises(Stopped, match="no slot of the dialer came free since") as stopped:
        asyncio.run(slots.take(yes))
    assert why in str(stopped.value)
    assert len(said) == 1
    assert said[0].startswith(f"no slot of the dialer is free: {why}; this run waits until ")


def test_a_long_wait_names_the_own_slots_at_rest(slots: MemberSlots, database: Database, said: list[str]) -> None:
    database.grants = [SlotGrant(2, 2, others=(OtherMember("process 7 on office-b", 2),))]
    database.wait(2)
    for slot in take(slots, 2):
        slot.release(finished=False)
    assert asyncio.run(slots.take(lambda: not said)) is None
    assert re.fullmatch(
        r"no slot of the dialer is free: 2 held by process 7 on office-b, 2 rest until \d\d:\d\d:\d\d, because the "
        r"dialer may still be at calls that were cut or killed",
        said[0],
    )


def test_a_database_that_is_away_is_the_reason_of_a_wait(
    slots: MemberSlots, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.failure = JournalError("The journal cannot be used")
    real = members.clock
    monkeypatch.setattr(members, "clock", lambda: real() + 3.1)
    with pytest.raises(Stopped, match="The journal cannot be used"):
        asyncio.run(slots.take(yes))


def test_the_reserve_is_left_free_by_all_together(database: Database, said: list[str]) -> None:
    with MemberSlots(database, 8, said.append, give_up_seconds=1, run_lease_seconds=15.0, reserve=2):
        assert database.reports[0].slots == 6


def test_another_measures_and_its_number_is_taken(database: Database) -> None:
    database.grants = [SlotGrant(1, 1, others=(OtherMember("process 7 on office-b", 500),))]
    said: list[str] = []

    def say(words: str) -> None:
        said.append(words)
        database.grants = [SlotGrant(1, 1, others=(OtherMember("process 7 on office-b", 16, knows=16),))]

    with MemberSlots(database, 512, say, give_up_seconds=1, run_lease_seconds=15.0, known=False) as slots:
        assert asyncio.run(slots.known_elsewhere()) == 16
        assert {report.wanted for report in database.reports} == {1}, "it takes nothing from the one that measures"
        slots.resize(16)
        database.wait(2)
        assert database.reports[-1][0] == 16
        assert database.reports[-1].knows == 16
    assert said == ["another leadsync is finding out how many calls the dialer runs at once; waiting for it"]


def test_the_first_member_measures_with_all_slots(database: Database, said: list[str]) -> None:
    database.grants = [SlotGrant(1, 1), SlotGrant(512, 512, first_to_measure=True)]
    with MemberSlots(database, 512, said.append, give_up_seconds=1, run_lease_seconds=15.0, known=False) as slots:
        assert asyncio.run(slots.known_elsewhere()) == 0
        database.wait(2)
        assert database.reports[-1].wanted == 512
        assert slots.used_by_others() == 0


def test_of_two_machines_one_measures_and_both_have_its_number(postgres_url: str, tmp_path: Path) -> None:
    told: list[list[str]] = [[], []]
    with ExitStack() as opened:
        both = []
        for words in told:
            journal = opened.enter_context(open_journal(tmp_path, postgres_url))
            member = journal.slot_member("pbx.example.com:443")
            assert member is not None
            slots = MemberSlots(member, 512, words.append, give_up_seconds=1, run_lease_seconds=15.0, known=False)
            both.append(opened.enter_context(slots))
        first, second = both

        async def measure() -> int:
            assert await first.known_elsewhere() == 0
            await asyncio.sleep(0.1)
            first.resize(16)
            return 0

        async def go() -> list[int]:
            return await asyncio.gather(measure(), second.known_elsewhere())

        assert asyncio.run(go()) == [0, 16]
    assert told == [[], ["another leadsync is finding out how many calls the dialer runs at once; waiting for it"]]
