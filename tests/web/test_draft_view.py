"""The stage of a draft, by its files alone: the preview, the newest jobs, and the locks of their children."""

from contextlib import ExitStack
from typing import Any

import pytest

from leadsync.config import SheetChoices
from leadsync.web.draft_jobs import preview_name
from leadsync.web.draft_view import Stage, look_at
from leadsync.web.jobs import JobState, held
from leadsync.web.preview import DONE, SEND
from leadsync.web.uploads import Upload
from tests.web.shop import Shop

RUN = "20261123-120000-0000"
DIED = "The process that was to send this ended before its first row. Nothing was sent; send it again."


@pytest.fixture
def upload(shop: Shop) -> Upload:
    return shop.upload()


def preview(upload: Upload, what: str = SEND) -> None:
    upload.values.keep(preview_name(SheetChoices()), {"what": what})


def test_before_any_job_there_is_nothing_to_show(shop: Shop, upload: Upload) -> None:
    view = look_at(shop.state, upload)
    assert (view.stage, view.preview, view.run, view.error, view.sent_by) == (Stage.BROKEN, None, "", "", "")


def test_a_young_job_reads_and_its_preview_is_shown(shop: Shop, upload: Upload) -> None:
    job = shop.claim(upload, "read", reading={})
    assert look_at(shop.state, upload).stage is Stage.READING
    preview(upload)
    job.note(JobState.ENDED)
    view = look_at(shop.state, upload)
    assert (view.stage, view.preview) == (Stage.SHOWN, {"what": SEND})


def test_a_reading_without_a_preview_shows_its_error(shop: Shop, upload: Upload) -> None:
    shop.claim(upload, "read", reading={}).note(JobState.REFUSED, error="No memory.", run="")
    view = look_at(shop.state, upload)
    assert (view.stage, view.error) == (Stage.BROKEN, "No memory.")


def test_a_preview_of_other_choices_is_none(shop: Shop, upload: Upload) -> None:
    preview(upload)
    upload.choose(SheetChoices(sheet="May"))
    assert look_at(shop.state, upload).preview is None


@pytest.mark.parametrize(
    ("noted", "is_at_work", "stage", "error"),
    [
        ({"state": JobState.READING}, True, Stage.PLANNING, ""),
        ({"state": JobState.QUEUED}, True, Stage.QUEUED, ""),
        ({"state": JobState.SENDING, "run": RUN}, True, Stage.SENT, ""),
        # Without its lock a child is dead.
        ({"state": JobState.READING}, False, Stage.SHOWN, DIED),
        # But for one that waits: the page starts another.
        ({"state": JobState.QUEUED}, False, Stage.QUEUED, ""),
        ({"state": JobState.SENDING, "run": RUN}, False, Stage.SENT, ""),
        ({"state": JobState.REFUSED, "error": "No key.", "run": ""}, False, Stage.SHOWN, "No key."),
        ({"state": JobState.REFUSED, "error": "No disk.", "run": RUN}, False, Stage.SENT, "No disk."),
        ({"state": JobState.STALE}, False, Stage.SHOWN, ""),
        ({"state": JobState.CANCELLED}, False, Stage.SHOWN, ""),
        # After a trial the rest is there to be sent.
        ({"state": JobState.ENDED, "run": RUN}, False, Stage.SHOWN, ""),
    ],
)
def test_the_stage_of_a_sending(
    shop: Shop, upload: Upload, noted: dict[str, Any], stage: Stage, error: str, *, is_at_work: bool
) -> None:
    preview(upload)
    job = shop.claim(upload, "send", reading={})
    assert look_at(shop.state, upload).stage is Stage.PLANNING, "its child has not said anything yet"
    with ExitStack() as locks:
        if is_at_work:
            locks.enter_context(held(shop.state, job.lock_name, 1))
        job.note(**noted)
        view = look_at(shop.state, upload)
    assert (view.stage, view.error, view.sent_by) == (stage, error, "Ann")
    assert view.run == noted.get("run", "")
    assert view.stale == (noted["state"] is JobState.STALE)


@pytest.mark.parametrize("what", [DONE, None])
def test_an_ended_sending_with_nothing_left_leads_to_its_run(shop: Shop, upload: Upload, what: str | None) -> None:
    if what is not None:
        preview(upload, what)
    shop.claim(upload, "send", reading={}).note(JobState.ENDED, run=RUN, code=0)
    view = look_at(shop.state, upload)
    assert (view.stage, view.run) == (Stage.SENT, RUN)
