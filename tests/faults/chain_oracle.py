"""What must hold on a chain of files, by the practice dialer's ledger and the loud lines (`!`) of the commands.

Each sentence about what does not hold begins with the letter of the promise, as those of `judge.py`:
a  no disposition is applied twice without a person's word or a `!`
b  no row is forgotten: its newest text is sent, or failed, rejected or undecided, or a `!` said that it is left out
e  no older text of a lead replaces a newer one without a `!`
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.faults.chain_files import IDEMPOTENT, LEADS, UNKNOWN_AGE, Content, Files, Line, row_of

Key = tuple[str, str]
"""A lead and a text."""

_ORDER = r"says? what|second time|equals? a row|equal rows|would undo|go(es)? behind|a line further up"
_TELLS_REPEAT = re.compile(rf"{_ORDER}|holds the same|repeats")
_TELLS_ORDER = re.compile(
    rf"{_ORDER}|go(es)? as before|old text|waits? with (another|other)|failed with (another|other)|rows? left of"
)
_TELLS_LINES = re.compile(r"a line further up|below a later one")
"""Lines that a person has copied, or put in another order."""
_TELLS_LOSS = re.compile(r"not sent|skipped|no retry|left of|would undo|instead")
_WAITS = re.compile(r"waits? |wait for|has to decide|for run|goes first|to send;|-unchanged")
"""What is told of a row that goes later is no word about one that never goes."""
_STAYS = {"failed", "rejected", "unknown", "conflict", "pending"}


@dataclass
class Sending:
    """A call: `content` is the one that its run has read, `place` the row's in it, `age` that of the row or of its
    correction. `undecided`: behind it a person had to decide. `of_file`: its command has just read the file."""

    lead: str
    text: str
    applied: bool
    moment: int
    age: tuple[int, int, int] = (0, 0, 0)
    content: Content = ()
    place: int | None = None
    undecided: bool = False
    of_file: bool = False

    @property
    def key(self) -> Key:
        return self.lead, self.text

    def is_older(self, other: "Sending") -> bool:
        """Whether the other one's row was read or corrected later, or stands behind it in its sheet."""
        if other.age > self.age:
            return True
        rows = [line.age for line in self.content]
        places = [at for at, line in enumerate(self.content) if line[:2] == other.key]
        # A row's line once more has the place of the first one: leadsync sends it once.
        places = [at for at in places if rows[at] == UNKNOWN_AGE or rows.index(rows[at]) == at]
        return bool(places) and self.place is not None and other.text != self.text and min(places) > self.place


@dataclass
class Oracle:
    """The calls of a chain, the words of its commands, and the promises that did not hold (`broken`, in sentences)."""

    files: Files
    broken: list[str] = field(default_factory=list)
    sent: list[Sending] = field(default_factory=list)
    permits: Counter[Key] = field(default_factory=Counter)
    """How often people let a text be sent once more."""
    said_applied: set[Key] = field(default_factory=set)
    """The texts that people called applied."""
    told: dict[str, str] = field(default_factory=lambda: defaultdict(str))
    """The loud lines of each run."""
    _losses: dict[Key, str] = field(default_factory=lambda: defaultdict(str))

    def hear(self, lines: Iterable[str], read: Iterable[Line]) -> None:
        """Note the loud lines of a command about the content that it read, or about all contents."""
        final = "\n".join(line for line in lines if not _WAITS.search(line))
        for key in [line[:2] for line in read] or list(self.files.read_at):
            self._losses[key] += final

    def decide(self, key: Key, decision: str) -> None:
        """A person decides on the last call of an undecided text, whatever the dialer did."""
        applied = decision == "applied"
        if applied:
            self.said_applied.add(key)
        else:
            self.permits[key] += 1
        for call in reversed(self.sent):
            if call.key == key and (call.undecided or applied) and call.applied is not applied:
                call.applied = applied
                break

    def judge(self, command: str, calls: Iterable[Sending], words: str) -> None:
        """Hold the calls of one command against those before, with the words of it and of the runs that it went on."""
        undone = []
        for call in calls:
            if call.lead not in LEADS:
                self.broken.append(f"a: {command}: {call.lead} is a lead of no sheet")
            before = [one for one in self.sent if one.lead == call.lead and one.applied]
            # Between a sheet and its copies and reports only words about the file's own lines excuse it.
            is_own = call.of_file and all(one.age[0] == call.age[0] for one in before)
            excuses = "" if is_own and not _TELLS_LINES.search(words) else words
            if call.applied and before:
                if self._repeats(call, before, excuses):
                    self.broken.append(f"a: {command}: {call.lead} {call.text} went again, not told")
                if before[-1].text != call.text and call.is_older(before[-1]) and not _TELLS_ORDER.search(excuses):
                    undone.append((call, before[-1]))
            self.sent.append(call)
        for call, newer in undone:
            last = next(one for one in reversed(self.sent) if one.lead == call.lead and one.applied)
            if last is not call and (last.text == newer.text or not last.is_older(newer)):
                # Rows of a lead go in the order of the file, and a later one has brought the newer text back.
                continue
            self.broken.append(f"e: {command}: {call.lead} {call.text} over the newer {newer.text}, not told")

    def _repeats(self, call: Sending, before: list[Sending], words: str) -> bool:
        same = [one for one in before if one.text == call.text]
        if not same:
            return False
        if self.permits[call.key] > 0:
            self.permits[call.key] -= 1
            return False
        if _TELLS_REPEAT.search(words) or (call.lead == IDEMPOTENT and any(one.undecided for one in same)):
            return False
        # A sheet that was written since has the old text again.
        last = max(one.moment for one in same)
        is_wanted = before[-1].text != call.text and any(read > last for read in self.files.read_at[call.key])
        return not is_wanted

    def judge_rest(self, states: Mapping[Key, set[str]]) -> None:
        """Hold the states of all rows against the calls, once nothing is left to do."""
        applied = {call.key for call in self.sent if call.applied}
        for key, names in states.items():
            if "succeeded" in names and key not in applied | self.said_applied:
                self.broken.append(f"b: {' '.join(key)} succeeded without the dialer's 0")
        for name, rows in self.files.sheets.items():
            for lead, text in rows:
                texts = {text}
                texts |= {other for of, other in self.files.corrected if of == lead and row_of(other) == row_of(text)}
                done = any((lead, other) in applied for other in texts)
                stays = any(states.get((lead, other), set()) & _STAYS for other in texts)
                if not done and not stays and not _TELLS_LOSS.search(self._losses[lead, text]):
                    self.broken.append(f"b: {name}: {lead} {text} was never sent, not told: {states.get((lead, text))}")
