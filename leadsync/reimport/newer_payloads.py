"""Payloads newer than a row: the runs with a later reading of their sheet, and the values that an older row undoes."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from leadsync.journal import Journal, LastSent, State
from leadsync.models import CALLBACK, NO_CHANGE, RunRecord
from leadsync.plurals import counted


def newer_runs(journal: Journal, run: RunRecord) -> set[str]:
    """The ids of the runs whose values were read after this run's. A retry has the values of its first run."""
    readings = order_of_readings(journal)
    own = readings[run.id]
    return {run_id for run_id, reading in readings.items() if reading > own}


def order_of_readings(journal: Journal) -> dict[str, int]:
    """The place of each run among all, by when its values were read."""
    readings: dict[str, int] = {}
    # By the order of the journal, the oldest first: clocks are set back.
    for at, other in enumerate(reversed(journal.runs())):
        readings[other.id] = readings.get(other.retry_of, at)
    return readings


class Reading(NamedTuple):
    """When a run was read, to tell what other runs have sent since: the journal's order counts, not clocks.

    `newer` are its `newer_runs`, `first_call` is its first place in the order of the calls.
    """

    run: RunRecord
    newer: Collection[str]
    first_call: int | None

    def is_before(self, one: LastSent) -> bool:
        """Whether a payload is of another run, and was sent since."""
        if one.run_id == self.run.id:
            return False
        if one.run_id in self.newer:
            return True
        # Before its first call, nothing but the clock tells when an older run was read.
        return one.time >= self.run.created if self.first_call is None else one.sequence > self.first_call


def reading_of_run(journal: Journal, run: RunRecord) -> Reading:
    """When a run was read, in the order of the journal."""
    return Reading(run, newer_runs(journal, run), journal.first_call(run.id))


def undoes(fields: Mapping[str, str], last: Mapping[str, str]) -> bool:
    """Whether older values replace newer ones; a missing callback date is a value: it makes its lead a new one."""
    names = (fields.keys() & last.keys()) | {CALLBACK}
    return any(
        fields.get(name) != last.get(name) and NO_CHANGE not in (fields.get(name), last.get(name)) for name in names
    )


def undone_rows(count: int, when: str, last: LastSent) -> str:
    """The words about rows older than the last ones sent for their leads, of which `last` is the last."""
    rows = counted(count, "row would undo what its lead was", "rows would undo what their leads were")
    undecided = (
        ""
        if last.state in (State.SUCCEEDED, State.SKIPPED)
        else ", and a person has to decide whether that was applied"
    )
    return f"{rows} sent since, {when} by run {last.run_id}{undecided}"
