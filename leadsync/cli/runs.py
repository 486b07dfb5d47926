"""The command that lists runs."""

import dataclasses
from collections.abc import Mapping

import click

from leadsync.cli.columns import Column, table
from leadsync.cli.options import examples
from leadsync.cli.shell import command_shell
from leadsync.models import RunRecord, Status
from leadsync.tallies import Holder, Tally
from leadsync.terminal import Visible

_COLUMNS = (
    Column("run"),
    Column("standing"),
    Column("file", gives_way=True),
    Column("rows", number=True),
    Column("ended", gives_way=True),
)


@click.command(epilog=examples("runs", "runs 20261123  # those of one day"))
@click.argument("run_id", metavar="[RUN]", required=False)
def runs(run_id: str | None) -> int:
    """List the runs, newest first.

    RUN, any part of an id, lists matching runs only.
    """
    from leadsync.report import live_json, live_words

    shell = command_shell()
    with shell.journal() as journal:
        sending = {run.id for run in journal.runs() if not run.finished and not journal.settle_if_dead(run.id)}
        queued = {run.id for run in journal.runs() if not run.finished and journal.queued(run.id)}
        live, holders, now = journal.live(), journal.holders(), journal.now()
        listed = [(run, tally) for run, tally in journal.tallies() if (run_id or "") in run.id]

    def standing(run: RunRecord, tally: Tally) -> str:
        if run.id in live and not run.finished and not (live[run.id].lost and (run.is_held or run.id in queued)):
            return live_words(live[run.id], now, holders.get(run.id))
        if run.id in queued and run.id not in sending and not run.is_held:
            return "queued, waits for a worker"
        return _standing(run, tally, run.id in sending, holders.get(run.id))

    lines = (
        (run.id, standing(run, tally), run.file.name, f"{tally.rows:,}", _counts(tally.statuses))
        for run, tally in listed
    )
    value = [
        {
            "run": run.id,
            "file": str(run.file),
            "draft": not run.complete,
            "finished": run.finished,
            "stopped": run.stopped or None,
            "live": live_json(live[run.id]) if run.id in live else None,
            "holder": dataclasses.asdict(holders[run.id]) if run.id in holders else None,
            "rows": tally.rows,
            "statuses": {status.value: count for status, count in tally.statuses.items()},
        }
        for run, tally in listed
    ]
    shell.result(
        Visible("\n".join(table(_COLUMNS, lines)))
        if listed
        else "There are no such runs."
        if run_id
        else "There are no runs yet.",
        {"runs": value},
    )
    return 0


def _counts(statuses: Mapping[Status, int]) -> str:
    return ", ".join(f"{statuses[status]:,} {status}" for status in Status if statuses.get(status)) or "no rows"


def _standing(run: RunRecord, tally: Tally, sending: bool, holder: Holder | None) -> str:
    if not run.complete:
        return "draft, not sent"
    if sending:
        return f"being sent on {holder}" if holder else "being sent"
    if run.finished:
        return f"trial, {tally.beyond:,} left" if tally.beyond else "finished"
    if run.is_held:
        return "held, the journal was restored"
    return "stopped" if run.stopped else "not finished"
