"""The commands that look at what was done: runs, show, request, report."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadsync.cli.columns import Column, coloured_summary, table
from leadsync.cli.shell import Shell, current_shell, set_up_log
from leadsync.errors import SettingsError, UsageError
from leadsync.models import FileKind, Lead, RowRecord, RunRecord, Status, Tally
from leadsync.terminal import Visible

if TYPE_CHECKING:
    from leadsync.journal import Journal

_STATUSES = [status.value for status in Status]
_ROW_COLUMNS = (
    Column("row", number=True),
    Column("lead"),
    Column("status"),
    Column("code", number=True),
    Column("time"),
    Column("message", gives_way=True),
)


@click.command()
@click.argument("run_id", metavar="[RUN]", required=False)
def runs(run_id: str | None) -> int:
    """List the runs, the newest first; with RUN, any part of an id, those that have it."""
    shell = current_shell()
    set_up_log(shell)
    with shell.journal() as journal:
        sending = {run.id for run in journal.runs() if not run.finished and not journal.settle_if_dead(run.id)}
        listed = [(run, tally) for run, tally in journal.tallies() if (run_id or "") in run.id]
    columns = (
        Column("run"),
        Column("standing"),
        Column("file", gives_way=True),
        Column("rows", number=True),
        Column("ended", gives_way=True),
    )
    lines = (
        (run.id, _standing(run, tally, run.id in sending), run.file.name, f"{tally.rows:,}", _counts(tally.statuses))
        for run, tally in listed
    )
    value = [
        {
            "run": run.id,
            "file": str(run.file),
            "draft": not run.complete,
            "finished": run.finished,
            "stopped": run.stopped or None,
            "rows": tally.rows,
            "statuses": {status.value: count for status, count in tally.statuses.items()},
        }
        for run, tally in listed
    ]
    shell.result(
        Visible("\n".join(table(columns, lines)))
        if listed
        else "There are no such runs."
        if run_id
        else "There are no runs yet.",
        {"runs": value},
    )
    return 0


@click.command()
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option("--rows", "every_row", is_flag=True, help="List the run's rows.")
@click.option(
    "--status", "statuses", type=click.Choice(_STATUSES), multiple=True, help="List rows of this status; repeatable."
)
@click.option("--code", "codes", type=int, multiple=True, help="List rows with this result code; repeatable.")
@click.option("--lead", help="List what became of a lead in all runs, the newest first; RUN may be left out.")
def show(
    run_id: str | None, every_row: bool, statuses: tuple[str, ...], codes: tuple[int, ...], lead: str | None
) -> int:
    """Show one run, its rows, or the history of a lead."""
    shell = current_shell()
    set_up_log(shell)
    wanted = _Wanted(frozenset(map(Status, statuses)), frozenset(codes))
    with shell.journal() as journal:
        if lead is not None:
            return _show_lead(shell, journal, lead, wanted)
        if run_id is None:
            raise click.UsageError("Say which RUN to show, or name a lead with --lead; `leadsync runs` lists the runs.")
        return _show_run(shell, journal, journal.run(run_id), wanted, listing=every_row or wanted.narrows)


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--row", "number", type=int, required=True, help="The row's number in the sheet.")
def request(run_id: str, number: int) -> int:
    """Print what was sent for a row as a curl command, without the API key."""
    from leadsync.dialer import KEY_VARIABLE, curl_command, lead_request
    from leadsync.report import message

    shell = current_shell()
    set_up_log(shell)
    with shell.journal() as journal:
        run = journal.run(run_id)
        record = next(journal.history().record(run.id, number), None)
    if record is None:
        raise UsageError(f"Run {run.id} has no row {number}; `leadsync show {run.id} --rows` lists those it has.")
    if not record.lead or not record.fields:
        raise UsageError(f"Nothing was sent for row {number} of run {run.id}: {message(record)}")
    lead = Lead(record.lead, record.fields)
    address, headers, _ = lead_request(run.dialer, run.ids, lead)
    shell.say(
        "Running this sends the row again, and the dialer does again what its disposition sets off."
        if record.attempts
        else f"This row was not sent ({message(record) or 'not yet'}); this is what would be."
    )
    shell.result(
        Visible(command := curl_command(run.dialer, run.ids, lead, _key_in_shell(shell))),
        {
            "run": run.id,
            "row": number,
            "lead": record.lead,
            "sent": record.attempts > 0,
            "method": "POST",
            "url": f"{address}${KEY_VARIABLE}",
            "headers": dict(headers),
            "body": dict(record.fields),
            "curl": command,
        },
    )
    return 0


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="The folder for the files.")
@click.option("--format", "kind", type=click.Choice(["csv", "xlsx"]), help="How the files are written.")
def report(run_id: str, output: Path | None, kind: FileKind | None) -> int:
    """Write a run's files again."""
    from leadsync.report import as_json, as_text
    from leadsync.run import check_output, write_files

    shell = current_shell()
    set_up_log(shell)
    with shell.journal() as journal:
        run = journal.run(run_id)
        if not journal.settle_if_dead(run.id):
            shell.say(
                f"! {_being_sent(run)}: rows whose requests are under way stand as unknown until they are answered."
            )
        run = replace(run, output=output.resolve() if output else run.output, kind=kind or run.kind)
        check_output(run.output)
        files = write_files(journal, run, shell.say)
        tally = journal.tally(run.id)
        text = as_text(run, tally, files, called=shell.called, moved_to=journal.moved_to(run.id))
    shell.result(coloured_summary(text), as_json(run, tally, files))
    return 0


def _key_in_shell(shell: Shell) -> str:
    """The API key as a word of a POSIX shell, from where the settings keep it.

    Nothing is sent here: settings that are gone or wrong are no error, and the usual variable stands for the key.
    A path that leads nowhere may be the key itself.
    """
    from leadsync.dialer import KEY_VARIABLE, key_of_command, key_of_variable
    from leadsync.settings_files import KEYRING_USER

    try:
        server = shell.settings().server
    except SettingsError:
        return key_of_variable(KEY_VARIABLE)
    if server.api_key_file:
        file = Path(server.api_key_file).expanduser().absolute()
        return key_of_command("cat", str(file)) if os.path.lexists(file) else key_of_variable(KEY_VARIABLE)
    if server.api_key_keyring:
        return key_of_command(sys.executable, "-m", "keyring", "get", server.api_key_keyring, KEYRING_USER)
    return key_of_variable(server.api_key_env)


class _Wanted:
    """Which rows are to be listed."""

    def __init__(self, statuses: frozenset[Status], codes: frozenset[int]) -> None:
        self.statuses = statuses
        self._codes = codes
        self.narrows = bool(statuses or codes)

    def among(self, records: Iterable[RowRecord]) -> Iterator[RowRecord]:
        return (record for record in records if self.takes(record))

    def takes(self, record: RowRecord) -> bool:
        return (not self.statuses or record.status in self.statuses) and (not self._codes or record.code in self._codes)


def _show_run(shell: Shell, journal: "Journal", run: RunRecord, wanted: _Wanted, *, listing: bool) -> int:
    from leadsync.report import as_json, as_text
    from leadsync.run import written_files

    if not journal.settle_if_dead(run.id):
        shell.say(f"{_being_sent(run)}.")
    tally = journal.tally(run.id)
    files = written_files(run)
    value = as_json(run, tally, files)
    if not listing:
        moved_to = journal.moved_to(run.id)
        shell.result(coloured_summary(as_text(run, tally, files, called=shell.called, moved_to=moved_to)), value)
        return 0
    records = wanted.among(journal.records(run.id, wanted.statuses or None))
    if shell.json:
        shell.result("", {**value, "listed": [_as_json(record) for record in records]})
        return 0
    _list(shell, _ROW_COLUMNS, (_cells(record) for record in records), f"Run {run.id} has no such rows.")
    return 0


def _show_lead(shell: Shell, journal: "Journal", lead: str, wanted: _Wanted) -> int:
    found = ((run_id, record) for run_id, record in journal.history().lead(lead) if wanted.takes(record))
    if shell.json:
        shell.result("", {"lead": lead, "listed": [{"run": run_id, **_as_json(record)} for run_id, record in found]})
        return 0
    lines = ((run_id, *_cells(record), _sent(record)) for run_id, record in found)
    columns = (Column("run"), *_ROW_COLUMNS, Column("to be set", gives_way=True))
    _list(shell, columns, lines, f"No run has such a row of lead {lead}; ids are told apart by every character.")
    return 0


def _list(shell: Shell, columns: Iterable[Column], lines: Iterator[tuple[str, ...]], otherwise: str) -> None:
    """Print a table line by line; a run may have a million rows."""
    first = list(islice(lines, 1))
    if not first:
        shell.result(otherwise, None)
        return
    for line in table(tuple(columns), chain(first, lines)):
        shell.put(line)


def _cells(record: RowRecord) -> tuple[str, ...]:
    from leadsync.report import message

    return (
        str(record.number),
        record.lead,
        record.status.value,
        "" if record.code is None else str(record.code),
        "" if record.time is None else f"{record.time:%Y-%m-%d %H:%M:%S}",
        message(record),
    )


def _sent(record: RowRecord) -> str:
    return ", ".join(f"{field} {value}" for field, value in record.fields.items())


def _as_json(record: RowRecord) -> dict[str, Any]:
    from leadsync.report import message

    return {
        "row": record.number,
        "lead": record.lead,
        "status": record.status.value,
        "code": record.code,
        "name": record.name,
        "message": message(record),
        "attempts": record.attempts,
        "time": None if record.time is None else record.time.isoformat(timespec="seconds"),
        "fields": dict(record.fields),
    }


def _counts(statuses: Mapping[Status, int]) -> str:
    return ", ".join(f"{statuses[status]:,} {status}" for status in Status if statuses.get(status)) or "no rows"


def _being_sent(run: RunRecord) -> str:
    return f"Run {run.id} is being sent by another leadsync just now"


def _standing(run: RunRecord, tally: Tally, sending: bool) -> str:
    if not run.complete:
        return "draft"
    if sending:
        return "being sent"
    if run.finished:
        return f"trial, {tally.beyond:,} left" if tally.beyond else "finished"
    return "stopped" if run.stopped else "not finished"
