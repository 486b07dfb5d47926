"""The command that shows a run, its rows, or the history of a lead."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import click

from leadsync.cli.columns import Column, table
from leadsync.cli.options import A_CODE, examples
from leadsync.cli.run_output import put_run
from leadsync.cli.shell import Shell, command_shell
from leadsync.models import RowRecord, RunRecord, Status

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


@click.command(epilog=examples("show 7f3a --status failed", "show --lead 00123"))
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option("--rows", "every_row", is_flag=True, help="List the run's rows.")
@click.option(
    "--status", "statuses", type=click.Choice(_STATUSES), multiple=True, help="List rows of this status; repeatable."
)
@click.option("--code", "codes", type=A_CODE, multiple=True, help="List rows with this result code; repeatable.")
@click.option("--lead", help="List a lead's rows in all runs, newest first; RUN may be left out.")
def show(
    run_id: str | None, every_row: bool, statuses: tuple[str, ...], codes: tuple[int, ...], lead: str | None
) -> int:
    """Show RUN, or the newest, its rows, or the history of a lead."""
    shell = command_shell()
    rows = _RowFilter(frozenset(map(Status, statuses)), frozenset(codes))
    with shell.journal() as journal:
        if lead is not None:
            return _show_lead(shell, journal, lead, rows)
        run = journal.run(run_id) if run_id is not None else next((one for one in journal.runs() if one.complete), None)
        if run is None:
            raise click.UsageError("There is no run yet; `leadsync run FILE` makes one.")
        return _show_run(shell, journal, run, rows, listing=every_row or rows.narrows)


class _RowFilter:
    """The rows to list, by status and result code."""

    def __init__(self, statuses: frozenset[Status], codes: frozenset[int]) -> None:
        self.statuses = statuses
        self._codes = codes
        self.narrows = bool(statuses or codes)

    def among(self, records: Iterable[RowRecord]) -> Iterator[RowRecord]:
        return (record for record in records if self.takes(record))

    def takes(self, record: RowRecord) -> bool:
        return (not self.statuses or record.status in self.statuses) and (not self._codes or record.code in self._codes)


def _show_run(shell: Shell, journal: "Journal", run: RunRecord, rows: _RowFilter, *, listing: bool) -> int:
    from leadsync.report import StandingKind, as_json, live_json, standing_words
    from leadsync.run import with_present_reasons, written_files
    from leadsync.web.run_standings import RunStandings

    now = RunStandings(journal)
    live, holder, standing = now.live.get(run.id), journal.holders().get(run.id), now.of(run)
    doing = standing_words(standing, live, now.now, holder)
    if standing.is_under_way and (by := journal.senders([run.id]).get(run.id)):
        doing += f"; begun by {by}"
    if standing.is_under_way and (listing or shell.json):
        shell.say(f"Run {run.id}: {doing}.")
    also: dict[str, Any] = ({"live": live_json(live)} if live else {}) | ({"holder": asdict(holder)} if holder else {})
    if standing.kind is StandingKind.QUEUED:
        also["queued"] = True
    files = written_files(run)
    if not listing:
        put_run(shell, journal, run, files, also=also, standing=standing, doing=doing)
        return 0
    found = ((run.id, record) for record in rows.among(journal.records(run.id, rows.statuses or None)))
    records = (record for _, record in with_present_reasons(journal, found))
    if shell.json:
        listed = [_as_json(record) for record in records]
        shell.result("", {**as_json(run, journal.tally(run.id), files), **also, "listed": listed})
        return 0
    _list(shell, _ROW_COLUMNS, (_cells(record) for record in records), f"Run {run.id} has no such rows.")
    return 0


def _show_lead(shell: Shell, journal: "Journal", lead: str, rows: _RowFilter) -> int:
    from leadsync.run import with_present_reasons

    taken = ((run_id, record) for run_id, record in journal.history().lead(lead) if rows.takes(record))
    found = with_present_reasons(journal, taken, [lead])
    if shell.json:
        shell.result("", {"lead": lead, "listed": [{"run": run_id, **_as_json(record)} for run_id, record in found]})
        return 0
    lines = ((run_id, *_cells(record), _sent(record)) for run_id, record in found)
    columns = (Column("run"), *_ROW_COLUMNS, Column("to be set", gives_way=True))
    _list(shell, columns, lines, f"No run has such a row of lead {lead}; ids are told apart by every character.")
    return 0


def _list(shell: Shell, columns: Iterable[Column], lines: Iterator[tuple[str, ...]], otherwise: str) -> None:
    """Print a table line by line; a run may have a million rows."""
    # One line is read ahead: an empty table gets a sentence instead of headings.
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
