"""The shell of a command: its common options, settings, journal, output and log."""

import errno
import json
import logging
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from leadsync import long_work
from leadsync.commands import arguments
from leadsync.errors import OutputError, SettingsError, UsageError
from leadsync.known_dialers import new_dialer, remember_dialer
from leadsync.log import BackgroundHandler, JsonFormatter, TextFormatter
from leadsync.models import RunRecord
from leadsync.private_files import check_shared_folder, open_to_append
from leadsync.terminal import Visible, one_line, writer_to

if TYPE_CHECKING:
    from leadsync.config import Settings
    from leadsync.journal import Journal
    from leadsync.progress import BarProgress, SilentProgress


@dataclass(frozen=True, slots=True)
class Shell:
    """The common options of one command line."""

    config: Path | None = None
    state: Path | None = None
    json: bool = False
    verbose: int = 0
    log_file: Path | None = None
    log_format: str = "text"
    dialer: str | None = None

    @property
    def called(self) -> str:
        """The beginning of commands to paste: the program with the same settings and journal."""
        options = (("--config", self.config), ("--state", self.state))
        given = [word for name, path in options if path is not None for word in (name, path)]
        return " ".join([_program(), *([arguments(*given)] if given else [])])

    def settings(self) -> "Settings":
        """The settings, from their file and the environment, with the chosen dialer; raises SettingsError."""
        return self.all_settings().for_dialer(self.dialer)

    def all_settings(self) -> "Settings":
        """The settings as they stand, without a choice among dialers; raises SettingsError."""
        from leadsync.config import find, load

        return load(find(self.config, os.environ))

    def settings_for(self, run: RunRecord) -> "Settings":
        """The settings with the dialer chosen for this command, else that of an earlier run; raises SettingsError."""
        return self.settings() if self.dialer else self.all_settings().at_address(run.dialer).for_dialer(None)

    def options_for(self, run: RunRecord) -> tuple[str, ...]:
        """The options of a command that choose the dialer and the campaign of a run; none without usable settings."""
        try:
            return self.all_settings().options_for(run.dialer, run.ids)
        except SettingsError:
            return ()

    def state_folder(self) -> Path:
        """The folder of the journal; raises SettingsError if another user owns it, or would be shut out of it."""
        from leadsync.config import state_folder

        return state_folder(self.state, os.environ)

    def name_new_dialer(self, settings: "Settings") -> None:
        """Name a new address and its settings, before the key goes there. Raises SettingsError."""
        from leadsync.config import url_source

        if words := new_dialer(self.state_folder(), settings.url(), url_source(self.config, os.environ)):
            self.say(words)

    def meet_dialer(self, settings: "Settings") -> None:
        """Name a new address and remember it, for a command without a question.

        Raises SettingsError, also without a key.
        """
        settings.api_key(os.environ)
        self.name_new_dialer(settings)
        remember_dialer(self.state_folder(), settings.url())

    def journal(self) -> "Journal":
        """The journal; raises JournalError, and SettingsError for a faulty address."""
        from leadsync.journal import open_journal

        return open_journal(self.state_folder(), *self.journal_place())

    def journal_place(self) -> tuple[str, float]:
        """The address of the journal's database and the seconds of a lease; see `leadsync.config`."""
        from leadsync.config import find, journal_place, tables_of

        return journal_place(self.all_settings, tables_of(find(self.config, os.environ)), os.environ)

    @contextmanager
    def sound_journal(self) -> Iterator["Journal"]:
        """The journal, its integrity checked before the first write; raises JournalError."""
        with self.journal() as journal:
            journal.check()
            yield journal

    def progress(self, rows: int) -> "BarProgress | SilentProgress":
        """A progress bar at a terminal, a few lines elsewhere."""
        from leadsync.progress import BarProgress, SilentProgress

        shows_bar = sys.stderr.isatty() and not self.json
        return BarProgress(sys.stderr, rows) if shows_bar else SilentProgress(sys.stderr, rows)

    def result(self, text: str, value: Any) -> None:
        """Print a command's result: the text, or with --json the value; a closed pipe is no error."""
        with suppress(click.exceptions.Exit):
            self.put(json.dumps(value, ensure_ascii=False) if self.json else text)

    def put(self, text: str) -> None:
        """Write text to standard output, as one line unless it is `Visible`.

        Raises click's Exit if nobody reads it (`leadsync show … | head`), OutputError if it cannot be written.
        """
        try:
            click.echo(_shown(text))
        except OSError as error:
            unread = _is_unread(sys.stdout, error)
            _silence(sys.stdout)
            if unread:
                raise click.exceptions.Exit(0) from error
            raise OutputError(
                f"Standard output cannot be written: {error.strerror}; make room, or send it elsewhere. What was done "
                "is not undone: `leadsync runs` tells of it."
            ) from error

    def say(self, text: str) -> None:
        """Write text to standard error; see the function `say`."""
        say(text)

    def confirm(self, question: str, *, default: bool | None = False) -> bool:
        """Ask at a terminal; elsewhere the answer is yes.

        Without a default, an empty answer is asked again. Raises click.Abort if the terminal is lost.
        """
        return not at_terminal() or _ask(question, default)

    def wants(self, question: str) -> bool:
        """Ask at a terminal about an unusual step; elsewhere the answer is no.

        Raises click.Abort if the terminal is lost.
        """
        return not self.json and at_terminal() and _ask(question, default=False)


def _program() -> str:
    """The name of the program, or its path as called if the name alone does not find it."""
    path = Path(sys.argv[0])
    found = shutil.which(path.name)
    is_found = found is not None and path.exists() and path.samefile(found)
    return arguments(sys.argv[0]) if path.stem == "leadsync" and not is_found else "leadsync"


def say(text: str) -> None:
    """Write text to standard error, as one line unless it is `Visible`; waits a second at most, and never raises."""
    writer = writer_to(sys.stderr)
    writer.write(f"{_shown(text)}\n")
    writer.flush()


def ask(question: str, default: object = None, **options: Any) -> Any:
    """Ask as `click.prompt` does, on standard error; question and default may hold text of a sheet or the dialer."""
    hint = "" if default in (None, "") else f" [{default}]"
    return click.prompt(one_line(f"{question}{hint}"), default=default, show_default=False, err=True, **options)


def _shown(text: str) -> str:
    return text if isinstance(text, Visible) else one_line(text)


def finish_output() -> None:
    """Write pending output, a second a stream at most, before the interpreter would complain about it."""
    for handler in logging.getLogger().handlers:
        handler.flush()
    writer_to(sys.stderr).flush()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _silence(stream)


def at_terminal() -> bool:
    """Whether standard input is a terminal; raises click.Abort after a hang-up."""
    if sys.stdin.isatty():
        return True
    try:
        # After a hang-up a terminal claims to be none; only the error of this call tells it from a file.
        os.get_terminal_size(sys.stdin.fileno())
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) == errno.EIO:
            raise click.Abort from error
    return False


def _ask(question: str, default: bool | None) -> bool:
    """Ask until the answer is clear; raises click.Abort if question or answer cannot pass."""
    hint = {None: "y/n", True: "Y/n", False: "y/N"}[default]
    answers = {"y": True, "yes": True, "n": False, "no": False} | ({} if default is None else {"": default})
    try:
        writer_to(sys.stderr).drain()
        while True:
            # Not by `input` or click: they go on if the question cannot be shown.
            sys.stderr.write(f"{one_line(question)} [{hint}]: ")
            sys.stderr.flush()
            if (answer := input().strip().lower()) in answers:
                return answers[answer]
    except (EOFError, KeyboardInterrupt, OSError, ValueError) as error:
        raise click.Abort from error


def _is_unread(stream: TextIO, error: OSError) -> bool:
    """Whether a write failed because its reader has gone: a pipe's other end, or a terminal."""
    if error.errno == errno.EIO:
        return stat.S_ISCHR(os.fstat(stream.fileno()).st_mode)
    return isinstance(error, BrokenPipeError)


def _silence(stream: TextIO) -> None:
    """Discard the text of a broken stream; Python would write the rest at the exit and fail once more."""
    with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


@dataclass(slots=True)
class LastWords:
    """The sentence for a signal where no work under way has one: what a command has done is done whatever follows."""

    text: str = ""


last_words = LastWords()


def command_shell() -> Shell:
    """The shell of a command at its beginning: with its log set up. Raises UsageError."""
    shell = current_shell()
    set_up_log(shell)
    return shell


def current_shell() -> Shell:
    """The shell of the running command."""
    return Shell(**(click.get_current_context().obj or {}))


def _show_long_work(shell: Shell) -> None:
    """Show the words about long work on standard error as they are, wherever the log goes."""
    handler, log = BackgroundHandler(sys.stderr), logging.getLogger(long_work.__name__)
    handler.setFormatter(logging.Formatter("%(message)s"))
    log.handlers = [handler]
    log.setLevel(logging.INFO)
    log.propagate = shell.log_file is not None


def set_up_log(shell: Shell) -> None:
    """Send the log to standard error, or to its file; raises UsageError if that cannot be written."""
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(shell.verbose, 2)]
    if shell.log_file is not None:
        try:
            check_shared_folder(shell.log_file.parent)
            handler = BackgroundHandler(os.fdopen(open_to_append(shell.log_file), "a", encoding="utf-8"), closes=True)
        except OSError as error:
            raise UsageError(
                f"The log file {shell.log_file} cannot be written: {error.strerror}; choose another with --log-file."
            ) from error
        level = min(level, logging.INFO)
    else:
        handler = BackgroundHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if shell.log_format == "json" else TextFormatter())
    root = logging.getLogger()
    for before in root.handlers:
        if isinstance(before, BackgroundHandler):
            before.close()
    root.handlers = [handler]
    root.setLevel(level)
    _show_long_work(shell)
    # Libraries log every request; leadsync's own lines say it better.
    for name in ("asyncio", "filelock", "httpx"):
        logging.getLogger(name).setLevel(level if shell.verbose > 1 else logging.WARNING)
    # A database that goes away is told in a sentence.
    logging.getLogger("psycopg").setLevel(level if shell.verbose > 1 else logging.CRITICAL)
    # These log whole addresses of messages, and those are secret.
    for name in ("apprise", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
