"""A sheet's rows over the runs of the sheet and of its copies. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from leadsync.journal import Origin
from leadsync.models import RunRecord
from leadsync.reimport.same_rows import RowKey, payload_of, rows_of_leads, same_rows

NO_NUMBERS: Mapping[int, int] = {}


def numbers_in_sheet(run: RunRecord, origins: Mapping[int, Origin]) -> Mapping[int, int]:
    """The numbers in the sheet of the rows of a run of it or of a copy, by their numbers in the run."""
    if not run.checked:
        return {number: number for number in origins}
    return {number: one.sheet_row for number, one in origins.items() if one.sheet_row is not None}


def in_order(rows: Sequence[int], numbers: Mapping[int, int]) -> Sequence[int]:
    """Rows by their numbers in the sheet; one without a number stays behind the one above it."""
    if len(rows) == 1:
        return rows
    above, keys = 0, dict[int, int]()
    for row in rows:
        keys[row] = above = numbers.get(row, above)
    return sorted(rows, key=keys.__getitem__)


class SheetRows:
    """The rows of a sheet over its runs: in the followed run or, taken out there, before it.

    Their places are numbers: a row's own in the followed run, and numbers below 0 for rows that are absent there. Rows
    are the same by their number in the sheet, whatever they say; rows without one by their lead and their values.
    """

    def __init__(self, last: Mapping[int, Origin], numbers: Mapping[int, int] = NO_NUMBERS) -> None:
        self._last = last
        self.here = rows_of_leads(last)
        """The numbers of each lead's rows in the followed run."""
        self._numbers: dict[int, int] = {}
        """The number in the sheet by place,"""
        self._at: dict[int, Sequence[int]] = {}
        """and the places by that number: several for a line given twice."""
        for place, number in numbers.items():
            self._know(place, number)
        self.order: dict[str, Sequence[int]] = {lead: in_order(rows, numbers) for lead, rows in self.here.items()}
        """The places of each lead's rows in the order of the sheet, however a copy was sorted."""
        self._where: dict[int, tuple[str, int]] = {}
        self._payloads: dict[int, int | None] = {}

    def at(self, number: int) -> Sequence[int]:
        """The places of the row with this number in the sheet."""
        return self._at.get(number, ())

    def twins(self, place: int) -> Iterator[int]:
        """The places of the same line of the sheet, given more than once."""
        return (other for other in self.at(self._numbers.get(place, 0)) if other != place)

    def match(self, lead: str, rows: Sequence[RowKey]) -> list[int | None]:
        """The places of a lead's rows; None for a new one."""
        found: list[int | None] = [None] * len(rows)
        numbered: dict[int, list[int]] = {}
        for at, row in enumerate(rows):
            if row.number is not None:
                numbered.setdefault(row.number, []).append(at)
        for number, several in numbered.items():
            self._pair(rows, several, self.at(number), found)
        for has_number in (False, True):
            left = [at for at, row in enumerate(rows) if found[at] is None and (row.number is not None) is has_number]
            if left:
                # With numbers on both sides they would have met.
                others = [one for one in self._places(lead, found) if not has_number or one not in self._numbers]
                self._pair(rows, left, others, found)
        return found

    def _places(self, lead: str, found: Sequence[int | None]) -> list[int]:
        """The lead's places that are left, those of the followed run first."""
        here, taken = self.here.get(lead, ()), {*found}
        places = [*here, *sorted(set(self.order.get(lead, ())).difference(here), reverse=True)]
        return [place for place in places if place not in taken]

    def _pair(
        self, rows: Sequence[RowKey], several: Sequence[int], places: Sequence[int], found: list[int | None]
    ) -> None:
        if len(several) == len(places) == 1:
            found[several[0]] = places[0]
            return
        here = sum(place >= 0 for place in places)
        same = same_rows(
            [rows[at].digest for at in several], [self._payload(place) for place in places], in_place=here or None
        )
        for at, one in zip(several, same, strict=True):
            found[at] = places[one] if one is not None else None

    def places(
        self, origins: Mapping[int, Origin], numbers: Mapping[int, int] = NO_NUMBERS
    ) -> Iterator[tuple[str, Sequence[int], Sequence[int | None]]]:
        """Each lead of a run with its rows' numbers there and their places; a new row has none."""
        for lead, rows in rows_of_leads(origins).items():
            yield lead, rows, self.match(lead, [RowKey(numbers.get(one), payload_of(origins[one])) for one in rows])

    def where(self, place: int) -> tuple[str, int] | None:
        """Run and number of a row that is absent in the followed run."""
        return self._where.get(place)

    def add(
        self, run: RunRecord, origins: Mapping[int, Origin], numbers: Mapping[int, int] = NO_NUMBERS
    ) -> dict[int, int]:
        """Add the rows that only a run before these has, each behind the row above it; return the places that are not
        their rows' numbers there."""
        others: dict[int, int] = {}
        for lead, rows, places in self.places(origins, numbers):
            at = [
                found if found is not None else self._add(run, row, origins[row], numbers.get(row))
                for row, found in zip(rows, places, strict=True)
            ]
            self.order[lead] = self.order_with(lead, at)
            others |= {row: place for row, place in zip(rows, at, strict=True) if place != row}
        return others

    def order_with(self, lead: str, places: Sequence[int | None]) -> Sequence[int]:
        """The order of a lead's rows with those that it lacks, new or of another lead in the runs since: each by its
        number in the sheet, or else behind the row above it."""
        order = self.order.get(lead, ())
        known, behind, above = {*order}, dict[int | None, list[int]](), None
        for place in places:
            if place in known:
                above = place
            elif place is not None:
                behind.setdefault(above, []).append(place)
        return (
            in_order([one for place in (None, *order) for one in _with(place, behind)], self._numbers)
            if behind
            else order
        )

    def _add(self, run: RunRecord, row: int, origin: Origin, number: int | None) -> int:
        place = -1 - len(self._where)
        self._where[place] = run.id, row
        self._payloads[place] = payload_of(origin)
        if number is not None:
            self._know(place, number)
        return place

    def _know(self, place: int, number: int) -> None:
        self._numbers[place] = number
        self._at[number] = (*self.at(number), place)

    def _payload(self, place: int) -> int | None:
        return payload_of(self._last[place]) if place in self._last else self._payloads[place]


def _with(place: int | None, behind: Mapping[int | None, Sequence[int]]) -> Sequence[int]:
    """The place and those behind it; None is the lead's beginning."""
    added = behind.get(place, ())
    return added if place is None else (place, *added)
