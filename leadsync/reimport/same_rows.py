"""A lead's rows in a sheet, each matched by its values with the same row of an earlier reading of it. Pure."""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from leadsync.journal import Origin
from leadsync.reasons import Skip, SkipKind
from leadsync.reimport.unchanged import digest_of


class RowKey(NamedTuple):
    """What a row is known by: its number in the sheet, if that is known, and a digest of its payload, if any."""

    number: int | None
    digest: int | None


def same_rows(
    now: Sequence[int | None], before: Sequence[int | None], *, in_place: int | None = None
) -> list[int | None]:
    """For each of a lead's rows, by the digest of its payload, the position of the same row before; None for a new one.

    Equal payloads come first. What is left is matched by its place, with the first `in_place` rows before, or with all.
    """
    found: list[int | None] = [None] * len(now)
    left = dict(enumerate(before))
    equal: dict[int, deque[int]] = defaultdict(deque)
    for place, digest in left.items():
        if digest is not None:
            equal[digest].append(place)
    for at, digest in enumerate(now):
        if digest is not None and equal[digest]:
            found[at] = place = equal[digest].popleft()
            del left[place]
    by_place = [at for at, place in enumerate(found) if place is None]
    for at, place in zip(by_place, [one for one in left if in_place is None or one < in_place], strict=False):
        found[at] = place
    return found


def rows_of_leads(origins: Mapping[int, Origin]) -> dict[str, list[int]]:
    """The numbers of each lead's rows in a run, in its order, without those left out for another row."""
    rows: dict[str, list[int]] = {}
    for number, origin in sorted(origins.items()):
        if origin.lead and not _is_left_out(origin):
            rows.setdefault(origin.lead, []).append(number)
    return rows


def payload_of(origin: Origin) -> int | None:
    """The digest of a row's payload; a rejected one has none."""
    return digest_of(origin.fields) if origin.fields else None


def _is_left_out(origin: Origin) -> bool:
    """Whether another row of the lead counts, by the settings."""
    return isinstance(origin.reason, Skip) and origin.reason.kind is SkipKind.OTHER_ROW_COUNTS
