"""Which run a command is about: a new one, or one to go on with. Nothing is sent, and no other run changed, before the
plan is confirmed."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from leadsync.commands import command
from leadsync.config import Settings
from leadsync.errors import SettingsError, UsageError
from leadsync.file_names import first_stem
from leadsync.journal import Effects, Journal
from leadsync.models import FileKind, Inserts, Order, RunRecord, Status
from leadsync.plurals import agreeing, counted
from leadsync.run.scan import Reading, SheetScan, fingerprint, rules_digest, scan_sheet
from leadsync.run.survey import Survey

_UNTOUCHED = frozenset({Status.UNSENT, Status.REJECTED, Status.SKIPPED})
DRAFTS_LIVE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be sent once it is confirmed: `confirm` writes that down, `discard` forgets it.

    `waiting` rows can go; `held` ones wait until a person has decided on another row of their lead. `survey` tells
    about the sheet, where it was read just now. `remarks` are sentences for the user to see before. `nothing_to_do`: an
    earlier run has done it all. `sent_before`: some of it would be sent a second time. `then` is the plan for the file
    as it is now, where an older run of it goes on first. `file_is_new`: the file holds what no run of it has read.
    `has_decisions`: a person has decided on rows of earlier runs in it.
    """

    run: RunRecord
    waiting: int = 0
    held: int = 0
    survey: Survey | None = None
    remarks: tuple[str, ...] = ()
    nothing_to_do: bool = False
    sent_before: bool = False
    then: "Plan | None" = None
    file_is_new: bool = False
    has_decisions: bool = False
    write: Callable[[], object] = lambda: None
    forget: Callable[[], object] = lambda: None

    @property
    def trial(self) -> int | None:
        """How many rows a trial sends; None if all are sent."""
        return None if self.run.last_row is None else self.waiting

    def confirm(self, journal: Journal, warnings: Sequence[str] = ()) -> None:
        """Write down what sending needs, effects on other runs included, and the `warnings` that the user has seen.
        May raise JournalError."""
        self.write()
        said: dict[str, Any] = {"warnings": tuple(warnings)} if warnings else {}
        if self.survey is not None:
            said["new_leads"] = self.survey.new_leads(self.trial)
        if said:
            journal.update_run(self.run.id, **said)

    def discard(self) -> None:
        """Forget the draft, if there is one: everything is as it was."""
        if self.then is not None:
            self.then.discard()
        self.forget()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks of a run. `content` is a private copy of the file, or of standard input."""

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    content: Path | None = None
    output: Path | None = None
    kind: FileKind | None = None
    limit: int | None = None
    fresh: bool = False
    order: Order | None = None
    inserts: Inserts | None = None
    """Which leads are added; None: as the settings say, or as the run that is gone on with does."""
    skip_unchanged: bool = False


def plan_run(journal: Journal, file: Path, settings: Settings, wishes: Wishes, now: datetime) -> Plan:
    """The plan for a file, given by its resolved path: a run that stopped goes on, unless `fresh`.

    Where the file has changed since that run, the file as it is now follows (`Plan.then`). Raises UsageError.
    """
    digest = fingerprint(wishes.content or file)
    runs = _hold_unfinished(journal, file, now)
    known = [run.id for run in runs]
    # A file that goes to several campaigns has a run for each.
    here = [run for run in runs if wishes.sheet in (None, run.sheet) and _same_place(journal, run, settings)]
    # One of which nothing came may be for this place; one that was sent here is.
    here = [run for run in here if (run.dialer, run.ids) == (settings.url(), settings.ids())] or here
    if here and not wishes.fresh:
        last = here[0]
        trial = _changed_trial(journal, here, digest, settings)
        if trial is not None:
            _check_inserts(trial, wishes)
            with suppress(_GivenBackError):
                return _read(journal, _after(journal, trial, settings, wishes, now), settings, wishes, known)
        if not last.finished or journal.has_more(last.id):
            plan = _go_on(journal, last.id, settings, wishes, digest)
            if digest == last.fingerprint:
                return plan
            anew = _new_run(journal, file, settings, wishes, now)
            return replace(plan, then=_read(journal, anew, settings, wishes, known))
        if last.fingerprint == digest:
            return _nothing_to_do(journal, last)
    return _read(journal, _new_run(journal, file, settings, wishes, now), settings, wishes, known)


def plan_content(journal: Journal, file: Path, settings: Settings, wishes: Wishes, now: datetime) -> Plan:
    """The plan for a file of a watched folder, where the same sheet may come again under another name.

    A run that had just this content, in this place of the dialer, goes on or has done it all, whatever its file was
    called; else as `plan_run`. A run that goes on keeps its own output.
    """
    digest = fingerprint(wishes.content or file)
    runs = [run for run in journal.runs() if run.complete]
    followed = {run.follows for run in runs}
    for run in runs:
        if run.id in followed or (run.last_row is not None and _other_rules(run, settings)):
            continue
        if run.fingerprint == digest and _same_place(journal, run, settings):
            if not run.finished or journal.has_more(run.id):
                return _go_on(journal, run.id, settings, replace(wishes, output=None), digest)
            return _nothing_to_do(journal, run)
    return plan_run(journal, file, settings, wishes, now)


def plan_resume(journal: Journal, run_id: str, settings: Settings, wishes: Wishes, now: datetime) -> Plan:
    """Go on with a run; raises UsageError where the settings are not those of the run, or where it is a draft."""
    run = journal.run(run_id)
    if not run.complete:
        raise UsageError(
            f"Run {run.id} was read but never confirmed, and nothing of it was sent; "
            f"`{command('run', Path(run.file.name))}` reads the file again."
        )
    if not _same_place(journal, run, settings):
        ids = run.ids
        raise SettingsError(
            f"Run {run.id} was sent to {run.dialer}, template {ids.template}, campaign {ids.campaign}, allocation "
            f"{ids.allocation}, and the settings name another place; use that run's settings with --config."
        )
    digest = fingerprint(run.file) if run.file.is_file() else ""
    is_new = digest not in {"", *(other.fingerprint for other in journal.runs_of(run.file))}
    return replace(_go_on(journal, run.id, settings, wishes, digest), file_is_new=is_new)


def plan_retry(journal: Journal, run_id: str, settings: Settings, wishes: Wishes, now: datetime) -> Plan:
    """A new run with the failed and unsent rows of a run; raises UsageError where those are not its own any more."""
    run = journal.run(run_id)
    if not run.complete:
        raise UsageError(f"Nothing of run {run.id} was sent yet; run its file: {command('run', Path(run.file.name))}")
    journal.hold(run.id)
    # Rows that a later run has sent again are looked at there.
    for later in journal.lineage(run.id):
        journal.hold(later)
    run = journal.run(run.id)
    count = journal.count_retry(run.id)
    if count == 0:
        later_runs = set(journal.lineage(run.id))
        for other in journal.runs():
            if other.id in later_runs and journal.count_retry(other.id):
                raise UsageError(f"Run {other.id} has taken the rows of run {run.id}; use: leadsync retry {other.id}")
        return _nothing_to_do(journal, run)
    new = replace(
        run,
        id=journal.new_run_id(now),
        output=wishes.output.resolve() if wishes.output else run.output,
        kind=wishes.kind or run.kind,
        dialer=settings.url(),
        ids=settings.ids(),
        created=now,
        complete=True,
        finished=False,
        stopped="",
        seconds=0.0,
        last_row=None,
        retry_of=run.id,
        follows="",
        warnings=(),
        new_leads=0,
        order=wishes.order or run.order,
        inserts=_inserts(run, settings, wishes),
    )
    return Plan(
        new,
        count if wishes.limit is None else min(count, wishes.limit),
        remarks=(f"{counted(count, 'failed or unsent row')} of run {run.id} {agreeing(count, 'goes', 'go')} again.",),
        write=partial(_write_retry, journal, new, wishes.limit),
    )


def _write_retry(journal: Journal, new: RunRecord, limit: int | None) -> None:
    journal.create_retry(new)
    if limit is not None:
        journal.update_run(new.id, last_row=journal.nth_pending(new.id, limit))
    for run_id in (new.retry_of, *journal.lineage(new.retry_of)):
        if run_id != new.id:
            journal.release(run_id)


def _nothing_to_do(journal: Journal, run: RunRecord) -> Plan:
    return Plan(run, held=journal.waiting_for_decision(run.id, None), nothing_to_do=True)


def _hold_unfinished(journal: Journal, file: Path, now: datetime) -> list[RunRecord]:
    """The runs of a file, the newest first, with those held that are not finished. Drafts nobody confirmed are deleted:
    this file's, and any other that is a day old.

    Raises BusyError where another process is reading or sending this file just now.
    """
    for run in journal.runs():
        if run.file == file and not run.finished:
            journal.hold(run.id)
        if not run.complete and (run.file == file or (run.created < now - DRAFTS_LIVE and journal.try_hold(run.id))):
            journal.delete_draft(run.id)
    return journal.runs_of(file)


def _changed_trial(journal: Journal, runs: Sequence[RunRecord], digest: str, settings: Settings) -> RunRecord | None:
    """The newest of a file's runs, if it was a trial and the file or the settings for reading it have changed since.

    Who tries a few rows does so to put right what is wrong with them, and the rest like them.
    """
    last = runs[0]
    if last.last_row is None or last.retry_of or not journal.has_more(last.id):
        return None
    return last if last.fingerprint != digest or _other_rules(last, settings) else None


def _other_rules(run: RunRecord, settings: Settings) -> bool:
    return run.rules not in ("", rules_digest(settings))


def _after(journal: Journal, trial: RunRecord, settings: Settings, wishes: Wishes, now: datetime) -> RunRecord:
    """A new run for what a trial was the beginning of."""
    return replace(
        _new_run(journal, trial.file, settings, wishes, now),
        sheet=wishes.sheet or trial.sheet,
        encoding=wishes.encoding or trial.encoding,
        output=wishes.output.resolve() if wishes.output else trial.output,
        order=wishes.order or trial.order,
        inserts=_inserts(trial, settings, wishes),
        follows=trial.id,
    )


class _GivenBackError(UsageError):
    """The sheet has rows of earlier runs, which went over to its trial: that goes on with them."""


def _check_inserts(run: RunRecord, wishes: Wishes) -> None:
    if wishes.inserts == "only" and run.inserts != "only":
        raise UsageError(
            f"Run {run.id} of {run.file.name} has begun to change leads and is not finished; go on with it without "
            "--insert-only, or begin anew with --fresh."
        )


def _new_run(journal: Journal, file: Path, settings: Settings, wishes: Wishes, now: datetime) -> RunRecord:
    """A new run, with its lock held."""
    return RunRecord(
        id=journal.new_run_id(now),
        file=file,
        sheet=wishes.sheet or "",
        fingerprint="",
        kind=wishes.kind or "csv",
        encoding=wishes.encoding or "",
        delimiter=wishes.delimiter or "",
        bom=False,
        headings=(),
        output=(wishes.output or file.parent).resolve(),
        dialer=settings.url(),
        ids=settings.ids(),
        created=now,
        order=wishes.order or "sheet",
        inserts=wishes.inserts or ("missing" if settings.campaign.insert_missing else "none"),
    )


def _inserts(run: RunRecord, settings: Settings, wishes: Wishes) -> Inserts:
    """Which leads a run that goes on adds: what was read as inserts stays so, others may begin to be."""
    if run.inserts == "none" and (wishes.inserts == "missing" or settings.campaign.insert_missing):
        return "missing"
    return run.inserts


def _read(journal: Journal, run: RunRecord, settings: Settings, wishes: Wishes, known: Sequence[str]) -> Plan:
    """Take the whole sheet into the journal as a draft. `known` are the ids of the file's runs."""
    trial = journal.find(run.follows) if run.follows else None
    digest = fingerprint(wishes.content or run.file)
    sources: set[str] = set()
    try:
        scan = _take_in(journal, replace(run, fingerprint=digest), settings, wishes, known, trial, sources)
    except BaseException:
        journal.delete_draft(run.id)
        raise
    copies = _same_content(journal, run, digest)
    remarks = (*copies, *([_of_trial(run, trial, digest)] if trial else ()), *scan.remarks)
    end = None if wishes.limit is None else journal.nth_pending(run.id, wishes.limit)
    if end is not None:
        journal.update_run(run.id, last_row=end)
    return Plan(
        journal.run(run.id),
        journal.ready(run.id, end),
        journal.waiting_for_decision(run.id, end),
        scan.survey,
        remarks,
        sent_before=bool(copies or scan.survey.repeated),
        has_decisions=scan.has_decisions,
        write=partial(_confirm, journal, run.id, scan.effects, sources),
        forget=partial(journal.delete_draft, run.id),
    )


def _take_in(
    journal: Journal,
    run: RunRecord,
    settings: Settings,
    wishes: Wishes,
    known: Sequence[str],
    trial: RunRecord | None,
    sources: set[str],
) -> SheetScan:
    """Read the sheet to its end. Runs that rows of it came from are held, so that nobody else sends those meanwhile;
    they are added to `sources`."""

    def hold(run_id: str) -> None:
        journal.hold(run_id)
        sources.add(run_id)

    def take(scan: SheetScan) -> None:
        if trial is not None and scan.mapping.sync:
            raise _GivenBackError(f"{run.file.name} has rows of earlier runs by now; begin anew with --fresh.")
        journal.create(_as_read(run, scan, settings, wishes), known)
        journal.add(run.id, scan.entries())

    if trial is not None:
        hold(trial.id)
    scan = scan_sheet(
        Reading(run.file, run.sheet, run.encoding, run.delimiter, wishes.content, run.inserts),
        settings,
        run.created,
        take,
        journal=journal,
        hold=hold,
        skip_unchanged=wishes.skip_unchanged,
        trial=trial,
    )
    stem = scan.lineage.stem or first_stem(run.file.name)
    if stem != run.file.stem:
        journal.update_run(run.id, first_stem=stem)
    if run.inserts == "none" and scan.lineage.insert_missing:
        journal.update_run(run.id, inserts="missing")
    if scan.lineage.notes:
        journal.update_run(run.id, roles=scan.roles)
    return scan


def _same_content(journal: Journal, run: RunRecord, digest: str) -> list[str]:
    """A warning, if another file with the same bytes was sent to the same place."""
    for other in journal.runs():
        is_copy = other.complete and other.fingerprint == digest and other.file != run.file and not other.retry_of
        if is_copy and (other.dialer, other.ids) == (run.dialer, run.ids) and journal.tally(other.id).attempts:
            sent = f"run {other.id} sent on {other.created:%Y-%m-%d %H:%M}"
            return [f"! {run.file.name} holds the same as {other.file.name}, which {sent}."]
    return []


def _as_read(run: RunRecord, scan: SheetScan, settings: Settings, wishes: Wishes) -> RunRecord:
    """The run with what its sheet has shown."""
    table = scan.table
    return replace(
        run,
        sheet=table.sheet,
        kind=wishes.kind or table.kind,
        delimiter=table.delimiter,
        bom=table.bom,
        headings=scan.headings,
        roles=scan.roles,
        date_order=scan.date_order,
        epoch_1904=scan.epoch_1904,
        rules=rules_digest(settings),
    )


def _confirm(journal: Journal, run_id: str, effects: Effects, sources: set[str]) -> None:
    journal.confirm(run_id, effects)
    for source in sources:
        journal.release(source)


def _of_trial(run: RunRecord, trial: RunRecord, digest: str) -> str:
    what = f"{run.file.name} has changed" if trial.fingerprint != digest else "The settings for it have changed"
    return (
        f"{what} since run {trial.id} tried its first rows: it is sent as it reads now, but for the rows that "
        "went through then and still say the same."
    )


def _go_on(journal: Journal, run_id: str, settings: Settings, wishes: Wishes, digest: str) -> Plan:
    """The plan to send the rest of a run."""
    journal.hold(run_id)
    run = journal.run(run_id)
    _check_inserts(run, wishes)
    changed: dict[str, Any] = {
        "dialer": settings.url(),
        "ids": settings.ids(),
        "finished": False,
        "inserts": _inserts(run, settings, wishes),
        "last_row": None if wishes.limit is None else journal.nth_pending(run.id, wishes.limit),
    }
    if wishes.output is not None:
        changed["output"] = wishes.output.resolve()
    if wishes.kind is not None:
        changed["kind"] = wishes.kind
    if wishes.order is not None:
        changed["order"] = wishes.order
    return Plan(
        replace(run, **changed),
        journal.ready(run.id, changed["last_row"]),
        journal.waiting_for_decision(run.id, changed["last_row"]),
        remarks=tuple(_remarks_on(run, settings, digest)),
        write=partial(journal.update_run, run.id, **changed),
    )


def _remarks_on(run: RunRecord, settings: Settings, digest: str) -> list[str]:
    """What a person should know of a run that goes on."""
    remarks = [f"Going on with run {run.id} of {run.created:%Y-%m-%d %H:%M}."]
    if not digest:
        remarks.append(f"{run.file.name} is not there any more: the run goes on with what was read then.")
    elif digest != run.fingerprint:
        remarks.append(f"{run.file.name} has changed since: the run goes on with what was read then.")
    elif _other_rules(run, settings):
        remarks.append(
            "The settings for reading sheets have changed since: the run goes on with what was read then; to send the "
            "sheet as it would be read now, `leadsync run --fresh` it afterwards."
        )
    if run.ids != settings.ids() or run.dialer != settings.url():
        remarks.append("The dialer or the campaign in the settings has changed since; nothing had been applied yet.")
    return remarks


def _same_place(journal: Journal, run: RunRecord, settings: Settings) -> bool:
    """Whether the settings name the dialer and campaign that the run was sent to; wrong ids may be put right while
    nothing has come of any row."""
    if run.dialer == settings.url() and run.ids == settings.ids():
        return True
    touched = {status for status, count in journal.tally(run.id).statuses.items() if count} - _UNTOUCHED
    return not touched
