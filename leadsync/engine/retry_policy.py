"""The decision after an attempt's outcome. Pure: nobody waits here."""

from dataclasses import dataclass

from leadsync.engine.breaker import LONGEST_ASKED_SECONDS
from leadsync.models import Effect, Lead, Outcome, Status
from leadsync.result_codes import RESULT_CODES, Verdict

SHORT_WAIT_SECONDS = 5.0
"""The wait after an attempt that never reached the dialer."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The number of attempts for a row, and the repetition of those in doubt.

    `wait_seconds` lie between two attempts. `resend_unknown`: updates in doubt are sent again even with a disposition.
    `resend_no_answer`: an update without any answer in time was not applied, by the vendor's page.
    `longest_wait_seconds` bounds a server's wish for a wait.
    """

    attempts: int = 5
    wait_seconds: float = 120.0
    resend_unknown: bool = False
    resend_no_answer: bool = False
    longest_wait_seconds: float = LONGEST_ASKED_SECONDS


@dataclass(frozen=True, slots=True)
class Again:
    """Send the row again after so many seconds."""

    wait: float


@dataclass(frozen=True, slots=True)
class Final:
    """The row has come to its end; `ran_out`: its attempts did."""

    status: Status
    ran_out: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """The row was refused at the door; other rows will show whether it is the row or the door."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The row was not applied, and no other would be."""

    reason: str


Decision = Again | Final | SetAside | Stop


def is_in_doubt(outcome: Outcome, lead: Lead, policy: RetryPolicy) -> bool:
    """Whether the attempt may have been applied.

    Source: the paragraph "Limits" of the vendor's page; its sentence on timeouts is believed only on request, and
    never for an insert.
    """
    if outcome.effect is Effect.NO_ANSWER:
        return lead.inserts or not policy.resend_no_answer
    return outcome.effect is Effect.IN_DOUBT


def decide(outcome: Outcome, lead: Lead, spent: int, policy: RetryPolicy, *, in_doubt: bool = False) -> Decision:
    """The next step for a row with `spent` counted attempts behind it.

    `in_doubt`: an earlier attempt may have been applied. Only a person repeats an insert in doubt.
    Source: the last column of the table of result codes, and the paragraph behind it.
    """
    match outcome.effect:
        case Effect.ANSWERED:
            return _after_answer(outcome, lead, spent, policy, in_doubt=in_doubt)
        case Effect.NEVER_BEGAN:
            return Again(min(SHORT_WAIT_SECONDS, policy.wait_seconds))
        case Effect.REFUSED:
            # Without an HTTP status it is the certificate: it stops every row alike.
            return Stop(outcome.message) if outcome.http is None else SetAside()
        case Effect.IN_DOUBT | Effect.NO_ANSWER if is_in_doubt(outcome, lead, policy):
            may_resend = lead.harmless or (policy.resend_unknown and not lead.inserts)
            return _again(outcome, spent, policy, in_doubt=True) if may_resend else Final(Status.UNKNOWN)
        case _:
            return _again(outcome, spent, policy, in_doubt=in_doubt)


def _after_answer(outcome: Outcome, lead: Lead, spent: int, policy: RetryPolicy, *, in_doubt: bool) -> Decision:
    entry = RESULT_CODES.get(outcome.code) if outcome.code is not None else None
    match entry.verdict if entry else Verdict.FAILED:
        case Verdict.SUCCEEDED:
            return Final(Status.SUCCEEDED)
        case Verdict.CONFLICT:
            return Final(Status.CONFLICT)
        case Verdict.RETRY:
            return _again(outcome, spent, policy, in_doubt=in_doubt)
        case Verdict.STOP if not lead.own_ids:
            # A row with ids of its own says nothing about other rows.
            return Stop(f"{outcome.code} {outcome.name}: {entry.advice if entry else outcome.message}")
        case _:
            return Final(Status.FAILED)


def _again(outcome: Outcome, spent: int, policy: RetryPolicy, *, in_doubt: bool) -> Again | Final:
    if spent >= policy.attempts:
        return Final(Status.UNKNOWN if in_doubt else Status.FAILED, ran_out=True)
    if outcome.retry_after is None:
        return Again(policy.wait_seconds)
    return Again(min(max(outcome.retry_after, 0.0), policy.longest_wait_seconds))
