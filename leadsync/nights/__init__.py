"""A folder that is watched: which of its files may be sent, and where each goes when it was."""

from leadsync.nights.folder import Found, Left, look
from leadsync.nights.moving import ATTENTION, DONE, free_name, move, prepare
from leadsync.nights.settling import Settling
from leadsync.nights.watching import Clock, Handled, Night, SystemClock

__all__ = [
    "ATTENTION",
    "DONE",
    "Clock",
    "Found",
    "Handled",
    "Left",
    "Night",
    "Settling",
    "SystemClock",
    "free_name",
    "look",
    "move",
    "prepare",
]
