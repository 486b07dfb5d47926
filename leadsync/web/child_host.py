"""The state folder, settings and log of a child process."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from leadsync.config import Settings, find, load, url_source
from leadsync.journal import Journal, open_journal
from leadsync.terminal import one_line

_log = logging.getLogger("leadsync")


@dataclass(frozen=True, slots=True)
class ChildHost:
    """The state folder and the settings of a child; see `leadsync.post_run.Host`."""

    state: Path
    config: Path | None = None

    def settings(self) -> Settings:
        """The settings; raises SettingsError."""
        return load(find(self.config, os.environ))

    @property
    def url_source(self) -> str:
        """The source of the dialer's address."""
        return url_source(self.config, os.environ)

    def state_folder(self) -> Path:
        """The folder of the journal."""
        return self.state

    def journal(self) -> Journal:
        """The journal; raises JournalError."""
        return open_journal(self.state)

    @contextmanager
    def sound_journal(self) -> Iterator[Journal]:
        """The journal, its integrity checked before the first write; raises JournalError."""
        with self.journal() as journal:
            journal.check()
            yield journal

    def say(self, text: str) -> None:
        """Log a sentence."""
        _log.warning("%s", one_line(text))
