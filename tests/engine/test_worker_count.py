"""How many rows are written down ahead, by the times of the journal and of calls."""

import pytest

from leadsync.engine.worker_count import WorkerCount


@pytest.mark.parametrize(
    ("writing", "calling", "workers"),
    [
        (0.010, 0.1, 64 + 2 + 16),
        (0.030, 0.1, 64 + 2 + 38),
        (0.030, 0.4, 64 + 2 + 16),
        (5.0, 0.1, 64 + 2 + 64),
    ],
)
def test_rows_ahead_follow_the_journal(writing: float, calling: float, workers: int) -> None:
    """Twice the journal's time in parts of a call's: a quarter of the slots at least, all of them at most."""
    count = WorkerCount()
    assert count.of(64) == 82, "before anything is known"
    for _ in range(1000):
        count.written(writing)
        count.called(calling)
    assert count.of(64) == workers


def test_few_slots_have_two_rows_ahead() -> None:
    assert WorkerCount().of(1) == 3
