"""The findings in a sheet, in words."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from leadsync.commands import command, show_undecided
from leadsync.durations import rough_duration
from leadsync.leads import NEW_LEAD
from leadsync.models import NO_CHANGE
from leadsync.plurals import agreeing, counted
from leadsync.reasons import TAKEN_OVER, SkipKind
from leadsync.remarks import Remark
from leadsync.report import new_leads
from leadsync.run.sheet_scan import SheetScan
from leadsync.run.survey import Group, Survey
from leadsync.run.validation import Checked
from leadsync.terminal import Visible, visible_lines

_MOST_FINDINGS = 5


def check_as_text(checked: Checked, pace: float | None, now: datetime) -> Visible:
    """The output of `check`. `pace` is the dialer's leads a second, None if unknown."""
    lines = list(_sections(checked.scan, pace, now))
    written = [f"Written, with what was found in each row: {checked.written}"] if checked.written else []
    if last := [*map(str, checked.remarks), *written]:
        lines += ["", *last]
    return visible_lines(lines)


def would_do(survey: Survey, pace: float | None, now: datetime, trial: int | None = None) -> Iterator[str]:
    """The effects of sending the sheet, a line each, and the time needed. A `trial` sends only so many rows now."""
    if not survey.rows:
        yield "No rows: there is nothing below the headings."
        return
    rows = counted(survey.rows, "row")
    yield f"{rows}: {survey.to_send:,} to send, {survey.rejected:,} rejected, {survey.skipped:,} skipped"
    if trial is not None:
        yield f"A trial: the first {counted(trial, 'of these is', 'of these are')} sent now."
    listed = survey.dispositions.most_common(_MOST_DISPOSITIONS)
    for disposition, count in listed:
        if disposition == NO_CHANGE:
            what = agreeing(count, "keeps its disposition", "keep their disposition")
        else:
            what = f"{agreeing(count, 'sets', 'set')} {disposition}"
        yield f"  {count:>9,}  {what}"
    if others := len(survey.dispositions) - len(listed):
        count = survey.to_send - sum(count for _, count in listed)
        yield f"  {count:>9,}  {agreeing(count, 'sets', 'set')} one of {counted(others, 'other disposition')}"
    if survey.callbacks:
        yield f"  {survey.callbacks:>9,}  {agreeing(survey.callbacks, 'moves', 'move')} a callback"
    yield from loud_lines(survey, now, trial)
    if survey.repeated_leads:
        leads = agreeing(survey.repeated_leads, "lead appears", "leads appear")
        yield f"  {survey.repeated_leads:>9,}  {leads} in more than one row"
    to_send = survey.to_send if trial is None else trial
    if to_send and pace is not None:
        seconds = to_send / pace
        takes, ends = rough_duration(seconds), _end(seconds, now)
        yield f"  It takes {takes} at this dialer's pace; started now, it would end {ends}."


def findings(survey: Survey) -> Iterator[str]:
    """The findings in the values, most frequent first, for a question: a few lines, and one that counts the rest."""
    rejections = [("rejected", group) for group in _largest(survey.rejections.values())]
    warnings = [("to look at", group) for group in _largest(survey.warnings.values()) if group.what != NEW_LEAD]
    kinds = rejections + warnings
    for what, group in kinds[:_MOST_FINDINGS]:
        value = f" {_short(group.examples[0][0])!r}" if group.examples[0][0] else ""
        place = f"{group.column}{value} " if group.column else ""
        yield f"  {group.count:>9,}  {what}: {place}{group.what} (row {_rows(group)})"
    if others := kinds[_MOST_FINDINGS:]:
        count = sum(group.count for _, group in others)
        yield f"  {count:>9,}  more, of {counted(len(others), 'other kind')}; `leadsync check FILE` lists all"


def repetitions(survey: Survey, now: datetime, option: str = "--skip-unchanged") -> Iterator[Remark]:
    """The warnings about rows equal to the last ones sent for their leads; `option` is the remedy."""
    for (kind, run_id), count in survey.of_other_runs.items():
        yield rows_of_another_run(kind, count, run_id)
    if survey.repeated_last is not None:
        words = repeated_rows(survey.repeated, survey.skippable, *survey.repeated_last, now)
        yield Remark(f"{words}; {option} skips {of_them(survey.repeated, survey.skippable)}", loud=True)


def rows_of_another_run(kind: SkipKind, count: int, run_id: str) -> Remark:
    """The warning about rows equal to rows of another run, for a person to decide or for that run to send."""
    if kind is SkipKind.LEFT_TO_RUN:
        rows = counted(count, "row is not sent: it is", "rows are not sent: they are")
        return Remark(f"{rows} for run {run_id} to send; if it has stopped: `leadsync resume {run_id}`", loud=True)
    if kind is SkipKind.SENT_SINCE:
        leads = counted(count, "row is not sent: the lead has", "rows are not sent: the leads have")
        return Remark(f"{leads} taken the same from run {run_id} since", loud=True)
    if kind is SkipKind.OTHER_SENT_SINCE:
        rows, leads = (
            counted(count, "row that waited is", "rows that waited are"),
            agreeing(count, "its lead", "their leads"),
        )
        them, sheet = agreeing(count, "it is", "they are"), agreeing(count, "it", "them")
        words = f"{rows} not sent: run {run_id} has sent {leads} something else since; if {them} still to be sent"
        return Remark(f"{words}, give {sheet} in a sheet of {agreeing(count, 'its', 'their')} own", loud=True)
    if kind is SkipKind.LEFT_BEHIND:
        rows, it = counted(count, "row is", "rows are"), agreeing(count, "it", "them")
        its, how = agreeing(count, "its", "their"), "without leadsync's columns"
        words = f"{rows} not sent: run {run_id} has taken {its} sheet over without {it}; to send {it}, give {it}"
        return Remark(f"{words} in a sheet of {its} own, {how}", loud=True)
    if kind in TAKEN_OVER:
        rows, its = counted(count, "row is", "rows are"), agreeing(count, "its", "their")
        words = f"{rows} not sent: run {run_id} has taken {its} sheet over since"
        return Remark(f"{words}; `{command('show', run_id, '--rows')}` tells what it has", loud=True)
    if kind is SkipKind.WAITS_IN_RETRY:
        rows = counted(count, "row is not sent: it waits", "rows are not sent: they wait")
        how = f"afterwards `{command('retry', run_id)}` sends {agreeing(count, 'it', 'them')}"
        return Remark(f"{rows} in run {run_id}, a retry; {how}", loud=True)
    if kind is SkipKind.WAITS_FOR_RESUME:
        rows = counted(count, "row is not sent: it waits", "rows are not sent: they wait")
        words = f"{rows} for an earlier row of the lead in run {run_id}, which goes first"
        return Remark(f"{words}: `leadsync resume {run_id}`", loud=True)
    if kind is SkipKind.WAITS_FOR_DECISION:
        rows = counted(count, "row is not sent: it waits", "rows are not sent: they wait")
        words = f"{rows} for an earlier row of the lead in run {run_id}, and a person has to decide on that first"
    elif kind is SkipKind.UNDECIDED_SINCE:
        rows = counted(count, "row is not sent: it was sent by", "rows are not sent: they were sent by")
        words = f"{rows} run {run_id} since, and a person has to decide first whether that was applied"
    else:
        rows = counted(count, "row is not sent: it says what", "rows are not sent: they say what")
        words = f"{rows} run {run_id} sent, and a person has to decide first whether that was applied"
    return Remark(f"{words}; `{show_undecided(run_id)}` lists those", loud=True)


def of_them(count: int, skippable: int) -> str:
    """How many of some rows can be skipped: not those behind another row of their lead that is sent."""
    if skippable == count:
        return agreeing(count, "it", "them")
    return f"{skippable:,} of them" if skippable else "none of them"


def repeated_rows(count: int, skippable: int, last: datetime, run_id: str, now: datetime) -> str:
    """The words about rows equal to the last ones sent for their leads, or to earlier ones: not all are `skippable`."""
    rows = counted(count, "row says what its", "rows say what their")
    sent = "was last sent" if skippable == count else "was sent before"
    return f"{rows} lead {sent}, {when(last, now)} by run {run_id}"


def when(time: datetime, now: datetime) -> str:
    """A time, or the day with it if it is not today's."""
    return f"today {time:%H:%M}" if time.date() == now.date() else f"{time:%Y-%m-%d %H:%M}"


def loud_lines(survey: Survey, now: datetime, trial: int | None = None) -> Iterator[str]:
    """The lines for the log of an unattended run."""
    new = new_leads(survey.new_leads(trial), ended=False)
    yield from (str(remark) for remark in (*new, *repetitions(survey, now)))


def check_as_json(checked: Checked, pace: float | None, now: datetime) -> dict[str, Any]:
    """The same for a script."""
    scan, written = checked.scan, checked.written
    survey = scan.survey
    seconds = None if pace is None else survey.to_send / pace
    return {
        "file": str(scan.source.file),
        "sheet": scan.table.sheet,
        "rows": survey.rows,
        "to_send": survey.to_send,
        "rejected": survey.rejected,
        "skipped": survey.skipped,
        "columns": [
            {
                "column": column.heading,
                "field": column.field or column.completes or None,
                "why": column.why,
                "sample": survey.samples.get(column.position, ""),
            }
            for column in scan.mapping.columns
        ],
        "mapping": scan.mapping.name or None,
        "proposed": scan.proposed,
        "dispositions": dict(survey.dispositions),
        "callbacks": survey.callbacks,
        "new_leads": survey.new_leads(),
        "repeated_leads": survey.repeated_leads,
        "repeated": survey.repeated,
        "seconds": None if seconds is None else round(seconds, 1),
        "ends": None if seconds is None else (now + timedelta(seconds=seconds)).isoformat(timespec="seconds"),
        "repairs": _groups_as_json(survey.repairs.values()),
        "warnings": _groups_as_json(survey.warnings.values()),
        "rejections": _groups_as_json(survey.rejections.values()),
        "remarks": list(map(str, (*scan.remarks, *checked.remarks))),
        "output": str(written) if written else None,
    }


_MOST_DISPOSITIONS = 12


def _sections(scan: SheetScan, pace: float | None, now: datetime) -> Iterator[str]:
    survey = scan.survey
    yield f"{scan.source.file.name}{f', sheet {scan.table.sheet}' if scan.table.sheet else ''}"
    yield from (f"  {remark}" for remark in scan.remarks)
    yield ""
    yield "Columns:"
    for column in scan.mapping.columns:
        target = column.field or column.completes or "(not sent)"
        sample = survey.samples.get(column.position, "")
        shown = f"  e.g. {_short(sample)}" if sample else ""
        yield f"  {_short(column.heading):<24} -> {target:<20} {column.why}{shown}"
    yield from _meant(scan)
    for title, groups in (
        ("Values that will be rewritten:", survey.repairs),
        # Rows without a callback date have a louder line of their own, below.
        ("Values to look at:", {key: group for key, group in survey.warnings.items() if group.what != NEW_LEAD}),
    ):
        if groups:
            yield ""
            yield title
            for group in _largest(groups.values()):
                before, after = group.examples[0]
                arrow = f" -> {after}" if after else ""
                example = f"row {_rows(group)}: {_short(before)}{arrow}"
                yield f"  {group.count:>9,}  {group.column}: {group.what}  ({example})"
    if survey.rejections:
        yield ""
        yield "Rows that will not be sent:"
        for group in _largest(survey.rejections.values()):
            value, remedy = group.examples[0]
            place = f"{group.column} {_short(value)!r} " if value else f"{group.column} " if group.column else ""
            yield f"  {group.count:>9,}  {place}{group.what}; {remedy}  (row {_rows(group)})"
    yield ""
    yield "What the run would do:"
    yield from would_do(survey, pace, now)


def _meant(scan: SheetScan) -> Iterator[str]:
    """The fields perhaps meant by headings, numbered, with the list of fields."""
    if not scan.proposed:
        return
    yield ""
    yield f'Perhaps meant, to be written under {scan.mapping.table} in the settings; a column without a field has "":'
    for number, (heading, field) in enumerate(scan.proposed.items(), 1):
        yield f'  {number:>3}  "{_short(heading)}" = "{field}"'
    yield f"  Fields: {', '.join(scan.fields)}, or any name of the campaign's own."


def _groups_as_json(groups: Iterable[Group]) -> list[dict[str, Any]]:
    return [
        {
            "what": group.what,
            "column": group.column,
            "count": group.count,
            "rows": group.rows,
            "examples": [{"before": before, "after": after} for before, after in group.examples],
        }
        for group in _largest(groups)
    ]


def _largest(groups: Iterable[Group]) -> list[Group]:
    return sorted(groups, key=lambda group: -group.count)


def _rows(group: Group) -> str:
    return ", ".join(map(str, group.rows)) + (", …" if group.count > len(group.rows) else "")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:39] + "…"


def _end(seconds: float, now: datetime) -> str:
    """The end of so many seconds from now; with the day, if it is another one."""
    end = now + timedelta(seconds=seconds)
    return f"at {end:%H:%M}" if end.date() == now.date() else f"on {end:%a %d %b} at {end:%H:%M}"
