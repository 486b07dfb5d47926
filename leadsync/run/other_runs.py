"""What other runs mean for the plan of a file: the rows that they have left, that they send first or as well."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from leadsync.commands import command
from leadsync.journal import Journal
from leadsync.models import RunRecord
from leadsync.plurals import agreeing, counted
from leadsync.reasons import WAITING, SkipKind
from leadsync.reimport import undoes
from leadsync.remarks import Remark
from leadsync.run.plan import Plan, RunOptions
from leadsync.run.report_files import written_files
from leadsync.run.sheet_scan import listed_rows
from leadsync.run.waiting_rows import forgotten_by


def elsewhere_unfinished(journal: Journal, draft: RunRecord, ended: Collection[str]) -> Iterator[Remark]:
    """The loud sentence about a stopped run of the same sheet to another campaign or dialer, but for those `ended`."""
    for other in journal.runs():
        if other.id in ended:
            continue
        is_same = other.fingerprint == draft.fingerprint and other.sheet == draft.sheet and not other.retry_of
        if is_same and other.complete and not other.finished and not other.is_at(draft.dialer, draft.ids):
            stopped = f"Run {other.id} has begun to send this sheet to {other.place}, and is not finished"
            resume = f"`{command('resume', other.id)}` goes on with it"
            yield Remark(f"{stopped}: {resume}, and this run sends all rows to {draft.place}.", loud=True)
            return


def forgotten(journal: Journal, draft: RunRecord) -> Iterator[Remark]:
    """The loud sentence about rows that waited in the sheet that a file was before."""
    before, count = forgotten_by(journal, draft)
    if before is None or not count:
        return
    rows = counted(count, "row of run", "rows of run")
    report = written_files(before)["report"]
    how = (
        f"`{command('run', report)}` sends"
        if report
        else f"the report that `{command('report', before.id)}` writes sends"
    )
    them, they = agreeing(count, "it", "them"), agreeing(count, "it", "they")
    words = (
        f"{rows} {before.id} waited for another run, and {agreeing(count, 'is', 'are')} not in {draft.file.name} now"
    )
    yield Remark(f"{words}: {how} {them} once {they} may go", loud=True)


def goes_behind(count: int, name: str, runs: Sequence[str]) -> Remark:
    rows, them = counted(count, "row", "rows"), agreeing(count, "it goes, if it is", "those go that are")
    return Remark(f"{rows} of {name} waited for another run: behind run {', '.join(runs)} {them} still to be sent")


def goes_again(runs: Sequence[str], rows: Sequence[int]) -> Remark:
    """The loud sentence about rows of a sheet that go again behind rows that say the same."""
    count = len(rows)
    equal = counted(count, "row of the file equals a row", "rows of the file equal rows")
    first = agreeing(count, "that went or goes first", "that went or go first")
    its_lead, they = agreeing(count, "its lead", "their leads"), agreeing(count, "it goes", "they go")
    why = f"as rows of {its_lead} have changed, {they} again behind that ({listed_rows(rows)})"
    return Remark(f"{equal} of run {', '.join(runs)} {first}; {why}", loud=True, repeats=True)


def behind(journal: Journal, rest: Sequence[Plan], draft: Plan, options: RunOptions) -> Plan:
    """The draft, with a warning if it sends rows once more that the rest before it sends: a sheet saved anew."""
    runs = [plan.run.id for plan in rest]
    replaced = list(_replaced_at_once(journal, rest, draft))
    about_rest = (*_left_out(journal, rest, draft, options), *_that_wait(runs, draft), *replaced)
    draft = replace(draft, remarks=(*draft.remarks, *about_rest), sent_before=draft.sent_before or bool(replaced))
    twice = 0 if options.skip_unchanged else journal.alike(draft.run.id, runs)
    if not twice:
        return draft
    rows = counted(twice, "row of the file equals a row", "rows of the file equal rows")
    go_first = f"left of run {', '.join(runs)}, to be sent before"
    warning = Remark(f"{rows} {go_first}; --skip-unchanged sends each once", loud=True, repeats=True)
    return replace(draft, remarks=(*draft.remarks, warning), sent_before=True)


def _left_out(journal: Journal, rest: Sequence[Plan], draft: Plan, options: RunOptions) -> Iterator[Remark]:
    """The warnings about rows of a file given back that its runs send first, though they stand in it no more. What
    the file has of the rows left goes in the same call: that is no longer told."""
    told = draft.survey.of_other_runs if draft.survey is not None else Counter()
    for plan in rest:
        key = SkipKind.LEFT_TO_RUN, plan.run.id
        missing = plan.waiting - told[key]
        if missing >= 0:
            del told[key]
            missing -= journal.alike(draft.run.id, [plan.run.id])
        if missing > 0 and draft.came_back and options.limit is None and not plan.run.retry_of:
            rows = counted(missing, "row left of", "rows left of")
            them = agreeing(missing, "is", "are")
            words = (
                f"{rows} run {plan.run.id} {them} not in {draft.run.file.name} any more, and {them} sent all the same"
            )
            yield Remark(words, loud=True)


def _replaced_at_once(journal: Journal, rest: Sequence[Plan], draft: Plan) -> Iterator[Remark]:
    """The warnings about rows left of a copy by `check` that its sheet, edited since, replaces in the same call: of
    two texts nobody knows which is the correction."""
    for plan in rest:
        copy = plan.run
        if not copy.checked or copy.file == draft.run.file or not plan.waiting:
            continue
        first = {lead.external_id: lead for _, lead in journal.leads_left(copy.id, None, [draft.run.id])}
        here = {lead.external_id: (row, lead) for row, lead in journal.leads_left(draft.run.id, None, [copy.id])}
        rows = [row for name, (row, lead) in here.items() if name in first and undoes(lead.fields, first[name].fields)]
        if rows:
            go, they = counted(len(rows), "row goes", "rows go"), agreeing(len(rows), "it stands", "they stand")
            both = f"{go} first as in {copy.file.name}, and then as {they} in this file ({listed_rows(sorted(rows))})"
            keep = f"to keep the former, take {agreeing(len(rows), 'it', 'them')} out of this file"
            yield Remark(f"{both}; {keep}", loud=True)


def _that_wait(runs: Sequence[str], draft: Plan) -> Iterator[Remark]:
    """The line on rows that wait for those left of the `runs` before: they are looked at again in the same call."""
    told = draft.survey.of_other_runs if draft.survey is not None else Counter[tuple[SkipKind, str]]()
    count = sum(told.pop((kind, run_id), 0) for kind in WAITING for run_id in runs)
    if count:
        yield goes_behind(count, draft.run.file.name, runs)


def beside(journal: Journal, draft: Plan, ended: Collection[str]) -> Plan:
    """The draft, with a warning for each other stopped run that is to send rows of it: that sheet was saved anew under
    this name. Runs that the draft has `ended`, or that go before it, send nothing beside it, nor rows that it takes."""
    remarks = []
    for other in journal.runs():
        is_left = other.complete and not other.finished and other.id not in ended
        if not is_left or not other.is_at(draft.run.dialer, draft.run.ids):
            continue
        if twice := journal.alike(draft.run.id, [other.id], draft.takes.get(other.id, ())):
            rows = counted(twice, "row equals a row", "rows equal rows")
            words = f"left of run {other.id} of {other.file.name}; `{command('resume', other.id)}` sends"
            remarks.append(Remark(f"{rows} {words} {agreeing(twice, 'it', 'them')} as well", loud=True))
    if not remarks:
        return draft
    return replace(draft, remarks=(*draft.remarks, *remarks), sent_before=True)
