"""Every status, and every result code, has the advice that helps with it."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from leadsync.models import RowRecord, Status
from leadsync.reasons import Skip, SkipKind
from leadsync.report.advice import MEANINGS, advice, still_failing, undecided_in, waits
from leadsync.result_codes import RESULT_CODES

RUN = "20261123-210455-7f3a"
OTHER = "20261122-080000-0001"
FIELDS = {"FirstPhone": "0383218199", "SecondPhone": "<No Change>", "njDisposition": "Sale"}
KEPT = {"FirstPhone": "0383218199", "njDisposition": "<No Change>"}


def record(status: Status, **values: Any) -> RowRecord:
    return replace(RowRecord(7, ("9856",), (), "9856", FIELDS, status, harmless=False), **values)


def test_what_went_through_or_was_left_out_on_purpose_wants_nothing() -> None:
    assert advice(record(Status.SUCCEEDED, code=0), RUN) == ""
    assert (
        advice(
            record(Status.SKIPPED, reason=Skip(SkipKind.UNCHANGED, OTHER, at=datetime(2026, 11, 22, tzinfo=UTC))), RUN
        )
        == ""
    )
    assert advice(record(Status.SKIPPED, reason=Skip(SkipKind.BY_NOW, OTHER, status="succeeded")), RUN) == ""


def test_a_rejected_row_is_corrected_in_the_sheet() -> None:
    assert advice(record(Status.REJECTED), RUN) == (
        "Correct the row as the message says, then give this file to `leadsync run`."
    )


@pytest.mark.parametrize(("status", "code"), [(Status.FAILED, 106), (Status.FAILED, None), (Status.REJECTED, None)])
def test_no_correction_is_advised_behind_which_the_lead_took_a_later_row(status: Status, code: int | None) -> None:
    words = "A later row of its lead went through: a correction of this one is not sent, unless its sync_status and"
    assert advice(replace(record(status, code=code), overtaken=True), RUN).startswith(words)


# What the result codes ask of a person: the table of the vendor's page, in the words of what can be done in the sheet.
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (101, "Check the external id, and that the lead is in the campaign"),
        (102, "Give at least one phone number"),
        (103, "Send the row again later with `leadsync retry`; if it fails again, .* the dialer's vendor"),
        (104, "Do not call this number and do not send the row again"),
        (105, "Find the other lead with this number"),
        (106, "Write the disposition exactly as the campaign spells it"),
        (107, "Give the row a disposition"),
        (108, "Replace <No Change> by real values"),
        (109, "The dialer is busy: send the row again later with `leadsync retry`"),
        (111, "Write the Contact Hours exactly as the dialer lists them"),
        (112, "Give the lead another external id"),
        (113, "Give the row an external id"),
        (114, "Write the callback date as yyyy/MM/dd HH:mm"),
        # The run went on behind these, so the ids were the row's own.
        (115, "Correct the row's own ids in the sheet"),
        (116, "Correct the row's own ids in the sheet"),
        (117, "Correct the row's own ids in the sheet"),
        (118, "Ask the dialer's vendor what this code means"),
        (9999, "Ask the dialer's vendor what this code means"),
    ],
)
def test_a_failed_row_by_its_code(code: int, words: str) -> None:
    assert re.match(words, advice(record(Status.FAILED, code=code), RUN))


def test_a_row_that_failed_without_a_code_may_be_right() -> None:
    assert advice(record(Status.FAILED, message="HTTP 502: no answer of the dialer"), RUN) == (
        f"The row itself may be right: send it again with `leadsync retry {RUN}`."
    )


@pytest.mark.parametrize(("status", "code"), [(Status.CONFLICT, 110), (Status.UNKNOWN, None)])
def test_a_person_is_told_where_to_look_how_to_decide_and_what_was_sent(status: Status, code: int | None) -> None:
    at = datetime(2026, 11, 23, 21, 5, 9, tzinfo=UTC)
    assert advice(record(status, code=code, time=at), RUN) == (
        "Look at lead 9856 in the dialer, then write applied, not applied or send into sync_decision and give the file "
        f"to `leadsync run`, or use `leadsync resolve {RUN} --row 7` with --applied or --not-applied or --send. "
        "Sent at 2026-11-23 21:05:09: FirstPhone '0383218199', njDisposition 'Sale'."
    )
    assert advice(record(status, code=code), RUN).endswith("Sent: FirstPhone '0383218199', njDisposition 'Sale'.")


def test_a_long_value_is_shortened() -> None:
    sent = advice(record(Status.CONFLICT, fields={"Notes": "x" * 61, "City": "y" * 60}), RUN)
    assert sent.endswith(f"Sent: Notes '{'x' * 59}…', City '{'y' * 60}'.")


def test_an_unknown_row_that_sets_no_disposition_is_sent_again() -> None:
    again = f"Sending it twice does no harm: `leadsync resume {RUN}` sends it again."
    assert advice(record(Status.UNKNOWN, fields=KEPT, harmless=True), RUN) == again
    assert advice(record(Status.UNKNOWN, fields={"FirstPhone": "0383218199"}, harmless=True), RUN) == again
    # An insert adds a lead each time, a conflict would undo an agent's work, and Sale fires its actions twice.
    for row in (
        record(Status.UNKNOWN, fields=KEPT, harmless=False),
        record(Status.CONFLICT, fields=KEPT, harmless=True),
        record(Status.UNKNOWN, harmless=True),
    ):
        assert advice(row, RUN).startswith("Look at lead 9856 in the dialer")


def test_an_unsent_row_is_gone_on_with() -> None:
    assert advice(record(Status.UNSENT), RUN) == f"`leadsync resume {RUN}` goes on with it."
    assert advice(record(Status.UNSENT, code=999), RUN) == f"`leadsync resume {RUN}` goes on with it."


@pytest.mark.parametrize(("code", "setting"), [(115, "allocation_id"), (116, "template_id"), (117, "campaign_id")])
def test_a_row_that_stopped_the_run_names_the_setting(code: int, setting: str) -> None:
    assert advice(record(Status.UNSENT, code=code), RUN).startswith(f"Correct {setting} in the settings")


def test_a_row_behind_an_undecided_one_waits_for_that() -> None:
    waiting = record(Status.UNSENT, reason=Skip(SkipKind.WAITS_FOR_DECISION, row=2))
    assert waits(waiting)
    assert advice(waiting, RUN) == f"Decide that row first, then `leadsync resume {RUN}`."
    assert not waits(record(Status.UNSENT))
    assert not waits(replace(waiting, status=Status.SKIPPED))


@pytest.mark.parametrize(
    "reason",
    [
        Skip(SkipKind.BY_NOW, OTHER, status="conflict"),
        Skip(SkipKind.CALLED, OTHER, status="unknown"),
        Skip(SkipKind.UNDECIDED_SINCE, OTHER, status="conflict"),
    ],
)
def test_a_row_that_is_undecided_in_an_earlier_run_is_decided_there(reason: Skip) -> None:
    skipped = record(Status.SKIPPED, reason=reason)
    assert undecided_in(skipped) == OTHER
    assert undecided_in(replace(skipped, status=Status.REJECTED)) == ""
    assert advice(skipped, RUN) == (
        f"Still to be decided: in the report or the review file of run {OTHER}, or with `leadsync resolve {OTHER} "
        "--row N` and --applied or --not-applied or --send."
    )


def test_a_row_that_waits_for_one_of_an_earlier_run_is_sent_again_after_that() -> None:
    skipped = record(Status.SKIPPED, reason=Skip(SkipKind.WAITS_FOR_DECISION, OTHER, 2))
    assert undecided_in(skipped) == OTHER
    assert advice(skipped, RUN) == (
        f"Decide that row first, in the report or the review file of run {OTHER}, then send this one again."
    )


def test_every_status_has_a_meaning_and_every_refusal_a_cause() -> None:
    assert MEANINGS.keys() == set(Status)
    assert {code for code, entry in RESULT_CODES.items() if entry.cause} == RESULT_CODES.keys() - {0}


@pytest.mark.parametrize(
    ("code", "what"), [(106, "Correct it"), (103, "There is nothing to correct"), (None, "Correct it")]
)
def test_a_row_that_failed_before_can_be_corrected_still(code: int | None, what: str) -> None:
    again = record(Status.SKIPPED, reason=Skip(SkipKind.STILL_FAILING, OTHER, code=code))
    assert still_failing(again)
    assert advice(again, RUN) == f"{what}; to send it as it is: `leadsync retry {OTHER}`."
