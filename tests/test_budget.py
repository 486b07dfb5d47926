"""One set of slots for several processes: what is fair, what is never exceeded, and what a kill leaves."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leadsync import budget as module
from leadsync.budget import SharedBudget, shares

URL = "https://pbx.example.com"


@pytest.mark.parametrize(
    ("slots", "wants", "expected"),
    [
        (8, [100], [8]),
        (8, [100, 100], [4, 4]),
        (64, [100, 3], [61, 3]),
        (8, [3, 100, 100], [3, 3, 2]),
        (8, [1, 100, 100], [1, 4, 3]),
        (8, [0, 100], [0, 8]),
        (8, [1, 1], [4, 4]),
        (8, [0, 0], [4, 4]),
        (1, [5, 5], [1, 0]),
        (2, [5, 5, 5], [1, 1, 0]),
    ],
)
def test_shares_are_what_is_wanted_or_else_all_the_same(slots: int, wants: list[int], expected: list[int]) -> None:
    assert shares(slots, wants, turn=0) == expected
    assert sum(expected) <= slots


def test_what_cannot_be_split_goes_around() -> None:
    turns = [shares(2, [5, 5, 5], turn) for turn in range(3)]
    assert [sum(column) for column in zip(*turns, strict=True)] == [2, 2, 2]


class Clock:
    """The module's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


class Member:
    """A member with a run's side of the bargain: its calls end when it is told."""

    def __init__(self, folder: Path, slots: int = 8, url: str = URL, *, known: bool = True) -> None:
        self.said: list[str] = []
        self.budget = SharedBudget(url, slots, self.said.append, folder, known=known)
        self.budget.__enter__()
        self.share = 0
        self.in_use = 0

    def renew(self, wanted: int = 100) -> int:
        """Ask, when calls beyond the last share have ended, and begin as many as are allowed now."""
        self.in_use = min(self.in_use, self.share)
        self.share = asyncio.run(self.budget.renew(in_use=self.in_use, wanted=wanted))
        self.in_use = min(wanted, self.share) if self.share >= self.in_use else self.in_use
        return self.share

    def leave(self) -> None:
        self.budget.__exit__(None, None, None)


def test_alone_all_slots_are_had_at_once(tmp_path: Path) -> None:
    member = Member(tmp_path)
    assert member.renew() == 8
    assert member.budget.alone
    member.leave()
    assert [path.name for path in tmp_path.iterdir()] == ["guard.lock"], "nothing is left behind"


def test_a_newcomer_gets_its_part_as_calls_end_and_never_are_there_more_than_the_slots(
    tmp_path: Path, clock: Clock
) -> None:
    big, small = Member(tmp_path), Member(tmp_path)
    assert big.renew() == 8
    assert small.renew(3) == 0, "all are in use"
    assert big.renew() == 5, "the newcomer is noticed"
    assert small.renew(3) == 0, "the big one's calls have not ended"
    assert big.renew() == 5
    assert small.renew(3) == 3
    small.leave()
    assert big.renew() == 8


def test_one_that_is_to_leave_slots_free_gets_its_part_of_them_all(tmp_path: Path, clock: Clock) -> None:
    big, small = Member(tmp_path, slots=16), Member(tmp_path, slots=8)
    assert big.renew() == 16
    small.renew()
    assert big.renew() == 8
    big.renew()
    assert small.renew() == 8
    big.leave()
    assert small.renew() == 8, "and no more than it may use"


def test_who_does_not_know_the_slots_asks_who_does(tmp_path: Path, clock: Clock) -> None:
    knowing = Member(tmp_path, slots=12)
    knowing.renew()
    assert Member(tmp_path, slots=512, known=False).budget.ask_others() == (12, False)


def test_of_two_that_do_not_know_them_the_later_waits_for_the_earlier(tmp_path: Path, clock: Clock) -> None:
    first = Member(tmp_path, slots=512, known=False)
    assert first.budget.ask_others() == (0, False)
    clock.now += 1
    second = Member(tmp_path, slots=512, known=False)
    assert second.budget.ask_others() == (0, True)
    assert first.budget.ask_others() == (0, False)
    first.renew()
    first.budget.slots, first.budget.known = 12, True
    first.renew()
    assert second.budget.ask_others() == (12, False)


def test_dialers_do_not_disturb_each_other_and_one_address_is_one_dialer(tmp_path: Path, clock: Clock) -> None:
    one = Member(tmp_path, url="https://one.example.com")
    other = Member(tmp_path, url="https://other.example.com")
    same = Member(tmp_path, url="https://ONE.example.com:443/")
    assert (one.renew(), other.renew()) == (8, 8)
    assert same.renew() == 0
    assert one.renew() == 4


def test_a_slot_that_cannot_be_split_goes_to_one_after_the_other(tmp_path: Path, clock: Clock) -> None:
    members = [Member(tmp_path, slots=1), Member(tmp_path, slots=1)]
    had = [0, 0]
    for _ in range(120):
        clock.now += 0.5
        for position, member in enumerate(members):
            had[position] += member.renew()
        assert sum(member.in_use for member in members) <= 1
    assert min(had) >= 40


def test_what_waits_for_its_next_attempt_leaves_the_slots_to_the_others(tmp_path: Path, clock: Clock) -> None:
    waiting, busy = Member(tmp_path), Member(tmp_path)
    waiting.renew(0)
    assert busy.renew() == 0, "until the other hears of it"
    waiting.renew(0)
    assert busy.renew() == 8
    waiting.renew(4)
    assert busy.renew() == 4
    assert busy.renew() == 4, "by now its calls have ended"
    assert waiting.renew(4) == 4


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"members": 5, "left_behind": []}'])
def test_a_damaged_ledger_is_begun_anew(tmp_path: Path, damage: str) -> None:
    member = Member(tmp_path)
    member.renew()
    ledger = next(tmp_path.glob("*.json"))
    ledger.write_text(damage)
    assert member.renew() == 8
    assert len(json.loads(ledger.read_text())["members"]) == 1


def test_where_the_folder_cannot_be_used_it_is_said_and_the_run_has_all_slots(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    member = Member(tmp_path / "taken")
    assert member.renew() == 8
    assert "cannot be shared" in member.said[0]
    assert member.budget.every is None
    member.leave()


def test_calls_given_up_count_for_a_while(tmp_path: Path, clock: Clock) -> None:
    leaving, staying = Member(tmp_path), Member(tmp_path)
    leaving.renew()
    leaving.budget.abandon()
    leaving.leave()
    assert staying.renew() == 0
    clock.now += module.LEFT_BEHIND_SECONDS + 0.1
    assert staying.renew() == 8


HOLDER = """
import asyncio, sys, time
from pathlib import Path
from leadsync.budget import SharedBudget
budget = SharedBudget(sys.argv[1], 8, print, Path(sys.argv[2]))
budget.__enter__()
print(asyncio.run(budget.renew(in_use=0, wanted=100)), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts a process that takes slots and keeps them until it is killed."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(HOLDER), URL, tmp_path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_a_killed_process_gives_its_slots_back_when_its_calls_have_ended(
    tmp_path: Path, clock: Clock, holder: Callable[[], subprocess.Popen[str]]
) -> None:
    clock.now = time.time()
    process = holder()
    assert process.stdout is not None
    assert process.stdout.readline() == "8\n"
    member = Member(tmp_path)
    assert member.renew() == 0
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert member.renew() == 0, "the dialer still works on its calls"
    clock.now += module.LEFT_BEHIND_SECONDS + 0.1
    assert member.renew() == 8
    member.leave()
    assert [path.name for path in tmp_path.iterdir()] == ["guard.lock"], "nothing of it is left"


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_what_a_killed_process_left_of_another_dialers_ledger_is_swept_up(
    tmp_path: Path, clock: Clock, holder: Callable[[], subprocess.Popen[str]]
) -> None:
    process = holder()
    assert process.stdout is not None
    assert process.stdout.readline() == "8\n"
    for _ in range(2):
        other = Member(tmp_path, url="https://other.example.com")
        other.renew()
        other.leave()
        assert len(list(tmp_path.glob("*.json"))) == 1, "that one is alive, or its calls are"
        process.kill()
        process.wait()
    clock.now += module.LEFT_BEHIND_SECONDS + 0.1
    other = Member(tmp_path, url="https://other.example.com")
    other.leave()
    assert [path.name for path in tmp_path.iterdir()] == ["guard.lock"]
