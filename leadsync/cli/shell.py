"""What every command shares: its common options, settings, journal, output and log."""

import errno
import json
import logging
import os
import shutil
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from leadsync.commands import arguments
from leadsync.errors import OutputError, SettingsError, UsageError
from leadsync.log import BackgroundHandler, JsonFormatter, TextFormatter
from leadsync.private_files import (
    ANOTHERS,
    check_shared_folder,
    folder_problem,
    open_to_append,
    would_shut_out_caller,
)
from leadsync.terminal import Visible, one_line, writer_to

if TYPE_CHECKING:
    from leadsync.config import Settings
    from leadsync.journal import Journal


@dataclass(frozen=True, slots=True)
class Shell:
    """The common options of one command line."""

    config: Path | None = None
    state: Path | None = None
    json: bool = False
    verbose: int = 0
    log_file: Path | None = None
    log_format: str = "text"

    @property
    def called(self) -> str:
        """How leadsync is called with the same settings and journal again, in commands for the user to paste."""
        options = (("--config", self.config), ("--state", self.state))
        given = [word for name, path in options if path is not None for word in (name, path)]
        return " ".join([_program(), *([arguments(*given)] if given else [])])

    def settings(self) -> "Settings":
        """The settings, from the file that is found and the environment; raises SettingsError."""
        from leadsync.config import find, load

        return load(find(self.config, os.environ))

    def url_source(self) -> str:
        """What says the dialer's address: the settings file, or an environment variable."""
        from leadsync.config import URL_VARIABLES, find

        variable = next(filter(os.environ.get, URL_VARIABLES), "")
        path = None if variable else find(self.config, os.environ)
        return str(path.absolute()) if path else f"the environment variable {variable}"

    def state_folder(self) -> Path:
        """Where the journal is; raises SettingsError if another user has a hand in it, or would be shut out of it."""
        from leadsync.config import state_folder

        folder = state_folder(self.state, os.environ)
        if folder.is_dir() and (problem := folder_problem(folder, links=True)):
            remedy = "run this as that user" if problem == ANOTHERS else "protect it with chmod go-w"
            raise SettingsError(
                f"The state folder {folder} cannot be used: {problem}; {remedy}, or choose another with --state."
            )
        named = self.state or os.environ.get("LEADSYNC_STATE")
        if not named and would_shut_out_caller(folder):
            raise SettingsError(
                f"Root would make the state folder {folder}, and shut out the user who called it by sudo; run this "
                "without sudo, or choose another with --state."
            )
        return folder

    def journal(self) -> "Journal":
        """The journal; raises JournalError."""
        from leadsync.journal import open_journal

        return open_journal(self.state_folder())

    def result(self, text: str, value: Any) -> None:
        """Print a command's result: the text, or with --json the value; the command goes on if nobody reads it."""
        with suppress(click.exceptions.Exit):
            self.put(json.dumps(value, ensure_ascii=False) if self.json else text)

    def put(self, text: str) -> None:
        """Write text to standard output, as one line unless it is `Visible`.

        Raises click's Exit where nobody reads it (`leadsync show … | head`), OutputError where it cannot be written.
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
        """Tell the user something that is not the result; see the function `say`."""
        say(text)

    def confirm(self, question: str, *, default: bool | None = False) -> bool:
        """Ask at a terminal; where there is nobody to ask, the answer is yes.

        Without a default, an empty answer is asked again. Raises click.Abort where the terminal is lost.
        """
        return not at_terminal() or _ask(question, default)

    def wants(self, question: str) -> bool:
        """Ask at a terminal about something unusual; where there is nobody to ask, the answer is no.

        Raises click.Abort where the terminal is lost.
        """
        return not self.json and at_terminal() and _ask(question, default=False)


def _program() -> str:
    """The program by its name, or by its path as it was called where the name alone does not find it."""
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
    """Write what is still waiting, a second a stream at most; the interpreter then has nothing to complain about."""
    for handler in logging.getLogger().handlers:
        handler.flush()
    writer_to(sys.stderr).flush()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _silence(stream)


def at_terminal() -> bool:
    """Whether standard input is a terminal; raises click.Abort for one that was hung up."""
    if sys.stdin.isatty():
        return True
    try:
        # A terminal that was hung up says that it is none; only this call's error tells it from a file.
        os.get_terminal_size(sys.stdin.fileno())
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) == errno.EIO:
            raise click.Abort from error
    return False


def _ask(question: str, default: bool | None) -> bool:
    """Ask until the answer is clear; raises click.Abort where the question cannot be shown or the answer be read."""
    hint = {None: "y/n", True: "Y/n", False: "y/N"}[default]
    answers = {"y": True, "yes": True, "n": False, "no": False} | ({} if default is None else {"": default})
    try:
        writer_to(sys.stderr).drain()
        while True:
            # Not by `input` or click, which go on where the question cannot be shown.
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
    """Send a broken stream's text nowhere; what Python still keeps of it would fail once more at the exit."""
    with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value not in (None, False, 0):
        context.ensure_object(dict)[parameter.name] = value


def _option(*names: str, **attributes: Any) -> Callable[[click.Command], click.Command]:
    """An option that is allowed before and behind the command's name; the shell takes it from the context."""

    def add(command: click.Command) -> click.Command:
        command.params.append(click.Option(names, expose_value=False, callback=_remember, **attributes))
        return command

    return add


def common_options(command: click.Command) -> click.Command:
    """Add the options that are allowed everywhere."""
    for add in (
        _option("--config", type=click.Path(dir_okay=False, path_type=Path), help="The settings file."),
        _option("--state", type=click.Path(file_okay=False, path_type=Path), help="The folder with the journal."),
        _option("--json", is_flag=True, help="Print one JSON object, and nothing else, on standard output."),
        _option("-v", "--verbose", count=True, help="Log more; twice for everything. Errors show their trace."),
        _option("--log-file", type=click.Path(dir_okay=False, path_type=Path), help="Write the log to a file."),
        _option("--log-format", type=click.Choice(["text", "json"]), help="The log's form."),
    ):
        command = add(command)
    return command


def current_shell() -> Shell:
    """The shell of the command that is being run."""
    return Shell(**(click.get_current_context().obj or {}))


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how a sheet is to be read."""
    for option in (
        click.option("--delimiter", help="What stands between a text's cells: comma, semicolon, tab, pipe or a sign."),
        click.option("--encoding", help="A text's encoding, such as utf-8 or cp1252."),
        click.option("--sheet", help="The workbook's sheet, where several hold data."),
    ):
        command = option(command)
    return command


def set_up_log(shell: Shell) -> None:
    """Send the log to standard error, or to the file asked for; raises UsageError where that cannot be written."""
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
    # Other people's libraries tell of every request; what leadsync itself logs says it better.
    for name in ("asyncio", "filelock", "httpcore", "httpx"):
        logging.getLogger(name).setLevel(level if shell.verbose > 1 else logging.WARNING)
    # These write down whole addresses, and where messages go is a secret.
    for name in ("apprise", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
