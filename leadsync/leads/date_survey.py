"""What the dates of a column say together: their order, and whether a spreadsheet program has swapped day and month."""

from leadsync.errors import SheetError
from leadsync.leads.date_parts import EXAMPLES, ORDER_WORDS
from leadsync.leads.dates import orders_fitting
from leadsync.leads.input_rules import DateOrder
from leadsync.plurals import counted

_DAY_OF_ISO = slice(8, 10)
_MOST_NAMED = 3


class DateSurvey:
    """Collects the callback dates of the rows to be sent; other rows prove nothing.

    It holds a few row numbers, so its memory does not grow with the sheet.
    """

    def __init__(self) -> None:
        self._dates = 0
        self._against: dict[DateOrder, list[int]] = {order: [] for order in ORDER_WORDS}
        self._against_count = dict.fromkeys(ORDER_WORDS, 0)
        # Low texts: day and month could be exchanged. High texts: they could not.
        self._low_texts = 0
        self._high_texts = 0
        self._date_cells: list[int] = []
        self._high_date_cells = 0

    def add(self, number: int, text: str, *, date_cell: bool = False) -> None:
        """Add the callback cell of a row, by the row's number in the sheet.

        `date_cell`: the text is a workbook's real date, in ISO form. Texts such as `24 Nov 2026`, equal in every order,
        and texts that are no date do not count.
        """
        if date_cell:
            # Texts of two digits compare as their numbers do.
            self._high_date_cells += text[_DAY_OF_ISO] > "12"
            if len(self._date_cells) < _MOST_NAMED:
                self._date_cells.append(number)
            return
        fitting = orders_fitting(text)
        if not fitting:
            return
        self._dates += 1
        # After a swapped import, the remaining text dates are impossible in the program's order.
        either = "dmy" in fitting and "mdy" in fitting
        self._low_texts += either
        self._high_texts += not either
        for order in ORDER_WORDS:
            if order not in fitting:
                self._against_count[order] += 1
                if len(self._against[order]) < _MOST_NAMED:
                    self._against[order].append(number)

    @property
    def fitting(self) -> tuple[DateOrder, ...]:
        """The orders that fit every date so far."""
        return tuple(order for order, count in self._against_count.items() if not count)

    @property
    def is_swapped(self) -> bool:
        """Whether date cells and text dates show the mark of a swapped import.

        A spreadsheet program set to month/day/year turns the text 05/11/2026 into a date in May and leaves 24/11/2026 a
        text. So all date cells have days up to 12, and all text dates have days over 12.
        """
        return bool(self._date_cells and self._high_texts and not self._high_date_cells and not self._low_texts)

    def order(self, column: str) -> DateOrder | None:
        """The one order that fits every date, None if no date tells; for `date_order = "auto"`.

        Raises SheetError, naming the column, if several orders fit or none does.
        """
        if not self._dates:
            return None
        fitting = self.fitting
        if len(fitting) == 1:
            return fitting[0]
        remedy = 'set date_order in [input] to "dmy", "mdy" or "ymd"'
        if fitting:
            raise SheetError(
                f'{column}: date_order = "auto" finds no order, because {_either(fitting)} fit all dates '
                f"alike; {remedy}."
            )
        against = ", ".join(f"{_rows(rows)} not {ORDER_WORDS[order]}" for order, rows in self._against.items())
        raise SheetError(
            f'{column}: date_order = "auto" finds no order, because none fits all dates ({against}); '
            f"correct these rows, or {remedy}, which rejects the others."
        )

    def doubts(self, column: str, order: DateOrder, *, chosen: bool) -> list[str]:
        """What a user should know before sending, in sentences without cell values.

        `order` is the order of reading; `chosen` tells if `date_order = "auto"` found it.
        """
        doubts = [self._of_order(column, order, chosen=chosen)]
        if self.is_swapped:
            doubts.append(
                f"{column} mixes date cells, all with days up to 12 ({_rows(self._date_cells)}, …), and dates as "
                "text, all with days over 12: a spreadsheet program has probably swapped day and month of the date "
                "cells. Their rows are rejected."
            )
        return [doubt for doubt in doubts if doubt]

    def _of_order(self, column: str, order: DateOrder, *, chosen: bool) -> str:
        words = ORDER_WORDS[order]
        if chosen:
            others = [rows[0] for other, rows in self._against.items() if other != order]
            return (
                f'{column}: date_order = "auto" reads all {counted(self._dates, "date")} as {words}, '
                f"{EXAMPLES[order]} for example, because of {_rows(sorted(set(others)))}."
            )
        against, fitting = self._against_count[order], self.fitting
        if not against or len(fitting) != 1:
            return ""
        rest = f"; the others are read as {words}" if against < self._dates else ""
        return (
            f"{column}: {counted(against, 'date')} ({_rows(self._against[order])}) cannot be {words} as the settings "
            f"say, and all {self._dates:,} fit {ORDER_WORDS[fitting[0]]}{rest}. If the sheet is written in that "
            f'order, set date_order = "{fitting[0]}" in [input].'
        )


def _either(orders: tuple[DateOrder, ...]) -> str:
    return " and ".join(ORDER_WORDS[order] for order in orders)


def _rows(numbers: list[int]) -> str:
    return f"row{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"
