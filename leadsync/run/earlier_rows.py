"""Rows to be sent before later rows of their leads: failed, or open in the run that gave a run its rows. They are named
before those later rows go."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial

from leadsync.commands import command
from leadsync.journal import Journal, State
from leadsync.models import Lead, RunRecord, Status
from leadsync.plurals import agreeing
from leadsync.reimport import givers_of, repeated_by
from leadsync.remarks import Remark
from leadsync.run.sheet_scan import listed_rows

_LEFT = frozenset({Status.UNSENT, Status.UNKNOWN, Status.CONFLICT})
RowsBeside = Callable[[Collection[str]], Iterable[tuple[int, Lead]]]
"""Of the rows of a run those whose leads have rows in these other runs, each with its number."""


def but_for(rows: RowsBeside, skipped: Collection[int]) -> RowsBeside:
    """The same rows but for those skipped."""
    return lambda others: ((number, lead) for number, lead in rows(others) if number not in skipped)


def first_warnings(journal: Journal, run_id: str, left: RowsBeside) -> Iterator[Remark]:
    """The warnings about failed rows, of a run and of others, before the rows that it has left."""
    yield from warnings_of_failed(journal, run_id, failed_before(journal, run_id, left))
    yield from given_up_elsewhere(journal, run_id, left)


def failed_first(journal: Journal, run: RunRecord) -> int:
    """How many failed rows of a run stand before others of their leads that it has left."""
    if not run.complete or not journal.tally(run.id).statuses.get(Status.FAILED):
        return 0
    return len(failed_before(journal, run.id, partial(journal.leads_left, run.id, None)))


def failed_before(journal: Journal, run_id: str, left: RowsBeside) -> dict[int, str]:
    """The failed rows of a run before those that it has left, each with its lead; see `given_up`."""
    return given_up(journal, run_id, lambda: {lead.external_id: number for number, lead in left({run_id})})


def warnings_of_failed(
    journal: Journal, run_id: str, failed: Mapping[int, str], *, by_file: bool = False
) -> Iterator[Remark]:
    """The warnings about failed rows of a run, each with its lead: behind later rows of their leads no retry sends
    them. `by_file`: a file sends those, perhaps corrected."""
    undecided = {one.lead: one.run_id for one in journal.rows_ahead(run_id) if not one.goes} if failed else {}
    decided, rows = journal.decisions(run_id, failed), defaultdict[tuple[bool, str], list[int]](list)
    for number, lead in sorted(failed.items()):
        not_applied = number in decided and decided[number].decided == "not applied"
        rows[not_applied, undecided.get(lead, "")].append(number)
    for (not_applied, undecided_in), numbers in rows.items():
        are, its_lead = agreeing(len(numbers), "is", "are"), agreeing(len(numbers), "its lead", "their leads")
        it, why = agreeing(len(numbers), "it", "them"), "decided as not applied" if not_applied else "which failed"
        if by_file and not not_applied:
            how = f"corrected above them in this file, {agreeing(len(numbers), 'it goes', 'they go')} first"
        else:
            how = f"{_sends_first(run_id, undecided_in, by_file=by_file)} {it} first"
        yield Remark(
            f"{listed_rows(numbers).capitalize()} of run {run_id}, {why}, {are} not sent now, and once later rows of "
            f"{its_lead} went through, no retry sends {it}; {how}",
            loud=True,
        )


def _sends_first(run_id: str, undecided_in: str, *, by_file: bool) -> str:
    """What sends rows of a run before later ones of their leads, some of them undecided in that run or a later one. A
    retry would send rows that a file corrects as they were."""
    decide, files = command("resolve", undecided_in, "--row", "N"), f"the retry file of `{command('report', run_id)}`"
    retry = f"`{command('retry', run_id)}`"
    if by_file and undecided_in:
        return (
            f"to decide by `{decide}` in place of this file, and then to give {files}, corrected like this one, sends"
        )
    if by_file:
        return f"{files}, corrected like this one and given in its place, sends"
    return f"to decide by `{decide}` instead, and then {retry}, sends" if undecided_in else f"{retry} instead sends"


def given_up_elsewhere(
    journal: Journal,
    run_id: str,
    going: RowsBeside,
    settled: Collection[tuple[str, int]] = (),
    *,
    by_file: bool = False,
) -> Iterator[Remark]:
    """The same warning about rows of other runs: those with rows of this one, and those that gave it its rows. Of the
    latter, open rows are named as well. `going` gives the rows of this run to be sent, in their order; `settled` are
    run and number of rows that the same file sends or decides."""
    last = {number: later[-1] for number, later in journal.descendants(run_id).items()}
    failed = {number: (by, there) for number, (by, state, there) in last.items() if state is State.FAILED}
    goes = {lead.external_id: number for number, lead in going({by for by, _ in failed.values()})} if failed else {}
    found = defaultdict[str, dict[int, str]](dict)
    failed_there = cache(journal.failures)
    for number, (by, there) in failed.items():
        lead = failed_there(by).get(there, "") if goes else ""
        if number < goes.get(lead, 0) and (by, there) not in settled:
            found[by][there] = lead
    for by, rows in found.items():
        yield from warnings_of_failed(journal, by, rows, by_file=by_file)
    # A retry has the rows of the run that it repeats, under their numbers.
    same = {run_id, repeated_by(journal, journal.run(run_id)).id}
    for giver in givers_of(journal, run_id):
        from_there = cache(partial(_going_from, journal, giver, same, going))
        rows = {row: lead for row, lead in given_up(journal, giver, from_there).items() if (giver, row) not in settled}
        yield from warnings_of_failed(journal, giver, rows, by_file=by_file)
        for by, numbers in _left_before(journal, giver, from_there, same, settled).items():
            how = f"`{command('resume', by)}` sends {agreeing(len(numbers), 'it', 'them')} first, once decided"
            yield _left_first(by, numbers, how)


def left_before(
    journal: Journal, run_id: str, going: Callable[[], Mapping[str, int]], settled: Collection[tuple[str, int]]
) -> Iterator[Remark]:
    """The warning about rows still to be sent by a run, of which a file sends later ones of their leads in its place;
    `going`: see `given_up`."""
    if rows := _left_before(journal, run_id, going, journal.lineage(run_id), settled).get(run_id):
        its_line, it_goes = agreeing(len(rows), "its line", "their lines"), agreeing(len(rows), "it goes", "they go")
        yield _left_first(run_id, rows, f"with {its_line} in this file {it_goes} first")


def _left_before(
    journal: Journal,
    run_id: str,
    going: Callable[[], Mapping[str, int]],
    but_of: Collection[str],
    settled: Collection[tuple[str, int]],
) -> dict[str, list[int]]:
    """The rows of a run still to be sent or decided before later rows of their leads, by it or by those that have taken
    them, `but_of` some; by these runs, as numbers there. `going`: see `given_up`."""
    runs = {run_id, *journal.lineage(run_id)}.difference(but_of)
    # A trial counts no rows beyond its end.
    if not any(journal.has_more(one) or not _LEFT.isdisjoint(journal.tally(one).statuses) for one in runs):
        return {}
    goes = going()
    origins = journal.origins(run_id, leads=goes.keys())
    # A retry has the rows of its run under their numbers.
    left = {(one.run_id, row): (row, one.lead) for row, one in origins.items() if one.state.status in _LEFT}
    left |= {(one.run_id, one.row): (one.number, one.lead) for one in journal.rows_ahead(run_id)}
    found = defaultdict[str, list[int]](list)
    for (by, row), (number, lead) in sorted(left.items()):
        if by in runs and number < goes.get(lead, 0) and (by, row) not in settled:
            found[by].append(row)
    return found


def _left_first(run_id: str, rows: Sequence[int], how: str) -> Remark:
    are, its_lead = agreeing(len(rows), "is", "are"), agreeing(len(rows), "its lead", "their leads")
    words = f"{listed_rows(rows).capitalize()} of run {run_id} {are} still to be sent or decided, and later rows of "
    return Remark(f"{words}{its_lead} go now; {how}", loud=True)


def _going_from(journal: Journal, giver: str, by_runs: Collection[str], going: RowsBeside) -> dict[str, int]:
    """By lead, the last row to be sent of those taken from a giver by these runs: its number there."""
    there = {
        number: own for own, later in journal.descendants(giver).items() for by, _, number in later if by in by_runs
    }
    return {lead.external_id: there[number] for number, lead in going({giver}) if number in there}


def given_up(
    journal: Journal, run_id: str, going: Callable[[], Mapping[str, int]], applied: Collection[int] = ()
) -> dict[int, str]:
    """The failed rows of a run that no other has taken, before later rows of their leads, of which none went through
    yet or is now called `applied`; each with its lead. `going` gives by lead the last row to be sent, by whichever run,
    with its number in this one."""
    rows = journal.failures(run_id, before_others=True)
    if not rows or not (goes := going()):
        return {}
    rows = {number: lead for number, lead in rows.items() if number < goes.get(lead, 0)}
    went = _gone(journal, run_id, {*rows.values()}, applied)
    return {number: lead for number, lead in rows.items() if went.get(lead, 0) < number}


def behind_gone(journal: Journal, run_id: str, numbers: Collection[int]) -> list[int]:
    """Those of a run's rows with a later row of their lead that went through, by whichever run: no retry sends them."""
    record = journal.history().record
    leads = {number: one.lead for number in numbers for one in record(run_id, number)}
    went = _gone(journal, run_id, {*leads.values()})
    return sorted(number for number, lead in leads.items() if went.get(lead, 0) > number)


def _gone(journal: Journal, run_id: str, leads: Collection[str], applied: Collection[int] = ()) -> dict[str, int]:
    """The last row of each of these leads in a run that went through, by whichever run, or is now called `applied`."""
    links, went = journal.descendants(run_id), dict[str, int]()
    for number, origin in sorted(journal.origins(run_id, leads=leads).items()):
        states = (origin.state, *(state for _, state, _ in links.get(number, ())))
        if State.SUCCEEDED in states or number in applied:
            went[origin.lead] = number
    return went
