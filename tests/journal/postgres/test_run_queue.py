"""Waking of workers: jobs of procrastinate, in the transaction that queues the run."""

from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from leadsync.errors import UsageError
from leadsync.journal import Queued, open_journal
from leadsync.journal.postgres import PostgresJournal
from tests.journal.postgres.conftest import OpenMachine
from tests.journal.samples import RUN

JOBS = "SELECT queue_name, priority, queueing_lock, args FROM leadsync_queue.procrastinate_jobs"
HERE = "pbx.example.com:443"


def jobs(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(JOBS).fetchall()


def test_a_queued_run_has_a_job_from_the_same_transaction(journal: PostgresJournal, postgres_url: str) -> None:
    journal.prepare_queue()
    journal.update_run(RUN, queued=Queued(HERE, 10))
    assert jobs(postgres_url) == [(HERE, 10, RUN, {"run": RUN})]
    # Once is enough, and the second time undoes nothing.
    journal.update_run(RUN, queued=Queued(HERE, 10), stopped="once more")
    assert len(jobs(postgres_url)) == 1
    assert journal.run(RUN).stopped == "once more"


def test_without_the_change_there_is_no_job(journal: PostgresJournal, postgres_url: str) -> None:
    journal.prepare_queue()
    with suppress(ValueError), journal._database.writing() as connection:
        journal._queue(connection, RUN, Queued(HERE))
        raise ValueError
    assert jobs(postgres_url) == []
    assert journal.queued(RUN) is None


def test_before_the_first_worker_the_run_waits_in_its_table(journal: PostgresJournal) -> None:
    journal.update_run(RUN, queued=Queued(HERE))
    assert list(journal.to_wake([HERE])) == [RUN]


def test_the_tables_are_made_once_and_brought_up_to_date(journal: PostgresJournal, postgres_url: str) -> None:
    assert journal.prepare_queue() == journal.prepare_queue()
    newest = "DELETE FROM leadsync.queue_scripts WHERE name = (SELECT max(name) FROM leadsync.queue_scripts)"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(newest)
        connection.execute("DROP FUNCTION leadsync_queue.procrastinate_retry_job_v1")
    journal.prepare_queue()
    journal.update_run(RUN, queued=Queued(HERE))
    assert len(jobs(postgres_url)) == 1


def test_lost_tables_are_made_anew(journal: PostgresJournal, postgres_url: str) -> None:
    """A restore of the journal's schema alone brings the list of scripts back, and no queue."""
    journal.prepare_queue()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA leadsync_queue CASCADE")
    journal.prepare_queue()
    journal.update_run(RUN, queued=Queued(HERE))
    assert len(jobs(postgres_url)) == 1


def test_workers_are_known_by_their_signs_of_life(journal: PostgresJournal, open_machine: OpenMachine) -> None:
    other = open_machine("second")
    other.keep_worker("w1", [HERE])
    [seen] = journal.workers()
    assert seen.queues == (HERE,)
    assert 0 <= seen.ago < 5
    other.end_worker("w1")
    assert journal.workers() == []


def test_a_journal_for_one_machine_has_no_workers(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        assert journal.workers() == []
        with pytest.raises(UsageError, match="LEADSYNC_JOURNAL_URL"):
            journal.prepare_queue()
