"""What a lead was last sent, and whether a row says the same."""

from collections.abc import Iterable, Mapping

from leadsync.journal import History, LastSent
from leadsync.models import SYSTEM_FIELDS, Lead


class LastSentLeads:
    """What leads were last sent, in one campaign of one dialer, before this file."""

    def __init__(self, history: History, dialer: str, campaign: int) -> None:
        self._history = history
        self._place = dialer, campaign
        self._last: Mapping[str, LastSent] = {}
        self._go: set[int] = set()
        """Leads with a row before this one that is sent, by their hash: a collision only hides a repetition."""

    def look_up(self, leads: Iterable[str]) -> None:
        """Find out what these leads were last sent; call it before their rows are asked about."""
        self._last = self._history.last_sent(list(leads), *self._place)

    def get(self, lead: str) -> LastSent | None:
        """What the lead was last sent."""
        return self._last.get(lead)

    def goes(self, lead: str) -> bool:
        """Whether a row of the lead further up is sent: of the rows A, B, A the last is no repetition of the first."""
        return hash(lead) in self._go

    def note_sent(self, lead: Lead) -> None:
        """A row is sent to a lead that was sent something before."""
        self._go.add(hash(lead.external_id))


def same_fields(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two payloads say the same, one of them out of a sheet that a spreadsheet program has saved since: those
    change the blanks and the ends of lines inside texts."""
    return dict(one) == dict(other) or _loose(one) == _loose(other)


def _loose(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value if name in SYSTEM_FIELDS else "".join(value.split()) for name, value in fields.items()}
