"""The sheet given from Python: the path of a file, or a DataFrame under a name."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

import pandas as pd

from leadsync.config import Settings
from leadsync.errors import UsageError
from leadsync.input_file import input_file
from leadsync.leads.input_rules import zone
from leadsync.sheets.frame_sheet import FrameSheet
from leadsync.terminal import one_line

Data = pd.DataFrame | str | os.PathLike[str]
"""A DataFrame, or the path of a spreadsheet file."""


@dataclass(frozen=True, slots=True)
class SheetInput:
    """What to read and how. `name` is a frame's; `sheet`, `encoding` and `delimiter` are for files."""

    data: Data
    name: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.data, pd.DataFrame):
            if self.sheet or self.encoding or self.delimiter:
                raise UsageError("A DataFrame has no sheet, encoding or delimiter; leave them out.")
            self._check_name()
        elif not isinstance(self.data, str | os.PathLike):
            raise UsageError(f"Give a DataFrame or the path of a file, not a value of type {type(self.data).__name__}.")
        elif self.name is not None:
            raise UsageError("A file has its own name; `name` is for a DataFrame.")

    def _check_name(self) -> None:
        name = self.frame_name
        # The name becomes those of files: on Windows a backslash would lead into another folder.
        if PurePath(name).name != name or name in (".", "..") or one_line(name) != name or "\\" in name:
            raise UsageError(f"{name!r} is no name for a DataFrame's files; give a plain one, such as leads.")

    @property
    def frame(self) -> pd.DataFrame | None:
        """The frame, if it is one."""
        return self.data if isinstance(self.data, pd.DataFrame) else None

    @property
    def frame_name(self) -> str:
        """The frame's name."""
        return self.name or "DataFrame"

    @property
    def file(self) -> Path:
        """The file; a frame's is one of its name in the working folder, which need not exist."""
        return Path.cwd() / self.frame_name if isinstance(self.data, pd.DataFrame) else Path(self.data).absolute()

    @contextmanager
    def opened(self, settings: Settings) -> Iterator[tuple[Path, Path | FrameSheet]]:
        """The resolved path and the content, for the time of the context. Raises UsageError or SheetError."""
        if isinstance(self.data, pd.DataFrame):
            content = FrameSheet(self.data, self.frame_name, zone(settings.input.timezone))
            yield self.file.parent.resolve() / self.frame_name, content
        else:
            with input_file(Path(self.data)) as (named, copy):
                yield named, copy
