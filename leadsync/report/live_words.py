"""A sending under way, in words and for scripts."""

from datetime import datetime, timedelta
from typing import Any

from leadsync.durations import short_duration
from leadsync.report.standings import Standing, StandingKind
from leadsync.tallies import Holder, Live

_SILENT = timedelta(seconds=10)
"""Ten states late: the process or its disk hangs."""


def standing_words(standing: Standing, live: Live | None, now: datetime, holder: Holder | None = None) -> str:
    """Where a run stands, in a line for the command line; of a sending under way, how far it is."""
    if live is not None and (standing.is_live or standing.kind is StandingKind.LOST):
        return live_words(live, now, holder)
    where = f" on {holder}" if holder and standing.kind is StandingKind.AT_WORK else ""
    return f"{standing.words}{where}"


def live_words(live: Live, now: datetime, holder: Holder | None = None) -> str:
    """The state of a sending, such as `sending: 1,204 of 5,000, 61/s, about 1 min left`, with its holder if given."""
    if live.lost:
        return "its process ended; go on with resume"
    where = f" on {holder}" if holder else ""
    parts = [f"{'stopping' if live.stop_wanted else 'sending'}{where}: {live.done:,} of {live.rows:,}"]
    if live.words:
        parts[0] += f"; {live.words}"
    elif live.pace:
        parts += [_rate(live.pace), f"about {short_duration((live.rows - live.done) / live.pace)} left"]
    if live.at is not None and now - live.at > _SILENT:
        parts[-1] += f"; no word from its process since {live.at:%H:%M:%S}"
    return ", ".join(parts)


def _rate(pace: float) -> str:
    """Rows a second, or a minute if they are few."""
    return f"{pace:.0f}/s" if pace >= 1 else f"{60 * pace:.0f}/min"


def live_json(live: Live) -> dict[str, Any]:
    """A sending's state as the object of --json."""
    return {
        "rows": live.rows,
        "settled": {status.value: count for status, count in live.settled.items()},
        "pace": round(live.pace, 2),
        "words": live.words or None,
        "pid": live.pid,
        "host": live.host,
        "at": None if live.at is None else live.at.isoformat(timespec="seconds"),
        "stopping": bool(live.stop_wanted),
        "lost": live.lost,
    }
