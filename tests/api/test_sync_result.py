"""The result of a run, and the error of a stopped one."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from leadsync.api.sync_result import RunStopped, result_of
from leadsync.journal import Journal, open_journal
from leadsync.models import Status
from tests.journal.samples import RUN, a_run, add


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal with a run stopped after two of three rows."""
    with open_journal(tmp_path) as journal:
        journal.create(a_run(tmp_path))
        journal.confirm(RUN)
        add(journal, RUN, ("A", Status.SUCCEEDED, 0), ("B", Status.FAILED, 106), ("C", Status.UNSENT))
        journal.update_run(RUN, stopped="the key was refused", seconds=1.5, headings=("Lead Id",))
        yield journal


def test_every_status_is_counted_and_unwritten_files_are_none(journal: Journal) -> None:
    files = {"report": Path("leads.report.csv"), "retry": None}
    result = result_of(journal, journal.run(RUN), files, 4, None)
    assert result.counts == {
        **dict.fromkeys((status.value for status in Status), 0),
        "succeeded": 1,
        "failed": 1,
        "unsent": 1,
    }
    assert result.files == files
    assert (result.exit_code, result.stopped, result.seconds) == (4, "the key was refused", 1.5)
    assert result.frame["Lead Id"].tolist() == ["A", "B", "C"]


def test_the_given_frame_comes_back_with_its_outcomes(journal: Journal) -> None:
    given = pd.DataFrame({"Lead Id": ["A", "B", "C"]}, index=[10, 20, 30])
    result = result_of(journal, journal.run(RUN), {}, 4, given)
    assert result.frame.index.tolist() == [10, 20, 30]
    assert result.frame["sync_status"].tolist() == ["succeeded", "failed", "unsent"]


def test_a_stopped_run_says_what_goes_on_and_holds_the_result(journal: Journal) -> None:
    result = result_of(journal, journal.run(RUN), {}, 4, None)
    error = RunStopped(result)
    assert error.result is result
    assert str(error) == (
        f"Run {RUN} stopped before its end: the key was refused. The same call again, or `leadsync resume {RUN}`, "
        "goes on."
    )
