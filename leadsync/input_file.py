"""The spreadsheet of a command line, as a private copy: the bytes hashed are the bytes read."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from leadsync.errors import UsageError
from leadsync.long_work import told
from leadsync.private_files import open_regular
from leadsync.temporary_files import private_copy, sweep
from leadsync.terminal import one_line

if TYPE_CHECKING:
    from io import BufferedReader

STDIN = "stdin"
"""The name of standard input in messages, runs and reports."""
_BLOCK = 1 << 20


@contextmanager
def input_file(file: Path, *, links: bool = True) -> Iterator[tuple[Path, Path]]:
    """The file's resolved path, and a private copy of it for the time of the context.

    `-` is standard input, called `stdin` in the current folder. Without `links`, a link is never followed. Raises
    UsageError where there is no such file, or no room for the copy.
    """
    sweep()
    named = Path(STDIN).resolve() if file == Path("-") else _found(file, links=links)
    with ExitStack() as context:
        try:
            if file == Path("-"):
                source = cast("BufferedReader", sys.stdin.buffer)
            else:
                source = context.enter_context(open_regular(named, links=links))
            target, copy = context.enter_context(private_copy(named.name))
            _copy(source, target, "standard input" if file == Path("-") else named.name)
            target.flush()
        except OSError as error:
            raise UsageError(
                f"{file} cannot be copied to be read ({error.strerror}); check its permissions, and that there is "
                f"room in {tempfile.gettempdir()}.",
                names_file=True,
            ) from error
        yield named, copy


def _copy(source: "BufferedReader", target: BinaryIO, name: str) -> None:
    """Copy a stream to its end, and tell of a wait for it."""
    copied = 0

    def words() -> str:
        return (
            f"Reading {name}: {copied / 1_000_000:,.1f} MB so far"
            if copied
            else f"Waiting for {name}: nothing has come yet"
        )

    with told(words):
        # One read of the system at a time: a slow writer's first bytes count at once.
        while block := source.read1(_BLOCK):
            copied += target.write(block)


def _found(file: Path, *, links: bool) -> Path:
    try:
        if file.is_file():
            return _resolved(file, links=links)
        what = "is a folder" if file.is_dir() else "is no file" if file.exists() else "does not exist"
    except PermissionError as error:
        raise UsageError(
            f"{file} cannot be reached: {error.strerror}; check the permissions of its folder.", names_file=True
        ) from error
    raise UsageError(f"{file} {what}; give the path of a spreadsheet file.", names_file=True)


def _resolved(file: Path, *, links: bool) -> Path:
    """One path for all spellings of it."""
    resolved = file.resolve() if links else file.parent.resolve() / file.name
    try:
        # Names outside UTF-8 are surrogates in Python, and no journal or report can hold them.
        str(resolved).encode("utf-8")
    except UnicodeEncodeError:
        why = f"The name of {file} is not UTF-8; give the file another name."
        raise UsageError(why, names_file=True) from None
    if any(character in resolved.name for character in "\n\r\0"):
        why = f"The name of {one_line(str(file))} holds a line end; give the file another name."
        raise UsageError(why, names_file=True)
    return resolved
