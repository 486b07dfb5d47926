"""The command to go on with a stopped run."""

from functools import partial
from typing import TYPE_CHECKING

import click

from leadsync.cli.earlier_run import earlier_run, no_run
from leadsync.cli.options import SendOptions, examples, send_options
from leadsync.cli.plan_runner import run_plan
from leadsync.cli.shell import Shell, command_shell
from leadsync.errors import UsageError
from leadsync.models import RunRecord
from leadsync.plurals import agreeing, counted
from leadsync.system_user import system_user

if TYPE_CHECKING:
    from leadsync.journal import Journal


@click.command(epilog=examples("resume", "resume 7f3a --until 08:00"))
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option(
    "--after-restore",
    is_flag=True,
    help="The journal was restored from a copy: rows of RUN without an outcome may have been sent, and are in doubt.",
)
@send_options
def resume(run_id: str | None, after_restore: bool, options: SendOptions) -> int:
    """Go on with a run that stopped: RUN, or the newest."""
    from leadsync.run import plan_resume

    shell = command_shell()
    if after_restore and run_id is None:
        raise UsageError("Name the run: leadsync resume RUN --after-restore; `leadsync runs` lists the runs.")
    with shell.sound_journal() as journal:
        newest = filter(partial(_can_go_on, journal), journal.runs())
        stopped = journal.run(run_id) if run_id is not None else next(newest, None)
        if stopped is None:
            return no_run(shell, f"There is no run to go on with.{_waiting(shell)}")
        with earlier_run(shell, journal, stopped, options) as (hooks, settings):
            if after_restore:
                _put_in_doubt(shell, journal, stopped)
            plan = partial(plan_resume, journal, stopped.id, settings, options.for_run(), with_earlier=run_id is None)
            return run_plan(shell, journal, plan(), settings, hooks, options, plan)


def _put_in_doubt(shell: Shell, journal: "Journal", run: RunRecord) -> None:
    """Put the rows that may have been sent in doubt, and say how many."""
    journal.hold(run.id)
    count = journal.put_in_doubt(run.id)
    journal.add_audit("after_restore", system_user(), run.id, rows=count)
    shell.say(
        f"{counted(count, 'row')} of run {run.id} may have been sent in the time that the journal has lost, and "
        f"{agreeing(count, 'is', 'are')} in doubt. Those that set no disposition are sent by themselves; a person "
        f"decides on the others: `{shell.called} resolve {run.id}`."
    )


def _waiting(shell: Shell) -> str:
    """The words about sheets that wait for their turn on the page; empty if none does."""
    from leadsync.web.places import Places

    if not (count := len(Places(shell.state_folder()).all())):
        return ""
    waits = counted(count, "sheet waits for its turn", "sheets wait for their turn")
    them = agreeing(count, "it", "them")
    return f" {waits} on the page; if that is not running, `{shell.called} web` goes on with {them}."


def _can_go_on(journal: "Journal", run: RunRecord) -> bool:
    """Whether a confirmed run has rows left to send; a trial has, too."""
    if not run.complete:
        return False
    return not run.finished or (run.last_row is not None and journal.has_more(run.id))
