"""A draft: the whole sheet in the journal, before the user confirms it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import starmap
from pathlib import Path
from typing import Any

from leadsync.commands import command
from leadsync.config import Settings
from leadsync.errors import BusyError, UsageError
from leadsync.file_names import first_stem, is_uploaded
from leadsync.journal import Effects, Journal, State
from leadsync.models import Lead, RunRecord
from leadsync.plurals import agreeing, counted
from leadsync.private_files import is_file
from leadsync.reasons import SkipKind
from leadsync.reimport import (
    Followed,
    LeftBehind,
    is_as_written,
    kept_beside,
    last_reading,
    left_behind,
    left_behind_remark,
    rows_that_waited,
    runs_since_reading,
    same_numbers,
)
from leadsync.remarks import Remark
from leadsync.run.decisions import retry_step
from leadsync.run.earlier_rows import given_up, given_up_elsewhere, left_before, warnings_of_failed
from leadsync.run.origin import origin_of
from leadsync.run.plan import Plan, RunOptions, has_results, with_held
from leadsync.run.scan import scan_sheet
from leadsync.run.sheet_edits import SheetEdits
from leadsync.run.sheet_scan import SheetScan, listed_rows
from leadsync.run.sheet_source import SheetSource, fingerprint
from leadsync.run.sheet_view import sheet_view_of
from leadsync.run.survey import Survey
from leadsync.system_user import system_user


class CameBackError(UsageError):
    """The sheet of a trial has rows of earlier runs by now; they were transferred to the trial, so it goes on."""


def read_draft(
    journal: Journal,
    run: RunRecord,
    settings: Settings,
    options: RunOptions,
    known: Collection[str],
    *,
    begins_anew: Sequence[RunRecord] = (),
) -> Plan:
    """Store the whole sheet as a draft. `known` are the ids of the runs of the file, and of those of its content.

    Confirmed, it ends those of `begins_anew` with rows left.
    """
    trial, read_at, sources = journal.find(run.follows) if run.follows else None, journal.last_call(), set[str]()
    try:
        scan = _store_sheet(journal, run, settings, options, known, trial, sources, begins_anew)
    except BaseException:
        # Also for a signal; after a kill the draft stays, changes nothing, and goes with the file's next run.
        journal.delete_draft(run.id)
        raise
    ended = _ended(journal, run, scan, begins_anew, sources)
    behind = _left_behind(journal, run, trial, scan, ended)
    copies, again = _copies(journal, run, scan), scan.sent_again
    if trial:
        first = _remarks_behind(journal, run, trial, settings, options, scan.survey)
    else:
        first = [*_remarks_on_ended(journal, run.file, ended, behind, scan)]
    remarks = (*copies, *first, *starmap(again_remark, again.items()), *_lost(behind), *_remarks_on(journal, scan))
    # Counted among the rows to be sent: five rows are five calls, however many rejected ones lie between.
    end = None if options.limit is None else journal.nth_pending(run.id, options.limit)
    if end is not None:
        journal.update_run(run.id, last_row=end)
    plan = Plan(
        journal.run(run.id),
        journal.ready(run.id, end),
        survey=scan.survey,
        sheet_view=sheet_view_of(scan),
        remarks=remarks,
        sent_before=bool(copies or again or scan.survey.repeated or scan.undo_newer),
        has_decisions=scan.has_decisions,
        came_back=bool(scan.mapping.sync),
        read_at=read_at,
        ends=ended.keys(),
        takes={other: numbers for (other, state), numbers in scan.effects.decided.items() if state is State.SKIPPED},
        write=partial(_confirm, journal, run.id, _effects(scan, ended, behind, known, options.edits), sources),
        forget=partial(journal.delete_draft, run.id),
    )
    return with_held(plan, journal, end)


def _remarks_on(journal: Journal, scan: SheetScan) -> Iterator[Remark]:
    yield from scan.remarks
    yield from _steps_behind(journal, scan.effects)
    yield from _own_names(scan)
    yield from _given_up(journal, scan.effects, scan.sent_elsewhere)


def _given_up(journal: Journal, effects: Effects, sent: Collection[tuple[str, int]]) -> Iterator[Remark]:
    """The warnings about rows that failed or are left, and that the file's later ones overtake, but for those `sent` by
    other runs since."""
    settled = {*sent} | {(run_id, number) for run_id, taken in effects.taken.items() for number, _ in taken}
    settled |= {(run_id, number) for (run_id, _), numbers in effects.decided.items() for number in numbers}
    for run_id in effects.taken:
        going = partial(_taken, journal, run_id, effects)
        yield from given_up_elsewhere(journal, run_id, going, settled, by_file=True)
        yield from left_before(journal, run_id, partial(_last_taken, journal, run_id, effects), settled)
        applied = effects.decided.get((run_id, State.SUCCEEDED), ())
        rows = given_up(journal, run_id, partial(_last_taken, journal, run_id, effects), applied)
        left = {number: lead for number, lead in rows.items() if (run_id, number) not in settled}
        yield from warnings_of_failed(journal, run_id, left, by_file=True)


def with_failed(journal: Journal, draft: Plan, seen: RunRecord | None) -> Plan:
    """The plan for a sheet that a run has `seen` before, with the warnings about rows that failed there and do not go
    now, before later rows of their leads that do."""
    if seen is None or draft.came_back:
        return draft
    left = partial(journal.leads_left, draft.run.id, None, {seen.id})
    going = cache(lambda: {number: lead.external_id for number, lead in left()})
    failed = given_up(journal, seen.id, lambda: {lead: number for number, lead in going().items()})
    rows = {number: lead for number, lead in failed.items() if number not in going()}
    return replace(draft, remarks=(*draft.remarks, *warnings_of_failed(journal, seen.id, rows)))


def _last_taken(journal: Journal, run_id: str, effects: Effects) -> dict[str, int]:
    """The last row of each lead that the file takes from a run."""
    return {lead.external_id: number for number, lead in _taken(journal, run_id, effects)}


def _overtaken(journal: Journal, run_id: str, numbers: Collection[int], effects: Effects) -> list[int]:
    """Those of a run's rows with a later row of their lead that the file takes from there."""
    last = _last_taken(journal, run_id, effects) if numbers else {}
    record = journal.history().record
    return [
        number for number in sorted(numbers) if any(last.get(one.lead, 0) > number for one in record(run_id, number))
    ]


def _taken(journal: Journal, run_id: str, effects: Effects, _others: Collection[str] = ()) -> list[tuple[int, Lead]]:
    """The rows that the file takes from a run, in their order."""
    numbers = {number for number, _ in effects.taken.get(run_id, ())}
    rows = sorted(journal.origins(run_id).items()) if numbers else ()
    return [(number, Lead(origin.lead, origin.fields)) for number, origin in rows if number in numbers]


def _called_too_late(run_id: str, rows: Sequence[int]) -> Remark:
    are, its_lead = agreeing(len(rows), "is", "are"), agreeing(len(rows), "its lead", "their leads")
    which, it = listed_rows(rows).capitalize(), agreeing(len(rows), "it", "them")
    why = f"once later rows of {its_lead} went through, no retry sends {it}"
    words = (
        f"{which} of run {run_id}, called not applied here, {are} not sent, and {why}; `send` instead sends {it} first"
    )
    return Remark(words, loud=True)


def _steps_behind(journal: Journal, effects: Effects) -> Iterator[Remark]:
    """How the rows that the file calls not applied go again, and those that wait for the rows it calls applied."""
    for (run_id, state), rows in effects.decided.items():
        # Those corrected in the file go from here.
        left = {*rows} - {there for there, _ in effects.taken.get(run_id, ())}
        overtaken = _overtaken(journal, run_id, left, effects) if state is State.FAILED else []
        if overtaken:
            yield _called_too_late(run_id, overtaken)
        if state is State.FAILED and len(left) > len(overtaken):
            yield Remark(f"{retry_step(journal, run_id, left - {*overtaken})}.")
        elif state is State.SUCCEEDED and journal.waiting(run_id, None):
            yield Remark(f"The rows of run {run_id} that wait for that can go then: `leadsync resume {run_id}`.")


def _effects(
    scan: SheetScan,
    ended: Collection[str],
    behind: Mapping[str, LeftBehind],
    known: Collection[str],
    edits: SheetEdits,
) -> Effects:
    corrected = (edits.draft, edits.count) if edits.draft else None
    missing = {**scan.effects.left_behind, **{other: rows.missing for other, rows in behind.items() if rows.missing}}
    return replace(scan.effects, ended=ended, left_behind=missing, known=known, corrected=corrected)


def _store_sheet(
    journal: Journal,
    run: RunRecord,
    settings: Settings,
    options: RunOptions,
    known: Collection[str],
    trial: RunRecord | None,
    sources: set[str],
    begins_anew: Sequence[RunRecord],
) -> SheetScan:
    """Read the sheet to its end.

    Earlier runs of its rows are held, so that nobody else sends those meanwhile, and added to `sources`.
    """

    def hold(run_id: str) -> None:
        journal.hold(run_id)
        sources.add(run_id)

    def take(scan: SheetScan) -> None:
        if trial is not None and scan.mapping.sync and not run.checked:
            next(scan.entries(), None)  # raises CheckedCopy for a copy of the trial's own sheet
            raise CameBackError(f"{run.file.name} has rows of earlier runs by now; begin anew with --fresh.")
        journal.create(_as_read(run, scan, settings, options), known)
        journal.add(run.id, scan.entries())

    if trial is not None:
        hold(trial.id)
    scan = scan_sheet(
        SheetSource(run.file, run.sheet, run.encoding, run.delimiter, options.content, run.inserts, bool(run.checked)),
        settings,
        run.created,
        take,
        journal=journal,
        hold=hold,
        skip_unchanged=options.skip_unchanged,
        trial=_followed(journal, run, trial) if trial is not None else None,
        begins_anew=begins_anew,
        tells_copies=True,
        edits=options.edits,
        chosen=options.chosen,
        since_reading=runs_since_reading(journal, run),
    )
    _keep_facts(journal, run, scan, options)
    return scan


def _keep_facts(journal: Journal, run: RunRecord, scan: SheetScan, options: RunOptions) -> None:
    """Keep what only the whole sheet has shown, and the changes by people that it was read with."""
    if options.edits.cells:
        journal.keep_edits(run.id, options.edits.before_sending)
    stem = scan.lineage.stem or first_stem(run.file.name)
    # Empty in the journal if it is the file's own stem: most runs.
    if stem != run.file.stem:
        journal.update_run(run.id, first_stem=stem)
    if run.inserts == "none" and scan.lineage.insert_missing:
        journal.update_run(run.id, inserts="missing")
    if scan.lineage.notes:
        journal.update_run(run.id, roles=scan.roles)


def _with_rows_left(journal: Journal, runs: Sequence[RunRecord], sources: set[str]) -> dict[str, int]:
    """The runs with rows still to be sent or waiting, held like the other `sources`, and how many rows."""
    left = {}
    for run in runs:
        count = journal.ready(run.id, None) + journal.waiting(run.id, None) if run.complete else 0
        if count:
            left[run.id] = count
            journal.hold(run.id)
            sources.add(run.id)
    return left


def _ended(
    journal: Journal, run: RunRecord, scan: SheetScan, begins_anew: Sequence[RunRecord], sources: set[str]
) -> dict[str, int]:
    """The runs that end with the confirmation, and their rows left.

    Raises UsageError for a file given back: none of its rows is its own, so that nobody would send them.
    """
    ended = _with_rows_left(journal, [other for other in begins_anew if other.sheet == scan.table.sheet], sources)
    for other in ended if scan.lineage.has_runs else ():
        journal.delete_draft(run.id)
        raise UsageError(
            f"{run.file.name} is a file given back, and its run {other} has rows left: begun anew, it would leave "
            f"them to nobody; give it without --fresh, or go on with that run: `leadsync resume {other}`.",
            names_file=True,
        )
    return ended


def _copies(journal: Journal, run: RunRecord, scan: SheetScan) -> list[Remark]:
    """What is known of the same content under other names, and of edited files beside one given back."""
    return [
        *_same_content(journal, run),
        *(_edited_beside(journal, run.file, scan.lineage.chosen_options) if scan.mapping.sync else ()),
    ]


def _left_behind(
    journal: Journal, run: RunRecord, trial: RunRecord | None, scan: SheetScan, ended: Collection[str]
) -> dict[str, LeftBehind]:
    """By run, the rows left of the runs that end and of the trial, and that the draft does not hold as they were."""
    effects = scan.effects
    behind = {other: left_behind(journal, other, run.id, effects.waiting) for other in ended}
    # A copy's rows have numbers of their own to be told by.
    if trial is not None and trial.fingerprint != run.fingerprint and not scan.mapping.sync:
        taken = {*effects.decided.get((trial.id, State.SKIPPED), ())}
        rows = left_behind(journal, trial.id, run.id)
        behind[trial.id] = rows._replace(missing=[row for row in rows.missing if row in taken])
    return behind


def _lost(behind: Mapping[str, LeftBehind]) -> Iterator[Remark]:
    return (left_behind_remark(other, rows.missing, "file") for other, rows in behind.items() if rows.missing)


def _end_remark(run_id: str, left: int, replaced: Sequence[int], waits: bool) -> Remark:
    them, unless = agreeing(left, "it is", "they are"), ", unless they wait for a decision" if waits else ""
    other = f"; {listed_rows(replaced)} {agreeing(len(replaced), 'has', 'have')} other values here" if replaced else ""
    anew = f"this run begins the sheet anew, and {them} skipped there{unless}"
    return Remark(f"Run {run_id} had {counted(left, 'row')} left; {anew}{other}.")


def _remarks_on_ended(
    journal: Journal, file: Path, ended: Mapping[str, int], behind: Mapping[str, LeftBehind], scan: SheetScan
) -> Iterator[Remark]:
    """The runs that end and their rows left, and the warnings about corrections in copies by `check` among them, where
    the draft has other texts."""
    waits = bool(scan.effects.waiting)
    # The copy itself holds what a person has written since.
    copies = {run_id: copy for run_id in ended if (copy := journal.run(run_id)).checked and copy.file != file}
    for run_id, left in ended.items():
        yield _end_remark(run_id, left, behind[run_id].replaced if run_id not in copies else (), waits)
    for run_id, copy in copies.items():
        if rows := behind[run_id].replaced:
            count, them = counted(len(rows), "row was", "rows were"), agreeing(len(rows), "it", "them")
            again = command("resume", run_id)
            if is_file(copy.file):
                again = command("run", copy.file, *scan.lineage.chosen_options)
            yield Remark(
                f"{count} changed in {copy.file.name} and not sent from there ({listed_rows(rows)}); this file has "
                f"other values. To send {them} as changed, go on with `{again}` instead, without --fresh",
                loud=True,
            )


def _followed(journal: Journal, run: RunRecord, trial: RunRecord) -> Followed:
    """The earlier run, with what its sheet is to the run's."""
    copied = journal.checked_sheet(trial.checked) if trial.checked else None
    is_original = copied is not None and copied.fingerprint == run.fingerprint
    is_other_copy = bool(run.checked) and copied is not None and run.file != trial.file
    is_other_copy = is_other_copy or _is_of_earlier_content(journal, run, trial)
    is_numbered = same_numbers(journal, run, trial)
    return Followed(trial, is_original, is_other_copy, by_copy=bool(run.checked), is_numbered=is_numbered)


def _is_of_earlier_content(journal: Journal, run: RunRecord, trial: RunRecord) -> bool:
    """Whether a run's file is a copy of what the trial's sheet held before: that stands as the trial has read it."""
    source = journal.checked_sheet(run.checked) if run.checked else None
    if source is None or trial.checked or source.fingerprint == trial.fingerprint:
        return False
    return is_file(trial.file) and fingerprint(trial.file) == trial.fingerprint


def _edited_beside(journal: Journal, file: Path, chosen: Sequence[str]) -> list[Remark]:
    """A warning for each edited file that was put aside for this one, as leadsync wrote it, and that no run has read or
    whose rows wait."""
    kept, remarks = list(kept_beside(file)), []
    for path, digest in kept if kept and is_as_written(journal, file) else ():
        send = f"`{command('run', path, *chosen)}`"
        if (run := last_reading(journal, digest)) is None:
            words = f"{path.name} beside it was edited by a person, and no run has read that; {send} does"
            remarks.append(Remark(words, loud=True))
        elif next(rows_that_waited(journal, run.id), None) is not None:
            words = f"{path.name} beside it has rows that could not go (run {run.id})"
            remarks.append(Remark(f"{words}; {send} in place of this file sends them", loud=True))
    return remarks


def _same_content(journal: Journal, run: RunRecord) -> list[Remark]:
    """A warning, if another file with the same bytes was sent to the same campaign."""
    for other in journal.runs():
        is_copy = (
            other.complete and other.fingerprint == run.fingerprint and other.file != run.file and not other.retry_of
        )
        if is_copy and other.is_at(run.dialer, run.ids) and has_results(journal, other):
            sent = f"run {other.id} sent on {other.created:%Y-%m-%d %H:%M}"
            if is_uploaded(other.file) or is_uploaded(run.file):
                sent += f" {origin_of(journal, other)}"
            return [Remark(f"{run.file.name} holds the same as {other.file.name}, which {sent}.", loud=True)]
    return []


def _own_names(scan: SheetScan) -> list[Remark]:
    """The list of columns that nothing but their headings names."""
    names = scan.mapping.own_names
    return [Remark(f"Sent as campaign fields of these names: {', '.join(names)}.")] if names else []


def _as_read(run: RunRecord, scan: SheetScan, settings: Settings, options: RunOptions) -> RunRecord:
    """The run with the facts of its sheet."""
    table = scan.table
    return replace(
        run,
        sheet=table.sheet,
        kind=options.kind or table.kind,
        delimiter=table.delimiter,
        bom=table.bom,
        headings=scan.headings,
        roles=scan.roles,
        date_order=scan.date_order,
        epoch_1904=scan.epoch_1904,
        rules=settings.rules_digest,
        reading=scan.reading,
    )


def _confirm(journal: Journal, run_id: str, effects: Effects, sources: set[str], **values: Any) -> None:
    try:
        journal.confirm(run_id, replace(effects, user=system_user()), **values)
    except BusyError:
        journal.delete_draft(run_id)
        raise
    if effects.corrected is not None:
        journal.delete_draft(effects.corrected[0])
    # Only now: until the commit, others could send the rows that this run has taken over.
    for source in sources:
        journal.release(source)


def _corrections_left(journal: Journal, run: RunRecord, trial: RunRecord, options: RunOptions) -> list[Remark]:
    """The warning about corrections saved in a trial and not sent, if this reading knows nothing of them."""
    left = 0 if options.edits.draft else journal.edited_counts(trial.id).changed
    if not left:
        return []
    rows, them = counted(left, "row was", "rows were"), agreeing(left, "it is", "they are")
    words = f"{rows} corrected on the page of run {trial.id} and not sent; here {them} read as in {run.file.name}"
    return [Remark(f"{words}: send the corrected rows on that page first, or correct them in the sheet.", loud=True)]


def again_remark(run_id: str, numbers: Sequence[int]) -> Remark:
    """The warning about rows with another payload than the one that went through in an earlier run of the sheet."""
    rows = counted(len(numbers), "row that went", "rows that went")
    again = agreeing(len(numbers), "reads otherwise now, and is", "read otherwise now, and are")
    words = f"{rows} through in run {run_id} {again} sent a second time: {listed_rows(numbers)}."
    return Remark(words, loud=True)


def _remarks_behind(
    journal: Journal,
    run: RunRecord,
    trial: RunRecord,
    settings: Settings,
    options: RunOptions,
    survey: Survey,
) -> list[Remark]:
    elsewhere, to_send = survey.skips[SkipKind.SENT_IN_COPY], survey.to_send
    behind = Remark(_trial_remark(run, trial, settings.rules_digest, elsewhere, to_send))
    return [behind, *_corrections_left(journal, run, trial, options)]


def _trial_remark(run: RunRecord, trial: RunRecord, rules: str, elsewhere: int, to_send: int) -> str:
    """How a sheet goes behind its earlier run; `elsewhere` counts the rows that other runs of it have sent."""
    kept = "the rows that went through then and still say the same"
    if elsewhere:
        kept += f", and {counted(elsewhere, 'row')} that other runs of the sheet have sent"
    if trial.last_row is None and not to_send:
        return f"Run {trial.id} has sent the same sheet, and no row of {run.file.name} goes now."
    if trial.last_row is None:
        return f"Run {trial.id} has sent the same sheet: {run.file.name} is sent as it reads now, but for {kept}."
    since = f"since run {trial.id} tried its first rows: it is sent as it reads now, but for"
    what = "The settings for it have changed"
    if trial.fingerprint != run.fingerprint:
        what = f"{run.file.name} has changed"
    elif trial.rules == rules:
        what, since = f"Run {trial.id} has tried the first rows", "of this sheet: all others go, and not"
    return f"{what} {since} {kept}."
