"""The journal in a PostgreSQL database."""

from functools import partial
from pathlib import Path

from leadsync.journal.lock import LEASE_SECONDS
from leadsync.journal.marks import Marks
from leadsync.journal.postgres.database import PostgresDatabase
from leadsync.journal.postgres.leases import Leases
from leadsync.journal.postgres.origin import recognise
from leadsync.journal.postgres.run_queue import PostgresRunQueue
from leadsync.journal.postgres.run_writer import PostgresRunWriter
from leadsync.journal.postgres.slot_member import PostgresSlotMember
from leadsync.journal.protocol import SlotMember
from leadsync.journal.run_log import RunWriter
from leadsync.journal.sql.history import SENT_TO_LEADS, TIME_OF_ROW, LeadHistory
from leadsync.journal.sql.journal import SqlJournal
from leadsync.private_files import make_private_folder


class PostgresJournal(PostgresRunQueue, SqlJournal):
    """The journal in the database at `url`; see `leadsync.journal.protocol.Journal`.

    `state` is the folder for files of this machine.
    """

    def __init__(self, state: Path, url: str, lease_seconds: float = LEASE_SECONDS) -> None:
        make_private_folder(state)
        database = PostgresDatabase(url)
        self._leases = Leases(database, state, lease_seconds)
        self._server = database
        database.after_reconnect = partial(recognise, state=state)
        super().__init__(database, state, self._leases)

    def _writer(self, run_id: str, *, resend_unknown: bool, by_priority: bool) -> RunWriter:
        epoch = self._leases.epoch(run_id) or 0
        return PostgresRunWriter(
            self._server,
            partial(Marks, self._state, run_id, epoch),
            (run_id, epoch),
            partial(self._leases.may_send, run_id),
            resend_unknown=resend_unknown,
            by_priority=by_priority,
        )

    def history(self) -> LeadHistory:
        return _PostgresHistory(self._database)

    def slot_member(self, dialer: str) -> SlotMember:
        return PostgresSlotMember(self._server, dialer)

    def describe(self) -> str:
        with self._database.reading() as connection:
            version, standbys, tells = connection.execute(
                "SELECT current_setting('server_version'), current_setting('synchronous_standby_names'), "
                "(SELECT system IS NOT NULL FROM server_origin())"
            ).fetchone()
        kept = (
            f"; its standbys {standbys} have them too"
            if standbys
            else "; no standby server has to have them too (synchronous_standby_names is empty)"
        )
        if not tells:
            kept += (
                "; this user may not ask the server for its identifier and timeline, so after a restore or a failover "
                "it is for you to resume runs with --after-restore"
            )
        return (
            f"the journal is PostgreSQL {version}, {self._server.place}, for several machines; each outcome is on the "
            f"server's disk before it counts (fsync and synchronous_commit are on){kept}."
        )

    def check(self) -> None:
        """The server looks after its own files; `prepare` has asked for what leadsync needs of it."""
        with self._database.reading() as connection:
            connection.execute("SELECT 1")


class _PostgresHistory(LeadHistory):
    _LAST = (
        f"SELECT DISTINCT ON (rows.lead) rows.run, rows.number, rows.lead, rows.state, {TIME_OF_ROW} AS time, "
        "rows.harmless, rows.sequence "
        f"{SENT_TO_LEADS} ORDER BY rows.lead, rows.sequence DESC, rows.run"
    )
