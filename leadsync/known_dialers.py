"""The addresses already known to get the API key, in a file of the state folder.

A new address is named first, with its settings: settings of somebody else would send the key elsewhere.
"""

from contextlib import suppress
from pathlib import Path

from leadsync.private_files import make_private_folder, whole_or_not

_FILE_NAME = "known_dialers"


def new_dialer(state: Path, url: str, source: str) -> str:
    """The sentence about a new address and the source of it, before the key goes there; empty for a known one."""
    if url in _known(state):
        return ""
    return f"The API key goes to {url} for the first time, because {source} says so."


def remember_dialer(state: Path, url: str) -> None:
    """Remember the address. If that fails, it is named once more next time."""
    known = _known(state)
    if url in known:
        return
    with suppress(OSError):
        path = _file(state)
        make_private_folder(path.parent)
        with whole_or_not(path) as stream:
            stream.write("".join(f"{one}\n" for one in (*known, url)).encode())


def _known(state: Path) -> list[str]:
    with suppress(OSError, UnicodeDecodeError):
        # An unreadable file knows no dialer: the address is named once more, which does no harm.
        return _file(state).read_text("utf-8").splitlines()
    return []


def _file(state: Path) -> Path:
    return state.resolve() / _FILE_NAME
