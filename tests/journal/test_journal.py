"""A journal as a whole, on each store."""

from datetime import UTC, datetime
from pathlib import Path

from tests.journal.conftest import OpenStore
from tests.journal.samples import RUN, a_run


def test_its_time_has_a_zone_and_goes_on(open_store: OpenStore) -> None:
    journal = open_store()
    first = journal.now()
    assert abs((datetime.now(UTC) - first).total_seconds()) < 60
    assert first <= journal.now()


def test_at_its_end_its_runs_are_free_for_others(tmp_path: Path, open_store: OpenStore) -> None:
    other = open_store()
    with open_store() as journal:
        journal.create(a_run(tmp_path))
        journal.hold(RUN)
        assert not other.try_hold(RUN)
    assert other.try_hold(RUN)
