"""leadsync on a machine whose clock is wrong: `python -m tests.faults.wrong_clock SECONDS COMMAND …`."""

import datetime as datetimes
import runpy
import sys
import time


def shift(seconds: float) -> None:
    """Let every look at the time of day be off by so much; what counts seconds goes on as before."""
    right = time.time
    time.time = lambda: right() + seconds

    class Shifted(datetimes.datetime):
        @classmethod
        def now(cls, tz: datetimes.tzinfo | None = None) -> datetimes.datetime:
            return datetimes.datetime.fromtimestamp(right() + seconds, tz)

    datetimes.datetime = Shifted  # type: ignore[misc] # for modules that import it from now on


if __name__ == "__main__":
    shift(float(sys.argv.pop(1)))
    runpy.run_module("leadsync", run_name="__main__", alter_sys=True)
