"""A lead's last payload and its undecided ones, and whether a row says the same."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from leadsync.journal import Journal, LastSent, RowReading, State
from leadsync.models import CAMPAIGN_ID, CAMPAIGN_ID_FIELDS, EXTERNAL_ID, NO_CHANGE, SYSTEM_FIELDS, CampaignIds, Lead
from leadsync.reasons import Rejected, Skip, SkipKind
from leadsync.reimport.newer_payloads import order_of_readings, undoes
from leadsync.reimport.repetitions import NONE_KNOWN, Repeated, Repetitions

_TAKEN = (State.SUCCEEDED, State.UNKNOWN)
_LOOKED_AT = 20
"""The last payloads of a lead among which one is looked for that it has taken."""


class LastSentLeads:
    """The last payloads of leads of one dialer before this file, in the campaign of the settings, `ids`.

    Rows of the runs `ended` by this file are not for those to send. `repeated` is what an earlier reading of the file
    has shown. `since_reading` are the runs since one has first read what the file holds, `follows`
    is the run that it goes on with.
    """

    def __init__(
        self,
        journal: Journal,
        dialer: str,
        ids: CampaignIds,
        ended: Collection[str] = (),
        repeated: Mapping[str, Repeated] = NONE_KNOWN,
        since_reading: Collection[str] = (),
        follows: str = "",
    ) -> None:
        # A row under way when its process died has reached the dialer or not: by now that can be told.
        for run in journal.runs():
            if not run.finished:
                journal.settle_if_dead(run.id)
        self._history = journal.history()
        self._ended = ended
        self._dialer, self._ids = dialer, ids
        self._repetitions = Repetitions(repeated)
        self._last: Mapping[str, LastSent] = {}
        self._taken: Mapping[str, LastSent] = {}
        """Of the leads whose last payload they have not taken: the last one that they have, or may have."""
        self._went: Mapping[str, LastSent] = {}
        """Of the leads whose last payload is undecided: the last one that they have taken for certain."""
        self._undecided: Mapping[str, Sequence[LastSent]] = {}
        self._before: Mapping[str, Mapping[int, LastSent]] = {}
        """By digest, what leads took before their last payload."""
        self._order = order_of_readings(journal)
        self._givers, self._descendants = cache(journal.givers), cache(journal.descendants)
        self._since_reading, self._follows = since_reading, follows
        self._older: set[tuple[str, int]] = set()
        """The rows that are older than their leads' last payloads, as leads and digests."""

    def look_up(self, leads: Iterable[str]) -> None:
        """Look up the payloads of these leads; call it before their rows are asked about."""
        wanted, self._before = list(leads), {}
        place = self._dialer, self._ids.campaign
        self._last = self._history.last_sent(wanted, *place)
        self._undecided = self._history.undecided(wanted, self._dialer)
        undecided = [lead for lead, last in self._last.items() if last.state in (State.CONFLICT, State.UNKNOWN)]
        sent = self._history.sent(undecided, _LOOKED_AT, *place) if undecided else {}
        self._taken = _last_of(sent, _TAKEN)
        self._went = _last_of(sent, (State.SUCCEEDED,))

    def look_back(self, rows: Iterable[Lead]) -> None:
        """Look up what leads took before their last payload, where a row sets a disposition and does not say the last
        one: an old sheet, saved anew and sent behind a newer one. Call it behind `look_up`."""
        actions = (lead for lead in rows if not lead.harmless and lead.external_id in self._last)
        others = [(lead.external_id, lead.fields) for lead in actions if not self.equal(lead)]
        taken = self._history.taken(others, self._dialer, self._ids.campaign) if others else {}
        self._before = {lead: {digest_of(one.fields): one for one in same} for lead, same in taken.items()}

    def look_for_older(self, rows: Iterable[Lead]) -> None:
        """Look up which rows are older than their leads' last payloads. Call it behind `look_up`."""
        self._older = set()
        newer = [(row, last) for row in rows if (last := self.get(row)) is not None and self._may_be_newer(row, last)]
        wanted = [(row.external_id, row.fields) for row, _ in newer]
        readings = self._history.readings(wanted, self._dialer, self._ids.campaign) if wanted else {}
        for row, last in newer:
            same = [one for one in readings.get(row.external_id, ()) if _key(row) == _key(Lead(one.lead, one.fields))]
            is_since = any(self._place(one.run_id) >= self._place(last.run_id) for one in same if not one.is_skipped)
            is_left = self._is_behind(last) and any(one.run_id == self._follows for one in same)
            if not is_since and (is_left or last.run_id in self._since_reading or self._is_corrected(last, same)):
                self._older.add(_key(row))

    def _may_be_newer(self, row: Lead, last: LastSent) -> bool:
        may_be = self._is_behind(last) or last.run_id in self._since_reading or bool(self._givers(last.run_id))
        return may_be and undoes(row.fields, last.fields)

    def _is_behind(self, last: LastSent) -> bool:
        """Whether a payload was read after the run that the file goes on with."""
        return bool(self._follows) and self._place(last.run_id) > self._place(self._follows)

    def _is_corrected(self, last: LastSent, readings: Iterable[RowReading]) -> bool:
        """Whether a payload has come from a row with one of these readings."""
        later = (self._descendants(one.run_id).get(one.number, ()) for one in readings)
        return any((by, there) == (last.run_id, last.number) for links in later for by, _, there in links)

    def _place(self, run_id: str) -> int:
        """The place of a run among all; one begun since is the last."""
        return self._order.get(run_id, len(self._order))

    def is_older(self, lead: Lead) -> bool:
        """Whether its lead's last payload is newer than a row: that has corrected it, or was sent since the file was
        read first."""
        return bool(self._older) and _key(lead) in self._older

    def taken_from_others(self, rows: Iterable[Lead], but_of: Collection[str]) -> dict[tuple[str, int], list[LastSent]]:
        """By lead and digest, what the leads of these rows have taken of them, or may have, from other runs than
        those; skipped are those that a person has decided since to send once more."""
        wanted = [(row.external_id, row.fields) for row in rows if not row.harmless]
        taken = self._history.taken(wanted, self._dialer, self._ids.campaign) if wanted else {}
        found: dict[tuple[str, int], list[LastSent]] = {}
        for lead, payloads in taken.items():
            for one in payloads:
                if one.run_id not in but_of:
                    found.setdefault((lead, digest_of(one.fields)), []).append(one)
        return found

    def get(self, row: Lead | Rejected) -> LastSent | None:
        """The last payload that a row's lead has taken, or may have, in the row's words: with ids of the settings that
        the row names itself."""
        last = self._last.get(row.external_id)
        if last is not None and last.state is State.CONFLICT:
            last = self._taken.get(row.external_id)
        if last is None or not isinstance(row, Lead) or not row.own_ids:
            return last
        named = {name: value for name, value in self._ids.arguments.items() if row.own_ids.get(name) == value}
        return replace(last, fields={**named, **last.fields})

    def went_before(self, row: Lead | Rejected) -> LastSent | None:
        """The last payload that a row's lead has taken for certain, if its last one is in doubt."""
        last = self._last.get(row.external_id)
        in_doubt = last is not None and last.state is State.UNKNOWN
        return self._went.get(row.external_id) if in_doubt else None

    def undecided(self, lead: Lead) -> Sequence[LastSent]:
        """The lead's payloads for a person to decide about or for a run to send, in the order of their attempts.

        They are of the row's campaign, be it named by the row or by the settings.
        """
        campaign = lead.fields.get(CAMPAIGN_ID, str(self._ids.campaign))
        return [
            one
            for one in self._undecided.get(lead.external_id, ())
            if one.fields[CAMPAIGN_ID] == campaign and (one.state is not State.PENDING or one.run_id not in self._ended)
        ]

    def equal(self, lead: Lead) -> LastSent | None:
        """Which of the payloads that its lead has taken says the same as a row."""
        last = self._last.get(lead.external_id)
        if last is None:
            return None
        row = self._without_ids(lead)
        before = self._before.get(lead.external_id)
        return self._repetitions.equal(row, last) or (before.get(digest_of(row.fields)) if before else None)

    def is_repetition(self, lead: Lead) -> bool:
        """Whether the next row of its lead can be left out, because that was last sent the same."""
        last = self._last.get(lead.external_id)
        return last is not None and self._repetitions.is_one(self._without_ids(lead), last)

    def note(self, lead: Lead, *, by_now: bool = False) -> None:
        """Note a row that is sent, or is left out as a repetition, or went `by_now` by the run that it waited for."""
        if last := self._last.get(lead.external_id):
            undecided = len(self._undecided.get(lead.external_id, ()))
            self._repetitions.note(self._without_ids(lead), last, undecided, by_now=by_now)

    def repeated(self) -> dict[str, Repeated]:
        """The repetitions of each lead with several rows, for the next reading."""
        place = self._dialer, self._ids.campaign
        return self._repetitions.beginnings(lambda leads, most: self._history.sent(leads, most, *place))

    def _without_ids(self, lead: Lead) -> Lead:
        return lead._replace(fields=self._ids.left_out(lead.fields)) if lead.own_ids else lead


def _last_of(sent: Mapping[str, Sequence[LastSent]], states: Collection[State]) -> dict[str, LastSent]:
    """The last payload of each lead in one of these states."""
    found = {lead: [one for one in payloads if one.state in states] for lead, payloads in sent.items()}
    return {lead: payloads[-1] for lead, payloads in found.items() if payloads}


def _key(lead: Lead) -> tuple[str, int]:
    return lead.external_id, digest_of(lead.fields)


def undecided_twin(lead: Lead, undecided: Sequence[LastSent]) -> Skip | None:
    """Why a row is skipped that says the same as an undecided payload of its lead; None if none says that."""
    for sent in reversed(undecided):
        if not _same_change(lead.fields, sent.fields):
            continue
        if sent.state in (State.PENDING, State.IN_FLIGHT):
            return Skip(SkipKind.LEFT_TO_RUN, sent.run_id, sent.number)
        return Skip(SkipKind.UNDECIDED_BEFORE, sent.run_id, sent.number, status=sent.state.status)
    return None


def behind(skip: Skip) -> Skip | None:
    """Why other rows wait behind one of their lead that was skipped as undecided, or for such a twin; None for another
    reason."""
    if skip.kind in (SkipKind.UNDECIDED_BEFORE, SkipKind.UNDECIDED_SINCE):
        return Skip(SkipKind.WAITS_FOR_DECISION, skip.run, skip.row)
    # Without a number it is a row of this file.
    if skip.kind is SkipKind.LEFT_TO_RUN and skip.row is not None:
        return Skip(SkipKind.WAITS_FOR_RESUME, skip.run, skip.row)
    return None


def _same_change(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two payloads of one campaign change a lead alike, be one of them an insert."""
    first, second = (
        {name: value for name, value in fields.items() if name not in (EXTERNAL_ID, *CAMPAIGN_ID_FIELDS)}
        for fields in (one, other)
    )
    return same_fields(first, second)


def same_fields(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two payloads say the same, one of them from a sheet saved by a spreadsheet program since: such a program
    changes the blanks and the ends of lines inside texts. A field without change is as good as none."""
    return dict(one) == dict(other) or _loose(one) == _loose(other)


def digest_of(fields: Mapping[str, str]) -> int:
    """A digest of a payload, the same for all that are `same_fields`."""
    return hash(frozenset(_loose(fields).items()))


def _loose(fields: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value if name in SYSTEM_FIELDS else "".join(value.split())
        for name, value in fields.items()
        if value != NO_CHANGE
    }
