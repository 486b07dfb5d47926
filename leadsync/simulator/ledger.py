"""The dialer's own record of requests and real changes: the truth for comparisons in tests."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from leadsync.errors import UsageError


@dataclass(frozen=True, slots=True)
class Received:
    """A lead call, whole or cut short by a fault: its number, the wall clock's seconds, the call's name, the lead, the
    body's fields, the fault's kind (empty for none) and the query without the key.
    """

    request: int
    time: float
    call: str
    lead: str
    fields: Mapping[str, str]
    fault: str = ""
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Application:
    """A real change: its request, time (wall clock, seconds) and lead."""

    request: int
    time: float
    lead: str
    fields: Mapping[str, str]


class Ledger:
    """Both lists, in memory. With a `path` each entry is also appended to that file, one JSON object a line, before the
    call is answered: so it outlives the process.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.received: list[Received] = []
        self.applications: list[Application] = []
        self._path = path
        if path is not None:
            try:
                path.touch()
            except OSError as error:
                raise UsageError(
                    f"The ledger {path} cannot be written ({error.strerror}); name another file."
                ) from error

    def receive(
        self, call: str, lead: str, fields: Mapping[str, str], fault: str, query: Mapping[str, str] | None = None
    ) -> Received:
        """Notes a call's arrival and numbers it."""
        arguments = {name: value for name, value in (query or {}).items() if name != "apiKey"}
        entry = Received(len(self.received) + 1, time.time(), call, lead, fields, fault, arguments)
        self.received.append(entry)
        self._append("received", entry)
        return entry

    def apply(self, received: Received) -> None:
        """Notes a call's change as made."""
        entry = Application(received.request, time.time(), received.lead, received.fields)
        self.applications.append(entry)
        self._append("applied", entry)

    def as_json(self) -> dict[str, list[dict[str, object]]]:
        """Both lists in a form for JSON."""
        return {
            "received": [asdict(entry) for entry in self.received],
            "applications": [asdict(entry) for entry in self.applications],
        }

    def _append(self, event: str, entry: Received | Application) -> None:
        if self._path is None:
            return
        # Opened and closed for each entry: a killed process has lost none.
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"event": event, **asdict(entry)}, ensure_ascii=False) + "\n")
