"""The dialer's slots, shared by all leadsync processes of a machine. The kernel keeps the count.

Each slot is a file. A call holds the lock on one of them, and the lock ends with the call or with its process. The
file's text says whose call it is. So others can name the holder, and know when it was killed: the dialer goes on with
its call for a while. Nothing is opened, made or removed by a name that stood in a file.

`folder` opens files where nobody else can plant them, `files` locks and reads them, `pool` knows the free ones, and
`shared` waits for one.
"""

from leadsync.slots.folder import SlotsFolder, find_folder
from leadsync.slots.pool import HeldSlot
from leadsync.slots.shared import SharedSlots

__all__ = ["HeldSlot", "SharedSlots", "SlotsFolder", "find_folder"]
