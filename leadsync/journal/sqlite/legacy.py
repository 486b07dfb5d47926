"""Reasons that journals before version 10 kept as sentences, read once, when such a journal is brought up to date.

Only the reasons behind rules become values. The sentence itself stays, and reports go on showing it.
"""

import json
import re
import sqlite3

from leadsync.journal.json_text import reason_json
from leadsync.reasons import Fault, FaultKind, Reason, Rejected, Skip, SkipKind

_CORRUPTED = r"(?:^|\. ){heading} '(?P<value>[^']*)' was '(?P<was>\d+)' in run (?P<run>[^ :]+): a spreadsheet program"
_WAITS = re.compile(r"waits for row (?P<row>\d+) of the same lead, ")
_WAITS_THERE = re.compile(r"waits for row (?P<row>\d+) of run (?P<run>[^ ,]+), which a person has to decide first")
_UNDECIDED = re.compile(
    r"run (?P<run>\S+) (?:(?P<calls>calls it)|has it as|sent it since, and a person has to decide there:) "
    r"(?P<status>conflict|unknown)"
)
_NOT_CORRECTED = re.compile(
    r"not corrected since (?:the dialer answered (?P<code>\d+)|it did not).*`leadsync retry (?P<run>[^`]+)`"
)


def keep_reasons_as_values(connection: sqlite3.Connection) -> None:
    """Give the old rows their reasons as values."""
    headings = {
        run: [heading.strip() for heading in json.loads(text)]
        for run, text in connection.execute("SELECT run, headings FROM runs")
    }
    found = connection.execute(
        "SELECT run, number, message FROM rows WHERE state IN ('rejected', 'skipped', 'pending') AND message <> ''"
    ).fetchall()
    known = ((reason_json(reason_in(message, headings[run])), run, number) for run, number, message in found)
    connection.executemany(
        "UPDATE rows SET reason = ? WHERE run = ? AND number = ?", (values for values in known if values[0])
    )


def reason_in(message: str, headings: list[str]) -> Reason | None:
    """The reason in a sentence of an earlier leadsync; None if no rule depends on it."""
    if waits := _WAITS.match(message):
        return Skip(SkipKind.WAITS_FOR_DECISION, row=int(waits["row"]))
    if waits := _WAITS_THERE.match(message):
        return Skip(SkipKind.WAITS_FOR_DECISION, waits["run"], int(waits["row"]))
    if undecided := _UNDECIDED.match(message):
        kind = SkipKind.CALLED if undecided["calls"] else SkipKind.BY_NOW
        return Skip(kind, undecided["run"], status=undecided["status"])
    if again := _NOT_CORRECTED.match(message):
        return Skip(SkipKind.STILL_FAILING, again["run"], code=int(again["code"]) if again["code"] else None)
    faults = tuple(fault for heading in headings for fault in _corrupted(message, heading))
    return Rejected(faults) if faults else None


def _corrupted(message: str, heading: str) -> list[Fault]:
    """The faults of the column's cell; a heading may hold apostrophes, and so the known ones are looked for."""
    return [
        Fault(heading, said["value"], FaultKind.CORRUPTED_NUMBER, said["was"], {"run": said["run"]})
        for said in re.finditer(_CORRUPTED.replace("{heading}", re.escape(heading)), message)
    ]
