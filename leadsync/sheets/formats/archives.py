"""Gzip and zip archives to plain files in memory, as readers go over a file more than once."""

import gzip
import io
import zipfile
import zlib
from typing import IO, BinaryIO

from leadsync.errors import SheetError
from leadsync.sheets.formats.content import Content, content_of, files_in

_BLOCK = 1 << 20
_MOST_UNPACKED = 1 << 30
"""Held in memory: ten million rows."""
_PLAUSIBLE_RATIO = 200
"""Lists of leads pack to a fifth or a twentieth, very repetitive ones to a hundredth."""
_SMALL = 2 << 20
"""Up to this size nothing unpacked is called a bomb, whatever its ratio: even rows of a few characters are read in
seconds."""


def unpacked(archive: BinaryIO, kind: Content, shown: str) -> tuple[BinaryIO, Content]:
    """Return an archive's only file, unpacked in memory, and its content; `shown` is the archive's name in messages.

    Raises `SheetError`.
    """
    file = _unpacked(archive, kind, shown)
    content = content_of(file, shown)
    if content in (Content.GZIP, Content.ZIP):
        raise SheetError(f"{shown}: an archive lies inside the archive; unpack it and give leadsync the file itself.")
    return file, content


def _unpacked(file: BinaryIO, content: Content, shown: str) -> BinaryIO:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    try:
        if content is Content.GZIP:
            with gzip.GzipFile(fileobj=file) as stream:
                return _copied(stream, size, shown)
        with zipfile.ZipFile(file) as archive:
            member = files_in(archive)[0]
            with archive.open(member) as stream:
                return _copied(stream, member.compress_size, shown)
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile, NotImplementedError) as error:
        # What both kinds of archive raise on contents that were cut off, changed, or packed in a way unknown to them.
        raise SheetError(f"{shown}: the archive is damaged; get the file again from where it came from.") from error
    except RuntimeError as error:
        raise SheetError(
            f"{shown}: the archive needs a password; unpack it and give leadsync the file itself."
        ) from error


def _copied(stream: gzip.GzipFile | IO[bytes], packed: int, shown: str) -> BinaryIO:
    limit = max(_SMALL, min(_MOST_UNPACKED, packed * _PLAUSIBLE_RATIO))
    copy = io.BytesIO()
    while block := stream.read(_BLOCK):
        copy.write(block)
        if copy.tell() > limit:
            raise SheetError(
                f"{shown}: the archive's {packed // 1024 + 1} KB unpack to over {limit >> 20} MB, which no list of "
                "leads does; unpack it and look at what it holds."
            )
    return copy
