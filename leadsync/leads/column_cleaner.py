"""Cells cleaned column by column, each by the rule of its column's field."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from leadsync.leads.callbacks import clean_callback
from leadsync.leads.campaign_ids import clean_campaign_id
from leadsync.leads.dispositions import clean_disposition
from leadsync.leads.external_ids import clean_external_id
from leadsync.leads.input_rules import Rules
from leadsync.leads.mappings import Column
from leadsync.leads.phones import clean_phone
from leadsync.leads.priorities import clean_priority
from leadsync.leads.text import Cleaned, Refused, clean_text, is_ordinary, trim, unsendable, unwrap
from leadsync.models import (
    CALLBACK,
    CAMPAIGN_ID_FIELDS,
    DISPOSITION,
    EXTERNAL_ID,
    NO_CHANGE,
    PRIORITY,
    Note,
    NoteKind,
)
from leadsync.reasons import Fault, FaultKind

NEW_LEAD = "no callback date: treated as a new lead"
"""The warning about a blank callback cell: it silently drops an agreed callback."""

_MOST_REMEMBERED = 16_384
_LONGEST_SHOWN = 200
_UNWRAPPED = 'taken out of ="…"'
_TRIMMED = "outer blanks removed"


class CleanedCell(NamedTuple):
    """A cell's value as sent, "" for a field left out, with notes about it; or the fault of its row.

    A tuple, for speed: a million rows have ten million cells to take apart.
    """

    value: str
    notes: tuple[Note, ...] = ()
    fault: Fault | None = None


class ColumnCleaner:
    """Cleans one column's cells, a chunk of them at a time.

    Most cells of most columns are sent as they stand; a pattern finds them at once. Any other text is cleaned at its
    first occurrence and remembered: dispositions, dates and towns repeat down a column. The memory is bounded, so that
    it does not grow with a column of all different texts.
    """

    def __init__(self, column: Column, rules: Rules) -> None:
        self.column = column
        self._plain = _ORDINARY if column.campaign else _PLAIN.get(column.field, _NOTHING)
        self._texts = _Known(column, rules, date_cells=False)
        self._dates = _Known(column, rules, date_cells=True)

    def clean(
        self, texts: Sequence[str], dated: Sequence[bool] = ()
    ) -> tuple[list[str], list[tuple[int, CleanedCell]]]:
        """Return the values for a chunk's texts, and the cells with notes or a fault by their place in it.

        `dated` marks the texts of a workbook's real dates; empty: there are none.
        """
        values = list(texts)
        remarkable = []
        for place, match in enumerate(map(self._plain.fullmatch, texts)):
            date_cell = dated and dated[place]
            if match is not None and not date_cell:
                continue
            cell = self._dates[texts[place]] if date_cell else self._texts[texts[place]]
            values[place] = cell.value
            if cell.notes or cell.fault:
                remarkable.append((place, cell))
        return values, remarkable


_ORDINARY = re.compile(r"(?:(?![=#<]|Err:)[!-~](?:[ -~]{0,500}[!-~])?)?")
"""Texts of a campaign field sent as they stand, the empty one among them; there are others."""
_PLAIN = {EXTERNAL_ID: re.compile(r"[0-9A-Za-z]{1,15}"), PRIORITY: re.compile(r"[0-9]|[1-9][0-9]|100|")}
"""The same for system fields."""
_NOTHING = re.compile(r"(?!)")


class _Known(dict[str, CleanedCell]):
    """A column's texts, each with its cleaned cell."""

    def __init__(self, column: Column, rules: Rules, *, date_cells: bool) -> None:
        super().__init__()
        self._column = column
        self._rules = rules
        self._date_cells = date_cells

    def __missing__(self, raw: str) -> CleanedCell:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        cell = self[raw] = self._cell(raw)
        return cell

    def _cell(self, raw: str) -> CleanedCell:
        column = self._column
        if not column.field:
            return CleanedCell("", fault=_under_no_heading(column, raw))
        cleaned = _clean(column.field, raw, self._date_cells, self._rules)
        if isinstance(cleaned, Refused):
            return CleanedCell("", fault=Fault(column.heading, _shown(raw), cleaned.kind, details=cleaned.details))
        if not (cleaned.repairs or cleaned.warnings):
            return CleanedCell(cleaned.value)
        return CleanedCell(cleaned.value, tuple(_notes(cleaned, column.heading, raw)))


def _under_no_heading(column: Column, raw: str) -> Fault | None:
    if column.heading or not trim(raw):
        return None
    return Fault(f"column {column.position + 1}", _shown(raw), FaultKind.NO_HEADING, details={"at": column.position})


def _clean(field: str, raw: str, date_cell: bool, rules: Rules) -> Cleaned | Refused:
    """One cell's value by the rules of its field; an empty value is left out of the body."""
    if is_ordinary(raw):
        return _by_rule(field, raw, date_cell, rules)
    trimmed = trim(raw)
    text = unwrap(trimmed)
    if not text:
        return _blank(field, rules)
    refused = unsendable(text)
    if refused:
        return refused
    cleaned = _by_rule(field, text, date_cell, rules)
    if isinstance(cleaned, Refused):
        return cleaned
    if text is not trimmed:
        return replace(cleaned, repairs=(*cleaned.repairs, _UNWRAPPED))
    if cleaned.value == text != raw:
        return replace(cleaned, repairs=(*cleaned.repairs, _TRIMMED))
    return cleaned


def _by_rule(field: str, text: str, date_cell: bool, rules: Rules) -> Cleaned | Refused:
    """Clean a text, not blank, by the rules of its field."""
    if field in rules.input.phone_fields:
        return Refused(FaultKind.PHONE_IS_DATE_CELL) if date_cell else clean_phone(text, rules.input.region)
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
    return clean_text(text)


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
