"""A lead call as a command line for curl, for whoever wants to see what was sent."""

import shlex

from leadsync.dialer.calls import lead_request
from leadsync.models import CampaignIds, Lead

KEY_VARIABLE = "LEADSYNC_API_KEY"


def curl_command(url: str, ids: CampaignIds, lead: Lead) -> str:
    """The call that updates or adds a lead, for a POSIX shell. The API key is not in it: the shell puts it in, from the
    environment."""
    address, headers, body = lead_request(url, ids, lead)
    parts = [
        f'curl --request POST {shlex.quote(address)}"${KEY_VARIABLE}"',
        *(f"--header {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()),
        f"--data-raw {shlex.quote(body.decode('ascii'))}",
    ]
    return " \\\n  ".join(parts)
