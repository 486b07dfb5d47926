"""The commands for the journal itself."""

import os

import click

from leadsync.cli.options import common_options, examples
from leadsync.cli.shell import command_shell
from leadsync.errors import UsageError
from leadsync.plurals import counted


@click.group(epilog=examples("journal copy"))
def journal() -> None:
    """Look after the journal."""


@journal.command()
@click.option("--to", "url", help="The database's address; otherwise the one that [journal] in the settings names.")
def copy(url: str | None) -> int:
    """Copy the journal of the state folder into a PostgreSQL database.

    The copy is whole, and counted against the original; the original stays. Other programs of this machine see --to:
    keep a password out of it.
    """
    from leadsync.journal import copy_journal

    shell = command_shell()
    to = url or shell.settings().journal_url(os.environ).get_secret_value()
    if not to:
        raise UsageError(
            "No database is named; set the environment variable LEADSYNC_JOURNAL_URL, or [journal] url_file."
        )
    copied = copy_journal(shell.state_folder(), to)
    counts = copied.tables
    shell.result(
        f"Copied {counted(counts['runs'], 'run')} with {counted(counts['rows'], 'row')} and "
        f"{counted(counts['attempts'], 'attempt')} to {copied.place}; every table has as many rows as "
        "before. From now on use the database alone: set LEADSYNC_JOURNAL_URL or [journal] url_file on each machine.",
        {"tables": dict(counts)},
    )
    return 0


common_options(copy)
