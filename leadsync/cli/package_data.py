"""The files shipped with leadsync."""

from pathlib import Path

import leadsync
from leadsync.errors import LeadsyncError


def package_data(name: str) -> Path:
    """A file or folder shipped with leadsync: beside the package in a checkout, inside it once installed."""
    package = Path(leadsync.__file__).parent
    for folder in (package, package.parent):
        if (folder / name).exists():
            return folder / name
    raise LeadsyncError(f"{name} is missing from this installation of leadsync; install it again.")
