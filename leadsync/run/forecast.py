"""The expected pace of a dialer, and the rows sent by a given time."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from leadsync.config import Settings
from leadsync.dialer_address import canonical
from leadsync.journal import Journal
from leadsync.plurals import counted

LEADS_A_SECOND = 10
"""The best pace of one slot: no call of the dialer completes in under 100 ms (the vendor's limits)."""


def slots_for(journal: Journal, settings: Settings) -> int | None:
    """The number of calls at once; None if it is still to be measured."""
    if not settings.finds_slots_out:
        return settings.slots
    found = journal.known_slots(canonical(settings.url()))
    return None if found is None else max(1, found - settings.server.reserve)


def expected_pace(journal: Journal, settings: Settings) -> float | None:
    """Leads a second: the last pace with as many slots, waits included, or else their limit; None if unknown.

    The settings need not name a dialer for a check.
    """
    if not settings.server.url:
        return None
    slots = slots_for(journal, settings)
    if slots is None:
        return None
    return journal.known_pace(canonical(settings.url()), slots) or slots * LEADS_A_SECOND


def next_time(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The next moment after `now` with the clock time `text` (`HH:MM`) in `zone`, or else on this machine.

    A time skipped by a clock change comes at the change; of a time shown twice, the next one counts.
    """
    hour, minute = map(int, text.split(":"))
    moment = now.astimezone(UTC).replace(second=0, microsecond=0)
    shown = moment.astimezone(zone)
    while True:
        # Minute by minute: only the time shown counts, through all clock changes.
        before = shown.replace(tzinfo=None)
        moment += timedelta(minutes=1)
        shown = moment.astimezone(zone)
        asked = datetime.combine(shown, time(hour, minute))
        if asked == shown.replace(tzinfo=None) or before < asked < shown.replace(tzinfo=None):
            return shown


@dataclass(frozen=True, slots=True)
class Fit:
    """The expected progress of `rows` rows until a given time, as seen `now`."""

    rows: int
    now: datetime
    until: datetime
    ends: datetime
    done_by_then: int

    def __str__(self) -> str:
        clock = self._clock(self.until)
        if self.done_by_then == self.rows:
            rows = counted(self.rows, "row is", "rows are")
            return f"{rows} expected to be sent by about {self._clock(self.ends)}, before {clock}."
        rows = counted(self.rows, "row")
        return (
            f"By {clock} about {self.done_by_then:,} of {rows} can be sent; the rest stays unsent, and "
            "`leadsync resume` goes on with it."
        )

    def _clock(self, moment: datetime) -> str:
        """The time of day; a time that has just passed is tomorrow's.

        If the clocks change between the two times, 02:30 may come behind 02:59: then with the name of each.
        """
        changes = self.ends.utcoffset() != self.until.utcoffset()
        shown = f"{moment:%H:%M %Z}" if changes else f"{moment:%H:%M}"
        return shown if moment.date() == self.now.date() else f"{shown} tomorrow"


def fit(rows: int, pace: float, now: datetime, until: datetime, zone: tzinfo | None = None) -> Fit:
    """The forecast for `rows` rows at `pace` leads a second, in `zone` or else on this machine."""
    # In UTC: between two times of one zone Python subtracts the times shown, not the time passed.
    begin = now.astimezone(UTC)
    done = min(rows, int((until.astimezone(UTC) - begin).total_seconds() * pace))
    ends = begin + timedelta(seconds=rows / pace)
    # Each by itself: on this machine's zone a moment has the offset of its own time of the year.
    return Fit(rows, begin.astimezone(zone), until.astimezone(zone), ends.astimezone(zone), done)
