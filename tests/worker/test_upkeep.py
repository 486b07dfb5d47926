"""What a worker does beside sending, on a journal of either store."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from leadsync.journal import Journal, Queued, open_journal
from leadsync.worker.upkeep import expire_drafts, prune, wake_queued
from tests.journal.samples import LATER, RUN, a_run, entry

HERE = "pbx.example.com:443"


def confirmed(journal: Journal, folder: Path, **values: object) -> None:
    journal.create(a_run(folder))
    journal.confirm(RUN, queued=Queued(HERE), **values)


def test_a_queued_run_is_woken_for_until_it_is_held(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal, open_journal(tmp_path) as child:
        confirmed(journal, tmp_path)
        assert wake_queued(journal, [HERE]) == [RUN]
        child.hold(RUN)
        assert wake_queued(journal, [HERE]) == []
        child.release(RUN)
        assert wake_queued(journal, [HERE]) == [RUN]


def test_drafts_expire_after_a_day_unless_somebody_is_at_them(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal, open_journal(tmp_path) as reader:
        now = journal.now()
        journal.create(replace(a_run(tmp_path), created=now - timedelta(hours=25)))
        reader.create(replace(a_run(tmp_path, LATER), created=now - timedelta(hours=23)))
        assert expire_drafts(journal) == [RUN]
        assert [run.id for run in journal.runs()] == [LATER]
    with open_journal(tmp_path) as journal, open_journal(tmp_path) as reader:
        reader.create(replace(a_run(tmp_path), created=now - timedelta(hours=25)))
        reader.hold(RUN)
        assert expire_drafts(journal) == []


@pytest.mark.parametrize(("days", "expired"), [(13, []), (15, [RUN])])
def test_a_draft_with_corrections_lives_as_long_as_an_upload(tmp_path: Path, days: int, expired: list[str]) -> None:
    with open_journal(tmp_path) as journal:
        journal.create(replace(a_run(tmp_path), created=journal.now() - timedelta(days=days)))
        journal.add(RUN, [entry(2)])
        journal.edit(RUN, 2, {0: "L02"}, version=0, user="ann")
        assert expire_drafts(journal) == expired


def test_old_runs_are_forgotten_by_the_setting_alone(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        old = replace(a_run(tmp_path), created=journal.now() - timedelta(days=31))
        journal.create(old)
        journal.confirm(RUN, finished=True)
        assert prune(journal, 0) == prune(journal, 32) == []
        assert prune(journal, 30) == [RUN]
        assert [(entry.action, entry.user) for entry in journal.audit()] == [("prune", "leadsync worker")]
