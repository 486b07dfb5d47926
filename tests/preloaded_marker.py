"""What the parent of marking processes loads once: openpyxl, as each of them does."""

from leadsync.sheets.formats.libraries import load
from leadsync.sheets.sandbox.marking_process import _load_openpyxl

_load_openpyxl()
load(b"PK")
