"""Whether others have sent rows for the leads of a plan since it was made, as while its question stood open."""

from collections.abc import Callable, Iterator

from leadsync.dialer_address import same_dialer
from leadsync.journal import Journal
from leadsync.plurals import agreeing
from leadsync.run.plan import Plan

_MOST_PLANS = 3
"""Beside a run that sends to the same leads all the time, a plan goes as it was made the last time."""


def plans_to_ask(
    journal: Journal, plan: Plan, anew: Callable[[], Plan], say: Callable[[str], object]
) -> Iterator[Plan]:
    """The plan to ask about, and after the answer one made `anew` if others have sent to its leads meanwhile, with a
    sentence; the last one is to be sent. One with nothing to do is the last."""
    for more in reversed(range(_MOST_PLANS)):
        yield plan
        if plan.nothing_to_do or not more or not (why := _sent_meanwhile(journal, plan)):
            return
        say(why)
        plan.discard()
        plan = anew()


def _sent_meanwhile(journal: Journal, plan: Plan) -> str:
    """The sentence about runs that have sent rows for the leads of a plan, or of those behind it, since it was made:
    what it says of rows sent before, undecided or undone may be wrong by now. Empty if there are none."""
    runs = sorted(set(_runs_since(journal, plan)))
    if not runs:
        return ""
    what = "Run" if len(runs) == 1 else "Runs"
    return (
        f"{what} {', '.join(runs)} {agreeing(len(runs), 'has', 'have')} sent rows for the same leads since this was "
        "planned: it is planned anew, and nothing was sent."
    )


def _runs_since(journal: Journal, plan: Plan) -> Iterator[str]:
    last = journal.last_call()
    for one in plan.in_turn:
        if one.read_at == last:
            continue
        # The rows of a retry are those of the run before until it is stored.
        rows_of = one.run.id if journal.find(one.run.id) else one.run.retry_of
        for run_id in journal.sent_beside(rows_of, one.read_at):
            other = journal.find(run_id)
            if other is not None and same_dialer(other.dialer, one.run.dialer):
                yield run_id
