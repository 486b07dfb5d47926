"""leadsync's files in the system's temporary folder, and their removal, also after a kill."""

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Literal

_DESCRIPTORS = Path("/proc/self/fd")
_LEFT_BEHIND = re.compile(r"leadsync-(sheet|report)-[a-z0-9_]{8}")
_OLD = 86_400
"""Seconds; no command reads a sheet or writes a report for longer."""


@contextmanager
def private_copy(name: str) -> Iterator[tuple[BinaryIO, Path]]:
    """A new file for this user alone, open for writing, and the path for this process to read it.

    It is gone after the context. On Linux it never has a name, so even a kill leaves nothing behind. Elsewhere it is
    called `name`, in a folder of its own, and `sweep` removes the rest.
    """
    if sys.platform == "linux" and _DESCRIPTORS.is_dir():
        with tempfile.TemporaryFile() as file:
            # Opening this path gives a new descriptor with a place of its own, so that reading moves nothing.
            yield file, _DESCRIPTORS / str(file.fileno())
    else:
        with temporary_folder("sheet") as folder, (folder / name).open("xb") as file:
            yield file, folder / name


@contextmanager
def temporary_folder(kind: Literal["sheet", "report"]) -> Iterator[Path]:
    """A new folder for this user alone, gone after the context."""
    with tempfile.TemporaryDirectory(prefix=f"leadsync-{kind}-") as folder:
        yield Path(folder)


def sweep() -> None:
    """Remove folders left behind by killed processes of this user, a day ago or earlier."""
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if _LEFT_BEHIND.fullmatch(entry.name) and _is_old_and_own(entry):
                shutil.rmtree(entry.path, ignore_errors=True)  # leaves links alone


def _is_old_and_own(entry: "os.DirEntry[str]") -> bool:
    found = entry.stat(follow_symlinks=False)
    own = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return own and found.st_mtime < time.time() - _OLD
