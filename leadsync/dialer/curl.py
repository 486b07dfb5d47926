"""A lead call as a command line for curl, to show the request. Pure."""

import re

from leadsync.commands import arguments
from leadsync.dialer.calls import CallSet, lead_request
from leadsync.models import CampaignIds, Lead

KEY_VARIABLE = "LEADSYNC_API_KEY"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_IN_A_URL = r"od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g'"
"""Writes every byte as `%66`: a key may hold what means something in a URL. curl does it itself since 7.87 only."""


def key_of_variable(name: str) -> str:
    """The value of an environment variable, as a word of a POSIX shell; of the usual one if `name` is no name."""
    return f'"${name if _NAME.fullmatch(name) else KEY_VARIABLE}"'


def key_of_command(*words: str) -> str:
    """The output of a command, as a word of a POSIX shell."""
    return f'"$({arguments(*words, windows=False)})"'


def curl_command(url: str, ids: CampaignIds, lead: Lead, key: str, *, calls: CallSet = "fast") -> str:
    """A lead's update or insert, for a POSIX shell.

    `key` is a word, replaced by the API key in the shell. curl reads the key from its standard input, and `printf` is a
    part of the shell. So no process has the key in its command line, open to every user of the machine.
    """
    address, headers, body = lead_request(url, ids, lead, calls=calls)
    parts = [
        f"""printf 'url = "%s%s"\\n' {_quoted(address)}""",
        f'"$(printf %s {key} | {_IN_A_URL})"',
        "| curl --config - --request POST",
        *(f"--header {_quoted(f'{name}: {value}')}" for name, value in headers.items()),
        f"--data-raw {_quoted(body.decode('ascii'))}",
    ]
    return " \\\n  ".join(parts)


def _quoted(word: str) -> str:
    return arguments(word, windows=False)
