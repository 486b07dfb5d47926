"""The reasons for not sending a row, as values for rules, highlights and counts; `report.row_words` has the words.

They are stored by the names of their kinds: a released name stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

Detail = str | int | tuple[str, ...]


class FaultKind(Enum):
    """The kinds of wrong data, each with its meaning."""

    # a row as it was read
    TOO_FEW_CELLS = "the line has fewer cells than there are headings"
    TOO_MANY_CELLS = "the line has more cells than there are headings"
    WRONG_WIDTH = "the row's cells do not fit the headings"
    QUOTE_IN_CELL = "a quoted cell holds a lone quotation mark"
    NUL_BYTE = "a cell holds a NUL byte"
    CONTROL_CHARACTER = "a cell holds a control character"
    STRAY_BYTES = "a cell holds bytes foreign to the text's encoding"
    LONG_CELL = "a cell holds more than a spreadsheet program takes"
    LONG_NUMBER = "a number has lost digits in a spreadsheet program"
    UNCLEAR_NUMBER = "the format of an id, a phone or a post code hides what the number is"
    HIDDEN_VALUE = "the format of a cell hides its value"
    TIME_CELL = "an id, a phone or a post code is a time"
    ERROR_VALUE = "a cell holds an error instead of a value"
    NO_STORED_VALUE = "a formula was never worked out"
    MERGED_CELL = "a cell is merged with others"
    STRUCK_TEXT = "the text of a cell is struck out"
    LINE_IN_CELL = "one cell holds the whole line"
    NO_LEAD = "the line is a total, a rule, a footer or the headings once more"
    TOTAL_BETWEEN = "a line among the leads looks like a total, a title or a footer"
    OTHER_TABLE = "the line belongs to a table under other headings"
    WORDS_ALONE = "a line among the leads has words alone, as headings do"
    TEMPLATE = "a line has a template's names instead of values"
    SECOND_HEADINGS = "the line below the headings is one of headings or hints too"
    HEADINGS_DOWN = "the headings stand one below the other, in the column of ids"
    MORE_SUCH_CELLS = "further cells of the row are at fault"

    # any cell
    NO_HEADING = "a value stands under no heading"
    LONG_TEXT = "the text is longer than a cell can be"
    ERROR_TEXT = "the text is a spreadsheet's error"
    FORMULA_TEXT = "the text is a spreadsheet's formula"
    UNSENDABLE = "the text holds a character that cannot be sent"
    NO_CHANGE_ELSEWHERE = "<No Change> in a field that does not know it"
    PLACEHOLDER = "a word for no value instead of one"

    # the external id, campaign ids and priorities
    BLANK_ID = "the external id is blank"
    ID_IS_DATE = "a spreadsheet turned the external id into a date"
    ID_PLACEHOLDER = "a placeholder instead of an external id"
    ID_IS_NO_CHANGE = "<No Change> instead of an external id"
    ID_HAS_LINES = "the external id holds a line break or a tab"
    ID_ROUNDED = "a spreadsheet rounded the external id"
    NOT_A_CAMPAIGN_ID = "the template, campaign or allocation id is no number"
    NOT_A_PRIORITY = "the priority is no whole number from 0 to 100"

    # dispositions
    BLANK_DISPOSITION = "the disposition is blank, and the settings refuse that"
    NO_BRACKETS = "No Change without its angle brackets"
    DISPOSITION_HAS_LINES = "the disposition has more than one line"
    DISPOSITION_IS_TRUTH = "a tick box instead of a disposition"
    UNKNOWN_DISPOSITION = "the settings do not list the disposition"

    # callback dates
    BLANK_CALLBACK = "the callback date is blank, and the settings refuse that"
    CALLBACK_IS_NO_CHANGE = "<No Change> instead of a callback date"
    NO_FIGURES = "the text for a date has no figure in it"
    NOT_A_DATE = "the text cannot be read as a date"
    TWO_DATES = "the text has two dates"
    TWO_READINGS = "the date can be read in two ways"
    NO_SUCH_MONTH = "the date names no month"
    OTHER_ORDER = "the date is not in the order of the settings"
    NO_DAY = "the date has no day"
    NO_YEAR = "the date has no year"
    YEAR_DIGITS = "the year has neither two nor four digits"
    MONTH_OUT_OF_RANGE = "the month's number is no month"
    YEAR_FAR_OFF = "no callback is in that year"
    NO_SUCH_DAY = "the month has no such day"
    OTHER_WEEKDAY = "the weekday is another one"
    NO_MINUTES = "the time is an hour alone"
    HOUR_OF_OTHER_HALF = "the hour does not go with am or pm"
    NO_SUCH_TIME = "the time does not exist"
    TIME_SPAN = "a span of time, or an offset in an odd place"
    NO_SUCH_OFFSET = "no timezone has the offset"
    MIDNIGHT = "midnight, of which day is open"
    WORD_BEHIND_TIME = "a word stands behind the time"
    TIME_ALONE = "a time without a date"
    SWAPPED_DATE_CELL = "a date cell beside text dates, its day and month probably swapped by a spreadsheet program"

    # phones
    PHONE_IS_DATE_CELL = "a spreadsheet turned the phone number or post code into a date"
    PHONE_TOO_LONG_TEXT = "the text is too long for one phone number"
    PHONE_ROUNDED = "a spreadsheet rounded the phone number"
    SEVERAL_PHONES = "the cell holds several phone numbers"
    PHONE_IS_DATE = "a date instead of a phone number"
    PHONE_HAS_LETTERS = "the phone number has letters in it"
    PHONE_HAS_CHARACTER = "the phone number has a foreign character in it"
    NO_DIGITS = "the text for a phone number has no digits"
    NOT_WRITTEN_AS_PHONE = "signs stand where a phone number has none"
    DECIMAL_PHONE = "the phone number looks like a decimal number"
    TOO_MANY_DIGITS = "the phone number has more digits than any"
    FOREIGN_PHONE = "the phone number is another country's"
    NO_AREA_CODE = "the phone number has no area code"
    NO_PREFIX = "the phone number lacks what stands before its area code"
    SHORT_PHONE = "the phone number has too few digits"
    LONG_PHONE = "the phone number has too many digits"
    INVALID_PHONE = "the phone number is not valid in its region"

    # the row as a whole
    NO_PHONE = "no column gives a phone number"
    INSERT_WITHOUT_PHONE = "a lead to be added has no phone number"
    NO_COLUMN = "no column fills a field that the settings demand"
    SEVERAL_ROWS = "the lead stands in several rows, and the settings refuse that"

    # a file that came back
    CUT_TEXT = "a workbook could not hold the whole text"
    CORRUPTED_NUMBER = "a spreadsheet program took the text for a number"
    CHECKED_NUMBER = "a spreadsheet program took the external id in a checked copy for a number"
    DUPLICATE_ROW = "the row of an earlier run stands in the file twice"


class SkipKind(Enum):
    """The kinds of reasons for leaving out a row whose data is right, each with its meaning."""

    LEFT_OUT = "a person left the row out before the sending"
    DECIDED = "a person decided on the row in this file"
    CALLED = "the file itself calls the row done or undecided"
    BY_NOW = "an earlier run has brought the row to its end since"
    UNDECIDED_SINCE = "a later run sent the row, and a person has to decide there"
    LEFT_TO_RUN = "another run, stopped or under way, is to send the row or its equal"
    WAITS_FOR_DECISION = "a person has to decide on an earlier row of the lead"
    UNDECIDED_BEFORE = "an earlier run sent its lead the same, and a person has to decide on that first"
    WAITS_FOR_RESUME = "an earlier row of the lead goes first, from its run"
    WAITS_IN_RETRY = "the row of a retry waits for a row of another run, and a later retry sends it"
    TAKEN_FIRST = "a later run has taken an earlier row of the lead, and sends it first"
    GOES_BY_NOW = "the row waited, and goes once its sheet is given again"
    SENT_SINCE = "the lead has taken the same from another run since"
    OTHER_SENT_SINCE = "the row waited, and another run has sent the lead something else since"
    REFUSED_FOR_GOOD = "the dialer refuses the row for good"
    STILL_FAILING = "the row failed before and was not corrected"
    SENT_CORRECTED = "the row went through since, corrected"
    LATER_ROW = "a later row of the lead went through in an earlier run"
    LATER_ROW_OF_TRIAL = "a later row of the lead went through in the trial of this file"
    NO_LEAD = "the line is a total, a rule, a footer or the headings once more"
    OTHER_ROW_COUNTS = "the lead's last row counts, by the settings"
    SENT_IN_TRIAL = "the trial of this file has sent the row"
    SENT_IN_COPY = "another run of the sheet or of a copy has sent a later state of the row, or the same"
    UNCHANGED = "the row says what its lead was last sent"
    RETRIED = "a retry sends the row"
    BEGUN_ANEW = "a run begun anew has taken the sheet over"
    TRANSFERRED = "a file that came back has sent or decided the row"
    LEFT_BEHIND = "a later run has taken the sheet over from a file without the row"


WAITING = (SkipKind.WAITS_FOR_DECISION, SkipKind.WAITS_FOR_RESUME)
"""The row waits for an earlier one of its lead in another run."""
MAY_GO_LATER = (*WAITING, SkipKind.LEFT_TO_RUN, SkipKind.UNDECIDED_BEFORE, SkipKind.UNDECIDED_SINCE)
"""The row may go once a person has decided, or another run has gone on."""
TAKEN_OVER = (SkipKind.TRANSFERRED, SkipKind.BEGUN_ANEW, SkipKind.LEFT_BEHIND)
"""The row was left, and another run has its sheet now."""
_SENT = (
    SkipKind.UNCHANGED,
    SkipKind.SENT_SINCE,
    SkipKind.SENT_CORRECTED,
    SkipKind.SENT_IN_TRIAL,
    SkipKind.SENT_IN_COPY,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a row.

    `column` is the heading, trimmed; empty for the row as a whole. `value` is the cell, `original` its first value if a
    program has changed it. `details` are the figures and names for its words.
    """

    column: str
    value: str
    kind: FaultKind
    original: str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row with wrong data, not sent. It has every fault, so that one correction will do.

    `inserts`: the row was to add a lead, and still is once corrected. `run` and `row` name the same row's first failure
    in an earlier run.
    """

    faults: tuple[Fault, ...]
    external_id: str = ""
    inserts: bool = False
    run: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """A row left out on purpose, or waiting.

    `run` and `row` name another row as the reason, with the time of its sending (`at`), its `status` and its `code`.
    `text` is a decision, a file's name or a person's. `of_run` and `of_row` name the
    row itself in the run that it was given back from, if it may go later; of a row that a person added to the file,
    `of_row` alone is its number there.
    """

    kind: SkipKind
    run: str = ""
    row: int | None = None
    at: datetime | None = None
    status: str = ""
    code: int | None = None
    text: str = ""
    of_run: str = ""
    of_row: int | None = None

    @property
    def undecided_run(self) -> str:
        """The earlier run with an open decision of a person; empty if there is none."""
        undecided = self.status in ("conflict", "unknown")
        if self.kind in (SkipKind.CALLED, SkipKind.BY_NOW, SkipKind.UNDECIDED_SINCE):
            return self.run if undecided else ""
        return self.run if self.waits else ""

    @property
    def sent_by(self) -> str | None:
        """The run that has sent the row, or its correction, if that is the reason."""
        is_sent = self.kind in _SENT or (self.kind is SkipKind.BY_NOW and self.status == "succeeded")
        return self.run if is_sent else None

    @property
    def is_added(self) -> bool:
        """Whether a person added the row to a file given back, and it may go later."""
        return self.of_row is not None and not self.of_run

    @property
    def waits_in_sheet(self) -> bool:
        """Whether the row is a sheet's own, and waits for a row of another run, be it an equal one."""
        return self.of_row is None and self.waits_for_row

    @property
    def waits_for_row(self) -> bool:
        """Whether the row waits for a row of another run, be it an equal one."""
        return self.row is not None and self.kind in MAY_GO_LATER

    @property
    def waits(self) -> bool:
        """Whether the row goes once a person has decided on an earlier row of its lead."""
        return self.kind in (SkipKind.WAITS_FOR_DECISION, SkipKind.UNDECIDED_BEFORE)


Reason = Rejected | Skip
