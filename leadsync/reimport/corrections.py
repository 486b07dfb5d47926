"""The corrections and decisions in a file that came back, for the user to see before anything is sent."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from leadsync.journal import LastSent, Origin, State
from leadsync.models import Lead
from leadsync.plurals import agreeing, counted
from leadsync.reasons import Rejected, Skip, SkipKind
from leadsync.reimport.context import Context, SheetFacts
from leadsync.reimport.earlier_failures import own_row_waits
from leadsync.reimport.losses import examples, in_vain
from leadsync.reimport.newer_payloads import undone_rows
from leadsync.reimport.rules import Decision, Send, is_decided, says_the_same
from leadsync.reimport.workbook import heading_name
from leadsync.remarks import Remark

_UNDECIDED = (State.UNKNOWN, State.CONFLICT)
_LEAST_ROWS = 3
"""Of fewer rows most may well change at once."""
# The values of more changes are not counted: a column may have a million different ones.
_MOST_VALUES = 10_000
_LONGEST_VALUE = 40
_MOST_LISTED = 10


@dataclass(slots=True)
class _Column:
    corrected: int = 0
    changed: int = 0
    """Corrected or not: of rows that went through, too."""
    values_before: Counter[str] = field(default_factory=Counter)
    values_now: Counter[str] = field(default_factory=Counter)

    def add(self, before: str, now: str, *, corrected: bool) -> None:
        self.corrected += corrected
        self.changed += 1
        if self.changed <= _MOST_VALUES:
            self.values_before[before] += 1
            self.values_now[now] += 1

    @property
    def moved(self) -> int:
        """How many of the new values are old ones of other rows."""
        # The intersection of two Counters: each value as often as both have it.
        return (self.values_before & self.values_now).total()


class Corrections:
    """Counts the rows of earlier runs: corrected, decided, left as they were."""

    def __init__(self) -> None:
        self._columns: dict[str, _Column] = {}
        self._compared = 0
        self._corrected = self._as_they_were = self._not_corrected = 0
        self._to_decide = 0
        self._decided_too_early: list[int] = []
        self.decided_for_nothing: list[int] = []
        """The rows with a decision that nobody has to decide."""
        self._decisions: dict[tuple[str, str], list[int]] = {}
        self._changed_in_vain: list[int] = []
        self._corrected_in_vain: list[int] = []
        self._undecided_corrected: list[int] = []
        self._left_to: dict[str, list[int]] = {}
        self._example = ""
        self.undone: list[int] = []
        """The rows to be sent that would undo newer ones."""
        self._undone_last: LastSent | None = None
        self._too_late: list[int] = []
        self._copied: list[int] = []
        self._added: list[int] = []
        self._last_rows: dict[tuple[str, str], tuple[int, int]] = {}
        """The numbers, there and here, of the last row of each run and lead so far,"""
        self._sorted: list[int] = []
        """and the rows below a later one of theirs."""

    def note(self, context: Context, decision: Decision) -> None:
        """Count one row."""
        if isinstance(decision, Send):
            self._note_place(context, decision)
        origin = context.origin
        # It may have gone since in a sheet of its own.
        if isinstance(decision, Skip) and _is_too_late(decision, origin) and context.equal_sent is None:
            self._too_late.append(context.row.number)
        if origin is None or context.second_line:
            return
        self._compared += 1
        undecided = origin.state in _UNDECIDED
        # The file cannot know what a retry has sent since.
        is_own = origin.run_id == context.claim.run
        if undecided and is_decided(context, decision):
            self._decisions.setdefault((context.claim.decision, origin.run_id), []).append(context.claim.number or 0)
        elif undecided and context.claim.decision:
            self._decided_too_early.append(context.row.number)
            return
        elif undecided:
            self._to_decide += 1
        # The first cells are read for open and changed rows alone; without them nothing is known to have changed.
        changes = list(_changes(context)) if context.before else []
        goes = isinstance(decision, Send) or (isinstance(decision, Rejected) and not undecided)
        corrected = bool(changes) and goes
        for heading, before, now in changes:
            self._columns.setdefault(heading, _Column()).add(before, now, corrected=corrected)
        if corrected:
            self._corrected += 1
            _, before, now = changes[0]
            self._example = self._example or f"row {context.row.number}: {_short(before)} -> {_short(now)}"
        elif changes and isinstance(decision, Skip) and context.is_taken:
            return  # this correction went through before, or its run is to send it
        elif origin.state is State.SUCCEEDED and changes and is_own and isinstance(decision, Skip):
            self._changed_in_vain.append(context.row.number)
        elif changes and isinstance(decision, Skip) and decision.kind is SkipKind.LEFT_TO_RUN:
            self._left_to.setdefault(decision.run, []).append(context.row.number)
        elif changes and undecided and isinstance(decision, Skip):
            in_vain = self._changed_in_vain if context.claim.decision == "applied" else self._undecided_corrected
            in_vain.append(context.row.number)
        elif changes and not undecided and context.row.number not in context.sheet.left_out:
            self._corrected_in_vain.append(context.row.number)
        elif not undecided:
            self._as_they_were += isinstance(decision, Send)
            left = isinstance(decision, Skip) and decision.kind is SkipKind.STILL_FAILING
            self._not_corrected += left or isinstance(decision, Rejected)

    def _note_place(self, context: Context, send: Send) -> None:
        """Count a row that goes by what its lead was sent before, and by its place in the file."""
        number = context.row.number
        if last := send.undoes:
            self.undone.append(number)
            if self._undone_last is None or last.time > self._undone_last.time:
                self._undone_last = last
        if context.copied:
            self._copied.append(number)
        if context.added:
            self._added.append(number)
        claim = context.claim
        if (context.origin is not None or claim.of_check) and claim.number is not None:
            key = claim.run, send.lead.external_id
            there, here = self._last_rows.get(key, (0, 0))
            # Rows go by their numbers here, in whatever order they were read.
            if claim.number < there and number > here:
                self._sorted.append(number)
            else:
                self._last_rows[key] = claim.number, number

    def remarks(self) -> Iterator[Remark]:
        """The corrections and decisions as understood; loud are a column sorted alone and rows that undo newer ones."""
        parts = [
            f"{counted(self._corrected, 'row')} corrected: {self._by_column()} (for example {self._example})"
            if self._corrected
            else "",
            f"{counted(self._to_decide, 'row')} still to decide" if self._to_decide else "",
            f"{counted(self._not_corrected, 'row')} not corrected, not sent" if self._not_corrected else "",
            f"{counted(self._as_they_were, 'row')} to be sent as before" if self._as_they_were else "",
        ]
        if any(parts):
            yield Remark("; ".join(filter(None, parts)) + ".")
        if self._decisions:
            yield Remark(self._receipt())
        if count := len(self._decided_too_early):
            waits = counted(count, "decision waits", "decisions wait")
            why = f"{agreeing(count, 'its row goes', 'their rows go')} behind another one; give this file again then"
            yield Remark(f"{waits} (row {examples(self._decided_too_early)}): {why}.", loud=True)
        if count := len(self.decided_for_nothing):
            counts = counted(count, "decision counts", "decisions count")
            where = f"(row {examples(self.decided_for_nothing)})"
            yield Remark(f"{counts} for nothing {where}: only conflict and unknown rows are decided.", loud=True)
        yield from self._out_of_order()
        if changed := len(self._changed_in_vain):
            was, it_is = agreeing(changed, "was", "were"), agreeing(changed, "it is", "they are")
            where = examples(self._changed_in_vain)
            words = f"{counted(changed, 'row')} that went through {was} changed; {it_is} not sent (row {where})."
            yield Remark(words, loud=True, doubt=True)
        for run_id, waiting in self._left_to.items():
            rows = counted(len(waiting), "corrected row is", "corrected rows are")
            them = agreeing(len(waiting), "it", "them")
            why = f"run {run_id} is to send {them} as before; correct {them} in that run's report instead"
            yield Remark(f"{rows} not sent (row {examples(waiting)}), because {why}.", loud=True)
        if self._corrected_in_vain:
            yield in_vain(self._corrected_in_vain)
        if count := len(self._undecided_corrected):
            rows, them = counted(count, "corrected row is", "corrected rows are"), agreeing(count, "it", "them")
            how = f"`send` or `not applied` in sync_decision sends {them} as corrected"
            where = examples(self._undecided_corrected)
            yield Remark(f"{rows} not sent (row {where}), because a person has to decide first: {how}.", loud=True)
        for heading, column in self._columns.items():
            # Two signs together: most rows changed in this column, and most of the new values were another row's.
            most = self._compared >= _LEAST_ROWS and column.changed * 2 > self._compared
            if most and column.moved * 2 > min(column.changed, _MOST_VALUES):
                yield Remark(
                    f"{heading}: {column.changed:,} of {self._compared:,} rows have another row's value now, as if "
                    "this column was sorted alone; sort whole rows, or take the file as leadsync wrote it.",
                    loud=True,
                    doubt=True,
                )

    def _out_of_order(self) -> Iterator[Remark]:
        """The loud sentences about rows that undo newer ones, come too late, or are out of their place."""
        if last := self._undone_last:
            words = undone_rows(len(self.undone), f"{last.time:%Y-%m-%d %H:%M}", last)
            them = agreeing(len(self.undone), "it", "them")
            yield Remark(f"{words} (row {examples(self.undone)}); take {them} out of the file to keep that.", loud=True)
        if too_late := len(self._too_late):
            rows = counted(too_late, "row is", "rows are")
            why = f"a later row of {agreeing(too_late, 'its lead', 'their leads')} went through"
            yield Remark(f"{rows} not sent, because {why} (row {examples(self._too_late)}).", loud=True)
        if count := len(self._sorted):
            rows, them = counted(count, "row stands", "rows stand"), agreeing(count, "it", "them")
            their = agreeing(count, "its lead and goes", "their leads and go")
            how = f"sort the file by sync_row to send {them} in the order of the sheet"
            yield Remark(
                f"{rows} below a later one of {their} behind that (row {examples(self._sorted)}); {how}.", loud=True
            )
        if copied := len(self._copied):
            rows, them = counted(copied, "row repeats", "rows repeat"), agreeing(copied, "it", "them")
            how = f"{agreeing(copied, 'goes', 'go')} as well; take {them} out of the file to send each line once"
            yield Remark(f"{rows} a line further up (row {examples(self._copied)}) and {how}.", loud=True)
        if added := len(self._added):
            rows, its = counted(added, "added row goes", "added rows go"), agreeing(added, "its lead", "their leads")
            how = f"take {agreeing(added, 'it', 'them')} out of the file to keep what those say"
            where = f"behind rows of {its} that went through before (row {examples(self._added)})"
            yield Remark(f"{rows} {where}; {how}.", loud=True)

    @property
    def decisions(self) -> int:
        """How many rows of earlier runs the file decides on."""
        return sum(map(len, self._decisions.values()))

    def _receipt(self) -> str:
        """The decisions: their number, runs and rows."""
        parts = []
        for (decision, run_id), numbers in sorted(self._decisions.items()):
            listed = ", ".join(map(str, numbers[:_MOST_LISTED])) + (", …" if len(numbers) > _MOST_LISTED else "")
            parts.append(f"{agreeing(len(numbers), 'row')} {listed} of run {run_id} {decision}")
        return f"{counted(self.decisions, 'decision')}: {'; '.join(parts)}."

    def _by_column(self) -> str:
        counts = {heading: column.corrected for heading, column in self._columns.items() if column.corrected}
        return ", ".join(f"{heading} {count:,}" for heading, count in sorted(counts.items(), key=lambda one: -one[1]))


def is_changed(origin: Origin, mapped: Lead | Rejected, sheet: SheetFacts) -> bool:
    """Whether the fields of a row already sent with success, or skipped, differ now."""
    if origin.state not in (State.SUCCEEDED, State.SKIPPED) or not isinstance(mapped, Lead):
        return False
    return not says_the_same(sheet, mapped, origin)


def _is_too_late(skip: Skip, origin: Origin | None) -> bool:
    """Whether a row that was never sent is skipped for a later one of its lead."""
    is_left = origin is not None and (origin.state is State.PENDING or own_row_waits(origin))
    return skip.kind is SkipKind.LATER_ROW_OF_TRIAL or (skip.kind is SkipKind.LATER_ROW and is_left)


def _changes(context: Context) -> Iterator[tuple[str, str, str]]:
    """Heading, first value and present value of each changed cell."""
    for column, cell in zip(context.sheet.columns, context.row.cells, strict=False):
        was = context.before.get(heading_name(column.heading))
        # Programs change blanks and the ends of lines inside texts; that is no correction.
        if was is not None and "".join(was.cell.split()) != "".join(cell.split()):
            yield column.heading, was.cell, cell.strip()


def _short(value: str) -> str:
    text = " ".join(value.split())
    return repr(text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…")
