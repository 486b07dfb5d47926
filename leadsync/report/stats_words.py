"""Failures over many runs in words, for people. Pure."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from leadsync.failure_stats import OF_FAILURES, OF_TIME, By, Count, FailureStats, Group, Recovery
from leadsync.models import Status
from leadsync.plurals import agreeing, counted
from leadsync.reasons import FaultKind
from leadsync.report.advice import MEANINGS
from leadsync.result_codes import RESULT_CODES
from leadsync.stats_summary import (
    OTHERS,
    Cell,
    CellKind,
    StatsChart,
    StatsColumn,
    StatsSummary,
    StatsTable,
    duration_text,
    share_text,
)

_SERIES = 5
"""More colours in one column cannot be told apart."""
_BARS = 12
_HEADINGS = {By.CODE: "what went wrong", By.WEEK: "week from"}
_CAUSES = {
    Status.REJECTED: "the sheet's data is wrong (rejected)",
    Status.FAILED: "failed without a result code",
    Status.UNKNOWN: "in doubt: the answer was lost",
    Status.CONFLICT: "conflict",
}


def stats_summary(stats: FailureStats) -> StatsSummary:
    """What people see of the figures."""
    return StatsSummary(
        title=f"Failures by {stats.column or stats.by}",
        headline=_headline(stats),
        remarks=tuple(_remarks(stats)),
        chart=_chart(stats),
        bars=() if stats.by in OF_TIME else _bars(stats),
        groups=_group_table(stats),
        tables=tuple(_other_tables(stats)),
    )


def label(by: By, value: str | date) -> str:
    """The name of a group."""
    if isinstance(value, date):
        return f"{value:%Y-%m}" if by is By.MONTH else value.isoformat()
    return cause_words(value) if by is By.CODE else value or "(blank)"


def cause_words(cause: str) -> str:
    """A cause, as `leadsync.failure_stats.cause_of` gives it, in words."""
    # A cause is stored as a name or a code: faults of leadsync, statuses, and the dialer's numbers, in this order.
    if cause in FaultKind.__members__:
        return f"{FaultKind[cause].value} (rejected)"
    if cause in _CAUSES:
        return _CAUSES[Status(cause)]
    entry = RESULT_CODES.get(int(cause)) if cause.lstrip("-").isdigit() else None
    return f"{cause} {entry.name}" if entry else f"{cause}, not in the documentation"


def _remedy(by: By, value: str | date) -> str:
    """The next step for a code, or the meaning of a status."""
    if by is By.STATUS:
        return MEANINGS[Status(str(value))]
    entry = RESULT_CODES.get(int(value)) if isinstance(value, str) and value.lstrip("-").isdigit() else None
    return entry.advice if entry else ""


def _headline(stats: FailureStats) -> str:
    if not stats.count.rows:
        return "No row has ended since then." if stats.since else "No row has ended yet."
    when = f"on {stats.first}" if stats.first == stats.last else f"from {stats.first} to {stats.last}"
    return f"{_of_rows(stats.count)} failed in {counted(stats.runs, 'run')} {when}."


def _of_rows(count: Count) -> str:
    share = f" ({share_text(count.share)})" if count.share is not None else ""
    return f"{count.failures:,} of {counted(count.rows, 'row')}{share}"


def _remarks(stats: FailureStats) -> Iterator[str]:
    failures = {status: count for status, count in stats.statuses.items() if status is not Status.SUCCEEDED}
    if len(failures) > 1:
        yield f"By status: {', '.join(f'{count:,} {status}' for status, count in failures.items())}."
    yield from _sent_again(stats)
    if stats.earlier and stats.later and stats.earlier.rows and stats.later.rows:
        yield f"In the first half of the days {_of_rows(stats.earlier)} failed, in the second {_of_rows(stats.later)}."
    yield from _solutions(stats)
    if stats.left_out:
        yield f"Left out: {counted(stats.left_out, 'run')} of sheets without the column {stats.column}."


def _sent_again(stats: FailureStats) -> Iterator[str]:
    again = stats.again
    if not again.rows:
        return
    first = Count(stats.count.rows - again.rows, stats.count.failures - again.failures)
    went = f"{again.rows - again.failures:,}" if again.rows > again.failures else "none"
    were, they_were = agreeing(again.rows, "was", "were"), agreeing(again.rows, "it was", "they were")
    yield (
        f"{counted(again.rows, 'row')} of these {were} sent again after an earlier run, as {they_were} or corrected, "
        f"and {agreeing(again.rows, 'counts', 'count')} once more: {went} went through. At their first "
        f"sending {_of_rows(first)} failed."
    )


def _solutions(stats: FailureStats) -> Iterator[str]:
    if stats.failed_leads:
        has = agreeing(stats.solved_leads, "has", "have")
        yield f"Of {counted(stats.failed_leads, 'lead')} that failed, {stats.solved_leads:,} {has} gone through since."
    median, slow = stats.recovery.median, stats.recovery.slow
    if median is not None and slow is not None:
        yield f"Half of the successes came within {duration_text(median)}, nine of ten within {duration_text(slow)}."


class _Column(NamedTuple):
    """A column of the groups' table, and a group's cell in it."""

    column: StatsColumn
    cell: Callable[[Group], Cell]


def _group_table(stats: FailureStats) -> StatsTable:
    columns = list(_group_columns(stats))
    groups = list(stats.groups)
    lines = [tuple(column.cell(group) for column in columns) for group in groups]
    if stats.others:
        rest = Group("", stats.others_count, None, None, Recovery(), ())
        # The first column is the group's name, written in its own words here.
        _, *cells = (column.cell(rest) for column in columns)
        lines.append((f"({counted(stats.others, 'other')})", *cells))
    halves = any(column.column.heading == "earlier" for column in columns)
    note = "earlier, later: the share in the first and in the second half of the days; " if halves else ""
    note += "solved: the share of its failures after which the lead went through."
    return StatsTable("", tuple(column.column for column in columns), tuple(lines), note)


def _group_columns(stats: FailureStats) -> Iterator[_Column]:
    """Over days, weeks and months a trend of each group would say nothing."""
    by, total = stats.by, stats.count.failures
    heading = _HEADINGS.get(by, stats.column or by)
    yield _Column(StatsColumn(heading, CellKind.TEXT, narrow=True), lambda group: label(by, group.value))
    yield _Column(StatsColumn("failures", CellKind.COUNT), lambda group: group.count.failures)
    if by not in OF_FAILURES:
        yield _Column(StatsColumn("rows", CellKind.COUNT, aside=by not in OF_TIME), lambda group: group.count.rows)
    yield _Column(
        StatsColumn("of all failures", CellKind.SHARE, aside=True),
        lambda group: group.count.failures / total if total else None,
    )
    of = "of all rows" if by in OF_FAILURES else "of its rows"
    yield _Column(StatsColumn(of, CellKind.SHARE), lambda group: group.count.share)
    if by not in OF_TIME and stats.earlier is not None:
        yield _Column(StatsColumn("over time", CellKind.SERIES), lambda group: group.series or None)
        yield _Column(StatsColumn("earlier", CellKind.SHARE), lambda group: group.earlier and group.earlier.share)
        yield _Column(StatsColumn("later", CellKind.SHARE), lambda group: group.later and group.later.share)
    yield _Column(
        StatsColumn("solved", CellKind.SHARE),
        lambda group: group.recovery.solved / group.recovery.streaks if group.recovery.streaks else None,
    )
    yield _Column(StatsColumn("half within", CellKind.DURATION, aside=True), lambda group: group.recovery.median)
    if by in OF_FAILURES:
        what = "what it means" if by is By.STATUS else "what to do"
        yield _Column(StatsColumn(what, CellKind.TEXT, aside=True), lambda group: _remedy(by, group.value))


def _other_tables(stats: FailureStats) -> Iterator[StatsTable]:
    if stats.by not in OF_TIME and len(stats.periods) > 1:
        columns = (
            StatsColumn(_HEADINGS.get(stats.unit, stats.unit), CellKind.TEXT),
            StatsColumn("failures", CellKind.COUNT),
            StatsColumn("rows", CellKind.COUNT),
            StatsColumn("of its rows", CellKind.SHARE),
        )
        lines = (
            (label(stats.unit, period.begins), period.count.failures, period.count.rows, period.count.share)
            for period in stats.periods
            if period.count.rows
        )
        yield StatsTable("Over time", columns, tuple(lines))
    if stats.repeated:
        yield _repeated_table(stats)


def _repeated_table(stats: FailureStats) -> StatsTable:
    columns = (
        StatsColumn("lead", CellKind.TEXT),
        StatsColumn("campaign", CellKind.TEXT, aside=True),
        StatsColumn("failures", CellKind.COUNT),
        StatsColumn("runs", CellKind.COUNT),
        StatsColumn("first", CellKind.TIME, aside=True),
        StatsColumn("last", CellKind.TIME),
        StatsColumn("what went wrong last", CellKind.TEXT, narrow=True),
    )
    lines = (
        (one.lead, str(one.campaign), one.failures, one.runs, one.first, one.last, cause_words(one.cause))
        for one in stats.repeated
    )
    leads = counted(stats.repeated_leads, "lead")
    note = f"{leads} failed in several runs and {agreeing(stats.repeated_leads, 'has', 'have')} not gone through since"
    more = f"; {len(stats.repeated):,} of them {agreeing(len(stats.repeated), 'is', 'are')} listed"
    more = more if stats.repeated_leads > len(stats.repeated) else ""
    return StatsTable("Leads that fail again", columns, tuple(lines), f"{note}{more}.")


def _chart(stats: FailureStats) -> StatsChart:
    """The largest groups each with a series, and the others together."""
    periods = tuple(label(stats.unit, period.begins) for period in stats.periods)
    totals = [period.count.failures for period in stats.periods]
    largest = [] if stats.by in OF_TIME else [group for group in stats.groups if group.count.failures][:_SERIES]
    # The others' series is the difference: their groups are not held.
    rest = [total - sum(group.series[at] for group in largest) for at, total in enumerate(totals)]
    series = [(label(stats.by, group.value), group.series) for group in largest]
    if any(rest) or not series:
        series.append((OTHERS if series else "failures", tuple(rest)))
    return StatsChart(f"Failures by {stats.unit}", periods, tuple(series))


def _bars(stats: FailureStats) -> tuple[tuple[str, int], ...]:
    return tuple(
        (label(stats.by, group.value), group.count.failures) for group in stats.groups if group.count.failures
    )[:_BARS]
