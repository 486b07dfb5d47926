"""A plan from the question to the report: `run`, `resume` and `retry` share it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from leadsync.cli.confirmation import confirm_plan
from leadsync.cli.options import SendOptions
from leadsync.cli.run_output import put_run
from leadsync.cli.shell import Shell
from leadsync.commands import arguments
from leadsync.known_dialers import remember_dialer
from leadsync.post_run import PostRunHooks

if TYPE_CHECKING:
    from leadsync.config import Settings
    from leadsync.journal import Journal
    from leadsync.remarks import Remark
    from leadsync.run import Executed, Plan


def run_plan(
    shell: Shell,
    journal: "Journal",
    plan: "Plan",
    settings: "Settings",
    hooks: PostRunHooks,
    options: SendOptions,
    anew: "Callable[[], Plan] | None" = None,
    finish: "Callable[[Executed], Executed]" = lambda done: done,
) -> int:
    """Ask, send the plan, write its files and print the summary; return the exit code.

    If the present file is to follow an older run of it (`plan.then`), `anew` plans it at the end of that run.
    `finish` adds to the files of each run.
    """
    from leadsync.run import execute, execute_in_turn, next_time

    if plan.nothing_to_do:
        return _nothing_to_do(shell, journal, plan, hooks)
    ends = next_time(options.until, datetime.now().astimezone()) if options.until else None
    name = options.campaign or (hooks.settings or settings).campaign_of(plan.run.ids)
    if not confirm_plan(shell, journal, plan, settings, ends, name, yes=options.yes):
        return 0
    remember_dialer(journal.state, settings.url())

    def carry_out(plan: "Plan", warnings: "Sequence[Remark]") -> "Executed":
        done = execute(
            journal,
            plan,
            settings,
            shell.progress,
            shell.say,
            keep_going=options.keep_going,
            until=ends,
            warnings=warnings,
        )
        return finish(done)

    results = []
    for done in execute_in_turn(plan, carry_out, anew, shell.say):
        hooks.ended(done.run, done.tally, done.files, done.code, cause=done.sent.cause)
        results.append(done)
    done, *then = results
    if then:
        return _put_both(shell, journal, done, then[0])
    put_run(shell, journal, done.run, done.files)
    if plan.file_is_new or (plan.then is not None and not (anew and done.run.finished)):
        command = f"{shell.called} {arguments('run', plan.run.file)}"
        shell.say(f"{plan.run.file.name} holds other rows by now; send them with: {command}")
    return done.code


def _put_both(shell: Shell, journal: "Journal", done: "Executed", then: "Executed") -> int:
    """Print the summaries of the older run of a file and of the new one; return the exit code."""
    from leadsync.report import as_json

    if not shell.json:
        put_run(shell, journal, done.run, done.files)
    before = [as_json(done.run, done.tally, done.files)]
    put_run(shell, journal, then.run, then.files, before=before)
    return then.code or done.code


def _nothing_to_do(shell: Shell, journal: "Journal", plan: "Plan", hooks: PostRunHooks) -> int:
    """Name the earlier run of the same file and the next steps; return the exit code."""
    from leadsync.run import held_rows, written_files

    run = plan.run
    again = "`--fresh` sends it again."
    if journal.count_retry(run.id):
        again = f"`{shell.called} retry {run.id}` sends its failed rows again, `--fresh` all of them."
    shell.say(f"Nothing to do: run {run.id} of {run.created:%Y-%m-%d %H:%M} has sent {run.file.name}. {again}")
    for line in held_rows(plan):
        shell.say(line)
    hooks.measure(0)
    put_run(shell, journal, run, written_files(run))
    return 0
