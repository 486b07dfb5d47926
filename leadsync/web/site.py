"""Everything that pages need from outside: the journal, the settings, the clock, the people."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import anyio.to_thread

from leadsync.web.children import Reserve
from leadsync.web.stats_counts import StatsCounts

if TYPE_CHECKING:
    from starlette.requests import Request

    from leadsync.config import Settings
    from leadsync.journal import Changes, Journal
    from leadsync.web.oidc import Provider
    from leadsync.web.sessions import Sessions

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Site:
    """One server of pages over one state folder."""

    state: Path
    settings: Callable[[], "Settings"]
    """Reads the settings; raises SettingsError."""
    sessions: "Sessions"
    now: Callable[[], datetime]
    hosts: frozenset[str] = field(default_factory=frozenset)
    """The names in Host headers that are answered, in small letters and without a port."""
    secure: bool = False
    """Whether browsers reach it over TLS, its own or a proxy's."""
    config: Path | None = None
    """The settings file for child processes; None: the one that every command finds."""
    counted: dict[tuple[str, str], "Changes"] = field(default_factory=dict)
    """What large runs changed, by run and counts: counting takes seconds."""
    stats: StatsCounts = field(default_factory=StatsCounts)
    called: str = "leadsync"
    """The beginning of commands to paste."""
    reserve: Reserve | None = None
    """The child that waits for a job; None to start one for each."""
    provider: "Provider | None" = None
    """The provider of logins beside those with a password."""
    journal_place: tuple[str, float] = field(default=("", 0.0), repr=False)
    """The address of the journal's database, a secret, and the seconds of a lease."""

    def journal(self) -> "Journal":
        """The journal, opened anew: it belongs to one thread. Raises JournalError."""
        from leadsync.journal import open_journal

        return open_journal(self.state, *self.journal_place)

    def fill_reserve(self) -> None:
        """Have a child ready for the next job."""
        if self.reserve is not None:
            self.reserve.fill(self.state, self.config)

    async def read(self, work: Callable[["Journal"], Value]) -> Value:
        """The result of work on the journal, done in a thread with a journal of its own."""
        return await anyio.to_thread.run_sync(partial(self._with_journal, work))

    def _with_journal(self, work: Callable[["Journal"], Value]) -> Value:
        with self.journal() as journal:
            return work(journal)


def site_of(request: "Request") -> Site:
    """The site behind a request."""
    site: Site = request.app.state.site
    return site
