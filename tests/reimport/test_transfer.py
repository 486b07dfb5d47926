"""The effects of a returned file on rows of earlier runs, by hand: what is decided there, what goes on here."""

import pytest

from leadsync.journal import Origin, State
from leadsync.models import Lead, Row
from leadsync.reasons import Fault, FaultKind, Rejected, Skip, SkipKind
from leadsync.reimport import Decision, Send, SheetFacts, Transfer
from leadsync.reimport.claims import Claim
from leadsync.reimport.context import Context, Descendant, TrialMatch

RUN, LATER = "20261122-080000-0001", "20261123-080000-0002"
LEAD = Lead("007", {"Name": "Zoë"})
SEND = Send(LEAD)
WRONG = Rejected((Fault("Id", "", FaultKind.BLANK_ID),))
HERE = 9


def context(state: State, decision: str = "", **values: object) -> Context:
    """Row 9 of a file, which is row 2 of an earlier run."""
    origin = Origin(RUN, state, "007", {}, reason=values.pop("reason", None))  # type: ignore[arg-type]
    claim = Claim(run=RUN, row="2", decision=decision)
    return Context(SheetFacts(()), Row(HERE, ("007",)), LEAD, claim, origin)._replace(**values)  # type: ignore[arg-type]


def effects(context: Context, decision: Decision) -> tuple[dict[object, object], dict[object, object]]:
    transfer = Transfer()
    transfer.note(context, decision)
    return dict(transfer.effects.decided), dict(transfer.effects.taken)


@pytest.mark.parametrize("state", [State.UNKNOWN, State.CONFLICT])
@pytest.mark.parametrize(
    ("word", "becomes"), [("applied", State.SUCCEEDED), ("not applied", State.FAILED), ("send", State.SKIPPED)]
)
def test_a_decision_is_made_in_the_earlier_run(state: State, word: str, becomes: State) -> None:
    transfer = Transfer()
    transfer.note(context(state, word), Skip(SkipKind.DECIDED, text=word))
    assert dict(transfer.effects.decided) == {(RUN, becomes): [2]}
    assert transfer.is_decided(RUN, 2)
    assert not transfer.is_decided(RUN, HERE)


def test_an_undecided_row_stays_undecided() -> None:
    assert effects(context(State.UNKNOWN), Skip(SkipKind.CALLED, RUN, status="unknown")) == ({}, {})


@pytest.mark.parametrize(
    ("decision", "taken"),
    [
        (SEND, {RUN: [(2, HERE)]}),
        (Skip(SkipKind.LATER_ROW, LATER, 9), {RUN: [(2, HERE)]}),
        (WRONG, {}),
        (Skip(SkipKind.UNCHANGED, RUN), {}),
    ],
)
def test_an_unsent_row_is_this_files_from_now_on(decision: Decision, taken: object) -> None:
    """One that goes on here is known as this file's: a copy of a run before its run has to find it."""
    assert effects(context(State.PENDING), decision) == ({(RUN, State.SKIPPED): [2]}, taken)


@pytest.mark.parametrize("kind", [SkipKind.WAITS_FOR_DECISION, SkipKind.LEFT_TO_RUN, SkipKind.BY_NOW])
def test_an_unsent_row_that_waits_stays_its_runs(kind: SkipKind) -> None:
    assert effects(context(State.PENDING), Skip(kind, RUN)) == ({}, {})


@pytest.mark.parametrize("state", [State.FAILED, State.REJECTED])
@pytest.mark.parametrize("decision", [SEND, Skip(SkipKind.LATER_ROW, LATER, 9)])
def test_a_failed_row_goes_on_here(state: State, decision: Decision) -> None:
    assert effects(context(state), decision) == ({}, {RUN: [(2, HERE)]})


@pytest.mark.parametrize("decision", [WRONG, Skip(SkipKind.STILL_FAILING, RUN, 2)])
def test_a_failed_row_that_is_not_corrected_stays_where_it_is(decision: Decision) -> None:
    assert effects(context(State.FAILED), decision) == ({}, {})


def test_a_row_that_went_through_has_no_effect() -> None:
    assert effects(context(State.SUCCEEDED), Skip(SkipKind.CALLED, RUN, status="succeeded")) == ({}, {})


def test_a_row_rejected_in_between_goes_on_from_its_first_failure_too() -> None:
    reason = Rejected(WRONG.faults, run="first", row=5)
    assert effects(context(State.REJECTED, reason=reason), SEND) == ({}, {RUN: [(2, HERE)], "first": [(5, HERE)]})


def test_a_row_given_back_before_is_taken_from_every_run_that_had_it() -> None:
    later = (Descendant(LATER, State.FAILED, 4),)
    assert effects(context(State.FAILED, later=later), SEND) == ({}, {RUN: [(2, HERE)], LATER: [(4, HERE)]})


def test_a_copied_line_has_no_effect() -> None:
    assert effects(context(State.UNKNOWN, "applied", second_line=True), WRONG) == ({}, {})


def test_rows_of_a_trial_are_kept_with_their_results_or_sent_again() -> None:
    transfer = Transfer()
    transfer.release(RUN, [7, 8])
    plain = Context(SheetFacts(()), Row(HERE, ("007",)), LEAD)
    transfer.note(plain._replace(trial=TrialMatch(RUN, kept=3)), Skip(SkipKind.SENT_IN_TRIAL, RUN, 3))
    transfer.note(plain._replace(trial=TrialMatch(RUN, again=4)), SEND)
    transfer.note(plain._replace(trial=TrialMatch(RUN, again=5)), WRONG)
    transfer.note(plain._replace(trial=TrialMatch(RUN, again=6)), Skip(SkipKind.LEFT_OUT, text="ann"))
    assert list(transfer.effects.kept) == [(3, HERE)]
    assert dict(transfer.effects.taken) == {RUN: [(4, HERE), (5, HERE)]}, "one left out here stays there"
    assert dict(transfer.effects.decided) == {(RUN, State.SKIPPED): [7, 8]}


@pytest.mark.parametrize(
    ("state", "decision", "decided"),
    [
        # It belongs to this file now, and is not sent from there either.
        (State.PENDING, "", {(RUN, State.SKIPPED): [2]}),
        (State.FAILED, "", {}),
        # A person decides about it in its run still.
        (State.UNKNOWN, "send", {}),
    ],
)
def test_a_row_left_out_stays_with_its_run_but_for_an_unsent_one(
    state: State, decision: str, decided: dict[object, object]
) -> None:
    assert effects(context(state, decision), Skip(SkipKind.LEFT_OUT, text="ann")) == (decided, {})
