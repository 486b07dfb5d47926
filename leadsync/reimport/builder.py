"""Puts the contexts of a file's rows together, in the file's order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from leadsync.errors import SheetError
from leadsync.journal import LastSent, Origin, State
from leadsync.leads import as_insert
from leadsync.models import Lead, Row, Status
from leadsync.reasons import Fault, Rejected, Skip, SkipKind
from leadsync.reimport.claims import MOST_DIGITS, NO_CLAIM, Claim, claim_of
from leadsync.reimport.context import Before, Context, SheetFacts
from leadsync.reimport.corrections import Corrections, is_changed
from leadsync.reimport.earlier_failures import did_not_go, own_row_waits
from leadsync.reimport.lineage import Earlier, Lineage
from leadsync.reimport.losses import LossesOfSheets
from leadsync.reimport.newer_payloads import Reading, undoes
from leadsync.reimport.repetitions import Repeated
from leadsync.reimport.rows_ahead import NONE_DECIDED
from leadsync.reimport.rules import Decision, Send, says_the_same, several_rows
from leadsync.reimport.same_rows import RowKey
from leadsync.reimport.transfer import Transfer
from leadsync.reimport.trial import Trial
from leadsync.reimport.unchanged import LastSentLeads, behind, digest_of
from leadsync.reimport.workbook import heading_name
from leadsync.report import DECISION_COLUMN

_UNDECIDED = (State.UNKNOWN, State.CONFLICT)
NONE_BEHIND: Mapping[str, Skip] = {}


class ContextBuilder:
    """Knows what the rows above have shown. `sync` are the positions of the sync_* columns; with `inserts_only` all
    rows add leads. `behind` is what an earlier reading has shown, `left` are the rows that the trial has still to send.
    `decided_below` are the states of rows that are decided further down than an earlier row of their lead. Note each
    context's decision before asking for the next context."""

    def __init__(
        self,
        sheet: SheetFacts,
        sync: Mapping[str, int],
        lineage: Lineage,
        last_sent: LastSentLeads | None,
        trial: Trial | None,
        behind: Mapping[str, Skip] = NONE_BEHIND,
        left: Sequence[int] = (),
        decided_below: Mapping[tuple[str, int], State] = NONE_DECIDED,
        *,
        inserts_only: bool,
    ) -> None:
        self._sheet = sheet
        self._sync = sync
        self._lineage = lineage
        self._last_sent = last_sent
        self._trial = trial
        self._inserts_only = inserts_only
        self._seen: dict[tuple[str, str], Claim] = {}
        self._lines: set[int] = set()
        self._going: set[tuple[str, int]] = set()
        """The rows of sheets that go from a line further up, whichever of their runs it names."""
        self._sent: dict[int, bool] = {}
        """A digest of each row to be sent of a file that came back, and whether its row is known."""
        self._behind = dict(behind)
        self._decided_below = decided_below
        self._waited_for: set[tuple[str, int]] = set()
        self._left = trial.released(left) if trial is not None else left
        self.transfer = Transfer()
        if trial is not None:
            # From its confirmation on, this run has the trial's unsent rows.
            self.transfer.release(trial.run_id, self._left)
        self.corrections = Corrections()
        self.losses = LossesOfSheets(lineage.chosen_options)

    def look_at(self, rows: Sequence[Row]) -> None:
        """Find the earlier runs of these rows, before anything in them is read."""
        if self._sync:
            # Each run once, in the file's order: reading a run takes its lock, and its settings decide how the rows are
            # read.
            for run_id in dict.fromkeys(claim_of(row, self._sync).run for row in rows):
                self._lineage.earlier(run_id)

    def contexts(self, rows: Sequence[Row], leads: Sequence[Lead | Rejected]) -> Iterator[Context]:
        """The contexts of a chunk's rows and their mappings."""
        if self._sync:
            yield from self._of_rows_that_came_back(rows, leads)
            return
        if self._inserts_only:
            leads = [self._as_insert(mapped) for mapped in leads]
        self._look_up(leads)
        for row, mapped in zip(rows, leads, strict=True):
            yield self._tried(self._sent_before(Context(self._sheet, row, mapped)))

    def _sent_before(self, context: Context) -> Context:
        """The context with the payloads that any run has sent the lead."""
        sent, mapped, lead = self._last_sent, context.mapped, context.mapped.external_id
        if sent is None:
            return context
        last, undecided = sent.get(mapped), sent.undecided(mapped) if isinstance(mapped, Lead) else ()
        if undecided:
            undecided = [one for one in undecided if not self.transfer.is_decided(one.run_id, one.number)]
        if last is None and not undecided and lead not in self._behind:
            return context
        is_repetition = isinstance(mapped, Lead) and sent.is_repetition(mapped)
        equal_sent = sent.equal(mapped) if isinstance(mapped, Lead) else None
        return context._replace(
            last_sent=last,
            undecided_sent=undecided,
            behind=self._behind.get(lead),
            equal_sent=equal_sent,
            is_repetition=is_repetition,
            is_older=isinstance(mapped, Lead) and sent.is_older(mapped),
        )

    def _tried(self, context: Context) -> Context:
        """The context with the row of an earlier run of the same sheet."""
        # A row left out for another row of its lead has no place in the trial's order of that lead.
        if self._trial is None or several_rows(context):
            return context
        # The followed run has this row, or began the sheet anew behind it and left its lead out.
        lead = context.mapped.external_id
        first = next((sent for sent in context.undecided_sent if self._trial.waits_for(lead, sent)), None)
        waits = Skip(SkipKind.WAITS_FOR_DECISION, first.run_id, first.number) if first is not None else None
        context = context._replace(behind=context.behind or waits or self._trial.waits_still(lead))
        row = context.row
        own = self._lineage.sheet_row(context.claim) if self._lineage.checked is not None else row.number
        if isinstance(context.mapped, Lead):
            trial, last = self._trial.match(context.mapped, row.number, own), context.last_sent
            if waits is not None:
                self._trial.refuse_corrected(context.mapped, waits)
            is_older = context.is_older and last is not None and not self._trial.compares(context.lead, last)
            return context._replace(trial=trial, is_older=is_older or (trial is not None and trial.is_older))
        cells = [cell for at, cell in enumerate(row.cells) if at not in self._sync.values()]
        return context._replace(trial=self._trial.match_rejected(context.mapped.external_id, row.number, cells, own))

    def note(self, context: Context, decision: Decision) -> None:
        """The row was decided: rows below depend on it."""
        if self._sync and isinstance(decision, Send) and self._is_repeated(context, decision.lead):
            context = context._replace(copied=True)
        if context.origin is not None or context.trial is not None:
            self.transfer.note(context, decision)
        undoes = isinstance(decision, Send) and decision.undoes is not None
        if undoes or context.origin is not None or context.trial is not None or context.claim is not NO_CLAIM:
            self.corrections.note(context, decision)
        self._note_losses(context, decision)
        if self._trial is not None and isinstance(context.mapped, Lead) and not several_rows(context):
            self._trial.note(context.mapped, context.row.number, decision, self.losses)
        if isinstance(decision, Skip) and (waits := behind(decision)):
            self._behind.setdefault(context.mapped.external_id, waits)
        if isinstance(decision, Skip) and decision.kind is SkipKind.WAITS_FOR_DECISION and decision.row is not None:
            self._waited_for.add((decision.run, decision.row))
        skipped_as = decision.kind if isinstance(decision, Skip) else None
        by_now = skipped_as is SkipKind.BY_NOW
        goes = isinstance(decision, Send) or by_now or skipped_as in (SkipKind.UNCHANGED, SkipKind.SENT_SINCE)
        if goes and context.last_sent is not None and self._last_sent is not None and isinstance(context.mapped, Lead):
            self._last_sent.note(context.mapped, by_now=by_now)

    @property
    def behind(self) -> Mapping[str, Skip]:
        """The leads with a row that was skipped for an undecided payload, and why their other rows wait; complete after
        the last row."""
        return self._behind

    @property
    def decided_below(self) -> Mapping[tuple[str, int], State]:
        """The states, by run and number, of the rows that the file decides on below a row that waited for them;
        complete after the last row."""
        states = self.transfer.states
        return {**self._decided_below, **{row: states[row] for row in self._waited_for & states.keys()}}

    @property
    def left_behind(self) -> Mapping[str, Sequence[int]]:
        """The rows left of the followed run that a copy of its sheet does not hold; complete after the last row."""
        missing = self._trial.missing(self._left) if self._trial is not None and self._sync else ()
        return {self._trial.run_id: missing} if self._trial is not None and missing else {}

    def _note_losses(self, context: Context, decision: Decision) -> None:
        """A row of an earlier run is sent: compare it with the same row in the runs of its sheet and its copies."""
        earlier, number = self._lineage.earlier(context.claim.run), context.claim.number
        if earlier is None or number is None or number not in earlier.origins or not isinstance(decision, Send):
            return
        self._going.add(earlier.row_of_sheet(number))
        # A payload that is undone is told by its lead.
        if not decision.undoes:
            earlier.note(self.losses, context.row.number, number, decision)

    @property
    def several(self) -> Mapping[str, Sequence[RowKey]]:
        """See `Trial.several`; complete after the last row."""
        return self._trial.several if self._trial is not None else {}

    def repeated(self) -> Mapping[str, Repeated]:
        """See `LastSentLeads.repeated`; complete after the last row."""
        return self._last_sent.repeated() if self._last_sent is not None else {}

    def _of_rows_that_came_back(self, rows: Sequence[Row], leads: Sequence[Lead | Rejected]) -> Iterator[Context]:
        claims = [self._waited_claim(self._claim(row, mapped)) for row, mapped in zip(rows, leads, strict=True)]
        mapped_rows = [self._restored(claim, mapped) for claim, mapped in zip(claims, leads, strict=True)]
        self._look_up(mapped_rows)
        before = self._cells_before(claims, mapped_rows)
        for row, claim, mapped in zip(rows, claims, mapped_rows, strict=True):
            # The claim's own run, not the last one: corrections are shown against the row as it was read at first.
            known = before.get((claim.run, claim.number), {}) if claim.number is not None else {}
            yield self._context(row, claim, mapped, known)

    def _claim(self, row: Row, mapped: Lead | Rejected) -> Claim:
        """The row's claim, without a decision that decides nothing."""
        claim = claim_of(row, self._sync)
        if not claim.decision or (known := self._known(claim)) is None:
            return claim
        _, number, origin = known
        _check_lead(row, claim, mapped, origin)
        if self._may_decide(row, claim, origin, number):
            return claim
        self.corrections.decided_for_nothing.append(row.number)
        return replace(claim, decision="")

    def _known(self, claim: Claim) -> tuple[Earlier, int, Origin] | None:
        """The run that a claim names, and the row's number and state there; None if the journal does not know it."""
        earlier, number = self._lineage.earlier(claim.run), claim.number
        if earlier is None or number is None or number not in earlier.origins:
            return None
        return earlier, number, earlier.origins[number]

    def _waited_claim(self, claim: Claim) -> Claim:
        """The claim of a row that only waited in its run: of the row that was given back to that run, if any."""
        if claim.decision or (known := self._known(claim)) is None:
            return claim
        earlier, number, origin = known
        reason = origin.reason
        if origin.state is not State.SKIPPED or not isinstance(reason, Skip):
            return claim
        if reason.is_added or (reason.waits_in_sheet and not earlier.run.retry_of):
            # The run with the row that goes first may have no other row in the file.
            self._lineage.earlier(reason.run)
            return replace(claim, status=Status.SKIPPED if number in earlier.waiting.settled else "")
        if reason.of_row is None:
            return claim
        return self._waited_claim(Claim(run=reason.of_run, row=str(reason.of_row)))

    def _context(self, row: Row, claim: Claim, mapped: Lead | Rejected, before: dict[str, Before]) -> Context:
        lead = mapped.external_id
        context = self._sent_before(Context(self._sheet, row, mapped, claim, second_line=self._is_second(row, claim)))
        if (known := self._known(claim)) is None:
            if claim.decision:
                raise SheetError(_no_row(row, claim))
            if claim.lead:
                context = context._replace(before={heading_name(self._sheet.id_heading): Before(claim.lead, claim.run)})
            # Without its number a row is a new one, whatever run it names.
            is_own = not claim.run or claim.number is None
            is_new = (is_own or claim.of_check) and self._lineage.has_runs
            is_added = (is_new or is_own) and _went(context.last_sent)
            if is_new:
                behind = context.behind or self._lineage.ahead_of_added(lead, self.transfer.is_decided)
                context = context._replace(behind=behind, is_new=is_own)
            return self._tried(context._replace(added=is_added, copied=claim.of_check and self._is_copied(claim, lead)))
        earlier, number, origin = known
        lead = lead or origin.lead
        if own_row_waits(origin):
            added = isinstance(origin.reason, Skip) and origin.reason.is_added and _went(context.last_sent)
            waits = self._still_to_go(earlier.waiting.wait.get(number))
            waits = waits or self._lineage.ahead_of_added(lead, self.transfer.is_decided)
            context = context._replace(behind=context.behind or waits, added=added)
        context = self._before_doubt(context, earlier, number)
        is_by_now, places = number in earlier.waiting.by_now, self._places(earlier, number)
        return context._replace(
            second_line=context.second_line or earlier.row_of_sheet(number) in self._going,
            origin=origin,
            settled=earlier.waiting.settled.get(number)
            or (earlier.sent_elsewhere(number, mapped) if is_by_now else None),
            same_place=earlier.same_place,
            later=(later := earlier.descendants.get(number, ())),
            is_taken=bool(later) and earlier.is_taken(number, mapped),
            later_row=next(filter(None, (one.later_row(lead, row) for one, row in places)), None),
            is_older=(last := context.last_sent) is not None and earlier.is_older(number, last),
            # A row that waited goes behind what its lead was sent meanwhile, be it the same.
            sent_since=None if is_by_now else _sent_since(context, earlier.reading_of(number)),
            ahead=self._ahead(lead, mapped, origin, places),
            before=before,
        )

    def _before_doubt(self, context: Context, earlier: Earlier, number: int) -> Context:
        """The context with what the lead took before its last payload, if that one is in doubt, no newer than the row,
        and hides a newer one."""
        sent, mapped, last = self._last_sent, context.mapped, context.last_sent
        went = sent.went_before(mapped) if sent is not None else None
        if went is None or last is None or not isinstance(mapped, Lead) or earlier.is_older(number, last):
            return context
        is_undone = earlier.is_older(number, went) and undoes(mapped.fields, went.fields)
        return context._replace(last_sent=went) if is_undone else context

    def _places(self, earlier: Earlier, number: int) -> list[tuple[Earlier, int]]:
        """The row in its run, and in the runs that its file or its sheet has it from: those may have more rows of its
        lead."""
        places, seen = [(earlier, number)], {earlier.run.id, earlier.sheet_run}
        while (first := places[-1][0].first_row(places[-1][1])) and first[0] not in seen:
            seen.add(first[0])
            before = self._lineage.earlier(first[0])
            if before is not None and first[1] in before.origins:
                places.append((before, first[1]))
        return places

    def _ahead(
        self, lead: str, mapped: Lead | Rejected, origin: Origin, places: Sequence[tuple[Earlier, int]]
    ) -> Skip | None:
        """Why the row waits for another one of its lead in the runs that it is or was a row of."""
        is_decided, below, replaces = self.transfer.is_decided, self._decided_below, self._replaces(mapped, origin)
        found = (one.ahead.of(lead, number, is_decided, below, replaces=replaces) for one, number in places)
        return next(filter(None, found), None)

    def _replaces(self, mapped: Lead | Rejected, origin: Origin) -> bool:
        """Whether the row corrects one left of its run."""
        is_same = isinstance(mapped, Lead) and says_the_same(self._sheet, mapped, origin)
        return origin.state is State.PENDING and not is_same

    def _still_to_go(self, waits: Skip | None) -> Skip | None:
        """The reason to wait, unless this file decides on the other row or sends it."""
        if waits is None or waits.row is None or self.transfer.is_decided(waits.run, waits.row):
            return None
        other = self._lineage.earlier(waits.run)
        return waits if other is None or other.row_of_sheet(waits.row) not in self._going else None

    def _may_decide(self, row: Row, claim: Claim, origin: Origin, number: int) -> bool:
        """Whether the row is to be decided, or was decided so before.

        Raises SheetError for a decision that overrules another one, or that knows nothing of the last attempt.
        """
        if origin.state in (State.UNKNOWN, State.CONFLICT):
            self._check_attempts(row, claim, origin)
            return True
        _check_run(row, claim, origin)
        before = self._lineage.decision(origin.run_id, number)
        if before not in ("", claim.decision):
            how = f"write that again, or first `leadsync resolve {origin.run_id} --row {number} --take-back`"
            if isinstance(origin.reason, Skip) and origin.reason.kind is SkipKind.TRANSFERRED:
                how = f"run {origin.reason.run} has acted on that, so clear the decision"
            raise SheetError(
                f"Row {row.number}: {DECISION_COLUMN} {claim.decision!r} is not as it was decided before: {before!r}; "
                f"{how}. Nothing was sent."
            )
        return bool(before or self._lineage.decision(claim.run, number))

    @staticmethod
    def _check_attempts(row: Row, claim: Claim, origin: Origin) -> None:
        if origin.run_id != claim.run:
            what = f"run {origin.run_id} has sent the row since"
        # Without a readable number of attempts nobody can tell what the person saw; the decision counts.
        elif claim.attempts.isdecimal() and len(claim.attempts) <= MOST_DIGITS:
            if int(claim.attempts) == origin.attempts:
                return
            what = "the row was sent once more since"
        else:
            return
        raise SheetError(
            f"Row {row.number}: {DECISION_COLUMN} {claim.decision!r} was written before the row's last attempt "
            f"({what}); decide in the file that `leadsync report {origin.run_id}` writes. Nothing was sent."
        )

    def _restored(self, claim: Claim, mapped: Lead | Rejected) -> Lead | Rejected:
        """The lead with the first names of its campaign fields, without fields added since; as an insert, if it was
        one."""
        earlier, number = self._lineage.earlier(claim.run), claim.number
        if earlier is None or number is None or number not in earlier.origins:
            return self._as_insert(mapped) if self._inserts_only else mapped
        # A spreadsheet program may have changed the headings' blanks; the field keeps its first spelling.
        names = self._lineage.names_before(earlier.run, self._sheet.columns)
        if isinstance(mapped, Lead) and not names.keys().isdisjoint(mapped.fields):
            renamed = ((names.get(name, name), value) for name, value in mapped.fields.items())
            mapped = mapped._replace(fields={name: value for name, value in renamed if name})
        return self._as_insert(mapped) if self._inserts_only or earlier.inserted(number) else mapped

    def _as_insert(self, mapped: Lead | Rejected) -> Lead | Rejected:
        if isinstance(mapped, Rejected):
            return replace(mapped, inserts=True)
        insert = as_insert(mapped, self._sheet.phone_fields)
        return Rejected((insert,), mapped.external_id, inserts=True) if isinstance(insert, Fault) else insert

    def _cells_before(
        self, claims: Sequence[Claim], mapped_rows: Sequence[Lead | Rejected]
    ) -> dict[tuple[str, int], dict[str, Before]]:
        """The first cells of the open and the changed rows, for the rules and the receipt to compare."""
        wanted: dict[str, list[int]] = {}
        for claim, mapped in zip(claims, mapped_rows, strict=True):
            earlier, number = self._lineage.earlier(claim.run), claim.number
            if earlier is None or number is None:
                continue
            origin = earlier.origins.get(number)
            if origin is not None and (_is_open(origin) or is_changed(origin, mapped, self._sheet)):
                wanted.setdefault(claim.run, []).append(number)
        return {
            (run_id, number): cells
            for run_id, numbers in wanted.items()
            for number, cells in self._lineage.cells_before(run_id, numbers).items()
        }

    def _is_second(self, row: Row, claim: Claim) -> bool:
        """Whether the line's row stands further up; raises SheetError if a person decided otherwise there."""
        # No run has had a row of check's copy: a line twice in it is two rows of the sheet.
        if not claim.run or not claim.row or claim.of_check:
            return False
        first = self._seen.setdefault((claim.run, claim.row), claim)
        if first is claim:
            return False
        if claim.decision != first.decision:
            raise SheetError(
                f"Row {row.number}: {DECISION_COLUMN} {claim.decision!r} is not as in another line of the same row "
                f"{claim.row} of run {claim.run}, {first.decision!r}; keep one of the lines. Nothing was sent."
            )
        return True

    def _is_copied(self, claim: Claim, lead: str) -> bool:
        """Whether the line of check's copy stands further up for the same lead."""
        # A line added to a copy, and checked with it, has no row there.
        if not claim.row:
            return False
        line = hash((claim.row, lead))
        if line in self._lines:
            return True
        self._lines.add(line)
        return False

    def _is_repeated(self, context: Context, lead: Lead) -> bool:
        """Whether a row says the same as one further up, and one of them is no row of an earlier run or of a copy by
        `check`: a line was copied, and its sync_* cells were cleared."""
        line, is_known = hash((lead.external_id, digest_of(lead.fields))), context.origin is not None
        is_known = is_known or context.claim.of_check
        if line in self._sent:
            return not (is_known and self._sent[line])
        self._sent[line] = is_known
        return False

    def _look_up(self, leads: Sequence[Lead | Rejected]) -> None:
        if self._last_sent is not None:
            rows = [mapped for mapped in leads if isinstance(mapped, Lead)]
            self._last_sent.look_up(lead.external_id for lead in rows)
            self._last_sent.look_back(rows)
            self._last_sent.look_for_older(rows)


def _check_lead(row: Row, claim: Claim, mapped: Lead | Rejected, origin: Origin) -> None:
    """Raise SheetError for a decision beside another lead: it would decide about an unseen row."""
    if mapped.external_id != origin.lead:
        raise SheetError(
            f"Row {row.number}: {DECISION_COLUMN} {claim.decision!r} is about lead {origin.lead!r} (row {claim.row} of "
            f"run {claim.run}), but the row names {mapped.external_id or 'no lead'!r}; put the id back, or clear the "
            "decision. Nothing was sent."
        )


def _check_run(row: Row, claim: Claim, origin: Origin) -> None:
    """Raise SheetError for a decision on a row that its run has left to be decided in another one: it would count
    nowhere."""
    reason = origin.reason if origin.state is State.SKIPPED else None
    if isinstance(reason, Skip) and (run_id := reason.undecided_run):
        raise SheetError(
            f"Row {row.number}: {DECISION_COLUMN} {claim.decision!r} is about a row that run {claim.run} left to be "
            f"decided in run {run_id}; decide in the file that `leadsync report {run_id}` writes, or clear the "
            "decision. Nothing was sent."
        )


def _no_row(row: Row, claim: Claim) -> str:
    """The sentence about a decision on a row that the journal does not know: it would decide nothing there."""
    if claim.run and claim.row:
        names = f"is about row {claim.row!r} of run {claim.run!r}, which the journal does not know"
    else:
        names = "is about no row, because sync_run or sync_row is blank"
    return (
        f"Row {row.number}: {DECISION_COLUMN} {claim.decision!r} {names}; decide in the file that "
        "`leadsync report RUN` writes, or clear the decision. Nothing was sent."
    )


def _sent_since(context: Context, reading: Reading) -> LastSent | None:
    """See `Context.sent_since`; `reading` is that of the claim's run. What was sent before is older than the row."""
    mapped, last = context.mapped, context.last_sent
    if last is None or not isinstance(mapped, Lead):
        return None
    # A row below one that goes repeats nothing: of A, B, A behind one A the last goes too.
    same = context.equal_sent if context.is_repetition else None
    went = same is not None and same.state is State.SUCCEEDED and reading.is_before(same)
    return same if went else None


def _went(last: LastSent | None) -> bool:
    return last is not None and last.state is State.SUCCEEDED


def _is_open(origin: Origin) -> bool:
    """Whether the row may still be sent, by a rule or by a person's decision."""
    return did_not_go(origin) or origin.state in (State.PENDING, State.UNKNOWN, State.CONFLICT)
