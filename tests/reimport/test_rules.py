"""The rules for rows of a file that comes back, one table each: what the rule is given, and what it decides."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from leadsync.journal import LastSent, Origin, State
from leadsync.leads import Column
from leadsync.models import Lead, Row
from leadsync.reasons import Fault, FaultKind, Rejected, Skip, SkipKind
from leadsync.reimport import Send, SheetFacts, decide, rules, rules_for
from leadsync.reimport.claims import Claim
from leadsync.reimport.context import Context, Descendant, TrialMatch
from leadsync.sheets import TRUNCATED

RUN, LATER = "20261122-080000-0001", "20261123-080000-0002"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
COLUMNS = (
    Column(0, "Lead Id", "njExternalLeadId", ""),
    Column(1, "Phone", "FirstPhone", ""),
    Column(2, "Outcome", "njDisposition", ""),
    Column(3, "Mum's Code", "Mum's Code", "", campaign=True),
)
SHEET = SheetFacts(COLUMNS, frozenset(column.field for column in COLUMNS), "Lead Id", ("FirstPhone",), came_back=True)
BOOK = SheetFacts(COLUMNS, SHEET.fields, "Lead Id", ("FirstPhone",), came_back=True, is_workbook=True)
FIELDS = {"FirstPhone": "0383218199", "njDisposition": "Sale", "Mum's Code": "0800"}
LEAD = Lead("007", FIELDS)
BUSY = Lead("007", {**FIELDS, "njDisposition": "Busy"})
WRONG = Rejected((Fault("Phone", "1", FaultKind.NO_DIGITS, details={"example": "x"}),), "007")
ROW = Row(5, ("007", "0383218199", "Sale", "0800"))
LASTING = Skip(SkipKind.LATER_ROW, LATER, 9)
STILL = Skip(SkipKind.STILL_FAILING, RUN, 2, code=106)


def origin(state: State, reason: Any = None, **fields: str) -> Origin:
    return Origin(RUN, state, "007", {**FIELDS, **fields}, reason=reason)


def claim(status: str = "", *, decision: str = "", code: str = "") -> Claim:
    return Claim(status, code, RUN, "2", decision)


def context(sheet: SheetFacts = SHEET, row: Row = ROW, mapped: Lead | Rejected = LEAD, **values: Any) -> Context:
    return Context(sheet, row, mapped, values.pop("claim", claim()), **values)


def test_a_copied_line_is_rejected() -> None:
    assert rules.duplicate_row(context()) is None
    found = rules.duplicate_row(context(second_line=True))
    fault = Fault("", "", FaultKind.DUPLICATE_ROW, details={"run": RUN, "row": "2"})
    assert found == Rejected((fault,), "007")
    alone = context(origin=origin(State.REJECTED, Rejected((*WRONG.faults, fault))))
    assert rules.duplicate_row(alone) == Rejected((fault,), "007"), "it is no more right for having come twice"
    assert rules.duplicate_row(context(origin=origin(State.REJECTED, WRONG))) is None


@pytest.mark.parametrize(
    ("said", "known", "decision"),
    [
        # a person's decision
        (claim(decision="applied"), origin(State.CONFLICT), Skip(SkipKind.DECIDED, text="applied")),
        (claim(decision="not applied"), None, Skip(SkipKind.DECIDED, text="not applied")),
        (claim(decision="not applied"), origin(State.CONFLICT), Skip(SkipKind.DECIDED, text="not applied")),
        # a word about a row that is to be sent, by a retry since, say
        (claim(decision="not applied"), origin(State.PENDING), Skip(SkipKind.LEFT_TO_RUN, RUN)),
        (claim(decision="applied"), origin(State.PENDING), Skip(SkipKind.DECIDED, text="applied")),
        (claim("conflict", decision="send"), origin(State.CONFLICT), None),
        (claim("conflict", decision="send"), origin(State.SKIPPED), Skip(SkipKind.BY_NOW, RUN, status="skipped")),
        (claim("unknown", decision="send"), origin(State.SUCCEEDED), Skip(SkipKind.BY_NOW, RUN, status="succeeded")),
        # the row's own status
        (claim("succeeded"), None, Skip(SkipKind.CALLED, RUN, status="succeeded")),
        (claim("conflict"), origin(State.CONFLICT), Skip(SkipKind.CALLED, RUN, status="conflict")),
        (claim("unknown"), origin(State.SUCCEEDED), Skip(SkipKind.BY_NOW, RUN, status="succeeded")),
        (claim("skipped"), origin(State.SKIPPED, LASTING), LASTING),
        # the journal
        (claim("unsent"), origin(State.SUCCEEDED), Skip(SkipKind.BY_NOW, RUN, status="succeeded")),
        (claim("failed"), origin(State.FAILED), None),
        (claim("rejected"), origin(State.REJECTED), None),
        (claim("unsent"), origin(State.PENDING), None),
        # not corrected the last time: it can be now
        (claim("skipped"), origin(State.SKIPPED, STILL), None),
        (claim(), None, None),
    ],
)  # fmt: skip
def test_what_is_decided_already(said: Claim, known: Origin | None, decision: Skip | None) -> None:
    assert rules.already_decided(context(claim=said, origin=known)) == decision


@pytest.mark.parametrize(
    ("values", "decision"),
    [
        ({"later": (Descendant(LATER, State.CONFLICT),)}, Skip(SkipKind.UNDECIDED_SINCE, LATER, 0, status="conflict")),
        ({"later": (Descendant(LATER, State.PENDING),)}, Skip(SkipKind.LEFT_TO_RUN, LATER)),
        ({"later": (Descendant(LATER, State.FAILED),)}, None),
        ({"ahead": Skip(SkipKind.WAITS_FOR_RESUME, RUN, 3), "mapped": BUSY}, Skip(SkipKind.WAITS_FOR_RESUME, RUN, 3)),
        # not corrected, it goes in no case
        ({"ahead": Skip(SkipKind.WAITS_FOR_DECISION, RUN, 3), "mapped": LEAD}, Skip(SkipKind.STILL_FAILING, RUN, 2)),
        (
            {"ahead": Skip(SkipKind.WAITS_FOR_DECISION, RUN, 4), "claim": claim(decision="send")},
            Skip(SkipKind.WAITS_FOR_DECISION, RUN, 4),
        ),
        # called applied in the file: a correction is given up, a decision waits
        ({"ahead": Skip(SkipKind.LATER_ROW, RUN, 4), "mapped": BUSY}, Skip(SkipKind.LATER_ROW, RUN, 4)),
        (
            {"ahead": Skip(SkipKind.LATER_ROW, RUN, 4), "claim": claim(decision="send")},
            Skip(SkipKind.WAITS_FOR_DECISION, RUN, 4),
        ),
        ({"sent_since": LastSent(LATER, 2, NOON, FIELDS), "claim": claim(decision="send")}, None),
        ({"sent_since": LastSent(LATER, 2, NOON, FIELDS)}, Skip(SkipKind.SENT_SINCE, LATER, at=NOON)),
        ({"claim": claim("failed", code="104")}, Skip(SkipKind.REFUSED_FOR_GOOD, code=104)),
        ({"claim": claim("failed", code="104"), "origin": origin(State.FAILED, FirstPhone="0383210000")}, None),
        ({"claim": claim("failed", code="104"), "origin": None}, Skip(SkipKind.REFUSED_FOR_GOOD, code=104)),
        ({"claim": claim("failed", code="106")}, None),
    ],
)
def test_what_other_runs_settle(values: dict[str, Any], decision: Skip | None) -> None:
    known = {"origin": origin(State.FAILED), **values}
    assert rules.settled_elsewhere(context(**known)) == decision


@pytest.mark.parametrize(
    ("values", "decision"),
    [
        ({}, None),
        ({"later": (Descendant(LATER, State.SUCCEEDED),)}, Skip(SkipKind.SENT_CORRECTED, LATER)),
        ({"later": (Descendant(LATER, State.REJECTED),)}, None),
        ({"later_row": (RUN, 9)}, Skip(SkipKind.LATER_ROW, RUN, 9)),
        ({"later_row": (RUN, 9), "claim": claim(decision="send")}, None),
        ({"later_row": (RUN, 9), "origin": None}, None),
    ],
)
def test_what_would_undo_something(values: dict[str, Any], decision: Skip | None) -> None:
    assert rules.superseded(context(**{"origin": origin(State.FAILED), **values})) == decision


@pytest.mark.parametrize(
    ("values", "decision"),
    [
        ({}, STILL),
        ({"sheet": SHEET}, STILL),
        ({"sheet": replace(SHEET, is_retry=True)}, None),
        ({"same_place": False}, None),
        ({"mapped": Lead("007", {**FIELDS, "njDisposition": "Busy"})}, None),
        ({"mapped": Lead("7", FIELDS)}, None),
        ({"mapped": Lead("007", {**FIELDS, "My notes": "x"})}, STILL),
        ({"mapped": Lead("007", {**FIELDS, "Mum's Code": " 08 00"})}, STILL),
        ({"mapped": WRONG}, None),
        ({"origin": origin(State.PENDING)}, None),
        ({"origin": origin(State.SKIPPED, Skip(SkipKind.STILL_FAILING, LATER, 8, code=103))},
         Skip(SkipKind.STILL_FAILING, LATER, 8, code=103)),
        ({"claim": claim("failed", code="999")}, Skip(SkipKind.STILL_FAILING, RUN, 2)),
    ],
)  # fmt: skip
def test_what_was_not_corrected_in_a_report(values: dict[str, Any], decision: Skip | None) -> None:
    given = {"sheet": BOOK, "origin": origin(State.FAILED), "claim": claim("failed", code="106"), **values}
    assert rules.still_failing(context(**given)) == decision


@pytest.mark.parametrize(
    ("duplicates", "numbers", "decision"),
    [
        ("last", (5, 9), Skip(SkipKind.OTHER_ROW_COUNTS, row=9)),
        ("last", (3, 5), None),
        ("reject", (3, 5),
         Rejected((Fault("Lead Id", "007", FaultKind.SEVERAL_ROWS, details={"rows": ("3", "5")}),), "007")),
    ],
)  # fmt: skip
def test_a_leads_several_rows(duplicates: str, numbers: tuple[int, ...], decision: Any) -> None:
    sheet = SheetFacts(COLUMNS, SHEET.fields, "Lead Id", duplicates=duplicates, repeated={"007": numbers})
    assert rules.several_rows(context(sheet)) == decision
    assert rules.several_rows(context(sheet, mapped=Lead("other", FIELDS))) is None


def test_what_the_trial_has_sent() -> None:
    sent = Skip(SkipKind.SENT_IN_TRIAL, RUN, 2)
    assert rules.sent_in_trial(context(trial=TrialMatch(RUN, sent, kept=2))) == sent
    assert rules.sent_in_trial(context(trial=TrialMatch(RUN, again=2))) is None
    assert rules.sent_in_trial(context()) is None


@pytest.mark.parametrize(
    ("values", "same", "skipped"),
    [
        ({}, True, True),
        ({"is_repetition": False}, True, False),
        ({"equal_sent": None, "is_repetition": False}, False, False),
        # a decision sends its own row again, but not what another run has sent
        ({"claim": claim(decision="send")}, True, True),
        ({"claim": claim(decision="send"), "origin": Origin(LATER, State.UNKNOWN, "007", FIELDS)}, False, False),
    ],
)
def test_what_says_the_same_as_the_last_time(values: dict[str, Any], same: bool, skipped: bool) -> None:
    last = LastSent(LATER, 2, NOON, FIELDS)
    given = context(**{"last_sent": last, "equal_sent": last, "is_repetition": True, **values})
    assert rules.unchanged(given) == (Skip(SkipKind.UNCHANGED, LATER, at=NOON) if skipped else None)
    assert decide(given, ()) == Send(LEAD, last if same else None)


@pytest.mark.parametrize("state", [State.UNKNOWN, State.CONFLICT])
def test_what_a_person_has_to_decide_is_not_sent_again_from_another_sheet(state: State) -> None:
    last = LastSent(LATER, 2, NOON, FIELDS, state)
    held = Skip(SkipKind.UNDECIDED_BEFORE, LATER, 2, status=state.value)
    assert decide(context(undecided_sent=[last])) == held
    assert (held.undecided_run, held.waits) == (LATER, True)
    assert rules.unchanged(context(last_sent=last)) is None
    busy = {**FIELDS, "njDisposition": "Busy"}
    assert decide(context(undecided_sent=[last], mapped=Lead("007", busy))) == Send(Lead("007", busy))
    decided = context(undecided_sent=[last], claim=claim(decision="send"))
    assert decide(decided) == held
    own = Origin(LATER, state, "007", FIELDS)
    assert rules.undecided_before(decided._replace(origin=own)) is None
    # Neither another payload since nor another row of the file is a decision.
    since = LastSent(RUN, 3, NOON, busy)
    assert decide(context(undecided_sent=[last], last_sent=since)) == held


def test_a_row_to_decide_is_the_same_as_an_insert_or_after_a_spreadsheet_program() -> None:
    last = LastSent(LATER, 2, NOON, {"njExternalLeadId": "007", "Note": "a  b", "njDisposition": "Sale"}, State.UNKNOWN)
    mapped = Lead("007", {"Note": "a b", "njDisposition": "Sale"})
    assert isinstance(rules.undecided_before(context(undecided_sent=[last], mapped=mapped)), Skip)


def test_the_first_rule_that_applies_decides() -> None:
    known = {"origin": origin(State.FAILED), "later": (Descendant(LATER, State.SUCCEEDED),)}
    assert (
        decide(context(second_line=True, **known)) != decide(context(**known)) == Skip(SkipKind.SENT_CORRECTED, LATER)
    )
    cut = context(row=Row(5, ("007", "", "", f"x{TRUNCATED}")), **known)
    assert isinstance(decide(cut), Rejected), "whatever became of the row, what stands here cannot be sent"


def test_a_rejected_row_keeps_which_failed_row_it_was() -> None:
    first = decide(context(mapped=WRONG, origin=origin(State.FAILED)))
    assert first == Rejected(WRONG.faults, "007", run=RUN, row=2)
    again = decide(context(mapped=WRONG, origin=origin(State.REJECTED, Rejected((), run=LATER, row=7))))
    assert again == Rejected(WRONG.faults, "007", run=LATER, row=7)
    assert decide(context(mapped=WRONG)) == WRONG


def test_a_plain_sheet_asks_one_rule() -> None:
    assert rules_for(SheetFacts(COLUMNS)) == (rules.undecided_before,)
    assert rules_for(SheetFacts(COLUMNS, came_back=True)) == (*rules.RULES[1:7], rules.undecided_before)
    everything = SheetFacts(
        COLUMNS, came_back=True, is_trial=True, skip_unchanged=True, repeated={"007": (2, 3)}, duplicates="last"
    )
    assert rules_for(everything) == rules.RULES[1:]
    assert rules_for(replace(everything, left_out={2: STILL})) == rules.RULES


def test_a_row_left_out_is_not_sent_whatever_else_applies() -> None:
    left = Skip(SkipKind.LEFT_OUT, text="ann", at=NOON)
    sheet = replace(SHEET, left_out={5: left})
    assert decide(Context(sheet, ROW, LEAD, claim("failed", decision="send"), origin(State.CONFLICT))) == left
    assert isinstance(
        decide(Context(sheet, ROW._replace(number=6), LEAD), rules_for(replace(sheet, came_back=False))), Send
    )


def test_a_row_with_a_fault_is_compared_with_no_payload_and_keeps_its_own_reason() -> None:
    sent, doubted = LastSent(LATER, 2, NOON, FIELDS), LastSent(LATER, 3, NOON, FIELDS, State.UNKNOWN)
    known: dict[str, Any] = {
        "last_sent": sent,
        "is_older": True,
        "undecided_sent": (doubted,),
        "mapped": WRONG,
    }
    assert rules.settled_elsewhere(context(origin=origin(State.FAILED), **known)) is None
    assert (
        rules.settled_elsewhere(context(origin=origin(State.FAILED), claim=claim("failed", code="104"), **known))
        is None
    )
    assert rules.undecided_before(context(origin=origin(State.PENDING), **known)) is None
    assert rules.undone(context(**known)) is None
    meanwhile = Skip(SkipKind.SENT_SINCE, LATER, at=NOON)
    assert rules.superseded(context(origin=origin(State.SKIPPED), settled=meanwhile, **known)) == meanwhile
    decided = context(origin=origin(State.CONFLICT), claim=claim("conflict", decision="not applied"), **known)
    assert rules.already_decided(decided) == Skip(SkipKind.DECIDED, text="not applied")
    alone = replace(SHEET, duplicates="reject", repeated={"007": (5, 6)})
    assert rules.several_rows(context(alone, **known)) is None
    assert decide(context(alone, **known)) == WRONG


@pytest.mark.parametrize(
    ("settled", "text", "last", "told"),
    [
        (SkipKind.SENT_SINCE, "Sale", "Sale", SkipKind.SENT_SINCE),
        (SkipKind.SENT_SINCE, "Busy", "Sale", SkipKind.OTHER_SENT_SINCE),
        (SkipKind.SENT_SINCE, "Sale", "Busy", SkipKind.SENT_SINCE),
        (SkipKind.OTHER_SENT_SINCE, "Sale", "Busy", SkipKind.OTHER_SENT_SINCE),
        (SkipKind.OTHER_SENT_SINCE, "Busy", "Busy", SkipKind.SENT_SINCE),
        (SkipKind.LATER_ROW, "Busy", "Busy", SkipKind.LATER_ROW),
    ],
)
def test_a_row_that_waited_is_told_by_its_text_in_the_file(
    settled: SkipKind, text: str, last: str, told: SkipKind
) -> None:
    """The row said Sale in its run; `settled` is what became of it there, and `last` what its lead was sent last."""
    sent = LastSent(LATER, 2, NOON, {**FIELDS, "njDisposition": last})
    row = context(
        mapped=Lead("007", {**FIELDS, "njDisposition": text}),
        origin=origin(State.SKIPPED),
        settled=Skip(settled, LATER, at=NOON),
        last_sent=sent,
    )
    assert rules.superseded(row) == Skip(told, LATER, at=NOON)
    undecided = LastSent(LATER, 2, NOON, sent.fields, State.UNKNOWN)
    other = SkipKind.OTHER_SENT_SINCE if text == "Busy" and settled is SkipKind.SENT_SINCE else settled
    assert rules.superseded(row._replace(last_sent=undecided)) == Skip(other, LATER, at=NOON)
