"""The values of a run's page, from its record and counts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from leadsync.journal import Changes, EditedCounts, ReasonCount, SentAgain
from leadsync.models import NO_CHANGE, RunRecord, Status
from leadsync.plurals import counted
from leadsync.reasons import FaultKind, SkipKind
from leadsync.remarks import Remark
from leadsync.report import Standing, correctable, meaning, new_leads
from leadsync.report_values import CodeCount, StatusCount
from leadsync.result_codes import RESULT_CODES, Verdict, split_codes
from leadsync.tallies import Holder, Live, Tally
from leadsync.web.run_jobs import Unanswered

ELSEWHERE = "to correct in a later run"
_MOST_DISPOSITIONS = 12
UNEDITED = EditedCounts()
_NOWHERE: Mapping[str, SentAgain] = MappingProxyType({})


class Share(NamedTuple):
    """A status's part of a bar, in percent from its left end."""

    status: str
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class RunView:
    """All about one run that its page shows; without `tally` while it is being sent."""

    run: RunRecord
    standing: Standing
    live: Live | None = None
    tally: Tally | None = None
    changes: Changes | None = None
    moved_to: tuple[str, ...] | None = None
    """The later runs with rows of it left to work on; None while rows are left here."""
    later: tuple[str, ...] = ()
    """The runs that send rows of it again."""
    counts: tuple[ReasonCount, ...] = ()
    sent: Mapping[str, SentAgain] = field(default_factory=dict)
    """The later runs that have taken failed and rejected rows."""
    by: str = ""
    """The user who began to send it."""
    edited: EditedCounts = UNEDITED
    """The rows with saved changes not sent yet."""
    to_retry: int = 0
    """Rows that go again as they are, if rows failed."""
    holder: Holder | None = None
    """The process that sends it, where several machines may."""
    sheet: str = ""
    """Of a trial, the upload with its sheet, by its id."""
    is_corrected_rest: bool = False
    """Whether its rest is corrected on the page of its sheet."""
    faulty_beyond: int = 0
    """Of a trial, the rows behind its end that are at fault."""
    left_out: tuple[int, ...] = ()
    """Of a trial, the rows that people left out before the sending, those behind its end too."""
    unanswered: Unanswered | None = None
    """What somebody asked of it without anything being sent."""

    @property
    def question(self) -> Unanswered | None:
        """What was asked and can still be done."""
        asked = self.unanswered
        if asked is None:
            return None
        can_go = self.standing.can_go_on and self.unsent if asked.verb == "resume" else self.to_retry
        return asked if can_go else None

    @property
    def reasons(self) -> list[tuple[str, ReasonCount]]:
        """Why leadsync did not send rows, in words, the most frequent reason first."""
        return [(kind_words(one.kind), one) for one in self.counts if one.kind]

    @property
    def loudest(self) -> tuple[Remark, ...]:
        """The warning about rows without a callback date, if there are any."""
        # Counted now if they were: the run's own figure is that of its last end.
        return new_leads(self.changes.new_leads if self.changes else self.run.new_leads, ended=True)

    @property
    def statuses(self) -> list[StatusCount]:
        """The statuses with rows; their sum is the number of rows."""
        counts = self.tally.statuses if self.tally else {}
        return [
            StatusCount(status, counts[status], meaning(status, self.run, self.standing))
            for status in Status
            if counts.get(status)
        ]

    @property
    def codes(self) -> list[CodeCount]:
        """The dialer's answers other than 0, the most frequent first."""
        counts = {code: count for code, count in (self.tally.codes if self.tally else {}).items() if code != 0}
        known, others = split_codes(counts)
        listed = [_code_count(code, count) for code, count in known.items()]
        if others:
            listed.append(CodeCount(None, "other codes", others, "Not in the dialer's documentation.", "", _ASK))
        return sorted(listed, key=lambda one: -one.rows)

    @property
    def to_correct(self) -> int:
        """The rows open to correction here, without corrected ones."""
        if self.tally is None or self.moved_to is not None or not self.run.complete:
            return 0
        return to_correct(self.tally, self.sent, self.edited)

    @property
    def corrected(self) -> int:
        """The rows whose saved correction is ready to be sent."""
        return self.edited.ready

    @property
    def to_decide(self) -> int:
        return to_decide(self.tally) if self.tally else 0

    @property
    def unsent(self) -> int:
        """The rows left to send, those behind a trial's end among them."""
        return self.tally.statuses.get(Status.UNSENT, 0) + self.tally.beyond if self.tally else 0

    @property
    def headline(self) -> str:
        """The result in one sentence."""
        if not self.run.complete:
            return "A draft: nothing of it is sent."
        return headline(self.tally, self.to_correct, self.corrected, self.sent) if self.tally else ""


_ASK = "Ask the dialer's vendor."


def _code_count(code: int, count: int) -> CodeCount:
    entry = RESULT_CODES.get(code)
    if entry is None:
        return CodeCount(code, "?", count, "Not in the dialer's documentation.", "", _ASK)
    return CodeCount(code, entry.name, count, entry.meaning, entry.cause, entry.advice)


def to_correct(tally: Tally, sent: Mapping[str, SentAgain], edited: EditedCounts) -> int:
    """The rows at fault now of a run or draft, as the page for corrections counts them."""
    return correctable(tally) - moved(sent) - edited.mended + edited.broken


def to_decide(tally: Tally) -> int:
    """The rows for a person to decide."""
    return tally.statuses.get(Status.CONFLICT, 0) + tally.statuses.get(Status.UNKNOWN, 0)


def moved(sent: Mapping[str, SentAgain]) -> int:
    """The rows in later runs."""
    return sum(one.rows for one in sent.values())


def faulty(sent: Mapping[str, SentAgain]) -> int:
    """Those of them that are corrected there, and did not go again."""
    return sum(one.faulty for one in sent.values())


def again(sent: Mapping[str, SentAgain]) -> int:
    """The rows that went again in later runs."""
    return moved(sent) - faulty(sent)


def sent_words(sent: Mapping[str, SentAgain]) -> str:
    """What came of the rows in later runs, such as `sent again (36 went through)`."""
    went = sum(one.succeeded for one in sent.values())
    return "sent again" if went == again(sent) else f"sent again ({f'{went:,}' if went else 'none'} went through)"


def headline(tally: Tally, to_correct: int, corrected: int = 0, sent: Mapping[str, SentAgain] = _NOWHERE) -> str:
    """The result of a run, such as `41 of 52 rows went through; 13 to correct, 1 to decide.`"""
    rows, done = tally.rows, tally.statuses.get(Status.SUCCEEDED, 0)
    if not rows:
        return "It has no rows."
    if done == rows:
        began = "The only row went through" if rows == 1 else f"All {rows:,} rows went through"
    else:
        began = f"{f'{done:,}' if done else 'None'} of {counted(rows, 'row')} went through"
    finals = sum(count for code, count in tally.codes.items() if _is_final(code))
    others = (
        (to_correct, "to correct"),
        (corrected, "corrected but not sent yet"),
        (again(sent), sent_words(sent)),
        (faulty(sent), ELSEWHERE),
        (to_decide(tally), "to decide"),
        (finals, "on the do-not-call list"),
        (tally.statuses.get(Status.UNSENT, 0), "not sent yet"),
        (tally.statuses.get(Status.SKIPPED, 0) - tally.still_failing, "skipped on purpose"),
    )
    rest = ", ".join(f"{count:,} {words}" for count, words in others if count > 0)
    return f"{began}{'; ' if rest else ''}{rest}."


def _is_final(code: int) -> bool:
    entry = RESULT_CODES.get(code)
    return entry is not None and entry.verdict is Verdict.FINAL


def shares(statuses: Mapping[Status, int], rows: int) -> list[Share]:
    """The parts of a bar over so many rows, in the order of the statuses."""
    parts: list[Share] = []
    left = 0.0
    for status in Status:
        if count := statuses.get(status, 0):
            width = 100 * count / max(rows, 1)
            parts.append(Share(status.value, round(left, 3), round(width, 3)))
            left += width
    return parts


def changes_lines(changes: Changes) -> list[tuple[str, str, int]]:
    """What was done on the dialer: the field, its new value, the number of leads."""
    set_ = [(value, count) for value, count in changes.dispositions.items() if value != NO_CHANGE]
    lines = [("Disposition set", value, count) for value, count in set_[:_MOST_DISPOSITIONS]]
    if rest := set_[_MOST_DISPOSITIONS:]:
        lines.append(("Disposition set", f"{len(rest):,} others", sum(count for _, count in rest)))
    if kept := changes.dispositions.get(NO_CHANGE):
        lines.append(("Disposition kept", "as it was", kept))
    if changes.callbacks:
        lines.append(("Callback moved", "to the date given", changes.callbacks))
    if changes.new_leads:
        lines.append(("No callback date", "treated as a new lead", changes.new_leads))
    return lines


def kind_words(kind: str) -> str:
    """A kind of reason by its name, in words."""
    known: FaultKind | SkipKind = FaultKind[kind] if kind in FaultKind.__members__ else SkipKind[kind]
    words = str(known.value)
    return words[:1].upper() + words[1:]
