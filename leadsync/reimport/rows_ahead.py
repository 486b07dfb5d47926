"""The open rows of an earlier run that other rows of their leads wait for."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from leadsync.journal import Origin, RowAhead, State
from leadsync.models import Lead
from leadsync.reasons import Skip, SkipKind

NONE_DECIDED: Mapping[tuple[str, int], State] = {}


class RowsAhead:
    """A person has to decide on them, or a run is to send them: their own, or a later one that has taken them.

    Ask for the rows of a file in its order. A row of which `is_settled` is true, given its run and number, is waited
    for no more: the file has decided on it or sends it, further up.
    """

    def __init__(self, ahead: Iterable[RowAhead], origins: Mapping[int, Origin], decided: Collection[int] = ()) -> None:
        """`ahead` are those that the journal knows; `origins` are all rows of the run, by number, and `decided` those
        that it is to send by a person's decision."""
        self._undecided: dict[str, list[RowAhead]] = {}
        """The rows of each lead, the last one first."""
        self._to_be_sent: dict[str, list[RowAhead]] = {}
        pending = ((number, one) for number, one in origins.items() if one.state is State.PENDING)
        self._merely_left = {(one.run_id, number) for number, one in pending if number not in decided}
        rows = [*ahead, *_own_to_be_sent(origins)]
        for one in sorted(rows, key=lambda row: row.number, reverse=True):
            (self._to_be_sent if one.goes else self._undecided).setdefault(one.lead, []).append(one)

    def of(
        self,
        lead: str,
        number: int | None,
        is_settled: Callable[[str, int], bool],
        decided_below: Mapping[tuple[str, int], State] = NONE_DECIDED,
        *,
        replaces: bool = False,
    ) -> Skip | None:
        """Why a row of a lead waits, by its number in the run, or None for a row added since, which goes last.

        It waits for an earlier one to be sent, and for any other one to be decided. One that `replaces` a row left of
        its run does not wait for those that are merely left as well: behind them that run would send the old text. Nor
        does an earlier row wait for those that the file decides on further down, with these states.
        """
        for one in self._left(self._undecided, lead, number, is_settled):
            decided = decided_below.get((one.run_id, one.row)) if number is not None and number < one.number else None
            if decided is State.SUCCEEDED:
                return Skip(SkipKind.LATER_ROW, one.run_id, one.row)
            if decided is None:
                return Skip(SkipKind.WAITS_FOR_DECISION, one.run_id, one.row)
        for one in self._left(self._to_be_sent, lead, number, is_settled):
            if number is not None and one.number > number:
                break
            if not (replaces and (one.run_id, one.row) in self._merely_left):
                return Skip(SkipKind.WAITS_FOR_RESUME, one.run_id, one.row)
        return None

    @staticmethod
    def _left(
        of: Mapping[str, list[RowAhead]], lead: str, number: int | None, is_settled: Callable[[str, int], bool]
    ) -> Iterator[RowAhead]:
        """The lead's rows that are not settled, in their order, but for the row itself; settled ones are forgotten."""
        rows = of.get(lead, [])
        while rows and is_settled(rows[-1].run_id, rows[-1].row):
            rows.pop()
        return (one for one in reversed(rows) if one.number != number and not is_settled(one.run_id, one.row))


def waits_of_leads(ahead: Iterable[RowAhead]) -> dict[str, Skip]:
    """Why all rows of these leads wait in a sheet that is begun anew: the earlier ones would go a second time."""
    waits: dict[str, Skip] = {}
    for one in ahead:
        kind = SkipKind.WAITS_FOR_RESUME if one.goes else SkipKind.WAITS_FOR_DECISION
        waits.setdefault(one.lead, Skip(kind, one.run_id, one.row))
    return waits


def _own_to_be_sent(origins: Mapping[int, Origin]) -> Iterable[RowAhead]:
    """The rows that their run is to send: idempotent ones in doubt among them."""
    for number, origin in origins.items():
        is_in_doubt = origin.state is State.UNKNOWN and Lead(origin.lead, origin.fields).harmless
        if origin.state is State.PENDING or is_in_doubt:
            yield RowAhead(origin.lead, number, origin.run_id, number, goes=True)
