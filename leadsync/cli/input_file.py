"""The spreadsheet that a command line names, as a private copy: what is hashed is what is read."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadsync.errors import UsageError
from leadsync.private_files import open_regular
from leadsync.terminal import one_line

STDIN = "stdin"
"""The name that standard input has in messages, runs and reports."""
_BLOCK_BYTES = 1 << 20


@contextmanager
def input_file(file: Path, *, links: bool = True) -> Iterator[tuple[Path, Path]]:
    """The file's resolved path, and a copy of it that lasts as long as the context and that nobody else changes.

    `-` is standard input, called `stdin` in the current folder. Without `links`, a link is never followed. Raises
    UsageError where there is no such file, or no room for the copy.
    """
    with tempfile.TemporaryDirectory(prefix="leadsync-") as folder:
        if file == Path("-"):
            copy = Path(folder, STDIN)
            with _copied(file, copy), copy.open("wb") as target:
                shutil.copyfileobj(sys.stdin.buffer, target)
            yield Path(STDIN).resolve(), copy
        elif file.is_file():
            resolved = _resolved(file, links=links)
            copy = Path(folder, resolved.name)
            with _copied(file, copy), open_regular(resolved, links=links) as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target, _BLOCK_BYTES)
            yield resolved, copy
        else:
            what = "is a folder" if file.is_dir() else "is no file" if file.exists() else "does not exist"
            raise UsageError(f"{file} {what}; give the path of a spreadsheet file.")


def _resolved(file: Path, *, links: bool) -> Path:
    """One path for all spellings of it."""
    resolved = file.resolve() if links else file.parent.resolve() / file.name
    try:
        str(resolved).encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError(f"The name of {file} is not UTF-8; give the file another name.") from None
    if any(character in resolved.name for character in "\n\r\0"):
        raise UsageError(f"The name of {one_line(str(file))} holds a line end; give the file another name.")
    return resolved


@contextmanager
def _copied(file: Path, copy: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{file} cannot be copied to be read ({error.strerror}); check its permissions, and that there is room in "
            f"{copy.parent.parent}."
        ) from error
