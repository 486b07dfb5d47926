"""The words and the remedy of each kind of fault; `row_words` fills in the details."""

from leadsync.reasons import FaultKind
from leadsync.spreadsheet import LONGEST_CELL

_K = FaultKind
_IN_FULL = "check it and write it in full, for example {example}"
_DIGITS_ONLY = "write it with digits and blanks only, for example {example}"
_NUMBER_OR_BLANK = "write the number, for example {example}, or leave the cell blank"
_DATE = "write it as {order_words}, for example {order_example}"
_LEFT_OUT = "to leave the column out, write {left_out} under {table} in the settings"
_CELL_IN_COLUMN = "in column {letter}"

FAULT_WORDS: dict[FaultKind, tuple[str, str]] = {
    _K.TOO_FEW_CELLS: (
        "has {cells} where the headings have {headings}",
        "add the missing ones, blank ones too, so that each value stands under its heading, or save it as .xlsx",
    ),
    _K.TOO_MANY_CELLS: (
        "has {cells} where the headings have {headings}",
        "put cells that hold the delimiter in quotation marks, or take out what is too much",
    ),
    _K.WRONG_WIDTH: ("has {cells} cells under {headings} headings", "put its cells under their headings"),
    _K.QUOTE_IN_CELL: ("has a quotation mark inside a quoted cell", "write it twice, or leave it out"),
    _K.NUL_BYTE: (
        f"has a NUL byte {_CELL_IN_COLUMN}, which no program shows",
        "write that cell anew, or have the program export it without NUL bytes",
    ),
    _K.CONTROL_CHARACTER: (f"has the control character {{character}} {_CELL_IN_COLUMN}", "delete it"),
    _K.STRAY_BYTES: (f"has a letter in another encoding {_CELL_IN_COLUMN}", "write that letter anew"),
    _K.LONG_CELL: (f"has {{length:,}} characters {_CELL_IN_COLUMN}, more than a cell holds", "shorten it"),
    _K.LONG_NUMBER: (
        f"has a number of more than 15 digits {_CELL_IN_COLUMN}, so that its last digits are lost",
        "make the column text and enter it again",
    ),
    _K.UNCLEAR_NUMBER: (
        f"has a number {_CELL_IN_COLUMN} under the format {{format}}, which hides digits or is unknown",
        "format the column as text and write the value as it is",
    ),
    _K.HIDDEN_VALUE: (
        f"has a value {_CELL_IN_COLUMN} that its format {{format}} hides",
        "format the column as text and write the value as it is, or delete it",
    ),
    _K.TIME_CELL: (
        f"has a time {_CELL_IN_COLUMN}, into which a spreadsheet turned the id or number",
        "format the column as text and write it again",
    ),
    _K.ERROR_VALUE: (f"has the error {{error}} {_CELL_IN_COLUMN}", "correct its formula"),
    _K.NO_STORED_VALUE: (
        f"has a formula without a stored value {_CELL_IN_COLUMN}",
        (
            "open the workbook in a spreadsheet program and save it as .xlsx, in LibreOffice after Ctrl+Shift+F9, "
            "so that the formula is worked out"
        ),
    ),
    _K.MERGED_CELL: (f"has a merged cell {_CELL_IN_COLUMN}", "unmerge it and fill in every cell"),
    _K.STRUCK_TEXT: (
        f"has struck text {_CELL_IN_COLUMN}",
        "delete it, or take the line off, and see whether the lead is still meant",
    ),
    _K.LINE_IN_CELL: (
        "holds its whole line in one cell",
        "take away the quotation marks around the line, or have the program export it anew",
    ),
    _K.NO_LEAD: ("is a total, a rule, a footer or the headings once more", "delete it"),
    _K.TOTAL_BETWEEN: ("looks like a total, a title or a footer among the leads", "delete it, or complete the lead"),
    _K.OTHER_TABLE: (
        "belongs to a table under other headings, as row {row} looks like them",
        "put that table into a file of its own; if row {row} is no line of headings, delete it or move it to the end",
    ),
    _K.WORDS_ALONE: (
        "has words alone, as headings do",
        (
            "delete it, if the columns below it are those of the first headings; if it is a lead, take out the blank "
            "line above it and the words in columns of figures"
        ),
    ),
    _K.TEMPLATE: ("has a template's names instead of values", "delete it, or write the lead's values"),
    _K.SECOND_HEADINGS: (
        "looks like a second line of headings",
        "delete it, or set headings_row = {row} in [input] if its headings are to be taken",
    ),
    _K.HEADINGS_DOWN: (
        "belongs to a form with its headings one below the other",
        "give a list with the headings on one line and a lead on each line below",
    ),
    _K.MORE_SUCH_CELLS: ("has {count:,} more such cells", "correct them too"),
    _K.NO_HEADING: ("stands under no heading", "give the column a heading"),
    _K.LONG_TEXT: (
        f"is longer than a cell can be ({LONGEST_CELL:,} characters)",
        "look for a missing closing quote before it",
    ),
    _K.ERROR_TEXT: ("is a spreadsheet's error, not a value", "correct its formula or type the value"),
    _K.FORMULA_TEXT: (
        "is a spreadsheet's formula, not its value",
        "open the file in a spreadsheet program and save it anew, or type the value",
    ),
    _K.UNSENDABLE: ("holds the control character {character}", "type the value again without it"),
    _K.NO_CHANGE_ELSEWHERE: (
        "has no meaning outside dispositions and phone fields",
        "leave the cell blank, which keeps what the dialer has, or name the field in phone_fields",
    ),
    _K.PLACEHOLDER: ("is a word for no {noun}", "{instead} or add it to blank_words in [input]"),
    _K.BLANK_ID: ("is blank", "write the lead's external id"),
    _K.ID_IS_DATE: (
        "is a date, into which a spreadsheet turned the id",
        "format the column as text and write the id again",
    ),
    _K.ID_PLACEHOLDER: ("is a placeholder and names no lead", "write the lead's external id"),
    _K.ID_IS_NO_CHANGE: ("names no lead", "write the lead's external id"),
    _K.ID_HAS_LINES: ("holds a line break or a tab", "write one id in the cell"),
    _K.ID_ROUNDED: (
        "was turned into a rounded number by a spreadsheet, so that its last digits are lost",
        "format the column as text and put the id in again from where it came",
    ),
    _K.NOT_A_CAMPAIGN_ID: ("is no id", "write a whole number as `leadsync campaigns` lists it, or leave it blank"),
    _K.NOT_A_PRIORITY: (
        "is no priority",
        f"write a whole number from 0 (called first) to 100 (last), or leave the cell blank; {_LEFT_OUT}",
    ),
    _K.BLANK_DISPOSITION: ("is blank", "write the disposition, or <No Change> to keep the present one"),
    _K.NO_BRACKETS: ("lacks its angle brackets", "write <No Change>"),
    _K.DISPOSITION_HAS_LINES: ("holds more than one line", "write one disposition in the cell"),
    _K.DISPOSITION_IS_TRUTH: ("is a tick box, no disposition", "write the disposition, or leave the cell blank"),
    _K.UNKNOWN_DISPOSITION: (
        "is none of the campaign's dispositions",
        "write {one_of}, or add it to dispositions in the settings",
    ),
    _K.BLANK_CALLBACK: ("is blank", "write when to call, or set blank_callback to new_lead in the settings"),
    _K.CALLBACK_IS_NO_CHANGE: (
        "cannot keep the present date: only dispositions and phones know <No Change>",
        "write the date, for example {order_example}",
    ),
    _K.NO_FIGURES: ("has no date in it", f"{_DATE}; {_LEFT_OUT}"),
    _K.NOT_A_DATE: ("is no date that can be read", _DATE),
    _K.TWO_DATES: (
        "has two dates",
        f'{_DATE}, with a time alone in a second column, or write that column = "" under {{table}} in the settings',
    ),
    _K.TWO_READINGS: ("can be read in two ways", _DATE),
    _K.NO_SUCH_MONTH: ("names no month: {month!r}", _DATE),
    _K.OTHER_ORDER: ("is not in the order {order_words} that the settings give", _DATE),
    _K.NO_DAY: ("has no day", _DATE),
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
        "was written as a power of ten by a spreadsheet, so that digits may be lost",
        "format the column as text and put the number in again from where it came",
    ),
    _K.SEVERAL_PHONES: ("holds more than one number", "write {places}"),
    _K.PHONE_IS_DATE: ("is a date", _NUMBER_OR_BLANK),
    _K.PHONE_HAS_LETTERS: ("has letters in it", _DIGITS_ONLY),
    _K.PHONE_HAS_CHARACTER: ("has {character!r} in it", _DIGITS_ONLY),
    _K.NO_DIGITS: ("has no digits", f"{_NUMBER_OR_BLANK} or add it to blank_words in [input]"),
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
    _K.CHECKED_NUMBER: (
        "was {original!r} when the sheet was checked: a spreadsheet program has taken it for a number",
        (
            "write it back as it was, or, if it is right so, clear the row's sync_run and sync_row; in a workbook this "
            "does not happen: name the copy so that it ends in .xlsx"
        ),
    ),
    _K.DUPLICATE_ROW: (
        "row {row} of run {run} stands in the sheet twice",
        "delete one of the two, or clear sync_run and sync_row if this is a row of its own",
    ),
}
"""Fault and remedy, both parts of a sentence, with the details' names in braces."""

LINE_FAULTS = frozenset(
    {
        _K.TOO_FEW_CELLS,
        _K.TOO_MANY_CELLS,
        _K.WRONG_WIDTH,
        _K.QUOTE_IN_CELL,
        _K.STRAY_BYTES,
        _K.LINE_IN_CELL,
        _K.NO_LEAD,
        _K.TOTAL_BETWEEN,
        _K.OTHER_TABLE,
        _K.WORDS_ALONE,
        _K.TEMPLATE,
        _K.SECOND_HEADINGS,
        _K.HEADINGS_DOWN,
        _K.NUL_BYTE,
        _K.CONTROL_CHARACTER,
        _K.LONG_CELL,
        _K.LONG_NUMBER,
        _K.UNCLEAR_NUMBER,
        _K.HIDDEN_VALUE,
        _K.TIME_CELL,
        _K.ERROR_VALUE,
        _K.NO_STORED_VALUE,
        _K.MERGED_CELL,
        _K.STRUCK_TEXT,
        _K.MORE_SUCH_CELLS,
    }
)
"""The kinds with words about the whole row."""
