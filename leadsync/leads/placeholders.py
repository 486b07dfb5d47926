"""Words that people and programs write for a missing value."""

import re

from leadsync.spreadsheet import loose

_NULL_WORD = r"null|n/a|n\.a\.|nan|nat|nil|none|undefined"
_NULL = re.compile(rf"(?:{_NULL_WORD}|\((?:{_NULL_WORD})\)|<(?:{_NULL_WORD})>|\[(?:{_NULL_WORD})\]|\\n)", re.IGNORECASE)
_NAMES = frozenset(("Nan", "Nat", "Nil", "Null"))
_OF_PEOPLE = re.compile(
    r"(?:(?:lead|customer|client|contact|person|member|patient|donor|student|full|first|last|given|family|preferred|"
    r"sur|fore|nick)s?)*name|[fl]name"
)
"""Headings above people's names, as `loose` gives them."""
_NULL_BEGINNINGS = frozenset("nNuU(<[\\")
_TRUTHS = frozenset(("TRUE", "FALSE", "[ ]", "[]", "[x]", "[X]", *"☐☑☒✓✔✗✘✅❌⬜🗹"))
"""Tick boxes as texts, as workbooks, spreadsheet programs' text files and people have them."""
_ABROAD = re.compile(
    r"-1|i\.?t\.|b/d|n/k|n\.?v\.?t\.?|"
    r"[kn][./] ?[adchp]\.?|s[./] ?[dn]\.?|б/?н|н/д|(?:kein|keine|ohne)(?: (?:angaben?|nummer|nr\.?|id))?|"
    r"unbekannt|fehlt|nicht (?:bekannt|vorhanden|vergeben|angegeben|verfügbar)|leer|aucune?|n[ée]ant|inconnue?|vide|"
    r"non (?:communiqu|renseign|conn|dispon|fourn|not|assegn)\w+|nessun[oa]?|sconosciut[oa]|vuoto|"
    r"sin (?:datos?|número|numero|id)|s/ ?(?:dato|número)|desconocid[oa]|ning[uú]n[oa]?|vac[ií]o|"
    r"no (?:consta|disponible)|desconhecid[oa]|nenhum|sem (?:dados|id|n[uú]mero)|n[ãa]o informado|onbekend|geen|leeg|"
    r"ukendt|ukjent|okänd|saknas|ingen|tuntematon|puuttuu|brak(?: danych)?|nieznan[ya]|neznám[ýéá]|chybí|není|"
    r"(?:ditto|dito|idem|as above|same as above|wie oben|s\. ?o\.|to follow|folgt|wird nachgereicht)\.?|"
    r"niet (?:van toepassing|bekend|beschikbaar)|ej (?:angivet|känt|tillgänglig\w*)|"
    r"ikke (?:oppgitt|kjent|angivet|oplyst)|"
    r"ei (?:tiedossa|ole|saatavilla)|sem informa[çc][ãa]o|sin informaci[óo]n|sans(?: (?:num[ée]ro|id))?|žádn[ýáé]|"
    r"neuvedeno|nie podano|nem ismert|belirsiz|bilgi yok|не (?:указан\w*|известно|задано)|без номера|отсутству\w+|"
    r"не вказано|暂无|不详|不詳|不適用|不适用|該当なし|해당 ?없음|"
    r"ismeretlen|nincs|necunoscut|nepoznato|nema|yok|bilinmiyor|нет(?: данных)?|неизвестно|немає|невідомо|няма|"
    r"άγνωστο|不明|なし|無し|无|無|未知|없음|미상|לא ידוע|אין|غير معروف|لا يوجد",
    re.IGNORECASE,
)
"""The same in other languages, signs included: ND may be an id, n/d is none."""
_TEMPLATE = re.compile(
    r"([%$#@~^|]|__)\1*[^\W\d_]\D*\1+|(?:\$\{|\{\{|\{!|\*\||\[\[|<<|<%|\{%|%\()\D*[^\W\d]\D*", re.DOTALL
)
"""A template's name for a value: `%id%`, `${id}`, `{{id}}`."""
_PLACEHOLDER = re.compile(
    # Compared by `loose`, without blanks and signs: `- -` is empty there, and `n / a` is na.
    r"0*|x{2,}|na|null|nan|nat|nil|undefined|unknown|unk|missing|blank|empty|tba|tbc|tbd|pending|"
    r"no(?:t|ne|thing)?(?:id|number|phone|phonenumber|mobile|landline|available|applicable|known|provided|given|"
    r"supplied|set|assigned|entered|recorded|listed|yet)?"
)


def is_null_word(text: str) -> bool:
    """Whether the text is a program's word for no value, such as NULL, N/A or NaN, in any letter case."""
    return text[:1] in _NULL_BEGINNINGS and _NULL.fullmatch(text) is not None


def is_name(word: str) -> bool:
    """Whether a program's word for no value, in these letters, is a person's name too."""
    return word in _NAMES


def is_of_people(heading: str) -> bool:
    """Whether people's names stand below a heading."""
    return _OF_PEOPLE.fullmatch(loose(heading)) is not None


def is_truth(text: str) -> bool:
    """Whether the text is a tick box's value."""
    return text in _TRUTHS


def is_template_name(text: str) -> bool:
    """Whether the text is a template's name for a value that was never filled in."""
    return not text[:1].isalnum() and _TEMPLATE.fullmatch(text) is not None


def is_placeholder(text: str) -> bool:
    """Whether the text stands for no id, number or date: a word for no value, a tick box, zeros, punctuation alone, or
    a template's name."""
    return (
        is_null_word(text)
        or is_truth(text)
        or _ABROAD.fullmatch(text) is not None
        or is_template_name(text)
        or _PLACEHOLDER.fullmatch(loose(text)) is not None
    )
