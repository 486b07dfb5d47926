"""Which file of a folder is tried next and when again; the clock and the work are the test's own."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from leadsync.errors import BusyError, Interrupted
from leadsync.watch import FolderWatcher, Handled, IgnoredFile
from tests.watch.conftest import FakeClock

MINUTE = 60.0


@dataclass
class Watched:
    """A folder, when each of its files was tried (in minutes), and what was said."""

    path: Path
    clock: FakeClock = field(default_factory=FakeClock)
    tried: list[tuple[str, float]] = field(default_factory=list)
    left: list[IgnoredFile] = field(default_factory=list)
    away: list[str] = field(default_factory=list)

    def drop(self, name: str, *, age: int = 0) -> Path:
        path = self.path / name
        path.write_text(name)
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
        return path

    def night(self, outcome: Callable[[Path], Handled | None], settle: float = 0.0) -> FolderWatcher:
        def work(path: Path) -> Handled | None:
            self.tried.append((path.name, self.clock.now() / MINUTE))
            return outcome(path)

        return FolderWatcher(
            self.path, self.clock, work, self.left.append, self.away.append, every=MINUTE, settle=settle
        )

    def watch_for(
        self, minutes: float, outcome: Callable[[Path], Handled | None], settle: float = 0.0
    ) -> list[Handled]:
        """What is handled until a SIGTERM comes after that time."""
        self.clock.at(minutes * MINUTE, lambda: None)
        handled: list[Handled] = []
        with pytest.raises(Interrupted):
            handled.extend(self.night(outcome, settle).forever())
        return handled


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    folder = tmp_path / "leads"
    folder.mkdir()
    return Watched(folder)


def moved(path: Path) -> Handled:
    target = path.parent / "done"
    target.mkdir(exist_ok=True)
    path.rename(target / path.name)
    return Handled(path, 0, target / path.name)


def stopped(path: Path) -> Handled:
    return Handled(path, 4, again=True)


def nothing_answered(path: Path) -> Handled:
    return Handled(path, 4, again=True, over=True)


@pytest.mark.parametrize("outcome", [stopped, nothing_answered, lambda _: None])
def test_a_file_that_stays_is_tried_again_every_quarter_of_an_hour(
    watched: Watched, outcome: Callable[[Path], Handled | None]
) -> None:
    watched.drop("leads.csv")
    watched.watch_for(60.5, outcome)
    assert watched.tried == [("leads.csv", minute) for minute in (0.0, 15.0, 30.0, 45.0, 60.0)]


def test_a_file_that_comes_meanwhile_waits_for_no_pause(watched: Watched) -> None:
    watched.drop("stays.csv")
    watched.clock.at(3.5 * MINUTE, lambda: watched.drop("new.csv"))
    watched.watch_for(10, lambda path: stopped(path) if path.name == "stays.csv" else moved(path))
    assert watched.tried == [("stays.csv", 0.0), ("new.csv", 4.0)]


def test_where_nothing_at_all_was_answered_the_other_files_of_the_round_wait(watched: Watched) -> None:
    watched.drop("old.csv", age=10)
    watched.drop("new.csv")
    watched.watch_for(0.5, nothing_answered)
    assert watched.tried == [("old.csv", 0.0)]


def test_a_file_that_stops_leaves_the_others_of_the_round_their_turn(watched: Watched) -> None:
    watched.drop("old.csv", age=10)
    watched.drop("new.csv")
    watched.watch_for(0.5, stopped)
    assert watched.tried == [("old.csv", 0.0), ("new.csv", 0.0)]


def test_a_file_that_changed_while_it_was_sent_is_sent_again_at_once(watched: Watched) -> None:
    watched.drop("leads.csv")
    outcomes = iter([lambda path: Handled(path, 0), moved])
    watched.watch_for(0.5, lambda path: next(outcomes)(path))
    assert watched.tried == [("leads.csv", 0.0), ("leads.csv", 0.0)]


def test_each_file_of_a_round_is_tried_once(watched: Watched) -> None:
    watched.drop("leads.csv")
    assert [handled.code for handled in watched.night(stopped).once()] == [4]
    assert len(watched.tried) == 1


def test_a_file_that_still_grows_is_waited_for(watched: Watched) -> None:
    path = watched.drop("leads.csv")
    watched.clock.at(1.5 * MINUTE, lambda: path.write_text("more of it"))
    watched.watch_for(10, moved, settle=2 * MINUTE)
    assert watched.tried == [("leads.csv", 4.0)], "seen as it is at 2 minutes, and still so at 4"


def test_why_a_file_is_left_alone_is_said_once_for_each_reason(watched: Watched) -> None:
    watched.drop("leads.csv")
    note = watched.drop("~$leads.csv")
    watched.clock.at(5.5 * MINUTE, lambda: note.rename(watched.path / ".~lock.leads.csv#"))
    watched.watch_for(10, moved)
    assert [left.path.name for left in watched.left] == ["leads.csv", "leads.csv"]
    assert [("~$leads.csv" in left.why, ".~lock.leads.csv#" in left.why) for left in watched.left] == [
        (True, False),
        (False, True),
    ]
    assert watched.tried == []


def test_a_folder_that_goes_away_and_comes_back_is_said_once_each(watched: Watched) -> None:
    elsewhere = watched.path.with_name("unmounted")
    watched.clock.at(2.5 * MINUTE, lambda: watched.path.rename(elsewhere))
    watched.clock.at(5.5 * MINUTE, lambda: elsewhere.rename(watched.path))
    watched.watch_for(10, moved)
    assert [bool(why) for why in watched.away] == [True, False]


def test_a_file_that_another_leadsync_sends_is_tried_again_soon_and_ever_later(watched: Watched) -> None:
    watched.drop("leads.csv")

    def busy(_: Path) -> Handled:
        raise BusyError("Run 1 is being sent by another leadsync")

    watched.watch_for(3, busy)
    assert [round(minutes * MINUTE) for _, minutes in watched.tried] == [0, 5, 15, 35, 75, 155]


def test_a_file_is_tried_again_soon_where_the_journal_is_away(watched: Watched) -> None:
    watched.drop("leads.csv")
    outcomes = iter([lambda path: Handled(path, 1, again=True, soon=True), moved])
    handled = watched.watch_for(1, lambda path: next(outcomes)(path))
    assert [round(minutes * MINUTE) for _, minutes in watched.tried] == [0, 5]
    assert [one.code for one in handled] == [1, 0]


def test_without_the_lock_no_file_is_tried_and_those_there_are_stable_at_the_takeover(watched: Watched) -> None:
    watched.drop("leads.csv")
    watched.clock.at(3 * MINUTE, lambda: None)
    night = watched.night(moved, settle=MINUTE)
    night.holds = lambda: watched.clock.now() >= 2.5 * MINUTE
    with pytest.raises(Interrupted):
        list(night.forever())
    assert watched.tried == [("leads.csv", 2.5)]


def test_a_lock_lost_between_two_files_ends_the_round(watched: Watched) -> None:
    for name in ("a.csv", "b.csv"):
        watched.drop(name)
    watched.clock.at(MINUTE, lambda: None)
    night = watched.night(moved)
    night.holds = lambda: len(watched.tried) == 0
    with pytest.raises(Interrupted):
        list(night.forever())
    assert len(watched.tried) == 1
