"""The payload for adding a lead instead of changing it."""

from collections.abc import Collection

from leadsync.leads.column_cleaner import NEW_LEAD
from leadsync.models import EXTERNAL_ID, NO_CHANGE, Lead
from leadsync.reasons import Fault, FaultKind


def as_insert(lead: Lead, phone_fields: Collection[str]) -> Lead | Fault:
    """Return the lead in the form of `insertLeadFast`, or the fault against inserting it.

    The vendor's page on inserts: the external id travels in the body. `<No Change>` has nothing to keep (108), so
    fields with it are left out; of the phones one has to be left (102).
    """
    kept = {name: value for name, value in lead.fields.items() if value.casefold() != NO_CHANGE.casefold()}
    if not any(kept.get(field) for field in phone_fields):
        return Fault("", "", FaultKind.INSERT_WITHOUT_PHONE, details={"columns": tuple(phone_fields)})
    # Without a date an inserted lead is a new one, and that is what it is.
    notes = tuple(note for note in lead.notes if note.what != NEW_LEAD)
    return lead._replace(fields={EXTERNAL_ID: lead.external_id, **kept}, notes=notes)
