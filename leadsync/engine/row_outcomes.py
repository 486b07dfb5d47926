"""The effect of an attempt's outcome on its row, written down at once."""

import logging
from collections.abc import Callable
from dataclasses import replace

from leadsync.engine.backlog import Backlog, Job
from leadsync.engine.early_failure import EarlyFailureCheck
from leadsync.engine.insert_policy import InsertPolicy, beside_missing
from leadsync.engine.notice import Notice, why_again
from leadsync.engine.ports import RunLog, Slots
from leadsync.engine.retry_policy import Again, Final, RetryPolicy, SetAside, Stop, decide, is_in_doubt
from leadsync.models import Effect, Lead, Outcome, Status
from leadsync.reasons import Fault
from leadsync.report.row_words import sentence

ASK_AFTER = 3
"""After rows of so many different leads refused in succession the dialer is asked: every row may be refused."""
STOP_AFTER = 30
"""After so many failed in succession the run stops, although the dialer answers: it may be no fault of the rows."""

_log = logging.getLogger(__name__)


class RowOutcomes:
    """Records outcomes, and moves the rows on: to their end, back to the backlog, or aside.

    A row refused at the door, with a 403, say, is set aside: the row or the door may be at fault. Once another row is
    answered, it fails. After several in succession no more rows are handed out until the dialer was asked. Nothing here
    waits: no outcome is lost on its way. `stop` is called with the reason to send nothing more, and with its cause if
    the reason has counts or a page's text. `slots` tells how long the dialer may be at a call that was given up.
    """

    def __init__(
        self,
        log: RunLog,
        backlog: Backlog,
        notice: Notice,
        policy: RetryPolicy,
        inserting: InsertPolicy | None,
        early: EarlyFailureCheck | None,
        stop: Callable[[str, str], None],
        slots: Slots,
    ) -> None:
        self._log = log
        self._backlog = backlog
        self._notice = notice
        self._policy = policy
        self._inserting = inserting
        self._early = early
        self._stop = stop
        self._slots = slots
        self._aside: list[tuple[Job, Outcome]] = []
        self._failed_in_a_row = set[str]()
        """The leads of refused rows that failed since a row was answered."""
        self.others_answered = False
        """Whether any row of this run was answered."""
        self.failed_early = False
        """Whether the first rows were refused alike."""
        self.ended = 0
        """The number of rows at their end."""

    @property
    def any_refused(self) -> bool:
        """Whether rows are set aside."""
        return bool(self._aside)

    @property
    def door_in_doubt(self) -> bool:
        """Whether so many leads' rows are set aside that only the dialer's word tells what is at fault."""
        return len({job.lead.external_id for job, _ in self._aside}) >= ASK_AFTER

    def record(self, job: Job, attempt: int, outcome: Outcome) -> None:
        """Write an outcome down; may raise JournalError."""
        if _log.isEnabledFor(logging.INFO):
            # Without the message: a page instead of an answer may repeat the lead's own data.
            answer = outcome.effect.name.lower() if outcome.code is None else f"{outcome.code} {outcome.name}"
            about = {"row": job.number, "attempt": attempt}
            _log.info("row %d, attempt %d: %s", job.number, attempt, answer, extra=about)
        try:
            insert = self._inserting.after(job.lead, outcome) if self._inserting else None
        except Exception:
            # Even with a fault in the insert rules, the answer is kept.
            self._settle(job, attempt, outcome)
            raise
        if isinstance(insert, Lead):
            self._insert(job, attempt, outcome, insert)
        else:
            self._settle(job, attempt, _without_insert(outcome, insert))
        if outcome.effect is Effect.ANSWERED:
            self.others_answered = True
            # Otherwise its call may have begun before the door closed.
            if not self.door_in_doubt:
                self.fail_refused()
            self._failed_in_a_row.clear()

    def fail_refused(self) -> None:
        """End the rows set aside: the door is open, so they are at fault."""
        aside, self._aside = self._aside, []
        for job, outcome in aside:
            self._failed_in_a_row.add(job.lead.external_id)
            self.give_up(job, outcome.message)

    def stop_refused(self) -> None:
        """Stop the run because of the last refusal; the rows aside stay unsent, whatever calls under way come to."""
        refusal = self._aside[-1][1]
        self._aside.clear()
        self._stop(refusal.message, f"HTTP {refusal.http}")

    def give_up(self, job: Job, words: str) -> None:
        """End a row between attempts; it has failed, or is still in doubt."""
        self._log.exhaust(job.number, words, job.end_status)
        self._end(job, job.end_status)

    def pass_over(self, job: Job, status: Status) -> None:
        """A row was settled since it was read: by a late answer to an earlier sender of the run, or by a person."""
        if self._early is not None and job.first:
            self._early.take_back()
        self._end(job, status)

    def _insert(self, job: Job, attempt: int, outcome: Outcome, insert: Lead) -> None:
        """The dialer does not have the lead: its next attempt, the first of as many as any row has, inserts it."""
        # Without a lead, no earlier attempt was applied.
        job.in_doubt = False
        self._log.finish(job.number, attempt, outcome, job.idle_status)
        # Before the insert begins: after a kill in its middle, no setting may send it again.
        self._log.never_harmless(job.number)
        job.attempts, job.spent = attempt, 0
        job.lead, job.missing = insert, True
        self._backlog.put_back(job)

    def _settle(self, job: Job, attempt: int, outcome: Outcome) -> None:
        outcome = beside_missing(outcome) if job.missing else outcome
        job.attempts = attempt
        job.spent += outcome.effect is not Effect.NEVER_BEGAN
        job.in_doubt = job.in_doubt or is_in_doubt(outcome, job.lead, self._policy)
        decision = decide(outcome, job.lead, job.spent, self._policy, in_doubt=job.in_doubt)
        if isinstance(decision, Final) and not (decision.ran_out and outcome.code is None):
            self._log.finish(job.number, attempt, outcome, decision.status)
        else:
            self._log.finish(job.number, attempt, outcome, job.idle_status)
        if job.first and isinstance(decision, Final | SetAside):
            self._judge_beginning(outcome)
        match decision:
            case Final(_, ran_out) if ran_out and outcome.code is None:
                self.give_up(job, f"not done in {attempt} attempts; the last one: {outcome.message}")
            case Final(status):
                self._end(job, status)
            case Again(wait):
                # Before that the dialer may apply the attempt behind the row's next one, and behind those of its lead.
                least = self._slots.rest_seconds if outcome.is_left_behind else 0.0
                self._backlog.later(job, max(wait, least), why_again(outcome))
            case SetAside():
                self._set_aside(job, outcome)
            case Stop(reason):
                self._stop(reason, "")

    def _set_aside(self, job: Job, outcome: Outcome) -> None:
        self._aside.append((job, outcome))
        self._backlog.set_aside(job)
        if not self.door_in_doubt:
            return
        if len(self._failed_in_a_row) >= STOP_AFTER:
            self.stop_refused()
        else:
            self._backlog.close()

    def _judge_beginning(self, outcome: Outcome) -> None:
        """The decisive outcome of one of the first rows is known."""
        assert self._early is not None  # noqa: S101 - only then are rows called the first
        self._early.record(outcome)
        if verdict := self._early.verdict():
            self.failed_early = True
            self._stop(verdict, self._early.cause)

    def _end(self, job: Job, status: Status) -> None:
        self.ended += 1
        self._notice.settle(status)
        self._backlog.done(job, undecided=status in (Status.CONFLICT, Status.UNKNOWN))


def _without_insert(outcome: Outcome, fault: Fault | None) -> Outcome:
    """The outcome, with the reason against an insert."""
    return outcome if fault is None else replace(outcome, message=f"{outcome.message}; {sentence(fault)}")
