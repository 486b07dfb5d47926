"""What follows from an outcome: the last column of the table of result codes, and the paragraph behind it."""

import pytest

from leadsync.engine.retry_policy import Again, Decision, Final, RetryPolicy, SetAside, Stop, decide, is_in_doubt
from leadsync.models import CAMPAIGN_ID, DISPOSITION, EXTERNAL_ID, NO_CHANGE, Effect, Lead, Outcome, Status

POLICY = RetryPolicy(attempts=3, wait_seconds=120.0)


def answered(code: int) -> Outcome:
    return Outcome(Effect.ANSWERED, code, "", "", 400)


SALE = Lead("L1", {DISPOSITION: "Sale"})
NEUTRAL = Lead("L1", {DISPOSITION: NO_CHANGE})
INSERT = Lead("L1", {EXTERNAL_ID: "L1", "FirstPhone": "0383218199"})


def after(
    outcome: Outcome, *, lead: Lead = SALE, spent: int = 1, policy: RetryPolicy = POLICY, in_doubt: bool = False
) -> Decision:
    return decide(outcome, lead, spent, policy, in_doubt=in_doubt)


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
    assert after(answered(code), spent=3) == Final(Status.FAILED, ran_out=True)


@pytest.mark.parametrize(("code", "setting"), [(115, "allocation_id"), (116, "template_id"), (117, "campaign_id")])
def test_wrong_ids_stop_the_run_and_name_the_setting(code: int, setting: str) -> None:
    decision = after(answered(code))
    assert isinstance(decision, Stop)
    assert setting in decision.reason
    own = Lead("L1", {CAMPAIGN_ID: "9"})
    assert after(answered(code), lead=own) == Final(Status.FAILED), "the row's own ids say nothing about other rows"


@pytest.mark.parametrize("http", [401, 403, 404, 405, 302])
def test_a_row_that_is_refused_at_the_door_is_set_aside(http: int) -> None:
    assert after(Outcome(Effect.REFUSED, message="refused", http=http)) == SetAside()


def test_a_bad_certificate_stops_the_run() -> None:
    assert after(Outcome(Effect.REFUSED, message="it does not verify")) == Stop("it does not verify")


@pytest.mark.parametrize("effect", [Effect.IN_DOUBT, Effect.NO_ANSWER])
def test_an_attempt_in_doubt_is_repeated_only_where_that_does_no_harm_or_the_settings_say_so(effect: Effect) -> None:
    lost = Outcome(effect, away=True)
    anyway = RetryPolicy(3, 120.0, resend_unknown=True)
    assert after(lost) == Final(Status.UNKNOWN)
    assert after(lost, lead=NEUTRAL) == Again(120.0)
    assert after(lost, policy=anyway) == Again(120.0)
    assert after(lost, lead=INSERT, policy=anyway) == Final(Status.UNKNOWN), "an insert is a person's to repeat"
    assert after(lost, lead=NEUTRAL, spent=3) == Final(Status.UNKNOWN, ran_out=True)


def test_a_call_without_an_answer_was_not_applied_where_the_settings_follow_the_vendors_page() -> None:
    follows = RetryPolicy(3, 120.0, resend_no_answer=True)
    silence = Outcome(Effect.NO_ANSWER, away=True)
    assert after(silence, policy=follows) == Again(120.0)
    assert after(silence, policy=follows, spent=3) == Final(Status.FAILED, ran_out=True)
    assert after(silence, policy=follows, lead=INSERT) == Final(Status.UNKNOWN)
    assert after(Outcome(Effect.IN_DOUBT, away=True), policy=follows) == Final(Status.UNKNOWN)
    assert not is_in_doubt(silence, SALE, follows)
    assert is_in_doubt(silence, SALE, POLICY)
    assert is_in_doubt(silence, INSERT, follows)


def test_a_row_that_was_in_doubt_before_does_not_end_as_failed_because_its_attempts_ran_out() -> None:
    busy = Outcome(Effect.NOT_PROCESSED, http=503, away=True)
    assert after(busy, spent=3) == Final(Status.FAILED, ran_out=True)
    assert after(busy, spent=3, in_doubt=True) == Final(Status.UNKNOWN, ran_out=True)
    assert after(answered(109), spent=3, in_doubt=True) == Final(Status.UNKNOWN, ran_out=True)
    assert after(answered(106), in_doubt=True) == Final(Status.FAILED), "the server's word on it is final"


def test_a_wait_that_the_server_asks_for_wins_up_to_ten_minutes() -> None:
    def wait(seconds: float | None) -> Decision:
        return after(Outcome(Effect.NOT_PROCESSED, http=503, retry_after=seconds, away=True))

    assert wait(7.0) == Again(7.0)
    assert wait(None) == Again(120.0)
    assert wait(3600.0) == Again(600.0)
    assert wait(-5.0) == Again(0.0)


def test_what_never_reached_the_dialer_waits_only_shortly_and_costs_no_attempt() -> None:
    assert after(Outcome(Effect.NEVER_BEGAN, away=True), spent=99) == Again(5.0)
