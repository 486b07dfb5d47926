"""From a row of the sheet to a lead that can be sent, or to every reason why not."""

from dataclasses import replace

from leadsync.leads.callbacks import clean_callback
from leadsync.leads.campaign_ids import clean_campaign_id
from leadsync.leads.dispositions import clean_disposition
from leadsync.leads.external_ids import clean_external_id
from leadsync.leads.mapping import Column, ColumnMapping
from leadsync.leads.phones import clean_phone
from leadsync.leads.priorities import clean_priority
from leadsync.leads.rules import Rules
from leadsync.leads.text import Cleaned, Refused, clean_text, is_ordinary, trim, unsendable, unwrap
from leadsync.models import (
    CALLBACK,
    CAMPAIGN_ID_FIELDS,
    CONTACT_HOURS,
    DISPOSITION,
    EXTERNAL_ID,
    NO_CHANGE,
    PRIORITY,
    Fault,
    Lead,
    Note,
    NoteKind,
    Rejection,
    Row,
)

NEW_LEAD = "no callback date: treated as a new lead"
"""The warning about a blank callback cell, which silently drops an agreed callback."""

_OTHER_HOURS = "the dialer reads this date in the row's own Contact Hours"


def map_row(row: Row, mapping: ColumnMapping, rules: Rules) -> Lead | Rejection:
    """What is sent for a row, its fields in the sheet's order; or every fault of the row.

    A blank cell leaves its field out of the body, so that the dialer keeps what it has; dispositions, phones and
    callback dates go by the rules for blanks. A row that the reader found faulty is rejected for that alone.
    """
    unreadable = _unreadable(row, mapping)
    if unreadable:
        return Rejection((unreadable,))
    fields: dict[str, str] = {}
    notes: list[Note] = []
    faults: list[Fault] = []
    for column in mapping.columns:
        raw = row.cells[column.position]
        if not column.field:
            if raw and not column.heading and trim(raw):
                faults.append(_under_no_heading(column, raw))
            continue
        if column.campaign and is_ordinary(raw):
            fields[column.field] = raw
            continue
        cleaned = _clean(column, raw, column.position in row.dates, rules)
        if isinstance(cleaned, Refused):
            faults.append(Fault(column.heading, trim(raw)[:200], cleaned.problem, cleaned.remedy))
            continue
        if cleaned.value:
            fields[column.field] = cleaned.value
        if cleaned.repairs or cleaned.warnings:
            notes += _notes(cleaned, column.heading, raw)
    external_id = fields.pop(EXTERNAL_ID, "")
    faults += _complete(fields, mapping, rules, faulty={fault.column for fault in faults})
    if faults:
        return Rejection(tuple(faults), external_id)
    notes += _other_hours(fields, mapping, rules)
    return Lead(external_id, fields, tuple(notes))


def _unreadable(row: Row, mapping: ColumnMapping) -> Fault | None:
    if row.fault:
        problem, _, remedy = row.fault.rstrip(". ").partition("; ")
        return Fault("", "", problem, remedy or "correct the row in the sheet")
    if len(row.cells) != len(mapping.columns):
        problem = f"has {len(row.cells)} cells under {len(mapping.columns)} headings"
        return Fault("", "", f"the row {problem}", "put its cells under their headings")
    return None


def _under_no_heading(column: Column, raw: str) -> Fault:
    return Fault(
        f"column {column.position + 1}", trim(raw)[:200], "stands under no heading", "give the column a heading"
    )


def _clean(column: Column, raw: str, date_cell: bool, rules: Rules) -> Cleaned | Refused:
    """One cell's value by the rules of its field; an empty value is left out of the body."""
    if is_ordinary(raw):
        return _clean_text(column, raw, date_cell, rules)
    trimmed = trim(raw)
    text = unwrap(trimmed)
    if not text:
        return _blank(column.field, rules)
    refused = unsendable(text)
    if refused:
        return refused
    cleaned = _clean_text(column, text, date_cell, rules)
    if text is not trimmed and isinstance(cleaned, Cleaned):
        return replace(cleaned, repairs=(*cleaned.repairs, 'taken out of ="…"'))
    return cleaned


def _clean_text(column: Column, text: str, date_cell: bool, rules: Rules) -> Cleaned | Refused:
    """A text that is not blank by the rules of its field."""
    if column.field in rules.phone_fields:
        return clean_phone(text, rules.region)
    if column.field == DISPOSITION:
        return clean_disposition(text, rules.dispositions)
    if column.field == CALLBACK:
        return clean_callback(text, rules, date_cell=date_cell)
    if column.field == EXTERNAL_ID:
        return _AN_ID_AS_DATE if date_cell else clean_external_id(text)
    if column.field == PRIORITY:
        return clean_priority(text)
    if column.field in CAMPAIGN_ID_FIELDS:
        return clean_campaign_id(text)
    return clean_text(text)


def _blank(field: str, rules: Rules) -> Cleaned | Refused:
    """What a blank cell means."""
    if field == EXTERNAL_ID:
        return Refused("is blank", "write the lead's external id")
    if field == DISPOSITION and rules.blank_disposition == "reject":
        return _NO_DISPOSITION
    if field == DISPOSITION:
        return Cleaned(NO_CHANGE)
    if field == CALLBACK and rules.blank_callback == "reject":
        return _NO_CALLBACK
    if field == CALLBACK:
        return Cleaned("", warnings=(NEW_LEAD,))
    if field in rules.phone_fields and rules.blank_phone == "no_change":
        return Cleaned(NO_CHANGE)
    return Cleaned("")


_AN_ID_AS_DATE = Refused(
    "is a date, into which a spreadsheet turned the id", "format the column as text and write the id again"
)
_NO_DISPOSITION = Refused("is blank", "write the disposition, or <No Change> to keep the present one")
_NO_CALLBACK = Refused("is blank", "write when to call, or set blank_callback to new_lead in the settings")


def _complete(fields: dict[str, str], mapping: ColumnMapping, rules: Rules, faulty: set[str]) -> list[Fault]:
    """Fill in what the API demands and the sheet has no column for; the faults where the settings forbid it.

    A field whose own cell is at fault is not missed a second time.
    """
    headings = {column.field: column.heading for column in mapping.columns if column.field}
    faults = []
    if DISPOSITION not in headings:
        if rules.blank_disposition == "reject":
            faults.append(_missing(DISPOSITION, "blank_disposition to no_change"))
        fields[DISPOSITION] = NO_CHANGE
    if CALLBACK not in headings and rules.blank_callback == "reject":
        faults.append(_missing(CALLBACK, "blank_callback to new_lead"))
    phones = [headings[field] for field in rules.phone_fields if field in headings]
    if fields.keys().isdisjoint(rules.phone_fields) and faulty.isdisjoint(phones):
        if rules.blank_phone == "no_change":
            fields[rules.phone_fields[0]] = NO_CHANGE
        else:
            where = " or ".join(phones or rules.phone_fields)
            faults.append(
                Fault("", "", f"there is no phone number in {where}", "write one, or <No Change> to keep the present")
            )
    return faults


def _missing(field: str, setting: str) -> Fault:
    return Fault("", "", f"no column fills {field}", f"add the column, or set {setting} in the settings")


def _notes(cleaned: Cleaned, heading: str, raw: str) -> list[Note]:
    repairs = [Note(NoteKind.REPAIR, what, heading, raw, cleaned.value) for what in cleaned.repairs]
    return repairs + [Note(NoteKind.WARNING, what, heading, raw, cleaned.value) for what in cleaned.warnings]


def _other_hours(fields: dict[str, str], mapping: ColumnMapping, rules: Rules) -> list[Note]:
    """The warning about a row that names Contact Hours of its own beside a callback date.

    The vendor's pages say that the date is read in the lead's Contact Hours; their names need not be timezones, so
    the date cannot be converted to them.
    """
    if CALLBACK not in fields or fields.get(CONTACT_HOURS, rules.contact_hours) == rules.contact_hours:
        return []
    heading = next(column.heading for column in mapping.columns if column.field == CALLBACK)
    return [Note(NoteKind.WARNING, _OTHER_HOURS, heading, fields[CALLBACK], fields[CALLBACK])]
