"""The plan to go on with a run."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import Any

from leadsync.commands import command
from leadsync.config import Settings
from leadsync.errors import SettingsError, UsageError
from leadsync.file_names import is_uploaded
from leadsync.journal import Journal, held_words
from leadsync.models import Inserts, RunRecord
from leadsync.plurals import agreeing, counted
from leadsync.private_files import is_file
from leadsync.reasons import MAY_GO_LATER, Skip, SkipKind
from leadsync.reimport import RowsElsewhere
from leadsync.remarks import Remark
from leadsync.run.draft import again_remark
from leadsync.run.earlier_rows import but_for, first_warnings
from leadsync.run.plan import Plan, RunOptions, has_results, with_held
from leadsync.run.sent_since import sent_since
from leadsync.run.sheet_edits import is_changed_since
from leadsync.run.sheet_scan import listed_rows
from leadsync.run.sheet_source import fingerprint


def plan_resume(
    journal: Journal, run_id: str, settings: Settings, options: RunOptions, *, with_earlier: bool = False
) -> Plan:
    """The plan to go on with a run, or with the earlier stopped runs of its file and then with it.

    Raises SettingsError for another campaign, UsageError for a draft.
    """
    run = journal.run(run_id)
    refuse_draft(run)
    refuse_held(journal, run.id)
    refuse_other_place(journal, run, settings)
    digest = fingerprint(run.file) if is_file(run.file) else ""
    runs = [*(_earlier_left(journal, run) if with_earlier and options.limit is None else ()), run]
    plan = in_turn([go_on(journal, one.id, settings, options, digest) for one in runs])
    # "" stands for a file that is gone: it is no new one.
    if digest in {"", *(other.fingerprint for other in journal.runs_of(run.file))}:
        return plan
    send = command("run", run.file, *settings.chosen_options)
    is_new = Remark(f"{run.file.name} holds other rows by now, and no run has read them; `{send}` does.", loud=True)
    return replace(plan, remarks=(*plan.remarks, is_new))


def refuse_draft(run: RunRecord) -> None:
    """Raise UsageError for a draft; that of an upload is sent on the page, where its corrections are."""
    if run.complete:
        return
    again = f"`{command('run', run.file)}` reads the file again"
    where = "it is sent on the page" if is_uploaded(run.file) else again
    raise UsageError(f"Run {run.id} was read but never confirmed, and nothing of it was sent; {where}.")


def refuse_other_place(journal: Journal, run: RunRecord, settings: Settings) -> None:
    """Raise SettingsError if the settings name another dialer or campaign than the run's.

    Until a row has a result they may be corrected, but not behind a queue: nobody is asked there any more.
    """
    is_same = is_place_of(run, settings) if journal.queued(run.id) else same_campaign(journal, run, settings)
    if not is_same:
        raise SettingsError(
            f"Run {run.id} was sent to {run.place}, and the settings name another place; use that run's settings with "
            "--config, or give its retry file to `leadsync run` to send the rows to the new place."
        )


def refuse_held(journal: Journal, run_id: str) -> None:
    """Raise UsageError for a run held since a restore of the journal."""
    # The lock first: taking it notices a restore.
    journal.hold(run_id)
    if since := journal.restored(run_id):
        raise UsageError(held_words(run_id, since))


def corrected_rest(journal: Journal, run: RunRecord, *, but_of: Path | None = None) -> str:
    """The draft in which people have changed the rest of a run, but for one of a file; empty without one.

    Such a draft follows the run, or begins the sheet of a run with rows left anew.
    """
    has_left = not run.finished or journal.has_more(run.id)
    changed = (
        draft.id
        for draft in journal.drafts()
        if draft.file != but_of
        and (draft.follows == run.id or (has_left and _begins_anew(draft, run)))
        and is_changed_since(journal, run, draft)
    )
    return next(changed, "")


def _begins_anew(draft: RunRecord, run: RunRecord) -> bool:
    is_same = draft.fingerprint == run.fingerprint and draft.is_at(run.dialer, run.ids)
    return is_same and draft.created > run.created


def refuse_corrected_rest(journal: Journal, run: RunRecord, *, but_of: Path | None = None) -> None:
    """Raise UsageError for a run whose rest people have changed: it is not sent as it was.

    `but_of` is a file read with those changes, if they are in its own draft.
    """
    if corrected_rest(journal, run, but_of=but_of):
        raise UsageError(
            f"People have corrected or left out rows of {run.file.name} since run {run.id} began it; send or discard "
            "the rest on the page of the sheet."
        )


def _earlier_left(journal: Journal, run: RunRecord) -> Iterator[RunRecord]:
    """The stopped runs of the same file and campaign before this one, the oldest first."""
    runs = journal.runs_of(run.file)
    for other in reversed(runs[[one.id for one in runs].index(run.id) + 1 :]):
        if other.complete and not other.finished and other.is_at(run.dialer, run.ids):
            yield other


def in_turn(plans: Sequence[Plan]) -> Plan:
    """The plan to carry out these plans one after the other, at least one."""
    *earlier, plan = plans
    for one in reversed(earlier):
        plan = replace(one, then=plan, sent_before=one.sent_before or plan.sent_before)
    return plan


def go_on(journal: Journal, run_id: str, settings: Settings, options: RunOptions, digest: str) -> Plan:
    """The plan to send the rest of a run."""
    refuse_held(journal, run_id)
    run, read_at = journal.run(run_id), journal.last_call()
    refuse_corrected_rest(journal, run)
    check_inserts(run, options)
    changed: dict[str, Any] = {
        "dialer": settings.url(),
        "ids": settings.ids(),
        "finished": False,
        "inserts": inserts_of(run, settings, options),
        "last_row": None if options.limit is None else journal.nth_pending(run.id, options.limit),
    }
    if options.output is not None:
        changed["output"] = options.output.resolve()
    if options.kind is not None:
        changed["kind"] = options.kind
    if options.order is not None:
        changed["order"] = options.order
    end = changed["last_row"]
    left = partial(journal.leads_left, run.id, end)
    since = sent_since(journal, run, left, settings, skip_unchanged=options.skip_unchanged)
    elsewhere = RowsElsewhere(journal, run, left, settings)
    losses = elsewhere.losses(since.skipped)
    overtaken = elsewhere.overtaken().keys() - since.skipped.keys()
    remarks = map(Remark, _remarks_on(journal, run, settings, digest))
    skipped = since.skipped | _beyond_end(journal, run.id, end, since.waiting)
    if run.retry_of:
        skipped = {number: _in_retry(run.id, skip) for number, skip in skipped.items()}
    plan = Plan(
        replace(run, **changed),
        journal.ready(run.id, end) - len(since.skipped),
        remarks=(
            *remarks,
            *since.remarks(journal, run, settings, journal.now()),
            *starmap(again_remark, losses.again.items()),
            *losses.remarks(),
            *_behind_later(overtaken),
            *stay_remark(run.id, sum(skip.kind is SkipKind.WAITS_IN_RETRY for skip in skipped.values())),
            *first_warnings(journal, run.id, but_for(left, skipped)),
        ),
        sent_before=bool(since.sent_before or losses.again or overtaken),
        read_at=read_at,
        write=partial(_write, journal, run, skipped, changed),
    )
    return with_held(plan, journal, end)


def _beyond_end(journal: Journal, run_id: str, end: int | None, waiting: Mapping[str, Skip]) -> dict[int, Skip]:
    """The rows beyond the end of a trial whose leads wait, each with the reason: behind the skipped rows of the trial
    nothing would keep them."""
    if end is None or not waiting:
        return {}
    left = journal.leads_left(run_id, None, {run_id})
    return {number: waiting[lead.external_id] for number, lead in left if number > end and lead.external_id in waiting}


def _in_retry(run_id: str, skip: Skip) -> Skip:
    """The reason to skip a row of a retry: that has read no sheet to be given again."""
    return Skip(SkipKind.WAITS_IN_RETRY, skip.run, skip.row, of_run=run_id) if skip.kind in MAY_GO_LATER else skip


def stay_remark(run_id: str, count: int) -> Iterator[Remark]:
    """The loud sentence about rows that wait in a run for another one, with what sends them afterwards."""
    if count:
        rows, them = counted(count, "row stays", "rows stay"), agreeing(count, "it", "them")
        yield Remark(f"{rows} in run {run_id}; `{command('retry', run_id)}` sends {them} afterwards", loud=True)


def _behind_later(overtaken: Collection[int]) -> Iterator[Remark]:
    """The loud sentence about rows behind which a later one of their lead went through."""
    if count := len(overtaken):
        rows, leads = counted(count, "row would go", "rows would go"), agreeing(count, "its lead", "their leads")
        which = listed_rows(sorted(overtaken))
        yield Remark(f"{rows} over a later one of {leads}, which went through since ({which})", loud=True)


def _write(
    journal: Journal,
    run: RunRecord,
    skipped: Mapping[int, Skip],
    changed: Mapping[str, Any],
    warnings: Sequence[str] = (),
    **values: Any,
) -> None:
    if skipped:
        journal.skip(run.id, skipped)
    # Its earlier warnings are about rows that it has sent.
    said = tuple(dict.fromkeys((*run.warnings, *warnings)))
    journal.update_run(run.id, **changed, **values, warnings=said)


def _remarks_on(journal: Journal, run: RunRecord, settings: Settings, digest: str) -> list[str]:
    """The remarks on a run before it goes on."""
    remarks = [f"Going on with run {run.id} of {run.created:%Y-%m-%d %H:%M}."]
    read_since = run.retry_of and digest in {other.fingerprint for other in journal.runs_of(run.file)}
    if is_uploaded(run.file):
        # The page keeps no sheet: what it has read is in the journal.
        if has_other_rules(run, settings):
            remarks.append("It goes on by the choices made on the page, as it was read there.")
    elif not digest:
        remarks.append(f"{run.file.name} is not there any more: the run goes on with what was read then.")
    elif digest != run.fingerprint and not read_since:
        remarks.append(f"{run.file.name} has changed since: the run goes on with what was read then.")
    elif has_other_rules(run, settings):
        remarks.append(
            "The settings for reading sheets have changed since: the run goes on with what was read then; to send the "
            "sheet as it would be read now, `leadsync run --fresh` it afterwards."
        )
    if not is_place_of(run, settings):
        remarks.append("The dialer or the campaign in the settings has changed since; nothing had been applied yet.")
    return remarks


def is_place_of(run: RunRecord, settings: Settings) -> bool:
    """Whether the settings name the dialer and campaign of the run."""
    return run.is_at(settings.url(), settings.ids())


def same_campaign(journal: Journal, run: RunRecord, settings: Settings) -> bool:
    """Whether the settings name the dialer and campaign of the run, or may have meant it: until a row has a result its
    ids may be corrected. A run whose place stands in the settings under another name is of that one, and who chooses
    a place by its name means no other."""
    if is_place_of(run, settings):
        return True
    if settings.is_chosen or settings.place_of(run.dialer, run.ids)[1] is not None:
        return False
    return not has_results(journal, run)


def has_other_rules(run: RunRecord, settings: Settings) -> bool:
    """Whether the settings for reading sheets have changed since the run read its sheet."""
    return run.rules not in ("", settings.rules_digest)


def check_inserts(run: RunRecord, options: RunOptions) -> None:
    """Raise UsageError if a run that updates leads should go on as a list of inserts."""
    if options.inserts == "only" and run.inserts != "only":
        raise UsageError(
            f"Run {run.id} of {run.file.name} has begun to change leads and is not finished; go on with it without "
            "--insert-only, or begin anew with --fresh.",
            names_file=True,
        )


def inserts_of(run: RunRecord, settings: Settings, options: RunOptions) -> Inserts:
    """The inserts of a resumed run: rows read as inserts stay inserts, others may become some."""
    if run.inserts == "none" and (options.inserts == "missing" or settings.campaign.insert_missing):
        return "missing"
    return run.inserts
