"""The dialer's API: the only package with HTTP."""

from leadsync.dialer.calls import lead_request
from leadsync.dialer.campaign_lists import Entity, Place, places
from leadsync.dialer.client import DialerClient
from leadsync.dialer.curl import KEY_VARIABLE, curl_command, key_of_command, key_of_variable

__all__ = [
    "KEY_VARIABLE",
    "DialerClient",
    "Entity",
    "Place",
    "curl_command",
    "key_of_command",
    "key_of_variable",
    "lead_request",
    "places",
]
