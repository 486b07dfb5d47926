"""The command that sends failed and unsent rows again."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from leadsync.cli.earlier_run import earlier_run, no_run
from leadsync.cli.options import SendOptions, examples, send_options
from leadsync.cli.plan_runner import run_plan
from leadsync.cli.run_output import put_run
from leadsync.cli.shell import command_shell
from leadsync.models import RunRecord, Status
from leadsync.plurals import counted

if TYPE_CHECKING:
    from leadsync.journal import Journal
    from leadsync.run import Plan


@click.command(epilog=examples("retry", "retry 7f3a"))
@click.argument("run_id", metavar="[RUN]", required=False)
@send_options
def retry(run_id: str | None, options: SendOptions) -> int:
    """Send failed and unsent rows of a run again.

    They go as a new run. Without RUN, it is the newest run's rows.
    """
    from leadsync.run import held_rows, plan_retry, written_files

    shell = command_shell()
    with shell.sound_journal() as journal:
        before = (
            journal.run(run_id) if run_id is not None else next((run for run in journal.runs() if run.complete), None)
        )
        if before is None:
            return no_run(shell, "There is no run to send again.")
        with earlier_run(shell, journal, before, options) as (hooks, settings):
            wanted = replace(options.for_run(), place_named=bool(shell.dialer or options.campaign))

            def planned() -> "Plan":
                return plan_retry(journal, before.id, settings, wanted, journal.now())

            plan = planned()
            if plan.nothing_to_do:
                for remark in plan.remarks:
                    shell.say(str(remark))
                shell.say(_nothing_to_retry(journal, before, held_rows(plan)))
                hooks.measure(0)
                also = {"warnings": [*before.warnings, *map(str, plan.remarks)]}
                put_run(shell, journal, before, written_files(before), also=also, is_past=True)
                return 0
            for words in _waiting_rows(journal, before):
                shell.say(words)
            return run_plan(shell, journal, plan, settings, hooks, options, planned)


def _nothing_to_retry(journal: "Journal", run: RunRecord, waiting: Iterable[str]) -> str:
    """The message for a run without rows to send again, with the next steps for its other rows."""
    from leadsync.run import corrected_rows_left, overtaken_words, waiting_step

    why = overtaken_words(journal, run.id) or f"no row of run {run.id} that failed or is unsent can go again"
    says = [f"Nothing to do: {why}."]
    if later := journal.lineage(run.id):
        says.append(f"Run {later[-1]} has had rows of it since.")
    left = (*corrected_rows_left(journal, run.id), *waiting_step(journal, run))
    return " ".join([*says, *waiting, *left, *_waiting_rows(journal, run)])


def _waiting_rows(journal: "Journal", run: RunRecord) -> list[str]:
    """The sentences about rows of a run that wait for a person."""
    from leadsync.run import overtaken_rows, written_files

    statuses, files, says = journal.tally(run.id).statuses, written_files(run), []
    overtaken = sum(row.status is Status.REJECTED for row in overtaken_rows(journal, run.id))
    rejected = statuses.get(Status.REJECTED, 0) - overtaken
    if journal.moved_to(run.id) is None and rejected:
        file = files["retry"] or f"the retry file, which `leadsync report {run.id}` writes"
        rows = counted(rejected, "rejected row is", "rejected rows are")
        says.append(f"{rows} to be corrected in {file}, which then goes to `leadsync run`.")
    if undecided := sum(statuses.get(status, 0) for status in (Status.CONFLICT, Status.UNKNOWN)):
        file = files["review"] or f"the review file, which `leadsync report {run.id}` writes"
        rows = counted(undecided, "undecided row is", "undecided rows are")
        says.append(f"{rows} to be decided in {file}, or with `leadsync resolve {run.id}`.")
    return says
