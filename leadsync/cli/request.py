"""The command that prints the request of a row."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadsync.cli.options import A_ROW, dialer_option, examples
from leadsync.cli.shell import Shell, command_shell
from leadsync.errors import SettingsError, UsageError
from leadsync.models import Lead, RunRecord
from leadsync.terminal import Visible

if TYPE_CHECKING:
    from leadsync.config import Server


@click.command(epilog=examples("request 7f3a --row 12"))
@click.argument("run_id", metavar="RUN")
@click.option("--row", "number", type=A_ROW, required=True, help="The row's number in the sheet.")
@dialer_option
def request(run_id: str, number: int) -> int:
    """Print the request of a row as a curl command.

    The API key is not in it.
    """
    from leadsync.dialer import KEY_VARIABLE, curl_command, lead_request
    from leadsync.report import message

    shell = command_shell()
    with shell.journal() as journal:
        run = journal.run(run_id)
        # From the journal, not the sheet: the row as it was sent, whatever the file says now.
        record = next(journal.history().record(run.id, number), None)
    if record is None:
        raise UsageError(f"Run {run.id} has no row {number}; `leadsync show {run.id} --rows` lists those it has.")
    if not record.lead or not record.fields:
        raise UsageError(f"Nothing was sent for row {number} of run {run.id}: {message(record)}")
    lead = Lead(record.lead, record.fields)
    server = _server(shell, run)
    address, headers, _ = lead_request(run.dialer, run.ids, lead, calls=server.calls)
    shell.say(
        "Running this sends the row again, and the dialer does again what its disposition sets off."
        if record.attempts
        else f"This row was not sent ({message(record) or 'not yet'}); this is what would be."
    )
    shell.result(
        Visible(command := curl_command(run.dialer, run.ids, lead, _key_in_shell(server), calls=server.calls)),
        {
            "run": run.id,
            "row": number,
            "lead": record.lead,
            "sent": record.attempts > 0,
            "method": "POST",
            "url": f"{address}${KEY_VARIABLE}",
            "headers": dict(headers),
            "body": dict(record.fields),
            "curl": command,
        },
    )
    return 0


def _server(shell: Shell, run: RunRecord) -> "Server":
    """The settings for a run's dialer. Nothing is sent here, so that wrong ones are no error: the defaults stand in."""
    from leadsync.config import Server

    try:
        return shell.settings_for(run).server
    except SettingsError:
        return Server()


def _key_in_shell(server: "Server") -> str:
    """The API key as a word of a POSIX shell, taken from its place in the settings.

    A path to no file may be the key itself.
    """
    from leadsync.dialer import KEY_VARIABLE, key_of_command, key_of_variable
    from leadsync.settings_files import KEYRING_USER

    if server.api_key_file:
        file = Path(server.api_key_file).expanduser().absolute()
        return key_of_command("cat", str(file)) if os.path.lexists(file) else key_of_variable(KEY_VARIABLE)
    if server.api_key_keyring:
        return key_of_command(sys.executable, "-m", "keyring", "get", server.api_key_keyring, KEYRING_USER)
    return key_of_variable(server.api_key_env)
