"""The commands that send: run, resume, retry; and resolve, which decides what may be sent."""

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadsync.cli.aftercare import Aftercare, aftercare
from leadsync.cli.choices import (
    campaign_option,
    insert_missing_option,
    insert_only_option,
    inserts_wished,
    metrics_option,
)
from leadsync.cli.input_file import input_file
from leadsync.cli.known_dialers import name_new_dialer, remember_dialer
from leadsync.cli.shell import Shell, current_shell, reading_options, set_up_log
from leadsync.commands import arguments
from leadsync.errors import UsageError
from leadsync.models import FileKind, Order, RunRecord, Status
from leadsync.plurals import agreeing, counted

if TYPE_CHECKING:
    from leadsync.config import Settings
    from leadsync.journal import Journal
    from leadsync.progress import BarProgress, SilentProgress
    from leadsync.run import Executed, Plan, Wishes


def _time_of_day(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value):
        raise click.BadParameter(f"{value} is no time of day; write it like 08:00")
    return value


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options say that all commands have which send."""

    output: Path | None
    kind: FileKind | None
    yes: bool
    limit: int | None
    order: Order | None
    until: str | None
    keep_going: bool
    campaign: str | None
    insert_missing: bool
    metrics_file: Path | None


_OPTIONS = (
    click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="The folder for the run's files."),
    click.option("--format", "kind", type=click.Choice(["csv", "xlsx"]), help="How the files are written."),
    click.option("--yes", is_flag=True, help="Do not ask before sending."),
    click.option("--limit", type=click.IntRange(min=1), help="A trial: send the first N rows only."),
    click.option("--order", type=click.Choice(["sheet", "priority"]), help="What is sent first."),
    click.option("--until", callback=_time_of_day, metavar="HH:MM", help="Send until then; `resume` goes on."),
    click.option("--keep-going", is_flag=True, help="Go on even if almost all of the first rows fail alike."),
    campaign_option,
    insert_missing_option,
    metrics_option,
)


def _sending_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command these options, and what they say as its argument `asked`."""

    @wraps(command)
    def gathered(**values: Any) -> int:
        asked = Asked(**{field.name: values.pop(field.name) for field in fields(Asked)})
        return command(asked=asked, **values)

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@reading_options
@click.option("--fresh", is_flag=True, help="Start anew, even if a run of this file stopped or has done it all.")
@insert_only_option
@click.option("--skip-unchanged", is_flag=True, help="Skip rows that say what their lead was last sent.")
@_sending_options
def run(
    file: Path,
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
    fresh: bool,
    insert_only: bool,
    skip_unchanged: bool,
    asked: Asked,
) -> int:
    """Synchronise FILE: send its rows, then write the report. `-` is standard input."""
    shell = current_shell()
    set_up_log(shell)
    if asked.insert_missing and insert_only:
        raise click.UsageError("--insert-missing and --insert-only exclude each other.")
    with aftercare(shell, file.absolute(), asked.metrics_file) as care:
        care.settings = shell.settings()
        settings = ready_to_send(care.settings.for_campaign(asked.campaign), asked.output)
        with input_file(file) as (named, content), sound_journal(shell) as journal:
            from leadsync.run import plan_run

            wishes = replace(
                _wishes(asked, insert_only=insert_only),
                sheet=sheet,
                encoding=encoding,
                delimiter=delimiter,
                content=content,
                fresh=fresh,
                skip_unchanged=skip_unchanged,
            )

            def plan(fresh: bool = fresh) -> "Plan":
                return plan_run(journal, named, settings, replace(wishes, fresh=fresh), journal.now())

            planned = plan()
            if planned.nothing_to_do and not asked.yes and shell.wants(_sent_already(journal, planned.run)):
                planned = plan(fresh=True)
            return _carry_out(shell, journal, planned, settings, care, asked, anew=plan)


@click.command()
@click.argument("run_id", metavar="[RUN]", required=False)
@_sending_options
def resume(run_id: str | None, asked: Asked) -> int:
    """Go on with a run that stopped: RUN, or the newest."""
    from leadsync.run import plan_resume

    shell = current_shell()
    set_up_log(shell)
    wishes = _wishes(asked)
    with sound_journal(shell) as journal:
        stopped = journal.run(run_id) if run_id else next(filter(partial(_can_go_on, journal), journal.runs()), None)
        if stopped is None:
            ready_to_send(shell.settings())
            shell.result("There is no run to go on with.", {"run": None})
            return 0
        with aftercare(shell, stopped.file, asked.metrics_file) as care:
            care.settings = shell.settings()
            settings = ready_to_send(_of_run(care.settings, stopped, asked.campaign), asked.output)
            plan = plan_resume(journal, stopped.id, settings, wishes, journal.now())
            return _carry_out(shell, journal, plan, settings, care, asked)


@click.command()
@click.argument("run_id", metavar="[RUN]", required=False)
@_sending_options
def retry(run_id: str | None, asked: Asked) -> int:
    """Send the failed and unsent rows of a run again, as a new run: RUN, or the newest."""
    from leadsync.run import plan_retry, written_files

    shell = current_shell()
    set_up_log(shell)
    wishes = _wishes(asked)
    with sound_journal(shell) as journal:
        before = journal.run(run_id) if run_id else next((run for run in journal.runs() if run.complete), None)
        if before is None:
            ready_to_send(shell.settings())
            shell.result("There is no run to send again.", {"run": None})
            return 0
        with aftercare(shell, before.file, asked.metrics_file) as care:
            care.settings = shell.settings()
            settings = ready_to_send(_of_run(care.settings, before, asked.campaign), asked.output)
            plan = plan_retry(journal, before.id, settings, wishes, journal.now())
            if plan.nothing_to_do:
                shell.say(_nothing_to_retry(journal, before))
                care.measure(0)
                return _tell(shell, journal, before, written_files(before), code=0)
            return _carry_out(shell, journal, plan, settings, care, asked)


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--row", "rows", type=int, multiple=True, required=True, help="A row's number; may be repeated.")
@click.option("--applied", is_flag=True, help="The dialer has it: the row succeeded.")
@click.option("--not-applied", is_flag=True, help="The dialer does not have it: it failed.")
@click.option("--send", is_flag=True, help="Send it: `leadsync resume` does.")
@click.option("--take-back", is_flag=True, help="Take back a decision of which nothing was sent yet.")
def resolve(run_id: str, rows: tuple[int, ...], applied: bool, not_applied: bool, send: bool, take_back: bool) -> int:
    """Decide RUN's conflict and unknown rows."""
    from leadsync.reimport import DECISIONS
    from leadsync.run import write_files

    shell = current_shell()
    set_up_log(shell)
    options = {"applied": applied, "not applied": not_applied, "send": send, "taken back": take_back}
    chosen = [name for name, given in options.items() if given]
    if len(chosen) != 1:
        raise click.UsageError("Give exactly one of --applied, --not-applied, --send and --take-back.")
    [decision] = chosen
    with sound_journal(shell) as journal:
        run = journal.run(run_id)
        journal.hold(run.id)
        _check_rows(journal, run, rows, take_back=take_back)
        if take_back:
            count = journal.take_back(run.id, rows)
        else:
            count = journal.resolve(run.id, rows, DECISIONS[decision], decision)
        files = write_files(journal, journal.run(run.id), shell.say)
    value = {"run": run.id, "decision": decision, "rows": count, "files": _paths(files)}
    then = {
        "send": f" Send {agreeing(count, 'it', 'them')} now: leadsync resume {run.id}",
        "not applied": f" To send {agreeing(count, 'it', 'them')} again: leadsync retry {run.id}",
    }.get(decision, "")
    shell.result(f"{counted(count, 'row')} of run {run.id}: {decision}.{then}", value)
    return 0


def _wishes(asked: Asked, *, insert_only: bool = False) -> "Wishes":
    from leadsync.run import Wishes

    inserts = inserts_wished(asked.insert_missing, only=insert_only)
    return Wishes(output=asked.output, kind=asked.kind, limit=asked.limit, order=asked.order, inserts=inserts)


def _carry_out(
    shell: Shell,
    journal: "Journal",
    plan: "Plan",
    settings: "Settings",
    care: Aftercare,
    asked: Asked,
    anew: "Callable[[], Plan] | None" = None,
) -> int:
    """Ask, send what was planned, write its files, say how it went; gives the exit code.

    Where the file as it is now is to follow (`plan.then`), `anew` plans that once the older run has come to its end.
    """
    from leadsync.run import execute, next_time

    if plan.nothing_to_do:
        return _nothing_to_do(shell, journal, plan, care)
    ends = next_time(asked.until, datetime.now().astimezone()) if asked.until else None
    name = asked.campaign or (care.settings or settings).campaign_of(plan.run.ids)
    if not _wanted(shell, journal, plan, settings, ends, name, yes=asked.yes):
        return 0
    remember_dialer(shell, settings)
    if plan.then is not None:
        # What it says about leads' earlier rows holds only once those are sent.
        plan.then.discard()
    carry_out = partial(
        execute,
        journal,
        settings=settings,
        progress_for=partial(progress_for, shell),
        say=shell.say,
        keep_going=asked.keep_going,
        until=ends,
    )
    done = carry_out(plan, warnings=_warnings(plan))
    care.ended(done.run, done.tally, done.files, done.code)
    following = anew() if plan.then is not None and anew is not None and done.run.finished else None
    if following is None or following.nothing_to_do:
        _tell(shell, journal, done.run, done.files, code=done.code)
        if plan.file_is_new or (plan.then is not None and following is None):
            command = f"{shell.called} {arguments('run', plan.run.file)}"
            shell.say(f"{plan.run.file.name} holds other rows by now; send them with: {command}")
        return done.code
    said = _warnings(plan.then) if plan.then is not None else []
    news = [warning for warning in _warnings(following) if warning not in said]
    for warning in news:
        shell.say(warning)
    then = carry_out(following, warnings=[*said, *news])
    care.ended(then.run, then.tally, then.files, then.code)
    return _tell_both(shell, journal, done, then)


def _tell_both(shell: Shell, journal: "Journal", done: "Executed", then: "Executed") -> int:
    """Say how a file's older run went, and then its new one; gives the exit code."""
    from leadsync.report import as_json

    if not shell.json:
        _tell(shell, journal, done.run, done.files, code=done.code)
    before = [as_json(done.run, done.tally, done.files)]
    _tell(shell, journal, then.run, then.files, code=then.code, before=before)
    return then.code or done.code


def _wanted(
    shell: Shell,
    journal: "Journal",
    plan: "Plan",
    settings: "Settings",
    ends: datetime | None,
    campaign: str | None,
    *,
    yes: bool,
) -> bool:
    """Say what will be sent and ask whether it is to be; the plan is discarded if it is not, or cannot be."""
    from leadsync.run import check_output

    try:
        for one in filter(None, (plan, plan.then)):
            check_output(one.run.output, one.run)
        _describe(shell, journal, plan, settings, ends)
        name_new_dialer(shell, settings)
        confirmed = _confirmed(shell, plan, campaign, yes=yes)
    except BaseException:
        plan.discard()
        raise
    if not confirmed:
        plan.discard()
        shell.say(f"Nothing was sent.{' No decision was written down.' if plan.has_decisions else ''}")
    return confirmed


def _nothing_to_do(shell: Shell, journal: "Journal", plan: "Plan", care: Aftercare) -> int:
    """Say that an earlier run has done it all, and what can still be done."""
    from leadsync.run import written_files

    run = plan.run
    again = "`--fresh` sends it again."
    if journal.count_retry(run.id):
        again = f"`{shell.called} retry {run.id}` sends its failed rows again, `--fresh` all of them."
    shell.say(f"Nothing to do: run {run.id} of {run.created:%Y-%m-%d %H:%M} has sent {run.file.name}. {again}")
    for line in _held(plan):
        shell.say(line)
    care.measure(0)
    return _tell(shell, journal, run, written_files(run), code=0)


def _confirmed(shell: Shell, plan: "Plan", campaign: str | None, *, yes: bool) -> bool:
    """Whether the user wants it sent; there is no default answer where rows may be sent twice by habit. `campaign` is
    its name in the settings, if it has one."""
    count = plan.waiting + (plan.then.waiting if plan.then else 0)
    if not count or yes:
        return True
    what = counted(count, "row")
    if plan.then is not None:
        what += f" ({plan.waiting:,} left of run {plan.run.id}, then {plan.then.waiting:,} of the file as it is now)"
    ids = plan.run.ids
    where = f"campaign {campaign} ({ids.campaign})" if campaign else f"campaign {ids.campaign}"
    question = f"Send {what} to {plan.run.dialer}, {where}, template {ids.template}?"
    return shell.confirm(question, default=None if plan.sent_before else False)


def _describe(shell: Shell, journal: "Journal", plan: "Plan", settings: "Settings", ends: datetime | None) -> None:
    """Say what will be sent."""
    from leadsync.run import expected_pace, fit

    now = datetime.now().astimezone()
    pace = expected_pace(journal, settings)
    for one in filter(None, (plan, plan.then)):
        for line in _in_words(shell, one, pace, now):
            shell.say(line)
    waiting = plan.waiting + (plan.then.waiting if plan.then else 0)
    if ends is not None and waiting and pace is not None:
        shell.say(str(fit(waiting, pace, now, ends)))


def _warnings(plan: "Plan") -> list[str]:
    """The warnings that a plan's run keeps, as they are said before it."""
    from leadsync.cli.texts import repetitions
    from leadsync.report import LOUD

    loud = [remark for remark in plan.remarks if remark.startswith(LOUD)]
    return loud if plan.survey is None else [*loud, *repetitions(plan.survey, datetime.now().astimezone())]


def _in_words(shell: Shell, plan: "Plan", pace: float | None, now: datetime) -> Iterator[str]:
    from leadsync.cli.texts import findings, loud_lines, would_do

    yield from plan.remarks
    if plan.survey is not None:
        if sys.stderr.isatty() or shell.verbose:
            yield from would_do(plan.survey, pace, now, plan.trial)
            yield from findings(plan.survey)
        else:
            yield from loud_lines(plan.survey, now, plan.trial)
    yield from _held(plan)


def _held(plan: "Plan") -> Iterator[str]:
    """That rows wait for a decision, if any do."""
    if plan.held:
        rows = counted(plan.held, "row waits", "rows wait")
        yield (
            f"{rows} until a person has decided on another row of the same lead; `leadsync show {plan.run.id} "
            "--status conflict --status unknown` lists those."
        )


def _sent_already(journal: "Journal", run: RunRecord) -> str:
    done = journal.tally(run.id).statuses.get(Status.SUCCEEDED, 0)
    return (
        f"{run.file.name} was sent already by run {run.id} on {run.created:%Y-%m-%d %H:%M}, and {done:,} of its rows "
        "went through; send it all again?"
    )


def _nothing_to_retry(journal: "Journal", run: RunRecord) -> str:
    """That nothing can go again, and what is to be done with the rows that did not go through."""
    from leadsync.run import written_files

    statuses, files = journal.tally(run.id).statuses, written_files(run)
    says = [f"Nothing to do: no row of run {run.id} that failed or is unsent can go again."]
    if later := journal.lineage(run.id):
        says.append(f"Run {later[-1]} has had rows of it since.")
    if journal.moved_to(run.id) is None and (rejected := statuses.get(Status.REJECTED)):
        file = files["retry"] or f"the retry file, which `leadsync report {run.id}` writes"
        rows = counted(rejected, "rejected row is", "rejected rows are")
        says.append(f"{rows} to be corrected in {file}, which then goes to `leadsync run`.")
    if undecided := sum(statuses.get(status, 0) for status in (Status.CONFLICT, Status.UNKNOWN)):
        file = files["review"] or f"the review file, which `leadsync report {run.id}` writes"
        rows = counted(undecided, "undecided row is", "undecided rows are")
        says.append(f"{rows} to be decided in {file}, or with `leadsync resolve {run.id}`.")
    return " ".join(says)


def _tell(
    shell: Shell,
    journal: "Journal",
    run: RunRecord,
    files: dict[str, Path | None],
    *,
    code: int,
    before: Sequence[dict[str, Any]] = (),
) -> int:
    from leadsync.cli.columns import coloured_summary
    from leadsync.report import as_json, as_text

    tally = journal.tally(run.id)
    value = {**as_json(run, tally, files), **({"before": list(before)} if before else {})}
    text = as_text(run, tally, files, called=shell.called, moved_to=journal.moved_to(run.id))
    shell.result(coloured_summary(text), value)
    return code


def progress_for(shell: Shell, rows: int) -> "BarProgress | SilentProgress":
    """A bar where somebody watches, a few lines elsewhere."""
    from leadsync.progress import BarProgress, SilentProgress

    return BarProgress(sys.stderr, rows) if sys.stderr.isatty() and not shell.json else SilentProgress(sys.stderr)


def ready_to_send(settings: "Settings", output: Path | None = None) -> "Settings":
    """The settings, with everything there that sending needs; raises SettingsError.

    Raises UsageError where no files can be written into `output`: a run that was planned would remember that folder.
    """
    settings.url()
    settings.ids()
    settings.api_key(os.environ)
    _ = settings.slots
    if output is not None:
        from leadsync.run import check_output

        check_output(output)
    return settings


def _of_run(settings: "Settings", run: RunRecord, campaign: str | None) -> "Settings":
    """The settings for a run that was begun before: it is remembered by its ids which campaign it is for."""
    return settings.for_campaign(campaign) if campaign else settings.for_ids(run.ids)


def _can_go_on(journal: "Journal", run: RunRecord) -> bool:
    """Whether a confirmed run stopped before its end, a trial's being no end."""
    if not run.complete:
        return False
    return not run.finished or (run.last_row is not None and journal.has_more(run.id))


@contextmanager
def sound_journal(shell: Shell) -> Iterator["Journal"]:
    """The journal, looked through before it is written to; raises JournalError."""
    with shell.journal() as journal:
        journal.check()
        yield journal


def _check_rows(journal: "Journal", run: RunRecord, rows: tuple[int, ...], *, take_back: bool) -> None:
    """Raise UsageError where one of the rows has nothing to decide, or no decision to take back."""
    found, decided = journal.states(run.id, rows), journal.decided(run.id, rows)
    for number in rows:
        if number not in found:
            raise UsageError(f"Run {run.id} has no row {number}; `leadsync show {run.id}` tells what it has.")
        if number in decided or (found[number] in (Status.CONFLICT, Status.UNKNOWN) and not take_back):
            continue
        if take_back:
            raise UsageError(
                f"Row {number} of run {run.id} is {found[number]}; no decision about it can be taken back: there is "
                "none, or it was acted on."
            )
        raise UsageError(
            f"Row {number} of run {run.id} is {found[number]}; only conflict and unknown rows are decided."
        )


def _paths(files: dict[str, Path | None]) -> dict[str, str | None]:
    return {name: str(path) if path else None for name, path in files.items()}
