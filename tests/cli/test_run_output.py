"""The summary of a run on standard output, for a person and for a script."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadsync.cli.run_output import being_sent, put_run
from leadsync.cli.shell import Shell
from leadsync.journal import Journal, open_journal
from leadsync.models import Status
from tests.journal.samples import RUN, a_run, add

FILES = {"report": Path("leads.report.csv"), "retry": None}


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal with a finished run of two rows."""
    with open_journal(tmp_path) as journal:
        journal.create(a_run(tmp_path))
        journal.confirm(RUN)
        add(journal, RUN, ("A", Status.SUCCEEDED, 0), ("B", Status.FAILED, 106))
        journal.update_run(RUN, finished=True)
        yield journal


def test_a_person_gets_the_counts(journal: Journal, capsys: pytest.CaptureFixture[str]) -> None:
    put_run(Shell(), journal, journal.run(RUN), FILES)
    out = capsys.readouterr().out
    assert f"Run {RUN} of leads.csv: finished" in out
    assert "1  succeeded" in out
    assert "1  failed" in out


def test_a_script_gets_one_object_with_the_runs_before(journal: Journal, capsys: pytest.CaptureFixture[str]) -> None:
    put_run(Shell(json=True), journal, journal.run(RUN), FILES)
    value = json.loads(capsys.readouterr().out)
    assert (value["run"], value["statuses"]) == (RUN, {"succeeded": 1, "failed": 1})
    assert "before" not in value
    put_run(Shell(json=True), journal, journal.run(RUN), FILES, before=[{"run": "older"}])
    assert json.loads(capsys.readouterr().out) == {**value, "before": [{"run": "older"}]}


def test_a_run_under_way_is_named(journal: Journal) -> None:
    assert being_sent(journal.run(RUN)) == f"Run {RUN} is being sent by another leadsync just now"
