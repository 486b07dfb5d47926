"""The figures of a run's summary, gathered row by row while its report is written. Pure."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from leadsync.durations import exact_duration
from leadsync.models import CALLBACK, DISPOSITION, EXTERNAL_ID, NO_CHANGE, RowRecord, RunRecord, Status
from leadsync.plurals import counted
from leadsync.report.advice import MEANINGS, still_failing, undecided_in, unsent_words, waits
from leadsync.report.highlights import Highlights
from leadsync.report.row_words import DECIDING, failed_first_words, overtaken_words
from leadsync.report.tables import is_final
from leadsync.report.warnings import new_leads
from leadsync.report_values import CodeCount, StatusCount, Summary
from leadsync.result_codes import RESULT_CODES, split_codes

_MOST_EFFECTS = 20
_MOST_REASONS = 20
# A sheet may have another disposition for each of a million leads, by a wrong mapping.
_MOST_KINDS = 10_000


class Digest:
    """Counts the outcomes of a run's rows. `through` lets them pass on the way to the report; `summary` tells.

    `marked` names the user's own sheet if the summary is for a marked copy of the workbook; `failed_first`: how many
    failed rows stand before others of their leads that are left.
    """

    def __init__(self, run: RunRecord, *, failed_first: int = 0, marked: str = "") -> None:
        self._run = run
        self._failed_first = failed_first
        self._marked = marked
        self._statuses: Counter[Status] = Counter()
        self._codes: Counter[int] = Counter()
        self._names: dict[int, tuple[str, str]] = {}
        self._reasons: Counter[str] = Counter()
        self._remedies: dict[str, str] = {}
        self._dispositions: Counter[str] = Counter()
        self._callbacks = self._attempts = self._finals = self._plain_failures = 0
        self._waiting = self._still_failing = 0
        self._overtaken: Counter[int | None] = Counter()
        """The rows whose correction is not sent, by code."""
        self.new_leads = 0
        """Rows without a callback date that went through."""
        self._undecided_before: Counter[str] = Counter()
        self._time: datetime | None = None
        self._first: datetime | None = None
        self._last: datetime | None = None

    @property
    def rows(self) -> int:
        """The rows seen so far."""
        return self._statuses.total()

    def see(self, record: RowRecord, found: Highlights) -> None:
        """Count a row and its cells at fault."""
        self._statuses[record.status] += 1
        self._attempts += record.attempts
        if record.code is not None:
            self._codes[record.code] += 1
            # The first words of a code stand for all: a dialer may answer with another text for each row.
            self._names.setdefault(record.code, (record.name, record.message))
        # The journal gives rows of one second the same object: most rows need no comparison.
        if record.time is not None and record.time is not self._time:
            self._time = record.time
            self._first = min(self._first or record.time, record.time)
            self._last = max(self._last or record.time, record.time)
        match record.status:
            case Status.SUCCEEDED:
                self._took_effect(record)
            # The order of these cases counts: a row is counted once, by its most particular case.
            case Status.FAILED if is_final(record):
                self._finals += 1
            case Status.FAILED | Status.REJECTED if record.overtaken:
                self._overtaken[record.code] += 1
            case Status.REJECTED:
                self._was_rejected(found)
            case Status.FAILED if record.code is None:
                self._plain_failures += 1
            case Status.UNSENT if waits(record):
                self._waiting += 1
            case Status.SKIPPED if still_failing(record):
                self._still_failing += 1
            case Status.SKIPPED:
                if run := undecided_in(record):
                    self._undecided_before[run] += 1
            case _:
                pass

    def _took_effect(self, record: RowRecord) -> None:
        disposition = record.fields.get(DISPOSITION, NO_CHANGE)
        if disposition in self._dispositions or len(self._dispositions) < _MOST_KINDS:
            self._dispositions[disposition] += 1
        if CALLBACK in record.fields:
            self._callbacks += 1
        # An insert carries its id among the fields; without a callback date it is meant to be a new lead.
        elif EXTERNAL_ID not in record.fields:
            self.new_leads += 1

    def _was_rejected(self, found: Highlights) -> None:
        for problem, remedy in found.faults:
            if problem in self._reasons or len(self._reasons) < _MOST_KINDS:
                self._reasons[problem] += 1
                self._remedies.setdefault(problem, remedy)

    def summary(self) -> Summary:
        """The summary of the rows seen."""
        return Summary(
            title=self._run.file.name,
            headline=self._headline(),
            ending=self._ending(),
            facts=tuple(self._facts()),
            rows=self._statuses.total(),
            statuses=tuple(
                StatusCount(status, self._statuses[status], self._meaning(status))
                for status in Status
                if self._statuses[status]
            ),
            codes=tuple(self._answers()),
            reasons=tuple(
                (_upper(problem), _upper(self._remedies[problem]), count)
                for problem, count in self._reasons.most_common(_MOST_REASONS)
            ),
            effects=tuple(self._effects()),
            steps=tuple(self._steps()),
            warnings=(*self._run.warnings, *map(str, new_leads(self.new_leads, ended=True))),
        )

    def _meaning(self, status: Status) -> str:
        if status is not Status.UNSENT:
            return MEANINGS[status]
        return unsent_words(is_stopped=bool(self._run.stopped), all_wait=not self._not_sent)

    @property
    def _to_correct(self) -> int:
        """The rows open to correction, skipped ones with a failure in an earlier run among them."""
        rows = self._statuses[Status.FAILED] + self._statuses[Status.REJECTED] + self._still_failing
        return rows - self._finals - self._overtaken.total()

    @property
    def _skipped_for_good(self) -> int:
        return self._statuses[Status.SKIPPED] - self._undecided_before.total() - self._still_failing

    @property
    def _to_decide(self) -> int:
        return self._statuses[Status.CONFLICT] + self._statuses[Status.UNKNOWN]

    @property
    def _not_sent(self) -> int:
        """The rows left for `resume` to send."""
        return self._statuses[Status.UNSENT] - self._waiting

    def _headline(self) -> str:
        rows, done = self._statuses.total(), self._statuses[Status.SUCCEEDED]
        if rows == 1:
            began = "The only row went through" if done else "The only row did not go through"
        elif done == rows:
            began = f"All {rows:,} rows went through"
        else:
            began = f"{done:,} of {rows:,} rows went through" if done else f"None of {rows:,} rows went through"
        others = [
            f"{count:,} {words}"
            for count, words in (
                (self._to_correct, "to correct"),
                (self._overtaken.total(), "behind a later row of the same lead"),
                (self._to_decide, "to decide"),
                (self._finals, "on the do-not-call list"),
                (self._waiting, "waiting for that"),
                (self._not_sent, "not sent yet"),
                (self._undecided_before.total(), "still to decide in an earlier run"),
                (self._skipped_for_good, "skipped on purpose"),
            )
            if count
        ]
        return began + ("; " + ", ".join(others) if others else "") + "."

    def _ending(self) -> str:
        if self._run.stopped:
            return f"Stopped before the end: {self._run.stopped}."
        if self._run.last_row is not None:
            return "A trial of the first rows."
        if self._not_sent:
            return "Not finished."
        return "Finished, but for rows that wait for a decision." if self._waiting else "Finished."

    def _facts(self) -> Iterator[tuple[str, str]]:
        run = self._run
        yield "File", run.file.name
        if run.sheet:
            yield "Sheet", run.sheet
        yield "Run", run.id
        if run.retry_of:
            yield "Sends again", f"failed and unsent rows of run {run.retry_of}"
        yield "Dialer", run.dialer
        yield "Campaign", f"{run.ids.campaign} (template {run.ids.template}, allocation {run.ids.allocation})"
        yield "Started", f"{run.created:%A %d %B %Y, %H:%M}"
        if self._first and self._last:
            day = "" if self._first.date() == self._last.date() else f"{self._last:%d %B} "
            yield "Answered", f"{self._first:%d %B %Y, %H:%M:%S} to {day}{self._last:%H:%M:%S}"
        yield "Time sending", exact_duration(run.seconds)
        if run.seconds and self._attempts:
            pace = self._attempts / run.seconds
            yield "Pace", f"{pace:.1f} calls a second ({counted(self._attempts, 'call')})"
        if run.last_row is not None:
            yield "Trial", f"the rows up to row {run.last_row} of the sheet"

    def _answers(self) -> Iterator[CodeCount]:
        codes, others = split_codes(self._codes)
        yield from map(self._code, codes)
        if others:
            meaning = f"{len(self._codes) - len(codes):,} more codes, which are not in the dialer's documentation."
            yield CodeCount(None, "codes", others, meaning, "", "Ask the dialer's vendor.")

    def _code(self, code: int) -> CodeCount:
        entry = RESULT_CODES.get(code)
        if entry is None:
            name, message = self._names[code]
            meaning = f"Not in the dialer's documentation. Its words: {message or name or 'none'}"
            return CodeCount(code, name or "?", self._codes[code], meaning, "", "Ask the dialer's vendor.")
        # Of no use if none of its rows can go again.
        advice = "" if self._overtaken[code] == self._codes[code] else entry.advice
        return CodeCount(code, entry.name, self._codes[code], entry.meaning, entry.cause, advice)

    def _effects(self) -> Iterator[tuple[str, str, int]]:
        most = self._dispositions.most_common()
        changed = [(value, count) for value, count in most if value != NO_CHANGE]
        for value, count in changed[:_MOST_EFFECTS]:
            yield "Disposition set", value, count
        # `_MOST_KINDS` bounds the memory, this one the page.
        if rest := changed[_MOST_EFFECTS:]:
            yield "Disposition set", counted(len(rest), "other"), sum(count for _, count in rest)
        if kept := self._dispositions[NO_CHANGE]:
            yield "Disposition kept", "as it was", kept
        if self._callbacks:
            yield "Callback moved", "to the date given", self._callbacks
        if self.new_leads:
            yield "No callback date", "treated as a new lead", self.new_leads

    def _steps(self) -> Iterator[str]:
        run = self._run
        goes_on = bool(self._not_sent) or run.last_row is not None
        if self._failed_first:
            yield failed_first_words(self._failed_first, run.id)
        if goes_on:
            yield f"Go on with what was not sent: leadsync {run.resume_command}"
        workbook = run.kind == "xlsx"
        if self._to_correct:
            sheet = self._marked or ("To correct" if workbook else "")
            what = f"highlighted cells on the sheet {sheet}" if sheet else "rows in the retry file"
            correct = "When that is done, correct" if goes_on else "Correct"
            yield f"{correct} the {what}, save, and give the file to leadsync run."
        if behind := self._overtaken.total():
            yield overtaken_words(behind, " on the sheet To correct" if workbook else "")
        if self._to_decide:
            where = "on the sheet To decide" if workbook else "in the review file"
            where += " of the report" if workbook and self._marked else ""
            yield (
                f"Look up the leads {where} in the dialer; write applied, not applied or send into sync_decision, "
                "save, and give that file to leadsync run."
            )
        if self._waiting:
            yield f"When that is decided, send the rows that wait for it: leadsync resume {run.id}"
        for earlier, rows in self._undecided_before.items():
            yield (
                f"Decide on what is still undecided in run {earlier} ({rows:,} of these rows): in its report or review "
                f"file, or with leadsync resolve {earlier}, which takes --row N and {DECIDING}"
            )
        # 103 and 109 are the dialer's own trouble: a Counter gives 0 for a code that was not answered.
        if self._plain_failures or any(self._codes[code] > self._overtaken[code] for code in (103, 109)):
            yield f"Rows that failed although nothing is wrong with them go again with: leadsync retry {run.id}"
        if not (self._to_correct or self._to_decide or self._waiting or self._undecided_before or goes_on):
            yield "There is nothing left to do."


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
