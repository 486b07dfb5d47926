"""One set of slots for all leadsync processes of a machine that send to one dialer.

Each process is a member while it holds the lock on a file of its own; the lock is the operating system's and dies with
its process, killed or not. A ledger beside the locks says how many slots each member uses and how many it could use.
Every member looks into it a few times a second, in its turn, and takes what is fair: never more than what the others
do not use. Nothing is paid for a call.

The folder is the machine's, not the user's and not the journal's: the limit is the dialer's. A store that several
machines can reach may take this one's place: the engine knows `every` and `renew` alone.
"""

import contextlib
import hashlib
import json
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

EVERY_SECONDS = 0.1
TURN_SECONDS = 3.0
"""How long a member keeps a slot that cannot be split."""
LEFT_BEHIND_SECONDS = 2.0
"""How long the calls of a member that was killed are counted as under way: the dialer does not know that it is gone."""

_PORTS = {"http": 80, "https": 443}


def machine_folder() -> Path:
    """Where the processes of this machine meet, whoever started them."""
    return Path(tempfile.gettempdir()) / "leadsync-slots"


def shares(slots: int, wants: Sequence[int], turn: int) -> list[int]:
    """How many slots each member may use: as many as it wants, but where that is too much, all the same.

    What cannot be split goes around with `turn`. What nobody wants is spread over all, so that a member that comes to
    want more has it at once.
    """
    given = [0] * len(wants)
    left = slots
    unmet = [member for member, want in enumerate(wants) if want > 0]
    while left > 0 and unmet:
        each = left // len(unmet)
        if each == 0:
            for position in range(left):
                given[unmet[(turn + position) % len(unmet)]] += 1
            return given
        for member in unmet:
            taken = min(each, wants[member] - given[member])
            given[member] += taken
            left -= taken
        unmet = [member for member in unmet if given[member] < wants[member]]
    return [count + left // len(wants) for count in given]


class SharedBudget:
    """This process's share of the slots of the dialer at `url`; a context manager.

    `slots` is how many this process may use at most, all of the dialer's or fewer; where it does not `know` them, it is
    how many there may be. Where the folder cannot be used, all of them are this process's, and `say` is told once.
    """

    def __init__(
        self, url: str, slots: int, say: Callable[[str], None], folder: Path | None = None, *, known: bool = True
    ) -> None:
        self.slots = slots
        self.known = known
        """Whether `slots` is what the dialer has; set it together with `slots` when that was found out."""
        self._since = time.time()
        self.alone = True
        """Whether nobody else was there when it was looked last,"""
        self.elsewhere = 0
        """and how many slots others were using then."""
        self._say = say
        self._folder = folder or machine_folder()
        self._key = hashlib.sha256(_canonical(url).encode()).hexdigest()[:32]
        self._name = f"{self._key}-{os.getpid()}-{secrets.token_hex(4)}"
        self._share: int | None = None
        self._seen: tuple[int, tuple[int, int, int]] | None = None
        self._text = ""
        self._calls_left_behind = False
        self._guard = self._lock("guard")
        self._member: FileLock | None = None

    @property
    def every(self) -> float | None:
        """How often to renew, in seconds; None where there is nobody to share with."""
        return EVERY_SECONDS if self._member is not None else None

    def __enter__(self) -> Self:
        try:
            self._make_folder()
            member = self._lock(self._name)
            member.acquire(timeout=1.0)
            self._member = member
        except (OSError, Timeout) as error:
            self._say(
                f"the dialer's slots cannot be shared with other leadsync processes ({self._folder}: "
                f"{getattr(error, 'strerror', None) or error}); run no other beside this one"
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._member is None:
            return
        with contextlib.suppress(OSError, Timeout), self._guard.acquire(timeout=1.0):
            ledger = self._read(self._key)
            mine = ledger["members"].pop(self._name, None)
            if mine is not None and self._calls_left_behind:
                _leave_behind(ledger, mine)
            self._write(self._key, ledger)
            self._sweep()
        self._member.release()
        with contextlib.suppress(OSError):
            self._path(self._name).unlink(missing_ok=True)

    def abandon(self) -> None:
        """This process gave its calls up; the dialer goes on with them for a while."""
        self._calls_left_behind = True

    async def renew(self, *, in_use: int, wanted: int) -> int:
        """How many slots may be used from now on by this process, which has `in_use` calls under way and could use
        `wanted` slots. Whoever else is just looking into the ledger comes first: the share is what it was."""
        if self._member is None:
            return self.slots
        wanted = min(max(in_use, wanted), self.slots)
        try:
            if self._share is not None and self._nothing_new(wanted):
                return self._share
            with self._guard.acquire(blocking=False):
                self._share = self._renew(in_use, wanted)
                self._seen = (wanted, self._stamp())
        except Timeout:
            pass
        except OSError as error:
            if self._share is None:
                self._say(f"the dialer's slots cannot be shared with other leadsync processes ({error.strerror})")
                self._share = self.slots
        return self._share or 0

    def _nothing_new(self, wanted: int) -> bool:
        """Whether this process was alone, and nobody has touched the ledger since."""
        return self.alone and self._share == self.slots and self._seen == (wanted, self._stamp())

    def _stamp(self) -> tuple[int, int, int]:
        status = (self._folder / f"{self._key}.json").stat()
        return status.st_ino, status.st_mtime_ns, status.st_size

    def _renew(self, in_use: int, wanted: int) -> int:
        ledger = self._read(self._key)
        self._bury(ledger)
        members = ledger["members"]
        members.setdefault(self._name, {})
        members[self._name] |= {"wants": wanted, **self._standing()}
        names = sorted(members)
        wants = [members[name]["wants"] for name in names]
        # Some may be told to leave slots free (`reserve`), or know a dialer's processor badly: that limits them alone.
        slots = max(member.get("knows", 0) for member in members.values()) or self.slots
        fair = shares(slots, wants, int(time.time() / TURN_SECONDS))[names.index(self._name)]
        self.elsewhere = sum(member["uses"] for name, member in members.items() if name != self._name)
        self.elsewhere += sum(count for count, _ in ledger["left_behind"])
        share = max(0, min(fair, self.slots, slots - self.elsewhere))
        members[self._name]["uses"] = max(share, in_use)
        self.alone = len(members) == 1
        self._write(self._key, ledger)
        return share

    def _standing(self) -> dict[str, Any]:
        return {"knows": self.slots if self.known else 0, "since": self._since}

    def ask_others(self) -> tuple[int, bool]:
        """How many slots other processes know the dialer to have, 0 where none does; and whether one that was there
        before this process is finding it out just now. This process is a member from then on."""
        if self._member is None:
            return 0, False
        try:
            with self._guard.acquire(timeout=1.0):
                ledger = self._read(self._key)
                self._bury(ledger)
                members = ledger["members"]
                members.setdefault(self._name, {"uses": 0, "wants": 0, **self._standing()})
                self._write(self._key, ledger)
        except (OSError, Timeout):
            return 0, False
        others = [member for name, member in members.items() if name != self._name]
        # A member of an earlier version says neither.
        finding = any(one.get("knows") == 0 and one.get("since", 0.0) < self._since for one in others)
        return max((one.get("knows", 0) for one in others), default=0), finding

    def _bury(self, ledger: dict[str, Any]) -> None:
        """Strike members whose lock has died out of the ledger; their calls may go on for a while."""
        now = time.time()
        ledger["left_behind"] = [[count, until] for count, until in ledger["left_behind"] if until > now]
        for name in [name for name in ledger["members"] if name != self._name]:
            if self._is_dead(name):
                _leave_behind(ledger, ledger["members"].pop(name))
                self._path(name).unlink(missing_ok=True)

    def _is_dead(self, name: str) -> bool:
        """Whether nobody holds that member's lock."""
        lock = self._lock(name)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return False
        lock.release()
        return True

    def _sweep(self) -> None:
        """Remove what killed processes left of other dialers' ledgers, which nobody may come to look into again."""
        for path in self._folder.glob("*.json"):
            ledger = self._read(path.stem)
            self._bury(ledger)
            self._write(path.stem, ledger)
        for path in self._folder.glob("*-*.*"):
            # A newcomer whose lock is looked at just now, before it is a member, makes it anew.
            if path.stem != self._name and self._is_dead(path.stem):
                path.unlink(missing_ok=True)
                self._path(path.stem).unlink(missing_ok=True)

    def _read(self, key: str) -> dict[str, Any]:
        try:
            self._text = (self._folder / f"{key}.json").read_text("utf-8")
            ledger = json.loads(self._text)
            return {"members": dict(ledger["members"]), "left_behind": list(ledger["left_behind"])}
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            self._text = ""
            return {"members": {}, "left_behind": []}

    def _write(self, key: str, ledger: dict[str, Any]) -> None:
        """Put a ledger that was read just now in its place whole; one that says nothing is removed."""
        path = self._folder / f"{key}.json"
        if not ledger["members"] and not ledger["left_behind"]:
            path.unlink(missing_ok=True)
            return
        text = json.dumps(ledger)
        if text == self._text:
            return
        draft = self._folder / f"{self._name}.draft"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        with contextlib.suppress(OSError):
            draft.chmod(0o666)
        draft.replace(path)

    def _make_folder(self) -> None:
        if self._folder.is_symlink():
            raise OSError(0, "it is a link")
        try:
            self._folder.mkdir(mode=0o777)
        except FileExistsError:
            return
        # Other users' processes share the slots too; the umask would keep them out.
        self._folder.chmod(0o777)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.lock"

    def _lock(self, name: str) -> FileLock:
        return FileLock(self._path(name), mode=0o666, thread_local=False)


def _leave_behind(ledger: dict[str, Any], member: dict[str, int]) -> None:
    if member["uses"]:
        ledger["left_behind"].append([member["uses"], time.time() + LEFT_BEHIND_SECONDS])


def _canonical(url: str) -> str:
    """The address in one spelling."""
    parts = urlsplit(url)
    port = parts.port or _PORTS.get(parts.scheme, 0)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}{parts.path.rstrip('/')}"
