"""The context of each row of a file, and the decisions in it that cannot stand."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from leadsync.config import Settings, settings_from
from leadsync.errors import SheetError
from leadsync.journal import Journal, LastSent, State, open_journal
from leadsync.leads import Column
from leadsync.models import CampaignIds, Lead, Row
from leadsync.reasons import Fault, FaultKind, Rejected, Skip, SkipKind
from leadsync.reimport import Context, ContextBuilder, Lineage, Reading, SheetFacts
from leadsync.reimport.builder import _sent_since
from tests.journal.samples import CONFLICT, FAILED, RUN, SUCCEEDED, UNKNOWN, UNSENT, a_run, add

SYNC = {"sync_status": 2, "sync_run": 3, "sync_row": 4, "sync_decision": 5}
COLUMNS = (Column(0, "Lead Id", "njExternalLeadId", ""), Column(1, "Name", "Name", "", campaign=True))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal with a run: row 2 went through, 3 failed, 4 conflicts, 5 and 6 wait, of leads A, B, C, C and D."""
    with open_journal(tmp_path) as opened:
        opened.create(a_run(tmp_path))
        opened.confirm(RUN)
        add(opened, RUN, ("A", SUCCEEDED), ("B", FAILED, 105), ("C", CONFLICT, 110), ("C", UNSENT), ("D", UNKNOWN))
        opened.release(RUN)
        yield opened


@pytest.fixture
def settings() -> Settings:
    ids = CampaignIds(41, 41, 38)
    campaign = {"template_id": ids.template, "campaign_id": ids.campaign, "allocation_id": ids.allocation}
    return settings_from({"server": {"url": "http://127.0.0.1"}, "campaign": campaign}, "the test")


def row(number: int, lead: str, status: str, sync_row: str, decision: str = "", run: str = RUN) -> Row:
    return Row(number, (lead, "é, 0123", status, run, sync_row, decision))


def contexts(journal: Journal, settings: Settings, *rows: Row, **values: Any) -> list[Context]:
    sheet = SheetFacts(COLUMNS, frozenset({"njExternalLeadId", "Name"}), "Lead Id", ("FirstPhone",), came_back=True)
    lineage = Lineage(journal, settings, journal.hold)
    builder = ContextBuilder(sheet, values.pop("sync", SYNC), lineage, None, None, inserts_only=False, **values)
    builder.look_at(rows)
    leads: list[Lead | Rejected] = [
        Lead(one.cells[0], {"Name": one.cells[1]})
        if one.cells[0]
        else Rejected((Fault("Lead Id", "", FaultKind.BLANK_ID),))
        for one in rows
    ]
    return list(builder.contexts(rows, leads))


def test_a_row_knows_the_row_that_it_was(journal: Journal, settings: Settings) -> None:
    [failed] = contexts(journal, settings, row(9, "B", "failed", "3"))
    assert failed.origin is not None
    assert (failed.origin.state, failed.origin.lead, failed.origin.code) == (State.FAILED, "B", 105)
    assert failed.same_place
    assert not failed.second_line
    assert {name: before.cell for name, before in failed.before.items()} == {"lead id": "B"}


def test_a_row_of_another_journal_is_a_new_one(journal: Journal, settings: Settings) -> None:
    [unknown] = contexts(journal, settings, row(9, "B", "failed", "3", run="20250101-000000-0000"))
    assert unknown.origin is None


def test_a_lead_waits_for_its_earlier_row(journal: Journal, settings: Settings) -> None:
    [waits, itself] = contexts(journal, settings, row(8, "C", "unsent", "5"), row(9, "C", "conflict", "4"))
    assert (waits.ahead, itself.ahead) == (Skip(SkipKind.WAITS_FOR_DECISION, RUN, 4), None)


def test_a_decision_further_up_frees_the_leads_other_rows(journal: Journal, settings: Settings) -> None:
    sheet = SheetFacts(COLUMNS, frozenset({"Name"}), "Lead Id", (), came_back=True)
    builder = ContextBuilder(sheet, SYNC, Lineage(journal, settings, journal.hold), None, None, inserts_only=False)
    rows = [row(8, "C", "conflict", "4", "applied"), row(9, "C", "unsent", "5")]
    stream = builder.contexts(rows, [Lead("C", {}), Lead("C", {})])
    from leadsync.reimport import decide

    first = next(stream)
    builder.note(first, decide(first))
    assert next(stream).ahead is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (row(9, "C", "conflict", "99", "applied"), r"is about row '99' of run '.*', which the journal does not know"),
        (row(9, "C", "conflict", "", "applied"), "is about no row, because sync_run or sync_row is blank"),
        (row(9, "D", "conflict", "4", "send"), r"is about lead 'C' \(row 4 of run .*\), but the row names 'D'"),
        (row(9, "", "conflict", "4", "send"), "but the row names 'no lead'"),
    ],
)
def test_a_decision_about_another_row_is_refused(journal: Journal, settings: Settings, given: Row, words: str) -> None:
    with pytest.raises(SheetError, match=rf"^Row 9: sync_decision .*{words}.*Nothing was sent\.$"):
        contexts(journal, settings, given)


def test_a_decision_does_not_overrule_another(journal: Journal, settings: Settings) -> None:
    journal.hold(RUN)
    journal.resolve(RUN, [4], State.FAILED, "not applied")
    with pytest.raises(
        SheetError, match=rf"is not as it was decided before: 'not applied'.*resolve {RUN} --row 4 --take-back"
    ):
        contexts(journal, settings, row(9, "C", "conflict", "4", "applied"))
    assert len(contexts(journal, settings, row(9, "C", "conflict", "4", "not applied"))) == 1


def test_a_decision_from_before_the_last_attempt_is_refused(journal: Journal, settings: Settings) -> None:
    sync = {**SYNC, "sync_attempts": 6}

    def attempts(text: str) -> Row:
        given = row(9, "C", "conflict", "4", "applied")
        return given._replace(cells=(*given.cells, text))

    assert len(contexts(journal, settings, attempts("1"), sync=sync)) == 1
    assert len(contexts(journal, settings, attempts("?"), sync=sync)) == 1
    with pytest.raises(SheetError, match="was written before the row's last attempt"):
        contexts(journal, settings, attempts("0"), sync=sync)


def test_a_copied_line_is_the_second_and_may_not_contradict_the_first(journal: Journal, settings: Settings) -> None:
    twice = contexts(journal, settings, row(8, "B", "failed", "3"), row(9, "B", "failed", "3"))
    assert [one.second_line for one in twice] == [False, True]
    with pytest.raises(SheetError, match=r"^Row 9: sync_decision '' is not as in another line of the same row 4"):
        contexts(journal, settings, row(8, "C", "conflict", "4", "applied"), row(9, "C", "conflict", "4"))


def test_lines_of_a_checks_copy_are_rows_of_their_own(journal: Journal, settings: Settings) -> None:
    twice = contexts(journal, settings, *(row(at, "B", "rejected", "3", run="check-0123456789ab") for at in (8, 9)))
    assert [one.second_line for one in twice] == [False, False]


SALE, BUSY = {"njDisposition": "Sale"}, {"njDisposition": "Busy"}


@pytest.mark.parametrize(
    ("row", "last", "equal", "is_repetition", "found"),
    [
        (SALE, ("later", SALE), ("later", SALE), True, "later"),
        (SALE, ("before", SALE), ("before", SALE), True, None),
        # below a row of the lead that goes
        (SALE, ("later", SALE), ("later", SALE), False, None),
        (SALE, ("later", BUSY), None, False, None),
        # the first of two rows, and the last two payloads say the same in their order
        (SALE, ("later", BUSY), ("first", SALE), True, "first"),
        (SALE, ("later", BUSY), ("before", SALE), True, None),
        # equal to an earlier payload, but not in this order
        (SALE, ("later", BUSY), ("first", SALE), False, None),
        (None, ("later", SALE), ("later", SALE), True, None),
        (SALE, None, None, False, None),
    ],
)
@pytest.mark.parametrize("in_doubt", [False, True])
def test_what_another_run_has_sent_since(
    tmp_path: Path,
    row: dict[str, str] | None,
    last: tuple[str, dict[str, str]] | None,
    equal: tuple[str, dict[str, str]] | None,
    is_repetition: bool,
    found: str | None,
    in_doubt: bool,
) -> None:
    run = a_run(tmp_path)

    def sent(at: tuple[str, dict[str, str]] | None) -> LastSent | None:
        when = run.created + timedelta(hours=-1 if at is not None and at[0] == "before" else 1)
        return at and LastSent(at[0], 2, when, at[1], State.UNKNOWN if in_doubt else State.SUCCEEDED)

    mapped = Rejected((Fault("", "", FaultKind.DUPLICATE_ROW),), "L") if row is None else Lead("L", row)
    facts = {"last_sent": sent(last), "equal_sent": sent(equal), "is_repetition": is_repetition}
    context = Context(SheetFacts(COLUMNS), Row(2, ("L",)), mapped, **facts)
    since = _sent_since(context, Reading(run, (), None))
    assert (since and since.run_id) == (None if in_doubt else found)
