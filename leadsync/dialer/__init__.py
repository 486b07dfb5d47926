"""The dialer's API: the only room that knows HTTP."""

from leadsync.dialer.client import DialerClient
from leadsync.dialer.directory import Entity, Place, places

__all__ = ["DialerClient", "Entity", "Place", "places"]
