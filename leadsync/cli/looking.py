"""The commands that look at what was done: runs, show, report."""

from dataclasses import replace
from pathlib import Path

import click

from leadsync.cli.shell import current_shell, set_up_log
from leadsync.models import FileKind, RunRecord


@click.command()
def runs() -> int:
    """List the runs, the newest first."""
    shell = current_shell()
    set_up_log(shell)
    with shell.journal() as journal:
        listed = journal.tallies()
    lines = []
    for run, tally in listed:
        counts = ", ".join(f"{count:,} {status}" for status, count in tally.statuses.items())
        lines.append(f"{run.id}  {_standing(run):<12} {run.file.name}: {counts or 'no rows'}")
    value = [
        {
            "run": run.id,
            "file": str(run.file),
            "finished": run.finished,
            "stopped": run.stopped or None,
            "rows": tally.rows,
            "statuses": {status.value: count for status, count in tally.statuses.items()},
        }
        for run, tally in listed
    ]
    shell.result("\n".join(lines) or "There are no runs yet.", {"runs": value})
    return 0


@click.command()
@click.argument("run_id", metavar="RUN")
def show(run_id: str) -> int:
    """Show one run."""
    from leadsync.report import as_json, as_text
    from leadsync.run import written_files

    shell = current_shell()
    set_up_log(shell)
    with shell.journal() as journal:
        run = journal.run(run_id)
        tally = journal.tally(run.id)
    files = written_files(run)
    shell.result(as_text(run, tally, files), as_json(run, tally, files))
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
        run = replace(run, output=(output or run.output).absolute(), kind=kind or run.kind)
        check_output(run.output)
        files = write_files(journal, run)
        tally = journal.tally(run.id)
    shell.result(as_text(run, tally, files), as_json(run, tally, files))
    return 0


def _standing(run: RunRecord) -> str:
    if run.finished:
        return "finished"
    return "stopped" if run.stopped else "not finished"
