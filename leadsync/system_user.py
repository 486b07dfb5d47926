"""The system user, as the journal names the authors of changes."""

import getpass
import os
from functools import cache


@cache
def system_user() -> str:
    """The name of the user of this process; a number for a user without a name."""
    try:
        return getpass.getuser()
    # Python 3.12 raises KeyError or ImportError still.
    except (OSError, KeyError, ImportError):
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown user"
