"""The source of a sheet: its file or DataFrame, the way to read it, and its digest."""

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from leadsync.errors import SheetError
from leadsync.journal import Journal
from leadsync.models import Inserts
from leadsync.private_files import open_regular
from leadsync.reimport import put_together
from leadsync.run.waiting_rows import waiting_rows
from leadsync.sheets import NO_RULES, open_table
from leadsync.spreadsheet import SheetRules

if TYPE_CHECKING:
    from leadsync.sheets.frame_sheet import FrameSheet
    from leadsync.sheets.table import Table


@dataclass(frozen=True, slots=True)
class SheetSource:
    """The file of a sheet, and the way to read it.

    `sheet` names a workbook's sheet; `encoding` and `delimiter` are of a text; empty: detected. `content` is a private
    copy of the file or of standard input, or a frame: that has a name and no file. With `inserts` "only" all rows are
    new leads. `checked`: the file is known as a copy that `check` has made of another sheet.
    """

    file: Path
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    content: "Path | FrameSheet | None" = None
    inserts: Inserts = "none"
    checked: bool = False

    @property
    def path(self) -> Path | None:
        """The file that is read; None for a frame."""
        content = self.content or self.file
        return content if isinstance(content, Path) else None

    @property
    def shown(self) -> str:
        """The file's name in messages."""
        if self.content is None:
            return str(self.file)
        if not isinstance(self.content, Path):
            return self.content.name
        return "standard input" if self.file.name == "stdin" else str(self.file)


def fingerprint(file: "Path | FrameSheet") -> str:
    """A digest of a frame's cells or of the bytes of a regular file.

    Raises SheetError, also for a pipe, which nobody waits for.
    """
    if not isinstance(file, Path):
        return file.fingerprint
    try:
        with open_regular(file) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        why = f"{file} cannot be read: {error.strerror}; check the path and its permissions."
        raise SheetError(why, names_file=True) from error


@contextmanager
def opened(source: SheetSource, journal: Journal | None, rules: SheetRules = NO_RULES) -> Iterator["Table"]:
    """Open the sheet, a report's several sheets as one; `rules` are those of the settings."""
    content = source.content
    if content is not None and not isinstance(content, Path):
        yield content.table(rules)
        return

    def open_part(sheet: str) -> "AbstractContextManager[Table]":
        return open_table(
            content or source.file,
            sheet=sheet or None,
            encoding=source.encoding or None,
            delimiter=source.delimiter or None,
            shown=source.shown,
            rules=rules,
        )

    # A report workbook is opened once more for each of its sheets; the first opening tells that it is one.
    with ExitStack() as context:
        table = context.enter_context(open_part(source.sheet))
        if table.parts:
            known = (journal.history(), partial(waiting_rows, journal)) if journal else None
            table = context.enter_context(put_together(open_part, source.shown, table, known))
        yield table
