"""The filling of an empty journal in PostgreSQL."""

from pathlib import Path

from leadsync.journal import open_journal
from leadsync.journal.postgres.intake import Intake
from leadsync.journal.sqlite.snapshot import Snapshot
from tests.journal.samples import LATER, RUN, a_run


def fill(intake: Intake, state: Path) -> None:
    with open_journal(state) as journal:
        journal.create(a_run(state))
    with Snapshot(state) as source:
        intake.fill("runs", source.rows("runs", intake.columns("runs")))


def test_nothing_is_kept_before_it_is_said(tmp_path: Path, postgres_url: str) -> None:
    with Intake(postgres_url) as intake:
        fill(intake, tmp_path)
        assert intake.count("runs") == 1
    with open_journal(tmp_path / "other", postgres_url) as journal:
        assert journal.runs() == []


def test_new_runs_come_behind_those_kept(tmp_path: Path, postgres_url: str) -> None:
    with Intake(postgres_url) as intake:
        assert {"runs", "rows", "lines", "attempts"} <= set(intake.tables)
        assert "leases" not in intake.tables, "a copy is nobody's"
        fill(intake, tmp_path)
        intake.count_on(7)
        assert not intake.may_be_kept
        intake.keep()
        assert intake.may_be_kept
        intake.analyse()
    with open_journal(tmp_path / "other", postgres_url) as journal:
        journal.create(a_run(tmp_path, LATER))
        assert [run.id for run in journal.runs()] == [LATER, RUN]
