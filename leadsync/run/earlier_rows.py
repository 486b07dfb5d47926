"""Rows to be sent before later rows of their leads: called not applied by a person, or open in the run that gave a run
its rows. They are named before those later rows go."""

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial

from leadsync.commands import command
from leadsync.journal import Journal, State
from leadsync.models import Lead, Status
from leadsync.plurals import agreeing
from leadsync.reimport import givers_of, repeated_by
from leadsync.remarks import Remark
from leadsync.run.sheet_scan import listed_rows

_LEFT = frozenset({Status.UNSENT, Status.UNKNOWN, Status.CONFLICT})
RowsBeside = Callable[[Collection[str]], Iterable[tuple[int, Lead]]]
"""Of the rows of a run those whose leads have rows in these other runs, each with its number."""


def not_applied_first(journal: Journal, run_id: str, failed: Collection[int], instead: str = "") -> Iterator[Remark]:
    """The warning about rows called not applied by a person, among these failed ones of a run: behind later rows of
    their leads no retry sends them. `instead` gives the words for what sends them first; by default a retry does."""
    decided = journal.decisions(run_id, failed)
    if rows := [number for number in failed if number in decided and decided[number].decided == "not applied"]:
        are, its_lead = agreeing(len(rows), "is", "are"), agreeing(len(rows), "its lead", "their leads")
        it = agreeing(len(rows), "it", "them")
        how = instead or f"`{command('retry', run_id)}` instead sends"
        yield Remark(
            f"{listed_rows(rows).capitalize()} of run {run_id}, decided as not applied, {are} not sent by it, and once "
            f"later rows of {its_lead} went through now, no retry sends {it}; {how} {it} first",
            loud=True,
        )


def decide_before(run_id: str) -> str:
    """What sends rows first if the file decides on others of their leads. A retry would send corrected rows of the file
    as they were."""
    decide, files = command("resolve", run_id, "--row", "N"), command("report", run_id)
    return f"to decide by `{decide}` in place of this file, and then to give the retry file of `{files}`, sends"


def given_up_elsewhere(
    journal: Journal, run_id: str, going: RowsBeside, settled: Collection[tuple[str, int]] = ()
) -> Iterator[Remark]:
    """The same warning about rows of other runs: those with rows of this one, and those that gave it its rows. Of the
    latter, open rows are named as well. `going` gives the rows of this run to be sent, in their order; `settled` are
    run and number of rows that the same file sends or decides."""
    last = {number: later[-1] for number, later in journal.descendants(run_id).items()}
    failed = {number: (by, there) for number, (by, state, there) in last.items() if state is State.FAILED}
    goes = {lead.external_id: number for number, lead in going({by for by, _ in failed.values()})} if failed else {}
    found: dict[str, list[int]] = {}
    for number, (by, there) in failed.items():
        if any(goes.get(record.lead, 0) > number for record in journal.history().record(by, there)):
            found.setdefault(by, []).append(there)
    for by, numbers in found.items():
        yield from not_applied_first(journal, by, numbers)
    # A retry has the rows of the run that it repeats, under their numbers.
    same = {run_id, repeated_by(journal, journal.run(run_id)).id}
    for giver in givers_of(journal, run_id):
        from_there = cache(partial(_going_from, journal, giver, same, going))
        done = {number for run, number in settled if run == giver}
        yield from not_applied_first(journal, giver, sorted(given_up(journal, giver, from_there).keys() - done))
        yield from _left_first(giver, sorted(_left_before(journal, giver, from_there) - done))


def _left_before(journal: Journal, run_id: str, going: Callable[[], Mapping[str, int]]) -> set[int]:
    """The rows of a run still to be sent or decided before later rows of their leads; `going`: see `given_up`."""
    if _LEFT.isdisjoint(journal.tally(run_id).statuses):
        return set()
    goes = going()
    origins = journal.origins(run_id, leads=goes.keys())
    return {number for number, one in origins.items() if one.state.status in _LEFT and number < goes[one.lead]}


def left_before(
    journal: Journal, run_id: str, going: Callable[[], Mapping[str, int]], settled: Collection[tuple[str, int]]
) -> Iterator[Remark]:
    """The warning about rows still to be sent by a run, of which a file sends later ones of their leads in its place;
    `going`: see `given_up`."""
    rows = _left_before(journal, run_id, going) - {number for run, number in settled if run == run_id}
    they = agreeing(len(rows), "it goes", "they go")
    yield from _left_first(
        run_id, sorted(rows), f"with {agreeing(len(rows), 'its line', 'their lines')} in this file {they} first"
    )


def _left_first(run_id: str, rows: Sequence[int], how: str = "") -> Iterator[Remark]:
    if rows:
        are, its_lead = agreeing(len(rows), "is", "are"), agreeing(len(rows), "its lead", "their leads")
        it = agreeing(len(rows), "it", "them")
        how = how or f"`{command('resume', run_id)}` sends {it} first, once decided"
        yield Remark(
            f"{listed_rows(rows).capitalize()} of run {run_id} {are} still to be sent or decided, and later rows of "
            f"{its_lead} go now; {how}",
            loud=True,
        )


def _going_from(journal: Journal, giver: str, by_runs: Collection[str], going: RowsBeside) -> dict[str, int]:
    """By lead, the last row to be sent of those taken from a giver by these runs: its number there."""
    there = {
        number: own for own, later in journal.descendants(giver).items() for by, _, number in later if by in by_runs
    }
    return {lead.external_id: there[number] for number, lead in going({giver}) if number in there}


def called_not_applied(journal: Journal, run_id: str) -> dict[int, str]:
    """The rows of a run called not applied by a person and taken by no other run, each with its lead."""
    decided = journal.decisions(run_id, journal.last_decided(run_id, sys.maxsize))
    failed = [number for number, made in decided.items() if made.decided == "not applied"]
    return {row.number: row.lead for row in journal.open_rows(run_id, failed)}


def given_up(
    journal: Journal, run_id: str, going: Callable[[], Mapping[str, int]], applied: Collection[int] = ()
) -> dict[int, str]:
    """The `called_not_applied` rows before later rows of their leads, of which none went through yet or is now called
    `applied`. `going` gives by lead the last row to be sent, by whichever run, with its number in this one."""
    rows = called_not_applied(journal, run_id)
    if not rows:
        return {}
    goes, went = going(), _gone(journal, run_id, {*rows.values()}, applied)
    return {number: lead for number, lead in sorted(rows.items()) if went.get(lead, 0) < number < goes.get(lead, 0)}


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
