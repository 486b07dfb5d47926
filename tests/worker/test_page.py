"""What people send on the page: by a worker, or by the page's machine where none is running."""

import os

import pytest

from leadsync.dialer_address import canonical
from leadsync.journal import Journal, open_journal
from leadsync.run import NO_WORKER
from leadsync.web.jobs import JobState
from leadsync.web.run_standings import waits_for_worker
from leadsync.web.stats_child import count_failures
from leadsync.worker.upkeep import wake_queued
from tests.conftest import Desk
from tests.web.shop import Shop, applied


@pytest.fixture
def shop(desk: Desk, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A page whose uploads are for a worker."""
    desk.environment |= {"LEADSYNC_JOURNAL_URL": postgres_url, "LEADSYNC_CLUSTER__PAGE_SENDS": "by_worker"}
    for name in ("LEADSYNC_API_KEY", "XDG_RUNTIME_DIR", "LEADSYNC_JOURNAL_URL", "LEADSYNC_CLUSTER__PAGE_SENDS"):
        monkeypatch.setenv(name, desk.environment[name])
    return Shop(desk)


def journal_of(shop: Shop, machine: str = "state") -> Journal:
    return open_journal(shop.desk.folder / machine, os.environ["LEADSYNC_JOURNAL_URL"])


def test_an_upload_is_confirmed_and_left_to_a_worker(shop: Shop, desk: Desk) -> None:
    dialer = desk.dialer()
    upload = shop.upload()
    seen = shop.read(upload)
    with journal_of(shop, "second") as second:
        second.prepare_queue()
        queue = canonical(seen["target"]["dialer"])
        second.keep_worker("w", [queue])
        job = shop.send(upload, seen)
        assert job.state is JobState.ENDED
        run = second.run(job.noted["run"])
        assert (run.complete, run.finished, applied(dialer)) == (True, False, [])
        assert waits_for_worker(second, run) is True
        assert wake_queued(second, [queue]) == [run.id]
        done = desk.leadsync("resume", run.id, "--yes", "--json", LEADSYNC_STATE=str(desk.folder / "third"))
        assert (done.code, applied(dialer)) == (0, ["A1", "A2"])
        assert waits_for_worker(second, second.run(run.id)) is None
        assert [entry.user for entry in second.audit(run.id) if entry.action == "send"][-1] == "Ann"


def test_without_a_worker_it_is_sent_from_here_and_said(shop: Shop, desk: Desk) -> None:
    dialer = desk.dialer()
    upload = shop.upload()
    job = shop.send(upload, shop.read(upload))
    assert applied(dialer) == ["A1", "A2"]
    with journal_of(shop) as journal:
        run = journal.run(job.noted["run"])
        assert run.finished
        assert str(NO_WORKER) in run.warnings
        assert journal.queued(run.id) is None


def test_a_worker_that_has_died_is_told_of(shop: Shop, desk: Desk) -> None:
    desk.dialer()
    upload = shop.upload()
    seen = shop.read(upload)
    with journal_of(shop, "second") as second:
        second.keep_worker("w", [canonical(seen["target"]["dialer"])])
        run = second.run(shop.send(upload, seen).noted["run"])
        second.end_worker("w")
        assert waits_for_worker(second, run) is False


def test_stats_are_counted_in_the_journal_of_the_settings(shop: Shop, desk: Desk) -> None:
    desk.dialer()
    upload = shop.upload()
    shop.send(upload, shop.read(upload))
    summary = count_failures(desk.folder / "another machine", "code", None)
    assert "of 2 rows" in summary.headline
