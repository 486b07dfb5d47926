"""`leadsync`, and `python -m leadsync`."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> "NoReturn":
    """Load and run the command line. Loading takes a moment, in which a signal is no error either."""
    try:
        leave_at_signals()
        from leadsync.cli import main as command_line

        command_line()
    except KeyboardInterrupt:
        sys.exit(130)


def leave_at_signals() -> None:
    """End the process with the exit code of a signal until the command line has handlers of its own."""
    import os
    import signal

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # An ignored signal stays ignored: `nohup` depends on it.
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            # Not by an exception: in the middle of an import it may be lost, or become an error.
            signal.signal(number, lambda number, _frame: os._exit(128 + number))


if __name__ == "__main__":
    main()
