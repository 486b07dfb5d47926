"""The reading of a sheet to its end, once or again: from its file to rows for the journal.

A sheet is read once, as a stream. Two facts show only further down and change the rows above: the date order of the
callback column, and the leads with several rows. If the assumption was wrong, the sheet is read again from its
beginning, with the facts learned.
"""

import dataclasses
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from leadsync.config import Chosen, Settings, SheetChoices, choices_before, reading_of
from leadsync.errors import MappingError
from leadsync.file_names import is_retry
from leadsync.journal import Journal
from leadsync.leads import ColumnMapping, Rules, map_columns, sheet_rules, with_mapping
from leadsync.long_work import told
from leadsync.models import EXTERNAL_ID, NOTE, RunRecord
from leadsync.plurals import counted
from leadsync.reimport import (
    ContextBuilder,
    Followed,
    LastSentLeads,
    Lineage,
    SheetFacts,
    Trial,
    history_of,
    newer_sheets,
    same_sheet,
    waiting_leads,
    waits_of_leads,
)
from leadsync.run.sheet_edits import NO_EDITS, SheetEdits
from leadsync.run.sheet_scan import CheckedCopy, Learned, ReadAgain, SheetScan
from leadsync.run.sheet_source import SheetSource, opened
from leadsync.spreadsheet import CHECK_PREFIX, RUN_COLUMN

if TYPE_CHECKING:
    from leadsync.sheets.table import Table


def scan_sheet(
    source: SheetSource,
    settings: Settings,
    now: datetime,
    take: Callable[[SheetScan], object],
    *,
    journal: Journal | None = None,
    hold: Callable[[str], None] = lambda _: None,
    skip_unchanged: bool = False,
    trial: Followed | None = None,
    begins_anew: Sequence[RunRecord] = (),
    tells_copies: bool = False,
    edits: SheetEdits = NO_EDITS,
    chosen: Chosen | None = None,
    since_reading: Collection[str] = (),
) -> SheetScan:
    """Read a sheet to its end and return the last scan.

    `take` gets each scan and exhausts its entries. The sheets of a report workbook that came back are read as one.
    `hold`: see `Lineage`; `since_reading`: see `LastSentLeads`. `skip_unchanged`: skip rows equal to the last ones sent
    for their leads. `trial` is an earlier run to take the rows over from; `begins_anew` are runs that end with the
    confirmation. `edits` are changes by people; what they chose for the sheet, `chosen`, is in the settings, and the
    choices of the run that a file came back from are below. Raises SheetError, MappingError or SettingsError; with
    `tells_copies` also CheckedCopy, for a copy that `check` has made.
    """
    learned, reading = Learned(), reading_of(settings, chosen)
    rules, words = sheet_rules(settings.rules(now)), _Words(source)
    while True:
        with told(words), opened(source, journal, rules) as table:
            if learned.given_headings is None and journal is not None and _came_back(table):
                learned, before = _choices_before(table, journal, learned, settings, chosen)
                settings = before.read_by(settings)
                reading = reading_of(settings, before.chosen if chosen else None)
                continue
            lineage = Lineage(journal, settings, hold, source.file)
            more = (lineage, journal, hold, trial, begins_anew, edits, since_reading)
            scan = _prepare(source, table, settings, now, learned, *more, skip_unchanged=skip_unchanged)
            scan.reading, words.scan = reading, scan
            try:
                take(scan)
            except ReadAgain as again:
                learned = again.learned
                continue
            # `checked` keeps the second reading from raising this again.
            except CheckedCopy:
                if tells_copies:
                    raise
                source = dataclasses.replace(source, checked=True)
                continue
            return scan


class _Words:
    """The words about a long reading of a sheet."""

    def __init__(self, source: SheetSource) -> None:
        self._name = Path(source.shown).name
        self.scan: SheetScan | None = None

    def __call__(self) -> str:
        rows = self.scan.survey.rows if self.scan else 0
        return f"Reading {self._name}" + (f": {counted(rows, 'row')} so far" if rows else "")


def _came_back(table: "Table") -> bool:
    return RUN_COLUMN in _names(table)


def _names(table: "Table") -> list[str]:
    return [heading.strip().lower() for heading in table.headings]


def _run_before(table: "Table", journal: Journal) -> RunRecord | None:
    """Return the run that a file came back from, by its first row with a known one; None without any."""
    # Unknown ids are remembered: a file of another journal is asked once for each of its runs, not of its rows.
    at, unknown = _names(table).index(RUN_COLUMN), {""}
    for row in table.rows():
        run_id = row.cells[at].strip() if at < len(row.cells) else ""
        if run_id in unknown or run_id.startswith(CHECK_PREFIX):
            continue
        if run := journal.find(run_id):
            return run
        unknown.add(run_id)
    return None


def _choices_before(
    table: "Table", journal: Journal, learned: Learned, settings: Settings, chosen: Chosen | None
) -> tuple[Learned, SheetChoices]:
    """The headings and the choices of the run that a file came back from."""
    run = _run_before(table, journal)
    learned = dataclasses.replace(learned, given_headings=_headings_of(run) if run else table.headings)
    return learned, choices_before(run.reading if run else "", table.headings, settings, chosen or Chosen())


def _headings_of(run: RunRecord) -> list[str]:
    """The headings that the run had at first, without a person's notes."""
    roles = run.roles or ("",) * len(run.headings)
    return [heading for heading, role in zip(run.headings, roles, strict=False) if role != NOTE]


def _rules(rules: Rules, table: "Table", learned: Learned) -> Rules:
    """The rules for the sheet at hand."""
    known = dataclasses.replace(
        rules,
        is_workbook=bool(table.sheet),
        epoch_1904=table.epoch_1904 or learned.given_1904,
        sheet_order=learned.given_order or learned.date_order,
        swapped_date_cells=learned.swapped_date_cells,
    )
    return with_mapping(learned.given_headings or table.headings, known)


def _mapped(table: "Table", rules: Rules) -> ColumnMapping:
    """The mapping of a sheet's columns. Raises MappingError, with the remarks on the reading: it may be the reason."""
    try:
        return map_columns(table.headings, rules)
    except MappingError as error:
        raise MappingError(" ".join([str(error), *(remark.text for remark in table.remarks)])) from error


def _prepare(
    source: SheetSource,
    table: "Table",
    settings: Settings,
    now: datetime,
    learned: Learned,
    lineage: Lineage,
    journal: Journal | None,
    hold: Callable[[str], None],
    trial: Followed | None,
    begins_anew: Sequence[RunRecord],
    edits: SheetEdits,
    since_reading: Collection[str],
    *,
    skip_unchanged: bool,
) -> SheetScan:
    rules = _rules(settings.rules(now), table, learned)
    mapping = _mapped(table, rules)
    # A sheet that came back from a run is not read anew after a trial.
    follows = trial if journal is not None and (source.checked or not mapping.sync) else None
    sheet = SheetFacts(
        columns=mapping.columns,
        fields=frozenset(column.field for column in mapping.columns),
        id_heading=next(column.heading for column in mapping.columns if column.field == EXTERNAL_ID),
        phone_fields=rules.input.phone_fields,
        duplicates=rules.input.duplicates,
        skip_unchanged=skip_unchanged or rules.input.skip_unchanged,
        came_back=bool(mapping.sync),
        is_workbook=bool(table.parts),
        is_retry=is_retry(source.file.name),
        is_trial=follows is not None,
        repeated=learned.repeated,
        left_out=edits.left_out,
    )
    last_sent, behind = None, dict(learned.behind)
    # `check` without an address knows no dialer, and a lead's last payload belongs to one.
    if journal is not None and lineage.has_place:
        ended = [run.id for run in begins_anew if run.sheet == table.sheet]
        known = (ended, learned.as_last_sent, since_reading, follows.run.id if follows is not None else "")
        last_sent = LastSentLeads(journal, settings.url(), settings.ids(), *known)
        behind = {**waits_of_leads(one for run_id in ended for one in journal.rows_ahead(run_id)), **behind}
    before, unsent = None, list[int]()
    if journal is not None and follows is not None:
        before, unsent = _trial(journal, follows, hold, source, learned)
    only = source.inserts == "only"
    seen = (behind, unsent, learned.decided_below)
    builder = ContextBuilder(sheet, mapping.sync, lineage, last_sent, before, *seen, inserts_only=only)
    finds_order = rules.input.date_order == "auto" and not learned.given_order
    return SheetScan(source, table, mapping, rules, learned, lineage, builder, sheet, edits, finds_order=finds_order)


def _trial(
    journal: Journal, follows: Followed, hold: Callable[[str], None], source: SheetSource, learned: Learned
) -> tuple[Trial, list[int]]:
    """The followed run to be asked about the sheet's rows, and the rows that it has still to send."""
    run = follows.run
    tried, unsent = journal.tried(run.id)
    newer, waiting = newer_sheets(journal, run), waiting_leads(journal, run).wait
    history = history_of(journal, follows, hold, source.file)
    return Trial(run, tried, history, learned.several, newer, waiting, same_sheet(journal, run)), unsent
