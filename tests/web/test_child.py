"""One job in a process of its own: its end, or its error in words for the page."""

import pytest

from leadsync.errors import UsageError
from leadsync.simulator import PracticeDialer
from leadsync.web import draft_jobs
from leadsync.web.child import main
from leadsync.web.jobs import Job, JobState
from leadsync.web.uploads import Uploads
from tests.web.shop import Shop


def test_without_a_key_nothing_is_sent_and_the_page_learns_why(
    shop: Shop, dialer: PracticeDialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = shop.upload()
    seen = shop.read(upload)
    monkeypatch.delenv("LEADSYNC_API_KEY")
    job = shop.send(upload, seen)
    assert job.state is JobState.REFUSED
    assert "holds no API key" in job.noted["error"]
    assert not any(run.complete for run in shop.runs())


def test_an_error_of_the_program_is_told_without_its_details(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(draft_jobs, "read_draft", fail)
    upload = shop.upload()
    job = shop.claim(upload, "read", reading={})
    shop.do("read", upload, job)
    assert job.state is JobState.REFUSED
    assert job.noted["error"] == (
        "leadsync itself failed (ZeroDivisionError); children.log in its state folder shows where."
    )
    assert "test_child.py" in caplog.text, "the log has the traceback"


def test_a_run_that_was_confirmed_stays_known_after_an_error(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_session: object, _upload: object, job: Job) -> None:
        job.note(JobState.SENDING, run="20261123-120000-0000")
        raise UsageError("friday.csv went away.")

    monkeypatch.setattr(draft_jobs, "send_draft", fail)
    upload = shop.upload()
    job = shop.claim(upload, "send")
    shop.do("send", upload, job)
    assert job.noted == {"state": "refused", "error": "friday.csv went away.", "run": "20261123-120000-0000"}


def test_nothing_is_done_for_a_discarded_upload(shop: Shop, dialer: PracticeDialer) -> None:
    upload = shop.upload()
    job = shop.claim(upload, "send")
    Uploads(shop.state).discard(upload)
    shop.do("send", upload, job)
    assert shop.runs() == []


def test_another_verb_is_refused(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["delete", "--state", str(shop.state), "x", "1"])
    assert "delete is no job" in capsys.readouterr().err
