"""The plan to send failed and unsent rows again, as a new run."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import starmap
from typing import Any

from leadsync.config import Settings
from leadsync.errors import UsageError
from leadsync.journal import Journal, Queued
from leadsync.models import RunRecord, Status
from leadsync.plurals import agreeing, counted
from leadsync.reasons import MAY_GO_LATER, Skip
from leadsync.reimport import RowsElsewhere
from leadsync.remarks import Remark
from leadsync.run.continuation import (
    inserts_of,
    is_place_of,
    refuse_corrected_rest,
    refuse_draft,
    refuse_held,
    refuse_other_place,
    stay_remark,
)
from leadsync.run.draft import again_remark
from leadsync.run.earlier_rows import but_for, given_up_elsewhere
from leadsync.run.plan import Plan, RunOptions, with_runs_ahead
from leadsync.run.sent_since import sent_since
from leadsync.run.sheet_scan import listed_rows


def plan_retry(journal: Journal, run_id: str, settings: Settings, options: RunOptions, now: datetime) -> Plan:
    """A new run with the failed and unsent rows of a run.

    Raises UsageError if a later run has taken them, SettingsError for another dialer or campaign that nobody named.
    """
    run = journal.run(run_id)
    refuse_draft(run)
    refuse_held(journal, run.id)
    refuse_corrected_rest(journal, run)
    # Rows sent again by a later run belong to that run.
    for later in journal.lineage(run.id):
        journal.hold(later)
    run, read_at = journal.run(run.id), journal.last_call()
    if not options.place_named:
        refuse_other_place(journal, run, settings)
    # Counted under the lock: until then another process could have sent the rows.
    count = journal.count_retry(run.id)
    if count == 0:
        plan = _with_waiting(journal, run.id, Plan(run, nothing_to_do=True))
        if not plan.held:
            _refuse_taken(journal, run)
        return plan
    return _with_waiting(
        journal, run.id, replace(_planned(journal, run, settings, options, now, count), read_at=read_at)
    )


def _planned(
    journal: Journal, run: RunRecord, settings: Settings, options: RunOptions, now: datetime, count: int
) -> Plan:
    """The plan to send those of `count` rows of a run again that neither wait nor went since."""
    again = partial(journal.leads_of_retry, run.id)
    elsewhere = RowsElsewhere(journal, run, again, settings)
    # As in a file given back: they would undo the later ones.
    overtaken = elsewhere.overtaken()
    since = sent_since(journal, run, again, settings, skip_sent=True, left_out=overtaken)
    settled = {number: skip for number, skip in since.skipped.items() if skip.kind not in MAY_GO_LATER}
    overtaken = {number: skip for number, skip in overtaken.items() if number not in settled}
    waiting = since.skipped.keys() - settled.keys() - overtaken.keys()
    # Nobody looks at what waits in a retry, and a person may still send what is overtaken from its own run.
    staying = waiting | overtaken.keys()
    losses = elsewhere.losses(staying | settled.keys())
    taken = count - len(staying)
    sending = taken - len(settled)
    new = _new_run(journal, run, settings, options, now)
    return Plan(
        new if taken else run,
        sending if options.limit is None else min(sending, options.limit),
        remarks=(
            *(_remarks_on(run, settings, taken) if taken else ()),
            *map(Remark.fact, corrected_rows_left(journal, run.id)),
            *since.remarks(journal, run, settings, now),
            *starmap(again_remark, losses.again.items()),
            *losses.remarks(),
            *_too_late(overtaken),
            *stay_remark(run.id, len(waiting)),
            *given_up_elsewhere(journal, run.id, but_for(again, staying | settled.keys())),
        ),
        nothing_to_do=not taken,
        sent_before=bool(since.sent_before or losses.again),
        write=partial(_store_retry, journal, new, options.limit, settled, staying),
    )


def _with_waiting(journal: Journal, run_id: str, plan: Plan) -> Plan:
    """The plan with the rows of a run that wait for others of their leads, and the runs with those."""
    behind = journal.behind_others(run_id)
    runs = dict.fromkeys(run for run, _ in behind)
    # What is to go there may wait for a decision itself.
    to_resume = [run for run in runs if (run, True) in behind and journal.has_more(run)]
    return with_runs_ahead(replace(plan, held=len(set().union(*behind.values()))), journal, runs, to_resume)


def _new_run(journal: Journal, run: RunRecord, settings: Settings, options: RunOptions, now: datetime) -> RunRecord:
    """The run that sends rows of a run again."""
    return replace(
        run,
        id=journal.new_run_id(now),
        output=options.output.resolve() if options.output else run.output,
        kind=options.kind or run.kind,
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
        # The warnings were about the sheet, and the retry reads none.
        warnings=(),
        new_leads=0,
        order=options.order or run.order,
        inserts=inserts_of(run, settings, options),
    )


def _remarks_on(run: RunRecord, settings: Settings, rows: int) -> Iterator[Remark]:
    """How many rows of a run go again, and whether to another place than before."""
    yield Remark(f"{counted(rows, 'failed or unsent row')} of run {run.id} {agreeing(rows, 'goes', 'go')} again.")
    if not is_place_of(run, settings):
        yield Remark(f"Run {run.id} was sent to {run.place}; its rows go to another place now.", loud=True)


def _too_late(overtaken: Mapping[int, Skip]) -> Iterator[Remark]:
    """The loud sentence about rows behind which a later one of their lead went through."""
    if count := len(overtaken):
        rows, leads = counted(count, "row is", "rows are"), agreeing(count, "its lead", "their leads")
        yield Remark(
            f"{rows} not sent, because a later row of {leads} went through ({listed_rows(sorted(overtaken))})",
            loud=True,
        )


def _refuse_taken(journal: Journal, run: RunRecord) -> None:
    """Raise UsageError if a later run can send the rows of a run again."""
    later_runs = set(journal.lineage(run.id))
    other = next((one.id for one in journal.runs() if one.id in later_runs and journal.count_retry(one.id)), "")
    if other:
        raise UsageError(f"Run {other} has taken the rows of run {run.id}; use: leadsync retry {other}")


def corrected_rows_left(journal: Journal, run_id: str) -> list[str]:
    """The sentence about corrected rows of a run, if there are any: a retry would send their old cells."""
    if not (count := journal.edited_counts(run_id).changed):
        return []
    rows, them = counted(count, "corrected row is", "corrected rows are"), agreeing(count, "it", "them")
    return [f'{rows} left out; "Send corrected rows" on the page of run {run_id} sends {them}.']


def overtaken_words(journal: Journal, run_id: str) -> str:
    """The words about failed rows of a run that no retry sends; empty without such rows."""
    if not (rows := [row.number for row in journal.overtaken(run_id) if row.status is Status.FAILED]):
        return ""
    are, leads = agreeing(len(rows), "is", "are"), agreeing(len(rows), "its lead was", "their leads were")
    failed = counted(len(rows), "failed row")
    return f"{failed} of run {run_id} {are} older than what {leads} sent since ({listed_rows(rows)})"


def _store_retry(
    journal: Journal,
    new: RunRecord,
    limit: int | None,
    settled: Mapping[int, Skip],
    staying: Collection[int],
    queued: Queued | None = None,
    **values: Any,
) -> None:
    journal.create_retry(replace(new, **values), limit, queued, but_of=staying)
    if settled:
        journal.skip(new.id, settled)
    # Released after the commit: the retry has taken their rows over.
    for run_id in (new.retry_of, *journal.lineage(new.retry_of)):
        if run_id != new.id:
            journal.release(run_id)
