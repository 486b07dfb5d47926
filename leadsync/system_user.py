"""The author of changes, as the journal names them: the system user, or the person of a page."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_person: ContextVar[str] = ContextVar("person", default="")


@contextmanager
def acting_for(person: str) -> Iterator[None]:
    """Name this person as the author of changes inside."""
    token = _person.set(person)
    try:
        yield
    finally:
        _person.reset(token)


def system_user() -> str:
    """The author's name; a number for a system user without a name."""
    if person := _person.get():
        return person
    try:
        return getpass.getuser()
    # Python 3.12 raises KeyError or ImportError still.
    except (OSError, KeyError, ImportError):
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown user"
