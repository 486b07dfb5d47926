"""The live state of a run: each poll is a fragment, and the last one loads the result."""

import html
import re

import pytest

from leadsync.models import Status
from leadsync.tallies import Holder, Live
from tests.web.conftest import Browser
from tests.web.filled import PATH, RUN, Sender, text_of


def test_a_poll_is_a_fragment_of_the_same_state(alone: Browser, sender: Sender) -> None:
    sender.tells(Live(10, {Status.SUCCEEDED: 4, Status.FAILED: 1}, 0.5, "the dialer is away; next try in 60 s"))
    for path in (f"{PATH}/live", f"{PATH}/live?in=list"):
        poll = alone.get(path, headers={"hx-request": "true"})
        assert poll.status_code == 200
        assert "<html" not in poll.text
        assert "5</b> of 10 rows · 30 a minute" in poll.text
        assert "The dialer is away; next try in 60 s." in poll.text
        assert "left" not in poll.text, "nobody knows how long it waits"


def test_the_poll_ends_with_the_sending_and_loads_the_result(alone: Browser, sender: Sender) -> None:
    sender.ends(finished=True)
    poll = alone.get(f"{PATH}/live", headers={"hx-request": "true"})
    assert (poll.status_code, poll.headers["hx-refresh"]) == (286, "true")
    assert "every 1s" not in poll.text


def test_a_process_that_died_is_noticed_and_the_run_can_go_on(alone: Browser, sender: Sender) -> None:
    sender.dies()
    words = text_of(alone.get(PATH).text)
    assert "lost Its process ended without a word. What was sent is kept." in words
    assert "10 not sent yet" in words
    poll = alone.get(f"{PATH}/live", headers={"hx-request": "true"})
    assert poll.status_code == 286


def test_a_sender_that_was_silent_for_a_moment_is_not_taken_for_dead(alone: Browser, sender: Sender) -> None:
    poll = alone.get(f"{PATH}/live", headers={"hx-request": "true"})
    assert (poll.status_code, poll.headers.get("hx-refresh")) == (200, None)
    assert "4</b> of 10 rows" in poll.text


def test_the_machine_that_sends_is_named_where_several_may(
    alone: Browser, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "· on" not in alone.get(PATH).text
    held = {RUN: Holder("office-<b>", 4711, "2026-11-24 12:00:00+00:00")}
    monkeypatch.setattr("leadsync.journal.sql.run_locks.SqlRunLocks.holders", lambda _: held)
    for path in ("/", PATH, f"{PATH}/live", f"{PATH}/live?in=list"):
        page = html.unescape(re.sub(r"</?bdi[^>]*>", "", alone.get(path).text))
        assert "· on office-<b>, process 4711" in page, path
