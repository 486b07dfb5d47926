"""The children of a worker: their command lines, and what follows their ends."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from leadsync.journal import Queued, open_journal
from leadsync.worker.child_runs import ChildRuns, Ended, is_over
from tests.journal.samples import RUN, a_run

HERE = "pbx.example.com:443"


def test_the_command_line_of_a_run(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    words = ChildRuns(tmp_path / "state", None).words(run, Queued(HERE))
    assert words == ["resume", RUN, "--yes", "--json", "--state", str(tmp_path / "state")]
    at = (datetime(2026, 11, 28, 18, 30)).astimezone().isoformat()
    elsewhere = replace(run, output=tmp_path / "of another machine")
    words = ChildRuns(tmp_path / "state", tmp_path / "x.toml").words(elsewhere, Queued(HERE, until=at))
    assert words[6:] == [
        *("--config", str(tmp_path / "x.toml")),
        *("--until", "18:30"),
        *("--output", str(tmp_path / "state" / "reports" / RUN)),
    ]


def test_the_time_until_which_a_run_is_sent() -> None:
    now = datetime.now().astimezone()
    assert not is_over(Queued(HERE), lambda: now)
    assert not is_over(Queued(HERE, until=(now + timedelta(minutes=1)).isoformat()), lambda: now)
    assert is_over(Queued(HERE, until=now.isoformat()), lambda: now)


@pytest.mark.parametrize(
    ("code", "error", "stopping", "stays", "waits"),
    [
        (0, "", False, False, False),
        (3, "", False, False, False),
        # It stopped with a reason, which a person reads.
        (4, "", False, False, False),
        # The journal went away in the middle.
        (4, "Run 7f3a stopped before its end.", False, True, True),
        # A user stopped it; or the worker ends, and another goes on.
        (143, "", False, False, False),
        (143, "", True, True, False),
        # The settings of this machine are wrong; the journal was away.
        (2, "", False, True, True),
        (1, "", False, True, True),
        # Killed: the lease has to run out first.
        (-9, "", False, True, False),
    ],
)
def test_what_follows_the_end_of_a_child(
    tmp_path: Path, code: int, error: str, stopping: bool, stays: bool, waits: bool
) -> None:
    children = ChildRuns(tmp_path, None)
    children.stopping = stopping
    with open_journal(tmp_path) as journal:
        journal.create(a_run(tmp_path))
        journal.confirm(RUN, queued=Queued(HERE))
        journal.release(RUN)
        # As its start did.
        journal.postpone(RUN, 10)
        children.settle(journal, RUN, Ended(code, error))
        assert (journal.queued(RUN) is not None) is stays
        assert (stays and not journal.to_wake([HERE])) is waits
