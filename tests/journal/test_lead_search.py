"""Finding leads, their requests, and what a run changed."""

from pathlib import Path

import pytest

from leadsync.journal import Changes, Entry, Journal, State
from leadsync.models import CALLBACK, DISPOSITION, EXTERNAL_ID, NO_CHANGE, Row, Status
from tests.journal.conftest import OpenStore
from tests.journal.samples import LATER, RUN, a_run
from tests.journal.test_history import send


@pytest.fixture
def leads(tmp_path: Path, open_store: OpenStore) -> Journal:
    journal = open_store()
    for run_id, rows in (
        (RUN, [("40120", 'O\'Neil "Bo"'), ("40121", "A. Ng"), ("4012", "50% off_")]),
        (LATER, [("40120", "Bo"), ("", "no lead"), ("x40120", "C")]),
    ):
        journal.create(a_run(tmp_path, run_id))
        entries = (
            Entry(Row(n, (lead, name)), lead, {"Name": name}, harmless=True, state=State.PENDING)
            for n, (lead, name) in enumerate(rows, 2)
        )
        journal.add(run_id, entries)
    return journal


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        ("4012", [("4012", 1, RUN), ("40120", 2, LATER), ("40121", 1, RUN)]),
        ("40120", [("40120", 2, LATER)]),
        ("%", []),
        ("X", []),
    ],
)
def test_leads_are_found_by_the_beginning_of_their_ids(
    leads: Journal, beginning: str, found: list[tuple[str, int, str]]
) -> None:
    assert leads.history().leads_like(beginning, 10) == found


def test_no_more_leads_are_listed_than_asked_for(leads: Journal) -> None:
    assert [one.lead for one in leads.history().leads_like("4", 2)] == ["4012", "40120"]
    assert [one.lead for one in leads.history().leads_with(["o"], 1).leads] == ["40120"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A. Ng", ["40121"]),
        ('"Bo"', ["40120"]),
        ("50% off_", ["4012"]),
        ("50_ off%", []),
        ("no lead", []),
        ("a. nG", ["40121"]),
        ("Name", []),
        ('","', []),
        ("!", []),
    ],
)
def test_leads_are_found_by_a_text_in_their_rows(leads: Journal, text: str, found: list[str]) -> None:
    assert [one.lead for one in leads.history().leads_with([text], 10).leads] == found


def test_one_of_several_texts_is_enough(leads: Journal) -> None:
    assert [one.lead for one in leads.history().leads_with(["nobody", "50%"], 10).leads] == ["4012"]


def test_a_search_goes_on_in_older_rows(leads: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadsync.journal.sql.history._SEARCHED", 4)
    newest = leads.history().leads_with(["o"], 10)
    assert [one.lead for one in newest.leads] == ["4012", "40120"]
    assert newest.before == 3
    assert leads.history().leads_with(["A. Ng"], 10, newest.before) == ([("40121", 1, RUN)], None)


def test_the_requests_of_a_lead_come_with_their_runs_the_newest_run_first(leads: Journal) -> None:
    send(leads, RUN, 2, Status.UNSENT)
    send(leads, RUN, 2, Status.FAILED, 2)
    send(leads, LATER, 2, Status.SUCCEEDED)
    made = [(run_id, one.number, one.attempt, one.code) for run_id, one in leads.history().attempts("40120")]
    assert made == [(LATER, 2, 1, 0), (RUN, 2, 1, 0), (RUN, 2, 2, 0)]
    assert list(leads.history().attempts("40121")) == []


def test_changes_are_those_of_succeeded_rows(tmp_path: Path, open_store: OpenStore) -> None:
    journal = open_store()
    journal.create(a_run(tmp_path))
    rows: list[dict[str, str]] = [
        {DISPOSITION: "Sale", CALLBACK: "2026/12/24 14:30"},
        {DISPOSITION: "Sale"},
        {DISPOSITION: NO_CHANGE, CALLBACK: "2026/12/25 09:00"},
        {"Name": "no disposition at all"},
        {DISPOSITION: "Sale", EXTERNAL_ID: "an insert"},
        {DISPOSITION: "Refused", CALLBACK: "2026/12/24 14:30"},
        {DISPOSITION: "Unsent", CALLBACK: "2026/12/24 14:30"},
    ]
    journal.add(RUN, (Entry(Row(n, ()), f"L{n}", fields, harmless=False) for n, fields in enumerate(rows, 2)))
    for number in range(2, 7):
        send(journal, RUN, number, Status.SUCCEEDED)
    send(journal, RUN, 7, Status.FAILED)
    assert journal.changes(RUN) == Changes({"Sale": 3, NO_CHANGE: 2}, callbacks=2, new_leads=2)
    assert list(journal.changes(RUN).dispositions) == ["Sale", NO_CHANGE]


def test_a_run_that_changed_nothing_has_no_changes(tmp_path: Path, open_store: OpenStore) -> None:
    journal = open_store()
    journal.create(a_run(tmp_path))
    assert journal.changes(RUN) == Changes({}, 0, 0)
