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
_PEOPLES_WORDS = {
    DISPOSITION: (
        *("result", "call result", "contact result", "dispo", "disp", "status", "call status", "lead status"),
        *(
            "contact status",
            "lead result",
            "disposition",
            "wrap",
            "wrap up",
            "wrapup",
            "outcome",
            "contact outcome",
            "lead outcome",
        ),
        *("call disposition", "agent disposition", "call outcome", "termination", "close code"),
        *(
            "ergebnis",
            "anrufergebnis",
            "résultat",
            "résultat appel",
            "statut",
            "resultado",
            "resultado llamada",
            "estado llamada",
            "esito",
        ),
        *("esito chiamata", "resultaat", "uitkomst", "resultado chamada", "wynik", "wynik rozmowy"),
    ),
    CALLBACK: (
        *("follow up", "followup", "follow up on", "next follow up", "fu", "f u", "fup", "next call", "call back"),
        *("callback", "ring back", "ringback", "cb", "cbk", "recall", "appointment", "appt", "call again", "call on"),
        *("wiedervorlage", "rückruf", "wv", "rappel", "à rappeler", "rellamada", "volver a llamar"),
        *("richiamo", "richiamare", "terugbellen", "terugbelafspraak", "retornar ligação", "oddzwonić"),
        *("call later", "call after", "next contact", "recontact", "reschedule", "rescheduled", "scheduled call"),
        *("when to call", "next activity date", "next action date", "next step date", "ptp date"),
    ),
}
"""Headings as people write them, which often mean something else: proposed, never taken by themselves."""
# For each field its own: in `callback date` the word adds nothing, in `status date` it makes another column.
_FILLERS = {
    DISPOSITION: frozenset({"the", "of", "last", "latest", "final", "current", "new", "code", "de", "la"}),
    CALLBACK: frozenset(
        {"the", "of", "to", "when", "on", "date", "time", "day", "dt", "due", "am", "zum", "datum", "le", "de", "fecha"}
    ),
}
"""Words that people put around those."""
_MEANT = {field: frozenset(frozenset(words.split()) for words in names) for field, names in _PEOPLES_WORDS.items()}
_MEANT_JOINED = {
    loose(words + ending): field
    for field, names in _PEOPLES_WORDS.items()
    for words in names
    for ending in ("", *_FILLERS[field])
}
"""The same written as one word."""
_STEMS = {"dispo": DISPOSITION, "callback": CALLBACK, "externalid": EXTERNAL_ID, "contacthours": CONTACT_HOURS}
# Spares most headings the comparison with all names: a similar name nearly always begins alike.
_BEGINNINGS = frozenset(name[:3] for name in FIELD_OF_NAME)
_CLOSE = 0.8
_CUSTOM = "__c"
"""Salesforce's ending of a custom field's name."""
_PHONE_PARTS = (
    *("phone", "mobile", "landline", "whatsapp", "contactnumber", "contactno"),
    *(
        "telefon",
        "handy",
        "rufnummer",
        "téléphone",
        "teléfono",
        "móvil",
        "telefono",
        "celular",
        "cellulare",
        "telefoon",
        "telemóvel",
    ),
)
_PHONE_WORDS = frozenset({"tel", "cell", "mob", "ph"})
_PHONE_NAMES = frozenset((
    *("home", "work", "bh", "ah", "bestnumber", "afterhours", "businesshours", "hm", "wk"),
    *("homeno", "workno", "homenumber", "worknumber", "portable", "fijo"),
))  # fmt: skip
"""Headings of phone columns that name other things too."""
_OTHERS_PHONE = re.compile(
    r"(?<!hali)fax|facsimile|t[ée]l[ée]cop|callerid|fromn(?:umber|o)|agent|operator|consultant|"
    r"d(?:o)?n(?:o|'?)t(?:call|dial|phone|ring|contact)|dnc|opt(?:ed)?out|nepasappeler|nichtanrufen|nollamar|"
    r"blacklist|blocked|suppress|emergency|nextofkin|wrong|invalid|disconnect|unsubscri|"
    r"sender|originating|manager|branch"
)
_OTHERS_WORDS = frozenset({"fx", "rep", "cli", "clid", "ani", "dnis", "ddi", "did", "nok"})
"""Headings of faxes, of agents' and other people's numbers, and of numbers wrong or not to be called."""
_TIME_WORDS = frozenset({"time", "hour", "hours"})
_OF_THE_CALL = frozenset({"call", "date", "time", "of", "the"})
"""A call's date is rather that of the last one, though nearly a callback's by its letters."""
MOMENT_WORDS = frozenset({"date", "time", "datum"})
_SPANS = (
    *(
        "zone",
        "talk",
        "duration",
        "handl",
        "wait",
        "hold",
        "ringtime",
        "ringing",
        "wrap",
        "work",
        "average",
        "last",
        "previous",
    ),
    *("creat", "opening"),
)
"""In headings of timezones, of lengths of time, of times gone by and of opening hours."""
_AM_PM = (frozenset({"am", "pm"}), frozenset({"ampm"}), frozenset({"a", "p", "m"}), frozenset({"a", "p"}))
_HEADING_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+")
ID_WORDS = frozenset({"id", "no", "nr", "number", "ref", "reference", "nummer", "numero", "numer", "referenz"})
"""The last word of a heading similar to an external id's."""

_LEADS = (
    *("lead", "leads", "prospect", "customer", "cust", "client", "account", "acct", "acc", "debtor", "member"),
    *("members", "membership", "contact", "person", "patient", "donor", "student", "subscriber", "record", "case"),
    *("candidate", "applicant", "respondent", "participant", "supporter", "constituent", "borrower", "policyholder"),
    *("tenant", "crm", "kunde", "kunden", "mitglied", "mitglieds", "debitor", "debitoren", "teilnehmer", "klient"),
    *("klienten", "klienta", "cliente", "compte", "membre", "miembro", "socio", "klant", "klanten", "membro"),
)
"""Words for people whom a list is about, and for their files."""
_IDS = (
    *("id", "ids", "urn", "uid", "uuid", "guid", "ref", "reference", "key"),
    *("referenz", "référence", "referencia", "riferimento", "kennung"),
)
_NUMBERS = (
    *("no", "nr", "n", "num", "number", "code", "nummer", "numer", "numero", "número", "numéro"),
    *("codigo", "código", "codice"),
)
"""They name a lead beside one of its words: `No` may well count the rows, `Code` be that of an outcome."""
_ID_FILLERS = ("external", "ext", "unique", "system", "our", "old", "the", "de", "du", "donotmodify")
_ID_HEADING = re.compile(f"(?:{'|'.join((*_LEADS, *_IDS, *_NUMBERS, *_ID_FILLERS))})+")
_LONGEST_ID_HEADING = 60
"""The pattern tries each way to part a text into words: of a long one there are too many."""
_ID_PARTS = frozenset((*_IDS, *_NUMBERS))
_LEADS_ID = re.compile("|".join((*_LEADS, *_IDS)))


def heading_key(heading: str) -> str:
    """Return a heading for comparison with `FIELD_OF_NAME`."""
    return loose(heading.removesuffix(_CUSTOM))


def begins_like_a_system_field(name: str) -> bool:
    """Whether a name begins like the dialer's own."""
    return name.casefold().startswith("nj")


def field_meant(heading: str, filled: Collection[str]) -> str:
    """Return the system field with nearly the heading's name, empty without one.

    A field already filled by another column is not meant, unless the heading begins like the dialer's own fields.
    """
    key = heading_key(heading)
    # nj is the dialer's own beginning: such a heading means a system field, even a misspelt or doubled one.
    own = begins_like_a_system_field(key)
    if (meant := as_people_write(heading)) and meant not in filled:
        return meant
    words = words_of(heading)
    if not own and (key[:3] not in _BEGINNINGS or words <= _OF_THE_CALL):
        return ""
    # The date of an outcome is none.
    others = {*filled, DISPOSITION} if words & MOMENT_WORDS else filled
    names = {name: field for name, field in FIELD_OF_NAME.items() if own or field not in others}
    by_stem = [field for stem, field in _STEMS.items() if stem in key and (own or field not in others)]
    close = difflib.get_close_matches(key, names, n=1, cutoff=_CLOSE)
    return names[close[0]] if close else by_stem[0] if by_stem else ""


def as_people_write(heading: str) -> str:
    """Return the field for which people use this heading, in any order of its words; empty without one."""
    # A set of words: `date of callback` and `callback date` are one heading to people.
    words = words_of(heading)
    for field, known in _MEANT.items():
        if words in known or words - _FILLERS[field] in known:
            return field
    return _MEANT_JOINED.get(heading_key(heading), "")


def words_of(heading: str) -> frozenset[str]:
    """Return the words of a heading in small letters, those joined by capitals too."""
    return frozenset(word.casefold() for word in _HEADING_WORD.findall(heading.removesuffix(_CUSTOM)))


def may_be_a_phone(heading: str) -> bool:
    """Whether people head phone numbers so, and other columns too."""
    return loose(heading) in _PHONE_NAMES


def is_not_to_be_dialed(heading: str) -> bool:
    """Whether a heading says fax, agent, caller id, do not call or the like: no number below is one to call a lead."""
    return _OTHERS_PHONE.search(loose(heading)) is not None or not _OTHERS_WORDS.isdisjoint(words_of(heading))


def looks_like_a_phone(heading: str) -> bool:
    """Whether a heading says a lead's phone in any of the usual words."""
    if is_not_to_be_dialed(heading):
        return False
    key = loose(heading)
    words = map(str.casefold, _HEADING_WORD.findall(heading))
    return any(part in key for part in _PHONE_PARTS) or not _PHONE_WORDS.isdisjoint(words)


def looks_like_a_time(heading: str) -> bool:
    """Whether a heading may stand above a callback's time of day."""
    key = loose(heading)
    says_call = "call" in key or as_people_write(heading) == CALLBACK
    return key in _TIME_WORDS or (says_call and any(word in key for word in _TIME_WORDS))


def has_time_word(heading: str) -> bool:
    """Whether a heading says time or hour, be it in one word with others, and no length of time."""
    key = loose(heading)
    return any(word in key for word in _TIME_WORDS) and not says_span(heading)


def says_span(heading: str) -> bool:
    """Whether a heading says a length of time, one gone by, or a timezone."""
    key = loose(heading)
    return any(word in key for word in _SPANS)


def beside_am_pm(heading: str) -> frozenset[str] | None:
    """Return the other words of a heading such as `Callback AM/PM`; None for one without AM and PM."""
    words = words_of(heading)
    found = next((marks for marks in _AM_PM if marks <= words), None)
    return None if found is None else words - found - {"or"}


def is_known_for_ids(heading: str) -> bool:
    """Whether a heading is nothing but words by which people know leads: `Member #`, but not `Order no`."""
    key = heading_key(heading)
    if len(key) > _LONGEST_ID_HEADING or looks_like_a_phone(heading):  # as a contact's number
        return False
    return _ID_HEADING.fullmatch(key) is not None and _LEADS_ID.search(key) is not None


def names_an_id(heading: str) -> bool:
    """Whether a word of a heading is one for ids."""
    return not _ID_PARTS.isdisjoint(map(str.casefold, _HEADING_WORD.findall(heading)))
