"""The dialer's API: the only room that knows HTTP."""

from leadsync.dialer.client import DialerClient, update_request
from leadsync.dialer.curl import KEY_VARIABLE, curl_command
from leadsync.dialer.directory import Entity, Place, places

__all__ = ["KEY_VARIABLE", "DialerClient", "Entity", "Place", "curl_command", "places", "update_request"]
