"""Sentences about a sheet in the page's words: its fields in place of settings, options and commands. Pure.

The sentences come from the rules, the reader and the plan, for a terminal; a draft's page has a field for most
remedies.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from leadsync.leads import ORDER_WORDS
from leadsync.models import RowRecord, public_address
from leadsync.report import reason_words

FIELD_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "sheet": "Sheet",
        "campaign": "Campaign",
        "headings_row": "Headings in row",
        "date_order": "Dates are written",
        "timezone": "Time zone of the dates",
        "region": "Country of the phone numbers",
        "phone_fields": "Phone fields of the template",
        "duplicates": "A lead in several rows",
        "blank_words": "Words that mean blank",
        "encoding": "Encoding of a text",
        "delimiter": "Separator of a text",
        "insert_missing": "New leads",
        "skip_unchanged": "Skip rows that say what their lead was last sent",
        "fresh": "Send it anew, even if it was sent before",
    }
)
"""The label of a draft's field for each setting or option that has one."""


def _label(name: str) -> str:
    return f"“{FIELD_LABELS[name.replace('-', '_')]}”"


def _value(text: str) -> str:
    """A value of the settings: an order of dates in words, a list without its brackets."""
    plain = text.strip("[]'").replace('"', "")
    return ORDER_WORDS.get(plain, plain)  # type: ignore[call-overload,no-any-return]


_NAMES = "|".join(FIELD_LABELS)
_VALUE = r'(?:"[^"]*"|\[[^\]]*\]|[\w-]+)'
_THEM = r"((?:[\d,]+ of )?them|it)"
_Words = str | Callable[[re.Match[str]], str]
_IN_PAGE_WORDS: tuple[tuple[str, _Words], ...] = (
    # What the settings alone can do, and a person at the sheet can do otherwise.
    (r', or set bad_phone to "omit" in \[input\] to send', ", or clear the cell to send"),
    (r'hidden_rows = "skip" in \[input\] skips such rows', "delete those that are not meant"),
    (r", or set blank_callback to new_lead in the settings", ""),
    (r", or add it to dispositions in the settings", ""),
    (r"add the column, or set [\w.]+ in the settings", "choose a column for it, or add one to the sheet"),
    (r"list the right one under dispositions in \[input\], or correct", "correct"),
    (r'write "?[^"]*"? = "" under \[[\w.]+\] in the settings', "choose “not sent” for it"),
    (r'write "[^"]*" = "njCallBackDate" under \[[\w.]+\] in the settings', "choose “Callback date” for it"),
    (r"a sheet of their own with timezone under \[input\], or", "a sheet of their own, or"),
    (r'write "([^"]*)" = "[^"]*" under \[[\w.]+\] in the settings', r"choose campaign field “\1” for it"),
    (
        r"add .{1,80} to phone_fields in \[input\], or map it to one of them under \[[\w.]+\]",
        "choose a phone field for it",
    ),
    (r", or name the field in phone_fields", f", or add the field to {_label('phone_fields')}"),
    (r" under \[columns\] in the settings is no heading", ", which the settings name, is no heading"),
    (
        r"are mapped by \[columns\] alone: no mapping in the settings fits",
        "are no mapping's of the settings: none fits",
    ),
    (r"^(not sent: )?\[columns\] in the settings$", r"\1as the settings say"),
    (r"^(not sent: )?\[mappings\.([^\]]*)\] in the settings$", r"\1as the settings' mapping \2 says"),
    (r"mapped by \[columns\] in the settings", "mapped by the settings"),
    (r"mapped by \[mappings\.([^\]]*)\] in the settings", r"mapped as \1 in the settings"),
    (r"\[mappings\.([^\]]*)\]", r"\1"),
    (r"correct it there, or add one for this sheet with `leadsync init SHEET`", "choose the columns here"),
    # The order of dates.
    (
        r'set date_order in \[input\] to "dmy", "mdy" or "ymd"',
        f"choose under {_label('date_order')} how they are",
    ),
    (r'date_order = "auto" finds no order', "the dates themselves tell no order"),
    (r'date_order = "auto" reads all', "the order found out from the dates themselves reads all"),
    # The headings, the text, the sheet.
    (r"correct headings_row in \[input\]", f"correct {_label('headings_row')}"),
    (r"set headings_row in \[input\]", f"fill in {_label('headings_row')}"),
    (r"give --delimiter (\S+), or delimiter in \[input\]", rf"give \1 as {_label('delimiter')}"),
    (r"(?:give another --encoding|set another encoding in \[input\])", f"give another {_label('encoding')}"),
    (r"name its encoding with --encoding", f"give its {_label('encoding')}"),
    (r"give --encoding if", f"give {_label('encoding')} if"),
    (r"\bgive the sheet itself, as", "upload the sheet itself, as"),
    (r"\bgive a \.csv", "upload a .csv"),
    (r"\bgive leadsync one spreadsheet", "upload one spreadsheet"),
    (r"\bgive the spreadsheet in it", "upload the spreadsheet in it"),
    (r"open it and save it as \.xlsx or \.csv", "open it, save it as .xlsx or .csv, and upload that"),
    (r"(?m)^--(encoding|delimiter) ", lambda found: f"{_label(found[1])} "),
    (r"; leave out --sheet", f"; choose no {_label('sheet')}"),
    (r"give it with --campaign (\S+),", rf"choose \1 as {_label('campaign')},"),
    (r"give it with --dialer (\S+),", r"choose the dialer \1,"),
    (r"\[campaign\]; give it without --campaign,", "another campaign; choose the first one,"),
    (r"\[server\]; give it without --dialer,", "another dialer; choose the first one,"),
    (r"went to \[dialers\.([^\]]*)\]", r"went to the dialer \1"),
    (r"went to \[campaigns\.([^\]]*)\]", r"went to campaign \1"),
    (r"There is no \[campaigns\.([^\]]*)\]", r"There is no campaign \1"),
    (r"write a whole number as `leadsync campaigns` lists it", "write a whole number"),
    (
        r"(?:; in a workbook this does not happen )?\(leadsync report \S+ --format xlsx\)",
        "; take the workbook of its run",
    ),
    (r"; `leadsync check FILE` lists all", ""),
    # Runs.
    (r" by another leadsync \([^)]*\); wait until it has ended", " just now; wait until that has ended"),
    (rf"; `leadsync run[^`]*--fresh[^`]*` instead skips {_THEM}", rf"; to skip \1 instead, tick {_label('fresh')}"),
    (r"; `leadsync run[^`]*--fresh[^`]*` afterwards brings that back", "; send that sheet anew afterwards"),
    (r"`leadsync run --fresh` it afterwards", f"tick {_label('fresh')} afterwards"),
    (r"go on with it without --insert-only, or begin anew with --fresh", f"or tick {_label('fresh')}"),
    (r"begin anew with --fresh", f"tick {_label('fresh')}"),
    (
        r"; use that run's settings with --config, or give its retry file to `leadsync run`",
        "; ask who looks after leadsync, or take its rows to send in a file and upload it",
    ),
    (r": leadsync resolve \S+ --row \S+, with --applied, --not-applied or --send", ": on its page"),
    (r"`?leadsync resolve \S+ --row \S+ --take-back`?", "its page takes a decision back"),
    (r"decide in the file that `leadsync report [^`]*` writes", "decide on the run's page"),
    (r"if it has stopped: `leadsync resume [^`]*`", "if it has stopped, its page sends the rest"),
    (
        r"give it without --fresh, or go on with that run: `leadsync resume [^`]*`",
        f"send it without {_label('fresh')}, or go on with that run on its page",
    ),
    (r"(, which goes first)?: `leadsync resume [^`]*`", r"\1; its page sends the rest"),
    (r"afterwards `leadsync retry (\S+)` sends (?:it|them)", r"afterwards retry run \1 on its page"),
    (r"`leadsync retry (\S+)` sends (?:it|them) afterwards", r"retry run \1 on its page afterwards"),
    (r", which goes first: `leadsync retry (\S+)`", r", which goes first; retry run \1 on its page"),
    (r"`leadsync show [^`]*` lists those", "the run's page lists those"),
    (r"`leadsync show [^`]*` tells what it has", "its page tells what it has"),
    (r"; (then )?use: leadsync retry (\S+)", lambda found: f"; {found[1] or ''}retry run {found[2]}"),
    (r"`leadsync resume (\S+)` sends (it|them) first, once", r"the page of run \1 sends \2 first, once"),
    (
        r"the retry file of `[^`]*report (\S+)`, corrected like this one and given in its place, sends",
        r"the retry file of run \1, corrected like this one and uploaded in its place, sends",
    ),
    (
        r"by `leadsync resolve (\S+) .*` (in place of this file, and then) to give the retry file of `.*report (\S+)`,",
        r"on the page of run \1 \2 to upload the retry file of run \3,",
    ),
    (r"`leadsync retry (\S+)` instead sends (it|them) first", r"retry run \1 on its page to send \2 first"),
    (
        r"by `leadsync resolve (\S+) [^`]*` instead, and then `leadsync retry (\S+)`, sends",
        r"on the page of run \1 instead, and then to retry run \2 there, sends",
    ),
    (r"; --skip-unchanged sends each once", f"; tick {_label('skip_unchanged')} to send each once"),
    (r"`leadsync resume` goes on", "its page goes on"),
    (r"go on with `leadsync resume(?: [^`]*)?` instead", "go on with the copy's run on its page instead"),
    (r"go on with `[^`]*` instead, without --fresh", "send the rest of that copy instead"),
    (r"go on with `leadsync retry [^`]*` instead", "retry that run on its page instead"),
    (r"`[^`]*leadsync resume [^`]*` sends (it|them) as well", r"its page sends \1 as well"),
    (r"choose another with --output", "ask who looks after leadsync"),
    (r"name another (?:folder|file) with --output", "ask who looks after leadsync"),
    (r", name the one to read, such as --sheet .*", f", choose the {_label('sheet')}"),
    (r"name the one to read, such as --sheet (.*)", rf"choose the {_label('sheet')}, such as \1"),
    # Any setting with a field.
    (r"set (headings_row) = (\S+) in \[input\]", lambda found: f"choose {found[2]} under {_label(found[1])}"),
    (
        rf"(?:set|write) ({_NAMES}) = ({_VALUE}) in \[input\]",
        lambda found: f"choose {_value(found[2])} under {_label(found[1])}",
    ),
    (rf"\b({_NAMES}) in \[input\]", lambda found: _label(found[1])),
    (rf"\[input\] ({_NAMES})\b", lambda found: _label(found[1])),
    (r"\bphone_fields\b", _label("phone_fields")),
)


_OF_RUNS: tuple[tuple[str, _Words], ...] = (
    (
        rf"; `[^`]* run [^`]*--fresh[^`]*` instead skips {_THEM}",
        rf"; to skip \1 instead, upload the sheet again and tick {_label('fresh')} and {_label('skip_unchanged')}",
    ),
    (
        r"; `[^`]* run [^`]*--fresh[^`]*` afterwards brings that back",
        f"; to bring that back afterwards, upload that sheet again and tick {_label('fresh')}",
    ),
)


_AT_THE_CELL: tuple[tuple[str, _Words], ...] = (
    (r"delete it, or set headings_row = \S+ in \[input\] if its headings are to be taken", "leave it out"),
    (
        r"(open the workbook in a spreadsheet program and save it as \.xlsx)",
        r"type its value, or \1",
    ),
    (r" or add it to blank_words in \[input\]", ""),
    (r"; to leave the column out, write .* under \[[\w.]+\] in the settings", ""),
    (r", or name the field in phone_fields", ""),
    (r"add the column, or set [\w.]+ in the settings", "add the column to the sheet, and upload it again"),
    (r"as it is, `leadsync retry [^`]*` sends it", "the page of the run can send it again as it is"),
    (r"clear its sync_status and sync_row in the report, and give that back", "upload it in a sheet of its own"),
    (r"(is to send it): leadsync resume \S+", r"\1; if it has stopped, its page sends the rest"),
    (r": `leadsync resume [^`]*`, then give this file again", ": its page sends the rest; upload this file again then"),
)
"""What takes the place of remedies in settings and commands beside a row, where the fields of its draft are not."""


def in_cell_words(text: str) -> str:
    """A sentence about a row or its cell, with what can be done at the cell; remedies in settings are left out."""
    for pattern, words in _AT_THE_CELL:
        text = re.sub(pattern, words, text)
    return in_page_words(text)


def row_message(record: RowRecord) -> str:
    """The message about a row: the dialer's words as they are, or else leadsync's own reason."""
    return record.message if record.message or record.reason is None else in_cell_words(reason_words(record.reason))


def public_message(message: str, dialer: str) -> str:
    """The dialer's words without the path of its address, a secret, also where the path stands alone."""
    message = without_address(message, dialer.rstrip("/"))
    path = dialer.removeprefix(public_address(dialer)).rstrip("/")
    return message.replace(path, "/…") if path else message


def public_record(record: RowRecord, dialer: str) -> RowRecord:
    """A row as pages may show it."""
    return replace(record, message=public_message(record.message, dialer))


def in_run_words(text: str, dialer: str) -> str:
    """A warning of a run in the words of its page, where its sheet's fields are not; without the dialer's address."""
    text = without_address(text, dialer).removeprefix("! ")
    for pattern, words in _OF_RUNS:
        text = re.sub(pattern, words, text)
    return in_page_words(text)


def without_address(text: str, dialer: str) -> str:
    """A text without the path of the dialer's address, a secret."""
    return text.replace(dialer, public_address(dialer)) if dialer else text


def in_page_words(text: str) -> str:
    """A sentence for a terminal, in the words of a draft's page."""
    for pattern, words in _IN_PAGE_WORDS:
        text = re.sub(pattern, words, text)
    return text
