"""What was found in a sheet, in words."""

from collections.abc import Iterable, Iterator
from typing import Any

from leadsync.leads import NEW_LEAD
from leadsync.models import NO_CHANGE
from leadsync.run import Group, Source, Survey


def survey_in_short(survey: Survey, pace: float | None) -> str:
    """What the run would do, for the question before it; `pace` in leads a second, None where it is not known."""
    return "\n".join(would_do(survey, pace))


def survey_in_full(source: Source, survey: Survey, pace: float | None) -> str:
    """Everything that `check` tells."""
    return "\n".join(_sections(source, survey, pace))


def would_do(survey: Survey, pace: float | None) -> Iterator[str]:
    """What sending the sheet would do, a line each."""
    yield f"{survey.rows:,} rows: {survey.to_send:,} to send, {survey.rejected:,} rejected, {survey.skipped:,} skipped"
    for disposition, count in survey.dispositions.most_common(12):
        what = "keep their disposition" if disposition == NO_CHANGE else f"set {disposition}"
        yield f"  {count:>9,}  {what}"
    if survey.callbacks:
        yield f"  {survey.callbacks:>9,}  set a callback"
    if survey.new_leads:
        yield (
            f"! {survey.new_leads:>9,}  have NO callback date: the dialer will treat them as new leads, and a callback "
            "that was agreed with them is lost"
        )
    if survey.repeated_leads:
        yield f"  {survey.repeated_leads:>9,}  leads stand in more than one row"
    if pace is not None:
        yield f"  It takes {_duration(survey.to_send / pace)} at this dialer's pace."


def survey_as_json(source: Source, survey: Survey, pace: float | None) -> dict[str, Any]:
    """The same for a script."""
    return {
        "file": str(source.table.path),
        "sheet": source.table.sheet,
        "rows": survey.rows,
        "to_send": survey.to_send,
        "rejected": survey.rejected,
        "skipped": survey.skipped,
        "columns": [
            {
                "column": column.heading,
                "field": column.field or None,
                "why": column.why,
                "sample": survey.samples.get(column.position, ""),
            }
            for column in source.mapping.columns
        ],
        "dispositions": dict(survey.dispositions),
        "callbacks": survey.callbacks,
        "new_leads": survey.new_leads,
        "repeated_leads": survey.repeated_leads,
        "seconds": None if pace is None else round(survey.to_send / pace, 1),
        "repairs": _groups_as_json(survey.repairs.values()),
        "warnings": _groups_as_json(survey.warnings.values()),
        "rejections": _groups_as_json(survey.rejections.values()),
        "remarks": list(source.remarks),
    }


def _sections(source: Source, survey: Survey, pace: float | None) -> Iterator[str]:
    yield f"{source.table.path.name}{f', sheet {source.table.sheet}' if source.table.sheet else ''}"
    yield from (f"  {remark}" for remark in source.remarks)
    yield ""
    yield "Columns:"
    for column in source.mapping.columns:
        target = column.field or "(not sent)"
        sample = survey.samples.get(column.position, "")
        shown = f"  e.g. {_short(sample)}" if sample else ""
        yield f"  {_short(column.heading):<24} -> {target:<20} {column.why}{shown}"
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
    yield from would_do(survey, pace)


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


def _duration(seconds: float) -> str:
    if seconds < 90:
        whole = max(1, round(seconds))
        return f"about {whole} second{'s' if whole > 1 else ''}"
    if seconds < 5400:
        return f"about {round(seconds / 60)} minutes"
    return f"about {seconds / 3600:.1f} hours"
