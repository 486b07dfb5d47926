"""The questions of `init`, and the settings text that the answers make."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from leadsync.cli import prompts, sheet_prompts
from leadsync.cli.settings_text import value_in, with_columns, with_value
from leadsync.cli.shell import current_shell, say
from leadsync.errors import LeadsyncError, SettingsError, SheetError
from leadsync.models import CALLBACK

if TYPE_CHECKING:
    from leadsync.cli.sheet_prompts import SheetLook
    from leadsync.config import Settings
    from leadsync.leads import Proposal

ID_SETTINGS = ("template_id", "campaign_id", "allocation_id")


@dataclass(frozen=True, slots=True)
class WizardResult:
    """The settings' text by the answers, the file and sheet to check, and the steps left to do."""

    text: str
    file: Path | None
    sheet: str | None
    then: str


def ask_settings(text: str, file: Path | None, sheet: str | None, answered: set[str]) -> WizardResult:
    """Ask for everything not given as an option.

    Raises SheetError, before any question, for an unreadable file.
    """

    if file is not None:
        sheet = sheet_prompts.ask_sheet(file, sheet, settings_of_text(text))
    text, key, taken = _ask_dialer(text, answered)
    if "timezone" not in answered:
        shown = str(value_in(text, "input", "timezone"))
        text = _ask_until_right(text, "timezone", "The timezone of the sheet's dates", shown)
    shown = str(value_in(text, "input", "region"))
    text = _ask_until_right(text, "region", "The country of phone numbers that name none (two letters)", shown)
    try:
        if file is None and (file := sheet_prompts.ask_file()) is not None:
            sheet = sheet_prompts.ask_sheet(file, sheet, settings_of_text(text))
        if file is not None:
            text = with_proposal(text, file, sheet, ask=True)
    except SheetError as error:
        say(str(error))
        file = None
    # At the end: a user who leaves before has no key kept without settings.
    kept = prompts.ask_place_of(key, taken=taken)
    # Emptied first: two places for the key are an error of the settings.
    for setting in ("api_key_file", "api_key_keyring"):
        text = with_value(text, "server", setting, "")
    text = with_value(text, "server", kept.setting, kept.value)
    return WizardResult(
        text, file, sheet, kept.still_to_do or ("" if file else "Now look at a sheet: leadsync check FILE")
    )


def _ask_dialer(text: str, answered: set[str]) -> tuple[str, str, bool]:
    """The settings with the dialer's address and the ids, the key, and whether the dialer has taken it."""
    from pydantic import SecretStr

    from leadsync.cli.connection import listed_places

    ids: tuple[int, ...] = ()
    while True:
        if "url" not in answered:
            shown = str(value_in(text, "server", "url"))
            text = with_value(text, "server", "url", prompts.ask_url("" if "example" in shown else shown))
        key, taken = prompts.ask_key(), False
        try:
            places = listed_places(settings_of_text(text), SecretStr(key))
            taken = True
            if not answered.issuperset(ID_SETTINGS):
                ids = prompts.ask_place(places)
            break
        except LeadsyncError as error:
            if not prompts.again(error):
                if not answered.issuperset(ID_SETTINGS):
                    ids = tuple(prompts.ask_number(name.replace("_", " ")) for name in ID_SETTINGS)
                break
            # An address given as an option may be the wrong one: this time it is asked for.
            answered = answered - {"url"}
    for name, number in zip(ID_SETTINGS, ids, strict=False):
        text = with_value(text, "campaign", name, number)
    return text, key, taken


def _ask_until_right(text: str, name: str, question: str, shown: str) -> str:
    """The settings with a valid answer for one of `[input]`."""

    while True:
        changed = with_value(text, "input", name, prompts.first_value(question, shown))
        try:
            settings_of_text(changed)
            return changed
        except SettingsError as error:
            say(error.reason)


def with_proposal(text: str, file: Path, sheet: str | None, *, ask: bool) -> str:
    """Return new settings with the columns of the sheet."""
    look = sheet_prompts.read_proposal(file, sheet, settings_of_text(text))
    proposal = look.proposal
    if ask:
        proposal = _confirmed_columns(text, look, "")
        text = _with_date_order(text, look, proposal)
    if proposal.phone_fields != look.rules.input.phone_fields:
        text = with_value(text, "input", "phone_fields", proposal.phone_fields)
    return with_columns(text, proposal.columns) if proposal.columns else text


def with_more_columns(text: str, file: Path, sheet: str | None, *, ask: bool) -> tuple[str, str]:
    """Return present settings with the columns of one more sheet, and the name of their table.

    They go into the mapping for its headings. Without one, a sheet with other headings than `[columns]` gets a mapping
    of its own.
    """
    from leadsync.leads import mapping_for, table_of, with_mapping

    look = sheet_prompts.read_proposal(file, sheet, settings_of_text(text))
    headings = tuple(look.examples)
    look = replace(look, rules=with_mapping(headings, look.rules))
    mapping = mapping_for(headings, look.rules, file.stem)
    proposal = look.proposal
    if ask:
        proposal = _confirmed_columns(text, look, mapping)
        text = _with_date_order(text, look, proposal, present=True)
    present = look.rules.input.phone_fields
    # Other sheets need theirs.
    if phones := [field for field in proposal.phone_fields if field not in present]:
        text = with_value(text, "input", "phone_fields", [*present, *phones])
    return with_columns(text, proposal.columns, mapping) if proposal.columns else text, table_of(mapping)


def _confirmed_columns(text: str, look: "SheetLook", mapping: str) -> "Proposal":
    """Return the columns by the user's answers, asked until the settings can have them."""
    while True:
        proposal = _with_time(sheet_prompts.confirm_columns(look.proposal, look.examples, look.rules), look)
        try:
            settings_of_text(with_columns(text, proposal.columns, mapping) if proposal.columns else text)
            return proposal
        except SettingsError as error:
            say(error.reason)


def _with_time(proposal: "Proposal", look: "SheetLook") -> "Proposal":
    """Return the columns with one for the time of the callback's date, if there is such and the user says so."""
    from leadsync.leads import time_beside

    heading = time_beside(proposal.columns, look.texts, look.rules)
    question = f"Is {heading!r} the time of the date to call back?"
    if not heading or not current_shell().confirm(question, default=True):
        return proposal
    return replace(proposal, columns={**proposal.columns, heading: CALLBACK})


def _with_date_order(text: str, look: "SheetLook", proposal: "Proposal", *, present: bool = False) -> str:
    """Return the settings with the order of the sheet's dates; present ones are not asked about if no other order fits.

    The order is every sheet's.
    """
    from leadsync.leads import orders_fitting

    order = look.rules.input.date_order
    dates = look.dates(dict(proposal.columns))
    if not dates or (present and all(orders_fitting(date) == {order} for date in dates)):
        return text
    chosen = sheet_prompts.ask_date_order(dates, order)
    if chosen == order:
        return text
    if present:
        say(f'date_order = "{chosen}" in [input] counts for every sheet from now on; it was "{order}".')
    return with_value(text, "input", "date_order", chosen)


def settings_of_text(text: str, source: str = "the answer") -> "Settings":
    """The settings of a TOML text; raises SettingsError with the name of the source."""
    from leadsync.config import settings_from

    return settings_from(tomllib.loads(text), source)
