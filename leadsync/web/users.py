"""The page's users: a file in the state folder, argon2id, and growing waits after wrong passwords."""

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from leadsync.errors import UsageError
from leadsync.private_files import make_private_folder, open_regular, whole_or_not
from leadsync.web.roles import ROLES, Role

if TYPE_CHECKING:
    from argon2 import PasswordHasher

FILE_NAME = "users.json"
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1_000
LONGEST_NAME = 64
FREE_TRIES = 5
"""Wrong passwords in a row before the first wait."""
LONGEST_WAIT = timedelta(minutes=15)
_MOST_NAMES = 10_000
_BETWEEN_UNKNOWN = timedelta(minutes=1)
_WRITING = threading.Lock()
"""The file is read and written anew for each change."""
_AT_ONCE = threading.BoundedSemaphore(2)
"""Each check of a password takes 19 MiB and a core for a moment."""


@dataclass(frozen=True, slots=True)
class User:
    """A person with a login."""

    name: str
    role: Role
    password: str
    """The argon2id hash."""
    since: datetime | None = None
    """When the user was added; None: by an earlier leadsync."""

    @property
    def mark(self) -> str:
        """Changes with the password: sessions of the old one end."""
        return hashlib.sha256(self.password.encode()).hexdigest()[:16]


class Users:
    """The users of one state folder, in a file for its owner alone. Raises UsageError for a damaged file."""

    def __init__(self, state: Path) -> None:
        self._path = state / FILE_NAME

    def all(self) -> list[User]:
        """All users by name."""
        try:
            with open_regular(self._path, links=False) as stream:
                known = json.load(stream)
            return [
                User(name, ROLES[one["role"]], one["password"], _moment(one.get("since")))
                for name, one in sorted(known.items())
            ]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(
                f"The users' file {self._path} cannot be read ({error}); restore it from a backup, or delete it and "
                "add the users again."
            ) from error

    def find(self, name: str) -> User | None:
        """The user of that name."""
        return next((user for user in self.all() if user.name == name), None)

    def add(self, name: str, role: Role, password: str) -> None:
        """Add a user; raises UsageError for a known name, or one that cannot be typed."""
        if self.find(name):
            raise UsageError(f"There is a user {name} already; `leadsync users password {name}` gives a new password.")
        if not name or name != name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
            raise UsageError(
                f"A user's name has 1 to {LONGEST_NAME} visible characters, none of them a blank at an end."
            )
        self._keep([*self.all(), User(name, role, hashed(password), datetime.now().astimezone())])

    def remove(self, name: str) -> None:
        """Remove a user; raises UsageError for an unknown one, and for the last admin of others."""
        with _WRITING:
            self._keep(self._others(self._known(name)))

    def set_role(self, name: str, role: Role) -> None:
        """Give a user another role, which counts at once. Raises UsageError for an unknown one, and for the last
        admin."""
        with _WRITING:
            user = self._known(name)
            others = [one for one in self.all() if one != user] if role is Role.ADMIN else self._others(user)
            self._keep([*others, replace(user, role=role)])

    def set_password(self, name: str, password: str) -> None:
        """Give a user a new password, which ends the sessions. Raises UsageError for an unknown one."""
        user = self._known(name)
        others = [other for other in self.all() if other.name != name]
        self._keep([*others, User(name, user.role, hashed(password), user.since)])

    def _others(self, user: User) -> list[User]:
        """All others. Raises UsageError if none of them is an admin."""
        others = [other for other in self.all() if other.name != user.name]
        if user.role is Role.ADMIN and others and all(other.role is not Role.ADMIN for other in others):
            raise UsageError(f"{user.name} is the last admin; make somebody else an admin first.")
        return others

    def _known(self, name: str) -> User:
        if user := self.find(name):
            return user
        raise UsageError(f"There is no user {name}; `leadsync users list` lists them.")

    def _keep(self, users: list[User]) -> None:
        make_private_folder(self._path.parent)
        text = json.dumps({user.name: _values(user) for user in users}, indent=1)
        with whole_or_not(self._path) as stream:
            stream.write(text.encode())


def _values(user: User) -> dict[str, str]:
    since = {"since": user.since.isoformat(timespec="seconds")} if user.since else {}
    return {"role": user.role.word, "password": user.password, **since}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


class Gate:
    """Checks passwords, with growing waits for a name after five wrong ones."""

    def __init__(self, users: Users, now: Callable[[], datetime]) -> None:
        self._users = users
        self._now = now
        self._wrong: dict[str, tuple[int, datetime]] = {}
        self._told: datetime | None = None
        self._lock = threading.Lock()

    def wait(self, name: str) -> timedelta:
        """How long this name has to wait before the next try; zero or less: it need not."""
        with self._lock:
            wrong, last = self._wrong.get(name, (0, self._now()))
        if wrong < FREE_TRIES:
            return timedelta()
        return min(timedelta(seconds=2 ** min(wrong - FREE_TRIES, 10)), LONGEST_WAIT) - (self._now() - last)

    def tells(self, name: str) -> bool:
        """Whether a wrong password of this name goes into the audit: of unknown names one a minute, so that guesses
        do not flood it."""
        if self._users.find(name):
            return True
        now = self._now()
        with self._lock:
            if self._told and now - self._told < _BETWEEN_UNKNOWN:
                return False
            self._told = now
        return True

    def check(self, name: str, password: str) -> User | None:
        """The user with that name and password; unknown names take as long as known ones. Blocks for a moment."""
        if self.wait(name) > timedelta():
            return None
        with self._lock:
            # Counted before the check: tries at the same time are tries too.
            if len(self._wrong) >= _MOST_NAMES and name not in self._wrong:
                self._wrong.pop(next(iter(self._wrong)))
            self._wrong[name] = (self._wrong.get(name, (0, None))[0] + 1, self._now())
        user = self._users.find(name)
        if not _fits(user.password if user else _nobody(), password) or user is None:
            return None
        with self._lock:
            self._wrong.pop(name, None)
        return user


def hashed(password: str) -> str:
    """The argon2id hash of a password; raises UsageError for one too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise UsageError(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD:,} characters.")
    return _hasher().hash(password)


def _fits(password_hash: str, password: str) -> bool:
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        with _AT_ONCE:
            return len(password) <= LONGEST_PASSWORD and _hasher().verify(password_hash, password)
    except (Argon2Error, InvalidHashError, UnicodeEncodeError):
        return False


@cache
def _hasher() -> "PasswordHasher":
    """OWASP's parameters for argon2id with 19 MiB."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")
