"""The command that decides conflict and unknown rows."""

from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadsync.cli.options import A_ROW, examples
from leadsync.cli.shell import Shell, command_shell
from leadsync.commands import command
from leadsync.plurals import agreeing, counted
from leadsync.system_user import system_user

if TYPE_CHECKING:
    from leadsync.journal import Journal

MOST_ROWS_AT_ONCE = 20_000
"""The most rows of a run whose files are written with the decision; they take a third of a second."""


@click.command(epilog=examples("resolve 7f3a --row 12 --row 15 --applied"))
@click.argument("run_id", metavar="RUN")
@click.option("--row", "rows", type=A_ROW, multiple=True, required=True, help="A row's number; may be repeated.")
@click.option("--applied", is_flag=True, help="The dialer has it: the row succeeded.")
@click.option("--not-applied", is_flag=True, help="The dialer does not have it: it failed.")
@click.option("--send", is_flag=True, help="Send it: `leadsync resume` does.")
@click.option("--take-back", is_flag=True, help="Take back a decision not acted on yet.")
def resolve(run_id: str, rows: tuple[int, ...], applied: bool, not_applied: bool, send: bool, take_back: bool) -> int:
    """Decide RUN's conflict and unknown rows.

    The files of a run of more than 20,000 rows, or with an edited one not given back, are left as they were, and said
    so: `report` writes them anew.
    """
    from leadsync.run import TAKEN_BACK, decide_rows, files_to_give_back, write_files, written_files

    shell = command_shell()
    options = {"applied": applied, "not applied": not_applied, "send": send, TAKEN_BACK: take_back}
    chosen = [name for name, given in options.items() if given]
    if len(chosen) != 1:
        raise click.UsageError("Give exactly one of --applied, --not-applied, --send and --take-back.")
    [decision] = chosen
    with shell.journal() as journal:
        run = journal.run(run_id)
        # By the sheet's line numbers: counting a million rows takes a second.
        edited = files_to_give_back(journal, run)
        writes = not edited and not journal.page(run.id, after=MOST_ROWS_AT_ONCE, limit=1)
        count = decide_rows(journal, run, rows, decision, user=system_user())
        # Read anew: the decision may have changed its standing.
        run = journal.run(run.id)
        files = write_files(journal, run, shell.say) if writes else written_files(run)
        then = _next_step(shell, journal, run.id, {*rows}, decision)
    value = {"run": run.id, "decision": decision, "rows": count, "files": _paths(files), "written": writes}
    for path in edited:
        back = f"`{command('run', path)}` takes what was changed"
        shell.say(f"{path.name} was edited since leadsync wrote it, and stays as it is; {back}.")
    report = f"{shell.called} report {run.id}"
    if edited:
        shell.say(f"Only then write the files of run {run.id}, which do not have this yet: {report}")
    elif not writes:
        shell.say(f"The files of run {run.id} do not have this yet; write them with: {report}")
    shell.result(f"{counted(count, 'row')} of run {run.id}: {decision}.{f' {then}' if then else ''}", value)
    return 0


def _next_step(shell: Shell, journal: "Journal", run_id: str, rows: Collection[int], decision: str) -> str:
    """How rows go on after a decision, or an empty text. What a `send` leaves behind is said at once."""
    from leadsync.run import first_warnings, resume_step, retry_step

    if decision == "send":
        for remark in first_warnings(journal, run_id, partial(journal.leads_left, run_id, None)):
            shell.say(str(remark))
        return f"Send {agreeing(len(rows), 'it', 'them')} now: leadsync resume {run_id}"
    if decision == "not applied":
        return retry_step(journal, run_id, rows)
    return resume_step(journal, run_id) if decision == "applied" else ""


def _paths(files: dict[str, Path | None]) -> dict[str, str | None]:
    return {name: str(path) if path else None for name, path in files.items()}
