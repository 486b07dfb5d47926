"""What every command shares: its common options, settings, journal, output and log."""

import errno
import json
import logging
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadsync.errors import OutputError, UsageError
from leadsync.log import current_run

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

    def settings(self) -> "Settings":
        """The settings, from the file that is found and the environment; raises SettingsError."""
        from leadsync.config import find, load

        return load(find(self.config, os.environ))

    def state_folder(self) -> Path:
        """Where the journal is."""
        from leadsync.config import state_folder

        return state_folder(self.state, os.environ)

    def journal(self) -> "Journal":
        """The journal; raises JournalError."""
        from leadsync.journal import Journal

        return Journal(self.state_folder())

    def result(self, text: str, value: Any) -> None:
        """Print a command's result: the text, or with --json the value."""
        self.put(json.dumps(value, ensure_ascii=False) if self.json else text)

    def put(self, text: str) -> None:
        """Write a line to standard output; raises OutputError where it cannot be written."""
        try:
            click.echo(text)
        except OSError as error:
            if error.errno == errno.EPIPE:
                # Who reads it has seen enough (`leadsync show … | head`), which click sees to.
                raise
            with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
                # What is still buffered would fail once more on exiting.
                os.dup2(nowhere.fileno(), sys.stdout.fileno())
            raise OutputError(
                f"Standard output cannot be written: {error.strerror}; make room, or send it elsewhere. What was done "
                "is not undone: `leadsync runs` tells of it."
            ) from error

    def say(self, text: str) -> None:
        """Tell the user something that is not the result."""
        click.echo(text, err=True)

    def confirm(self, question: str, *, default: bool | None = False) -> bool:
        """Ask at a terminal; where there is nobody to ask, the answer is yes."""
        return not sys.stdin.isatty() or click.confirm(question, default=default, err=True)

    def wants(self, question: str) -> bool:
        """Ask at a terminal about something unusual; where there is nobody to ask, the answer is no."""
        return sys.stdin.isatty() and not self.json and click.confirm(question, default=False, err=True)


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


@contextmanager
def named_file(file: Path) -> Iterator[tuple[Path, Path | None]]:
    """The spreadsheet that a command line names, as an absolute path, and where its bytes lie if that is elsewhere.

    `-` is standard input: kept in a temporary file until the context ends, and called `stdin` in the current folder.
    Raises UsageError where there is no such file.
    """
    if file == Path("-"):
        with tempfile.TemporaryDirectory(prefix="leadsync-") as folder:
            content = Path(folder, "stdin")
            with content.open("wb") as target:
                shutil.copyfileobj(sys.stdin.buffer, target)
            yield Path("stdin").absolute(), content
    elif file.is_file():
        yield file.resolve(), None
    else:
        what = "is a folder" if file.is_dir() else "does not exist"
        raise UsageError(f"{file} {what}; give the path of a spreadsheet file.")


class _TextFormatter(logging.Formatter):
    """A line with the run it belongs to."""

    def format(self, record: logging.LogRecord) -> str:
        run = current_run()
        record.about = f"run {run}: " if run else ""
        return super().format(record)


class _JsonFormatter(logging.Formatter):
    """One JSON object a line, with the run, the row and the attempt that it is about as far as there are any."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).astimezone().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if run := current_run():
            line["run"] = run
        line |= {name: getattr(record, name) for name in ("row", "attempt") if hasattr(record, name)}
        if record.exc_info:
            line["trace"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def set_up_log(shell: Shell) -> None:
    """Send the log to standard error, or to the file asked for; raises UsageError where that cannot be written."""
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(shell.verbose, 2)]
    if shell.log_file is not None:
        try:
            shell.log_file.touch(mode=0o600)
            handler: logging.Handler = logging.FileHandler(shell.log_file, encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"The log file {shell.log_file} cannot be written: {error.strerror}; choose another with --log-file."
            ) from error
        level = min(level, logging.INFO)
    else:
        handler = logging.StreamHandler(sys.stderr)
    text = _TextFormatter("%(asctime)s %(levelname)s %(name)s: %(about)s%(message)s")
    handler.setFormatter(_JsonFormatter() if shell.log_format == "json" else text)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # Other people's libraries tell of every request; what leadsync itself logs says it better.
    for name in ("asyncio", "filelock", "httpcore", "httpx"):
        logging.getLogger(name).setLevel(level if shell.verbose > 1 else logging.WARNING)
    # These write down whole addresses, and where messages go is a secret.
    for name in ("apprise", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
