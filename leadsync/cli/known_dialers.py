"""The addresses already known to get the API key, in a file of the state folder.

A new address is named first, with its settings: settings of somebody else would send the key elsewhere.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from leadsync.cli.shell import Shell
from leadsync.private_files import make_private_folder, whole_or_not

if TYPE_CHECKING:
    from leadsync.config import Settings

_FILE_NAME = "known_dialers"


def name_new_dialer(shell: Shell, settings: "Settings") -> None:
    """Name a new address and its settings, before the key goes there. Raises SettingsError."""
    if settings.url() not in _known(shell):
        shell.say(f"The API key goes to {settings.url()} for the first time, because {shell.url_source()} says so.")


def remember_dialer(shell: Shell, settings: "Settings") -> None:
    """Remember the address. If that fails, it is named once more next time."""
    known = _known(shell)
    if settings.url() in known:
        return
    with suppress(OSError):
        path = _file(shell)
        make_private_folder(path.parent)
        with whole_or_not(path) as stream:
            stream.write("".join(f"{url}\n" for url in (*known, settings.url())).encode())


def meet_dialer(shell: Shell, settings: "Settings") -> None:
    """Name a new address and remember it, for a command without a question. Raises SettingsError, also without a
    key."""
    settings.api_key(os.environ)
    name_new_dialer(shell, settings)
    remember_dialer(shell, settings)


def _known(shell: Shell) -> list[str]:
    with suppress(OSError, UnicodeDecodeError):
        return _file(shell).read_text("utf-8").splitlines()
    return []


def _file(shell: Shell) -> Path:
    return shell.state_folder().resolve() / _FILE_NAME
