"""What the parent of reading processes loads once: the libraries for all sheets but the few that pandas reads."""

from leadsync.sheets.formats import libraries
from leadsync.sheets.sandbox import reader_process

for _beginning in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
    libraries.load(_beginning)
for _library in (libraries.CHARSETS, libraries.MARKUP):
    libraries.load(b"", library=_library)
# A child still asks for them, and is started anew.
libraries._loaded.clear()

__all__ = ["reader_process"]
