"""Runs under way, as other processes see them."""

import asyncio
from pathlib import Path

from leadsync.journal import Journal
from leadsync.models import Status
from leadsync.tallies import Live
from tests.journal.conftest import OpenStore
from tests.journal.samples import LATER, NOW, RUN, a_run, entry, sending

FIRST = Live(5000, {}, 0.0, "", 4711, "desk-3")
SECOND = Live(5000, {Status.SUCCEEDED: 1200, Status.FAILED: 4}, 61.5, "the dialer is away", 4711, "desk-3")


def tell(journal: Journal, *states: Live, run_id: str = RUN) -> list[str]:
    """A process sends, tells the journal its states and ends without a word; its lock stays with the journal."""

    async def send() -> list[str]:
        async with sending(journal, run_id) as log:
            return [await log.live(live) for live in states]

    return asyncio.run(send())


def test_another_process_reads_the_last_state_of_a_sending(journal: Journal, open_store: OpenStore) -> None:
    before = journal.now()
    assert tell(journal, FIRST, SECOND) == ["", ""]
    other = open_store()
    assert not other.settle_if_dead(RUN), "no row is in flight, and it is sent all the same"
    [(run_id, live)] = other.live().items()
    assert run_id == RUN
    assert (live.rows, live.settled, live.pace) == (5000, {Status.SUCCEEDED: 1200, Status.FAILED: 4}, 61.5)
    assert (live.words, live.pid, live.host, live.done) == ("the dialer is away", 4711, "desk-3", 1204)
    assert live.at is not None
    assert before <= live.at <= journal.now()
    assert (live.stop_wanted, live.lost) == ("", False)


def test_a_request_to_stop_is_read_with_the_next_state(journal: Journal, open_store: OpenStore) -> None:
    other = open_store()

    async def send() -> list[str]:
        async with sending(journal) as log:
            first = await log.live(FIRST)
            assert other.ask_to_stop(RUN, "alice")
            return [first, await log.live(SECOND), await log.live(SECOND)]

    assert asyncio.run(send()) == ["", "alice", "alice"]
    assert other.live()[RUN].stop_wanted == "alice"


def test_there_is_nobody_to_stop_before_and_after_a_sending(journal: Journal) -> None:
    assert not journal.ask_to_stop(RUN, "alice")
    tell(journal, FIRST)
    journal.end_live(RUN)
    assert not journal.ask_to_stop(RUN, "alice")
    assert journal.live() == {}


def test_a_request_to_stop_reaches_one_run(journal: Journal, tmp_path: Path) -> None:
    journal.create(a_run(tmp_path, LATER))
    tell(journal, FIRST)
    tell(journal, FIRST, run_id=LATER)
    journal.ask_to_stop(LATER, "bob")
    assert {run_id: live.stop_wanted for run_id, live in journal.live().items()} == {RUN: "", LATER: "bob"}
    journal.end_live(LATER)
    assert list(journal.live()) == [RUN]


def test_a_sending_whose_process_died_is_lost_until_the_next_one(journal: Journal, open_store: OpenStore) -> None:
    tell(journal, SECOND)
    journal.ask_to_stop(RUN, "alice")
    journal.release(RUN)
    other = open_store()
    assert other.settle_if_dead(RUN)
    assert other.live()[RUN].lost
    assert not other.ask_to_stop(RUN, "bob"), "there is nobody to hear it"
    assert tell(other, FIRST) == [""], "the old request was for the dead process"
    assert not journal.live()[RUN].lost


def test_whoever_takes_the_run_knows_its_sender_is_dead(journal: Journal, open_store: OpenStore) -> None:
    tell(journal, FIRST)
    journal.release(RUN)
    open_store().hold(RUN)
    assert journal.live()[RUN].lost


def test_a_state_is_kept_with_the_attempts_of_its_group(journal: Journal) -> None:
    journal.add(RUN, [entry(2)])

    async def send() -> None:
        async with sending(journal) as log:
            await asyncio.gather(log.begin(2, 1), log.live(FIRST))

    asyncio.run(send())
    assert journal.states(RUN, [2]) == {2: Status.UNKNOWN}
    assert journal.live()[RUN].rows == 5000


def test_the_state_goes_with_its_run(journal: Journal) -> None:
    tell(journal, FIRST)
    journal.update_run(RUN, finished=True)
    journal.release(RUN)
    assert journal.prune(NOW, undecided=True).runs == (RUN,)
    assert journal.live() == {}
