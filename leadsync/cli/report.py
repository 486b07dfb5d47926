"""The command that writes the files of a run again."""

from dataclasses import replace
from pathlib import Path

import click

from leadsync.cli.options import A_FOLDER, examples, format_option, mark_option
from leadsync.cli.run_output import being_sent, put_run
from leadsync.cli.shell import command_shell
from leadsync.input_file import input_file
from leadsync.models import FileKind
from leadsync.private_files import is_file
from leadsync.remarks import Remark


@click.command(epilog=examples("report 7f3a --format xlsx", "report 7f3a --mark  # in a copy of the workbook"))
@click.argument("run_id", metavar="RUN")
@click.option("--output", type=A_FOLDER, help="The folder for the files.")
@format_option
@mark_option
def report(run_id: str, output: Path | None, kind: FileKind | None, mark: bool) -> int:
    """Write the files of a run again."""
    from leadsync.run import check_output, mark_outcomes, write_files
    from leadsync.web.run_standings import RunStandings

    shell = command_shell()
    with shell.journal() as journal:
        run = journal.run(run_id)
        if not journal.settle_if_dead(run.id):
            words = f"{being_sent(run)}: rows whose requests are under way stand as unknown until they are answered."
            shell.say(str(Remark(words, loud=True)))
        run = replace(run, output=output.resolve() if output else run.output, kind=kind or run.kind)
        check_output(run.output)
        files = write_files(journal, run, shell.say)
        if mark and not is_file(run.file):
            shell.say(f"The workbook is not marked, because {run.file} is not there any more.")
        elif mark:
            with input_file(run.file) as (_, content):
                marked = mark_outcomes(journal, run, content, shell.settings(), journal.now(), shell.say)
            files = {**files, **marked}
        standing = RunStandings(journal).of(run) if not run.complete else None
        put_run(shell, journal, run, files, standing=standing)
    return 0
