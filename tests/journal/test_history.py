"""What leads were last sent, over all runs of a campaign."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.journal import Effects, Entry, Journal, State
from leadsync.models import CampaignIds, Effect, Outcome, Row, Status
from tests.journal.conftest import OpenStore, SetClock
from tests.journal.samples import (
    LATER,
    RUN,
    a_run,
    sending,
)

DIALER = "http://127.0.0.1"


def send(journal: Journal, run_id: str, number: int, status: Status | None, attempt: int = 1) -> None:
    """One attempt for a row, which ends so; None: it stays under way."""

    async def one() -> None:
        async with sending(journal, run_id) as log:
            await log.begin(number, attempt)
            if status is not None:
                await log.finish(number, attempt, Outcome(Effect.ANSWERED, 0), status)

    asyncio.run(one())


def add(journal: Journal, run_id: str, number: int, says: str, lead: str = "L", state: State = State.PENDING) -> None:
    journal.add(run_id, [Entry(Row(number, (lead, says)), lead, {"Name": says}, harmless=True, state=state)])


@pytest.fixture
def journal(tmp_path: Path, open_store: OpenStore) -> Journal:
    """A run that sent lead L "old", and a later one with a row for it that says "new"."""
    journal = open_store()
    for run_id, says in ((RUN, "old"), (LATER, "new")):
        journal.create(a_run(tmp_path, run_id))
        add(journal, run_id, 2, says)
    send(journal, RUN, 2, Status.SUCCEEDED)
    return journal


def last(journal: Journal, *leads: str, dialer: str = DIALER, campaign: int = 41) -> dict[str, str]:
    found = journal.history().last_sent(leads or ("L",), dialer, campaign)
    taken = State.SUCCEEDED
    return {lead: one.fields["Name"] + ("" if one.state is taken else f", {one.state}") for lead, one in found.items()}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.SUCCEEDED, {"L": "new"}),
        (Status.FAILED, {"L": "old"}),  # the dialer refused it
        (Status.UNSENT, {"L": "old"}),  # it was not processed, and is to be sent again
        (Status.UNKNOWN, {}),
        (Status.CONFLICT, {"L": "new, conflict"}),  # an agent has changed the lead
        (None, {}),
    ],
)
def test_what_a_later_attempt_came_to_counts(journal: Journal, status: Status | None, expected: dict[str, str]) -> None:
    send(journal, LATER, 2, status)
    assert last(journal) == expected


def test_a_row_that_was_never_sent_counts_for_nothing(journal: Journal, tmp_path: Path) -> None:
    add(journal, LATER, 3, "rejected", state=State.REJECTED)
    add(journal, LATER, 4, "skipped", state=State.SKIPPED)
    assert last(journal) == {"L": "old"}


def test_what_a_person_calls_applied_counts_as_sent(journal: Journal) -> None:
    send(journal, LATER, 2, Status.UNKNOWN)
    journal.resolve(LATER, [2], State.SUCCEEDED, "applied")
    assert last(journal) == {"L": "new"}
    journal.resolve(LATER, [2], State.FAILED, "not applied")
    assert last(journal) == {"L": "old"}


def test_within_a_run_the_last_attempt_counts_and_not_the_last_row(journal: Journal) -> None:
    add(journal, LATER, 3, "newer")
    send(journal, LATER, 3, Status.SUCCEEDED)
    send(journal, LATER, 2, Status.SUCCEEDED)
    assert last(journal) == {"L": "new"}


def test_rows_that_begin_together_keep_their_order(journal: Journal) -> None:
    add(journal, LATER, 3, "newer")

    async def together() -> None:
        async with sending(journal, LATER) as log:
            await asyncio.gather(log.begin(2, 1), log.begin(3, 1))
            for number in (3, 2):
                log.finish(number, 1, Outcome(Effect.ANSWERED, 0), Status.SUCCEEDED)

    asyncio.run(together())
    assert last(journal) == {"L": "newer"}


def test_the_last_payloads_of_a_lead_come_in_the_order_of_their_attempts(journal: Journal) -> None:
    add(journal, RUN, 3, "older")
    add(journal, RUN, 4, "refused")
    send(journal, RUN, 4, Status.FAILED)
    send(journal, RUN, 3, Status.UNKNOWN)
    send(journal, LATER, 2, Status.SUCCEEDED)

    def sent(most: int) -> list[str]:
        found = journal.history().sent(["L", "M"], most, DIALER, 41)
        assert list(found) == ["L"]
        return [f"{one.fields['Name']} {one.state}" for one in found["L"]]

    assert sent(9) == ["old succeeded", "older unknown", "new succeeded"]
    assert sent(1) == ["new succeeded"]


def test_a_row_carried_over_into_later_runs_was_sent_once(journal: Journal, tmp_path: Path) -> None:
    send(journal, LATER, 2, Status.SUCCEEDED)
    for before, run_id in ((LATER, "20261126-000000-0000"), ("20261126-000000-0000", "20261127-000000-0000")):
        journal.create(replace(a_run(tmp_path, run_id), follows=before))
        add(journal, run_id, 2, "new")
        journal.confirm(run_id, Effects(kept=[(2, 2)]))
    found = journal.history().sent(["L"], 2, DIALER, 41)["L"]
    assert [(one.run_id, one.fields["Name"]) for one in found] == [(RUN, "old"), (LATER, "new")]
    assert journal.history().last_sent(["L"], DIALER, 41)["L"].run_id == LATER


def test_each_lead_has_its_own_and_only_those_asked_for_are_told(journal: Journal) -> None:
    for number, lead in ((3, "M"), (4, "N")):
        add(journal, LATER, number, f"of {lead}", lead)
        send(journal, LATER, number, Status.SUCCEEDED)
    assert last(journal, "L", "M", "M", "X") == {"L": "old", "M": "of M"}


@pytest.mark.parametrize("place", [{"dialer": "http://elsewhere"}, {"campaign": 42}])
def test_another_place_has_other_leads(journal: Journal, tmp_path: Path, place: dict[str, object]) -> None:
    assert last(journal, **place) == {}  # type: ignore[arg-type]
    other = "20261125-000000-0000"
    ids = CampaignIds(41, int(str(place.get("campaign", 41))), 38)
    journal.create(replace(a_run(tmp_path, other), dialer=str(place.get("dialer", DIALER)), ids=ids))
    add(journal, other, 2, "there")
    send(journal, other, 2, Status.SUCCEEDED)
    assert last(journal) == {"L": "old"}
    assert last(journal, **place) == {"L": "there"}  # type: ignore[arg-type]


def undecided(journal: Journal, *, dialer: str = DIALER) -> list[tuple[str, str]]:
    found = journal.history().undecided(("L", "M"), dialer)
    assert found.keys() <= {"L"}
    return [(f"{one.run_id} {one.number}", f"{one.fields['Name']}, {one.state}") for one in found.get("L", ())]


def test_rows_to_decide_are_told_by_the_order_of_attempts(journal: Journal) -> None:
    for number, says, status in (
        (3, "in doubt", Status.UNKNOWN),
        (4, "met an agent", Status.CONFLICT),
        (5, "on its way", None),
    ):
        row = Row(number, ("L", says))
        journal.add(LATER, [Entry(row, "L", {"Name": says}, harmless=False)])
        send(journal, LATER, number, status)
    add(journal, LATER, 6, "idempotent")
    send(journal, LATER, 6, Status.UNKNOWN)
    add(journal, LATER, 7, "taken")
    send(journal, LATER, 7, Status.SUCCEEDED)
    expected = [
        (f"{LATER} 3", "in doubt, unknown"),
        (f"{LATER} 4", "met an agent, conflict"),
        (f"{LATER} 5", "on its way, in_flight"),
    ]
    assert undecided(journal) == expected
    assert undecided(journal, dialer="http://elsewhere") == []
    assert undecided(journal, dialer="HTTP://localhost:080/") == expected
    journal.resolve(LATER, [3], State.SUCCEEDED, "applied")
    journal.resolve(LATER, [4], State.PENDING, "send")
    assert undecided(journal) == [(f"{LATER} 4", "met an agent, pending"), expected[2]], "its run is to send it"


def test_an_undecided_row_without_a_time_has_that_of_its_run(journal: Journal) -> None:
    send(journal, LATER, 2, None)
    with journal._database.writing() as connection:  # type: ignore[attr-defined]
        connection.execute("UPDATE rows SET time = NULL, harmless = FALSE WHERE state = 'in_flight'")
    [[found]] = journal.history().undecided(("L",), DIALER).values()
    assert found.time == journal.run(LATER).created
    assert [one.time for one in journal.history().sent(["L"], 9, DIALER, 41)["L"]][-1] == found.time


def test_a_leads_rows_are_listed_the_newest_first_with_their_runs(journal: Journal) -> None:
    add(journal, LATER, 3, "newer")
    add(journal, LATER, 4, "another lead's", "M")
    found = [(run_id, record.number, record.cells) for run_id, record in journal.history().lead("L")]
    assert found == [(LATER, 3, ("L", "newer")), (LATER, 2, ("L", "new")), (RUN, 2, ("L", "old"))]


def test_one_row_is_that_of_its_run(journal: Journal) -> None:
    history = journal.history()
    assert [record.cells for record in history.record(RUN, 2)] == [("L", "old")]
    assert list(history.record(RUN, 3)) == []
    assert history.row(LATER, 2) == (("Lead Id", "Name"), ("L", "new"))
    assert history.row(LATER, 3) is None
    assert history.row("20200101-000000-0000", 2) is None


def test_leads_last_sent_go_by_the_order_of_attempts_and_not_by_the_clock(
    open_store: OpenStore, tmp_path: Path, set_clock: SetClock
) -> None:
    journal = open_store()
    for run_id, says, clock in ((RUN, "old", 2_000_000_000.0), (LATER, "new", 1_700_000_000.0)):
        journal.create(a_run(tmp_path, run_id))
        add(journal, run_id, 2, says)
        set_clock(clock)
        send(journal, run_id, 2, Status.SUCCEEDED)
    assert last(journal, "L", "M") == {"L": "new"}
    assert journal.history().last_sent(["L"], DIALER, 41)["L"].run_id == LATER


def test_what_a_lead_has_taken_of_given_rows_is_told_and_nothing_else(journal: Journal) -> None:
    send(journal, LATER, 2, Status.FAILED)
    history, rows = journal.history(), [("L", {"Name": "old"}), ("L", {"Name": "new"}), ("M", {"Name": "old"})]
    found = history.taken(rows, DIALER, 41)
    assert {lead: [(one.run_id, one.fields) for one in same] for lead, same in found.items()} == {
        "L": [(RUN, {"Name": "old"})]
    }
    assert history.taken(rows, DIALER, 42) == {} == history.taken([], DIALER, 41)


@pytest.mark.parametrize(
    ("outcome", "status", "taken"),
    [
        (Outcome(Effect.ANSWERED, 110, "X", "X", 400), Status.CONFLICT, False),
        (Outcome(Effect.IN_DOUBT), Status.UNKNOWN, True),
    ],
)
def test_a_row_sent_again_by_a_decision_was_perhaps_taken_before_only_if_in_doubt(
    journal: Journal, outcome: Outcome, status: Status, *, taken: bool
) -> None:
    """The dialer has answered 110: it has not updated the lead."""
    add(journal, LATER, 3, "doubted", lead="M")

    async def one() -> None:
        async with sending(journal, LATER) as log:
            await log.begin(3, 1)
            await log.finish(3, 1, outcome, status)

    asyncio.run(one())
    journal.resolve(LATER, [3], State.PENDING, "send")
    send(journal, LATER, 3, Status.FAILED, attempt=2)
    found = journal.history().taken([("M", {"Name": "doubted"})], DIALER, 41)
    assert [one.state for one in found.get("M", ())] == ([State.SKIPPED] if taken else [])


def test_a_row_is_found_in_each_confirmed_run_that_has_read_it(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, 3, "new")
    add(journal, LATER, 3, "old", state=State.SKIPPED)
    add(journal, LATER, 4, "old", lead="M")
    history, rows = journal.history(), [("L", {"Name": "old"}), ("M", {"Name": "new"})]
    assert history.readings(rows, DIALER, 41) == {}, "nobody has confirmed a draft"
    journal.confirm(LATER)
    assert history.readings(rows, DIALER, 41) == {"L": [("L", LATER, 3, {"Name": "old"}, True)]}
    journal.confirm(RUN)
    assert history.readings(rows, DIALER, 41) == {
        "L": [("L", RUN, 2, {"Name": "old"}, False), ("L", LATER, 3, {"Name": "old"}, True)],
    }
    assert history.readings(rows, DIALER, 42) == {} == history.readings([], DIALER, 41)
