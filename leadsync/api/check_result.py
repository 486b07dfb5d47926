"""The check of a sheet from Python, without sending anything."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pandas as pd

from leadsync.api.outcome_frames import typed
from leadsync.api.sheet_input import Data, SheetInput
from leadsync.journal import Entry
from leadsync.models import NoteKind
from leadsync.reasons import Rejected
from leadsync.report import new_leads, problem, reason_words, remedy
from leadsync.run import Checked, SheetScan, SheetSource, doubtful_values, expected_pace, scan_sheet
from leadsync.run.survey_text import check_as_json, repetitions
from leadsync.session import Session, SettingsGiven
from leadsync.sheets.frame_sheet import FIRST_ROW

_KINDS = pd.CategoricalDtype(["rejected", "skipped", "warning", "repair"])
_EFFECTS = (
    *("rows", "to_send", "rejected", "skipped", "dispositions", "callbacks", "new_leads", "repeated_leads", "repeated"),
    *("seconds", "ends"),
)
"""The parts of `check --json` that tell the effects of a run."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The findings of `leadsync.check`.

    :param frame: a line for each finding: ``row``, ``lead``, ``kind`` (rejected, skipped, warning or repair),
        ``column``, ``value``, ``problem``, ``remedy``, and ``sent``, the value that would be sent. The index is that of
        the frame's row, so that ``frame.loc[result.frame.index]`` are the rows with findings.
    :param columns: a line for each column: ``column``, ``field``, ``why``, and ``sample``.
    :param effects: the effects of a run by the names of ``leadsync check --json``, such as ``to_send`` and
        ``dispositions``.
    :param warnings: what to look at before sending, in sentences.
    :param exit_code: the exit code of ``leadsync check``: 3 if rows would be rejected, else 0.
    """

    frame: pd.DataFrame = field(repr=False)
    columns: pd.DataFrame = field(repr=False)
    effects: Mapping[str, Any]
    warnings: tuple[str, ...]
    exit_code: int


class _Finding(NamedTuple):
    row: int
    lead: str
    kind: str
    column: str
    value: str
    problem: str
    remedy: str = ""
    sent: str = ""


def check(
    data: Data,
    settings: SettingsGiven = None,
    campaign: str | None = None,
    *,
    name: str | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    inserts: Literal["only"] | None = None,
    dialer: str | None = None,
    state: str | Path | None = None,
) -> CheckResult:
    """Read, map and validate a DataFrame or a file, as ``leadsync check`` does; send nothing.

    The arguments are those of `sync`.

    :raises LeadsyncError: the sheet as a whole cannot be sent: SheetError, MappingError or SettingsError.
    """
    given = SheetInput(data, name, sheet, encoding, delimiter)
    session = Session(state, settings, dialer)
    chosen = session.settings().for_campaign(campaign)
    findings: list[_Finding] = []

    def take(scan: SheetScan) -> None:
        # The scan may read the sheet a second time, when the first shows other facts about its dates.
        findings.clear()
        for entry in scan.entries():
            findings.extend(_findings(entry))

    with given.opened(chosen) as (file, content), session.journal() as journal:
        now = datetime.now().astimezone()
        source = SheetSource(file, sheet or "", encoding or "", delimiter or "", content, inserts or "none")
        scan = scan_sheet(source, chosen, now, take, journal=journal)
        found = check_as_json(Checked(scan), expected_pace(journal, chosen), now)
    frame = _frame(findings)
    # By position: a frame's labels may repeat, and `loc` would give several rows for one.
    if given.frame is not None:
        frame.index = given.frame.index[[finding.row - FIRST_ROW for finding in findings]]
    return CheckResult(
        frame,
        pd.DataFrame(found["columns"], columns=["column", "field", "why", "sample"], dtype="string"),
        {effect: found[effect] for effect in _EFFECTS},
        tuple(_warnings(scan, now)),
        3 if scan.survey.rejected else 0,
    )


def _findings(entry: Entry) -> Iterator[_Finding]:
    number, lead = entry.row.number, entry.lead
    if isinstance(entry.reason, Rejected):
        for fault in entry.reason.faults:
            yield _Finding(number, lead, "rejected", fault.column, fault.value, problem(fault), remedy(fault))
    elif entry.reason is not None:
        yield _Finding(number, lead, "skipped", "", "", reason_words(entry.reason))
    for note in entry.notes:
        kind = "repair" if note.kind is NoteKind.REPAIR else "warning"
        yield _Finding(number, lead, kind, note.column, note.before, note.what, sent=note.after)


def _frame(findings: list[_Finding]) -> pd.DataFrame:
    columns = zip(*findings, strict=True) if findings else [()] * len(_Finding._fields)
    types = {"row": "Int64", "kind": _KINDS}
    frame = {
        # A blank text is a missing value in a frame.
        name: typed([value if value != "" else None for value in values], types.get(name, "string"))
        for name, values in zip(_Finding._fields, columns, strict=True)
    }
    return pd.DataFrame(frame)


def _warnings(scan: SheetScan, now: datetime) -> Iterator[str]:
    survey = scan.survey
    remarks = (
        *scan.remarks,
        *new_leads(survey.new_leads(), ended=False),
        *repetitions(survey, now, "skip_unchanged=True"),
    )
    return (str(remark) for remark in (*remarks, *doubtful_values(survey)) if remark.travels)
