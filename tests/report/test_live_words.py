"""The words for a sending under way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from leadsync.models import Status
from leadsync.report import live_json
from leadsync.report.live_words import live_words
from leadsync.tallies import Holder, Live

NOW = datetime(2026, 11, 24, 12, 30, 5, tzinfo=UTC)
LIVE = Live(5000, {Status.SUCCEEDED: 1200, Status.FAILED: 4}, 61.2, "", 4711, "desk-3", NOW)


@pytest.mark.parametrize(
    ("live", "words"),
    [
        (LIVE, "sending: 1,204 of 5,000, 61/s, about 1 min left"),
        (replace(LIVE, settled={}, pace=0.0), "sending: 0 of 5,000"),
        (replace(LIVE, pace=0.5), "sending: 1,204 of 5,000, 30/min, about 2 h 07 min left"),
        (replace(LIVE, pace=100.0), "sending: 1,204 of 5,000, 100/s, about 38 s left"),
        (replace(LIVE, settled={Status.SUCCEEDED: 5000}), "sending: 5,000 of 5,000, 61/s, about 1 s left"),
        (
            replace(LIVE, words="the dialer is away, next try at 12:31:00 (refused)"),
            "sending: 1,204 of 5,000; the dialer is away, next try at 12:31:00 (refused)",
        ),
        (
            replace(LIVE, stop_wanted="alice", words="stopping; requests under way get their answer"),
            "stopping: 1,204 of 5,000; stopping; requests under way get their answer",
        ),
        (
            replace(LIVE, at=NOW - timedelta(seconds=11)),
            "sending: 1,204 of 5,000, 61/s, about 1 min left; no word from its process since 12:29:54",
        ),
        (replace(LIVE, at=NOW - timedelta(seconds=9)), "sending: 1,204 of 5,000, 61/s, about 1 min left"),
        (replace(LIVE, lost=True), "its process ended; go on with resume"),
    ],
)
def test_a_sending_in_words(live: Live, words: str) -> None:
    assert live_words(live, NOW) == words


def test_a_sending_for_scripts() -> None:
    assert live_json(LIVE) == {
        "rows": 5000,
        "settled": {"succeeded": 1200, "failed": 4},
        "pace": 61.2,
        "words": None,
        "pid": 4711,
        "host": "desk-3",
        "at": "2026-11-24T12:30:05+00:00",
        "stopping": False,
        "lost": False,
    }


def test_the_holder_is_named_where_several_machines_may_send() -> None:
    holder = Holder("office-b", 4711, "2026-11-24 12:00:00+00:00")
    assert live_words(LIVE, NOW, holder).startswith("sending on office-b, process 4711: 1,204 of 5,000, 61/s")
