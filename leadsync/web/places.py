"""The page's queue: the jobs that wait for their turn, in the order in which people have asked for them.

A place is a file in the state folder. It outlives the page and the job's child: a page started anew goes on with it.
"""

import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from leadsync.private_files import make_private_folder
from leadsync.web.value_files import ValueFolder

_NAME = re.compile(r"(\d{9})\.json")
_KEY = re.compile(r"[\w-]{1,100}")


class Place(NamedTuple):
    """The place of a job: its verb, the id of its upload or run, its number, and the lock of its child."""

    at: int
    verb: str
    key: str
    number: int
    lock_name: str
    begun: float = 0.0
    """When its child was last begun, in seconds of a clock that begins anew with the system."""

    def is_of(self, key: str, number: int) -> bool:
        """Whether it is the place of that job."""
        return (self.key, self.number) == (key, number)


class Places:
    """The places in a state folder."""

    def __init__(self, state: Path) -> None:
        self._folder = ValueFolder(state.resolve() / "page_queue")

    def all(self) -> list[Place]:
        """All of them, the first one first; damaged ones are nobody's."""
        names = sorted(name for name in self._folder.names() if _NAME.fullmatch(name))
        return [place for name in names if (place := self._load(name)) is not None]

    def take(self, verb: str, key: str, number: int, lock_name: str) -> Place:
        """The last place, for a job whose child begins now. Raises OSError."""
        make_private_folder(self._folder.path)
        place = Place(0, verb, key, number, lock_name, time.monotonic())
        while True:
            taken = [int(found[1]) for name in self._folder.names() if (found := _NAME.fullmatch(name))]
            at = max(taken, default=0) + 1
            # Another person may have been faster.
            if self._folder.claim(_name(at), _values(place)):
                return place._replace(at=at)

    def renew(self, place: Place) -> None:
        """Note that its child begins now, once more. Raises OSError."""
        self._folder.keep(_name(place.at), _values(place._replace(begun=time.monotonic())))

    def give_up(self, place: Place) -> None:
        """The job waits no longer."""
        with suppress(OSError):
            self._folder.drop(_name(place.at))

    def _load(self, name: str) -> Place | None:
        values = self._folder.load(name) or {}
        verb, key, lock = (values.get(one) for one in ("verb", "key", "lock"))
        number, begun = values.get("number"), values.get("begun")
        if not (isinstance(verb, str) and isinstance(key, str) and isinstance(lock, str) and _KEY.fullmatch(key)):
            return None
        if not (isinstance(number, int) and isinstance(begun, float)):
            return None
        return Place(int(name[:9]), verb, key, number, lock, begun)


def _values(place: Place) -> dict[str, Any]:
    return {
        "verb": place.verb,
        "key": place.key,
        "number": place.number,
        "lock": place.lock_name,
        "begun": place.begun,
    }


def _name(at: int) -> str:
    return f"{at:09d}.json"
