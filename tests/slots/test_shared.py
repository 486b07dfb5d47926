"""Waiting for a slot: who gets it, what is said, what is never exceeded, by tasks of a process and by processes."""

import asyncio
import os
import re
import shutil
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import pytest

from leadsync.errors import SettingsError, Stopped
from leadsync.slots import HeldSlot, SharedSlots, SlotsFolder, pool, shared, slot_wait
from tests.engine.stage import VirtualLoop
from tests.slots.worker import URL, Worker, most_at_once

POSIX = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")


def yes() -> bool:
    return True


class Member:
    """A process's slots, and what it said."""

    def __init__(
        self,
        folder: Path,
        slots: int,
        *,
        second: SlotsFolder | None = None,
        give_up_seconds: float = 60,
        known: bool = True,
    ) -> None:
        self.said: list[str] = []
        folders = SlotsFolder(folder, second=second)
        self.slots = SharedSlots(URL, slots, folders, self.said.append, give_up_seconds=give_up_seconds, known=known)

    async def take(self, wanted: Callable[[], bool] = yes) -> HeldSlot:
        slot = await self.slots.take(wanted)
        assert slot is not None
        return slot


@pytest.fixture
def join(tmp_path: Path) -> Iterator[Callable[..., Member]]:
    """Makes members that share the slots of one folder. The kernel keeps their locks apart like those of processes."""
    members: list[Member] = []

    def make(slots: int = 1, folder: Path | None = None, **options: bool | float | SlotsFolder) -> Member:
        members.append(Member(folder or tmp_path / "slots", slots, **options))  # type: ignore[arg-type]
        members[-1].slots.__enter__()
        return members[-1]

    yield make
    for member in members:
        member.slots.__exit__(None, None, None)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Starts processes that call with slots of one state folder, unless another is given."""
    workers: list[Worker] = []

    def start(calls: int, state: Path = tmp_path, **options: float | Path) -> Worker:
        workers.append(Worker(state, calls, **options))  # type: ignore[arg-type]
        return workers[-1]

    yield start
    for one in workers:
        if one.process.poll() is None:
            one.kill()


def in_loop(test: Callable[[], Awaitable[None]]) -> None:
    """Run it by a clock that jumps from wait to wait: a slow machine changes nothing."""
    loop, began = VirtualLoop(), time.time()
    with (
        patch("time.monotonic", loop.time),
        patch("time.time", lambda: began + loop.time()),
        asyncio.Runner(loop_factory=lambda: loop) as runner,
    ):
        runner.run(asyncio.wait_for(test(), 100))


def test_whoever_asks_first_is_served_first(join: Callable[..., Member]) -> None:
    async def test() -> None:
        holder, member = join(), join()
        held = await holder.take()
        served: list[int] = []

        async def ask(number: int) -> None:
            slot = await member.take()
            served.append(number)
            slot.release()

        tasks = [asyncio.create_task(ask(number)) for number in range(20)]
        await asyncio.sleep(0.02)
        assert served == []
        held.release()
        await asyncio.gather(*tasks)
        assert served == list(range(20))

    in_loop(test)


def test_nothing_is_taken_that_is_not_wanted(join: Callable[..., Member]) -> None:
    async def test() -> None:
        member = join()
        assert await member.slots.take(lambda: False) is None
        await member.take()

    in_loop(test)


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_wait_ends_soon_after_the_slot_is_no_longer_wanted(join: Callable[..., Member], position: int) -> None:
    async def test() -> None:
        holder, member = join(), join()
        held = await holder.take()
        wanted = [True, True, True]
        tasks = [asyncio.create_task(member.slots.take(lambda number=number: wanted[number])) for number in range(3)]
        await asyncio.sleep(0.02)
        wanted[position] = False
        began = time.monotonic()
        assert await tasks[position] is None
        assert time.monotonic() - began < 0.1
        held.release()
        others = [task for number, task in enumerate(tasks) if number != position]
        for task in others:
            slot = await task
            assert slot is not None, "the others still get theirs"
            slot.release()

    in_loop(test)


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_cancelled_wait_leaves_nothing_behind(join: Callable[..., Member], position: int) -> None:
    async def test() -> None:
        holder, member = join(), join()
        held = await holder.take()
        tasks = [asyncio.create_task(member.slots.take(yes)) for _ in range(3)]
        await asyncio.sleep(0.02)
        tasks[position].cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[position]
        held.release()
        for number, task in enumerate(tasks):
            if number != position:
                slot = await task
                assert slot is not None
                slot.release()
        taking = asyncio.create_task(holder.take())
        await asyncio.sleep(0)
        assert taking.done(), "nobody waits any more, so it is had at once"

    in_loop(test)


def test_whoever_released_a_slot_leaves_it_to_those_who_wait(join: Callable[..., Member]) -> None:
    async def test() -> None:
        one, other = join(), join()
        order: list[str] = []

        async def call(name: str, member: Member) -> None:
            for _ in range(15):
                slot = await member.take()
                order.append(name)
                await asyncio.sleep(0.02)
                slot.release()

        await asyncio.gather(call("one", one), call("other", other))
        assert order.count("one") == 15
        turns = sum(before != after for before, after in pairwise(order))
        assert turns >= 27, "they take turns, but for the odd one"

    in_loop(test)


def test_two_that_call_share_the_slots_alike(join: Callable[..., Member]) -> None:
    async def test() -> None:
        done = {"one": 0, "other": 0}
        behind: list[int] = []

        async def call(name: str, member: Member) -> None:
            slot = await member.take()
            await asyncio.sleep(0.03)
            slot.release()
            done[name] += 1

        async def calls(name: str, member: Member) -> None:
            await asyncio.gather(*(call(name, member) for _ in range(100)))
            behind.append(min(done.values()))

        await asyncio.gather(calls("one", join(slots=4)), calls("other", join(slots=4)))
        assert behind[0] >= 50, "of the other, when one has done its hundred: some 92, and 72 at the least in 150 tries"

    in_loop(test)


def test_those_who_wait_but_are_stopped_do_not_keep_the_slots_from_others(join: Callable[..., Member]) -> None:
    async def test() -> None:
        member, stopped = join(slots=2), join(slots=2)
        held = [await member.take(), await member.take()]
        waiting = stopped.slots.take(yes)
        assert waiting.send(None) is not None, "it waits, and is never gone on with"
        for slot in held:
            slot.release()
        await asyncio.sleep(0.06)
        for _ in range(20):
            taking = asyncio.create_task(member.take())
            await asyncio.sleep(0)
            assert taking.done(), "they are had at once"
            taking.result().release()
        waiting.close()

    in_loop(test)


def test_the_reason_of_a_long_wait_is_said_once_and_its_end(
    join: Callable[..., Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slot_wait, "SAY_AFTER_SECONDS", 0.05)

    async def test() -> None:
        holder, member = join(slots=2), join(slots=2)
        began = time.localtime(time.time())
        held = [await holder.take(), await holder.take()]
        task = asyncio.create_task(member.take())
        await asyncio.sleep(0.2)
        assert len(member.said) == 1
        said = re.fullmatch(
            rf"no slot of the dialer is free: 2 held by process {os.getpid()} since (\d\d:\d\d:\d\d); "
            r"this run waits until \d\d:\d\d:\d\d",
            member.said[0],
        )
        assert said is not None
        assert said[1] in (time.strftime("%H:%M:%S", began), time.strftime("%H:%M:%S"))
        held[0].release()
        await task
        assert member.said[1:] == [""]

    in_loop(test)


def test_a_change_of_the_reason_is_said_too(join: Callable[..., Member], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slot_wait, "SAY_AFTER_SECONDS", 0.02)

    async def test() -> None:
        holder, member = join(slots=2), join(slots=2)
        held = [await holder.take(), await holder.take()]
        asyncio.create_task(member.slots.take(yes))  # noqa: RUF006 - ends with the loop
        await asyncio.sleep(0.1)
        held[1].release(finished=False)
        await asyncio.sleep(0.1)
        assert [text.split(" since")[0].split(" until")[0] for text in member.said] == [
            f"no slot of the dialer is free: 2 held by process {os.getpid()}",
            f"no slot of the dialer is free: 1 held by process {os.getpid()}",
        ]
        assert re.search(
            r", 1 rests until \d\d:\d\d:\d\d, because the dialer may still be at calls that were cut or killed$",
            member.said[1],
        )

    in_loop(test)


def test_a_process_whose_own_calls_hold_the_slots_says_nothing(
    join: Callable[..., Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slot_wait, "SAY_AFTER_SECONDS", 0.02)

    async def test() -> None:
        holder, member = join(slots=2), join(slots=2, give_up_seconds=0)
        await holder.take()
        slot = await member.take()
        task = asyncio.create_task(member.take())
        await asyncio.sleep(0.15)
        slot.release()
        await task
        assert member.said == []

    in_loop(test)


def test_whoever_waits_for_too_long_gives_up(join: Callable[..., Member], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slot_wait, "SAY_AFTER_SECONDS", 0.03)

    async def test() -> None:
        holder, member = join(), join(give_up_seconds=0.1)
        slot = await holder.take()
        began = time.monotonic()
        words = r"^no slot of the dialer came free since .*held by process.*leadsync resume"
        with pytest.raises(Stopped, match=words) as caught:
            await member.take()
        assert caught.value.cause == "no slot of the dialer came free"
        assert 0.1 <= time.monotonic() - began < 1
        slot.release()
        await member.take()

    in_loop(test)


def test_a_rest_is_waited_for_even_by_those_who_do_not_wait_for_others(
    join: Callable[..., Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slot_wait, "SAY_AFTER_SECONDS", 0.02)
    monkeypatch.setattr(pool, "UNSEEN_CALL_SECONDS", 0.1)
    monkeypatch.setattr(pool, "LEAST_REST_SECONDS", 0.1)

    async def test() -> None:
        killed, member = join(), join(give_up_seconds=0)
        (await killed.take()).release(finished=False)
        await member.take()
        assert ["rests until" in text for text in member.said] == [True, False]

    in_loop(test)


def test_a_run_begins_after_the_calls_of_the_killed(
    join: Callable[..., Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "UNSEEN_CALL_SECONDS", 0.1)
    monkeypatch.setattr(pool, "LEAST_REST_SECONDS", 0.1)

    async def test() -> None:
        killed, member = join(slots=4), join(slots=4)
        await member.slots.rested(yes, killed=True)
        assert member.said == []
        (await killed.take()).release(finished=False)
        began = time.monotonic()
        await member.slots.rested(yes, killed=True)
        assert time.monotonic() - began >= 0.1
        assert re.fullmatch(
            r"rows wait for the dialer's slots: 1 rests until \d\d:\d\d:\d\d, because the dialer may "
            r"still be at calls that were cut or killed",
            member.said[0],
        )
        assert member.said[1:] == [""]
        (await killed.take()).release(finished=False)
        await member.slots.rested(lambda: False, killed=True)
        assert member.slots._pool.rests(killed=True), "nobody waits for a run that is stopped"

    in_loop(test)


def test_slots_are_kept_though_the_folder_is_removed(tmp_path: Path, join: Callable[..., Member]) -> None:
    async def test() -> None:
        running = join(slots=2)
        await running.take()
        keeping = asyncio.create_task(running.slots.keep())
        shutil.rmtree(tmp_path / "slots")
        await asyncio.sleep(0.15)
        keeping.cancel()
        later = join(slots=2)
        await later.take()
        assert await later.slots.take(count_down(3)) is None

    in_loop(test)


def count_down(times: int) -> Callable[[], bool]:
    """True so many times."""
    left = iter(range(times))
    return lambda: next(left, None) is not None


def test_while_the_folder_cannot_be_made_anew_it_is_said_once_and_the_calls_go_on(
    tmp_path: Path, join: Callable[..., Member]
) -> None:
    async def test() -> None:
        (tmp_path / "run" / "user").mkdir(parents=True)
        member = join(slots=2, folder=tmp_path / "run" / "user" / "leadsync" / "slots")
        await member.take()
        keeping = asyncio.create_task(member.slots.keep())
        shutil.rmtree(tmp_path / "run")
        await asyncio.sleep(0.15)
        assert not keeping.done()
        assert len(member.said) == 1
        assert re.fullmatch(
            r"the dialer's slots cannot be shared with other leadsync processes \(.*slots: No such file or directory\);"
            " run no other beside this one",
            member.said[0],
        )
        slot = await member.take()
        assert await member.slots.take(count_down(3)) is None
        slot.release()
        await member.take()
        (tmp_path / "run" / "user").mkdir(parents=True)
        await asyncio.sleep(0.15)
        assert (
            await join(slots=1, folder=tmp_path / "run" / "user" / "leadsync" / "slots").slots.take(count_down(3))
            is None
        ), "once it can be made, it is shared again"
        assert len(member.said) == 1
        keeping.cancel()

    in_loop(test)


def test_in_a_folder_that_cannot_be_used_whoever_asks_first_is_served_first(
    tmp_path: Path, join: Callable[..., Member]
) -> None:
    async def test() -> None:
        (tmp_path / "file").touch()
        member = join(folder=tmp_path / "file" / "slots")
        held = await member.take()
        first = asyncio.create_task(member.take())
        await asyncio.sleep(0.02)
        held.release()
        second = asyncio.create_task(member.take())
        await asyncio.sleep(0)
        slot = await first
        assert not second.done()
        slot.release()
        assert (await second).number == slot.number

    in_loop(test)


def test_whoever_does_not_know_the_number_of_slots_learns_it_from_those_who_send(join: Callable[..., Member]) -> None:
    async def test() -> None:
        knowing, asking = join(slots=12), join(slots=512, known=False)
        assert await asking.slots.known_elsewhere() == 0, "nobody sends"
        slot = await knowing.take()
        assert await asking.slots.known_elsewhere() == 12
        assert asking.slots.used_by_others() == 1
        slot.release()
        assert await asking.slots.known_elsewhere() == 0
        assert asking.slots.used_by_others() == 0

    in_loop(test)


def test_a_number_that_no_dialer_has_is_not_believed(tmp_path: Path, join: Callable[..., Member]) -> None:
    async def test() -> None:
        knowing, asking = join(slots=12), join(slots=512, known=False)
        await knowing.take()
        (file,) = (tmp_path / "slots").glob("*-0.lock")
        file.write_bytes(b"busy 1 1.000 1.000 9999\n")
        assert await asking.slots.known_elsewhere() == 0

    in_loop(test)


def test_of_two_that_do_not_know_it_the_later_waits_for_the_earlier(join: Callable[..., Member]) -> None:
    async def test() -> None:
        first, second = join(slots=512, known=False), join(slots=512, known=False)
        assert await first.slots.known_elsewhere() == 0
        slot = await first.take()
        asking = asyncio.create_task(second.slots.known_elsewhere())
        await asyncio.sleep(0.15)
        assert not asking.done()
        assert second.said == ["another leadsync is finding out how many calls the dialer runs at once; waiting for it"]
        first.slots.resize(6)
        assert await asking == 6
        slot.release()

    in_loop(test)


def test_a_finding_that_ended_while_no_call_was_under_way_keeps_nobody_waiting(join: Callable[..., Member]) -> None:
    async def test() -> None:
        first, second = join(slots=512, known=False), join(slots=512, known=False)
        await first.slots.known_elsewhere()
        first.slots.resize(6)
        assert await second.slots.known_elsewhere() == 0
        assert second.said == []

    in_loop(test)


def test_it_does_not_wait_for_ever(join: Callable[..., Member], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "FINDING_SECONDS", 0.15)

    async def test() -> None:
        first, second = join(slots=512, known=False), join(slots=512, known=False)
        await first.slots.known_elsewhere()
        began = time.monotonic()
        assert await second.slots.known_elsewhere() == 0
        assert 0.15 <= time.monotonic() - began < 1

    in_loop(test)


def test_if_the_one_that_finds_out_dies_the_next_does(join: Callable[..., Member]) -> None:
    async def test() -> None:
        first, second, third = (join(slots=512, known=False) for _ in range(3))
        await first.slots.known_elsewhere()
        first.slots.__exit__(None, None, None)
        first.slots.__exit__ = lambda *_: None  # type: ignore[method-assign]
        assert await second.slots.known_elsewhere() == 0
        asking = asyncio.create_task(third.slots.known_elsewhere())
        await asyncio.sleep(0.05)
        assert not asking.done()
        asking.cancel()

    in_loop(test)


def test_processes_never_use_more_than_the_slots(worker: Callable[..., Worker]) -> None:
    workers = [worker(100, slots=4, seconds=0.03) for _ in range(2)]
    for one in workers:
        one.go()
    calls = [one.wait() for one in workers]
    assert [len(one.begun) for one in calls] == [100, 100]
    assert most_at_once(*calls) == 4


def test_an_upload_beside_a_busy_process_does_not_wait_for_its_end(worker: Callable[..., Worker]) -> None:
    busy, upload = worker(240, slots=4, seconds=0.03), worker(40, slots=4, seconds=0.03)
    busy.go()
    busy.wait_for(20)
    upload.go()
    uploaded = upload.wait()
    calls = busy.wait()
    assert uploaded.ended[-1] < calls.ended[-1] - 0.5
    assert most_at_once(uploaded, calls) == 4


@POSIX
def test_calls_of_a_killed_process_count_until_the_dialer_has_done_them(worker: Callable[..., Worker]) -> None:
    killed, busy = worker(100, slots=4, seconds=0.6), worker(12, slots=4, seconds=0.2)
    killed.go()
    killed.wait_for(6)
    killed.kill()
    busy.go()
    calls = busy.wait()
    assert most_at_once(killed.on_the_dialer(), calls) == 4


@POSIX
def test_a_stopped_process_keeps_its_slots_and_no_others(worker: Callable[..., Worker]) -> None:
    stopped, busy = worker(40, slots=4, seconds=0.05), worker(60, slots=4, seconds=0.05)
    stopped.go()
    stopped.wait_for(4)
    busy.go()
    busy.wait_for(6)
    os.kill(stopped.process.pid, signal.SIGSTOP)
    done = len(busy.calls().ended)
    busy.wait_for(done + 20)
    os.kill(stopped.process.pid, signal.SIGCONT)
    assert most_at_once(stopped.wait(), busy.wait()) == 4


@POSIX
@pytest.mark.parametrize("shares", ["the state folder", "the runtime folder", "one folder with each of two others"])
def test_processes_find_each_other_by_either_folder(tmp_path: Path, worker: Callable[..., Worker], shares: str) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    usual = {"state": tmp_path / "a", "runtime": runtime}
    without_runtime: dict[str, Path] = {"state": tmp_path / "a"}
    other_journal = {"state": tmp_path / "b", "runtime": runtime}
    together = {
        "the state folder": [usual, without_runtime],
        "the runtime folder": [usual, other_journal],
        "one folder with each of two others": [usual, without_runtime, other_journal],
    }[shares]
    for folders in together:
        folders["state"].mkdir(mode=0o700, exist_ok=True)
    workers = [worker(60, slots=4, seconds=0.03, **folders) for folders in together]
    for one in workers:
        one.go()
    calls = [one.wait() for one in workers]
    assert [len(one.begun) for one in calls] == [60] * len(together)
    assert [most_at_once(calls[0], other) for other in calls[1:]] == [4] * (len(together) - 1)


@POSIX
def test_calls_of_a_killed_process_without_a_runtime_folder_count_too(
    tmp_path: Path, worker: Callable[..., Worker]
) -> None:
    (tmp_path / "runtime").mkdir(mode=0o700)
    killed, busy = worker(100, slots=4, seconds=0.6), worker(12, slots=4, seconds=0.2, runtime=tmp_path / "runtime")
    killed.go()
    killed.wait_for(6)
    killed.kill()
    busy.go()
    calls = busy.wait()
    assert most_at_once(killed.on_the_dialer(), calls) == 4


def test_the_folder_is_removed_under_two_busy_processes(tmp_path: Path, worker: Callable[..., Worker]) -> None:
    first, second = worker(100, slots=4, seconds=0.03), worker(100, slots=4, seconds=0.03)
    first.go()
    second.go()
    second.wait_for(20)
    shutil.rmtree(tmp_path / "slots")
    time.sleep(0.2)
    third = worker(20, slots=4, seconds=0.03)
    third.go()
    assert most_at_once(*(one.wait() for one in (first, second, third))) == 4


@pytest.mark.parametrize("missing", ["0", "waiting"])
def test_a_folder_named_for_sharing_that_cannot_be_used_is_an_error_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    file = pool.SlotPool.file

    def full(its_pool: pool.SlotPool, name: str) -> object:
        if name == missing:
            raise OSError(28, "No space left on device")
        return file(its_pool, name)

    monkeypatch.setattr(pool.SlotPool, "file", full)
    said: list[str] = []
    slots = SharedSlots(URL, 1, SlotsFolder(tmp_path, private=False), said.append, give_up_seconds=1)
    with pytest.raises(SettingsError, match=r"slots_dir .* cannot be used \(No space left on device\)"):
        slots.__enter__()
    assert said == []
