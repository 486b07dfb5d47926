"""The open rows of an earlier run that other rows of their leads wait for."""

from collections.abc import Callable, Iterable, Mapping

from leadsync.journal import Origin, RowAhead, State
from leadsync.models import Lead
from leadsync.reasons import Skip, SkipKind


class RowsAhead:
    """A person has to decide on them, or a run is to send them: their own, or a later one that has taken them.

    Ask for the rows of a file in its order. A row of which `is_settled` is true, given its run and number, is waited
    for no more: the file has decided on it or sends it, further up.
    """

    def __init__(self, ahead: Iterable[RowAhead], origins: Mapping[int, Origin]) -> None:
        """`ahead` are those that the journal knows; `origins` are all rows of the run, by number."""
        self._undecided: dict[str, list[RowAhead]] = {}
        """The rows of each lead, the last one first."""
        self._to_be_sent: dict[str, list[RowAhead]] = {}
        rows = [*ahead, *_own_to_be_sent(origins)]
        for one in sorted(rows, key=lambda row: row.number, reverse=True):
            (self._to_be_sent if one.goes else self._undecided).setdefault(one.lead, []).append(one)

    def of(self, lead: str, number: int | None, is_settled: Callable[[str, int], bool]) -> Skip | None:
        """Why a row of a lead waits, by its number in the run, or None for a row added since, which goes last.

        It waits for an earlier one to be sent, and for any other one to be decided.
        """
        undecided = _first(self._undecided.get(lead, []), number, is_settled)
        if undecided is not None:
            return Skip(SkipKind.WAITS_FOR_DECISION, undecided.run_id, undecided.row)
        to_be_sent = _first(self._to_be_sent.get(lead, []), number, is_settled)
        if to_be_sent is not None and (number is None or to_be_sent.number < number):
            return Skip(SkipKind.WAITS_FOR_RESUME, to_be_sent.run_id, to_be_sent.row)
        return None


def _first(rows: list[RowAhead], number: int | None, is_settled: Callable[[str, int], bool]) -> RowAhead | None:
    """The first row that is not settled, but for the row itself; `rows` lose the settled ones before it."""
    while rows and is_settled(rows[-1].run_id, rows[-1].row):
        rows.pop()
    others = (one for one in reversed(rows) if one.number != number and not is_settled(one.run_id, one.row))
    return next(others, None)


def _own_to_be_sent(origins: Mapping[int, Origin]) -> Iterable[RowAhead]:
    """The rows that their run is to send: idempotent ones in doubt among them."""
    for number, origin in origins.items():
        is_in_doubt = origin.state is State.UNKNOWN and Lead(origin.lead, origin.fields).harmless
        if origin.state is State.PENDING or is_in_doubt:
            yield RowAhead(origin.lead, number, origin.run_id, number, goes=True)
