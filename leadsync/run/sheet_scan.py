"""One reading of a sheet: its rows for the journal, with a decision for each."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, get_args

from leadsync.errors import SheetError
from leadsync.journal import CheckedSheet, Effects, Entry, State
from leadsync.leads import (
    CallbackDoubts,
    Column,
    ColumnMapping,
    DateOrder,
    DateSurvey,
    RowMapper,
    Rules,
    UnsentColumns,
    fields_of,
    heading_names,
    phones_meant,
)
from leadsync.models import CALLBACK, NOTE, PHONE, SYSTEM_FIELDS, Row
from leadsync.plurals import agreeing, counted
from leadsync.reasons import FaultKind, Rejected, Skip, SkipKind
from leadsync.reimport import (
    Context,
    ContextBuilder,
    Decision,
    Lineage,
    Repeated,
    RowKey,
    Send,
    SheetFacts,
    decide,
    left_behind_remark,
    rules_for,
)
from leadsync.remarks import Remark
from leadsync.run.sheet_edits import SheetEdits
from leadsync.run.sheet_source import SheetSource
from leadsync.run.survey import Survey
from leadsync.run.value_remarks import below_words, encoded_values, no_leads, null_words, shared_ids, spellings
from leadsync.spreadsheet import HeadingNames, loose

if TYPE_CHECKING:
    from leadsync.sheets.table import Table

_MOST_LISTED = 20
_TITLES = (FaultKind.TOTAL_BETWEEN, FaultKind.NO_LEAD)
"""Of lines among the leads, perhaps above other rows."""
NO_CELLS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Learned:
    """What an earlier reading of the sheet showed."""

    date_order: DateOrder | None = None
    """The order that `date_order = "auto"` has found."""
    swapped_date_cells: bool = False
    given_order: DateOrder | None = None
    """The order in which the run read its dates that the sheet's rows come from,"""
    given_1904: bool = False
    """and whether its day numbers count from 1904."""
    given_headings: Sequence[str] | None = None
    """The headings by which the run chose its mapping."""
    repeated: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """The rows of each lead with several, if not all duplicates are sent."""
    several: Mapping[str, Sequence[RowKey]] = field(default_factory=dict)
    """The rows of each lead with several, as far as an earlier run of the sheet has tried the lead."""
    as_last_sent: Mapping[str, Repeated] = field(default_factory=dict)
    """What the rows of each lead with several repeat of what it was last sent."""
    behind: Mapping[str, Skip] = field(default_factory=dict)
    """The leads with an undecided row, and why their other rows wait, those above it too."""
    decided_below: Mapping[tuple[str, int], State] = field(default_factory=dict)
    """The states, by run and number, of rows that are decided below a row of their lead that comes before them."""


class ReadAgain(Exception):  # noqa: N818 - a signal to `scan_sheet`, not an error
    """Read the sheet from its beginning, with these facts."""

    def __init__(self, learned: Learned) -> None:
        super().__init__()
        self.learned = learned


class CheckedCopy(Exception):  # noqa: N818 - a signal as well
    """The file is a copy that `check` has made of this sheet; `name` is the sheet's name in the workbook."""

    def __init__(self, sheet: CheckedSheet, name: str) -> None:
        super().__init__()
        self.sheet = sheet
        self.name = name


class SheetScan:
    """One reading of a sheet: its rows for the journal, and the facts found on the way."""

    def __init__(
        self,
        source: SheetSource,
        table: "Table",
        mapping: ColumnMapping,
        rules: Rules,
        learned: Learned,
        lineage: Lineage,
        builder: ContextBuilder,
        sheet: SheetFacts,
        edits: SheetEdits,
        *,
        finds_order: bool,
    ) -> None:
        self.source = source
        self.table = table
        self.mapping = mapping
        self.lineage = lineage
        self.survey = Survey(_no_ids(self.headings, heading_names(rules)))
        self.reading = ""
        """The settings for reading the sheet, as a run keeps them."""
        self.date_order = rules.date_order
        self.epoch_1904 = rules.epoch_1904
        self.fields = fields_of(rules)
        self._input_rules = rules
        self._mapper = RowMapper(mapping, rules)
        self._callback_doubts = CallbackDoubts(mapping.columns, rules)
        self._unsent = UnsentColumns(mapping.columns, list(mapping.sync.values()))
        self._learned = learned
        self._builder = builder
        self._sheet = sheet
        self._edits = edits
        self._rules = rules_for(sheet)
        self._callback = next((column for column in mapping.columns if column.field == CALLBACK), None)
        self._dates = DateSurvey()
        self._finds_order = finds_order
        self._first_rows: dict[str, int] = {}
        self._repeated: dict[str, list[int]] = {}
        self._dropped = 0
        self._no_leads: list[int] = []
        self._date_doubts: list[str] = []

    @property
    def sent_elsewhere(self) -> Collection[tuple[str, int]]:
        """See `Transfer.sent_elsewhere`; complete after the last entry."""
        return self._builder.transfer.sent_elsewhere

    @property
    def effects(self) -> Effects:
        """The effects on rows of earlier runs; complete after the last entry."""
        builder = self._builder
        return replace(builder.transfer.effects, waiting=builder.behind.keys(), left_behind=builder.left_behind)

    @property
    def has_decisions(self) -> bool:
        """Whether the sheet holds a person's decisions on rows of earlier runs."""
        return self._builder.corrections.decisions > 0

    @property
    def undo_newer(self) -> Sequence[int]:
        """The rows to be sent that would undo what their leads were sent since they were first read."""
        return self._builder.corrections.undone

    @property
    def sent_again(self) -> Mapping[str, Sequence[int]]:
        """The rows to be sent with another text than the one that went through, by the run of that."""
        return self._builder.losses.again

    @property
    def headings(self) -> tuple[str, ...]:
        """The sheet's headings without leadsync's own."""
        return _without(self.table.headings, self.mapping)

    @property
    def roles(self) -> tuple[str, ...]:
        """The role of each of these columns, to find the cell at fault later."""
        return _without(tuple(self._role(column) for column in self.mapping.columns), self.mapping)

    @property
    def proposed(self) -> dict[str, str]:
        """The headings of campaign fields with the fields perhaps meant; complete after the first rows."""
        return {**self.mapping.meant, **phones_meant(self.mapping.columns, self.survey.samples, self._input_rules)}

    def _role(self, column: Column) -> str:
        if column.heading in self.lineage.notes:
            return NOTE
        if column.field in self._sheet.phone_fields:
            return PHONE
        return column.field if column.field in SYSTEM_FIELDS else ""

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Remarks about guesses and other facts; complete after the last entry."""
        remarks = [*self.table.remarks, *self.mapping.remarks, *map(Remark.fact, self.lineage.remarks)]
        remarks += map(Remark.doubtful, self._date_doubts)
        remarks += self._callback_doubts.remarks()
        remarks += self._unsent.remarks()
        remarks += null_words(self._mapper.null_words)
        remarks += encoded_values(self.survey)
        remarks += spellings(self.survey)
        remarks += no_leads(self.survey)
        remarks += below_words(self.survey)
        remarks += shared_ids(self.survey)
        remarks += self._builder.corrections.remarks()
        left_behind = self._builder.left_behind.items()
        remarks += (left_behind_remark(run_id, numbers, "copy") for run_id, numbers in left_behind)
        remarks += self._builder.losses.remarks()
        if not self.survey.rows:
            remarks.append(
                Remark(f"{self.source.file.name} has headings and no rows below them: there is nothing to send.")
            )
        if self._no_leads:
            rows = counted(
                len(self._no_leads),
                "row is a total, a rule, a footer or the headings once more",
                "rows are totals, rules, footers or the headings once more",
            )
            skipped = f"{rows}, and not sent: {listed_rows(self._no_leads)}."
            remarks.append(Remark(skipped, loud=True, kept=True))
        if self._dropped:
            rows = counted(self._dropped, "row names", "rows name")
            repeated = f"{rows} a lead that stands in several rows; duplicates = {self._sheet.duplicates!r}."
            remarks.append(Remark(repeated))
        return tuple(remarks)

    def entries(self) -> Iterator[Entry]:
        """Every row of the sheet; fills `survey` and `effects`."""
        in_order = self._sheet.duplicates == "in_order"
        for chunk in map(self._unsent.look_at, self._chunks()):
            # Before the chunk's rows: the runs behind them may change the date order, and with it the whole reading.
            self._builder.look_at(chunk)
            self._look_at_origins()
            self.survey.sample(chunk)
            self._callback_doubts.look_at(chunk)
            for context in self._builder.contexts(chunk, self._mapper.map(chunk)):
                if not in_order and context.mapped.external_id:
                    self._count(context.mapped.external_id, context.row.number)
                decision = decide(context, self._rules)
                self._builder.note(context, decision)
                self._look_at_date(context, decision)
                yield self._entry(context, decision)
            if self._finds_order and len(self._dates.fitting) == 1:
                # A large sheet is read anew at once, not at its end.
                self._read_dates_in(self._dates.fitting[0])
        self._conclude()

    def _chunks(self) -> Iterator[list[Row]]:
        """The sheet's rows, with the changes by people."""
        if not self._edits.cells:
            return self.table.chunks()
        sync = set(self.mapping.sync.values())
        return ([self._edits.applied_to(row, sync) for row in chunk] for chunk in self.table.chunks())

    def _entry(self, context: Context, decision: Decision) -> Entry:
        """The row for the journal. A skipped row keeps its lead: a later file shows then whether it was corrected."""
        row, sync, sheet_row = context.row, NO_CELLS, None
        if self.mapping.sync:
            sheet_row = self.lineage.sheet_row(context.claim)
            sync = {name: row.cells[place] for name, place in self.mapping.sync.items()}
            row = _without_sync_columns(row, self.mapping)
        mapped, known = context.mapped, (sync, sheet_row)
        if isinstance(decision, Send):
            lead = decision.lead
            self.survey.accept(row.number, lead)
            if row.doubted:
                self.survey.doubted.append(row.number)
            if context.trial is not None and context.trial.failed:
                answer, field = context.trial.failed
                heading = next((column.heading for column in self.mapping.columns if column.field == field), "")
                self.survey.warn(row.number, f"failed in the trial: {answer}", heading, lead.fields.get(field, ""))
            if decision.repeats:
                last = decision.repeats
                self.survey.repeat(last.time, last.run_id, can_be_skipped=context.is_repetition)
            return Entry(row, lead.external_id, lead.fields, lead.harmless, State.PENDING, None, lead.notes, *known)
        self.survey.id_doubts.pass_over(row.number, is_title=_may_be_title(row))
        if isinstance(decision, Rejected):
            if any(fault.kind is FaultKind.WORDS_ALONE for fault in row.faults):
                self.survey.words_alone.append(row.number)
            self._dropped += any(fault.kind is FaultKind.SEVERAL_ROWS for fault in decision.faults)
            self.survey.reject(row.number, decision)
            return Entry(row, mapped.external_id, {}, False, State.REJECTED, decision, (), *known)
        self._dropped += decision.kind is SkipKind.OTHER_ROW_COUNTS
        if decision.kind is SkipKind.NO_LEAD:
            self._no_leads.append(row.number)
        self.survey.skip(decision)
        if isinstance(mapped, Rejected):
            return Entry(row, mapped.external_id, {}, False, State.SKIPPED, decision, (), *known)
        return Entry(
            row, mapped.external_id, mapped.fields, mapped.harmless, State.SKIPPED, decision, mapped.notes, *known
        )

    def _count(self, lead: str, number: int) -> None:
        first = self._first_rows.setdefault(lead, number)
        if first != number:
            self._repeated.setdefault(lead, [first]).append(number)

    def _look_at_origins(self) -> None:
        """Dates that come back are read as they were when they came first: few are left, and may fit any order."""
        if self.lineage.checked is not None and not self.source.checked:
            raise CheckedCopy(self.lineage.checked, self.table.sheet)
        if self._learned.given_order or not self.mapping.sync:
            return
        order = next((order for order in get_args(DateOrder) if order == self.lineage.date_order), self.date_order)
        if self.lineage.date_order:
            self._finds_order = False
        epoch_1904 = self.epoch_1904 or self.lineage.epoch_1904
        if (order, epoch_1904) != (self.date_order, self.epoch_1904):
            raise ReadAgain(replace(self._learned, given_order=order, given_1904=epoch_1904))

    def _look_at_date(self, context: Context, decision: Decision) -> None:
        """Count the row's callback cell if the row will be sent, or would be but for that cell."""
        column = self._callback
        if column is None or isinstance(decision, Skip):
            return
        if isinstance(decision, Rejected) and any(fault.column != column.heading for fault in decision.faults):
            return
        row, cell = context.row, context.row.cells[column.position]
        date_cell = column.position in row.dates
        # A program changes no date cell that was one before: only others may be swapped.
        if date_cell and context.is_as_before(column):
            return
        if not row.faults or isinstance(decision, Send):
            self._dates.add(row.number, cell, date_cell=date_cell)

    def _check_dates(self) -> None:
        """Read the sheet anew if its dates stand in another order, or its date cells are swapped."""
        if self._callback is None:
            return
        heading, learned = self._callback.heading, self._learned
        found = self._dates.order(heading) if self._finds_order else None
        if found:
            self._read_dates_in(found)
        if self._dates.is_swapped and not learned.swapped_date_cells:
            raise ReadAgain(replace(learned, swapped_date_cells=True))
        self._date_doubts = self._dates.doubts(heading, self.date_order, chosen=found is not None)

    def _read_dates_in(self, order: DateOrder) -> None:
        if order == self.date_order:
            return
        if self._learned.date_order:
            # The rows to be sent depend on the order here: an unchanged row in one order is a new date in another.
            raise SheetError(
                f'{self.source.shown}: date_order = "auto" finds no order; set date_order in [input] to "dmy", "mdy" '
                'or "ymd".',
                names_file=True,
            )
        raise ReadAgain(replace(self._learned, date_order=order))

    def _conclude(self) -> None:
        """The whole sheet is known now: is all of it as it was assumed to be?"""
        self._check_dates()
        if self._repeated != self._learned.repeated:
            raise ReadAgain(replace(self._learned, repeated=self._repeated))
        if (several := self._builder.several) != self._learned.several:
            # Without the facts below: rows may have been taken for others.
            raise ReadAgain(replace(self._learned, several=several, behind={}, as_last_sent={}))
        # Together: of the rows that wait none repeats anything.
        behind, repeated = self._builder.behind, self._builder.repeated()
        below = self._builder.decided_below
        if (behind, repeated, below) != (self._learned.behind, self._learned.as_last_sent, self._learned.decided_below):
            raise ReadAgain(replace(self._learned, behind=behind, as_last_sent=repeated, decided_below=below))


def _may_be_title(row: Row) -> bool:
    """Whether a line that is not sent may be a title: told as one, or with one cell at fault, as without commas."""
    is_alone = bool(row.faults) and sum(map(bool, map(str.strip, row.cells))) == 1
    return is_alone or any(fault.kind in _TITLES for fault in row.faults)


def _no_ids(headings: Sequence[str], names: HeadingNames) -> set[str]:
    """The headings that no lead's id is: known ones, and the sheet's own where only the id's is known, as in a form."""
    own = {*map(loose, headings)} - {""}
    return {*names.fields, *(own if own & names.fields <= names.ids else ())}


def listed_rows(numbers: Sequence[int]) -> str:
    """The first of some rows by their numbers, such as `rows 2, 3 and 1,204 more`."""
    shown, more = ", ".join(map(str, numbers[:_MOST_LISTED])), len(numbers) - _MOST_LISTED
    return f"{agreeing(len(numbers), 'row')} {shown}" + (f" and {more:,} more" if more > 0 else "")


def _without_sync_columns(row: Row, mapping: ColumnMapping) -> Row:
    """The row without leadsync's own columns; the files get new ones."""
    taken = set(mapping.sync.values())
    # Positions move to the left by the sync_* columns before them.
    dates = tuple(at - sum(other < at for other in taken) for at in row.dates if at not in taken)
    return row._replace(cells=_without(row.cells, mapping), dates=dates)


def _without(cells: tuple[str, ...], mapping: ColumnMapping) -> tuple[str, ...]:
    taken = set(mapping.sync.values())
    return tuple(cell for position, cell in enumerate(cells) if position not in taken) if taken else cells
