"""Texts of a sheet's rows that a file undoes, replaces or leaves out, for the user to see before anything is sent."""

from collections.abc import Iterator, Sequence
from itertools import chain

from leadsync.commands import command
from leadsync.journal import State
from leadsync.models import Lead
from leadsync.plurals import agreeing, counted
from leadsync.private_files import is_file
from leadsync.reasons import WAITING, Skip, SkipKind
from leadsync.reimport.row_states import RowState
from leadsync.reimport.rules import Decision, Send
from leadsync.reimport.sheet_history import SheetHistory
from leadsync.reimport.waiting_texts import WaitingText
from leadsync.remarks import Remark

_WAITING: tuple[State, ...] = (State.PENDING, State.FAILED)
_OF_ANOTHER_RUN = (SkipKind.SENT_IN_COPY, SkipKind.LEFT_TO_RUN, SkipKind.UNDECIDED_SINCE)
_WAITS_HERE = (*WAITING, SkipKind.UNDECIDED_BEFORE)
_MOST_EXAMPLES = 3


class Losses:
    """Compares the rows of a file with their states in the runs of their sheet and its copies, in the file's order."""

    def __init__(self, history: SheetHistory, chosen: Sequence[str] = ()) -> None:
        """`chosen` are the options of a command that choose the file's campaign."""
        self._history = history
        self._chosen = chosen
        self.again: dict[str, list[int]] = {}
        """The rows to be sent with another text than the one that went through last, by that run."""
        self._replaced: dict[tuple[str, State], int] = {}
        """How many rows have another text in a run, by its state there."""
        self._in_vain: list[int] = []
        self._never_sent: list[int] = []
        """The rows of a copy with texts that were never sent, and are not sent now."""
        self._old: dict[str, tuple[WaitingText, int]] = {}
        """Of each run with corrections that wait one, and how many rows go as they were before."""

    def note(self, number: int, lead: Lead, decision: Decision, states: Sequence[RowState]) -> None:
        """Compare one row, in line `number`, with its states, the oldest first."""
        if not states:
            return
        same = [one.says(lead) for one in states]
        kinds = _WAITING
        if isinstance(decision, Skip):
            # The sheet itself, behind a copy, has no correction.
            if decision.kind in _OF_ANOTHER_RUN and not any(same) and not self._history.is_original:
                self._in_vain.append(number)
            is_sent = decision.kind is SkipKind.SENT_IN_COPY and self._history.is_copy
            if is_sent and not self._history.is_original:
                of_this_text = [one for one in states if one.says(lead)]
                if of_this_text and not any(one.through for one in of_this_text):
                    self._never_sent.append(number)
            if not is_sent and decision.kind not in _WAITS_HERE:
                return
            # What failed stays with its run; what waits there is no more to be sent.
            kinds = (State.PENDING,)
        elif not isinstance(decision, Send):
            return
        if isinstance(decision, Send):
            for one in self._history.corrections_of(states[0].place):
                if one.is_left_out_by(lead):
                    text, count = self._old.get(one.text.run.id, (one.text, 0))
                    self._old[text.run.id] = text, count + 1
        went = [(at, run) for at, one in enumerate(states) if (run := one.through)]
        last, by = went[-1] if went else (-1, "")
        # A payload that is undone is told by its lead.
        if by and not same[last] and isinstance(decision, Send) and not decision.undoes:
            self.again.setdefault(by, []).append(number)
        files = [self._history.file_of(state.origin.run_id) for state in states]
        newest = {file: at for at, file in enumerate(files)}
        for at, state in enumerate(states[last + 1 :], last + 1):
            # Of a file with rows that wait its newest run counts; this file's own rows are read now.
            may_wait = isinstance(decision, Send) and files[at] != self._history.compared
            waits = state.waits and may_wait and at == newest[files[at]]
            # A text that the runs do not know yet corrects the one in its own file; of two copies that is not known.
            is_older = self._history.is_copy or any(same[:at])
            if (waits or state.origin.state in kinds) and not same[at] and is_older:
                key = state.origin.run_id, state.origin.state
                self._replaced[key] = self._replaced.get(key, 0) + 1

    def remarks(self) -> Iterator[Remark]:
        """The loud sentences about texts that are not sent, complete after the last row."""
        for (run_id, state), count in self._replaced.items():
            yield Remark(self._words(run_id, state, count), loud=True)
        if self._in_vain:
            yield in_vain(self._in_vain)
        if numbers := self._never_sent:
            rows = counted(len(numbers), "row was never sent, and is", "rows were never sent, and are")
            other = agreeing(len(numbers), "another text of it", "other texts of them")
            why = f"{other} went through (row {examples(numbers)})"
            how = f"the report says what sends {agreeing(len(numbers), 'it', 'them')}"
            yield Remark(f"{rows} not sent now, because {why}; {how}", loud=True)
        for text, count in self._old.values():
            yield text.remark(count, self._chosen)

    def _words(self, run_id: str, state: State, count: int) -> str:
        file = self._history.file_of(run_id)
        again = f"go on with `{command('resume', run_id)}` instead"
        if file and is_file(file):
            again = f"go on with `{command('run', file, *self._chosen)}` instead"
        elif file and state is not State.PENDING:
            # Rows that waited go once their file is given again, wherever that lies by now.
            again = f"give {file.name} again instead"
        if state is State.PENDING and self._history.is_original:
            rows = counted(count, "row was corrected", "rows were corrected")
            left = f"{rows} in the copy by check and not sent from there; this file has the old text. To send the"
            return f"{left} {agreeing(count, 'correction')}, {again}"
        where = f"in {file.name if file else 'another file'} (run {run_id}); this file has its own. To send"
        them = agreeing(count, "that one", "those")
        if state is not State.FAILED:
            rows = counted(count, "row waits with another text", "rows wait with other texts")
            return f"{rows} {where} {them}, {again}"
        rows = counted(count, "row failed with another text", "rows failed with other texts")
        return f"{rows} {where} {them}, go on with `leadsync retry {run_id}` instead"


class LossesOfSheets:
    """The losses of a file with rows of several sheets; `chosen` as of `Losses`."""

    def __init__(self, chosen: Sequence[str] = ()) -> None:
        self._chosen = chosen
        self._of: dict[SheetHistory, Losses] = {}

    def of(self, history: SheetHistory) -> Losses:
        """Those of one sheet's rows."""
        return self._of.setdefault(history, Losses(history, self._chosen))

    @property
    def again(self) -> dict[str, list[int]]:
        """The rows to be sent with another text than the one that went through last, by that run."""
        found: dict[str, list[int]] = {}
        for losses in self._of.values():
            for run_id, numbers in losses.again.items():
                found.setdefault(run_id, []).extend(numbers)
        return found

    def remarks(self) -> Iterator[Remark]:
        """The loud sentences about texts that the file replaces or leaves out, complete after the last row."""
        return chain.from_iterable(losses.remarks() for losses in self._of.values())


def in_vain(numbers: Sequence[int]) -> Remark:
    """The loud sentence about corrected rows that are not sent."""
    rows = counted(len(numbers), "corrected row is", "corrected rows are")
    return Remark(f"{rows} not sent (row {examples(numbers)}); the report says why.", loud=True)


def examples(numbers: Sequence[int]) -> str:
    """The first few of some rows."""
    listed = ", ".join(map(str, numbers[:_MOST_EXAMPLES]))
    return f"{listed}, …" if len(numbers) > _MOST_EXAMPLES else listed
