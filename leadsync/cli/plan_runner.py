"""A plan from the question to the report: `run`, `resume` and `retry` share it."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from leadsync.cli.confirmation import confirm_plan
from leadsync.cli.options import SendOptions
from leadsync.cli.run_output import put_run
from leadsync.cli.shell import Shell, last_words
from leadsync.commands import command
from leadsync.file_names import is_uploaded
from leadsync.known_dialers import remember_dialer
from leadsync.models import RunRecord, Status
from leadsync.plurals import agreeing, counted
from leadsync.post_run import PostRunHooks

if TYPE_CHECKING:
    from leadsync.config import Settings
    from leadsync.journal import Journal
    from leadsync.remarks import Remark
    from leadsync.run import Executed, Plan

_MOST_LISTED = 10
"""The most rows that a sentence lists."""
_NOT_DONE = (Status.SKIPPED, Status.REJECTED, Status.UNKNOWN, Status.CONFLICT)


def run_plan(
    shell: Shell,
    journal: "Journal",
    plan: "Plan",
    settings: "Settings",
    hooks: PostRunHooks,
    options: SendOptions,
    anew: "Callable[[], Plan]",
    finish: "Callable[[Executed], Executed]" = lambda done: done,
) -> int:
    """Ask, send the plan, write its files and print the summary; return the exit code.

    `anew` makes it anew if others have sent to its leads before the answer, and plans what is behind it, `plan.then`,
    at the end of each run. `finish` adds to the files of each.
    """
    from leadsync.run import execute, execute_in_turn, next_time, plans_to_ask, words_behind

    ends = next_time(options.until, datetime.now().astimezone()) if options.until else None
    name = options.campaign or (hooks.settings or settings).campaign_of(plan.run.ids)
    for asked in plans_to_ask(journal, plan, anew, shell.say):
        if asked.nothing_to_do:
            return _nothing_to_do(shell, journal, asked, hooks)
        if not confirm_plan(shell, journal, asked, settings, ends, name, yes=options.yes):
            return 0
    remember_dialer(journal.state, settings.url())

    def carry_out(plan: "Plan", warnings: "Sequence[Remark]") -> "Executed":
        # True of whatever a signal meets between the sentences of the run's parts.
        last_words.text = f"Interrupted; `{command('show', plan.run.id)}` says how run {plan.run.id} stands."
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
        last_words.text = words_behind(done.run)
        return finish(done)

    results = []
    for done in execute_in_turn(asked, carry_out, anew, shell.say):
        results.append(done)
        hooks.ended(done.run, done.tally, done.files, done.code, cause=done.sent.cause)
    return _put_all(shell, journal, results, asked.in_turn)


def _put_all(shell: Shell, journal: "Journal", results: "Sequence[Executed]", plans: "Sequence[Plan]") -> int:
    """Print the summaries of the runs of a file by these plans, the newest last; return the exit code."""
    from leadsync.report import as_json
    from leadsync.run import givers_steps, plan_warnings

    for behind in plans[len(results) :]:
        shell.say(f"The rows of run {behind.run.id} wait behind this rest; `{shell.called} resume` sends them too.")
    *earlier, last = results
    # What a retry has left in the run that it repeats waits for others.
    for step in givers_steps(journal, last.run.id, but_of=last.run.retry_of) if last.run.finished else ():
        shell.say(step)
    # Of a run gone on with, what an earlier command said may be settled by now.
    said = {str(remark) for plan in plans for remark in plan_warnings(plan)}
    past = {line for plan in plans for line in plan.run.warnings} - said
    for done in earlier if not shell.json else ():
        put_run(shell, journal, done.run, done.files, past=past)
    before = [as_json(done.run, done.tally, done.files) for done in earlier]
    put_run(shell, journal, last.run, last.files, before=before, past=past)
    return next((done.code for done in reversed(results) if done.code), 0)


def _nothing_to_do(shell: Shell, journal: "Journal", plan: "Plan", hooks: PostRunHooks) -> int:
    """Name the earlier run of the same file and the next steps; return the exit code."""
    from leadsync.run import held_rows, origin_of, written_files

    run = plan.run
    again = "`--fresh` sends it again."
    if journal.count_retry(run.id):
        again = f"`{shell.called} retry {run.id}` sends its failed rows again, `--fresh` all of them."
    where = f" {origin_of(journal, run)}" if is_uploaded(run.file) else ""
    done = f"run {run.id} of {run.created:%Y-%m-%d %H:%M} has sent {run.file.name}{where}{_but_for(journal, run)}"
    shell.say(f"Nothing to do: {_left_elsewhere(shell, journal, run, again) or f'{done}. {again}'}")
    for line in (*map(str, plan.remarks), *held_rows(plan)):
        shell.say(line)
    hooks.measure(0)
    also = {"warnings": [*run.warnings, *map(str, plan.remarks)]} if plan.remarks else {}
    put_run(shell, journal, run, written_files(run), also=also, is_past=True)
    return 0


def _but_for(journal: "Journal", run: RunRecord) -> str:
    """The words about rows of a run that it has not sent, on purpose or as wrong, or that may have been sent; empty
    without such rows, or once later runs have sent all of them."""
    history, later = journal.history(), journal.descendants(run.id).items()
    sent = [number for number, runs in later if any(state.status is Status.SUCCEEDED for _, state, _ in runs)]
    since = Counter(row.status for number in sent for row in history.record(run.id, number))
    left = Counter(journal.tally(run.id).statuses) - since
    counts = {status: left[status] for status in _NOT_DONE if left[status]}
    if not counts:
        return ""
    rows = counted(sum(counts.values()), "row that is", "rows that are")
    chosen = [word for status in counts for word in ("--status", status.value)]
    why = command("show", run.id, *chosen)
    return f" but for {rows} {' or '.join(status.value for status in counts)} (`{why}` says why)"


def _left_elsewhere(shell: Shell, journal: "Journal", run: RunRecord, again: str) -> str:
    """The sentences about rows of a run that it has not sent, and what sends them; empty without such rows."""
    from leadsync.run import left_out, left_to

    if others := left_to(journal, run):
        left = [other for other in others if journal.has_more(other.id)]
        what, how = ("the rows left", "resume") if left else ("rows", "retry")
        sends = " and ".join(f"`{shell.called} {how} {other.id}`" for other in left or others)
        them = "them" if left else "those that failed there"
        taker = f"run {(left or others)[0].id} of {(left or others)[0].file.name}"
        return f"{taker} has taken over {what} of run {run.id}; {sends} sends {them}. {again}"
    by, numbers = left_out(journal, run)
    if by and not numbers:
        go_on = f"`{shell.called} resume {by}` goes on with it." if journal.has_more(by) else again
        return f"run {by} has begun the sheet of run {run.id} anew, and what was left of that is skipped. {go_on}"
    if not numbers:
        return ""
    more = ", …" if len(numbers) > _MOST_LISTED else ""
    rows = f"{agreeing(len(numbers), 'row')} {', '.join(map(str, numbers[:_MOST_LISTED]))}{more}"
    them, their = agreeing(len(numbers), "it", "them"), agreeing(len(numbers), "its", "their")
    taken = f"run {by} has taken the sheet over without {rows} left of run {run.id}"
    return f"{taken}; to send {them}, give {them} in a sheet of {their} own, or this sheet with --fresh."
