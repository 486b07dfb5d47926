"""How fast a dialer can be expected to go, and what will be sent by a given time."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from leadsync.config import Settings
from leadsync.journal import Journal

LEADS_A_SECOND = 10
"""What one slot does at best: no call of the dialer completes in under 100 ms (the vendor's limits)."""


def slots_for(journal: Journal, settings: Settings) -> int | None:
    """How many calls may run at once; None where that is still to be found out."""
    if not settings.finds_slots_out:
        return settings.slots
    found = journal.known_slots(settings.url())
    return None if found is None else max(1, found - settings.server.reserve)


def expected_pace(journal: Journal, settings: Settings) -> float | None:
    """Leads a second: what was last reached with as many slots, waits included, or else what they allow; None where
    nothing is known."""
    slots = slots_for(journal, settings)
    if slots is None:
        return None
    return journal.known_pace(settings.url(), slots) or slots * LEADS_A_SECOND


def next_time(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The next moment after `now` at which the clocks of `zone`, or else of this machine, show `text`, as `HH:MM`."""
    hour, minute = map(int, text.split(":"))
    here = now.astimezone(zone)
    moment = time(hour, minute)
    day = here.date() if moment > here.time() else here.date() + timedelta(days=1)
    # Not `here` moved on: a night in which the clocks are changed is shorter or longer.
    then = datetime.combine(day, moment)
    return then.astimezone() if zone is None else then.replace(tzinfo=zone)


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether `rows` rows can be sent until a given time, by what is expected."""

    rows: int
    until: datetime
    ends: datetime
    done_by_then: int

    def __str__(self) -> str:
        clock = f"{self.until:%H:%M}"
        if self.ends <= self.until:
            return f"All {self.rows:,} rows are expected to be sent by about {self.ends:%H:%M}, before {clock}."
        return (
            f"About {self.done_by_then:,} of the {self.rows:,} rows are expected to be sent by {clock}; the others "
            "stay unsent, and `leadsync resume` goes on with them."
        )


def fit(rows: int, pace: float, now: datetime, until: datetime) -> Fit:
    """What `rows` rows at `pace` leads a second come to."""
    done = min(rows, int((until - now).total_seconds() * pace))
    return Fit(rows, until, now + timedelta(seconds=rows / pace), done)
