"""The written files, and the measured slots and pace of each dialer."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from leadsync.journal.sql.database import Connected
from leadsync.journal.sql.run_table import run_key
from leadsync.journal.values import CheckedSheet


class SqlFileRecords(Connected):
    """The written files; see `leadsync.journal.protocol.FileRecords`."""

    def written(self, run_id: str) -> dict[str, list[int]]:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            [written] = connection.execute("SELECT written FROM runs WHERE run = ?", [key]).fetchone()
            files: dict[str, list[int]] = json.loads(written)
            return files

    def keep_written(self, run_id: str, files: Mapping[str, Sequence[int]]) -> None:
        with self._database.writing() as connection:
            connection.execute("UPDATE runs SET written = ? WHERE id = ?", [json.dumps(files), run_id])

    def wrote(self, path: Path) -> list[int] | None:
        with self._database.reading() as connection:
            row = connection.execute("SELECT size, modified_ns FROM written WHERE path = ?", [str(path)]).fetchone()
        return list(row) if row else None

    def keep_wrote(self, path: Path, size: int, modified_ns: int) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO written (path, size, modified_ns) VALUES (?, ?, ?) ON CONFLICT (path) DO UPDATE "
                "SET size = excluded.size, modified_ns = excluded.modified_ns",
                [str(path), size, modified_ns],
            )

    def checked_sheet(self, check_id: str) -> CheckedSheet | None:
        with self._database.reading() as connection:
            query = "SELECT id, file, fingerprint FROM checks WHERE id = ?"
            row = connection.execute(query, [check_id]).fetchone()
        return CheckedSheet(row[0], Path(row[1]), row[2]) if row else None

    def keep_checked(self, sheet: CheckedSheet) -> None:
        with self._database.writing() as connection:
            values = [sheet.id, str(sheet.file), sheet.fingerprint]
            connection.execute(
                "INSERT INTO checks (id, file, fingerprint) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE "
                "SET file = excluded.file, fingerprint = excluded.fingerprint",
                values,
            )


class SqlDialerRecords(Connected):
    """The dialers; see `leadsync.journal.protocol.DialerRecords`."""

    def known_slots(self, dialer: str) -> int | None:
        slots: int | None = self._known("SELECT slots FROM dialers WHERE url = ?", dialer)
        return slots

    def keep_slots(self, dialer: str, slots: int) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO dialers (url, slots) VALUES (?, ?) ON CONFLICT (url) DO UPDATE SET slots = excluded.slots",
                [dialer, slots],
            )

    def known_pace(self, dialer: str, slots: int | None = None) -> float | None:
        query = "SELECT pace FROM dialers WHERE url = ? AND coalesce(pace_slots = ?, TRUE)"
        pace: float | None = self._known(query, dialer, slots)
        return pace

    def keep_pace(self, dialer: str, pace: float, slots: int) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO dialers (url, pace, pace_slots) VALUES (?, ?, ?) ON CONFLICT (url) DO UPDATE "
                "SET pace = excluded.pace, pace_slots = excluded.pace_slots",
                [dialer, pace, slots],
            )

    def _known(self, query: str, *values: object) -> Any:
        with self._database.reading() as connection:
            row = connection.execute(query, values).fetchone()
            return row[0] if row else None
