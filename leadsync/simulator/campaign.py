"""The practice dialer's campaign: its lists, its leads, and the effects of calls on them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from leadsync.models import CALLBACK, DISPOSITION, EXTERNAL_ID, NO_CHANGE, CampaignIds

DISPOSITIONS = (
    "Sale",
    "Call Back",
    "No Answer",
    "Busy",
    "Answering Machine",
    "Not Interested",
    "Wrong Number",
    "Do Not Call",
)
CONTACT_HOURS = tuple(
    f"Australia/{city}" for city in ("Adelaide", "Brisbane", "Darwin", "Hobart", "Melbourne", "Perth", "Sydney")
)
PHONE_FIELDS = ("FirstPhone", "SecondPhone", "Mobile")
ASSUMED_DISPOSITION = "Dialed before"
"""What `any_lead` takes a lead's present disposition to be: it only matters that there is one."""


def is_no_change(value: str) -> bool:
    """Whether a value is `<No Change>`, in any letter case: the documentation itself spells it in two."""
    return value.casefold() == NO_CHANGE.casefold()


@dataclass(frozen=True, slots=True)
class Directory:
    """The ids and names of the three lists: templates, campaigns by template, allocations by campaign."""

    templates: Mapping[int, str]
    campaigns: Mapping[int, Mapping[int, str]]
    allocations: Mapping[int, Mapping[int, str]]

    @classmethod
    def around(cls, ids: CampaignIds) -> "Directory":
        """A believable directory with `ids` in it, and neighbours to be picked by mistake."""
        template, campaign, allocation = ids.template, ids.campaign, ids.allocation
        return cls(
            templates={template: "Outbound sales", template + 1: "Customer surveys"},
            campaigns={
                template: {campaign: "Spring renewals", campaign + 1: "Win-back"},
                template + 1: {campaign + 2: "Service survey"},
            },
            allocations={
                campaign: {allocation: "Main list", allocation + 1: "Second list"},
                campaign + 1: {allocation + 2: "Lapsed customers"},
                campaign + 2: {allocation + 3: "Survey sample"},
            },
        )


@dataclass(slots=True)
class Campaign:
    """The dialer's knowledge of one campaign; everything but `ids` and `directory` can be changed under way.

    `leads` maps an external id to the lead's fields, its disposition among them once it has one. `dispositions` and
    `contact_hours`, empty, accept every name. `editing` holds the leads open at an agent's desk. With `any_lead` every
    external id names a lead dialed before, for rehearsals with a sheet of one's own.
    """

    ids: CampaignIds
    directory: Directory
    phone_fields: tuple[str, ...] = PHONE_FIELDS
    dispositions: frozenset[str] = frozenset(DISPOSITIONS)
    contact_hours: frozenset[str] = frozenset(CONTACT_HOURS)
    dnc: set[str] = field(default_factory=set)
    editing: set[str] = field(default_factory=set)
    any_lead: bool = False
    leads: dict[str, dict[str, str]] = field(default_factory=dict)
    # Who has a number, kept beside the leads: 105 is asked for each call, and a search would take all leads.
    _holders: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set), repr=False)

    def add(self, external_id: str, fields: Mapping[str, str]) -> None:
        """Puts a lead into the campaign as it is, without any check."""
        self.leads[external_id] = dict(fields)
        for phone in self.phones(fields):
            self._holders[phone].add(external_id)

    def find(self, external_id: str) -> Mapping[str, str] | None:
        """The lead's present fields; None for an unknown lead."""
        found = self.leads.get(external_id)
        if found is None and self.any_lead:
            return {DISPOSITION: ASSUMED_DISPOSITION}
        return found

    def phones(self, fields: Mapping[str, str]) -> list[str]:
        """The phone values among `fields`, blanks left out, `<No Change>` kept."""
        return [fields[name] for name in self.phone_fields if fields.get(name)]

    def held_by_others(self, phones: Iterable[str], external_id: str) -> bool:
        """Whether a lead other than this one has one of the numbers."""
        return any(self._holders.get(phone, set()) - {external_id} for phone in phones)

    def changed(self, external_id: str, fields: Mapping[str, str]) -> dict[str, str]:
        """The lead's fields as an update would leave them.

        `<No Change>` keeps a field as it is; a lead updated without a callback date is a new lead again (the vendor's
        page, njCallBackDate).
        """
        kept = {name: value for name, value in (self.find(external_id) or {}).items() if name != CALLBACK}
        return kept | {name: value for name, value in fields.items() if not is_no_change(value)}

    def update(self, external_id: str, fields: Mapping[str, str]) -> None:
        """Makes an update's change."""
        after = self.changed(external_id, fields)
        for phone in self.phones(self.leads.get(external_id, {})):
            self._holders[phone].discard(external_id)
        self.add(external_id, after)

    def insert(self, fields: Mapping[str, str]) -> None:
        """Makes an insert's change."""
        self.add(fields[EXTERNAL_ID], fields)
