"""The rows of a file that repeat what their leads were last sent: equal to one of a lead's last payloads, as many as it
has rows, in any order. Only the first rows that repeat the last payloads in order can be left out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from leadsync.journal import LastSent, State
from leadsync.models import Lead


class Repeated(NamedTuple):
    """Of a lead with several rows: how many of the first repeat its last payloads in order, and those payloads, by
    digest."""

    beginning: int
    payloads: Mapping[int, LastSent]


NONE_KNOWN: Mapping[str, Repeated] = {}
_NONE = Repeated(0, {})
_CHUNK = 1000
_NOT_TAKEN_AT_MOST = 20
"""So many payloads of a lead that it has not taken, decided since, hide none that it has."""
_NOT_TAKEN = -1
"""In place of the digest of a payload that its lead has perhaps not taken: no digest is -1."""


class Repetitions:
    """Notes the rows of leads with earlier payloads, in the file's order.

    A single row is compared with its lead's last payload at once. How many rows there are is known only at the end:
    the file is read again then, with `known`, the `beginnings` that the first reading has found.
    """

    def __init__(self, known: Mapping[str, Repeated] = NONE_KNOWN) -> None:
        self._known = known
        # By hashes, for a million leads: a collision only hides a repetition.
        self._first: dict[int, int] = {}
        """The digest of each lead's first row."""
        self._changed: set[int] = set()
        """Leads with a row that is no repetition: of the rows A, B, A the last does not repeat the first."""
        self._several: dict[str, list[int]] = {}
        """The digests of the rows of each lead with several, or with a last payload that is undecided."""
        self._waited: set[str] = set()
        """Leads with a row that waited for another run, which has sent it by now."""
        self._most_undecided = 0

    def equal(self, lead: Lead, last: LastSent) -> LastSent | None:
        """Which of its lead's last payloads, of which this is the last, says the same as a row."""
        if last.state is State.SUCCEEDED and dict(lead.fields) == dict(last.fields):
            return last
        return self._known.get(lead.external_id, _NONE).payloads.get(_digest(lead.fields))

    def is_one(self, lead: Lead, last: LastSent) -> bool:
        """Whether the next row of its lead can be left out: with those above it, it repeats the payloads in order."""
        name = lead.external_id
        if last.state is not State.SUCCEEDED or hash(name) in self._changed:
            return False
        rows_before = len(self._several.get(name, "1" if hash(name) in self._first else ""))
        return rows_before < self._known.get(name, _NONE).beginning or dict(lead.fields) == dict(last.fields)

    def note(self, lead: Lead, last: LastSent, undecided: int = 0, *, by_now: bool = False) -> None:
        """Note a row that is sent, or that would be if repetitions were wanted; of its lead's payloads so many are
        `undecided`. A row that went `by_now` shows its lead's rows to be compared with all that it was sent."""
        name, digest = lead.external_id, _digest(lead.fields)
        if not self.is_one(lead, last):
            self._changed.add(hash(name))
        if by_now:
            self._waited.add(name)
        first = self._first.get(hash(name))
        self._most_undecided = max(self._most_undecided, undecided)
        if first is None:
            self._first[hash(name)] = digest
            if last.state is not State.SUCCEEDED:
                self._several[name] = [digest]
        else:
            self._several.setdefault(name, [first]).append(digest)

    def beginnings(
        self, sent: Callable[[Collection[str], int], Mapping[str, Sequence[LastSent]]]
    ) -> dict[str, Repeated]:
        """The leads with several rows of which one repeats one of the last payloads that went through.

        `sent` gives the last payloads of leads, at most so many of each, in the order of their attempts.
        """
        found = {}
        remaining = iter(self._several)
        while leads := list(islice(remaining, _CHUNK)):
            most = max(len(self._several[lead]) for lead in leads)
            payloads = sent(leads, most + self._most_undecided + _NOT_TAKEN_AT_MOST)
            for lead in leads:
                rows, ours = self._several[lead], payloads.get(lead, ())
                taken = [_digest(one.fields) if one.state is State.SUCCEEDED else _NOT_TAKEN for one in ours]
                went = [(digest, one) for digest, one in zip(taken, ours, strict=True) if digest != _NOT_TAKEN]
                if same := {
                    digest: one
                    for digest, one in (went if lead in self._waited else went[-len(rows) :])
                    if digest in rows
                }:
                    found[lead] = Repeated(overlap(rows, taken), same)
        return found


def overlap(rows: Sequence[int], sent: Sequence[int]) -> int:
    """The greatest count of which the first `rows` equal the last ones `sent`, in order."""
    # The last value of Knuth's, Morris's and Pratt's prefix function.
    text = [*rows, None, *sent]
    lengths = [0] * len(text)
    for at in range(1, len(text)):
        length = lengths[at - 1]
        while length and text[at] != text[length]:
            length = lengths[length - 1]
        lengths[at] = length + (text[at] == text[length])
    return lengths[-1] if sent else 0


def _digest(fields: Mapping[str, str]) -> int:
    return hash(frozenset(fields.items()))
