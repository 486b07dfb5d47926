"""Reasons in words: what is wrong, the remedy, why a row was left out, the next step. No other module has them."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from leadsync.leads.dates import EXAMPLES, ORDER_WORDS
from leadsync.models import RowRecord
from leadsync.reasons import Detail, Fault, FaultKind, Reason, Rejected, Skip, SkipKind
from leadsync.result_codes import RESULT_CODES, Verdict
from leadsync.spreadsheet import LONGEST_CELL

DECIDING = "--applied or --not-applied or --send"
"""The options of `resolve`; a decision takes one of them. A hyphen behind a comma would count as a formula in a csv."""

_K = FaultKind
_IN_FULL = "check it and write it in full, for example {example}"
_DIGITS_ONLY = "write it with digits and blanks only, for example {example}"
_NUMBER_OR_BLANK = "write the number, for example {example}, or leave the cell blank"
_DATE = "write it as {order_words}, for example {order_example}"
_CELL_IN_COLUMN = "in column {letter}"

_WORDS: dict[FaultKind, tuple[str, str]] = {
    _K.TOO_FEW_CELLS: (
        "has {cells} where the headings have {headings}",
        "add the missing ones, blank ones too, so that each value stands under its heading",
    ),
    _K.TOO_MANY_CELLS: (
        "has {cells} where the headings have {headings}",
        "put cells that hold the delimiter in quotation marks, or take out what is too much",
    ),
    _K.WRONG_WIDTH: ("has {cells} cells under {headings} headings", "put its cells under their headings"),
    _K.QUOTE_IN_CELL: ("has a quotation mark inside a quoted cell", "write it twice, or leave it out"),
    _K.NUL_BYTE: (f"has a NUL byte {_CELL_IN_COLUMN}", "delete it"),
    _K.CONTROL_CHARACTER: (f"has the control character {{character}} {_CELL_IN_COLUMN}", "delete it"),
    _K.LONG_CELL: (f"has {{length:,}} characters {_CELL_IN_COLUMN}, more than a cell holds", "shorten it"),
    _K.LONG_NUMBER: (
        f"has a number of more than 15 digits {_CELL_IN_COLUMN}, whose last digits the spreadsheet program has lost",
        "format the column as text and enter it again",
    ),
    _K.ERROR_VALUE: (f"has the error {{error}} {_CELL_IN_COLUMN}", "correct its formula"),
    _K.NO_STORED_VALUE: (
        f"has a formula without a stored value {_CELL_IN_COLUMN}",
        "open the workbook in a spreadsheet program and save it, so that the formula is worked out",
    ),
    _K.MERGED_CELL: (f"has a merged cell {_CELL_IN_COLUMN}", "unmerge it and fill in every cell"),
    _K.MORE_SUCH_CELLS: ("has {count:,} more such cells", "correct them too"),
    _K.NO_HEADING: ("stands under no heading", "give the column a heading"),
    _K.LONG_TEXT: (
        f"is longer than a cell can be ({LONGEST_CELL:,} characters)",
        "look for a missing closing quote before it",
    ),
    _K.ERROR_TEXT: ("is a spreadsheet's error, not a value", "correct its formula or type the value"),
    _K.UNSENDABLE: ("holds the control character {character}", "type the value again without it"),
    _K.NO_CHANGE_ELSEWHERE: (
        "has no meaning outside dispositions and phone fields",
        "leave the cell blank, which keeps what the dialer has, or name the field in phone_fields",
    ),
    _K.BLANK_ID: ("is blank", "write the lead's external id"),
    _K.ID_IS_DATE: (
        "is a date, into which a spreadsheet turned the id",
        "format the column as text and write the id again",
    ),
    _K.ID_IS_NO_CHANGE: ("names no lead", "write the lead's external id"),
    _K.ID_HAS_LINES: ("holds a line break or a tab", "write one id in the cell"),
    _K.ID_ROUNDED: (
        "was turned into a rounded number by a spreadsheet, so that its last digits are lost",
        "format the column as text and put the id in again from where it came",
    ),
    _K.NOT_A_CAMPAIGN_ID: ("is no id", "write a whole number as `leadsync campaigns` lists it, or leave it blank"),
    _K.NOT_A_PRIORITY: (
        "is no priority",
        "write a whole number from 0 (called first) to 100 (last), or leave the cell blank",
    ),
    _K.BLANK_DISPOSITION: ("is blank", "write the disposition, or <No Change> to keep the present one"),
    _K.NO_BRACKETS: ("lacks its angle brackets", "write <No Change>"),
    _K.DISPOSITION_HAS_LINES: ("holds more than one line", "write one disposition in the cell"),
    _K.UNKNOWN_DISPOSITION: (
        "is none of the campaign's dispositions",
        "write {one_of}, or add it to dispositions in the settings",
    ),
    _K.BLANK_CALLBACK: ("is blank", "write when to call, or set blank_callback to new_lead in the settings"),
    _K.CALLBACK_IS_NO_CHANGE: (
        "cannot keep the present date: only dispositions and phones know <No Change>",
        "write the date, for example {order_example}, or leave the cell blank to make it a new lead",
    ),
    _K.NOT_A_DATE: ("is no date that can be read", _DATE),
    _K.TWO_READINGS: ("can be read in two ways", _DATE),
    _K.NO_SUCH_MONTH: ("names no month: {month!r}", _DATE),
    _K.OTHER_ORDER: ("is not in the order {order_words} that the settings give", _DATE),
    _K.NO_YEAR: ("has no year", _DATE),
    _K.YEAR_DIGITS: ("has no year of two or four digits", _DATE),
    _K.MONTH_OUT_OF_RANGE: ("has {month} as its month, read as {order_words}", _DATE),
    _K.YEAR_FAR_OFF: ("is in the year {year}, which no callback is", _DATE),
    _K.NO_SUCH_DAY: ("is no date: {month} {year} has no day {day}", _DATE),
    _K.OTHER_WEEKDAY: ("contradicts itself: that day is a {weekday}", _DATE),
    _K.NO_MINUTES: ("has an hour without minutes", _DATE),
    _K.HOUR_OF_OTHER_HALF: ("has the hour {hour} with {half}m", _DATE),
    _K.NO_SUCH_TIME: ("has a time that does not exist", f"{_DATE}, with a time from 00:00 to 23:59"),
    _K.TIME_SPAN: ("has a span of time or an offset in an unusual place", f"{_DATE}, with one time"),
    _K.NO_SUCH_OFFSET: ("has the offset {offset}, which no timezone has", _DATE),
    _K.MIDNIGHT: ("names midnight, which begins one day and ends another", f"{_DATE}, with 00:00 or 23:59"),
    _K.WORD_BEHIND_TIME: ("has a word behind its time ({word})", f"{_DATE}, without a timezone's name"),
    _K.TIME_ALONE: ("has a time but no date", _DATE),
    _K.SWAPPED_DATE_CELL: (
        "is a conflict of date cells and text dates: a spreadsheet program has probably swapped its day and month",
        "format the column as text and write the date as it came, for example {order_example}",
    ),
    _K.PHONE_IS_DATE_CELL: (
        "is a date, into which a spreadsheet turned the number",
        "format the column as text and write the number again",
    ),
    _K.PHONE_TOO_LONG_TEXT: ("is longer than a phone number can be", "write one number in each cell"),
    _K.PHONE_ROUNDED: (
        "was turned into a rounded number by a spreadsheet, so that digits are lost",
        "format the column as text and put the number in again from where it came",
    ),
    _K.SEVERAL_PHONES: ("holds more than one number, {numbers}", "write one number in each cell"),
    _K.PHONE_IS_DATE: ("is a date", _NUMBER_OR_BLANK),
    _K.PHONE_HAS_LETTERS: ("has letters in it", _DIGITS_ONLY),
    _K.PHONE_HAS_CHARACTER: ("has {character!r} in it", _DIGITS_ONLY),
    _K.NO_DIGITS: ("has no digits", _NUMBER_OR_BLANK),
    _K.NOT_WRITTEN_AS_PHONE: ("is not written as a phone number", _DIGITS_ONLY),
    _K.DECIMAL_PHONE: ("is a decimal number or has a mark where a phone number has none", _DIGITS_ONLY),
    _K.TOO_MANY_DIGITS: ("has {digits} digits, more than a phone number has", _IN_FULL),
    _K.FOREIGN_PHONE: ("is a number of {country}, not of {region}", "give a number that is dialed within {region}"),
    _K.NO_AREA_CODE: ("has no area code", "write it with its area code, for example {example}"),
    _K.NO_PREFIX: (
        "lacks the {trunk} before its area code, its area code or the + before its country code",
        "write it in full, for example {example}",
    ),
    _K.SHORT_PHONE: ("is too short, with {digits} where {usual} digits are usual", _IN_FULL),
    _K.LONG_PHONE: ("is too long, with {digits} where {usual} digits are usual", _IN_FULL),
    _K.INVALID_PHONE: ("is not a valid phone number in {region}", _IN_FULL),
    _K.NO_PHONE: ("there is no phone number in {columns}", "write one, or <No Change> to keep the present"),
    _K.INSERT_WITHOUT_PHONE: ("a lead is inserted only with a phone number", "write one into {columns}"),
    _K.NO_COLUMN: ("no column fills {field}", "add the column, or set {setting} in the settings"),
    _K.SEVERAL_ROWS: ("stands in several rows", "keep one of the rows {rows}"),
    _K.CUT_TEXT: ("was cut when the report was written", "write it anew, so that a cell holds it"),
    _K.CORRUPTED_NUMBER: (
        "was {original!r} in run {run}: a spreadsheet program has taken it for a number",
        (
            "write it back as it was, or, if it is right so, clear the row's sync_run and sync_row; "
            "in a workbook this does not happen (leadsync report {run} --format xlsx)"
        ),
    ),
    _K.DUPLICATE_ROW: (
        "row {row} of run {run} stands in the sheet twice",
        "delete one of the two, or clear sync_run and sync_row if this is a row of its own",
    ),
}
"""What is wrong and the remedy, both parts of a sentence, with the details' names in braces."""

_OF_THE_LINE = frozenset(kind for kind, (problem, _) in _WORDS.items() if _CELL_IN_COLUMN in problem) | {
    _K.TOO_FEW_CELLS,
    _K.TOO_MANY_CELLS,
    _K.WRONG_WIDTH,
    _K.QUOTE_IN_CELL,
    _K.MORE_SUCH_CELLS,
}
"""The kinds whose words want "The row" before them."""

_JOINED = {"numbers": " and ", "columns": " or ", "rows": ", ", "close": " or ", "listed": ", "}
"""How a detail's several values are joined."""

_SKIPPED: dict[SkipKind, str] = {
    SkipKind.DECIDED: "a person decided: {text}",
    SkipKind.CALLED: "{whose} calls it {status}",
    SkipKind.BY_NOW: "run {run} has it as {status} by now",
    SkipKind.UNDECIDED_SINCE: "run {run} sent it since, and a person has to decide there: {status}",
    SkipKind.LEFT_TO_RUN: "run {run} is to send it: leadsync resume {run}",
    SkipKind.WAITS_FOR_DECISION: "waits for row {row} of {whose}, which a person has to decide first",
    SkipKind.UNDECIDED_BEFORE: "run {run} sent the same as its row {row}, which a person has to decide first: {status}",
    SkipKind.WAITS_FOR_RESUME: (
        "waits for row {row} of run {run}, which is in doubt and goes first: `leadsync resume {run}`, then give this "
        "file again"
    ),
    SkipKind.SENT_SINCE: "sent since: last sent on {at:%Y-%m-%d %H:%M} by run {run}",
    SkipKind.REFUSED_FOR_GOOD: "{code}: the dialer refuses it for good; clear sync_code if this is another number",
    SkipKind.STILL_FAILING: "not corrected since {answered}; {what}; as it is, `leadsync retry {run}` sends it.",
    SkipKind.SENT_CORRECTED: (
        "run {run} has sent this row since, and it went through; if what stands here is to be sent as well, clear its "
        "sync_status, sync_run and sync_row."
    ),
    SkipKind.LATER_ROW: (
        "row {row} of the same lead, further down in run {run}, went through since; if this one is still to be sent, "
        "clear its sync_status and sync_row."
    ),
    SkipKind.LATER_ROW_OF_TRIAL: (
        "row {row} of the same lead, further down, went through in run {run}; if this one is still to be sent, give it "
        "in a sheet of its own."
    ),
    SkipKind.OTHER_ROW_COUNTS: "row {row} is this lead's last one and counts instead",
    SkipKind.SENT_IN_TRIAL: "run {run} sent it as row {row}",
    SkipKind.UNCHANGED: "unchanged: last sent on {at:%Y-%m-%d %H:%M} by run {run}",
    SkipKind.RETRIED: "sent by run {run} instead",
    SkipKind.TRANSFERRED: "sent or decided by run {run}, {text}",
}


class _Wrong(Protocol):
    """A fault, or a value that a rule refused."""

    @property
    def kind(self) -> FaultKind: ...

    @property
    def details(self) -> Mapping[str, Detail]: ...


def problem(wrong: _Wrong) -> str:
    """What is wrong, as the part of a sentence behind the column and its value."""
    words = _filled(_WORDS[wrong.kind][0], wrong)
    return f"The row {words}" if wrong.kind in _OF_THE_LINE else words


def remedy(wrong: _Wrong) -> str:
    """What to do about it, as a part of a sentence."""
    return _filled(_WORDS[wrong.kind][1], wrong)


def sentence(fault: Fault) -> str:
    """The fault with its column, value and remedy, without a full stop."""
    place = f"{fault.column} {fault.value!r}" if fault.value else fault.column
    return f"{place} {problem(fault)}; {remedy(fault)}" if place else f"{problem(fault)}; {remedy(fault)}"


def reason_words(reason: Reason) -> str:
    """A row's reason in full."""
    if isinstance(reason, Skip):
        return _SKIPPED[reason.kind].format_map(_skip_details(reason))
    return ". ".join(_sentences(reason)) + "."


def message(record: RowRecord) -> str:
    """What a report says about a row: the dialer's words, or else leadsync's own reason."""
    return record.message if record.message or record.reason is None else reason_words(record.reason)


def advice_after(skip: Skip) -> str:
    """The next step for a row that was left out; empty where there is none to take."""
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


def _sentences(rejected: Rejected) -> Iterator[str]:
    line_named = False
    for fault in rejected.faults:
        text = sentence(fault)
        if fault.kind in _OF_THE_LINE:
            yield f"It{text.removeprefix('The row')}" if line_named else text
            line_named = True
        else:
            yield text


def _filled(template: str, wrong: _Wrong) -> str:
    details = dict(wrong.details)
    for name, value in details.items():
        if isinstance(value, tuple):
            details[name] = _JOINED[name].join(value)
    if order := next((order for order in ORDER_WORDS if order == details.get("order")), None):
        details |= {"order_words": ORDER_WORDS[order], "order_example": EXAMPLES[order]}
    if isinstance(wrong, Fault):
        details["original"] = wrong.original
    if wrong.kind is FaultKind.UNKNOWN_DISPOSITION:
        details["one_of"] = _one_of(details)
    return template.format_map(details)


def _one_of(details: Mapping[str, Detail]) -> str:
    return str(details.get("close") or f"one of {details['listed']}{', …' if details['more'] else ''}")


def _skip_details(skip: Skip) -> dict[str, object]:
    entry = RESULT_CODES.get(skip.code) if skip.code is not None else None
    whose = f"run {skip.run}" if skip.run else "sync_status" if skip.kind is SkipKind.CALLED else "the same lead"
    return {
        "run": skip.run,
        "row": skip.row,
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
