"""An earlier run, to be sent again or to its end: `resume` and `retry` share it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from leadsync.cli.options import SendOptions
from leadsync.cli.shell import Shell
from leadsync.errors import UsageError
from leadsync.models import RunRecord
from leadsync.post_run import PostRunHooks, post_run_hooks

if TYPE_CHECKING:
    from leadsync.config import Settings
    from leadsync.journal import Journal


@contextmanager
def earlier_run(
    shell: Shell, journal: "Journal", run: RunRecord, options: SendOptions
) -> "Iterator[tuple[PostRunHooks, Settings]]":
    """The hooks and the settings for a run: those of the named dialer and campaign, else of the run's own.

    Raises SettingsError for incomplete settings, and UsageError for an unusable output folder and for a draft that
    waits for its turn on the page.
    """
    from leadsync.run import ready_to_send, settings_of_run
    from leadsync.web.run_standings import RunStandings

    if not run.complete and (waits := RunStandings(journal).of(run)).asked_by:
        raise UsageError(f"Run {run.id} is not sent from here: {waits.sentence}")
    with post_run_hooks(shell, run.file, options.metrics_file) as hooks:
        hooks.settings = shell.settings_for(run)
        yield hooks, ready_to_send(settings_of_run(hooks.settings, run, options.campaign), options.output)


def no_run(shell: Shell, words: str) -> int:
    """Say that no run fits, unless the settings are incomplete; return the exit code."""
    from leadsync.run import ready_to_send

    settings = shell.settings()
    if settings.server.url or not settings.dialers:
        ready_to_send(settings)
    shell.result(words, {"run": None})
    return 0
