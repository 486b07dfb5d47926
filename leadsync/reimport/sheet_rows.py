"""A sheet's rows over the runs of the sheet and of its copies. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from leadsync.journal import Origin
from leadsync.models import RunRecord
from leadsync.reimport.same_rows import RowKey, keys_of, rows_of_leads, same_rows


class Absent(NamedTuple):
    """A row that only runs before the followed one have: its place, and its key in the newest."""

    place: int
    key: RowKey


class SheetRows:
    """The rows of a sheet over its runs: in the followed run or, taken out or moved to another lead there, before it.

    Their places are numbers: a row's own in the followed run, and numbers below 0 for rows that are absent there.
    """

    def __init__(self, last: Mapping[int, Origin]) -> None:
        self._last = last
        self.here = rows_of_leads(last)
        """The numbers of each lead's rows in the followed run."""
        self.order: dict[str, Sequence[int]] = dict(self.here)
        """The places of each lead's rows in their order."""
        self.absent: dict[str, list[Absent]] = {}
        self._where: dict[int, tuple[str, int]] = {}

    def places(self, origins: Mapping[int, Origin]) -> Iterator[tuple[str, Sequence[int], Sequence[int | None]]]:
        """Each lead of a run with its rows' numbers there and their places; a new row has none."""
        for lead, numbers in rows_of_leads(origins).items():
            here, absent = self.here.get(lead, ()), self.absent.get(lead, ())
            before = [*keys_of(self._last, here), *(one.key for one in absent)]
            places = [*here, *(one.place for one in absent)]
            same = same_rows(keys_of(origins, numbers), before, in_place=len(here) or None)
            yield lead, numbers, [places[at] if at is not None else None for at in same]

    def where(self, place: int) -> tuple[str, int] | None:
        """Run and number of a row that is absent in the followed run."""
        return self._where.get(place)

    def add(self, run: RunRecord, origins: Mapping[int, Origin]) -> dict[int, int]:
        """Add the rows that only a run before these has, each behind the row above it; return the places that are not
        their rows' numbers there."""
        others: dict[int, int] = {}
        for lead, numbers, places in self.places(origins):
            behind: dict[int | None, list[int]] = {}
            above = None
            for number, place in zip(numbers, places, strict=True):
                if place is None:
                    others[number] = self._add(lead, run, number, origins)
                    behind.setdefault(above, []).append(others[number])
                else:
                    above = place
                    others |= {number: place} if place != number else {}
            if behind:
                order = (None, *self.order.get(lead, ()))
                self.order[lead] = [place for known in order for place in _with(known, behind)]
        return others

    def _add(self, lead: str, run: RunRecord, number: int, origins: Mapping[int, Origin]) -> int:
        place = -1 - len(self._where)
        self._where[place] = run.id, number
        [key] = keys_of(origins, [number])
        # A copy may be re-sorted: its lines have no number of the sheet.
        key = key._replace(number=None) if run.checked else key
        self.absent.setdefault(lead, []).append(Absent(place, key))
        return place


def _with(place: int | None, behind: Mapping[int | None, Sequence[int]]) -> Sequence[int]:
    """The place and those behind it; None is the lead's beginning."""
    added = behind.get(place, ())
    return added if place is None else (place, *added)
