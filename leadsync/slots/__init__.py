"""The dialer's slots, shared by all leadsync processes of a machine. The kernel keeps the count.

Each slot is a file. A call holds the lock on one of them, and the lock ends with the call or with its process. The
file's text tells the holder and the call's beginning: after a kill the dialer goes on with the call for a while. No
text of a file is ever taken for a file's name.

`folder` opens files that nobody else can plant, `files` locks and reads them, `pool` knows the free ones, and `shared`
waits for one. Where several machines share a journal, `members` takes the place of all of them: its database counts.
"""

from leadsync.slots.folder import SlotsFolder, find_folder
from leadsync.slots.members import GrantedSlot, MemberSlots
from leadsync.slots.pool import HeldSlot
from leadsync.slots.shared import SharedSlots

__all__ = ["GrantedSlot", "HeldSlot", "MemberSlots", "SharedSlots", "SlotsFolder", "find_folder"]
