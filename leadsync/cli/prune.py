"""The command that deletes old runs."""

from datetime import timedelta

import click

from leadsync.cli.options import age_of, examples
from leadsync.cli.shell import at_terminal, command_shell
from leadsync.errors import UsageError
from leadsync.plurals import counted
from leadsync.system_user import system_user
from leadsync.terminal import visible_lines


def _age(_context: click.Context, _parameter: click.Parameter, value: str) -> timedelta:
    age = age_of(value)
    if age is None:
        raise click.BadParameter(f"{value} is no age; write days or weeks, like 90d or 12w")
    return age


@click.command(epilog=examples("prune --older-than 90d"))
@click.option("--older-than", callback=_age, required=True, metavar="AGE", help="Such as 90d or 12w.")
@click.option("--undecided", is_flag=True, help="Also runs with rows waiting for a person's decision.")
@click.option("--yes", is_flag=True, help="Do not ask before deleting.")
def prune(older_than: timedelta, undecided: bool, yes: bool) -> int:
    """Forget old runs, rows and all, and give their space back."""
    from leadsync.journal import deletable

    shell = command_shell()
    if not (yes or at_terminal()):
        raise UsageError("Nobody can be options here before runs are deleted; say so with --yes. Nothing was deleted.")
    with shell.journal() as journal:
        before = journal.now() - older_than
        old = [run for group in deletable(journal.old_runs(before), undecided=undecided) for run in group]
        if old and not yes and not shell.confirm(f"Forget {counted(len(old), 'run')} from before {before:%Y-%m-%d}?"):
            shell.say("Nothing was deleted.")
            return 0
        pruned = journal.prune(before, undecided=undecided)
        journal.add_audit("prune", system_user(), runs=len(pruned.runs), rows=pruned.rows)
    what = f"{counted(len(pruned.runs), 'run')} with {counted(pruned.rows, 'row')}"
    lines = [f"Forgot {what} from before {before:%Y-%m-%d}; {pruned.bytes / 1e6:,.1f} MB given back."]
    for kept, why in (
        (pruned.unfinished, "not finished"),
        (pruned.undecided, "with rows that wait for a person"),
        (pruned.busy, "that another leadsync is at"),
        (pruned.needed, "without which rows of a kept run could be sent twice"),
    ):
        if kept:
            listed = ", ".join(kept[:5]) + (", …" if len(kept) > 5 else "")
            lines.append(f"Kept {counted(len(kept), 'run')} {why}: {listed}")
    value = {
        "before": before.isoformat(timespec="seconds"),
        "runs": pruned.runs,
        "rows": pruned.rows,
        "bytes": pruned.bytes,
        "unfinished": pruned.unfinished,
        "undecided": pruned.undecided,
        "busy": pruned.busy,
        "needed": pruned.needed,
    }
    shell.result(visible_lines(lines), value)
    return 0
