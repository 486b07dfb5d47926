"""Where a file goes when it was run, without ever taking another's name."""

import os
from itertools import count
from pathlib import Path

DONE = "done"
"""The subfolder for files that need nobody."""
ATTENTION = "attention"
"""The subfolder for files that a person has to look at."""


def prepare(folder: Path) -> None:
    """Make both subfolders, before anything is sent; raises OSError."""
    for name in (DONE, ATTENTION):
        (folder / name).mkdir(exist_ok=True)


def move(file: Path, into: Path) -> Path:
    """Move a file into a folder, under a name of its own; gives where it is now. Raises OSError."""
    into.mkdir(exist_ok=True)
    target = free_name(into / file.name)
    # Whoever watches the folder is alone, so that nobody takes the name in between.
    os.rename(file, target)  # noqa: PTH104 - unlike Path.rename's, this one refuses a taken name on Windows
    return target


def free_name(path: Path) -> Path:
    """The path, or with a number in its name where that is taken: `leads (2).csv`."""
    if not os.path.lexists(path):
        return path
    numbered = (path.with_name(f"{path.stem} ({number}){path.suffix}") for number in count(2))
    return next(other for other in numbered if not os.path.lexists(other))
