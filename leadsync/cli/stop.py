"""The command that stops a run sent by another process."""

import click

from leadsync.cli.options import examples
from leadsync.cli.shell import command_shell
from leadsync.system_user import system_user


@click.command(epilog=examples("stop 7f3a"))
@click.argument("run_id", metavar="RUN")
def stop(run_id: str) -> int:
    """Stop RUN, which another process sends; `resume` goes on.

    Requests under way get their answers, and the files are written, as after Ctrl-C there.
    """
    shell = command_shell()
    with shell.journal() as journal:
        run = journal.run(run_id)
        is_sent = not journal.settle_if_dead(run.id) and journal.ask_to_stop(run.id, system_user())
        # One that waits for a worker is sent by none any more.
        asked = journal.unqueue(run.id) or is_sent
        if asked:
            journal.add_audit("stop", system_user(), run.id)
    later = f"go on later with: {shell.called} {run.resume_command}"
    words = (
        f"Run {run.id} stops once its requests under way are answered; {later}"
        if is_sent
        else f"Run {run.id} was taken off the queue, and no worker sends it; {later}"
        if asked
        else f"Run {run.id} is not being sent; there is nothing to stop."
    )
    shell.result(words, {"run": run.id, "asked": asked})
    return 0
