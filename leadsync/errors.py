"""The errors of a command, each with its exit code.

LeadsyncError                 1  leadsync itself failed
├── UsageError                2  wrong usage, settings or file; nothing was sent
│   ├── SettingsError            a setting is missing, unknown or out of range
│   ├── BusyError                another leadsync is at work on it
│   ├── NotConfirmed             nobody has said yes before sending
│   ├── SheetError               the file cannot be read as a sheet of leads
│   └── MappingError             the headings do not map columns to fields
├── JournalError              1  the journal cannot be read or written
│   └── RunCutError           4  it went away in the middle of a run; `resume` goes on
├── OutputError               1  a report cannot be written
└── Stopped                   4  the dialer or a limit ended the run early; `resume` goes on
Interrupted         129/130/143  a signal ended it; `resume` goes on

The result of one row is never an exception: it is an `Outcome` or a `Rejected`.
Each message is one sentence or two for the user: the fault, its place and the remedy.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar


class LeadsyncError(Exception):
    """Something in leadsync failed.

    `cause` is alike for the same trouble at another time: for a message with times or counts, a few fixed words.
    """

    exit_code: int = 1
    without_cells: ClassVar[str] = ""
    """The words for alerts and logs, if the message may quote the sheet: a heading may be a lead's name."""

    def __init__(self, message: str, *, cause: str = "") -> None:
        super().__init__(message)
        self.cause = cause or message


class UsageError(LeadsyncError):
    """The command, its settings or its file cannot be used as they are; nothing was sent.

    `names_file`: the message names the file of leads.
    """

    exit_code = 2

    def __init__(self, message: str, *, names_file: bool = False) -> None:
        super().__init__(message)
        self.names_file = names_file

    def for_folder(self) -> str:
        """The message for a watched folder."""
        return str(self)


class SettingsError(UsageError):
    """A setting is missing, unknown or out of range.

    `reason` is the fault without its place in a file.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason or message


class BusyError(UsageError):
    """Another leadsync is at work on this file or folder."""


class NotConfirmed(UsageError):
    """Nobody has said yes before sending; a call from Python needs `confirm`."""


class SheetError(UsageError):
    """The file cannot be read as a sheet of leads.

    `fault` is the whole message, or its first half before a `remedy`. `folder_remedy` replaces a remedy with options of
    a command, unknown to a watched folder. `sheets`: the user has to name one of them. `no_sheet`: the file is of
    another sort, or locked or damaged as a whole: no way to read it helps.
    """

    without_cells = "it cannot be read as a sheet of leads; `leadsync check` says why"

    def __init__(
        self,
        fault: str,
        remedy: str = "",
        *,
        folder_remedy: str = "",
        sheets: tuple[str, ...] = (),
        names_file: bool = False,
        no_sheet: bool = False,
    ) -> None:
        super().__init__(_with_remedy(fault, remedy), names_file=names_file)
        self.fault = fault
        self.remedy = remedy
        self.folder_remedy = folder_remedy
        self.sheets = sheets
        self.no_sheet = no_sheet

    @property
    def several_sheets(self) -> bool:
        """Whether the user has to name a sheet."""
        return bool(self.sheets)

    def for_folder(self) -> str:
        """The message for a watched folder, without options of a command."""
        return _with_remedy(self.fault, self.folder_remedy or self.remedy)


class MappingError(UsageError):
    """The headings do not say which column fills which field."""

    without_cells = "its headings do not say which column fills which field; `leadsync check` says more"


class JournalError(LeadsyncError):
    """The journal cannot be read or written."""


class RunCutError(JournalError):
    """The journal went away in the middle of a run; `leadsync resume` goes on with it."""

    exit_code = 4


class OutputError(LeadsyncError):
    """A report cannot be written where it belongs."""


class Stopped(LeadsyncError):
    """The run stopped before its end; `leadsync resume` goes on with it."""

    exit_code = 4


class Interrupted(SystemExit):
    """A signal ended the run; `leadsync resume` goes on with it.

    Like KeyboardInterrupt it is no Exception: no code that goes on behind a failure takes it for one. An event loop
    lets no other sort but these two through.
    """

    def __init__(self, message: str, signal_number: int) -> None:
        super().__init__(message)
        self.signal_number = signal_number
        self.code = 128 + signal_number


@contextmanager
def ended_by_signal(words: str) -> Iterator[None]:
    """If a signal's exception ends the work inside, it carries the words for the user; the innermost count."""
    try:
        yield
    except (KeyboardInterrupt, Interrupted) as error:
        error.add_note(words)
        raise


def words_of_signal(error: BaseException) -> str:
    """The words that the exception of a signal carries, or one whose way it has cut: a signal, or the run's end by an
    error; or empty."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, RunCutError | OutputError):
            return str(cause)
        if notes := getattr(cause, "__notes__", None):
            return str(notes[0])
        cause = cause.__context__
    return ""


def _with_remedy(fault: str, remedy: str) -> str:
    return f"{fault}; {remedy}." if remedy else fault


def words_for_others(error: BaseException) -> str:
    """The error in words for alerts and logs, without any text of a sheet."""
    if isinstance(error, LeadsyncError):
        return error.without_cells or str(error)
    return f"leadsync itself failed ({type(error).__name__})"


def traceback_of(error: BaseException) -> str:
    """The places in the code that an error and its causes passed, without their messages: these may quote cells."""
    parts = []
    cause: BaseException | None = error
    while cause is not None:
        parts += [*traceback.format_tb(cause.__traceback__), f"{type(cause).__name__}\n"]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "".join(parts)
