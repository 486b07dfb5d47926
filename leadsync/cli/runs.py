"""The command that lists runs."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import click

from leadsync.cli.columns import Column, table
from leadsync.cli.options import examples
from leadsync.cli.shell import command_shell
from leadsync.models import RunRecord, Status
from leadsync.tallies import Tally
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
    from leadsync.report import StandingKind, live_json, standing_words
    from leadsync.web.run_standings import RunStandings

    shell = command_shell()
    with shell.journal() as journal:
        now = RunStandings(journal)
        live, holders = now.live, journal.holders()
        listed = [(run, tally) for run, tally in journal.tallies() if (run_id or "") in run.id]
        standings = {run.id: now.of(run, tally.beyond) for run, tally in listed}

    def standing(run: RunRecord, tally: Tally) -> str:
        words = standing_words(standings[run.id], live.get(run.id), now.now, holders.get(run.id))
        return f"{words}, {tally.beyond:,} left" if standings[run.id].kind is StandingKind.TRIAL else words

    lines = (
        (run.id, standing(run, tally), run.file.name, f"{tally.rows:,}", _counts(tally.statuses))
        for run, tally in listed
    )
    value = [
        {
            **_as_json(run, tally),
            "draft": standings[run.id].kind is StandingKind.DRAFT,
            "queued": standings[run.id].kind is StandingKind.QUEUED,
            "live": live_json(live[run.id]) if run.id in live else None,
            "holder": dataclasses.asdict(holders[run.id]) if run.id in holders else None,
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


def _as_json(run: RunRecord, tally: Tally) -> dict[str, Any]:
    return {
        "run": run.id,
        "file": str(run.file),
        "finished": run.finished,
        "stopped": run.stopped or None,
        "rows": tally.rows,
        "statuses": {status.value: count for status, count in tally.statuses.items()},
    }


def _counts(statuses: Mapping[Status, int]) -> str:
    return ", ".join(f"{statuses[status]:,} {status}" for status in Status if statuses.get(status)) or "no rows"
