"""Hooks behind the work on a sheet, after success and failure: messages to a person, and metrics.

Their own failures are said and change no exit code.
"""

import logging
import os
import platform
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from leadsync.errors import BusyError, LeadsyncError, MappingError, NotConfirmed, SheetError, words_for_others
from leadsync.long_work import told
from leadsync.models import RunRecord
from leadsync.plurals import counted
from leadsync.tallies import Tally

if TYPE_CHECKING:
    from leadsync.alerts import RunResult
    from leadsync.config import Settings
    from leadsync.journal import Journal

_log = logging.getLogger(__name__)


class Host(Protocol):
    """The program around the hooks."""

    def state_folder(self) -> Path:
        """The folder of the journal; may raise SettingsError."""
        ...

    def journal(self) -> "Journal":
        """The journal; may raise JournalError."""
        ...

    def say(self, text: str) -> None:
        """Tell the user."""
        ...


class PostRunHooks:
    """Takes the result of the work on a sheet.

    `folder` is the sheet's; earlier messages are remembered for each folder.
    """

    def __init__(self, host: Host, folder: Path, metrics_file: Path | None = None) -> None:
        self._host = host
        self._folder = folder
        self._metrics_file = metrics_file
        self.settings: Settings | None = None
        """None until they are read; without them there is nobody to write to."""

    def ended(
        self,
        run: RunRecord,
        tally: Tally,
        files: Mapping[str, Path | None],
        code: int,
        *,
        cause: str = "",
        sent: bool = True,
    ) -> None:
        """A run came to an end of the contract, or stopped for this `cause`."""
        from leadsync.alerts import RunResult
        from leadsync.report import as_text

        # A run ended by a signal is no news: somebody has sent it.
        if code < 128:
            options = self.settings.options_for(run.dialer, run.ids) if self.settings else ()
            summary = as_text(run, tally, files, options=options)
            result = RunResult(run.file.name, code, run.id, tally, run.stopped, cause, summary=summary, sent=sent)
            self.tell(replace(result, doubtful=run.doubtful))
        self.measure(code)

    def failed(self, file: str, error: Exception) -> None:
        """The sheet was not usable, or leadsync failed."""
        from leadsync.alerts import RunResult

        code = error.exit_code if isinstance(error, LeadsyncError) else 1
        of_file = isinstance(error, SheetError | MappingError)
        words = words_for_others(error)
        cause = error.cause if isinstance(error, LeadsyncError) else words
        self.tell(RunResult(file, code, reason=words, cause=cause, of_file=of_file))
        self.measure(code)

    def tell(self, result: "RunResult") -> None:
        """Send a message if the result is news."""
        from filelock import Timeout

        from leadsync.alerts import AlertStore, alert_for, deliver

        settings = self.settings
        if settings is None:
            return
        try:
            urls = settings.notify_urls(os.environ)
            if not urls:
                return
            store = AlertStore(self._host.state_folder(), str(self._folder))
            message, known = alert_for(result, store.load(), settings.notify.on, settings.notify.failed_percent)
            if message is not None:
                told_to = counted(len(urls), "address of [notify]", "addresses of [notify]")
                with told(lambda: f"Telling {told_to}, and waiting for what they answer"):
                    problems = list(deliver(urls, message.on(platform.node())))
                for problem in problems:
                    self._say(problem)
                # Nobody was reached: the news stays news, and is told with the next result.
                if len(problems) == len(urls):
                    return
            store.save(known)
        except (LeadsyncError, OSError, Timeout) as error:
            self._say(f"Nobody could be told: {error}")

    def measure(self, code: int) -> None:
        """Write the metrics file, if one was named."""
        if self._metrics_file is None:
            return
        from leadsync.metrics import write_metrics

        try:
            with self._host.journal() as journal:
                write_metrics(self._metrics_file, journal.totals(), code, time.time())
        except LeadsyncError as error:
            self._say(str(error))

    def _say(self, text: str) -> None:
        self._host.say(text)
        _log.warning("%s", text)


@contextmanager
def post_run_hooks(host: Host, file: Path, metrics_file: Path | None) -> Iterator[PostRunHooks]:
    """Run the hooks for an error inside, then raise it further."""
    hooks = PostRunHooks(host, file.parent, metrics_file)
    try:
        yield hooks
    except (BusyError, NotConfirmed):
        # Another process has the sheet, or a person has said no.
        raise
    except Exception as error:
        hooks.failed(file.name, error)
        raise
