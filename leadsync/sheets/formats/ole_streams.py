"""The streams of an OLE container, the form of .xls files and of encrypted workbooks. Source: [MS-CFB]."""

import struct
from typing import BinaryIO

import olefile

UNREADABLE = (ArithmeticError, LookupError, OSError, ValueError, struct.error)
"""The errors of olefile for a damaged container."""


def stream_names(file: BinaryIO) -> set[str]:
    """The names at the top of the container, in small letters, without those of embedded documents.

    Raises any of `UNREADABLE`.
    """
    with _opened(file) as container:
        return {path[0].lower() for path in container.listdir(streams=True, storages=True)}


def workbook_stream(file: BinaryIO) -> bytes:
    """The records of an .xls file. Raises any of `UNREADABLE`."""
    with _opened(file) as container:
        for name in ("workbook", "book"):
            if container.exists(name):
                return bytes(container.openstream(name).read())
    raise LookupError("the file holds no workbook of Excel 5 or later")


def _opened(file: BinaryIO) -> olefile.OleFileIO:
    file.seek(0)
    return olefile.OleFileIO(file)
