"""A member of a dialer's slots on all machines, as a row in the database."""

import uuid

import psycopg

from leadsync.journal.postgres.database import PostgresDatabase
from leadsync.journal.postgres.errors import translated
from leadsync.journal.postgres.leases import holder_words, told_holder
from leadsync.slot_shares import OtherMember, SlotGrant, SlotReport

_RENEW = "SELECT may_use, share, is_first FROM renew_slots(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
_OTHERS = (
    "SELECT told, granted, knows, CASE WHEN expires < clock_timestamp() "
    "THEN GREATEST(0.001, extract(epoch FROM expires - clock_timestamp())::double precision + rest) ELSE 0.0 END "
    "FROM slot_members WHERE dialer = %s AND member <> %s AND NOT is_free(expires, rest) ORDER BY joined"
)
_LEAVE = (
    "UPDATE slot_members SET granted = %s, wanted = 0, knows = 0, rest = %s, expires = clock_timestamp() "
    "WHERE dialer = %s AND member = %s"
)
_FORGET = "DELETE FROM slot_members WHERE dialer = %s AND member = %s AND granted = 0"
_LONGEST_SECONDS = 5.0
"""The longest wait for an answer: by then the lease has ended, and a new connection may be better."""


class PostgresSlotMember:
    """See `leadsync.journal.protocol.SlotMember`. It has a connection of its own, made anew after a loss."""

    def __init__(self, database: PostgresDatabase, dialer: str) -> None:
        self._database, self._dialer = database, dialer
        self._member = uuid.uuid4().hex
        self._told = ""
        self._connection: psycopg.Connection | None = None

    def renew(self, report: SlotReport, lease_seconds: float) -> SlotGrant:
        """Renew the lease; raises JournalError."""
        with translated(self._database.url):
            connection = self._connected()
            if not self._told:
                now = connection.execute("SELECT this_moment()").fetchone()
                self._told = told_holder(float(now[0]) if now else 0.0)
            values = [self._dialer, self._member, self._told, lease_seconds]
            values += [report.slots, report.keeps, report.wanted, report.knows, report.rest_seconds]
            row = connection.execute(_RENEW, values).fetchone()
            assert row is not None  # noqa: S101 - a function with OUT arguments has one row
            may_use, share, is_first = row
            others = connection.execute(_OTHERS, [self._dialer, self._member]).fetchall()
        return SlotGrant(
            may_use,
            share,
            is_first,
            tuple(OtherMember(holder_words(told), granted, knows, rests) for told, granted, knows, rests in others),
        )

    def leave(self, slots: int, rest_seconds: float) -> None:
        """Give the slots back, but so many only after a rest; raises JournalError."""
        with translated(self._database.url):
            connection = self._connected()
            connection.execute(_LEAVE, [slots, rest_seconds, self._dialer, self._member])
            connection.execute(_FORGET, [self._dialer, self._member])

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = self._database.connect(_LONGEST_SECONDS, asks=False)
        return self._connection
