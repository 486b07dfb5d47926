"""The command to go on with a stopped run."""

from functools import partial
from typing import TYPE_CHECKING

import click

from leadsync.cli.earlier_run import earlier_run, no_run
from leadsync.cli.options import SendOptions, examples, send_options
from leadsync.cli.plan_runner import run_plan
from leadsync.cli.shell import command_shell
from leadsync.models import RunRecord

if TYPE_CHECKING:
    from leadsync.journal import Journal


@click.command(epilog=examples("resume", "resume 7f3a --until 08:00"))
@click.argument("run_id", metavar="[RUN]", required=False)
@send_options
def resume(run_id: str | None, options: SendOptions) -> int:
    """Go on with a run that stopped: RUN, or the newest."""
    from leadsync.run import plan_resume

    shell = command_shell()
    with shell.sound_journal() as journal:
        stopped = journal.run(run_id) if run_id else next(filter(partial(_can_go_on, journal), journal.runs()), None)
        if stopped is None:
            return no_run(shell, "There is no run to go on with.")
        with earlier_run(shell, stopped, options) as (hooks, settings):
            plan = partial(plan_resume, journal, stopped.id, settings, options.for_run(), with_earlier=run_id is None)
            return run_plan(shell, journal, plan(), settings, hooks, options, anew=plan)


def _can_go_on(journal: "Journal", run: RunRecord) -> bool:
    """Whether a confirmed run has rows left to send; a trial has, too."""
    if not run.complete:
        return False
    return not run.finished or (run.last_row is not None and journal.has_more(run.id))
