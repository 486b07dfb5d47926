"""What a lead has taken already and would be sent once more."""

from collections.abc import Iterable, Mapping

from leadsync.journal import History, LastSent
from leadsync.models import SYSTEM_FIELDS, CampaignIds, Lead, RunRecord


class Repeats:
    """Holds rows against what the journal says their leads were last sent, in one campaign of one dialer.

    To be asked about the rows in the sheet's order, after `look_up` of their leads.
    """

    def __init__(self, history: History, dialer: str, ids: CampaignIds) -> None:
        self._history = history
        self._place = dialer, ids
        self._last: Mapping[str, LastSent] = {}
        self._to_be_sent: set[int] = set()
        """Leads with a row before this one that is sent, by their hash: a collision only hides a repetition."""

    def look_up(self, leads: Iterable[str]) -> None:
        """Find out what these leads were last sent."""
        dialer, ids = self._place
        self._last = self._history.last_sent(list(leads), dialer, ids.campaign)

    def is_place_of(self, run: RunRecord) -> bool:
        """Whether that run sent to the same place."""
        return (run.dialer, run.ids) == self._place

    def unchanged(self, lead: Lead) -> LastSent | None:
        """What the lead was last sent, if this row says the same.

        Compared is what the lead had before this run, and only until one of its rows is `sent`: of the rows A, B, A
        the last one is no repetition of the first.
        """
        last = self._last.get(lead.external_id)
        if last is None or hash(lead.external_id) in self._to_be_sent or dict(lead.fields) != dict(last.fields):
            return None
        return last

    def sent(self, lead: Lead) -> None:
        """Take note of a row that is sent."""
        if lead.external_id in self._last:
            self._to_be_sent.add(hash(lead.external_id))

    def sent_since(self, lead: Lead, run: RunRecord) -> LastSent | None:
        """What the lead has taken from another run after that one had it, if it is the very same."""
        last = self._last.get(lead.external_id)
        if (
            last is None
            or last.run_id == run.id
            or last.time < run.created
            or not same_fields(lead.fields, last.fields)
        ):
            return None
        return last


def same_fields(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two payloads say the same, one of them out of a sheet that a spreadsheet program has saved since: those
    change the blanks and the ends of lines inside texts."""
    return dict(one) == dict(other) or _loose(one) == _loose(other)


def _loose(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value if name in SYSTEM_FIELDS else "".join(value.split()) for name, value in fields.items()}
