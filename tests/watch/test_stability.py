"""Files are sent once they have stopped growing."""

from pathlib import Path

from leadsync.watch import Candidate, StabilityFilter


def test_a_file_has_settled_when_it_stayed_the_same_for_long_enough_by_our_own_clock() -> None:
    stability = StabilityFilter(60)
    small, large = (Candidate(Path("leads.csv"), size, 0) for size in (10, 20))
    assert stability.see([small], 0) == []
    assert stability.see([large], 59) == [], "it has grown, though its own time says that it is old"
    assert stability.see([large], 100) == []
    assert stability.see([large], 119) == [large]


def test_a_file_that_went_and_came_back_begins_anew() -> None:
    stability = StabilityFilter(60)
    file = Candidate(Path("leads.csv"), 10, 0)
    stability.see([file], 0)
    stability.see([], 30)
    assert stability.see([file], 61) == []
    assert stability.see([file], 121) == [file]


def test_the_oldest_comes_first() -> None:
    stability = StabilityFilter(0)
    files = [Candidate(Path("b"), 1, 5), Candidate(Path("a"), 1, 9), Candidate(Path("c"), 1, 5)]
    assert [file.path.name for file in stability.see(files, 0)] == ["b", "c", "a"]


def test_a_look_at_no_file_is_stable() -> None:
    stability = StabilityFilter(60)
    assert not stability.unstable
    stability.see([Candidate(Path("a"), 1, 5)], 0)
    assert stability.unstable
    stability.see([], 1)
    assert not stability.unstable
