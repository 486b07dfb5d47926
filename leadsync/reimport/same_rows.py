"""A lead's rows in a sheet, each matched with the same row of an earlier reading of it. Pure."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple

from leadsync.journal import Origin
from leadsync.reasons import Skip, SkipKind
from leadsync.reimport.unchanged import digest_of


class RowKey(NamedTuple):
    """What a row is known by: its number in the sheet, as far as it says it, and a digest of its payload, if any."""

    number: int | None
    digest: int | None


def same_rows(
    now: Sequence[RowKey], before: Sequence[RowKey], *, by_number: bool = False, in_place: int | None = None
) -> list[int | None]:
    """For each of a lead's rows the position of the same row before; None for a new one.

    With `by_number` a number is the row's own then as well. Without, it may be another line's of a re-sorted copy:
    equal payloads come first, and their numbers tell whether the others' count. What is left is matched by its place,
    with the first `in_place` rows before, or with all.
    """
    found: list[int | None] = [None] * len(now)
    left = dict(enumerate(before))

    def match(key: Callable[[RowKey], Hashable], rows: Sequence[int]) -> None:
        places: dict[Hashable, deque[int]] = defaultdict(deque)
        for place, row in left.items():
            places[key(row)].append(place)
        for at in rows:
            wanted = key(now[at])
            if found[at] is None and wanted is not None and places[wanted]:
                found[at] = place = places[wanted].popleft()
                del left[place]

    everything = range(len(now))
    numbered = [at for at in everything if now[at].number is not None]
    match(_number if by_number else _whole, numbered)
    match(_digest, everything)
    pairs = [(now[at].number, before[place].number) for at in numbered if (place := found[at]) is not None]
    counts = by_number or all(other in (number, None) for number, other in pairs)
    if counts:
        match(_number, numbered)
    # Without an equal payload nothing has shown that the numbers count: a line was perhaps taken out above.
    is_sure = by_number or (counts and bool(pairs))
    by_place = [at for at in everything if found[at] is None and not (is_sure and now[at].number is not None)]
    places = [place for place in left if in_place is None or place < in_place]
    for at, place in zip(by_place, places, strict=False):
        found[at] = place
    return found


def _number(row: RowKey) -> Hashable:
    return row.number


def _digest(row: RowKey) -> Hashable:
    return row.digest


def _whole(row: RowKey) -> Hashable:
    return row if row.digest is not None else None


def rows_of_leads(origins: Mapping[int, Origin]) -> dict[str, list[int]]:
    """The numbers of each lead's rows in a run, in its order, without those left out for another row."""
    rows: dict[str, list[int]] = {}
    for number, origin in sorted(origins.items()):
        if origin.lead and not _is_left_out(origin):
            rows.setdefault(origin.lead, []).append(number)
    return rows


def keys_of(origins: Mapping[int, Origin], numbers: Sequence[int]) -> list[RowKey]:
    """The keys of these rows of a run; a rejected one has no payload."""
    return [RowKey(number, digest_of(fields) if (fields := origins[number].fields) else None) for number in numbers]


def _is_left_out(origin: Origin) -> bool:
    """Whether another row of the lead counts, by the settings."""
    return isinstance(origin.reason, Skip) and origin.reason.kind is SkipKind.OTHER_ROW_COUNTS
