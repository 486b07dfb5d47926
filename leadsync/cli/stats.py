"""The command that reviews failures over many runs."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadsync.cli.columns import Column, in_colour, table
from leadsync.cli.options import A_PATH, age_of, examples
from leadsync.cli.shell import Shell, command_shell
from leadsync.errors import UsageError
from leadsync.terminal import Visible, one_line

if TYPE_CHECKING:
    from leadsync.failure_stats import FailureStats
    from leadsync.journal import Journal
    from leadsync.stats.stats_file import FileFormat
    from leadsync.stats_summary import StatsTable

_FILES: "dict[str, FileFormat]" = {"csv": "csv", "xlsx": "xlsx", "html": "html", "json": "json"}


def _since(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    """The beginning of a day: so many days or weeks ago, or the named one."""
    if value is None:
        return None
    age = age_of(value)
    try:
        day = datetime.fromisoformat(value.strip()) if age is None else datetime.now().astimezone() - age
        return datetime.combine(day, time()).astimezone()
    except (ValueError, OverflowError, OSError) as error:
        raise click.BadParameter(
            f"{value} is neither an age nor a day; write days, weeks or a day, like 30d, 12w or 2026-11-01"
        ) from error


@click.command(
    epilog=examples(
        "stats --since 30d",
        'stats --by "List source"  # a column of the sheets',
        "stats --by Agent --output agents.xlsx  # with charts",
    )
)
@click.option(
    "--by",
    default="code",
    show_default=True,
    metavar="GROUP",
    help="code, status, day, week, month, file, campaign, disposition, lead, or the heading of a column.",
)
@click.option("--since", callback=_since, metavar="DAY", help="Count from that day on: 30d, 12w or 2026-11-01.")
@click.option("--top", type=click.IntRange(min=1), default=20, show_default=True, help="List so many groups and leads.")
@click.option(
    "--format", "kind", type=click.Choice(["table", *_FILES]), help="The form; by default as --output ends, or a table."
)
@click.option(
    "--output",
    type=A_PATH,
    help="The file to write; xlsx and html become leadsync-stats.xlsx or .html without it.",
)
def stats(by: str, since: datetime | None, top: int, kind: str | None, output: Path | None) -> int:
    """Review the failures of all runs.

    Counted are the rows that succeeded, failed, were rejected, or wait for a decision. The review tells their shares
    by code or another group, the trend, the leads that fail again, and the time to success. Workbooks and pages have
    charts.
    """
    if kind == "json":
        click.get_current_context().ensure_object(dict)["json"] = True
    shell = command_shell()
    file = _file(kind, output)
    from leadsync.stats import failure_stats

    with shell.journal() as journal:
        target = _target(file[1], journal) if file else None
        for run in journal.runs():
            if run.complete and not run.finished:
                # Rows of a killed process count with the end that `show` would give them.
                journal.settle_if_dead(run.id)
        found = failure_stats(journal, by, since=since, top=top)
        if file and target:
            _write(found, file[0], target, journal)
    _put(shell, found, target, as_csv=kind == "csv")
    return 0


def _file(kind: str | None, output: Path | None) -> "tuple[FileFormat, Path] | None":
    """The form of the file to write, and its path. Raises UsageError."""
    if output is None:
        return (_FILES[kind], Path(f"leadsync-stats.{kind}")) if kind in ("xlsx", "html") else None
    ending = kind or output.suffix.lower().removeprefix(".")
    if ending not in _FILES:
        raise UsageError(
            f"{output} can be a csv, xlsx, html or json file; end its name so, or say which with --format."
        )
    if (named := output.suffix.lower().removeprefix(".")) in _FILES and named != ending:
        raise UsageError(f"{output} would hold {ending}; end its name in .{ending}, or leave --format out.")
    return _FILES[ending], output


def _target(path: Path, journal: "Journal") -> Path:
    # The libraries of all files, which a table on the terminal does without, take a third of a second to load.
    from leadsync.stats.stats_file import check_target

    return check_target(path, journal)


def _write(stats: "FailureStats", kind: "FileFormat", path: Path, journal: "Journal") -> None:
    from leadsync.stats.stats_file import write_stats

    write_stats(stats, kind, path, journal)


def _put(shell: Shell, stats: "FailureStats", written: Path | None, *, as_csv: bool) -> None:
    from leadsync.report import stats_csv, stats_json

    if shell.json:
        shell.result("", stats_json(stats, written))
    elif written:
        shell.put(f"Written: {written}")
    elif as_csv:
        headings, lines = stats_csv(stats)
        shell.put(_csv([headings, *lines]))
    else:
        for line in _lines(stats):
            shell.put(line)


def _csv(lines: list[list[str]]) -> Visible:
    from leadsync.sheets.formula_escapes import escape_row

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(escape_row(line, ",") for line in lines)
    return Visible(text.getvalue().removesuffix("\n"))


def _lines(stats: "FailureStats") -> Iterator[str]:
    """The lines for a terminal."""
    from leadsync.report import stats_summary

    summary = stats_summary(stats)
    yield Visible(in_colour(one_line(summary.headline), bold=True))
    yield from summary.remarks
    for one in (summary.groups, *summary.tables):
        if one.lines:
            yield ""
            yield from ([one.title] if one.title else [])
            yield from _table_lines(one)
            yield from ([Visible(in_colour(one_line(one.note), fg="bright_black"))] if one.note else [])


def _table_lines(one: "StatsTable") -> Iterator[Visible]:
    from leadsync.stats_summary import CellKind, cell_text

    shown = [at for at, column in enumerate(one.columns) if not column.aside]
    columns = [
        Column(
            one.columns[at].heading,
            number=one.columns[at].kind in (CellKind.COUNT, CellKind.SHARE, CellKind.DURATION),
            gives_way=one.columns[at].narrow,
        )
        for at in shown
    ]
    return table(columns, ([cell_text(one.columns[at].kind, line[at]) for at in shown] for line in one.lines))
