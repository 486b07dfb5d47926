"""The command that sends a file."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadsync.cli.options import (
    A_PATH,
    SendOptions,
    examples,
    insert_only_option,
    mark_option,
    reading_options,
    send_options,
)
from leadsync.cli.plan_runner import run_plan
from leadsync.cli.shell import command_shell
from leadsync.file_names import is_uploaded
from leadsync.input_file import input_file
from leadsync.models import Status
from leadsync.post_run import post_run_hooks

if TYPE_CHECKING:
    from leadsync.journal import Journal
    from leadsync.run import Executed, Plan


@click.command(epilog=examples("run leads.xlsx", "run leads.csv --limit 5  # a trial"))
@click.argument("file", type=A_PATH)
@reading_options
@click.option("--fresh", is_flag=True, help="Start anew: send all rows, and end the stopped runs of this file.")
@insert_only_option
@click.option("--skip-unchanged", is_flag=True, help="Skip rows equal to the last ones sent for their leads.")
@mark_option
@send_options
def run(
    file: Path,
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
    fresh: bool,
    insert_only: bool,
    skip_unchanged: bool,
    mark: bool,
    options: SendOptions,
) -> int:
    """Synchronise FILE: send its rows, then write the report. `-` is standard input."""
    from leadsync.run import mark_outcomes, plan_run, ready_to_send, remarks_before

    shell = command_shell()
    if options.insert_missing and insert_only:
        raise click.UsageError("--insert-missing and --insert-only exclude each other.")
    with post_run_hooks(shell, file.absolute(), options.metrics_file) as hooks:
        hooks.settings = shell.settings()
        settings = ready_to_send(hooks.settings.for_campaign(options.campaign), options.output)
        with input_file(file) as (named, content), shell.sound_journal() as journal:
            chosen = replace(
                options.for_run(insert_only=insert_only),
                sheet=sheet,
                encoding=encoding,
                delimiter=delimiter,
                content=content,
                fresh=fresh,
                skip_unchanged=skip_unchanged,
            )
            before = remarks_before(content, named.name) if mark else ()

            def plan(fresh: bool = fresh) -> "Plan":
                planned = plan_run(journal, named, settings, replace(chosen, fresh=fresh), journal.now())
                return replace(planned, remarks=(*planned.remarks, *before))

            def finish(done: "Executed") -> "Executed":
                if not mark:
                    return done
                marked = mark_outcomes(journal, done.run, content, settings, journal.now(), shell.say)
                return replace(done, files={**done.files, **marked})

            planned, anew = plan(), plan
            if planned.nothing_to_do and not options.yes and shell.wants(_sent_already(journal, named.name, planned)):
                anew = partial(plan, fresh=True)
                planned = anew()
            return run_plan(shell, journal, planned, settings, hooks, options, anew, finish)


def _sent_already(journal: "Journal", name: str, planned: "Plan") -> str:
    """The question about a file sent before."""
    from leadsync.run import origin_of

    run = planned.run
    where = f" {origin_of(journal, run)}" if is_uploaded(run.file) else ""
    done = journal.tally(run.id).statuses.get(Status.SUCCEEDED, 0)
    return (
        f"{name} was sent already by run {run.id}{where} on {run.created:%Y-%m-%d %H:%M}, and {done:,} of its rows "
        "went through; send it all again?"
    )
