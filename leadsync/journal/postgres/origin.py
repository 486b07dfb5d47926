"""The server and its timeline, as this machine has seen them last: a restore or a failover changes them.

A server that runs on from an older copy of its files has the same name and timeline. Only a machine's own memory tells
it: the server's log was further on before.
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self

from leadsync.errors import LeadsyncError
from leadsync.journal.sql.database import Connection
from leadsync.private_files import open_regular, whole_or_not

FILE_NAME = "journal_origin.json"
_RECOGNISE = (
    "SELECT system, timeline, restores, reached "
    "FROM recognise(CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS INTEGER), CAST(? AS BIGINT))"
)


class Origin(NamedTuple):
    """A moment of a server: its identifier, timeline, noticed restores, and the end of its log."""

    system: str
    timeline: int
    restores: int
    reached: int

    @classmethod
    def load(cls, state: Path) -> Self | None:
        """The origin kept in a state folder; None without a readable one."""
        with suppress(OSError, ValueError, TypeError), open_regular(state / FILE_NAME, links=False) as stream:
            system, *numbers = json.loads(stream.read())
            return cls(str(system), *map(int, numbers))
        return None

    def keep(self, state: Path) -> None:
        """Keep it in a state folder; on a full disk the earlier one stays."""
        with suppress(OSError, LeadsyncError), whole_or_not(state / FILE_NAME) as stream:
            stream.write(json.dumps(self).encode())


def recognise(connection: Connection, state: Path) -> Origin | None:
    """Compare the server with its origin in the journal and in the state folder, and hold runs after a restore.

    Returns None where the server tells nothing. Runs in its caller's transaction.
    """
    seen = Origin.load(state) or (None, None, None, None)
    row = connection.execute(_RECOGNISE, list(seen)).fetchone()
    return None if row[0] is None else Origin(*row)
