"""Small files of values in a private folder: written whole or not at all, or claimed by the first."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadsync.private_files import open_new, open_regular, whole_or_not


@dataclass(frozen=True, slots=True)
class ValueFolder:
    """A folder of such files."""

    path: Path

    def names(self) -> list[str]:
        """The names of all its files."""
        with suppress(OSError):
            return [file.name for file in self.path.iterdir()]
        return []

    def load(self, name: str) -> dict[str, Any] | None:
        """The values of a file; None if it is missing or unreadable."""
        with suppress(OSError, ValueError), open_regular(self.path / name, links=False) as stream:
            found = json.load(stream)
            return found if isinstance(found, dict) else None
        return None

    def keep(self, name: str, values: dict[str, Any]) -> None:
        """Write a file of values. Raises OSError."""
        with whole_or_not(self.path / name) as stream:
            stream.write(json.dumps(values).encode())

    def drop(self, name: str) -> None:
        """Delete a file, if it is there. Raises OSError."""
        (self.path / name).unlink(missing_ok=True)

    def claim(self, name: str, values: dict[str, Any]) -> bool:
        """Write a file of values that nobody has written yet; False if somebody has. Raises OSError."""
        try:
            made = open_new(self.path / name)
        except FileExistsError:
            return False
        try:
            with os.fdopen(made, "wb") as stream:
                stream.write(json.dumps(values).encode())
        except OSError:  # a claim without its values would be nobody's
            self.drop(name)
            raise
        return True
