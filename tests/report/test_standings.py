"""Where a run stands, in a word and a sentence."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from leadsync.models import RESTORED, Status
from leadsync.report import StandingKind as Kind
from leadsync.report import standing_of
from leadsync.tallies import Live
from tests.web.conftest import Clock
from tests.web.filled import a_run

NOW = Clock().time
LIVE = Live(10, {Status.SUCCEEDED: 4}, 3.2, at=NOW)


@pytest.mark.parametrize(
    ("values", "live", "beyond", "kind", "sentence"),
    [
        ({"complete": False}, None, 0, Kind.DRAFT, "Nothing of it was sent yet."),
        ({}, None, 0, Kind.OPEN, "Not sent to its end yet."),
        ({}, LIVE, 0, Kind.SENDING, ""),
        ({"stopped": "of an earlier sending"}, LIVE, 0, Kind.SENDING, ""),
        ({}, replace(LIVE, words="the dialer is away"), 0, Kind.WAITING, "The dialer is away."),
        (
            {},
            replace(LIVE, words="the dialer is away", stop_wanted="ann"),
            0,
            Kind.STOPPING,
            "Stopping for ann; requests under way get their answers.",
        ),
        ({}, replace(LIVE, lost=True), 0, Kind.LOST, "Its process ended without a word. What was sent is kept."),
        ({"finished": True}, replace(LIVE, lost=True), 0, Kind.FINISHED, ""),
        ({"stopped": "the key was refused"}, None, 0, Kind.STOPPED, "Stopped before the end: the key was refused."),
        ({"finished": True}, None, 1, Kind.TRIAL, "A trial of the first rows; 1 more row can go."),
        ({"finished": True}, None, 0, Kind.FINISHED, ""),
    ],
)
def test_a_run_stands_somewhere(
    tmp_path: Path, values: dict[str, object], live: Live | None, beyond: int, kind: Kind, sentence: str
) -> None:
    run = replace(a_run(tmp_path), **values)  # type: ignore[arg-type] # fields by name
    standing = standing_of(run, live, NOW, beyond=beyond)
    assert (standing.kind, standing.sentence) == (kind, sentence)
    assert standing.is_live == (kind in (Kind.SENDING, Kind.WAITING, Kind.STOPPING))
    assert standing.can_go_on == (kind in (Kind.OPEN, Kind.LOST, Kind.STOPPED, Kind.TRIAL))


@pytest.mark.parametrize(
    ("values", "live", "asked_by", "is_held", "kind", "words"),
    [
        ({"complete": False}, None, "ann", False, Kind.QUEUED, "queued, waits for its turn"),
        ({"stopped": "the key was refused"}, None, "ann", False, Kind.QUEUED, "queued, waits for its turn"),
        ({"finished": True}, None, "ann", False, Kind.QUEUED, "queued, waits for its turn"),
        ({}, replace(LIVE, lost=True), "ann", False, Kind.QUEUED, "queued, waits for its turn"),
        ({}, LIVE, "ann", False, Kind.SENDING, "sending"),
        ({}, None, "", True, Kind.AT_WORK, "at work, being sent"),
        ({}, replace(LIVE, lost=True), "", True, Kind.AT_WORK, "at work, being sent"),
        ({"complete": False}, None, "", True, Kind.DRAFT, "draft, not sent"),
    ],
)
def test_a_run_of_the_page_waits_for_its_turn_or_has_just_begun(
    tmp_path: Path, values: dict[str, object], live: Live | None, asked_by: str, is_held: bool, kind: Kind, words: str
) -> None:
    run = replace(a_run(tmp_path), **values)  # type: ignore[arg-type] # fields by name
    standing = standing_of(run, live, NOW, beyond=1, asked_by=asked_by, is_held=is_held)
    assert (standing.kind, standing.words) == (kind, words)
    assert standing.can_stop is (kind is Kind.SENDING), "what waits for its turn is taken back on the page"
    assert standing.changes_soon is (kind is not Kind.DRAFT)


@pytest.mark.parametrize(("seconds", "silent"), [(10, False), (11, True)])
def test_a_silent_sender_is_told(tmp_path: Path, seconds: int, silent: bool) -> None:
    standing = standing_of(a_run(tmp_path), LIVE, NOW + timedelta(seconds=seconds))
    assert standing.sentence == ("No word from its process since 21:04:55." if silent else "")


@pytest.mark.parametrize(
    ("values", "live", "has_worker", "kind", "sentence"),
    [
        ({}, None, True, Kind.QUEUED, "Waits for a worker."),
        ({}, None, False, Kind.QUEUED, "Waits for a worker, and none is running for this dialer: start `leadsync"),
        ({"stopped": RESTORED}, None, True, Kind.HELD, "Held: the journal was restored or failed over, and begun rows"),
        ({"stopped": RESTORED}, replace(LIVE, lost=True), True, Kind.HELD, "Held: the journal"),
        ({"stopped": RESTORED}, LIVE, None, Kind.SENDING, ""),
        # Another worker is to go on, after the end or the death of the first.
        ({"stopped": "interrupted by SIGTERM"}, None, True, Kind.QUEUED, "Waits for a worker."),
        ({}, replace(LIVE, lost=True), True, Kind.QUEUED, "Waits for a worker."),
        ({}, LIVE, True, Kind.SENDING, ""),
        ({"finished": True}, None, True, Kind.FINISHED, ""),
    ],
)
def test_a_run_in_a_queue(
    tmp_path: Path, values: dict[str, object], live: Live | None, has_worker: bool, kind: Kind, sentence: str
) -> None:
    run = replace(a_run(tmp_path), **{"complete": True, **values})  # type: ignore[arg-type] # fields by name
    standing = standing_of(run, live, NOW, has_worker=has_worker)
    assert (standing.kind, standing.sentence[: len(sentence)]) == (kind, sentence)
    assert standing.can_stop is (kind in (Kind.QUEUED, Kind.SENDING))
