"""The commands that send: run, resume, retry; and resolve, which decides what may be sent."""

import os
import re
import sys
from collections.abc import Callable, Iterator
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
from leadsync.cli.shell import Shell, current_shell, named_file, reading_options, set_up_log
from leadsync.errors import UsageError
from leadsync.models import TO_LOOK_AT, FileKind, Order, RunRecord, Status, Tally

if TYPE_CHECKING:
    from leadsync.config import Settings
    from leadsync.journal import Journal
    from leadsync.progress import BarProgress, SilentProgress
    from leadsync.run import Plan, Wishes


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
        with (
            named_file(file) as (named, content),
            shell.journal() as journal,
            only_one(shell, journal, named),
        ):
            # Loading the rest takes half a second, which a second process on the same file need not wait for.
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
            plan = plan_run(journal, named, settings, wishes, datetime.now().astimezone())
            if plan.nothing_to_do and not asked.yes and shell.wants(_sent_already(journal, plan.run)):
                plan = plan_run(journal, named, settings, replace(wishes, fresh=True), datetime.now().astimezone())
            return _carry_out(shell, journal, plan, settings, care, asked)


@click.command()
@click.argument("run_id", metavar="[RUN]", required=False)
@_sending_options
def resume(run_id: str | None, asked: Asked) -> int:
    """Go on with a run that stopped: RUN, or the newest."""
    from leadsync.run import plan_resume

    shell = current_shell()
    set_up_log(shell)
    wishes = _wishes(asked)
    with shell.journal() as journal:
        stopped = journal.run(run_id) if run_id else next(filter(partial(_can_go_on, journal), journal.runs()), None)
        if stopped is None:
            ready_to_send(shell.settings())
            shell.result("There is no run to go on with.", {"run": None})
            return 0
        with aftercare(shell, stopped.file, asked.metrics_file) as care:
            care.settings = shell.settings()
            settings = ready_to_send(_of_run(care.settings, stopped, asked.campaign), asked.output)
            with only_one(shell, journal, stopped.file):
                plan = plan_resume(journal, stopped.id, settings, wishes, datetime.now().astimezone())
                return _carry_out(shell, journal, plan, settings, care, asked)


@click.command()
@click.argument("run_id", metavar="RUN")
@_sending_options
def retry(run_id: str, asked: Asked) -> int:
    """Send RUN's failed and unsent rows again, as a new run."""
    from leadsync.run import plan_retry, written_files

    shell = current_shell()
    set_up_log(shell)
    wishes = _wishes(asked)
    with shell.journal() as journal:
        before = journal.run(run_id)
        with aftercare(shell, before.file, asked.metrics_file) as care:
            care.settings = shell.settings()
            settings = ready_to_send(_of_run(care.settings, before, asked.campaign), asked.output)
            with only_one(shell, journal, before.file):
                plan = plan_retry(journal, before.id, settings, wishes, datetime.now().astimezone())
                if plan.nothing_to_do:
                    shell.say(_nothing_to_retry(before, journal.tally(before.id), written_files(before)))
                    care.measure(0)
                    return _tell(shell, journal, before, written_files(before), code=0)
                return _carry_out(shell, journal, plan, settings, care, asked)


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--row", "rows", type=int, multiple=True, required=True, help="A row's number; may be repeated.")
@click.option("--applied", "decision", flag_value="applied", help="The dialer has it: the row succeeded.")
@click.option("--not-applied", "decision", flag_value="not applied", help="The dialer does not have it: it failed.")
@click.option("--send", "decision", flag_value="send", help="Send it: `leadsync resume` does.")
def resolve(run_id: str, rows: tuple[int, ...], decision: str | None) -> int:
    """Decide RUN's conflict and unknown rows."""
    from leadsync.run import DECISIONS, write_files

    shell = current_shell()
    set_up_log(shell)
    if decision is None:
        raise click.UsageError("Say what was decided: --applied, --not-applied or --send.")
    with shell.journal() as journal:
        decided = journal.run(run_id)
        with only_one(shell, journal, decided.file):
            _check_rows(decided, journal.states(decided.id, rows), rows)
            state = DECISIONS[decision]
            count = journal.resolve(decided.id, rows, state, f"a person decided: {decision}")
            journal.recount(decided.id)
            files = write_files(journal, journal.run(decided.id), shell.say)
    value = {"run": decided.id, "decision": decision, "rows": count, "files": _paths(files)}
    then = {
        "send": f" Send {_it(count)} now: leadsync resume {decided.id}",
        "not applied": f" To send {_it(count)} again: leadsync retry {decided.id}",
    }.get(decision, "")
    shell.result(f"{count} row{'s' if count > 1 else ''} of run {decided.id}: {decision}.{then}", value)
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
) -> int:
    """Send what was planned, write its files, say how it went; gives the exit code."""
    from leadsync.cli.texts import loud_lines, would_do
    from leadsync.run import check_output, discard, expected_pace, finish, fit, next_time, send, written_files

    planned = plan.run
    if plan.nothing_to_do:
        failed = journal.tally(planned.id).statuses.get(Status.FAILED)
        again = f"`leadsync retry {planned.id}` sends its failed rows again, `--fresh` all of them."
        shell.say(
            f"Nothing to do: run {planned.id} of {planned.created:%Y-%m-%d %H:%M} has sent {planned.file.name}. "
            f"{again if failed else '`--fresh` sends it again.'}"
        )
        care.measure(0)
        return _tell(shell, journal, planned, written_files(planned), code=0)
    check_output(planned.output)
    for remark in plan.remarks:
        shell.say(remark)
    pace = expected_pace(journal, settings)
    if plan.survey is not None:
        in_short = would_do if sys.stderr.isatty() or shell.verbose else loud_lines
        for line in in_short(plan.survey, pace, datetime.now().astimezone()):
            shell.say(line)
    waiting = journal.ready(planned.id)
    if held := journal.tally(planned.id).statuses.get(Status.UNSENT, 0) - waiting:
        rows = "1 row waits" if held == 1 else f"{held:,} rows wait"
        shell.say(
            f"{rows} until a person has decided on another row of the same lead; `leadsync show {planned.id} "
            "--status conflict --status unknown` lists those."
        )
    now = datetime.now().astimezone()
    ends = next_time(asked.until, now) if asked.until else None
    if ends is not None and waiting and pace is not None:
        shell.say(str(fit(waiting, pace, now, ends)))
    try:
        declined = waiting and not asked.yes and not shell.confirm(f"Send {waiting:,} rows to {planned.dialer}?")
    except click.Abort:
        discard(journal, plan)
        raise
    if declined:
        discard(journal, plan)
        shell.say("Nothing was sent.")
        return 0
    with progress_for(shell, waiting) as progress:
        sent = send(journal, planned, settings, os.environ, progress, keep_going=asked.keep_going, until=ends)
    done, files = finish(journal, planned.id, shell.say)
    code = 128 + sent.signal_number if sent.signal_number else 4 if sent.stopped else code_for(journal.tally(done.id))
    _tell(shell, journal, done, files, code=code)
    care.ended(done, journal.tally(done.id), files, code)
    return code


def _sent_already(journal: "Journal", run: RunRecord) -> str:
    done = journal.tally(run.id).statuses.get(Status.SUCCEEDED, 0)
    return (
        f"{run.file.name} was sent already by run {run.id} on {run.created:%Y-%m-%d %H:%M}, and {done:,} of its rows "
        "went through; send it all again?"
    )


def _nothing_to_retry(run: RunRecord, tally: Tally, files: dict[str, Path | None]) -> str:
    """That nothing can go again, and what is to be done with the rows that did not go through."""
    says = [f"Nothing to do: no row of run {run.id} that failed or is unsent can go again."]
    if rejected := tally.statuses.get(Status.REJECTED):
        file = files["retry"] or f"the retry file, which `leadsync report {run.id}` writes"
        says.append(f"Rejected rows ({rejected:,}) are to be corrected in {file}, which then goes to `leadsync run`.")
    if undecided := sum(tally.statuses.get(status, 0) for status in (Status.CONFLICT, Status.UNKNOWN)):
        file = files["review"] or f"the review file, which `leadsync report {run.id}` writes"
        says.append(f"Undecided rows ({undecided:,}) are to be decided in {file}, or with `leadsync resolve {run.id}`.")
    return " ".join(says)


def _tell(shell: Shell, journal: "Journal", run: RunRecord, files: dict[str, Path | None], *, code: int) -> int:
    from leadsync.cli.columns import coloured_status
    from leadsync.report import as_json, as_text

    tally = journal.tally(run.id)
    shell.result(as_text(run, tally, files, coloured_status), as_json(run, tally, files))
    return code


def code_for(tally: Tally) -> int:
    """How a run that finished exits."""
    return 3 if any(tally.statuses.get(status) for status in TO_LOOK_AT) else 0


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
    """Whether a run stopped before its end, a trial's being no end."""
    return not run.finished or (run.last_row is not None and journal.has_more(run.id))


@contextmanager
def only_one(shell: Shell, journal: "Journal", file: Path) -> Iterator[None]:
    """Have the file to ourselves, and a journal that is known to be sound."""
    from leadsync.journal import file_lock

    with file_lock(shell.state_folder(), file):
        journal.check()
        yield


def _check_rows(run: RunRecord, found: dict[int, Status], rows: tuple[int, ...]) -> None:
    for number in rows:
        if number not in found:
            raise UsageError(f"Run {run.id} has no row {number}; `leadsync show {run.id}` tells what it has.")
        if found[number] not in (Status.CONFLICT, Status.UNKNOWN):
            raise UsageError(
                f"Row {number} of run {run.id} is {found[number]}; only conflict and unknown rows are decided."
            )


def _paths(files: dict[str, Path | None]) -> dict[str, str | None]:
    return {name: str(path) if path else None for name, path in files.items()}


def _it(count: int) -> str:
    return "it" if count == 1 else "them"
