"""Mappings saved by users."""

import json
from collections.abc import Collection, Mapping

from leadsync.journal.json_text import as_json
from leadsync.journal.sql.database import Connected, moment
from leadsync.journal.values import SavedMapping

_COLUMNS = "name, columns, author, at, headings"


class SqlSavedMappings(Connected):
    """The mappings; see `leadsync.journal.protocol.SavedMappings`."""

    def save_mapping(self, headings: Collection[str], name: str, columns: Mapping[str, str], user: str) -> None:
        with self._database.writing() as connection:
            values = [_key(headings), name, as_json(dict(columns)), user, self._database.now()]
            connection.execute(
                "INSERT INTO mappings (headings, name, columns, author, at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (headings, name) DO UPDATE "
                "SET columns = excluded.columns, author = excluded.author, at = excluded.at",
                values,
            )

    def saved_mappings(self, headings: Collection[str]) -> list[SavedMapping]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM mappings WHERE headings = ? ORDER BY name", [_key(headings)]
            )
            return [_mapping(*values) for values in rows]

    def all_mappings(self) -> list[SavedMapping]:
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM mappings ORDER BY name, headings")
            return [_mapping(*values) for values in rows]

    def delete_mapping(self, headings: Collection[str], name: str) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM mappings WHERE headings = ? AND name = ?", [_key(headings), name])


def _mapping(name: str, columns: str, author: str, at: float, headings: str) -> SavedMapping:
    return SavedMapping(name, json.loads(columns), author, moment(at), tuple(json.loads(headings)))


def _key(headings: Collection[str]) -> str:
    return as_json(sorted({heading.strip() for heading in headings}))
