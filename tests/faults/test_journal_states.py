"""The journal's transitions against a model: whatever happens in whatever order, a row is where the model has it."""

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from leadsync.errors import JournalError
from leadsync.journal import Effects, Entry, State, open_journal
from leadsync.models import DISPOSITION, CampaignIds, Effect, Outcome, Row, RunRecord, Status

ROWS = range(2, 8)
OK = Outcome(Effect.ANSWERED, 0, "OK", "OK", 200)
REFUSED = Outcome(Effect.ANSWERED, 105, "DUPLICATE", "another lead has this number", 400)
CONFLICT = Outcome(Effect.ANSWERED, 110, "LEAD_NOT_UPDATED_DUE_TO_CONFLICT", "an agent", 400)
LOST = Outcome(Effect.IN_DOUBT, message="no answer", away=True)
NOT_SENT = Outcome(Effect.NEVER_BEGAN, message="refused", away=True)
ENDS = {
    Status.SUCCEEDED: OK,
    Status.FAILED: REFUSED,
    Status.CONFLICT: CONFLICT,
    Status.UNKNOWN: LOST,
    Status.UNSENT: NOT_SENT,
}
numbers = st.sampled_from(ROWS)


def a_run(run_id: str) -> RunRecord:
    return RunRecord(
        id=run_id,
        file=Path("/sheets/leads.csv"),
        sheet="",
        fingerprint="",
        kind="csv",
        delimiter=",",
        bom=False,
        headings=("External Id",),
        output=Path("/sheets"),
        dialer="https://dialer.example",
        ids=CampaignIds(41, 41, 38),
        created=datetime(2026, 11, 24, tzinfo=UTC),
    )


def is_harmless(number: int) -> bool:
    return number % 2 == 1


class JournalStates(RuleBasedStateMachine):
    """One run's rows, moved by the engine's calls, by crashes and by a person; every even row sets a disposition."""

    @initialize()
    def take_in(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.journal = open_journal(Path(self.folder.name))
        self.journal.create(a_run("run"))
        self.journal.add("run", (self.entry(number) for number in ROWS))
        self.journal.update_run("run", complete=True)
        self.journal.hold("run")
        self.loop = asyncio.new_event_loop()
        self.open_log()
        self.model = dict.fromkeys(ROWS, "pending")
        self.attempts = dict.fromkeys(ROWS, 0)
        self.before: dict[int, str] = {}
        self.left: set[int] = set()
        self.decided_about: dict[int, str] = {}

    @staticmethod
    def entry(number: int) -> Entry:
        fields = {} if is_harmless(number) else {DISPOSITION: "Sale"}
        return Entry(Row(number, (f"L{number}",)), f"L{number}", fields, is_harmless(number))

    def open_log(self) -> None:
        self.log = self.loop.run_until_complete(self.journal.log("run").__aenter__())

    def close_log(self) -> None:
        self.loop.run_until_complete(self.log.__aexit__(None, None, None))

    def wait(self, future):
        async def result():
            return await future

        return self.loop.run_until_complete(result())

    def teardown(self) -> None:
        if hasattr(self, "log"):
            self.close_log()
            self.loop.close()
            self.journal.__exit__(None, None, None)
            self.folder.cleanup()

    def may_begin(self, number: int) -> bool:
        return self.model[number] in ("pending", "unknown")

    @rule(number=numbers)
    def begin_what_may_be_sent(self, number: int) -> None:
        if self.may_begin(number):
            self.attempts[number] += 1
            self.wait(self.log.begin(number, self.attempts[number]))
            self.before[number], self.model[number] = self.model[number], "in_flight"

    @rule(number=numbers)
    def let_it_leave(self, number: int) -> None:
        if self.model[number] == "in_flight":
            self.log.leaves(number, self.attempts[number])
            self.left.add(number)

    @rule(number=numbers, status=st.sampled_from(list(ENDS)))
    def finish_what_is_under_way(self, number: int, status: Status) -> None:
        if self.model[number] == "in_flight":
            self.wait(self.log.finish(number, self.attempts[number], ENDS[status], status))
            self.model[number] = "pending" if status is Status.UNSENT else status.value
            self.left.discard(number)
            if status is not Status.UNSENT:
                self.decided_about.pop(number, None)

    @rule(number=numbers, maybe_applied=st.booleans())
    def withdraw_what_never_left(self, number: int, maybe_applied: bool) -> None:
        if self.model[number] == "in_flight" and number not in self.left:
            status = Status.UNKNOWN if maybe_applied else Status.UNSENT
            self.wait(self.log.withdraw(number, self.attempts[number], status))
            self.attempts[number] -= 1
            self.model[number] = "unknown" if maybe_applied else "pending"
            if maybe_applied:
                self.decided_about.pop(number, None)

    @rule(number=numbers)
    def run_out_of_attempts(self, number: int) -> None:
        if self.model[number] == "pending":
            self.wait(self.log.exhaust(number, "not done in 5 attempts", Status.FAILED))
            self.model[number] = "failed"

    @rule()
    def die_and_recover(self) -> None:
        self.close_log()
        self.settle()

    def settle(self) -> None:
        """What a new process finds in flight is in doubt if it had left, and else as it was before."""
        in_flight = {number for number, state in self.model.items() if state == "in_flight"}
        assert self.journal.settle("run") == len(in_flight)
        for number in in_flight:
            self.model[number] = "unknown" if number in self.left else self.before[number]
            self.attempts[number] -= number not in self.left
            if self.model[number] == "unknown":
                self.decided_about.pop(number, None)
        self.left.clear()
        self.open_log()

    @rule(number=numbers, state=st.sampled_from([State.SUCCEEDED, State.FAILED, State.PENDING]))
    def decide(self, number: int, state: State) -> None:
        """A person decides undecided rows, and otherwise what nothing was sent from; anything else is left alone."""
        undecided = self.model[number] in ("unknown", "conflict")
        may_decide = undecided or self.can_be_taken_back(number)
        assert self.journal.resolve("run", [number], state, "send") == may_decide
        if undecided:
            self.decided_about[number] = self.model[number]
        if may_decide:
            self.model[number] = state.value

    @rule(number=numbers)
    def take_a_decision_back(self, number: int) -> None:
        assert self.journal.take_back("run", [number]) == self.can_be_taken_back(number)
        if self.can_be_taken_back(number):
            self.model[number] = self.decided_about.pop(number)

    def can_be_taken_back(self, number: int) -> bool:
        """Whether a decision stands that nothing was sent from: an attempt that never began is none."""
        return number in self.decided_about and self.model[number] != "in_flight"

    @rule(chosen=st.sets(numbers))
    def take_over(self, chosen: set[int]) -> None:
        """A later run's file takes rows that are not settled and not under way."""
        movable = {number for number in chosen if self.model[number] in ("pending", "conflict", "unknown")}
        self.journal.confirm("run", Effects({("run", State.SKIPPED): sorted(chosen)}))
        for number in movable:
            self.model[number] = "skipped"
            self.decided_about.pop(number, None)

    @precondition(lambda self: any(state not in ("pending", "unknown", "in_flight") for state in self.model.values()))
    @rule(data=st.data())
    def a_settled_row_is_passed_over_and_stays_as_it_is(self, data) -> None:
        settled = [n for n, state in self.model.items() if state not in ("pending", "unknown", "in_flight")]
        number = data.draw(st.sampled_from(settled))
        status = self.wait(self.log.begin(number, self.attempts[number] + 1))
        assert status == self.model[number]
        self.wait(self.log.exhaust(number, "not done in 5 attempts", Status.FAILED))

    @precondition(lambda self: "in_flight" in self.model.values())
    @rule(data=st.data())
    def beginning_what_is_under_way_is_refused_and_changes_nothing(self, data) -> None:
        number = data.draw(st.sampled_from([number for number in ROWS if self.model[number] == "in_flight"]))
        with pytest.raises(JournalError, match=f"Row {number} "):
            self.wait(self.log.begin(number, self.attempts[number] + 1))
        with pytest.raises(JournalError):
            self.wait(self.log.pending(0, 10))  # a log that failed once says so ever after
        self.loop.run_until_complete(asyncio.sleep(0))
        with pytest.raises(JournalError):
            self.close_log()
        self.settle()

    @invariant()
    def every_row_is_where_the_model_has_it(self) -> None:
        if not hasattr(self, "model"):
            return
        told = {"pending": "unsent", "in_flight": "unknown"}
        records = {record.number: record for record in self.journal.records("run")}
        assert {n: r.status.value for n, r in records.items()} == {n: told.get(s, s) for n, s in self.model.items()}
        assert {n: r.attempts for n, r in records.items()} == self.attempts
        tally = self.journal.tally("run")
        assert tally.rows == sum(tally.statuses.values()) == len(ROWS)

    @invariant()
    def the_engine_is_offered_what_may_be_sent_and_nothing_else(self) -> None:
        if not hasattr(self, "model"):
            return
        offered = {row.number: row.in_doubt for row in self.wait(self.log.pending(0, 100))}
        sendable = {n: s == "unknown" for n, s in self.model.items() if s == "pending" or self.harmless_unknown(n)}
        assert offered == sendable
        waiting = {f"L{n}" for n, s in self.model.items() if s == "conflict" or (s == "unknown" and not is_harmless(n))}
        assert set(self.wait(self.log.undecided())) == waiting

    def harmless_unknown(self, number: int) -> bool:
        return self.model[number] == "unknown" and is_harmless(number)


TestJournalStates = JournalStates.TestCase
TestJournalStates.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
