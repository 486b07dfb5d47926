"""The order of day and month in a whole column, where single dates leave it open."""

from leadsync.errors import SheetError
from leadsync.leads.dates import EXAMPLES, ORDER_WORDS, orders_fitting
from leadsync.leads.rules import DateOrder, Rules

_ENOUGH_TO_SUSPECT = 3
_DAY_OF_ISO = slice(8, 10)


class DateSurvey:
    """Finds out in which order a column writes its dates.

    Used in a first pass over the sheet, before any row is mapped: the caller gives `add` every cell of the callback
    column, then puts the order that `decide` gives into `Rules.date_order`, and shows the sentence with it, which
    begins with "!" where it must not be overlooked: one row then decides about all. It holds an example for each order,
    not the rows, so memory does not grow with the sheet.
    """

    def __init__(self, rules: Rules) -> None:
        self._configured = rules.date_order
        self._against: dict[DateOrder, tuple[int, str]] = {}
        self._plain_texts = 0
        self._low_texts = 0
        self._date_cells: list[int] = []
        self._high_date_cells = 0

    def add(self, number: int, text: str, *, date_cell: bool = False) -> None:
        """Look at one cell: its row's number in the sheet, its text, and whether it is a workbook's real date, in ISO.

        A text seen before costs a look into a table, so that every row may be given, or each text once.
        """
        if date_cell:
            self._add_date_cell(number, text)
            return
        fitting = orders_fitting(text)
        if not fitting:
            return
        self._plain_texts += 1
        self._low_texts += "dmy" in fitting and "mdy" in fitting
        for order in ORDER_WORDS:
            if order not in fitting:
                self._against.setdefault(order, (number, text.strip()))

    def decide(self, column: str) -> tuple[DateOrder, str]:
        """The order to read the column of this heading in, and a sentence for the user, empty where all is as set.

        The configured order wins wherever it fits every date; another is taken where it alone does. Raises SheetError
        where no order fits all dates, or two others do. Texts that are no date in any order do not count: their rows
        are rejected by themselves.
        """
        configured = self._configured
        fitting = [order for order in ORDER_WORDS if order not in self._against]
        if configured in fitting:
            return configured, self._suspicion(column)
        row, text = self._against[configured]
        if len(fitting) == 1:
            order = fitting[0]
            return order, (
                f"! {column}: row {row} ({text}) cannot be {ORDER_WORDS[configured]} as the settings say; every date "
                f"that can be read fits {ORDER_WORDS[order]}, so all {self._plain_texts:,} of them are read so, "
                f"{EXAMPLES[order]} for example, and not as the settings say. If that row is wrong, correct it; if the "
                f'settings are, write date_order = "{order}" into [input].'
            )
        if fitting:
            raise SheetError(
                f"{column}: row {row} ({text}) cannot be {ORDER_WORDS[configured]} as the settings say, and the "
                f"rows fit {' and '.join(ORDER_WORDS[order] for order in fitting)} alike; set date_order in [input]."
            )
        examples = ", ".join(
            f"row {row} ({text}) cannot be {ORDER_WORDS[order]}" for order, (row, text) in self._against.items()
        )
        raise SheetError(
            f"{column}: no one order of day, month and year fits all dates: {examples}; write them all in the "
            f"order {ORDER_WORDS[configured]}, for example {EXAMPLES[configured]}."
        )

    def _add_date_cell(self, number: int, text: str) -> None:
        self._high_date_cells += text[_DAY_OF_ISO] > "12"
        if len(self._date_cells) < _ENOUGH_TO_SUSPECT:
            self._date_cells.append(number)

    def _suspicion(self, column: str) -> str:
        """A sentence where a spreadsheet seems to have swapped day and month on opening a file.

        Set to month/day/year, it turns the text 05/11/2026 into a date in May and leaves 24/11/2026 a text: what is
        left are real dates with days up to 12 alone beside texts with days over 12 alone.
        """
        telling = min(len(self._date_cells), self._plain_texts) >= _ENOUGH_TO_SUSPECT
        if not telling or self._low_texts or self._high_date_cells:
            return ""
        rows = ", ".join(map(str, self._date_cells))
        return (
            f"{column} mixes real dates, all with days up to 12 (rows {rows}, …), and dates as text, all with "
            "days over 12: a spreadsheet has probably swapped day and month in the real ones; compare them with "
            "where they came from."
        )
