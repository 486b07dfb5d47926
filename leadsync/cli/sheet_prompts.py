"""Questions about a sheet: its file, the sheet of a workbook, its columns and dates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from leadsync.cli.prompts import choose
from leadsync.cli.shell import ask, current_shell, say
from leadsync.errors import SheetError
from leadsync.models import CALLBACK, DISPOSITION, EXTERNAL_ID, SYSTEM_FIELDS
from leadsync.private_files import is_file

if TYPE_CHECKING:
    from leadsync.config import Settings
    from leadsync.leads import Proposal, Rules

_SAMPLE_ROWS = 200
_MOST_DATES = 5


def ask_file() -> Path | None:
    """A sheet to read; None if the user has none yet."""
    while True:
        answer = ask("A sheet of leads to look at (Enter: none yet)", "")
        if not answer.strip():
            return None
        # Terminals put quotation marks around a dragged file's path.
        path = Path(answer.strip().strip("\"'")).expanduser()
        if is_file(path):
            return path
        say(f"There is no file {path}.")


def ask_sheet(file: Path, sheet: str | None, settings: "Settings") -> str | None:
    """The sheet of a workbook to read, with a question if several could be meant; raises SheetError for an unreadable
    file."""
    from leadsync.leads import sheet_rules
    from leadsync.sheets import open_table

    rules = sheet_rules(settings.rules(datetime.now().astimezone()))

    asked = False
    while True:
        try:
            with open_table(file, sheet=sheet, rules=rules):
                return sheet
        except SheetError as error:
            if not error.several_sheets and not asked:
                raise
            say(error.fault if error.several_sheets else str(error))
        asked = True
        sheet = ask("Which sheet?").strip()


@dataclass(frozen=True, slots=True)
class SheetLook:
    """A look at a sheet: the probable fields of its columns, an example of each, and its texts by heading.

    The texts are those of the first rows, date cells aside.
    """

    proposal: "Proposal"
    examples: dict[str, str]
    texts: dict[str, list[str]]
    rules: "Rules"

    def dates(self, columns: dict[str, str]) -> list[str]:
        """The callback dates written as text that have an order, with these columns in force."""
        from leadsync.leads import field_named, orders_fitting

        headings = [name for name in self.texts if columns.get(name, field_named(name, self.rules)) == CALLBACK]
        return [text for heading in headings for text in self.texts[heading] if orders_fitting(text)]


def read_proposal(file: Path, sheet: str | None, settings: "Settings") -> SheetLook:
    """Look at the sheet's first rows; raises SheetError."""
    from itertools import islice

    from leadsync.leads import propose, sheet_rules
    from leadsync.sheets import open_table

    rules = settings.rules(datetime.now().astimezone())
    with open_table(file, sheet=sheet, rules=sheet_rules(rules)) as table:
        sound = [row for row in islice(table.rows(), _SAMPLE_ROWS) if not row.faults]
        rows = [row.cells for row in sound]
        examples, texts = {}, {}
        for at, heading in enumerate(map(str.strip, table.headings)):
            examples[heading] = next((row[at].strip() for row in rows if row[at].strip()), "")
            texts[heading] = [row.cells[at].strip() for row in sound if at not in row.dates]
        return SheetLook(propose(table.headings, rows, rules), examples, texts, rules)


def confirm_columns(proposal: "Proposal", examples: dict[str, str], rules: "Rules") -> "Proposal":
    """Show the field of each column, and let the user change it."""
    from leadsync.leads import field_named, fields_of

    columns = {**proposal.columns, **_ask_meant(proposal, examples)}
    phones = proposal.phone_fields
    named = {heading: field_named(heading, rules) for heading in examples if heading}
    if EXTERNAL_ID not in (*named.values(), *columns.values()):
        say("No column is called the leads' external id, by which the dialer knows them.")
        listed = list(dict.fromkeys((*proposal.external_ids, *named)))
        shown = [_shown(one, examples) for one in listed]
        default = listed.index(proposal.likely_id) + 1 if proposal.likely_id else None
        at = choose("Which column holds it?", [*shown, "none"], default)
        if at < len(listed):
            columns[listed[at]] = EXTERNAL_ID
    say("The columns:")
    for heading, own in named.items():
        target = columns.get(heading, own)
        what = "a phone number" if target in phones else "" if target != heading else "a field of the campaign"
        say(f"  {_shown(heading, examples):<44} -> {target or '(not sent)':<20} {what}".rstrip())
    if current_shell().confirm("Is that right?", default=True):
        return replace(proposal, columns=columns)
    calls = {heading for heading, own in named.items() if columns.get(heading, own) in phones}
    say("Which field does each column fill? Enter keeps what is shown; - or none does not send it.")
    say(f"Fields: {', '.join(fields_of(rules))}, or any name of the campaign's own.")
    for heading, own in named.items():
        before = columns.get(heading, own)
        if heading.lower().startswith("sync_"):
            continue
        answer: str = ask(f"  {_shown(heading, examples)}", before or "-").strip()
        field_name = "" if answer in ("-", "none") else answer
        if field_name != own:
            columns[heading] = field_name
        else:
            columns.pop(heading, None)
    filled = {heading: columns.get(heading, own) for heading, own in named.items()}
    called = [field for heading, field in filled.items() if field in rules.input.phone_fields or heading in calls]
    phones = _ask_phones([field for field in called if field not in ("", *SYSTEM_FIELDS)], list(filled.values()))
    return replace(proposal, columns=columns, phone_fields=phones or proposal.phone_fields)


def _ask_meant(proposal: "Proposal", examples: dict[str, str]) -> dict[str, str]:
    """The columns chosen for fields that no heading names for sure."""
    chosen = {}
    for field, words in ((DISPOSITION, "the outcome of the call"), (CALLBACK, "the date to call back")):
        headings = [heading for heading, meant in proposal.meant.items() if meant == field]
        if headings:
            say(f"No column is called {field}.")
            shown = [_shown(heading, examples) for heading in headings]
            # Of several, none is more probable.
            at = choose(f"Which column holds {words}?", [*shown, "none"], 1 if len(headings) == 1 else None)
            if at < len(headings):
                chosen[headings[at]] = field
    return chosen


def ask_date_order(dates: Sequence[str], present: str) -> str:
    """The order of day, month and year in these dates of the sheet; the default is the one order that fits."""
    from leadsync.leads import EXAMPLES, ORDER_WORDS, orders_fitting

    fitting = [order for order in ORDER_WORDS if all(order in (orders_fitting(date) or ORDER_WORDS) for date in dates)]
    orders = [*ORDER_WORDS, "auto"]
    say(f"Dates of the sheet: {', '.join(dates[:_MOST_DATES])}")
    options = [f"{words}, as in {EXAMPLES[order]}" for order, words in ORDER_WORDS.items()]
    options.append("auto: the one order of all dates of a sheet, or else the sheet is refused")
    default = fitting[0] if len(fitting) == 1 else present
    return orders[choose("In which order are they written?", options, orders.index(default) + 1)]


def _ask_phones(shown: Sequence[str], filled: Sequence[str]) -> tuple[str, ...]:
    """The fields with phone numbers, of those filled by a column."""
    while True:
        answer: str = ask("Which of the fields are phone numbers? (with commas between them)", ", ".join(shown))
        given = tuple(filter(None, map(str.strip, answer.split(","))))
        unknown = [name for name in given if name not in filled]
        if not unknown:
            return given
        say(f"No column fills {', '.join(unknown)}.")


def _shown(heading: str, examples: dict[str, str]) -> str:
    example = " ".join(examples.get(heading, "").split())
    return f"{heading}  (e.g. {example[:24]})" if example else heading
