"""Cells cleaned column by column, each by the rule of its column's field."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from leadsync.leads.callbacks import clean_callback
from leadsync.leads.campaign_ids import clean_campaign_id
from leadsync.leads.dispositions import clean_disposition
from leadsync.leads.encoded_texts import writing_of
from leadsync.leads.external_ids import clean_external_id
from leadsync.leads.input_rules import Input, Rules
from leadsync.leads.phones import clean_phone
from leadsync.leads.placeholders import is_name, is_null_word, is_of_people
from leadsync.leads.priorities import clean_priority
from leadsync.leads.sheet_columns import Column
from leadsync.leads.text import Cleaned, Refused, clean_text, is_ordinary, trim, unsendable, unwrap, without_apostrophe
from leadsync.models import (
    CALLBACK,
    CAMPAIGN_ID_FIELDS,
    DISPOSITION,
    EXTERNAL_ID,
    NO_CHANGE,
    PRIORITY,
    SYSTEM_FIELDS,
    Note,
    NoteKind,
)
from leadsync.reasons import Fault, FaultKind
from leadsync.spreadsheet import is_post_code, loose

NEW_LEAD = "no callback date: treated as a new lead"
"""The warning about a blank callback cell: it silently drops an agreed callback."""

# Only a bound on memory: texts beyond it are cleaned again.
_MOST_REMEMBERED = 16_384
_LONGEST_SHOWN = 200
_FEW_NAMESAKES, _ALL_TO_NAMESAKES = 2, 100
"""So many people of a sheet, or one in so many, are called Nat or Null. More are a program's words in other letters."""
_UNWRAPPED = 'taken out of ="…"'
_APOSTROPHE = "apostrophe removed"
_BLANK_WORD = "a word for blank: read as a blank cell"
_TRIMMED = "outer blanks removed"


# `null_word` is counted beside notes and faults: such a cell is sent as it stands, with one warning for the file.
class CleanedCell(NamedTuple):
    """A cell's value as sent, "" for a field left out, with notes about it; or the fault of its row.

    A tuple, for speed: a million rows have ten million cells to take apart.
    """

    value: str
    notes: tuple[Note, ...] = ()
    fault: Fault | None = None
    null_word: str = ""


class ColumnCleaner:
    """Cleans one column's cells, a chunk of them at a time.

    Most cells of most columns are sent as they stand; a pattern finds them at once. Any other text is cleaned at its
    first occurrence and remembered: dispositions, dates and towns repeat down a column. The memory is bounded, so that
    it does not grow with a column of all different texts.
    """

    def __init__(self, column: Column, rules: Rules) -> None:
        self.column = column
        self._plain = plain = _as_it_stands(column, rules.input.blank_words)
        self._all_plain = re.compile(rf"(?>(?:{plain.pattern})\n)*+(?:{plain.pattern})")
        self._null_words: Counter[str] = Counter()
        self._of_people = is_of_people(column.heading) or is_of_people(column.field)
        self._cells = 0
        # Two memories: the same text is read in another order of day and month if a date cell holds it.
        self._texts = _Known(column, rules, date_cells=False)
        self._dates = _Known(column, rules, date_cells=True)

    @property
    def null_words(self) -> dict[str, int]:
        """The column's cells with a program's word for no value, by the word; people named so are left out."""
        most = max(_FEW_NAMESAKES, self._cells // _ALL_TO_NAMESAKES) if self._of_people else 0
        return {word: count for word, count in self._null_words.items() if not (is_name(word) and count <= most)}

    def clean(
        self, texts: Sequence[str], dated: Sequence[bool] = ()
    ) -> tuple[list[str], list[tuple[int, CleanedCell]]]:
        """Return the values for a chunk's texts, and the cells with notes or a fault by their place in it.

        `dated` marks the texts of a workbook's real dates; empty: there are none.
        """
        self._cells += len(texts)
        if any(dated):
            cells = [
                self._dates[text] if is_date else self._texts[text] for text, is_date in zip(texts, dated, strict=True)
            ]
            self._count_null_words(cell.null_word for cell in cells)
            return [cell.value for cell in cells], [
                (place, cell) for place, cell in enumerate(cells) if cell.notes or cell.fault
            ]
        changed: dict[str, str] = {}
        notable: dict[str, CleanedCell] = {}
        null_words: dict[str, str] = {}
        for text in self._odd(texts):
            cell = self._texts[text]
            if cell.value != text:
                changed[text] = cell.value
            if cell.notes or cell.fault:
                notable[text] = cell
            if cell.null_word:
                null_words[text] = cell.null_word
        if null_words:
            self._count_null_words(null_words.get(text, "") for text in texts)
        remarkable = [(place, notable[text]) for place, text in enumerate(texts) if text in notable] if notable else []
        return [changed.get(text, text) for text in texts] if changed else list(texts), remarkable

    def _odd(self, texts: Sequence[str]) -> set[str]:
        """The different texts that are not sent as they stand, perhaps."""
        different = set(texts)
        if self._plain is _NOTHING:
            return different
        joined = "\n".join(different)
        # One search for all: a call for each text takes twice as long.
        if joined.count("\n") == len(different) - 1 and self._all_plain.fullmatch(joined):
            return set()
        return {text for text in different if not self._plain.fullmatch(text)}

    def _count_null_words(self, words: Iterable[str]) -> None:
        self._null_words.update(filter(None, words))


# The forbidden beginnings: wrapped formulas, error cells, <No Change>, apostrophes, and words for no value.
_ORDINARY = re.compile(
    r"(?:(?![=#<(\[\\'$@~^_*|]|Err:|[Nn](?:ULL|ull|/|\.|[Aa][NnTt]|IL|il|ONE|one)|[Uu]ndef)"
    r"[!-$'-*,-<>@-[\]-z|}~](?:[ -$'-*,-<>@-[\]-z|}~]{0,500}[!-$'-*,-<>@-[\]-z|}~])?)?"
)
"""Texts of a campaign field sent as they stand, the empty one among them; there are others.

Those with & % + = ? { or a backslash are looked at: letters may be written with these."""
_PLAIN = {
    # At most 15 characters, as a spreadsheet keeps 15 digits; with a digit other than 0, as zeros and words such as
    # none are no ids.
    EXTERNAL_ID: re.compile(r"(?=[0A-Za-z]*[1-9])[0-9A-Za-z]{1,15}"),
    PRIORITY: re.compile(r"[0-9]|[1-9][0-9]|100|"),
}
"""The same for system fields."""
_NOTHING = re.compile(r"(?!)")


def _as_it_stands(column: Column, blank_words: Sequence[str]) -> re.Pattern[str]:
    """Return the pattern of a column's plain texts."""
    pattern = _ORDINARY if column.campaign else _PLAIN.get(column.field, _NOTHING)
    if not blank_words:
        return pattern
    return re.compile(rf"(?!(?:{'|'.join(map(re.escape, blank_words))})(?:\n|\Z))(?:{pattern.pattern})")


class _Known(dict[str, CleanedCell]):
    """A column's texts, each with its cleaned cell."""

    def __init__(self, column: Column, rules: Rules, *, date_cells: bool) -> None:
        super().__init__()
        self._column = column
        self._rules = rules
        self._date_cells = date_cells
        self._name = loose(column.heading)

    def __missing__(self, raw: str) -> CleanedCell:
        if len(self) >= _MOST_REMEMBERED:
            # Emptied as a whole: the usual texts of the column are back within a few rows, and no order of use is kept.
            self.clear()
        cell = self[raw] = self._cell(raw)
        return cell

    def _cell(self, raw: str) -> CleanedCell:
        column = self._column
        cleaned = _clean(column.field, raw, self._date_cells, self._rules)
        text = trim(raw)
        # A blank id is no better than a word for none.
        asks = column.field != EXTERNAL_ID and text not in self._rules.input.blank_words
        null_word = text if asks and is_null_word(text) else ""
        if isinstance(cleaned, Refused):
            details = {**cleaned.details, "table": self._rules.table} if self._rules.mapping else cleaned.details
            fault = Fault(column.heading, _shown(raw), cleaned.kind, details=details)
            return CleanedCell("", fault=fault, null_word=null_word)
        if writing := writing_of(text, self._name):
            cleaned = cleaned._replace(warnings=(*cleaned.warnings, writing))
        if not (cleaned.repairs or cleaned.warnings):
            return CleanedCell(cleaned.value, null_word=null_word)
        return CleanedCell(cleaned.value, tuple(_notes(cleaned, column.heading, raw)), null_word=null_word)


def _clean(field: str, raw: str, date_cell: bool, rules: Rules) -> Cleaned | Refused:
    """One cell's value by the rules of its field; an empty value is left out of the body."""
    blank_words = rules.input.blank_words
    # The steps below find nothing in most cells, and take longer than the field's rule.
    if is_ordinary(raw) and raw not in blank_words:
        return _by_rule(field, raw, date_cell, rules)
    trimmed = trim(raw)
    unwrapped = unwrap(trimmed)
    text = without_apostrophe(unwrapped)
    # The user may have written the word as the sheet shows it, or as the file holds it.
    if blank_words and (text in blank_words or trimmed in blank_words):
        blank = _blank(field, rules)
        return blank if isinstance(blank, Refused) else blank._replace(repairs=(*blank.repairs, _BLANK_WORD))
    if not text:
        return _blank(field, rules)
    refused = unsendable(text, formulas=rules.is_workbook or field not in SYSTEM_FIELDS)
    if refused:
        return refused
    cleaned = _by_rule(field, text, date_cell, rules)
    if isinstance(cleaned, Refused):
        return cleaned
    # `is not`: these functions return the same object unless they have changed something.
    if text is not unwrapped:
        return cleaned._replace(repairs=(*cleaned.repairs, _APOSTROPHE))
    if unwrapped is not trimmed:
        return cleaned._replace(repairs=(*cleaned.repairs, _UNWRAPPED))
    if cleaned.value == text != raw:
        return cleaned._replace(repairs=(*cleaned.repairs, _TRIMMED))
    return cleaned


def _by_rule(field: str, text: str, date_cell: bool, rules: Rules) -> Cleaned | Refused:
    """Clean a text, not blank, by the rules of its field."""
    if field in rules.input.phone_fields:
        return Refused(FaultKind.PHONE_IS_DATE_CELL) if date_cell else _phone(field, text, rules.input)
    if field == DISPOSITION:
        return clean_disposition(text, rules.input.dispositions)
    if field == CALLBACK:
        return clean_callback(text, rules, date_cell=date_cell)
    if field == EXTERNAL_ID:
        return Refused(FaultKind.ID_IS_DATE) if date_cell else clean_external_id(text)
    if field == PRIORITY:
        return clean_priority(text)
    if field in CAMPAIGN_ID_FIELDS:
        return clean_campaign_id(text)
    if date_cell and is_post_code(loose(field)):
        return Refused(FaultKind.PHONE_IS_DATE_CELL)
    return clean_text(text)


def _phone(field: str, text: str, settings: Input) -> Cleaned | Refused:
    """Clean a phone number; several in one cell are proposed for several fields."""
    cleaned = clean_phone(text, settings.region)
    if isinstance(cleaned, Cleaned) or cleaned.kind is not FaultKind.SEVERAL_PHONES:
        return cleaned
    numbers = cleaned.details["numbers"]
    # The first number stays in the cell's own field, and the others go to the other phone fields in their order.
    fields = (field, *(other for other in settings.phone_fields if other != field))
    if not isinstance(numbers, tuple) or len(fields) < len(numbers):
        return cleaned
    places = tuple(f"{number} in {place}" for number, place in zip(numbers, fields, strict=False))
    return Refused(cleaned.kind, {**cleaned.details, "places": places})


def _blank(field: str, rules: Rules) -> Cleaned | Refused:
    """Return the meaning of a blank cell."""
    if field == EXTERNAL_ID:
        return Refused(FaultKind.BLANK_ID)
    if field == DISPOSITION and rules.input.blank_disposition == "reject":
        return Refused(FaultKind.BLANK_DISPOSITION)
    if field == DISPOSITION:
        return Cleaned(NO_CHANGE)
    if field == CALLBACK and rules.input.blank_callback == "reject":
        return Refused(FaultKind.BLANK_CALLBACK)
    if field == CALLBACK:
        return Cleaned("", warnings=(NEW_LEAD,))
    if field in rules.input.phone_fields and rules.input.blank_phone == "no_change":
        return Cleaned(NO_CHANGE)
    return Cleaned("")


def _shown(raw: str) -> str:
    return trim(raw)[:_LONGEST_SHOWN]


def _notes(cleaned: Cleaned, heading: str, raw: str) -> list[Note]:
    repairs = [Note(NoteKind.REPAIR, what, heading, raw, cleaned.value) for what in cleaned.repairs]
    return repairs + [Note(NoteKind.WARNING, what, heading, raw, cleaned.value) for what in cleaned.warnings]
