"""`leadsync`, and `python -m leadsync`."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> "NoReturn":
    """Load and run the command line. Loading takes a moment, in which Ctrl-C is no error either."""
    try:
        from leadsync.cli import main as command_line

        command_line()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
