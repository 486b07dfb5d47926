"""The command to watch a folder."""

import signal
from contextlib import ExitStack
from pathlib import Path

import click

from leadsync.cli.options import (
    A_PATH,
    campaign_option,
    dialer_option,
    examples,
    insert_missing_option,
    metrics_option,
    wanted_inserts,
)
from leadsync.cli.sheet_runner import SheetRunner
from leadsync.cli.shell import Shell, command_shell, last_words
from leadsync.cli.watch_report import WatchReport
from leadsync.errors import Interrupted, UsageError, words_of_signal
from leadsync.post_run import PostRunHooks
from leadsync.watch import FolderWatcher, Standby, SystemClock


@click.command(epilog=examples("watch /srv/leads", "watch /srv/leads --once  # from cron"))
@click.argument("folder", type=A_PATH)
@click.option("--once", is_flag=True, help="Send the present files, then end: for cron and systemd timers.")
@click.option("--every", type=click.FloatRange(min=1), default=60, show_default=True, help="Seconds between two looks.")
@click.option(
    "--settle",
    type=click.FloatRange(min=0),
    default=60,
    show_default=True,
    help="Seconds without a change before a file is sent.",
)
@dialer_option
@campaign_option
@insert_missing_option
@metrics_option
def watch(
    folder: Path,
    once: bool,
    every: float,
    settle: float,
    campaign: str | None,
    insert_missing: bool,
    metrics_file: Path | None,
) -> int:
    """Send every sheet that arrives in FOLDER.

    It then moves to FOLDER/done or FOLDER/attention. On a journal in PostgreSQL, a second one on another machine is the
    standby: it waits, and takes over when the first is gone.
    """
    from leadsync.journal import folder_lock

    shell = command_shell()
    folder = folder.resolve()
    hooks = PostRunHooks(shell, folder, metrics_file)
    results = WatchReport(shell, folder, hooks)
    runner = SheetRunner(shell, folder, hooks, results, campaign, wanted_inserts(insert_missing))
    with ExitStack() as opened:
        lock = folder_lock(shell.state_folder(), folder, *shell.journal_place())
        opened.callback(lock.release)
        if once or not lock.passes_on:
            lock.acquire()
        holds = Standby(lock, shell.say).holds
        watcher = FolderWatcher(
            folder, SystemClock(), runner, results.ignore, results.be_away, every=every, settle=settle, holds=holds
        )
        try:
            # Wrong settings end the command at once, before a file could be tried.
            runner.settings()
            _watch(shell, watcher, results, once=once)
        except (Interrupted, KeyboardInterrupt) as error:
            if words := words_of_signal(error) or last_words.text or str(error):
                shell.say(words)
            results.code = 128 + (error.signal_number if isinstance(error, Interrupted) else signal.SIGINT)
        except Exception as error:
            hooks.failed(folder.name, error)
            raise
    if shell.json:
        shell.result("", results.as_json())
    elif not results.count:
        shell.result(f"There was nothing to send in {folder}.", None)
    if not results.count:
        hooks.measure(results.code)
    return results.code


def _watch(shell: Shell, watcher: FolderWatcher, results: WatchReport, *, once: bool) -> None:
    """Run and report the files, until the end of the folder or a signal."""
    if not once:
        shell.say(f"Watching {watcher.folder}; Ctrl-C ends it.")
    results.say_orphans()
    try:
        for handled in watcher.once() if once else watcher.forever():
            results.note(handled)
            if results.code >= 128:
                return
    except OSError as error:
        raise UsageError(
            f"The folder {watcher.folder} cannot be read: {error.strerror}; check its path, and that it is connected."
        ) from error
