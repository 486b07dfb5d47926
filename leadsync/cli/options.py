"""Options that several commands share."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadsync.metrics import check_metrics_file
from leadsync.models import FileKind, Inserts, Order

if TYPE_CHECKING:
    from leadsync.run import RunOptions

# The reader of a file says why it cannot be read.
A_PATH = click.Path(readable=False, path_type=Path)
A_ROW = click.IntRange(1, 999_999_999)
A_CODE = click.IntRange(-999_999_999, 999_999_999)
"""A number beyond would be none in the journal."""
A_FILE = click.Path(dir_okay=False, readable=False, path_type=Path)
A_FOLDER = click.Path(file_okay=False, readable=False, path_type=Path)
campaign_option = click.option("--campaign", help="The leads' campaign: NAME of [campaigns.NAME] in the settings.")
dialer_option = click.option(
    "--dialer",
    metavar="NAME",
    expose_value=False,
    callback=lambda context, parameter, value: _remember(context, parameter, value),
    help="The dialer: NAME of [dialers.NAME] in the settings.",
)
insert_missing_option = click.option("--insert-missing", is_flag=True, help="Insert leads unknown to the dialer (101).")
insert_only_option = click.option(
    "--insert-only", is_flag=True, help="A list of new leads: insert every row, change no lead."
)
metrics_option = click.option(
    "--metrics-file",
    type=A_FILE,
    callback=lambda context, parameter, value: _metrics_file(value),
    help="Write figures for Prometheus to a file.",
)
mark_option = click.option(
    "--mark", is_flag=True, help="Write a copy of the workbook too, with the outcomes marked in it (.xlsx, .xlsm)."
)
format_option = click.option("--format", "kind", type=click.Choice(["csv", "xlsx"]), help="How the files are written.")


def _metrics_file(path: Path | None) -> Path | None:
    """The path; raises UsageError for another file than one of metrics, before anything is sent."""
    if path is not None:
        check_metrics_file(path)
    return path


def examples(*lines: str) -> str:
    """The end of a command's help: command lines without `leadsync`."""
    heading = "Examples:" if len(lines) > 1 else "Example:"
    # Behind \b click keeps the lines of a paragraph.
    return "\n".join(("\b", heading, *(f"  leadsync {line}" for line in lines)))


def wanted_inserts(missing: bool, *, only: bool = False) -> Inserts | None:
    """The inserts by the options; None to leave them to the settings."""
    return "only" if only else "missing" if missing else None


def age_of(text: str) -> timedelta | None:
    """The age of a text such as 90d or 12w; None for any other text."""
    found = re.fullmatch(r"(\d{1,5})([dw])", text.strip().lower())
    return timedelta(days=int(found[1]) * {"d": 1, "w": 7}[found[2]]) if found else None


def _time_of_day(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value):
        raise click.BadParameter(f"{value} is no time of day; write it like 08:00")
    return value


@dataclass(frozen=True, slots=True)
class SendOptions:
    """The values of the options of `run`, `resume` and `retry`."""

    output: Path | None
    kind: FileKind | None
    yes: bool
    limit: int | None
    order: Order | None
    until: str | None
    keep_going: bool
    campaign: str | None
    insert_missing: bool
    metrics_file: Path | None

    def for_run(self, *, insert_only: bool = False) -> "RunOptions":
        """The options of the run itself."""
        from leadsync.run import RunOptions

        inserts = wanted_inserts(self.insert_missing, only=insert_only)
        return RunOptions(output=self.output, kind=self.kind, limit=self.limit, order=self.order, inserts=inserts)


_OPTIONS = (
    click.option("--output", type=A_FOLDER, help="The folder for the run's files."),
    format_option,
    click.option("--yes", is_flag=True, help="Do not ask before sending."),
    click.option("--limit", type=click.IntRange(min=1), help="A trial: send the first N rows only."),
    click.option("--order", type=click.Choice(["sheet", "priority"]), help="What is sent first."),
    click.option("--until", callback=_time_of_day, metavar="HH:MM", help="Send until then; `resume` goes on."),
    click.option("--keep-going", is_flag=True, help="Go on even if almost all of the first rows fail alike."),
    dialer_option,
    campaign_option,
    insert_missing_option,
    metrics_option,
)


def send_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of a command for sending; the command gets their values as its argument `options`."""

    @wraps(command)
    def gathered(**values: Any) -> int:
        options = SendOptions(**{field.name: values.pop(field.name) for field in fields(SendOptions)})
        return command(options=options, **values)

    # Decorators apply from the last to the first; the help then lists them as written here.
    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options for reading a sheet."""
    for option in (
        click.option("--delimiter", help="The separator of a text's cells: comma, semicolon, tab, pipe or a sign."),
        click.option("--encoding", help="A text's encoding, such as utf-8 or cp1252."),
        click.option("--sheet", help="The workbook's sheet, where several hold data."),
    ):
        command = option(command)
    return command


def common_options(command: click.Command) -> click.Command:
    """Add the options of every command."""
    for add in (
        _option("--config", type=A_FILE, help="The settings file."),
        _option("--state", type=A_FOLDER, help="The folder with the journal."),
        _option("--json", is_flag=True, help="Print one JSON object, and nothing else, on standard output."),
        _option("-v", "--verbose", count=True, help="Log more; twice for everything. Errors show their trace."),
        _option("--log-file", type=A_FILE, help="Write the log to a file."),
        _option("--log-format", type=click.Choice(["text", "json"]), help="The log's form."),
    ):
        command = add(command)
    return command


def _option(*names: str, **attributes: Any) -> Callable[[click.Command], click.Command]:
    """An option allowed before and behind the command's name; `current_shell` reads it from the context."""

    def add(command: click.Command) -> click.Command:
        command.params.append(click.Option(names, expose_value=False, callback=_remember, **attributes))
        return command

    return add


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    # An option before the command's name must not be overwritten by the default behind it.
    if value not in (None, False, 0):
        context.ensure_object(dict)[parameter.name] = value
