"""Child processes of the page: they outlive it, and a kill loses nothing."""

import os
import signal

import pytest

from leadsync.config import SheetChoices
from leadsync.errors import LeadsyncError
from leadsync.simulator import PracticeDialer
from leadsync.web import children
from leadsync.web.jobs import JobState, turn
from leadsync.web.preview import GO_ON
from leadsync.web.waiting_jobs import start_waiting_jobs
from tests.conftest import Desk
from tests.web.shop import Shop, applied, wait_for, wait_until


def test_a_child_outlives_the_page_and_sends_once(shop: Shop, dialer: PracticeDialer) -> None:
    upload = shop.upload()
    job = shop.claim_send(upload, shop.read(upload))
    shop.start("send", upload, job)
    shop.start("send", upload, job)
    assert wait_for(job).state is JobState.ENDED
    assert applied(dialer) == ["A1", "A2"]
    assert "KEY" not in (shop.state / "children.log").read_text()


def test_a_child_killed_where_it_waits_is_started_anew_by_the_page_and_sends_once(
    shop: Shop, dialer: PracticeDialer
) -> None:
    upload = shop.upload()
    seen = shop.read(upload)
    job = shop.claim_send(upload, seen)
    # Its turn never comes while four others are at work: it is killed where it waits.
    with turn(shop.state, 4), turn(shop.state, 4), turn(shop.state, 4), turn(shop.state, 4):
        child = shop.start("send", upload, job)
        wait_until(lambda: job.noted.get("state") == JobState.QUEUED)
        assert job.state is JobState.QUEUED
        os.kill(child, signal.SIGKILL)
        wait_until(lambda: not job.has_child)
        assert job.state is JobState.QUEUED, "it waits for the page"
        assert start_waiting_jobs(shop.state, shop.desk.config) == [job]
        wait_until(lambda: job.has_child)
        assert start_waiting_jobs(shop.state, shop.desk.config) == []
    assert dialer.ledger.received == []
    assert wait_for(job).state is JobState.ENDED
    assert applied(dialer) == ["A1", "A2"]
    assert start_waiting_jobs(shop.state, shop.desk.config) == []


def test_a_child_killed_while_it_sends_leaves_a_run_to_go_on_with(shop: Shop, desk: Desk) -> None:
    dialer = desk.dialer(floor_seconds=0.05, hardware_threads=2)
    upload = shop.upload("Lead Id,Priority\n" + "".join(f"A{number},5\n" for number in range(1, 61)))
    job = shop.claim_send(upload, shop.read(upload))
    child = shop.start("send", upload, job)
    wait_until(lambda: len(dialer.ledger.applications) > 5)
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: job.state is JobState.LOST)
    rest = shop.read(upload)
    assert (rest["what"], rest["earlier"]["run"]) == (GO_ON, job.noted["run"])
    shop.send(upload, rest)
    assert shop.statuses(job.noted["run"]) == {"succeeded": 60}
    assert set(applied(dialer)) == {f"A{number}" for number in range(1, 61)}


def test_a_long_log_begins_anew(shop: Shop, dialer: PracticeDialer, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = shop.upload()
    monkeypatch.setattr(children, "_LONGEST_LOG", 10)
    for text, kept in (("0123456789", False), ("0123456789a", True)):
        (shop.state / "children.log").write_text(text)
        job = shop.claim(upload, "read", reading=SheetChoices().model_dump())
        shop.start("read", upload, job)
        assert wait_for(job).state is JobState.ENDED
        assert (shop.state / "children.log.1").exists() is kept
    assert (shop.state / "children.log.1").read_text() == "0123456789a"
    assert (shop.state / "children.log").read_text() == ""


def test_a_process_that_cannot_be_started_is_a_sentence(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = shop.upload()
    job = shop.claim(upload, "read", reading=SheetChoices().model_dump())
    monkeypatch.setattr(children.sys, "executable", str(shop.state / "missing"))
    with pytest.raises(LeadsyncError, match=r"No process can be started for this \(No such file or directory\)"):
        shop.start("read", upload, job)


def test_a_child_in_reserve_does_one_job_and_ends_without_one(shop: Shop, dialer: PracticeDialer) -> None:
    reserve, config = children.Reserve(), shop.desk.config
    reserve.fill(shop.state, config)
    reserve.fill(shop.state, config)
    [waiting] = children._children
    upload = shop.upload()
    job = shop.claim(upload, "read", reading=SheetChoices().model_dump())
    assert children.start_child(shop.state, config, "read", upload.id, job, reserve) == waiting.pid
    assert wait_for(job).state is JobState.ENDED
    assert waiting.wait(120) == 0
    assert reserve.hand_over(["read", upload.id, "1"]) is None, "there is none any more"
    reserve.fill(shop.state, config)
    reserve.hand_over(None)
    assert children._children[-1].wait(120) == 0
