"""The settings, journal and log of a program beside the command line: a call from Python, or a child of the page."""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadsync.config import (
    Settings,
    find,
    journal_place,
    load,
    settings_from,
    state_folder,
    tables_of,
    url_source,
)
from leadsync.errors import UsageError
from leadsync.journal import Journal, open_journal
from leadsync.terminal import one_line

SettingsGiven = str | os.PathLike[str] | Mapping[str, Any] | None
"""A settings file, the same as a mapping, or None for the file that the command line takes."""

_log = logging.getLogger("leadsync")
_GIVEN = "the settings given"


@dataclass(frozen=True, slots=True)
class Session:
    """The state folder and the settings of such a program; see `leadsync.post_run.Host`."""

    state: str | os.PathLike[str] | None
    given: SettingsGiven = None
    dialer: str | None = None

    def __post_init__(self) -> None:
        for name, value in (("settings", self.given), ("state", self.state)):
            if not isinstance(value, str | os.PathLike | None) and not (
                name == "settings" and isinstance(value, Mapping)
            ):
                what = "the path of a settings file, a mapping" if name == "settings" else "the path of a folder"
                raise UsageError(f"{name} is {value!r}; give {what}, or None.")

    def settings(self) -> Settings:
        """The settings with the chosen dialer; raises SettingsError."""
        return self.all_settings().for_dialer(self.dialer)

    def all_settings(self) -> Settings:
        """The settings as they stand, without a choice among dialers; raises SettingsError."""
        if isinstance(self.given, Mapping):
            return settings_from(self.given, _GIVEN)
        return load(find(self._file, os.environ))

    @property
    def url_source(self) -> str:
        """The source of the dialer's address."""
        return _GIVEN if isinstance(self.given, Mapping) else url_source(self._file, os.environ)

    @property
    def _file(self) -> Path | None:
        return None if self.given is None or isinstance(self.given, Mapping) else Path(self.given)

    def state_folder(self) -> Path:
        """The folder of the journal; raises SettingsError."""
        return state_folder(None if self.state is None else Path(self.state), os.environ)

    def journal(self) -> Journal:
        """The journal; raises JournalError."""
        tables = self.given if isinstance(self.given, Mapping) else tables_of(find(self._file, os.environ))
        return open_journal(self.state_folder(), *journal_place(self.all_settings, tables, os.environ))

    @contextmanager
    def sound_journal(self) -> Iterator[Journal]:
        """The journal, its integrity checked before the first write; raises JournalError."""
        with self.journal() as journal:
            journal.check()
            yield journal

    def say(self, text: str) -> None:
        """Log a sentence for the user."""
        # Not printed: in a program standard error belongs to somebody else.
        _log.warning("%s", one_line(text))
