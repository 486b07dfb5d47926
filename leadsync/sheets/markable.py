"""The values about a workbook to be marked."""

from typing import NamedTuple


class NotMarkedError(Exception):
    """Why there is no marked copy, as the part of a sentence behind "because"."""


class Markable(NamedTuple):
    """A workbook to be marked: whether it has macros, and the kinds of parts missing in the copy."""

    macros: bool
    lost: tuple[str, ...]
