"""A row's decision: ordered rules over its context, the first match decides. Pure."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from leadsync.journal import LastSent, Origin, State
from leadsync.models import Lead
from leadsync.reasons import MAY_GO_LATER, TAKEN_OVER, Fault, FaultKind, Rejected, Skip, SkipKind
from leadsync.reimport.claims import DECISIONS, DONE
from leadsync.reimport.context import Context, SheetFacts
from leadsync.reimport.corrupted_cells import corrupted_cells
from leadsync.reimport.earlier_failures import did_not_go, is_still_failing, own_row_waits, root_of
from leadsync.reimport.newer_payloads import undoes
from leadsync.reimport.unchanged import same_fields, undecided_twin
from leadsync.result_codes import RESULT_CODES, Verdict

_UNDECIDED = (State.UNKNOWN, State.CONFLICT)
_OPEN = tuple(state.status for state in _UNDECIDED)
_LASTING = (
    SkipKind.SENT_CORRECTED,
    SkipKind.SENT_IN_COPY,
    SkipKind.LATER_ROW,
    SkipKind.LEFT_BEHIND,
    SkipKind.WAITS_IN_RETRY,
)
"""Reasons that a skipped row keeps when it comes again."""
_MEANWHILE = (SkipKind.SENT_SINCE, SkipKind.OTHER_SENT_SINCE)
"""Its lead was sent something while the row waited: the same, or something else."""


class Send(NamedTuple):
    """The row is sent. A tuple, for sheets of a million rows.

    `repeats` is its lead's last payload, if equal; `undoes` that payload, if newer than this row and replaced by it.
    """

    lead: Lead
    repeats: LastSent | None = None
    undoes: LastSent | None = None


Decision = Send | Skip | Rejected
Rule = Callable[[Context], Skip | Rejected | None]


def left_out(context: Context) -> Skip | None:
    """A person left the row out of this sending."""
    return context.sheet.left_out.get(context.row.number)


def duplicate_row(context: Context) -> Rejected | None:
    """A copied line stands for one row: only the first goes. The copy stays one when it comes back alone."""
    claim, reason = context.claim, context.origin.reason if context.origin else None
    faults: tuple[Fault, ...] = ()
    if context.second_line:
        faults = (Fault("", "", FaultKind.DUPLICATE_ROW, details={"run": claim.run, "row": claim.row}),)
    elif isinstance(reason, Rejected):
        faults = tuple(fault for fault in reason.faults if fault.kind is FaultKind.DUPLICATE_ROW)
    return Rejected(faults, context.mapped.external_id) if faults else None


def already_decided(context: Context) -> Skip | None:
    """A person's decision counts first, then the row's own sync_status, then the journal."""
    claim, origin = context.claim, context.origin
    if claim.decision == "send":
        # "send" is a word about an open question; a row that is done has none.
        done = origin is not None and origin.state in (State.SUCCEEDED, State.SKIPPED)
        return Skip(SkipKind.BY_NOW, claim.run, status=origin.state.status) if origin and done else None
    if claim.decision == "not applied" and origin is not None and origin.state is State.PENDING:
        # It is no open question (any more): its run is going to send it.
        return Skip(SkipKind.LEFT_TO_RUN, origin.run_id)
    if claim.decision == "not applied" and origin is not None and _is_corrected_undecided(context, origin):
        # As of any row that failed, its correction goes.
        return None
    if claim.decision in DECISIONS:
        return Skip(SkipKind.DECIDED, text=claim.decision)
    # Its sync_status says skipped, but nothing was settled: the rules about uncorrected rows have to see it.
    if is_still_failing(origin) or (own_row_waits(origin) and not claim.status):
        return None
    if origin is not None and origin.state in (State.PENDING, State.FAILED) and claim.status in _OPEN:
        # Decided since. To be sent, it goes from here, in its place in the order of its lead; not applied, it goes if
        # it was corrected.
        return None
    if claim.status in DONE and not claim.of_check:
        return _as_called(context)
    if origin is not None and origin.state.status in DONE:
        if waits := _waits_since(context):
            return waits
        if isinstance(origin.reason, Skip) and origin.reason.kind in (*TAKEN_OVER, SkipKind.WAITS_IN_RETRY):
            return origin.reason
        return Skip(SkipKind.BY_NOW, origin.run_id, status=origin.state.status)
    return None


def _waits_since(context: Context) -> Skip | None:
    """The reason not to send a row that a later run has taken over and is to send."""
    later = context.later[-1] if context.later else None
    return Skip(SkipKind.LEFT_TO_RUN, later.run_id) if later is not None and later.state is State.PENDING else None


def _as_called(context: Context) -> Skip:
    claim, origin = context.claim, context.origin
    if settled := _settled(context):
        return settled
    if origin is None:
        return Skip(SkipKind.CALLED, claim.run, status=claim.status)
    if origin.state.status != claim.status:
        return Skip(SkipKind.BY_NOW, origin.run_id, status=origin.state.status)
    if _is_corrected_undecided(context, origin):
        # The correction goes once a person has called the row not applied.
        return Skip(SkipKind.UNDECIDED_SINCE, origin.run_id, claim.number, status=claim.status)
    # The first reason tells more than "the run calls it skipped".
    if isinstance(origin.reason, Skip) and origin.reason.kind in _LASTING:
        return origin.reason
    return Skip(SkipKind.CALLED, origin.run_id, status=claim.status)


def _settled(context: Context) -> Skip | None:
    """Why a row that only waited is not to be sent any more. Of a row corrected since, its text in this file counts for
    whether its lead was sent the same or something else."""
    skip, origin, mapped = context.settled, context.origin, context.mapped
    if skip is None or skip.kind not in _MEANWHILE or origin is None or not isinstance(mapped, Lead):
        return skip
    last = context.last_sent
    if last is not None and last.state is State.SUCCEEDED and same_fields(mapped.fields, last.fields):
        return Skip(SkipKind.SENT_SINCE, last.run_id, at=last.time)
    return skip if same_fields(mapped.fields, origin.fields) else replace(skip, kind=SkipKind.OTHER_SENT_SINCE)


def _is_corrected_undecided(context: Context, origin: Origin) -> bool:
    """Whether a person has corrected a row that is to be decided."""
    mapped = context.mapped
    if origin.state not in _UNDECIDED or not isinstance(mapped, Lead):
        return False
    return not says_the_same(context.sheet, mapped, origin)


def settled_elsewhere(context: Context) -> Skip | None:
    """The row is for another run to send, waits for an earlier row of its lead, or was sent from another file."""
    claim, origin = context.claim, context.origin
    if claim.decision == "send":
        if context.ahead is not None and context.ahead.kind is SkipKind.LATER_ROW:
            # Not given up for a row that this file calls applied: it waits until that is known.
            return replace(context.ahead, kind=SkipKind.WAITS_FOR_DECISION)
        return context.ahead
    if origin is not None:
        for run_id, state, number in reversed(context.later):
            if state in _UNDECIDED:
                return Skip(SkipKind.UNDECIDED_SINCE, run_id, number, status=state.status)
            if state is State.PENDING:
                return Skip(SkipKind.LEFT_TO_RUN, run_id)
        if context.ahead is not None:
            # A row that was not corrected goes from no report, and waits for nothing.
            return still_failing(context) or context.ahead
        # Last: a run with the row still open comes first, whatever its lead was sent since.
        if since := context.sent_since:
            return Skip(SkipKind.SENT_SINCE, since.run_id, at=since.time)
    code = claim.result_code
    # 104 is about a number: with another number the row may go.
    if _is_final(code) and (origin is None or _same_numbers(context, origin)):
        return Skip(SkipKind.REFUSED_FOR_GOOD, code=code)
    return None


def _same_numbers(context: Context, origin: Origin) -> bool:
    """Whether the numbers to be dialed are the refused ones, in spite of other corrections."""
    mapped = context.mapped
    if not isinstance(mapped, Lead):
        return False
    return all(mapped.fields.get(name) == origin.fields.get(name) for name in context.sheet.phone_fields)


def superseded(context: Context) -> Skip | None:
    """The row went through since, corrected, or its lead has taken a later row: sending it would undo the later one."""
    if context.origin is None or context.claim.decision == "send":
        return None
    for run_id, state, _ in reversed(context.later):
        if state is State.SUCCEEDED:
            return Skip(SkipKind.SENT_CORRECTED, run_id)
    if settled := _settled(context):
        return settled
    return Skip(SkipKind.LATER_ROW, *context.later_row) if context.later_row else None


def still_failing(context: Context) -> Skip | None:
    """The row failed before, and stands as it was in another file than the retry file."""
    origin, mapped, sheet = context.origin, context.mapped, context.sheet
    if origin is None or sheet.is_retry or not context.same_place:
        return None
    if not isinstance(mapped, Lead) or not did_not_go(origin) or not says_the_same(sheet, mapped, origin):
        return None
    if is_still_failing(origin) and isinstance(origin.reason, Skip):
        # What the dialer answered, and the run that can send the row, are the same as the last time.
        return origin.reason
    code = context.claim.result_code
    known = code if code in RESULT_CODES else None
    return Skip(SkipKind.STILL_FAILING, origin.run_id, context.claim.number, code=known)


def says_the_same(sheet: SheetFacts, mapped: Lead, origin: Origin) -> bool:
    """Whether the row says the same as before, in the fields with a column in the file."""
    now, before = (
        {name: value for name, value in values.items() if name in sheet.fields}
        for values in (mapped.fields, origin.fields)
    )
    return mapped.external_id == origin.lead and same_fields(now, before)


def several_rows(context: Context) -> Skip | Rejected | None:
    """By the settings, of a lead's rows only the last is sent, or none."""
    lead, number = context.mapped.external_id, context.row.number
    numbers = context.sheet.repeated.get(lead, (number,)) if lead else (number,)
    if len(numbers) == 1:
        return None
    if context.sheet.duplicates == "last":
        return Skip(SkipKind.OTHER_ROW_COUNTS, row=numbers[-1]) if number != numbers[-1] else None
    if not isinstance(context.mapped, Lead):
        return None
    details = {"rows": tuple(map(str, numbers))}
    return Rejected((Fault(context.sheet.id_heading, lead, FaultKind.SEVERAL_ROWS, details=details),), lead)


def sent_in_trial(context: Context) -> Skip | None:
    """The trial of this file has sent the row, or a later one of its lead."""
    return context.trial.skip if context.trial else None


def unchanged(context: Context) -> Skip | None:
    """The row equals its lead's last payload, and such rows are to be skipped."""
    last = repeats(context)
    return Skip(SkipKind.UNCHANGED, last.run_id, at=last.time) if last and context.is_repetition else None


def repeats(context: Context) -> LastSent | None:
    """Which of its lead's last payloads this row repeats, but for its own: a decision sends that again."""
    last, is_decided = context.equal_sent, context.claim.decision == "send"
    return None if last is None or (is_decided and (last.run_id, last.number) == context.own) else last


def undone(context: Context) -> LastSent | None:
    """The lead's last payload if it is newer than this row and would be replaced by it."""
    last, mapped = context.last_sent, context.mapped
    if last is None or not context.is_older or not isinstance(mapped, Lead):
        return None
    return last if undoes(mapped.fields, last.fields) else None


def undecided_before(context: Context) -> Skip | None:
    """The lead was sent the same, by any run: a person has to decide whether that was applied, or that run sends it.

    The lead's other rows in this file wait behind it.
    """
    mapped = context.mapped
    if not isinstance(mapped, Lead):
        return None
    # The row itself may be its run's to send, by a person's decision; given back, it goes from here.
    others = [sent for sent in context.undecided_sent if (sent.run_id, sent.number) != context.own]
    twin = undecided_twin(mapped, others)
    return twin or context.behind


def is_decided(context: Context, decision: Decision) -> bool:
    """Whether the file decides on the row: not with a `send` of a row that has to wait for another one."""
    is_to_go_later = isinstance(decision, Skip) and decision.kind in MAY_GO_LATER
    return context.claim.decision in DECISIONS and not (context.claim.decision == "send" and is_to_go_later)


# The order is part of the rules. Whatever else applies, nobody sends what a person left out. A copied line is no second
# row, whatever was decided about it; a decision comes before the state of other runs; a corrupted cell before all
# comparisons with its value.
RULES: tuple[Rule, ...] = (
    left_out,
    duplicate_row,
    already_decided,
    settled_elsewhere,
    corrupted_cells,
    superseded,
    still_failing,
    several_rows,
    sent_in_trial,
    undecided_before,
    unchanged,
)


def rules_for(sheet: SheetFacts) -> tuple[Rule, ...]:
    """The RULES with a chance to apply to the file's rows, in their order: a plain sheet of a million rows asks one."""
    # These six are about rows of earlier runs.
    needless = set() if sheet.came_back else set(RULES[1:7])
    needless |= set() if sheet.left_out else {left_out}
    needless |= set() if sheet.repeated else {several_rows}
    needless |= set() if sheet.is_trial else {sent_in_trial}
    needless |= set() if sheet.skip_unchanged else {unchanged}
    return tuple(rule for rule in RULES if rule not in needless)


def decide(context: Context, rules: tuple[Rule, ...] = RULES) -> Decision:
    """The decision for the row. A rejected row keeps run and number of its failed row in an earlier run, a waiting one
    those of its own row there, or its number in this file if a person added it."""
    for rule in rules:
        if decision := rule(context):
            break
    else:
        mapped = context.mapped
        if isinstance(mapped, Lead):
            return Send(mapped, repeats(context), undone(context)) if context.last_sent else Send(mapped)
        decision = mapped
        if any(fault.kind is FaultKind.NO_LEAD for fault in mapped.faults):
            return Skip(SkipKind.NO_LEAD)
    if isinstance(decision, Skip):
        if decision.kind not in MAY_GO_LATER:
            return decision
        if context.origin is not None:
            return replace(decision, of_run=context.claim.run, of_row=context.claim.number)
        return replace(decision, of_row=context.row.number) if context.is_new else decision
    return _with_root(decision, context)


def _with_root(rejected: Rejected, context: Context) -> Rejected:
    root = root_of(context)
    return replace(rejected, run=root[0], row=root[1]) if root else rejected


def _is_final(code: int | None) -> bool:
    entry = RESULT_CODES.get(code) if code is not None else None
    return entry is not None and entry.verdict is Verdict.FINAL
