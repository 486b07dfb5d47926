"""The lists of a draft's rows behind the figures of its preview: names, words, figures and columns. Pure."""

from collections.abc import Mapping

from leadsync.models import CALLBACK, DISPOSITION, EXTERNAL_ID, NO_CHANGE, Lead
from leadsync.web.draft_words import skip_words
from leadsync.web.preview import KEPT, Preview, list_name

ALL = "all"
"""In place of a list: every row."""
DOUBLED = "doubled"
"""The list of rows whose lead has another row."""
_PLACES = {"change": "changes", "look": "look_at", "fault": "rejections"}
_WORDS = {
    ALL: "All rows, as they stand in the sheet",
    KEPT: "Keeps its outcome",
    "callbacks": "Moves a callback",
    "new_leads": "No callback date: the lead becomes a new one",
    DOUBLED: "Its lead stands in more than one row",
    "odd": "Perhaps a title or a total, not a lead",
}
_WHY = {
    "sets": "goes out as the outcome",
    KEPT: "blank: the lead keeps its outcome",
    "callbacks": "moves the callback",
    DOUBLED: "another row is for this lead too; it goes as well, in the sheet's order",
}
_FIGURES = {
    KEPT: "kept_dispositions",
    "callbacks": "callbacks",
    "new_leads": "new_leads",
    DOUBLED: "repeated_rows",
}
_ROLES: Mapping[str, str] = {
    "sets": DISPOSITION,
    KEPT: DISPOSITION,
    "undated": CALLBACK,
    "new_leads": CALLBACK,
    "callbacks": CALLBACK,
    DOUBLED: EXTERNAL_ID,
    "odd": EXTERNAL_ID,
}


def list_words(name: str, preview: Preview) -> str:
    """The rows of a list in words; empty for an unknown list."""
    kind, _, at = name.partition("-")
    if kind == "skip":
        known = any(at == skipped for skipped, _ in preview.get("skips", []))
        return f"Not sent: {skip_words(at)}" if known else ""
    if name in _WORDS:
        return _WORDS[name]
    if kind == "undated":
        outcome = next((one["outcome"] for one in preview.get("undated", []) if one["list"] == name), None)
        return "" if outcome is None else f"No callback date: {outcome or 'outcome kept'}"
    if kind == "sets":
        outcome, _ = _outcome(at, preview)
        return f"Sets {outcome}" if outcome else ""
    group = _group(name, preview)
    between = " " if kind == "fault" else ": "
    return between.join(filter(None, (group["column"], group["what"])))


def _outcome(at: str, preview: Preview) -> tuple[str, int]:
    """The outcome of a list and its rows; an unknown one is empty."""
    lists = ((str(name), int(count)) for name, count in preview.get("dispositions", []))
    return next((one for one in lists if list_name("sets", one[0]) == f"sets-{at}"), ("", 0))


def _group(name: str, preview: Preview) -> Preview:
    """The group of a list; an unknown one is empty."""
    kind = name.partition("-")[0]
    found = preview.get(_PLACES.get(kind, ""), [])
    unknown = {"column": "", "what": "", "count": 0}
    return next((one for one in found if list_name(kind, one["column"], one["what"]) == name), unknown)


def is_correctable(name: str) -> bool:
    """Whether the rows of a list are sent: those rejected have reasons of their own, skipped ones are right."""
    return name.partition("-")[0] not in ("fault", "skip", ALL)


def takes_values(name: str) -> bool:
    """Whether one value can be put into all rows of a list with another."""
    return name.partition("-")[0] in ("look", "sets", "change")


def doubted(preview: Preview) -> list[str]:
    """The lists to look at before the sending, the loudest first."""
    undated = [one["list"] for one in preview.get("undated", [])] if preview.get("has_dates") else []
    slips = [name for name, _ in preview.get("spellings", [])]
    looked = [list_name("look", one["column"], one["what"]) for one in preview.get("look_at", [])]
    others = ["odd"] * bool(preview.get("odd")) + [DOUBLED] * bool(preview.get("repeated_leads"))
    return [*undated, *slips, *looked, *others]


def figure(name: str, preview: Preview) -> int:
    """The rows of a list."""
    kind, _, at = name.partition("-")
    if kind == "undated":
        return int(next((one["count"] for one in preview["undated"] if one["list"] == name), 0))
    if kind == "sets":
        return _outcome(at, preview)[1]
    if kind in ("look", "change"):
        return int(_group(name, preview)["count"])
    return len(preview["odd"]) if kind == "odd" else int(preview[_FIGURES[name]])


def list_place(name: str, preview: Preview) -> tuple[str, str]:
    """The heading, or else the role, of the columns that a list is about."""
    kind = name.partition("-")[0]
    if kind in ("look", "change"):
        return str(_group(name, preview)["column"]), ""
    return "", _ROLES.get(kind, EXTERNAL_ID)


def list_why(name: str, preview: Preview) -> str:
    """Why a row is on a list, beside its cell."""
    kind = name.partition("-")[0]
    if meant := dict(preview.get("spellings", [])).get(name):
        return f"perhaps “{meant}” is meant"
    if kind in ("look", "change"):
        return str(_group(name, preview)["what"])
    if kind in ("undated", "new_leads"):
        return "no callback date: the dialer treats the lead as a new one"
    return _WHY.get(kind, list_words(name, preview))


def is_listed(name: str, preview: Preview, lead: Lead, before: str) -> bool:
    """Whether a changed row belongs on a list as it is now; `before` is its lead's id in the sheet."""
    kind, _, at = name.partition("-")
    if kind in ("look", "change"):
        group = _group(name, preview)
        return any((note.what, note.column) == (group["what"], group["column"]) for note in lead.notes)
    is_undated = CALLBACK not in lead.fields and not lead.inserts
    if kind in ("new_leads", "callbacks"):
        return is_undated if kind == "new_leads" else CALLBACK in lead.fields
    if kind in ("sets", "undated", KEPT):
        is_kept = KEPT in (kind, at)
        outcome = NO_CHANGE if is_kept else _outcome(at, preview)[0]
        is_of_outcome: bool = lead.fields.get(DISPOSITION, NO_CHANGE) == outcome
        return is_of_outcome and (is_undated or kind != "undated")
    # A title has become a lead with any change.
    return kind == DOUBLED and lead.external_id == before
