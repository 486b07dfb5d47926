"""What follows from an attempt's outcome. Pure: nobody waits here."""

from dataclasses import dataclass

from leadsync.models import Effect, Outcome, Status
from leadsync.result_codes import RESULT_CODES, Verdict

SHORT_WAIT_SECONDS = 5.0
"""Before trying again what never reached the dialer."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a row is tried, the wait between two attempts in seconds, and whether rows that may have been applied
    are sent again even if they set a disposition."""

    attempts: int = 5
    wait_seconds: float = 120.0
    resend_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """Send the row again after so many seconds."""

    wait: float


@dataclass(frozen=True, slots=True)
class Final:
    """The row has come to its end."""

    status: Status


@dataclass(frozen=True, slots=True)
class Stop:
    """The row was not applied, and no other would be."""

    reason: str


Decision = Again | Final | Stop


def decide(outcome: Outcome, spent: int, harmless: bool, policy: RetryPolicy, *, own_ids: bool = False) -> Decision:
    """What to do after the `spent`-th attempt that counts.

    Only an answered attempt is weighed against the policy's here. What a dialer that may be away did to an attempt is
    sent again in any case; whether it counted is known when the row's turn comes, because an outage costs none.
    Ids that are the row's own (`own_ids`) and wrong say nothing about other rows.
    Source: the last column of the table of result codes, and the paragraph behind it.
    """
    match outcome.effect:
        case Effect.ANSWERED:
            return _after_answer(outcome, spent, policy, own_ids=own_ids)
        case Effect.NEVER_BEGAN:
            return Again(min(SHORT_WAIT_SECONDS, policy.wait_seconds))
        case Effect.NOT_PROCESSED:
            return _again(outcome, policy)
        case Effect.IN_DOUBT:
            return _again(outcome, policy) if harmless or policy.resend_unknown else Final(Status.UNKNOWN)
        case Effect.REFUSED:
            return Stop(outcome.message)


def _after_answer(outcome: Outcome, spent: int, policy: RetryPolicy, *, own_ids: bool) -> Decision:
    entry = RESULT_CODES.get(outcome.code) if outcome.code is not None else None
    match entry.verdict if entry else Verdict.FAILED:
        case Verdict.SUCCEEDED:
            return Final(Status.SUCCEEDED)
        case Verdict.CONFLICT:
            return Final(Status.CONFLICT)
        case Verdict.RETRY if spent < policy.attempts:
            return _again(outcome, policy)
        case Verdict.STOP if not own_ids:
            return Stop(f"{outcome.code} {outcome.name}: {entry.advice if entry else outcome.message}")
        case _:
            return Final(Status.FAILED)


def _again(outcome: Outcome, policy: RetryPolicy) -> Again:
    return Again(policy.wait_seconds if outcome.retry_after is None else outcome.retry_after)
