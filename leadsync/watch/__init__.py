"""A watched folder: the choice of its next file, and the subfolders for sent files."""

from leadsync.watch.candidates import Candidate, IgnoredFile, look
from leadsync.watch.stability import StabilityFilter
from leadsync.watch.standby import Standby
from leadsync.watch.subfolders import ATTENTION, DONE, exists, free_name, move, prepare
from leadsync.watch.watcher import Clock, FolderWatcher, Handled, SystemClock

__all__ = [
    "ATTENTION",
    "DONE",
    "Candidate",
    "Clock",
    "FolderWatcher",
    "Handled",
    "IgnoredFile",
    "StabilityFilter",
    "Standby",
    "SystemClock",
    "exists",
    "free_name",
    "look",
    "move",
    "prepare",
]
