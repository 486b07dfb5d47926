"""Which cells of a row are at fault: those that leadsync rejected, or that the dialer's code points at. Pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from leadsync.models import (
    CALLBACK,
    CONTACT_HOURS,
    DISPOSITION,
    EXTERNAL_ID,
    NO_CHANGE,
    PHONE,
    RowRecord,
    RunRecord,
    Status,
)
from leadsync.report.advice import CAUSES

_ROLE_OF_CODE = {
    101: EXTERNAL_ID,
    102: PHONE,
    104: PHONE,
    105: PHONE,
    106: DISPOSITION,
    107: DISPOSITION,
    108: DISPOSITION,
    111: CONTACT_HOURS,
    112: EXTERNAL_ID,
    113: EXTERNAL_ID,
    114: CALLBACK,
}
"""The field that each code complains of, by the vendor's page."""

_NOT_CORRECTED = re.compile(r"not corrected since the dialer answered (\d+)")
"""How a row is rejected that came again as it was."""
_BY_LETTER = re.compile(r"\bin column ([A-Z]{1,3})\b")
_NEXT_OF_ROW = re.compile(r"(?<=\.) (?=It )")
"""Where the next thing that is wrong with a whole row begins."""
_NO_PHONE = "there is no phone number in "
_REPEATED = "the lead stands in several rows"


class Offence(NamedTuple):
    """The positions of the cells at fault, each fault in two halves (what is wrong, and the remedy), and for each of
    the positions why."""

    positions: tuple[int, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()
    reasons: tuple[str, ...] = ()


def offence(record: RowRecord, run: RunRecord) -> Offence:
    """What is at fault in a row that did not go through; nothing where the row itself may well be right."""
    if record.status is Status.REJECTED:
        return _rejected(record, run)
    if record.status is Status.FAILED and record.code is not None:
        positions = _of_code(record.code, record, run)
        why = f"{record.code} {record.message or record.name}. {CAUSES.get(record.code, '')}".rstrip()
        return Offence(positions, reasons=(why,) * len(positions))
    return Offence()


def _of_code(code: int, record: RowRecord, run: RunRecord) -> tuple[int, ...]:
    role = _ROLE_OF_CODE.get(code)
    positions = _filling(run, role) if role else ()
    if role == PHONE and code != 102:
        # Which of the numbers the dialer means it does not say; a blank cell it cannot be.
        return tuple(at for at in positions if _is_number(record.cells[at])) or positions
    return positions


def _is_number(cell: str) -> bool:
    return cell.strip().casefold() not in ("", NO_CHANGE.casefold())


def _filling(run: RunRecord, role: str) -> tuple[int, ...]:
    return tuple(at for at, one in enumerate(run.roles) if one == role)


def _rejected(record: RowRecord, run: RunRecord) -> Offence:
    message = record.message
    if since := _NOT_CORRECTED.match(message):
        of_code = _of_code(int(since[1]), record, run)
        return Offence(of_code, (_halves(message, ""),), (message,) * len(of_code))
    # Where a heading begins like another (Phone, Phone 2), the longer one is meant.
    by_beginning = {place[0]: place for place in sorted(_named(message, record, run))}
    places = list(by_beginning.values())
    reasons: dict[int, str] = {}
    faults = []
    for index, (begin, start, position) in enumerate(places):
        end = places[index + 1][0] if index + 1 < len(places) else len(message)
        faults.append(_halves(message[start:end], run.headings[position]))
        reasons[position] = f"{message[begin:end].strip('. ')}."
    if not places:
        faults.append(_halves(message, ""))
    for sentence in _NEXT_OF_ROW.split(message):
        for found in _BY_LETTER.finditer(sentence):
            if (at := _position(found[1])) < len(run.headings):
                reasons.setdefault(at, sentence)
    elsewhere = _filling(run, PHONE) if _NO_PHONE in message else ()
    if message.startswith(_REPEATED):
        elsewhere += _filling(run, EXTERNAL_ID)
    for at in elsewhere:
        reasons.setdefault(at, message)
    return Offence(tuple(reasons), tuple(faults), tuple(reasons.values()))


def _named(message: str, record: RowRecord, run: RunRecord) -> Iterator[tuple[int, int, int]]:
    """Where the message names a column with the value it has there: the beginning, the end of that, and the column.

    A rejection reads `First Phone '8321 8199' has no area code; …. Priority '150' is …`; looked for with its value, a
    heading is not taken for another that begins like it.
    """
    for position, (heading, cell) in enumerate(zip(run.headings, record.cells, strict=False)):
        name = heading.strip()
        if not name or name not in message:
            continue
        value = cell.strip()
        place = f"{name} {value[:200]!r} " if value else f"{name} "
        if message.startswith(place):
            yield 0, len(place), position
        elif (at := message.find(f". {place}")) >= 0:
            yield at, at + len(place) + 2, position


def _halves(fault: str, heading: str) -> tuple[str, str]:
    problem, _, remedy = fault.strip().rstrip(".").partition("; ")
    return f"{heading} {problem}".strip(), remedy


def _position(letters: str) -> int:
    position = 0
    for one in letters:
        position = position * 26 + ord(one) - ord("A") + 1
    return position - 1
