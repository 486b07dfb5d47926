"""The written files, and the measured slots and pace of dialers."""

from pathlib import Path

import pytest

from leadsync.errors import UsageError
from leadsync.journal import Journal
from tests.journal.conftest import OpenStore
from tests.journal.samples import OTHER, RUN, a_run

URL = "http://127.0.0.1:8080"


def test_a_runs_files_are_kept_for_that_run(journal: Journal, tmp_path: Path, open_store: OpenStore) -> None:
    journal.create(a_run(tmp_path, OTHER))
    assert journal.written(RUN) == {}
    journal.keep_written(RUN, {"/out/a.csv": [10, 2**60]})
    journal.keep_written(RUN, {"/out/b.csv": [11, 1]})
    assert open_store().written(RUN) == {"/out/b.csv": [11, 1]}, "the last state counts, for other processes too"
    assert journal.written(OTHER) == {}


def test_a_run_pruned_meanwhile_is_said_to_be_gone(journal: Journal) -> None:
    with pytest.raises(UsageError, match=f"Run {OTHER} is not in the journal any more"):
        journal.written(OTHER)


def test_a_copy_of_check_is_known_by_its_path(journal: Journal) -> None:
    path = Path("/out/leads.check.csv")
    assert journal.wrote(path) is None
    journal.keep_wrote(path, 10, 2**60)
    journal.keep_wrote(path, 12, 2**60 + 1)
    assert journal.wrote(path) == [12, 2**60 + 1]
    assert journal.wrote(Path("/out/other.csv")) is None


def test_slots_are_a_dialers_own(journal: Journal) -> None:
    assert journal.known_slots(URL) is None
    journal.keep_slots(URL, 12)
    journal.keep_slots(URL, 8)
    assert journal.known_slots(URL) == 8
    assert journal.known_slots("http://127.0.0.1:8081") is None
    assert journal.known_pace(URL) is None


@pytest.mark.parametrize(("slots", "pace"), [(None, 79.5), (8, 79.5), (4, None)])
def test_a_pace_predicts_a_run_with_as_many_slots(journal: Journal, slots: int | None, pace: float | None) -> None:
    journal.keep_slots(URL, 16)
    journal.keep_pace(URL, 35.0, 4)
    journal.keep_pace(URL, 79.5, 8)
    assert journal.known_pace(URL, slots) == pace
    assert journal.known_slots(URL) == 16, "a pace changes no number of slots"
