"""Reasons in words: the fault, the remedy, the cause of a skip, the next step. No other module makes sentences."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from leadsync.leads.date_parts import EXAMPLES, ORDER_WORDS
from leadsync.models import RowRecord
from leadsync.plurals import agreeing, counted
from leadsync.reasons import Detail, Fault, FaultKind, Reason, Rejected, Skip, SkipKind
from leadsync.report.fault_words import FAULT_WORDS, LINE_FAULTS
from leadsync.result_codes import RESULT_CODES, Verdict

# Without commas: in a csv a comma before a hyphen would begin a formula for some programs.
DECIDING = "--applied or --not-applied or --send"
"""The options of `resolve`; a decision takes one of them."""


_JOINED = {"numbers": " and ", "places": " and ", "columns": " or ", "rows": ", ", "close": " or ", "listed": ", "}
"""How a detail's several values are joined."""

_SKIPPED: dict[SkipKind, str] = {
    SkipKind.LEFT_OUT: "left out by {text} on {at:%Y-%m-%d %H:%M}",
    SkipKind.DECIDED: "a person decided: {text}",
    SkipKind.CALLED: "{whose} calls it {status}",
    SkipKind.BY_NOW: "run {run} has it as {status} by now",
    SkipKind.UNDECIDED_SINCE: "run {run} sent it since, and a person has to decide there: {status}",
    SkipKind.LEFT_TO_RUN: "run {run} is to send it: leadsync resume {run}",
    SkipKind.WAITS_FOR_DECISION: "waits for row {row} of {whose}, which a person has to decide first",
    SkipKind.UNDECIDED_BEFORE: "run {run} sent the same as its row {row}, which a person has to decide first: {status}",
    SkipKind.WAITS_FOR_RESUME: (
        "waits for row {row} of run {run}, which goes first: `leadsync resume {run}`, then give this file again"
    ),
    SkipKind.WAITS_IN_RETRY: "waits for row {row} of run {run}; afterwards `leadsync retry {of_run}` sends it",
    SkipKind.TAKEN_FIRST: "waits for row {row}, which run {run} is to send first: `leadsync resume {run}`",
    SkipKind.GOES_BY_NOW: "waits no longer: give the file again to send it",
    SkipKind.SENT_SINCE: "sent since: last sent on {at:%Y-%m-%d %H:%M} by run {run}",
    SkipKind.OTHER_SENT_SINCE: (
        "waited, and run {run} has sent its lead something else since, on {at:%Y-%m-%d %H:%M}; if this row is still to "
        "be sent, give it in a sheet of its own."
    ),
    SkipKind.REFUSED_FOR_GOOD: "{code}: the dialer refuses it for good; clear sync_code if this is another number",
    SkipKind.STILL_FAILING: "not corrected since {answered}; {what}; as it is, `leadsync retry {run}` sends it.",
    SkipKind.SENT_CORRECTED: (
        "run {run} has sent this row, and it went through; if what stands here is to be sent as well, clear its "
        "sync_status, sync_run and sync_row."
    ),
    SkipKind.LATER_ROW: (
        "row {row} of the same lead, further down in run {run}, went through since; if this one is still to be sent, "
        "clear its sync_status and sync_row in the report, and give that back."
    ),
    SkipKind.LATER_ROW_OF_TRIAL: (
        "row {row} of the same lead, further down, went through in run {run}; if this one is still to be sent, give it "
        "in a sheet of its own."
    ),
    SkipKind.NO_LEAD: "no lead: a total, a rule, a footer or the headings once more",
    SkipKind.OTHER_ROW_COUNTS: "row {row} is this lead's last one and counts instead",
    SkipKind.SENT_IN_TRIAL: "run {run} sent it as row {row}",
    SkipKind.SENT_IN_COPY: (
        "run {run} has sent this row, and it went through; if what stands here is to be sent as well, "
        "give it in a sheet of its own."
    ),
    SkipKind.UNCHANGED: "unchanged: last sent on {at:%Y-%m-%d %H:%M} by run {run}",
    SkipKind.RETRIED: "left to run {run}, a retry",
    SkipKind.BEGUN_ANEW: "run {run} began the sheet anew",
    SkipKind.TRANSFERRED: "taken over by run {run}, {text}",
    SkipKind.LEFT_BEHIND: (
        "run {run} has taken the sheet over from a file without this row; if it is still to be sent, give it in a "
        "sheet of its own, without leadsync's columns"
    ),
}


class _Wrong(Protocol):
    """A fault, or a value that a rule refused."""

    @property
    def kind(self) -> FaultKind: ...

    @property
    def details(self) -> Mapping[str, Detail]: ...


def problem(wrong: _Wrong, subject: str = "The row") -> str:
    """The fault, as the part of a sentence behind the column and its value; of a whole line with its `subject`."""
    words = _filled(FAULT_WORDS[wrong.kind][0], wrong)
    return f"{subject} {words}" if wrong.kind in LINE_FAULTS else words


def remedy(wrong: _Wrong) -> str:
    """The remedy, as a part of a sentence."""
    words = _filled(FAULT_WORDS[wrong.kind][1], wrong)
    good = wrong.details.get("good")
    return f'{words}, or set bad_phone to "omit" in [input] to send the row with {good} alone' if good else words


def sentence(fault: Fault, subject: str = "The row") -> str:
    """The fault with its column, value and remedy, without a full stop."""
    place = f"{fault.column} {fault.value!r}" if fault.value else fault.column
    words = f"{problem(fault, subject)}; {remedy(fault)}"
    return f"{place} {words}" if place else words


def reason_words(reason: Reason) -> str:
    """A row's reason in full."""
    if isinstance(reason, Skip):
        return _SKIPPED[reason.kind].format_map(_skip_details(reason))
    return ". ".join(_sentences(reason)) + "."


def message(record: RowRecord) -> str:
    """The message about a row: the dialer's words, or else leadsync's own reason."""
    return record.message if record.message or record.reason is None else reason_words(record.reason)


def advice_after(skip: Skip) -> str:
    """The next step for a skipped row; empty if there is none."""
    if skip.kind is SkipKind.STILL_FAILING:
        return f"{_upper(_what_to_correct(skip))}; to send it as it is: `leadsync retry {skip.run}`."
    run = skip.undecided_run
    if run and skip.waits:
        return f"Decide that row first, in the report or the review file of run {run}, then send this one again."
    if run:
        return (
            f"Still to be decided: in the report or the review file of run {run}, or with `leadsync resolve {run} "
            f"--row N` and {DECIDING}."
        )
    return ""


def overtaken_words(count: int, where: str = "") -> str:
    """The sentence about failed and rejected rows whose correction is not sent; `where` it can be had nevertheless."""
    its_lead, it = agreeing(count, "its lead", "their leads"), agreeing(count, "it", "them")
    rows = f"{counted(count, 'row that did not go', 'rows that did not go')}: a later row of {its_lead} went through"
    return f"{rows}; a correction of {it} is not sent, unless its sync_status and sync_row are cleared{where}."


def failed_first_words(count: int, run_id: str, called: str = "leadsync") -> str:
    """The sentence about failed rows before others of their leads that are left in the run."""
    rows = counted(count, "row that failed stands", "rows that failed stand")
    its_lead = agreeing(count, "its lead", "their leads")
    it, as_it_is = agreeing(count, "it", "them"), agreeing(count, "as it is", "as they are")
    how = f"correct {it} first, or send {it} again first {as_it_is}: {called} retry {run_id}"
    return f"{rows} before others of {its_lead} that are left; {how}"


def _sentences(rejected: Rejected) -> Iterator[str]:
    subject = "The row"
    for fault in rejected.faults:
        # "The row has …. It has ….": only faults of the whole line begin with their subject.
        yield sentence(fault, subject)
        if fault.kind in LINE_FAULTS:
            subject = "It"


def _filled(template: str, wrong: _Wrong) -> str:
    details = dict(wrong.details)
    for name, value in details.items():
        if isinstance(value, tuple):
            details[name] = _JOINED[name].join(value)
    # A stored fault has the order as a plain text; only a known one has words.
    if order := next((order for order in ORDER_WORDS if order == details.get("order")), None):
        details |= {"order_words": ORDER_WORDS[order], "order_example": EXAMPLES[order]}
    if isinstance(wrong, Fault):
        details["original"] = wrong.original
    heading = wrong.column if isinstance(wrong, Fault) else "its heading"
    # Defaults for details that only some faults carry; those given win.
    details = {"places": "one number in each cell", "left_out": f'"{heading}" = ""', "table": "[columns]", **details}
    if wrong.kind is FaultKind.UNKNOWN_DISPOSITION:
        details["one_of"] = _one_of(details)
    if wrong.kind is FaultKind.PLACEHOLDER:
        # Never a blank callback date: it makes the lead a new one.
        details["instead"] = "write the date" if details["noun"] == "date" else "leave the cell blank"
    return template.format_map(details)


def _one_of(details: Mapping[str, Detail]) -> str:
    return str(details.get("close") or f"one of {details['listed']}{', …' if details['more'] else ''}")


def _skip_details(skip: Skip) -> dict[str, object]:
    entry = RESULT_CODES.get(skip.code) if skip.code is not None else None
    whose = f"run {skip.run}" if skip.run else "sync_status" if skip.kind is SkipKind.CALLED else "the same lead"
    return {
        "run": skip.run,
        "row": skip.row,
        "of_run": skip.of_run,
        "at": skip.at,
        "status": skip.status,
        "code": skip.code,
        "text": skip.text,
        "whose": whose,
        "answered": f"the dialer answered {entry.code} {entry.name}" if entry else "it did not go through",
        "what": _what_to_correct(skip),
    }


def _what_to_correct(skip: Skip) -> str:
    entry = RESULT_CODES.get(skip.code) if skip.code is not None else None
    return "there is nothing to correct" if entry and entry.verdict is Verdict.RETRY else "correct it"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
