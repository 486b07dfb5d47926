"""The count of a dialer's slots in the database: who may use how many, and when those of a vanished member are free."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import psycopg
import pytest

from leadsync.journal.postgres.database import PostgresDatabase
from leadsync.journal.postgres.slot_member import PostgresSlotMember
from leadsync.slot_shares import SlotReport

DIALER = "pbx.example.com:443"
NewMember = Callable[..., PostgresSlotMember]


@pytest.fixture
def new_member(postgres_url: str) -> Iterator[NewMember]:
    with closing(PostgresDatabase(postgres_url)) as database, ExitStack() as opened:
        yield lambda dialer=DIALER: opened.enter_context(closing(PostgresSlotMember(database, dialer)))


def vanish(url: str, seconds: float) -> None:
    """The members' leases ended so many seconds ago."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "UPDATE leadsync.slot_members SET expires = clock_timestamp() - make_interval(secs => %s)", [seconds]
        )


def renewed(member: PostgresSlotMember, keeps: int, wanted: int = 16, slots: int = 16) -> tuple[int, int]:
    grant = member.renew(SlotReport(slots, keeps, wanted), 3.0)
    return grant.granted, grant.target


def test_a_member_alone_has_all_slots(new_member: NewMember) -> None:
    assert renewed(new_member(), 0) == (16, 16)


def test_a_second_member_gets_its_share_as_the_first_gives_it_back(new_member: NewMember) -> None:
    first, second = new_member(), new_member()
    assert renewed(first, 0) == (16, 16)
    assert renewed(second, 0) == (0, 0), "all are in use"
    assert renewed(first, 12) == (12, 8), "four calls have ended"
    assert renewed(second, 0) == (4, 4)
    assert renewed(first, 8) == (8, 8)
    assert renewed(second, 4) == (8, 8)


def test_what_a_member_does_not_want_is_for_the_others(new_member: NewMember) -> None:
    first, second, third = new_member(), new_member(), new_member()
    renewed(first, 0, wanted=2)
    renewed(second, 0)
    renewed(third, 0)
    assert renewed(second, 7) == (7, 7)
    assert renewed(third, 0) == (7, 7)
    assert renewed(first, 2, wanted=2) == (2, 2)


def test_the_slots_of_a_vanished_member_are_free_after_its_rest(new_member: NewMember, postgres_url: str) -> None:
    gone, stays = new_member(), new_member()
    renewed(gone, 0)
    vanish(postgres_url, 1.5)
    grant = stays.renew(SlotReport(16, 0, 16), 3.0)
    assert (grant.granted, grant.target) == (0, 0)
    [other] = grant.others
    assert other.slots == 16
    assert 0 < other.rests_seconds < 0.5
    assert "process" in other.holder
    vanish(postgres_url, 2.1)
    assert renewed(stays, 0) == (16, 16)


def test_a_member_that_wakes_keeps_its_calls_under_way_alone(new_member: NewMember, postgres_url: str) -> None:
    asleep, other = new_member(), new_member()
    renewed(asleep, 0)
    vanish(postgres_url, 60)
    assert renewed(other, 0) == (16, 16)
    assert renewed(asleep, 3) == (3, 0), "too many for a moment; they are under way, but no new call begins"
    assert renewed(other, 16) == (16, 8), "it has to give some back"
    assert renewed(other, 13) == (13, 8)
    assert renewed(asleep, 3) == (3, 3)


def test_slots_given_back_are_free_at_once_but_those_of_calls_given_up(new_member: NewMember) -> None:
    first, second = new_member(), new_member()
    renewed(first, 0)
    first.leave(1, 30.0)
    assert renewed(second, 0) == (15, 15)
    second.leave(0, 0.0)
    third = new_member()
    grant = third.renew(SlotReport(16, 0, 16), 3.0)
    assert grant.granted == 15
    assert [other.slots for other in grant.others] == [1]


def test_fewer_slots_than_members_are_taken_in_turn(new_member: NewMember) -> None:
    members = [new_member() for _ in range(3)]
    for member in members:
        renewed(member, 0, slots=1)
    seen = set()
    for _ in range(80):
        targets = [renewed(member, 0, slots=1)[1] for member in members]
        seen.add(targets.index(1) if 1 in targets else None)
        if {0, 1, 2} <= seen:
            return
        time.sleep(0.1)
    raise AssertionError(seen)


def test_dialers_are_counted_apart(new_member: NewMember) -> None:
    assert renewed(new_member(), 0) == (16, 16)
    assert renewed(new_member("other.example.com:443"), 0) == (16, 16)


def test_the_first_without_a_number_measures_and_the_others_learn_it(new_member: NewMember) -> None:
    first, second = new_member(), new_member()
    assert first.renew(SlotReport(512, 0, 512), 3.0).first_to_measure
    assert not second.renew(SlotReport(512, 0, 1), 3.0).first_to_measure
    first.renew(SlotReport(16, 16, 16, knows=16), 3.0)
    grant = second.renew(SlotReport(512, 0, 1), 3.0)
    assert [other.knows for other in grant.others] == [16]
