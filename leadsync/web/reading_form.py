"""The form of a draft, from its fields to the choices for reading the sheet, and back. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from leadsync.config import SheetChoices
from leadsync.models import CALLBACK, CONTACT_HOURS, DISPOSITION, EXTERNAL_ID, PRIORITY
from leadsync.web.preview import Preview
from leadsync.web.target_choices import FIELD as TARGET
from leadsync.web.target_choices import target_of_field

NEW_PHONE = "+phone"
"""In a column's field: one more phone number, under the column's heading."""
_LISTS = ("phone_fields", "blank_words")
_TEXTS = ("date_order", "timezone", "region", "duplicates", "headings_row", *_LISTS)
_MOST_COLUMNS = 2_000

FIELD_WORDS: Mapping[str, str] = {
    "": "not sent",
    EXTERNAL_ID: "Lead's id",
    DISPOSITION: "Outcome",
    CALLBACK: "Callback date",
    PRIORITY: "Priority",
    CONTACT_HOURS: "Contact hours",
}
"""The fields in words."""


def field_words(field: str) -> str:
    """A field in words."""
    return FIELD_WORDS.get(field, f"Phone: {field}")


def reading_from(form: Mapping[str, str], before: SheetChoices, shown: Preview | None) -> SheetChoices:
    """The choices in a form that showed this preview; columns left as they were stay as they were chosen before."""
    values = before.model_dump()
    for name in ("campaign", "sheet", "encoding", "delimiter", "inserts"):
        if name in form:
            values[name] = form[name].strip()
    if TARGET in form:
        values |= target_of_field(form[TARGET])
    rules = dict(before.input)
    for name in _TEXTS:
        if name in form:
            _set(rules, name, form[name].strip())
    if form.get("headings_line"):
        _set(rules, "headings_row", form["headings_line"].strip())
    if "options" in form:
        # A box without a tick is not in the form.
        _set(rules, "skip_unchanged", "skip_unchanged" in form)
        values["fresh"] = "fresh" in form
    columns = dict(before.columns)
    for heading, field in _chosen(form, shown, "take_meant" in form):
        columns[heading] = field
        if field == heading and form_field(form, shown, heading) == NEW_PHONE:
            rules["phone_fields"] = [*_phones(rules, shown), heading]
    return SheetChoices.model_validate(values | {"input": rules, "columns": columns})


def form_field(form: Mapping[str, str], shown: Preview | None, heading: str) -> str:
    """The field that the form gives a column."""
    for at, column in enumerate(_columns(shown)):
        if column["heading"] == heading:
            return form.get(f"column-{at}", "")
    return ""


def fields_for(column: Preview, preview: Preview) -> list[tuple[str, str]]:
    """The fields to choose from for a column, each with its words."""
    heading, present = column["heading"], column["field"] or column["completes"]
    phones = phones_of(preview)
    choices = [("", FIELD_WORDS[""])]
    choices += [(field, field_words(field)) for field in preview["fields"]]
    if heading not in phones:
        choices.append((NEW_PHONE, "Phone: one more field"))
    known = {field for field, _ in choices}
    for own in (heading, present):
        if own not in known:
            choices.append((own, f"campaign field “{own}”"))
            known.add(own)
    return choices


def phones_of(preview: Preview) -> list[str]:
    """The phone fields of a preview."""
    return [field for field in preview["fields"] if field not in FIELD_WORDS]


def _phones(rules: Mapping[str, Any], shown: Preview | None) -> list[str]:
    return list(rules.get("phone_fields") or phones_of(shown or {"fields": []}))


def _columns(shown: Preview | None) -> list[Preview]:
    return list((shown or {}).get("columns", ()))[:_MOST_COLUMNS]


def _chosen(form: Mapping[str, str], shown: Preview | None, take_meant: bool) -> Iterator[tuple[str, str]]:
    """The columns with another field than shown, or with the field perhaps meant if those are taken."""
    for at, column in enumerate(_columns(shown)):
        present = column["field"] or column["completes"]
        field = form.get(f"column-{at}", present)
        if take_meant and column["meant"] and field == present:
            field = column["meant"]
        if field != present and column["heading"]:
            yield column["heading"], column["heading"] if field == NEW_PHONE else field


def _set(rules: dict[str, Any], name: str, value: str | bool) -> None:
    """Take a rule, or leave it to the settings if nothing was chosen."""
    if value in ("", False):
        rules.pop(name, None)
    elif name in _LISTS:
        rules[name] = [word for word in map(str.strip, str(value).split(",")) if word]
    elif name == "headings_row" and str(value).isdecimal() and len(str(value)) < 8:
        rules[name] = int(str(value))
    else:
        rules[name] = value
