"""The events of alerts; `[notify] on` chooses among them."""

from enum import StrEnum


class AlertEvent(StrEnum):
    """An event to tell a person."""

    FAILURE = "failure"
    """A sheet failed or stopped."""
    DECIDE = "decide"
    """Rows wait for a person's decision."""
    FAILED_PERCENT = "failed_percent"
    """More rows failed than the settings tolerate."""
    RECOVERY = "recovery"
    """An earlier trouble is over."""
