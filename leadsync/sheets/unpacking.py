"""Gzip and zip made plain files: what the readers below this need is a file that can be read twice."""

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from leadsync.errors import SheetError
from leadsync.sheets.content import Content, content_of, files_in

_BLOCK = 1 << 20
_MOST_UNPACKED = 4 << 30
_PLAUSIBLE_RATIO = 200
"""Lists of leads pack to a fifth or a twentieth, very repetitive ones to a hundredth."""
_SMALL = 2 << 20
"""Up to this size nothing unpacked is called a bomb, whatever its ratio: even rows of a few characters are read in
seconds."""


@contextmanager
def plain_file(path: Path, shown: str) -> Iterator[tuple[Path, Content]]:
    """The file to read for `path`, and what it is; `shown` is its name in messages.

    Anything unpacked lies in a temporary folder until the context ends. Raises `SheetError`.
    """
    with tempfile.TemporaryDirectory(prefix="leadsync-") as folder:
        plain = path
        with _readable(shown):
            content = content_of(plain, shown)
            if content in (Content.GZIP, Content.ZIP):
                plain = _unpacked(plain, content, Path(folder, "unpacked"), shown)
                content = content_of(plain, shown)
        if content in (Content.GZIP, Content.ZIP):
            raise SheetError(
                f"{shown}: an archive lies inside the archive; unpack it and give leadsync the file itself."
            )
        yield plain, content


@contextmanager
def _readable(shown: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise SheetError(f"{shown}: there is no such file; check its name and folder.") from error
    except IsADirectoryError as error:
        raise SheetError(f"{shown}: this is a folder; name the file in it.") from error
    except PermissionError as error:
        raise SheetError(f"{shown}: the file may not be read; check its permissions.") from error
    except OSError as error:
        raise SheetError(f"{shown}: the file cannot be read ({error.strerror or error}); check the disk.") from error


def _unpacked(path: Path, content: Content, target: Path, shown: str) -> Path:
    try:
        if content is Content.GZIP:
            with gzip.open(path) as stream:
                _copy(stream, target, path.stat().st_size, shown)
        else:
            with zipfile.ZipFile(path) as archive:
                member = files_in(archive)[0]
                with archive.open(member) as stream:
                    _copy(stream, target, member.compress_size, shown)
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError) as error:
        # What both kinds of archive raise on contents that were cut off, changed, or packed in a way unknown to them.
        raise SheetError(f"{shown}: the archive is damaged; get the file again from where it came from.") from error
    except RuntimeError as error:
        raise SheetError(
            f"{shown}: the archive needs a password; unpack it and give leadsync the file itself."
        ) from error
    return target


def _copy(stream: gzip.GzipFile | IO[bytes], target: Path, packed: int, shown: str) -> None:
    limit = max(_SMALL, min(_MOST_UNPACKED, packed * _PLAUSIBLE_RATIO))
    with target.open("wb") as unpacked:
        while block := stream.read(_BLOCK):
            unpacked.write(block)
            if unpacked.tell() > limit:
                raise SheetError(
                    f"{shown}: the archive's {packed // 1024 + 1} KB unpack to over {limit >> 20} MB, which no list of "
                    "leads does; unpack it and look at what it holds."
                )
