"""The state of the dialer: there or away. Pure: the engine tells it outcomes and asks it for the slots to use.

Each sign of a dialer in maintenance takes a slot away until another answer arrives. So an outage never costs more
attempts than there are slots. After a few signs in a row the dialer counts as away: nothing is sent but probes without
a row. Once a probe is answered, a single row goes first.
"""

from leadsync.models import Effect, Outcome

# A single 503 may pass, and each further sign costs an attempt.
FEW_IN_A_ROW = 3
# Waits double from a second up to the vendor's "couple of minutes before retrying".
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 120.0
LONGEST_ASKED_SECONDS = 600.0
"""The longest `Retry-After` to follow; a server could ask for days."""


class Breaker:
    """Closed while the dialer answers, open while it is away."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self.is_open = False
        self.away_since: float | None = None
        self.reason = ""
        """The message of the last sign of absence."""
        self.costs_attempts = False
        """Whether this absence has cost a row an attempt."""
        self._in_a_row = 0
        self._on_trial = False
        self._probes = 0
        self._asked_wait = 0.0

    def allowance(self, slots: int) -> int:
        """The number of `slots` to use; one at least while closed, because only an answer tells more."""
        if self.is_open:
            return 0
        return 1 if self._on_trial else max(1, slots - self._in_a_row)

    def record(self, outcome: Outcome, now: float, slots: int, *, last: bool = False) -> bool:
        """Note a row's outcome, with so many slots in use; return whether it opened the breaker.

        With `last`, no other row can be sent and tell more, or the row's next attempt is its last: a probe comes before
        it.
        """
        if not outcome.away:
            self._reset()
            return False
        self._note(outcome, now)
        self.costs_attempts = self.costs_attempts or outcome.effect is not Effect.NEVER_BEGAN
        self._in_a_row += 1
        if self.is_open or not (last or self._on_trial or self._in_a_row >= min(FEW_IN_A_ROW, slots)):
            return False
        self.is_open = True
        return True

    def record_probe(self, outcome: Outcome, now: float) -> None:
        """Note a probe's outcome: any answer lets one row go first."""
        if not self.is_open:
            return
        if outcome.away:
            self._note(outcome, now)
        else:
            self.is_open = False
            self._on_trial = True

    def next_wait(self) -> float:
        """Seconds until the next probe: growing, unless the dialer asked for a longer wait."""
        growing = min(FIRST_WAIT_SECONDS * 2.0**self._probes, LONGEST_WAIT_SECONDS)
        wait = max(growing, self._asked_wait)
        # A bound for the power of two; the longest wait is reached long before.
        self._probes = min(self._probes + 1, 10)
        self._asked_wait = 0.0
        return wait

    def _note(self, outcome: Outcome, now: float) -> None:
        self.reason = outcome.message
        self._asked_wait = min(max(self._asked_wait, outcome.retry_after or 0.0), LONGEST_ASKED_SECONDS)
        if self.away_since is None:
            self.away_since = now
