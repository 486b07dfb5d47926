"""The dialer's answers to a lead call: the documented checks, in one order.

The vendor's page lists the meaning of each code, and no order of two reasons. Here the call's own arguments come first,
then the lead, then its phones, then the other fields. For some broken rules the page gives no code, such as a priority
outside 0 to 100: the dialer fails there (103).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from leadsync.models import CALLBACK, CONTACT_HOURS, DISPOSITION, EXTERNAL_ID, PRIORITY
from leadsync.simulator.campaign import Campaign, is_no_change

_CALLBACK_FORMAT = "%Y/%m/%d %H:%M"
_PRIORITY = re.compile(r"\d{1,2}|100", re.ASCII)


class CallName(StrEnum):
    """The lead calls."""

    UPDATE = "updateLeadFast"
    """Changes a lead; named by `njExternalLeadId` in the query."""
    OLD_UPDATE = "updateLead"
    """The older name of the same call."""
    INSERT = "insertLeadFast"
    """Adds a lead; `njExternalLeadId` is in the body."""
    OLD_INSERT = "insertLead"
    """The older name of the same call."""


@dataclass(frozen=True, slots=True)
class Call:
    """One lead call as it arrived: the query's arguments and the body's fields, all as text."""

    name: CallName
    query: Mapping[str, str]
    fields: Mapping[str, str]

    @property
    def inserts(self) -> bool:
        return self.name in (CallName.INSERT, CallName.OLD_INSERT)

    @property
    def external_id(self) -> str:
        return (self.fields if self.inserts else self.query).get(EXTERNAL_ID, "")

    def id_of(self, argument: str) -> int:
        """A numeric argument of the query; -1, an id of no list, if it is absent or not a number."""
        text = self.query.get(argument, "")
        return int(text) if text.isascii() and text.isdigit() else -1


Check = Callable[[Call, Campaign], bool]
"""Whether a call is refused."""


def _template_unknown(call: Call, campaign: Campaign) -> bool:
    return call.id_of("fTemplateId") not in campaign.directory.templates


def _campaign_unknown(call: Call, campaign: Campaign) -> bool:
    return call.id_of("fCampaignId") not in campaign.directory.campaigns[call.id_of("fTemplateId")]


def _allocation_unknown(call: Call, campaign: Campaign) -> bool:
    return call.id_of("fAllocationId") not in campaign.directory.allocations[call.id_of("fCampaignId")]


def _no_external_id(call: Call, _campaign: Campaign) -> bool:
    return not call.external_id


def _lead_not_found(call: Call, campaign: Campaign) -> bool:
    # With `any_lead` every campaign of the lists has every lead; else the leads are those of one.
    elsewhere = not campaign.any_lead and call.id_of("fCampaignId") != campaign.ids.campaign
    return elsewhere or campaign.find(call.external_id) is None


def _agent_is_editing(call: Call, campaign: Campaign) -> bool:
    return call.external_id in campaign.editing


def _no_change_given(call: Call, _campaign: Campaign) -> bool:
    return any(is_no_change(value) for value in call.fields.values())


def _external_id_taken(call: Call, campaign: Campaign) -> bool:
    return call.external_id in campaign.leads


def _no_phone_given(call: Call, campaign: Campaign) -> bool:
    return not campaign.phones(call.fields)


def _on_do_not_call_list(call: Call, campaign: Campaign) -> bool:
    # The page speaks of the lead's numbers: one kept by <No Change> counts as well.
    after = call.fields if call.inserts else campaign.changed(call.external_id, call.fields)
    return not campaign.dnc.isdisjoint(campaign.phones(after))


def _number_held_by_another(call: Call, campaign: Campaign) -> bool:
    allowed = call.inserts and call.query.get("allowDuplicates", "").casefold() == "true"
    return not allowed and campaign.held_by_others(campaign.phones(call.fields), call.external_id)


def _disposition_unknown(call: Call, campaign: Campaign) -> bool:
    value = call.fields.get(DISPOSITION, "")
    if is_no_change(value):
        return False
    if not value:
        return not call.inserts
    return bool(campaign.dispositions) and value not in campaign.dispositions


def _no_disposition_to_keep(call: Call, campaign: Campaign) -> bool:
    present = campaign.find(call.external_id) or {}
    return is_no_change(call.fields[DISPOSITION]) and not present.get(DISPOSITION)


def _contact_hours_unknown(call: Call, campaign: Campaign) -> bool:
    value = call.fields.get(CONTACT_HOURS)
    return value is not None and bool(campaign.contact_hours) and value not in campaign.contact_hours


def _callback_unreadable(call: Call, _campaign: Campaign) -> bool:
    value = call.fields.get(CALLBACK)
    if value is None:
        return False
    try:
        # strptime takes 2026/1/5 9:5 as well; only writing it again shows the missing zeros.
        return datetime.strptime(value, _CALLBACK_FORMAT).strftime(_CALLBACK_FORMAT) != value  # noqa: DTZ007 - the dialer's dates have no zone
    except ValueError:
        return True


def _priority_out_of_range(call: Call, _campaign: Campaign) -> bool:
    value = call.fields.get(PRIORITY)
    return value is not None and _PRIORITY.fullmatch(value) is None


_ARGUMENTS: tuple[tuple[int, Check], ...] = (
    (116, _template_unknown),
    (117, _campaign_unknown),
    (115, _allocation_unknown),
    (113, _no_external_id),
)
_PHONES: tuple[tuple[int, Check], ...] = (
    (102, _no_phone_given),
    (104, _on_do_not_call_list),
    (105, _number_held_by_another),
)
_OTHER_FIELDS: tuple[tuple[int, Check], ...] = (
    (111, _contact_hours_unknown),
    (114, _callback_unreadable),
    (103, _priority_out_of_range),
)

UPDATE_CHECKS: tuple[tuple[int, Check], ...] = (
    *_ARGUMENTS,
    (101, _lead_not_found),
    (110, _agent_is_editing),
    *_PHONES,
    (106, _disposition_unknown),
    (107, _no_disposition_to_keep),
    *_OTHER_FIELDS,
)
"""The codes that `updateLeadFast` can answer, in the order in which they are looked for."""

# No 101, 107 and 110: a new lead is not looked for, has no disposition, and no agent.
INSERT_CHECKS: tuple[tuple[int, Check], ...] = (
    *_ARGUMENTS,
    (108, _no_change_given),
    (112, _external_id_taken),
    *_PHONES,
    (106, _disposition_unknown),
    *_OTHER_FIELDS,
)
"""The same for `insertLeadFast`."""


def judge(call: Call, campaign: Campaign) -> int:
    """The result code for a call, 0 without a reason against its change."""
    checks = INSERT_CHECKS if call.inserts else UPDATE_CHECKS
    return next((code for code, refuses in checks if refuses(call, campaign)), 0)
