"""The states of a row in the journal, and the only transitions between them."""

from enum import StrEnum

from leadsync.models import Status


class State(StrEnum):
    """The state of a row. The last six are its possible ends."""

    PENDING = "pending"
    """To be sent; `unsent` in a report if the run stops first."""
    IN_FLIGHT = "in_flight"
    """Its attempt was written down and may have reached the dialer. Found after a crash it means maybe applied."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REJECTED = "rejected"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"

    @property
    def status(self) -> Status:
        """The status of this state in a report."""
        return _STATUS[self]


_STATUS = {
    State.PENDING: Status.UNSENT,
    State.IN_FLIGHT: Status.UNKNOWN,
    State.SUCCEEDED: Status.SUCCEEDED,
    State.FAILED: Status.FAILED,
    State.REJECTED: Status.REJECTED,
    State.CONFLICT: Status.CONFLICT,
    State.UNKNOWN: Status.UNKNOWN,
    State.SKIPPED: Status.SKIPPED,
}

INITIAL = frozenset({State.PENDING, State.REJECTED, State.SKIPPED})
"""The states of a row fresh from its sheet."""

TRANSITIONS: dict[State, frozenset[State]] = {
    # begun; its attempts ran out; taken over by a later run, or a duplicate that the settings drop; its beginning may
    # be lost since the journal was restored
    State.PENDING: frozenset({State.IN_FLIGHT, State.FAILED, State.SKIPPED, State.REJECTED, State.UNKNOWN}),
    # to be tried again because it was certainly not applied; or the outcome
    State.IN_FLIGHT: frozenset({State.PENDING, State.SUCCEEDED, State.FAILED, State.CONFLICT, State.UNKNOWN}),
    # a person decided: applied, not applied, send it again, or had it sent by a later run
    State.CONFLICT: frozenset({State.SUCCEEDED, State.FAILED, State.PENDING, State.SKIPPED}),
    # the same; or it is harmless and begun again; a word about it may change
    State.UNKNOWN: frozenset(
        {State.SUCCEEDED, State.FAILED, State.PENDING, State.SKIPPED, State.IN_FLIGHT, State.UNKNOWN}
    ),
    # the rest is final; a failed row is sent again by a new run
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.REJECTED: frozenset(),
    State.SKIPPED: frozenset(),
}


def sources(target: State) -> tuple[State, ...]:
    """The states with a transition to `target`."""
    return tuple(state for state, targets in TRANSITIONS.items() if target in targets)
