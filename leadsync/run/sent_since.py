"""The rows left of an earlier run against what their leads were sent since, before they go or go again."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice

from leadsync.commands import command
from leadsync.config import Settings
from leadsync.dialer_address import same_dialer
from leadsync.errors import SheetError
from leadsync.journal import Journal, LastSent, State
from leadsync.models import Lead, RunRecord, Status
from leadsync.private_files import is_file
from leadsync.reasons import Skip, SkipKind
from leadsync.reimport import (
    LastSentLeads,
    Reading,
    Repeated,
    behind,
    digest_of,
    reading_of_run,
    repeated_by,
    undecided_twin,
    undoes,
    undone_rows,
)
from leadsync.remarks import Remark
from leadsync.run.sheet_source import fingerprint
from leadsync.run.survey_text import of_them, repeated_rows, rows_of_another_run, when

_CHUNK = 1000
_LOOKED_AT = 100
"""The last payloads of a lead among which those of other runs are looked for."""
_UNDECIDED = {Status.CONFLICT, Status.UNKNOWN}


@dataclass(slots=True)
class SentSince:
    """Counts of the rows left.

    `skipped` by their numbers: the same row of another run is for a person to decide or for it to send, or the row is
    equal to its lead's last payload and such rows are not wanted. `repeated` counts rows equal to a payload of their
    lead from another run, `undone` those older than the last one from there, each with the last such payload. The other
    rows of the `waiting` leads wait as well, each with the reason.
    """

    skipped: dict[int, Skip] = field(default_factory=dict)
    repeated: int = 0
    repeated_last: LastSent | None = None
    skippable: int = 0
    undone: int = 0
    undone_last: LastSent | None = None
    waiting: Mapping[str, Skip] = field(default_factory=dict)

    @property
    def sent_before(self) -> bool:
        """Whether a row would go a second time, or undo a newer one."""
        return bool(self.repeated or self.undone)

    def repeat(self, last: LastSent, *, can_be_skipped: bool) -> None:
        """Count a row that says what its lead was last sent."""
        self.repeated += 1
        self.skippable += can_be_skipped
        self.repeated_last = _later(self.repeated_last, last)

    def undo(self, last: LastSent) -> None:
        """Count a row that replaces its lead's last payload, though that has newer values."""
        self.undone += 1
        self.undone_last = _later(self.undone_last, last)

    def remarks(self, journal: Journal, run: RunRecord, settings: Settings, now: datetime) -> Iterator[Remark]:
        """The warnings, each with its remedy."""
        of_other_runs = Counter((skip.kind, skip.run) for skip in self.skipped.values())
        for (kind, run_id), count in of_other_runs.items():
            if kind is not SkipKind.UNCHANGED:
                yield rows_of_another_run(kind, count, run_id)
        if last := self.repeated_last:
            words = repeated_rows(self.repeated, self.skippable, last.time, last.run_id, now)
            effect = f"instead skips {of_them(self.repeated, self.skippable)}"
            remedy = _anew(journal, run, settings, effect) if self.skippable else ""
            yield Remark(f"{words}{remedy}", loud=True, repeats=True)
        if last := self.undone_last:
            words = undone_rows(self.undone, when(last.time, now), last)
            yield Remark(f"{words}{self._way_back(journal, settings)}", loud=True)

    def _way_back(self, journal: Journal, settings: Settings) -> str:
        """The remedy for rows that undo newer ones; one that a person has to decide on does not go anew."""
        last = self.undone_last
        if last is None or last.state is not State.SUCCEEDED:
            return ""
        return _anew(journal, journal.run(last.run_id), settings, "afterwards brings that back")


def sent_since(
    journal: Journal,
    run: RunRecord,
    rows_beside: Callable[[Collection[str]], Iterable[tuple[int, Lead]]],
    settings: Settings,
    *,
    skip_unchanged: bool = False,
    skip_sent: bool = False,
    left_out: Collection[int] = (),
) -> SentSince:
    """Compare the rows left of a run with the payloads of their leads from the other runs of the campaign.

    `rows_beside` gives the rows left whose leads have rows in these other runs. `skip_unchanged`: rows equal to their
    lead's last payload are not wanted. `skip_sent`: neither are those of them that went through since the run began.
    Those `left_out` do not go, and are not counted.
    """
    reading = reading_of_run(journal, run)
    others = _other_runs(journal, reading, settings)
    own = {(by, there): number for number, later in journal.descendants(run.id).items() for by, _, there in later}
    beside = _OtherRuns(journal, run, reading, own)
    repeated: Mapping[str, Repeated] = {}
    waiting: dict[str, Skip] = {}
    while True:
        sent = LastSentLeads(journal, settings.url(), settings.ids(), repeated=repeated)
        known = len(waiting)
        rows = rows_beside(others)
        found = _compared(beside, rows, sent, waiting, left_out, skip_unchanged=skip_unchanged, skip_sent=skip_sent)
        if (learned := sent.repeated()) == repeated and len(waiting) == known:
            return found
        # How many rows a lead has, and that it waits, is known only now.
        repeated = learned


@dataclass(frozen=True)
class _OtherRuns:
    """The payloads of other runs beside a run.

    `own` are the rows of the run that another one has sent, each with its number here.
    """

    journal: Journal
    run: RunRecord
    reading: Reading
    own: Mapping[tuple[str, int], int]

    @cached_property
    def family(self) -> set[str]:
        """The run, the one that it repeats, and those that gave it its rows."""
        base = repeated_by(self.journal, self.run).id
        return {self.run.id, base, *self.journal.givers(base), *self.journal.givers(self.run.id)}

    def since(self, rows: Iterable[tuple[int, Lead]], sent: LastSentLeads) -> dict[str, dict[int, LastSent]]:
        """The payloads since the run was read, by their digests, the last one last, of each lead of these rows whose
        last payload does not tell enough."""
        leads = {lead.external_id for number, lead in rows if (last := sent.get(lead)) and self._hides(number, last)}
        leads |= {
            lead.external_id
            for number, lead in rows
            if (last := sent.get(lead)) and not sent.equal(lead) and not self._is_undone(lead, last)
        }
        run, found = self.run, dict[str, dict[int, LastSent]]()
        payloads = self.journal.history().sent(leads, _LOOKED_AT, run.dialer, run.ids.campaign) if leads else {}
        for lead, ours in payloads.items():
            of_lead = found.setdefault(lead, {})
            for one in ours:
                if one.state is State.SUCCEEDED and self.is_since(one):
                    of_lead.pop(digest_of(one.fields), None)
                    of_lead[digest_of(one.fields)] = one
        return found

    def compare(
        self,
        number: int,
        lead: Lead,
        last: LastSent,
        since: dict[int, LastSent],
        same: LastSent | None,
        found: SentSince,
    ) -> None:
        """Count a row that repeats or undoes a payload of another run; `same` is one that its lead has taken since."""
        same = since.get(digest_of(self.run.ids.left_out(lead.fields)), same)
        if same is not None:
            found.repeat(same, can_be_skipped=False)
        newest = None if self._hides(number, last) else last
        if newest is None or (newest.state is not State.SUCCEEDED and not self._is_undone(lead, newest)):
            # In doubt, it hides a newer one that went through before it.
            newest = next(reversed(since.values()), None)
        if newest is not None and newest is not same and self._is_undone(lead, newest):
            found.undo(newest)

    def _hides(self, number: int, last: LastSent) -> bool:
        """Whether a lead's last payload is of the run itself, or a correction of a row above, which goes first."""
        return last.run_id == self.run.id or self.own.get((last.run_id, last.number), number) < number

    def is_since(self, one: LastSent) -> bool:
        """Whether another run has sent a payload, not of a row of this one, since this was read."""
        return self.reading.is_before(one) and (one.run_id, one.number) not in self.own

    def _is_undone(self, lead: Lead, last: LastSent) -> bool:
        return last.run_id in self.reading.newer and undoes(lead.fields, last.fields)


def _compared(
    others: _OtherRuns,
    rows: Iterable[tuple[int, Lead]],
    sent: LastSentLeads,
    waiting: dict[str, Skip],
    left_out: Collection[int],
    *,
    skip_unchanged: bool,
    skip_sent: bool,
) -> SentSince:
    found, run, decision = SentSince(waiting=waiting), others.run, others.journal.decision
    remaining = iter(rows)
    while chunk := list(islice(remaining, _CHUNK)):
        sent.look_up(lead.external_id for _, lead in chunk)
        since = others.since(chunk, sent)
        taken = sent.taken_from_others((lead for _, lead in chunk), others.family)
        for number, lead in chunk:
            twin = undecided_twin(lead, [one for one in sent.undecided(lead) if one.run_id != run.id])
            last = sent.get(lead)
            skip = twin or waiting.get(lead.external_id)
            if skip is not None and decision(run.id, number) != "send":
                found.skipped[number] = skip
                if twin is not None and (waits := behind(twin)):
                    waiting.setdefault(lead.external_id, waits)
                continue
            if number in left_out:
                continue
            same = taken.get((lead.external_id, digest_of(run.ids.left_out(lead.fields))), ())
            doubted = next((one for one in reversed(same) if one.state is State.SKIPPED), None)
            again = next((one for one in reversed(same) if one.state is State.SUCCEEDED and others.is_since(one)), None)
            if last is None:
                if doubted is not None:
                    found.repeat(doubted, can_be_skipped=False)
                continue
            equal, is_repetition = None, False
            if last.run_id != run.id:
                equal, is_repetition = sent.equal(lead), sent.is_repetition(lead)
                sent.note(lead)
            if is_repetition and skip_unchanged:
                found.skipped[number] = Skip(SkipKind.UNCHANGED, last.run_id, at=last.time)
            elif is_repetition and skip_sent and others.reading.is_before(last) and decision(run.id, number) != "send":
                # As in a file given back; one behind another row of its lead goes after that.
                found.skipped[number] = Skip(SkipKind.SENT_SINCE, last.run_id, at=last.time)
            elif (repeated := equal or doubted) is not None:
                found.repeat(repeated, can_be_skipped=is_repetition)
            else:
                others.compare(number, lead, last, since.get(lead.external_id, {}), again, found)
    return found


def _other_runs(journal: Journal, reading: Reading, settings: Settings) -> list[str]:
    """The runs of the dialer with a payload to compare: they have newer values, have sent since this run's first call,
    by the order of the calls, or leave something to send or to decide.
    """
    run, since = reading.run, journal.sent_beside(reading.run.id)
    others: list[str] = []
    for other in journal.runs():
        if other.id != run.id and other.complete and same_dialer(other.dialer, settings.url()):
            is_open = not other.finished or _UNDECIDED & journal.tally(other.id).statuses.keys()
            if is_open or other.id in reading.newer or other.id in since:
                others.append(other.id)
    return others


def _later(one: LastSent | None, other: LastSent) -> LastSent:
    return other if one is None or other.time > one.time else one


def _anew(journal: Journal, run: RunRecord, settings: Settings, effect: str) -> str:
    """The remedy: a run's sheet sent anew, but for the rows that say what their leads were last sent; empty for a
    sheet that is gone or says something else by now, and for a file given back, whose rows are done."""
    if not _is_as_read(run) or journal.givers(repeated_by(journal, run).id):
        return ""
    sheet = ("--sheet", run.sheet) if run.sheet else ()
    anew = command("run", run.file, "--fresh", "--skip-unchanged", *sheet, *settings.chosen_options)
    return f"; `{anew}` {effect}"


def _is_as_read(run: RunRecord) -> bool:
    """Whether a run's file still has the content that the run has read."""
    try:
        return is_file(run.file) and fingerprint(run.file) == run.fingerprint
    except SheetError:
        return False
