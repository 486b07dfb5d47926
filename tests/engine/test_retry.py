"""What follows from an outcome: the last column of the table of result codes, and the paragraph behind it."""

import pytest

from leadsync.engine.retry import Again, Decision, Final, RetryPolicy, Stop, decide
from leadsync.models import Effect, Outcome, Status

POLICY = RetryPolicy(attempts=3, wait_seconds=120.0)


def answered(code: int) -> Outcome:
    return Outcome(Effect.ANSWERED, code, "", "", 400)


def after(outcome: Outcome, *, spent: int = 1, harmless: bool = False, policy: RetryPolicy = POLICY) -> Decision:
    return decide(outcome, spent, harmless, policy)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (0, Status.SUCCEEDED),
        (101, Status.FAILED),
        (102, Status.FAILED),
        (104, Status.FAILED),
        (105, Status.FAILED),
        (106, Status.FAILED),
        (107, Status.FAILED),
        (108, Status.FAILED),
        (110, Status.CONFLICT),
        (111, Status.FAILED),
        (112, Status.FAILED),
        (113, Status.FAILED),
        (114, Status.FAILED),
        (142, Status.FAILED),
    ],
)
def test_final_answers(code: int, status: Status) -> None:
    assert after(answered(code)) == Final(status)


@pytest.mark.parametrize("code", [103, 109])
def test_answers_to_wait_for_are_tried_until_the_attempts_run_out(code: int) -> None:
    assert after(answered(code), spent=1) == Again(120.0)
    assert after(answered(code), spent=2) == Again(120.0)
    assert after(answered(code), spent=3) == Final(Status.FAILED)


@pytest.mark.parametrize(("code", "setting"), [(115, "allocation_id"), (116, "template_id"), (117, "campaign_id")])
def test_wrong_ids_stop_the_run_and_name_the_setting(code: int, setting: str) -> None:
    decision = after(answered(code))
    assert isinstance(decision, Stop)
    assert setting in decision.reason


def test_a_refused_key_stops_the_run() -> None:
    assert after(Outcome(Effect.REFUSED, message="the API key was refused")) == Stop("the API key was refused")


def test_what_may_be_applied_is_unknown_unless_it_is_harmless_or_the_settings_send_it() -> None:
    cut = Outcome(Effect.IN_DOUBT, away=True)
    assert after(cut) == Final(Status.UNKNOWN)
    assert after(cut, harmless=True) == Again(120.0)
    assert after(cut, policy=RetryPolicy(3, 120.0, resend_unknown=True)) == Again(120.0)


def test_a_wait_that_the_server_asks_for_wins() -> None:
    assert after(Outcome(Effect.NOT_PROCESSED, http=503, retry_after=7.0, away=True)) == Again(7.0)
    assert after(Outcome(Effect.NOT_PROCESSED, http=429, away=True)) == Again(120.0)


def test_what_never_reached_the_dialer_waits_only_shortly() -> None:
    assert after(Outcome(Effect.NEVER_BEGAN, away=True), spent=99) == Again(5.0)
