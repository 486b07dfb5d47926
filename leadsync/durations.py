"""Durations in words."""

from math import ceil

from leadsync.plurals import counted


def exact_duration(seconds: float) -> str:
    """A measured time: `4.2 seconds`, `2 min 05 s`, `1 h 02 min 05 s`."""
    if seconds < 60:
        return f"{seconds:.1f} seconds"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min {rest:02} s" if hours else f"{minutes} min {rest:02} s"


def rough_duration(seconds: float) -> str:
    """A time expected for a whole run: `about 5 minutes`."""
    if seconds < 90:
        return f"about {counted(max(1, round(seconds)), 'second')}"
    if seconds < 5400:
        return f"about {round(seconds / 60)} minutes"
    return f"about {seconds / 3600:.1f} hours"


def short_duration(seconds: float) -> str:
    """The time left of a run, in few characters: `12 s`, `3 min`, `1 h 20 min`."""
    if seconds < 60:
        return f"{max(1, ceil(seconds))} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
