"""Headings as people write them, and the fields meant by them. Pure."""

import difflib
import re
from collections.abc import Collection

from leadsync.models import CALLBACK, CAMPAIGN_ID_FIELDS, CONTACT_HOURS, DISPOSITION, EXTERNAL_ID, PRIORITY
from leadsync.spreadsheet import loose

COMMON_NAMES = {
    EXTERNAL_ID: ("External Id", "External Lead Id", "Lead External Id", "Lead Id", "Ext Id", "Ext Lead Id"),
    DISPOSITION: ("Disposition", "Disposition Code", "New Disposition", "Outcome", "Call Outcome"),
    CALLBACK: (
        *("Callback", "Callback Date", "Callback Time", "Callback Date Time", "Callback Date and Time"),
        *("Callback At", "Callback On", "Next Callback"),
    ),
    PRIORITY: ("Priority", "Lead Priority", "Call Priority"),
    CONTACT_HOURS: ("Contact Hours", "Contact Hours Timezone", "Contact Hours Time Zone"),
    # Their own names alone: a column of the campaign's may well be called Campaign Id.
    **dict.fromkeys(CAMPAIGN_ID_FIELDS, ()),
}
"""System fields by their usual headings. Account, Customer No, Status, Result, Date and the like are missing: they
often mean something else, and a wrong guess sets dispositions or names the wrong lead."""
FIELD_OF_NAME = {loose(name): field for field, names in COMMON_NAMES.items() for name in (field, *names)}
"""The field of each name, as `loose` gives it."""
_PEOPLES_NAMES = {
    DISPOSITION: (
        *("Result", "Call Result", "Result Code", "Contact Result", "Dispo", "Dispo Code", "Status", "Call Status"),
        *("Lead Status", "Status Code", "Wrap Code", "Wrap Up Code", "Wrap Up", "Outcome Code", "Last Outcome"),
        "Close Code",
    ),
    CALLBACK: (
        *("Follow Up", "Follow Up Date", "Follow Up Time", "Follow Up On", "Next Follow Up", "Next Call"),
        *("Next Call Date", "Ring Back", "Ring Back Date", "CB", "CB Date", "CB Time", "Recall", "Recall Date"),
        *("Appointment", "Appointment Date", "Appt", "Appt Date", "Call Again", "Call On", "Call Later"),
        *("Next Contact", "Reschedule", "Scheduled Call", "Next Contact Date", "Reschedule Date", "Rescheduled To"),
        "Call Back Due",
    ),
}
"""Headings as people write them, which often mean something else: proposed, never taken by themselves."""
_MEANT = {loose(name): field for field, names in _PEOPLES_NAMES.items() for name in names}
_STEMS = {"dispo": DISPOSITION, "callback": CALLBACK, "externalid": EXTERNAL_ID, "contacthours": CONTACT_HOURS}
_BEGINNINGS = frozenset(name[:3] for name in FIELD_OF_NAME)
_CLOSE = 0.8
_CUSTOM = "__c"
"""Salesforce's ending of a custom field's name."""
_PHONE_PARTS = ("phone", "mobile", "landline", "whatsapp", "contactnumber", "contactno")
_PHONE_WORDS = frozenset({"tel", "cell", "mob", "ph"})
_PHONE_NAMES = frozenset({"home", "work", "bh", "ah", "bestnumber", "afterhours", "businesshours", "hm", "wk"})
"""Headings of phone columns that name other things too."""
_TIME_WORDS = frozenset({"time", "hour", "hours"})
_HEADING_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+")
_PLAIN_HEADING = re.compile(r"[A-Za-z _.-]{1,30}")
_ID_WORDS = frozenset({"id", "no", "nr", "number", "ref", "reference"})
"""The last word of a heading similar to an external id's."""


def heading_key(heading: str) -> str:
    """Return a heading for comparison with `FIELD_OF_NAME`."""
    return loose(heading.removesuffix(_CUSTOM))


def field_meant(heading: str, filled: Collection[str]) -> str:
    """Return the system field with nearly the heading's name, empty without one.

    A field already filled by another column is not meant, unless the heading begins like the dialer's own fields.
    """
    key = heading_key(heading)
    own = key.startswith("nj")
    if (meant := _MEANT.get(key, "")) and meant not in filled:
        return meant
    if not own and key[:3] not in _BEGINNINGS:
        return ""
    names = {name: field for name, field in FIELD_OF_NAME.items() if own or field not in filled}
    by_stem = [field for stem, field in _STEMS.items() if stem in key and (own or field not in filled)]
    close = difflib.get_close_matches(key, names, n=1, cutoff=_CLOSE)
    return names[close[0]] if close else by_stem[0] if by_stem else ""


def may_be_a_phone(heading: str) -> bool:
    """Whether people head phone numbers so, and other columns too."""
    return loose(heading) in _PHONE_NAMES


def looks_like_a_phone(heading: str) -> bool:
    """Whether a heading says phone in any of the usual words."""
    key = loose(heading)
    return any(part in key for part in _PHONE_PARTS) or not _PHONE_WORDS.isdisjoint(heading.casefold().split())


def looks_like_a_time(heading: str) -> bool:
    """Whether a heading may stand above a callback's time of day."""
    key = loose(heading)
    return key in _TIME_WORDS or ("call" in key and any(word in key for word in _TIME_WORDS))


def looks_like_an_id(heading: str) -> bool:
    """Whether a heading is plain words with an id's word at the end."""
    words = _HEADING_WORD.findall(heading)
    return len(words) > 1 and words[-1].casefold() in _ID_WORDS and _PLAIN_HEADING.fullmatch(heading) is not None
