"""The command that sends queued runs on this machine."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from leadsync.cli.options import examples
from leadsync.cli.shell import command_shell
from leadsync.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from leadsync.config import Settings


@click.command(epilog=examples("worker"))
def worker() -> int:
    """Send queued runs on this machine, with others.

    For several machines at one journal in PostgreSQL, and all dialers of the settings. Ends by Ctrl-C or SIGTERM:
    requests under way get their answers, and another worker goes on.
    """
    from leadsync.dialer_address import canonical

    if sys.platform == "win32":
        raise UsageError("A worker does not run on Windows; the page and `leadsync watch` do.")
    shell = command_shell()
    settings = shell.settings()
    dialers = _dialers(settings, shell.say)
    with shell.sound_journal() as journal:
        place = journal.prepare_queue()
    for dialer in dialers:
        shell.meet_dialer(dialer)
    from leadsync.worker import ChildRuns, Worker

    for name in ("procrastinate", "psycopg"):
        logging.getLogger(name).setLevel(logging.DEBUG if shell.verbose > 1 else logging.CRITICAL)
    queues = [canonical(dialer.url()) for dialer in dialers]
    sender = Worker(place, shell.journal, settings, queues, ChildRuns(shell.state_folder(), shell.config), shell.say)
    shell.say(f"Sending what is queued for {', '.join(queues)}; Ctrl-C ends it.")
    asyncio.run(sender.run())
    shell.result("The worker has ended.", {"worker": os.getpid(), "queues": queues})
    return 128 + sender.signal_number


def _dialers(settings: "Settings", say: Callable[[str], None]) -> "list[Settings]":
    """The settings of each dialer that is complete for sending; `say` gets the faults of the others.

    Raises SettingsError if no dialer is complete.
    """
    dialers = [settings.for_dialer(name) for name in settings.dialers]
    if settings.server.url or not dialers:
        dialers.insert(0, settings)
    faults = {id(dialer): fault for dialer in dialers if (fault := _fault(dialer))}
    if len(faults) == len(dialers):
        raise faults[id(dialers[0])]
    for fault in faults.values():
        say(f"{fault} Until then this worker does not serve that dialer; start it anew afterwards.")
    return [dialer for dialer in dialers if id(dialer) not in faults]


def _fault(dialer: "Settings") -> SettingsError | None:
    """What a dialer's settings lack for sending."""
    try:
        dialer.url()
        dialer.api_key(os.environ)
        _ = dialer.slots
    except SettingsError as error:
        return error
    return None
