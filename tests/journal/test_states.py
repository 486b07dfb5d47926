"""The transitions of a row, by hand from the contract: what is final, what a person decides, what is in doubt."""

import pytest

from leadsync.journal.states import INITIAL, TRANSITIONS, State, sources
from leadsync.models import Status


def test_every_state_has_its_status() -> None:
    assert {state: state.status for state in State} == {
        State.PENDING: Status.UNSENT,
        State.IN_FLIGHT: Status.UNKNOWN,
        State.SUCCEEDED: Status.SUCCEEDED,
        State.FAILED: Status.FAILED,
        State.REJECTED: Status.REJECTED,
        State.CONFLICT: Status.CONFLICT,
        State.UNKNOWN: Status.UNKNOWN,
        State.SKIPPED: Status.SKIPPED,
    }
    assert TRANSITIONS.keys() == set(State)


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.FAILED, State.REJECTED, State.SKIPPED])
def test_an_end_is_an_end(state: State) -> None:
    assert TRANSITIONS[state] == frozenset()


def test_only_a_row_that_is_to_be_sent_or_in_doubt_begins() -> None:
    assert set(sources(State.IN_FLIGHT)) == {State.PENDING, State.UNKNOWN}


def test_a_row_succeeds_by_an_answer_or_a_persons_word_alone() -> None:
    assert set(sources(State.SUCCEEDED)) == {State.IN_FLIGHT, State.CONFLICT, State.UNKNOWN}


def test_an_agents_row_is_never_sent_again_without_a_person() -> None:
    assert State.IN_FLIGHT not in TRANSITIONS[State.CONFLICT]
    assert State.PENDING in TRANSITIONS[State.CONFLICT]


def test_no_row_begins_as_sent() -> None:
    assert {State.PENDING, State.REJECTED, State.SKIPPED} == INITIAL
