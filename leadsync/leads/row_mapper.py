"""Rows of the sheet to leads for the dialer, or to all of their faults."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from leadsync.leads.callback_cells import whole_cells
from leadsync.leads.column_cleaner import CleanedCell, ColumnCleaner
from leadsync.leads.input_rules import Rules
from leadsync.leads.mappings import ColumnMapping
from leadsync.leads.short_rows import MISSING_AT_END, is_short_at_end, present_cells
from leadsync.models import (
    CALLBACK,
    CONTACT_HOURS,
    DISPOSITION,
    EXTERNAL_ID,
    NO_CHANGE,
    Lead,
    Note,
    NoteKind,
    Row,
)
from leadsync.reasons import Fault, FaultKind, Rejected

BAD_PHONE = "an unreadable phone beside a good one: left out"
"""The warning about a phone left out by `bad_phone`."""
_OTHER_HOURS = "the dialer reads this date in the row's own Contact Hours"


def map_row(row: Row, mapping: ColumnMapping, rules: Rules) -> Lead | Rejected:
    """Return a row's lead, with its fields in the sheet's order, or every fault of the row.

    A blank cell leaves its field out of the body, so the dialer keeps its value. Dispositions, phones and callback
    dates go by the rules for blanks. A row with faults from the reader is rejected for these alone.
    """
    return RowMapper(mapping, rules).map([row])[0]


class RowMapper:
    """`map_row` for a sheet's rows, many at a time: cells are worked out column by column."""

    def __init__(self, mapping: ColumnMapping, rules: Rules) -> None:
        self._rules = rules
        self._width = len(mapping.columns)
        self._all_columns = mapping.columns
        # In a file that came back, the missing cells may be those that call the row sent.
        self._takes_short_rows = not mapping.sync
        columns = [column for column in mapping.columns if column.field]
        self._columns = [ColumnCleaner(column, rules) for column in columns]
        self._fields = [column.field for column in columns]
        self._headings = {column.field: column.heading for column in columns}
        self._always_missing = list(_always_missing(self._headings, rules))

    @property
    def null_words(self) -> Mapping[str, Mapping[str, int]]:
        """Programs' words for no value among the cells so far, each with its count by heading."""
        words: dict[str, dict[str, int]] = {}
        for cells in self._columns:
            for word, count in cells.null_words.items():
                words.setdefault(word, {})[cells.column.heading] = count
        return words

    def map(self, rows: Sequence[Row]) -> list[Lead | Rejected]:
        """Return the lead or the faults of each row."""
        sound = [row for row in rows if not row.faults and len(row.cells) == self._width]
        leads = self._leads(sound) if sound else iter(())
        # Nearly every chunk: no row needs to be merged back between others.
        if len(sound) == len(rows):
            return list(leads)
        return [self._faulty(row, faults) if (faults := self._unreadable(row)) else next(leads) for row in rows]

    def _leads(self, rows: Sequence[Row]) -> Iterator[Lead | Rejected]:
        texts = list(zip(*(row.cells for row in rows), strict=True))
        # Texts have no date cells, and a workbook few: the question for each cell is left out then.
        any_dates = any(row.dates for row in rows)
        columns = []
        remarkable: dict[int, list[CleanedCell]] = {}
        for cells in self._columns:
            position = cells.column.position
            dated = [position in row.dates for row in rows] if any_dates else ()
            values, odd = cells.clean(whole_cells(cells.column, texts, self._rules), dated)
            columns.append(values)
            for place, cell in odd:
                remarkable.setdefault(place, []).append(cell)
        for place, values_of_row in enumerate(zip(*columns, strict=True)):
            yield self._lead(values_of_row, remarkable.get(place, ()))

    def _lead(self, values: Sequence[str], remarkable: Sequence[CleanedCell]) -> Lead | Rejected:
        fields = {field: value for field, value in zip(self._fields, values, strict=True) if value}
        external_id = fields.pop(EXTERNAL_ID, "")
        faults = [cell.fault for cell in remarkable if cell.fault]
        left_out: tuple[Note, ...] = ()
        if faults and (good := self._good_phone(fields)):
            faults, left_out = self._beside(good, faults)
        faults += self._always_missing
        faults += self._complete(fields, faults)
        if faults:
            return Rejected(tuple(faults), external_id)
        notes = tuple([note for cell in remarkable for note in cell.notes]) + left_out if remarkable else ()
        if CONTACT_HOURS in fields:
            notes += self._other_hours(fields)
        return Lead(external_id, fields, notes)

    def _good_phone(self, fields: dict[str, str]) -> str:
        """Return the heading of the row's first readable number; empty without one."""
        good = (field for field in self._rules.input.phone_fields if fields.get(field, NO_CHANGE) != NO_CHANGE)
        return next((self._headings[field] for field in good), "")

    def _beside(self, good: str, faults: Sequence[Fault]) -> tuple[list[Fault], tuple[Note, ...]]:
        """Return the faults beside a readable number, and the notes on phones left out by `bad_phone`."""
        fields = self._rules.input.phone_fields
        phones = {self._headings[field] for field in fields if field in self._headings}
        if self._rules.input.bad_phone == "reject":
            named = [
                replace(fault, details={**fault.details, "good": good}) if fault.column in phones else fault
                for fault in faults
            ]
            return named, ()
        notes = [
            Note(NoteKind.WARNING, BAD_PHONE, fault.column, fault.value) for fault in faults if fault.column in phones
        ]
        return [fault for fault in faults if fault.column not in phones], tuple(notes)

    def _faulty(self, row: Row, faults: tuple[Fault, ...]) -> Lead | Rejected:
        """Reject a row with faults of its line, unless it is only short at its end."""
        present = present_cells(row) if self._takes_short_rows else None
        if present is not None and is_short_at_end(row.cells[:present], self._all_columns, self._rules):
            # The reader has filled the row up with blank cells.
            (found,) = self._leads([row])
            if isinstance(found, Lead):
                missing = self._all_columns[present].heading
                return found._replace(notes=(*found.notes, Note(NoteKind.REPAIR, MISSING_AT_END, missing, "")))
        return Rejected(faults)

    def _unreadable(self, row: Row) -> tuple[Fault, ...]:
        if not row.faults and len(row.cells) != self._width:
            return (Fault("", "", FaultKind.WRONG_WIDTH, details={"cells": len(row.cells), "headings": self._width}),)
        return row.faults

    def _complete(self, fields: dict[str, str], faults: Sequence[Fault]) -> list[Fault]:
        """Fill in the API's mandatory fields missing from the sheet; return the fault if the settings forbid it.

        A phone whose own cell is at fault is not missed a second time.
        """
        if DISPOSITION not in self._headings:
            fields[DISPOSITION] = NO_CHANGE
        phone_fields = self._rules.input.phone_fields
        if not fields.keys().isdisjoint(phone_fields):
            return []
        phones = [self._headings[field] for field in phone_fields if field in self._headings]
        if any(fault.column in phones for fault in faults):
            return []
        if self._rules.input.blank_phone == "no_change":
            fields[phone_fields[0]] = NO_CHANGE
            return []
        return [Fault("", "", FaultKind.NO_PHONE, details={"columns": tuple(phones or phone_fields)})]

    def _other_hours(self, fields: dict[str, str]) -> tuple[Note, ...]:
        """Return the warning about a row with its own Contact Hours beside a callback date.

        By the vendor's pages the date is read in the lead's Contact Hours. Their names need not be timezones, so the
        date cannot be converted to them.
        """
        if CALLBACK not in fields or fields[CONTACT_HOURS] == self._rules.contact_hours:
            return ()
        date = fields[CALLBACK]
        return (Note(NoteKind.WARNING, _OTHER_HOURS, self._headings[CALLBACK], date, date),)


def _always_missing(headings: dict[str, str], rules: Rules) -> Iterator[Fault]:
    """What the settings demand and the sheet has no column for: every row's fault."""
    if DISPOSITION not in headings and rules.input.blank_disposition == "reject":
        yield _missing(DISPOSITION, "blank_disposition to no_change")
    if CALLBACK not in headings and rules.input.blank_callback == "reject":
        yield _missing(CALLBACK, "blank_callback to new_lead")


def _missing(field: str, setting: str) -> Fault:
    return Fault("", "", FaultKind.NO_COLUMN, details={"field": field, "setting": setting})
