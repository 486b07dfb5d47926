"""Which slots are free, which rest and for how long, and what happens where the files cannot be used."""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadsync.slots import files, pool
from leadsync.slots.folder import SlotsFolder, file_prefix
from leadsync.slots.pool import HeldSlot, SlotPool

URL = "https://pbx.example.com"


class Clock:
    """The module's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pool, "time", clock)
    return clock


class Members:
    """Pools as processes have them. The kernel keeps their locks apart as it does those of processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.complaints: list[str] = []
        self.pools: list[SlotPool] = []

    def join(
        self, slots: int = 2, knows: int = 0, url: str = URL, *, folder: Path | None = None, second: bool = False
    ) -> SlotPool:
        """A pool with files in `folder`; `second`: in the members' usual folder too."""
        complain = lambda error: self.complaints.append(error.strerror)  # noqa: E731
        usual = SlotsFolder(self.folder)
        folders = SlotsFolder(folder, second=usual if second else None) if folder else usual
        self.pools.append(SlotPool(url, slots, knows, folders, complain))
        return self.pools[-1]

    def kill(self, killed: SlotPool) -> None:
        """What the kernel does: the locks go, the texts stay."""
        for file in killed._files.values():
            file.close()
        self.pools.remove(killed)

    def slot_file(self, number: int) -> Path:
        return self.folder / f"{file_prefix(URL)}-{number}.lock"


@pytest.fixture
def members(tmp_path: Path, clock: Clock) -> Iterator[Members]:
    members = Members(tmp_path / "slots")
    yield members
    for member in members.pools:
        member.close()


def held(slot: HeldSlot | None) -> HeldSlot:
    assert slot is not None
    return slot


def call(member: SlotPool, clock: Clock, seconds: float) -> None:
    """A call that takes so long."""
    slot = held(member.take())
    clock.now += seconds
    slot.release()


def test_no_slot_is_held_twice(members: Members) -> None:
    one, other = members.join(), members.join()
    first, second = held(one.take()), held(other.take())
    assert (first.number, second.number) == (0, 1)
    assert one.take() is None
    assert other.take() is None
    first.release()
    assert held(other.take()).number == 0


def test_the_slot_used_last_is_used_next(members: Members) -> None:
    member = members.join(slots=4)
    slots = [held(member.take()) for _ in range(4)]
    for slot in slots:
        slot.release()
    assert held(member.take()).number == 3
    assert held(member.take()).number == 0


def test_a_slot_is_given_back_once(members: Members) -> None:
    one, other = members.join(slots=1), members.join(slots=1)
    slot = held(one.take())
    slot.release()
    again = held(other.take())
    slot.release()
    slot.release(finished=False)
    assert one.take() is None
    again.release()
    assert one.take() is not None


def test_other_dialers_have_other_slots(members: Members) -> None:
    assert members.join(slots=1).take() is not None
    assert members.join(slots=1, url="https://other.example.com").take() is not None
    assert members.join(slots=1, url=URL + ":443/").take() is None


@pytest.mark.parametrize(
    ("longest", "rest"), [(0.1, 15.0), (7.5, 15.0), (8.0, 16.0), (37.5, 75.0), (60.0, 75.0), (1e6, 75.0)]
)
def test_a_killed_processs_slot_rests_for_twice_the_longest_call_seen(
    members: Members, clock: Clock, longest: float, rest: float
) -> None:
    killed, living = members.join(slots=1), members.join(slots=1)
    call(killed, clock, longest)
    held(killed.take())
    members.kill(killed)
    assert living.take() is None
    clock.now += rest - 0.1
    assert living.take() is None
    assert living.resting() == [pytest.approx(clock.now + 0.1)]
    clock.now += 0.2
    assert living.take() is not None
    assert living.resting() == []


def test_rests_are_found_by_a_look_and_only_slots_of_the_killed_rest(members: Members, clock: Clock) -> None:
    killed, living, idle = members.join(slots=4), members.join(slots=4), members.join(slots=4)
    assert living.rests(killed=True) == [], "no file is there"
    call(killed, clock, 8.0)
    slots = [held(killed.take()) for _ in range(3)]
    slots[1].release()
    assert living.rests(killed=True) == [], "a call of a living process is no rest"
    cut = held(living.take())
    cut.release(finished=False, row_waits=True)
    members.kill(killed)
    ends = pytest.approx(clock.now + 16.0, abs=0.02)
    assert living.rests(killed=True) == [ends] * 2
    assert living.rests(killed=False) == [ends] * 3
    clock.now += 16.1
    assert living.rests(killed=False) == []
    assert [held(idle.take()).number for _ in range(4)] == [0, 1, 2, 3], "a look takes no slot"


def test_a_look_leaves_a_slot_that_is_kept_locked(members: Members, clock: Clock) -> None:
    one, other = keeping(members, slots=1), members.join(slots=1)
    call(one, clock, 0.1)
    assert one.rests(killed=False) == []
    assert other.take() is None
    assert one.take() is not None


def test_a_look_lets_damaged_slots_rest_from_now_on(members: Members, clock: Clock) -> None:
    killed, living = members.join(slots=1), members.join(slots=1)
    clock.now += 500.0
    held(killed.take())
    members.kill(killed)
    clock.now = 3.0
    assert living.rests(killed=True) == [13.0], "the computer was started anew since"


def test_a_call_given_up_now_should_have_ended_after_twice_the_longest(members: Members, clock: Clock) -> None:
    member = members.join(slots=1)
    assert member.rest_seconds == 10.0
    call(member, clock, 7.0)
    assert member.rest_seconds == 14.0
    slot = held(member.take())
    clock.now += 20.0
    member.look_after()
    assert member.rest_seconds == 75.0, "a call is late: the dialer became slow"
    slot.release()


@pytest.mark.parametrize("before", [None, 0.1], ids=["the first process", "the one before was quick"])
def test_a_process_killed_before_it_saw_a_call_end_leaves_calls_of_any_length(
    members: Members, clock: Clock, before: float | None
) -> None:
    if before:
        call(members.join(slots=2), clock, before)
    killed, living = members.join(slots=2), members.join(slots=2)
    held(killed.take())
    held(killed.take())
    members.kill(killed)
    clock.now += 74.9
    assert living.take() is None
    clock.now += 0.2
    assert living.take() is not None


def test_the_first_call_that_ends_tells_how_long_the_others_may_last(members: Members, clock: Clock) -> None:
    killed, living = members.join(slots=2), members.join(slots=2)
    first, _ = held(killed.take()), held(killed.take())
    clock.now += 0.1
    first.release()
    members.kill(killed)
    assert living.rests(killed=True) == [pytest.approx(clock.now + 14.9)]


def test_a_slot_free_again_after_the_first_call_does_not_rest(members: Members, clock: Clock) -> None:
    killed, living = members.join(slots=2), members.join(slots=2)
    killed.keeps = True
    first, _ = held(killed.take()), held(killed.take())
    clock.now += 0.1
    first.release()
    members.kill(killed)
    assert held(living.take()).number == 0


def test_a_call_cut_before_any_was_seen_to_end_rests_for_ten_seconds(members: Members, clock: Clock) -> None:
    """A dialer that cuts calls mostly does so at once, and this process sees how long others take."""
    one, other = members.join(slots=1), members.join(slots=1)
    held(one.take()).release(finished=False)
    clock.now += 9.9
    assert other.take() is None
    clock.now += 0.2
    assert other.take() is not None


def test_the_rest_is_counted_from_the_beginning_of_the_call(members: Members, clock: Clock) -> None:
    killed, living = members.join(slots=1), members.join(slots=1)
    call(killed, clock, 8.0)
    held(killed.take())
    clock.now += 3.0
    members.kill(killed)
    clock.now += 12.9
    assert living.take() is None
    clock.now += 0.2
    assert living.take() is not None


def test_whoever_saw_longer_calls_lets_it_rest_for_longer(members: Members, clock: Clock) -> None:
    killed, living = members.join(slots=2), members.join(slots=2)
    call(killed, clock, 0.1)
    call(living, clock, 8.0)
    held(killed.take())
    members.kill(killed)
    held(living.take())
    clock.now += 15.9
    assert living.take() is None
    clock.now += 0.2
    assert living.take() is not None


def test_who_lets_it_rest_does_not_keep_it_from_others(members: Members, clock: Clock) -> None:
    killed, one, other = (members.join(slots=1) for _ in range(3))
    call(killed, clock, 0.1)
    held(killed.take())
    members.kill(killed)
    assert one.take() is None
    assert other.others() == []
    clock.now += 15.1
    assert other.take() is not None


def test_the_other_slots_are_used_meanwhile(members: Members, clock: Clock) -> None:
    killed, living = members.join(slots=3), members.join(slots=3)
    held(killed.take()).release()
    held(killed.take())
    members.kill(killed)
    numbers = [held(living.take()).number for _ in range(2)]
    assert numbers == [1, 2]
    assert living.take() is None


def test_a_call_that_was_given_up_lets_its_slot_rest_for_all(members: Members, clock: Clock) -> None:
    one, other = members.join(slots=1), members.join(slots=1)
    call(one, clock, 4.0)
    held(one.take()).release(finished=False)
    assert one.take() is None
    assert other.take() is None
    clock.now += 8.1
    assert one.take() is not None


@pytest.mark.parametrize(
    ("usual", "late"),
    [(0.02, 0.21), (0.1, 0.21), (2.0, 3.1), (0.0, 0.21)],
    ids=["quick", "0.1 s", "2 s", "no call yet"],
)
def test_after_a_late_call_the_killed_processs_slots_rest_for_as_long_as_a_call_may_last(
    members: Members, clock: Clock, usual: float, late: float
) -> None:
    killed, living = members.join(slots=2), members.join(slots=2)
    if usual:
        call(killed, clock, usual)
    held(killed.take())
    clock.now += late
    held(killed.take())
    killed.look_after()
    members.kill(killed)
    clock.now += 74.9 - late
    assert living.take() is None
    clock.now += 0.2
    assert living.take() is not None, "75 seconds from the beginning of the first call"
    clock.now += late - 0.2
    assert living.take() is None, "the second is in time, but the dialer is slow"
    clock.now += 0.2
    assert living.take() is not None


@pytest.mark.parametrize(("usual", "in_time"), [(0.02, 0.19), (0.1, 0.19), (2.0, 2.9)])
def test_a_call_that_takes_little_longer_than_usual_is_not_late(
    members: Members, clock: Clock, usual: float, in_time: float
) -> None:
    killed, living = members.join(slots=1), members.join(slots=1)
    call(killed, clock, usual)
    held(killed.take())
    clock.now += in_time
    killed.look_after()
    members.kill(killed)
    clock.now += 15.1 - in_time
    assert living.take() is not None


def test_once_the_late_call_has_ended_its_length_is_what_counts(members: Members, clock: Clock) -> None:
    killed, living = members.join(slots=1), members.join(slots=1)
    call(killed, clock, 0.1)
    late = held(killed.take())
    clock.now += 8.0
    killed.look_after()
    late.release()
    held(killed.take())
    members.kill(killed)
    clock.now += 15.9
    assert living.take() is None
    clock.now += 0.2
    assert living.take() is not None


def test_calls_beside_the_late_one_rest_by_its_length_as_soon_as_it_has_ended(members: Members, clock: Clock) -> None:
    """The first calls of a run are all late: none was seen to end before."""
    killed, living = members.join(slots=2), members.join(slots=2)
    first, _ = held(killed.take()), held(killed.take())
    clock.now += 0.5
    killed.look_after()
    first.release()
    members.kill(killed)
    clock.now += 14.4
    assert living.rests(killed=True) == [pytest.approx(clock.now + 0.1)]


def test_slots_that_were_taken_while_a_call_was_late_rest_for_less_once_it_has_ended(
    members: Members, clock: Clock
) -> None:
    killed, living = members.join(slots=2), members.join(slots=2)
    call(killed, clock, 0.1)
    late = held(killed.take())
    clock.now += 8.0
    killed.look_after()
    begun = clock.now
    held(killed.take())
    clock.now += 0.1
    late.release()
    members.kill(killed)
    # Twice the longest call.
    assert living.rests(killed=True) == [pytest.approx(begun + 16.2)]


def test_a_late_call_that_is_given_up_lets_its_slot_rest_as_after_a_kill(members: Members, clock: Clock) -> None:
    one, other = members.join(slots=1), members.join(slots=1)
    call(one, clock, 0.1)
    late = held(one.take())
    clock.now += 3.0
    late.release(finished=False)
    clock.now += 71.9
    assert other.take() is None
    clock.now += 0.2
    assert other.take() is not None


def test_after_a_late_call_was_given_up_others_that_are_given_up_rest_as_long(members: Members, clock: Clock) -> None:
    """The dialer has become slow, and nobody sees how slow: the late call's end will not be told."""
    member = members.join(slots=3)
    call(member, clock, 0.1)
    late = held(member.take())
    clock.now += 3.0
    late.release(finished=False)
    early = held(member.take())
    clock.now += 0.05
    call(member, clock, 0.1)
    member.look_after()
    early.release(finished=False)
    assert member.rest_seconds == 75.0
    third = held(member.take())
    assert third.number == 2
    assert member.take() is None
    third.release()
    assert max(member.resting()) == pytest.approx(clock.now + 74.85)
    clock.now += 74.9
    member.look_after()
    assert member.rest_seconds == 5.0


def test_whoever_has_a_late_call_lets_slots_of_others_rest_longer(members: Members, clock: Clock) -> None:
    killed, living = members.join(slots=2), members.join(slots=2)
    call(living, clock, 0.1)
    held(living.take())
    clock.now += 1.0
    held(killed.take())
    members.kill(killed)
    living.look_after()
    clock.now += 74.9
    assert living.take() is None
    clock.now += 0.2
    assert living.take() is not None


def test_the_longest_call_is_known_to_the_next_process(members: Members, clock: Clock) -> None:
    call(members.join(slots=1), clock, 8.0)
    second, living = members.join(slots=1), members.join(slots=1)
    call(second, clock, 0.1)
    held(second.take())
    members.kill(second)
    clock.now += 15.9
    assert living.take() is None
    clock.now += 0.2
    assert living.take() is not None


def test_a_long_call_of_the_past_is_forgotten_bit_by_bit(members: Members, clock: Clock) -> None:
    killed, living = members.join(slots=1), members.join(slots=1)
    call(killed, clock, 20.0)
    for _ in range(700):
        call(killed, clock, 0.1)
    held(killed.take())
    members.kill(killed)
    assert living.take() is None
    assert living.resting()[0] - clock.now == pytest.approx(20.0, abs=0.2), "half of what it was"


def test_after_the_computer_was_started_anew_a_call_counts_as_just_begun(members: Members, clock: Clock) -> None:
    killed, living = members.join(slots=1), members.join(slots=1)
    call(killed, clock, 4.0)
    held(killed.take())
    members.kill(killed)
    clock.now = 5.0
    assert living.take() is None
    clock.now = 14.9
    assert living.take() is None, "ten seconds: this process saw no call"
    clock.now = 15.1
    assert living.take() is not None


@pytest.mark.parametrize(
    "text",
    [
        b"garbage",
        b"\0" * 64,
        b"\xff" * 10_000,
        b"busy -1 -1.000 -1.000 -1\n",
        b"busy 1 99999999999999999999.000 1.000 8\n",
        b"busy 1 nan inf 8\n",
        b"busy 1 1e9 1.000 8\n",
        b"busy 99999999999 1.000 1.000 8\n",
        b"idle 1 999999.000 0.100 8\n",
        b"busy 1 900.000",
    ],
)
def test_a_text_that_makes_no_sense_counts_as_a_call_that_has_just_begun(
    members: Members, clock: Clock, text: bytes
) -> None:
    member = members.join(slots=1)
    held(member.take()).release()
    members.slot_file(0).write_bytes(text)
    assert member.take() is None
    clock.now += 9.9
    assert members.join(slots=1).take() is None, "nobody counts from anew"
    clock.now += 0.2
    call(member, clock, 0.1)
    assert member.take() is not None
    assert members.complaints == []


def test_what_a_holder_has_written_is_read_while_it_holds_the_slot(members: Members, clock: Clock) -> None:
    one, other = members.join(slots=4, knows=4), members.join(slots=4)
    held(one.take())
    clock.now += 1
    held(one.take())
    marks = other.others()
    assert [(mark.busy, mark.begun, mark.knows) for mark in marks] == [(True, 1000.0, 4), (True, 1001.0, 4)]
    assert one.others() == []


def test_a_damaged_text_of_a_holder_does_no_harm(members: Members) -> None:
    one, other = members.join(), members.join()
    held(one.take())
    members.slot_file(0).write_bytes(b"\xff\xff")
    assert [(mark.busy, mark.pid, mark.knows) for mark in other.others()] == [(True, 0, 0)]


def test_a_number_that_is_found_out_is_written_down_at_once(members: Members) -> None:
    one, other = members.join(slots=512), members.join(slots=512)
    held(one.take())
    one.resize(12)
    assert [mark.knows for mark in other.others()] == [12]


def test_slots_that_the_dialer_turns_out_not_to_have_are_not_used(members: Members) -> None:
    member = members.join(slots=4)
    slots = [held(member.take()) for _ in range(4)]
    slots[3].release()
    member.resize(2)
    slots[0].release()
    assert member.take() is None, "two calls are still under way"
    slots[2].release()
    assert held(member.take()).number == 0
    assert member.take() is None


def test_slots_are_held_though_their_folder_is_removed(members: Members, clock: Clock) -> None:
    running = members.join(slots=2)
    slot = held(running.take())
    shutil.rmtree(members.folder)
    running.look_after()
    later = members.join(slots=2)
    assert held(later.take()).number == 1
    assert later.take() is None
    assert [mark.busy for mark in running.others()] == [True]
    slot.release()
    assert held(later.take()).number == 0, "its text is that of a call that ended"


def test_a_file_made_anew_tells_whose_call_it_is(members: Members, clock: Clock) -> None:
    killed, living = members.join(slots=1), members.join(slots=1)
    call(killed, clock, 0.1)
    held(killed.take())
    shutil.rmtree(members.folder)
    killed.look_after()
    assert [mark.begun for mark in living.others()] == [1000.1]
    members.kill(killed)
    clock.now += 14.9
    assert living.take() is None
    clock.now += 0.2
    assert living.take() is not None


def test_a_single_file_that_is_removed_is_made_anew(members: Members, clock: Clock) -> None:
    running = members.join(slots=1)
    held(running.take())
    members.slot_file(0).unlink()
    running.look_after()
    assert members.join(slots=1).take() is None


def test_after_a_removal_others_have_time_to_lock_their_slots_anew(members: Members, clock: Clock) -> None:
    one, other = members.join(slots=2), members.join(slots=2)
    held(one.take())
    held(other.take())
    assert one.take() is None
    shutil.rmtree(members.folder)
    one.look_after()
    assert one.take() is None, "the other's is not free, though its new file is not locked yet"
    other.look_after()
    clock.now += 0.4
    assert one.take() is None
    assert other.take() is None


def test_a_new_file_that_another_process_has_locked_is_left_to_it(members: Members, clock: Clock) -> None:
    running = members.join(slots=1)
    slot = held(running.take())
    shutil.rmtree(members.folder)
    quick = members.join(slots=1)
    quicks = held(quick.take())
    running.look_after()
    slot.release()
    running.look_after()
    assert members.join(slots=1).take() is None
    quicks.release()
    clock.now += 0.4
    assert running.take() is not None


def test_where_the_folder_cannot_be_made_this_process_counts_for_itself(tmp_path: Path, members: Members) -> None:
    members.folder = tmp_path / "a file" / "slots"
    (tmp_path / "a file").touch()
    member = members.join(slots=2)
    first = held(member.take())
    assert member.take() is not None
    assert member.take() is None
    first.release()
    assert member.take() is not None
    assert set(members.complaints) == {"File exists"}
    assert member.others() == []


def test_files_that_can_be_used_again_are(tmp_path: Path, members: Members, clock: Clock) -> None:
    members.folder.symlink_to(tmp_path)
    member = members.join(slots=2)
    held(member.take()).release()
    members.folder.unlink()
    clock.now += 1.1
    held(member.take())
    held(member.take())
    assert members.join(slots=2).take() is None


@pytest.mark.parametrize("when", ["at once", "under way"])
def test_a_file_system_without_locks_is_survived(members: Members, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    member = members.join(slots=2)
    before = held(member.take()) if when == "under way" else None

    def no_locks(descriptor: int, *_: object) -> bool:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(files, "_lock", no_locks)
    monkeypatch.setattr(files, "_unlock", no_locks)
    slot = held(member.take())
    if before is None:
        before = held(member.take())
    assert member.take() is None
    before.release()
    slot.release()
    assert member.take() is not None
    assert set(members.complaints) == {"No locks available"}


def test_a_full_disk_is_survived(members: Members, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    member = members.join(slots=2)
    call(member, clock, 0.1)
    slot = held(member.take())

    def full(self: files.LockFile, mark: files.Mark) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.LockFile, "write", full)
    assert member.take() is not None
    assert member.take() is None
    slot.release()
    clock.now += 15.1
    assert member.take() is not None, "its file still calls it busy, so it rests before"
    assert set(members.complaints) == {"No space left on device"}


def test_a_file_that_cannot_be_used_does_not_make_the_others_free(tmp_path: Path, members: Members) -> None:
    one, other = members.join(slots=3), members.join(slots=3)
    held(one.take())
    held(one.take())
    members.slot_file(2).symlink_to(tmp_path / "elsewhere")
    assert other.take() is None
    assert members.complaints
    assert not (tmp_path / "elsewhere").exists()


def test_a_slot_without_a_usable_file_does_not_open_those_with_one(tmp_path: Path, members: Members) -> None:
    one, other = members.join(slots=3), members.join(slots=3)
    held(one.take())
    members.slot_file(1).symlink_to(tmp_path / "elsewhere")
    shared = held(one.take())
    unshared = held(one.take())
    assert [(slot.number, slot.file is None) for slot in (shared, unshared)] == [(2, False), (1, True)]
    shared.release()
    assert held(other.take()).number == 2
    assert one.take() is None


def keeping(members: Members, slots: int = 2) -> SlotPool:
    """A process that found nobody waiting."""
    member = members.join(slots=slots)
    # Behind the first call that ended.
    held(member.take()).release()
    member.keeps = True
    return member


def test_a_slot_stays_locked_for_the_next_call_while_nobody_waits(members: Members, clock: Clock) -> None:
    one, other = keeping(members, slots=1), members.join(slots=1)
    call(one, clock, 0.1)
    assert other.take() is None
    assert held(one.take()).number == 0
    assert one.take() is None


def test_the_calls_of_half_a_second_need_no_second_text(members: Members, clock: Clock) -> None:
    member = keeping(members, slots=1)
    call(member, clock, 0.1)
    call(member, clock, 0.1)
    text = members.slot_file(0).read_bytes()
    for _ in range(4):
        call(member, clock, 0.1)
        assert members.slot_file(0).read_bytes() == text
    call(member, clock, 0.1)
    call(member, clock, 0.1)
    assert members.slot_file(0).read_bytes() != text


@pytest.mark.parametrize("calls", range(1, 9))
def test_the_last_call_on_a_kept_slot_counts_after_a_kill_too(members: Members, clock: Clock, calls: int) -> None:
    killed, living = keeping(members, slots=1), members.join(slots=1)
    for _ in range(calls):
        call(killed, clock, 8.0)
    held(killed.take())
    members.kill(killed)
    clock.now += 15.9
    assert living.take() is None
    clock.now += 0.7
    assert living.take() is not None


def test_kept_slots_that_are_not_used_are_for_others(members: Members, clock: Clock) -> None:
    one, other = keeping(members, slots=2), members.join(slots=2)
    first, second = held(one.take()), held(one.take())
    one.look_after()
    first.release()
    clock.now += 0.05
    second.release()
    clock.now += 0.06
    one.look_after()
    assert held(other.take()).number == first.number
    assert other.take() is None
    assert held(one.take()).number == second.number


def test_kept_slots_are_given_up_where_others_wait(members: Members, clock: Clock) -> None:
    one, other = keeping(members, slots=1), members.join(slots=1)
    call(one, clock, 0.1)
    one.keeps = False
    one.free_kept()
    assert other.take() is not None


def test_kept_slots_that_the_dialer_turns_out_not_to_have_are_given_up(members: Members, clock: Clock) -> None:
    member = keeping(members, slots=3)
    slots = [held(member.take()) for _ in range(3)]
    for slot in slots[1:]:
        slot.release()
    member.resize(2)
    slots[0].release()
    assert sorted(held(member.take()).number for _ in range(2)) == [0, 1]
    assert member.take() is None


def test_who_ends_leaves_its_kept_slots_at_once(members: Members, clock: Clock) -> None:
    member = keeping(members, slots=1)
    call(member, clock, 4.0)
    call(member, clock, 4.0)
    member.close()
    members.pools.remove(member)
    assert members.join(slots=1).take() is not None


def test_a_call_that_was_given_up_is_not_followed_by_another_on_its_kept_slot(members: Members, clock: Clock) -> None:
    member = keeping(members, slots=1)
    call(member, clock, 4.0)
    held(member.take()).release(finished=False)
    assert member.take() is None


@pytest.mark.parametrize("looks", [1, 40])
def test_a_removal_is_seen_after_any_number_of_looks(members: Members, clock: Clock, looks: int) -> None:
    running = members.join(slots=2)
    held(running.take())
    for _ in range(looks):
        running.look_after()
    members.slot_file(0).unlink()
    running.look_after()
    assert held(members.join(slots=2).take()).number == 1


def test_kept_slots_are_forgotten_with_their_removed_files(members: Members, clock: Clock) -> None:
    running = keeping(members, slots=1)
    call(running, clock, 0.1)
    running.look_after()
    shutil.rmtree(members.folder)
    running.look_after()
    other = members.join(slots=1)
    clock.now += 0.4
    assert other.take() is not None
    assert running.take() is None


def test_a_slot_is_taken_in_both_folders_or_in_neither(tmp_path: Path, members: Members) -> None:
    runtime = tmp_path / "runtime" / "slots"
    both = members.join(slots=1, folder=runtime, second=True)
    in_state, in_runtime = members.join(slots=1), members.join(slots=1, folder=runtime)
    slot = held(both.take())
    assert (in_state.take(), in_runtime.take()) == (None, None)
    slot.release()
    slot = held(in_state.take())
    assert both.take() is None
    held(in_runtime.take()).release()
    slot.release()
    slot = held(in_runtime.take())
    assert both.take() is None
    held(in_state.take()).release()
    slot.release()
    assert both.take() is not None


def test_a_slot_with_a_lock_that_fails_in_the_second_folder_stays_free_in_the_first(
    tmp_path: Path, members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = tmp_path / "runtime" / "slots"
    both = members.join(slots=1, folder=runtime, second=True)
    in_runtime = members.join(slots=1, folder=runtime)
    locks: list[int] = []
    lock = files._lock

    def fails_at_each_second(descriptor: int) -> bool:
        locks.append(descriptor)
        if len(locks) % 2 == 0:
            raise OSError(errno.ENOLCK, "No locks available")
        return lock(descriptor)

    monkeypatch.setattr(files, "_lock", fails_at_each_second)
    assert held(both.take()).file is None, "it counts for itself"
    assert set(members.complaints) == {"No locks available"}
    assert held(in_runtime.take()).file is not None


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_of_two_killed_calls_on_a_slot_the_longer_rest_counts(
    tmp_path: Path, members: Members, clock: Clock, order: list[int]
) -> None:
    runtime = tmp_path / "runtime" / "slots"
    slow, quick = [members.join(slots=1, folder=folder) for folder in ([None, runtime][at] for at in order)]
    call(slow, clock, 20.0)
    call(quick, clock, 0.1)
    held(slow.take())
    clock.now += 1.0
    held(quick.take())
    members.kill(slow)
    members.kill(quick)
    both = members.join(slots=1, folder=runtime, second=True)
    clock.now += 39.9
    assert both.take() is None
    clock.now += 0.2
    assert both.take() is not None


def test_holders_in_either_folder_are_seen(tmp_path: Path, members: Members) -> None:
    runtime = tmp_path / "runtime" / "slots"
    held(members.join(slots=4, knows=4).take())
    both = members.join(slots=4, folder=runtime, second=True)
    assert [mark.knows for mark in both.others()] == [4]
    assert held(both.take()).number == 1
    in_runtime = members.join(slots=4, knows=3, folder=runtime)
    assert [held(in_runtime.take()).number for _ in range(2)] == [0, 2]
    assert [mark.pid for mark in both.others()] == [os.getpid()] * 2


@pytest.mark.parametrize("removed", [0, 1])
def test_slots_are_held_though_either_folder_is_removed(
    tmp_path: Path, members: Members, clock: Clock, removed: int
) -> None:
    runtime = tmp_path / "runtime" / "slots"
    both = members.join(slots=1, folder=runtime, second=True)
    held(both.take())
    folder = [runtime, members.folder][removed]
    both.look_after()
    shutil.rmtree(folder)
    both.look_after()
    assert members.join(slots=1, folder=folder).take() is None
