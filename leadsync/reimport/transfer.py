"""The effects of a file given back on rows of earlier runs, applied when its run is confirmed."""

from collections.abc import Sequence

from leadsync.journal import Effects, State
from leadsync.reasons import Rejected, Skip, SkipKind
from leadsync.reimport.claims import DECISIONS
from leadsync.reimport.context import Context
from leadsync.reimport.earlier_failures import did_not_go, own_row_waits, root_of
from leadsync.reimport.rules import Decision, Send, is_decided

_LEFT_WHERE_IT_IS = frozenset(
    {
        SkipKind.WAITS_FOR_DECISION,
        SkipKind.UNDECIDED_BEFORE,
        SkipKind.WAITS_FOR_RESUME,
        SkipKind.BY_NOW,
        SkipKind.CALLED,
        SkipKind.UNDECIDED_SINCE,
        SkipKind.LEFT_TO_RUN,
    }
)
"""Why an unsent row is skipped here and still belongs to its run."""


class Transfer:
    """Collects the effects of a file's rows, in the file's order."""

    def __init__(self) -> None:
        self._decided: dict[tuple[str, State], list[int]] = {}
        self._transferred: dict[str, list[tuple[int, int]]] = {}
        self._kept: list[tuple[int, int]] = []
        self._decided_rows: set[tuple[str, int]] = set()
        self.states: dict[tuple[str, int], State] = {}
        """The states of the rows that the file decides on, by run and number."""
        self.sent_elsewhere: set[tuple[str, int]] = set()
        """The rows that the file leaves out because another run has sent them, by run and number."""

    @property
    def effects(self) -> Effects:
        """All of them, for the journal."""
        return Effects(self._decided, self._transferred, self._kept)

    def is_decided(self, run_id: str, number: int) -> bool:
        """Whether the file decides on this row of an earlier run, further up, or takes it over."""
        return (run_id, number) in self._decided_rows

    def release(self, run_id: str, numbers: Sequence[int]) -> None:
        """Unsent rows of a trial are its own no more."""
        self._decided[run_id, State.SKIPPED] = list(numbers)
        self._decided_rows |= {(run_id, number) for number in numbers}

    def note(self, context: Context, decision: Decision) -> None:
        """Add the effects of one row."""
        trial, number = context.trial, context.row.number
        if trial is not None:
            if trial.kept is not None:
                self._kept.append((trial.kept, number))
            # Left out of this sending, or waiting: the failed row stays with the trial. One rejected again is corrected
            # here.
            is_out = isinstance(decision, Skip) and (decision.kind is SkipKind.LEFT_OUT or decision.waits)
            if trial.again is not None and not is_out:
                self._add(trial.run_id, trial.again, number)
            if isinstance(decision, Send):
                # In between it may have been rejected: a copy of its first run must not send it either.
                root = (trial.root,) if trial.root not in (None, (trial.run_id, trial.again)) else ()
                for run_id, there in {*root, *trial.failures}:
                    self._add(run_id, there, number)
        if context.origin is not None and not context.second_line:
            self._note_origin(context, decision)

    def _note_origin(self, context: Context, decision: Decision) -> None:
        origin, claim = context.origin, context.claim
        if origin is None or claim.number is None:
            return
        if isinstance(decision, Skip) and decision.sent_by is not None:
            self.sent_elsewhere.add((origin.run_id, claim.number))
        if isinstance(decision, Skip) and decision.kind is SkipKind.LEFT_OUT and origin.state is not State.PENDING:
            # Left out of this sending alone: in its run a person can still decide about it or correct it.
            return
        if origin.state in (State.UNKNOWN, State.CONFLICT):
            if is_decided(context, decision):
                state = DECISIONS[claim.decision]
                # "send" sends it from this file: in its old run the row is over.
                self._decide(origin.run_id, claim.number, State.SKIPPED if state is State.PENDING else state)
                rows = {(claim.run, claim.number), (origin.run_id, claim.number)}
                self._decided_rows |= rows
                self.states |= dict.fromkeys(rows, state)
                if isinstance(decision, Send):
                    # Known from now on as this file's: the lead's other rows keep their order with it.
                    self._add(origin.run_id, claim.number, context.row.number)
        # A row that its run never came to belongs to whoever deals with it first.
        elif origin.state is State.PENDING:
            if not (isinstance(decision, Skip) and decision.kind in _LEFT_WHERE_IT_IS):
                self._decide(origin.run_id, claim.number, State.SKIPPED)
                self._decided_rows |= {(claim.run, claim.number), (origin.run_id, claim.number)}
                if _goes_on_here(decision):
                    # Known from now on as this file's, to copies of the runs before it too.
                    self._add(origin.run_id, claim.number, context.row.number)
        elif (did_not_go(origin) or own_row_waits(origin)) and _goes_on_here(decision):
            self._add(origin.run_id, claim.number, context.row.number)
            root = root_of(context)
            if root and root != (origin.run_id, claim.number) and isinstance(decision, Send):
                # In between it was rejected or left uncorrected: a retry of its first run must not send it either.
                self._add(*root, context.row.number)
        if isinstance(decision, Send):
            for later in context.later:
                # Given back before, too, and failed there: from now on it is this file's alone.
                self._add(later.run_id, later.number, context.row.number)

    def _decide(self, run_id: str, number: int, state: State) -> None:
        self._decided.setdefault((run_id, state), []).append(number)

    def _add(self, run_id: str, there: int, here: int) -> None:
        self._transferred.setdefault(run_id, []).append((there, here))


def _goes_on_here(decision: Decision) -> bool:
    """Whether the row is known from now on as this file's. A later row of its lead makes it known again, too."""
    if isinstance(decision, Rejected):
        return False
    return isinstance(decision, Send) or decision.kind is SkipKind.LATER_ROW
