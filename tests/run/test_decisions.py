"""The rules for decisions: the same on the command line and on the page."""

from pathlib import Path

import pytest

from leadsync.errors import BusyError, UsageError
from leadsync.journal import open_journal
from leadsync.models import Status
from leadsync.run import TAKEN_BACK, decide_rows
from tests.web.filled import RUN, Given, a_run, fill


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Row 2 is in conflict, row 3 unknown, row 4 has succeeded."""
    rows = [Given("A", Status.CONFLICT, 110), Given("B", Status.UNKNOWN), Given("C", Status.SUCCEEDED, 0)]
    fill(tmp_path / "state", a_run(tmp_path), rows)
    return tmp_path / "state"


@pytest.mark.parametrize(
    ("decision", "status"),
    [("applied", Status.SUCCEEDED), ("not applied", Status.FAILED), ("send", Status.UNSENT)],
)
def test_rows_are_decided_and_the_decision_is_kept(state: Path, decision: str, status: Status) -> None:
    with open_journal(state) as journal:
        assert decide_rows(journal, journal.run(RUN), [2, 3], decision, user="ann", note="seen") == 2
        assert journal.states(RUN, [2, 3]) == {2: status, 3: status}
        kept = journal.decisions(RUN, [2, 3])
        assert {(one.decided, one.user, one.note) for one in kept.values()} == {(decision, "ann", "seen")}
        [entry] = journal.audit()
    assert (entry.action, entry.user, entry.run_id, entry.detail) == (
        "decide",
        "ann",
        RUN,
        {"decision": decision, "rows": 2},
    )


def test_a_row_named_twice_is_decided_once(state: Path) -> None:
    with open_journal(state) as journal:
        assert decide_rows(journal, journal.run(RUN), (2, 3, 2), "send", user="ann") == 2
        assert decide_rows(journal, journal.run(RUN), (2, 2), TAKEN_BACK, user="ann") == 1
        assert [entry.detail["rows"] for entry in journal.audit()] in ([1, 2], [2, 1])


def test_a_decision_is_taken_back(state: Path) -> None:
    with open_journal(state) as journal:
        run = journal.run(RUN)
        decide_rows(journal, run, [2, 3], "send", user="ann")
        assert decide_rows(journal, run, [3], TAKEN_BACK, user="ben") == 1
        assert journal.states(RUN, [2, 3]) == {2: Status.UNSENT, 3: Status.UNKNOWN}
        assert [one.detail["decision"] for one in journal.audit()] == ["taken back", "send"]


@pytest.mark.parametrize(
    ("numbers", "decision", "words"),
    [
        ([2, 9], "applied", "has no row 9"),
        ([2, 4], "applied", "Row 4 of run .* is succeeded; only conflict and unknown rows are decided"),
        ([2], TAKEN_BACK, "no decision about it can be taken back"),
    ],
)
def test_nothing_changes_where_one_row_cannot_be_decided(
    state: Path, numbers: list[int], decision: str, words: str
) -> None:
    with open_journal(state) as journal:
        with pytest.raises(UsageError, match=words):
            decide_rows(journal, journal.run(RUN), numbers, decision, user="ann")
        assert journal.states(RUN, [2]) == {2: Status.CONFLICT}
        assert journal.audit() == []


def test_nobody_decides_while_it_is_sent(state: Path) -> None:
    with open_journal(state) as sender, open_journal(state) as journal:
        sender.hold(RUN)
        with pytest.raises(BusyError):
            decide_rows(journal, journal.run(RUN), [2], "applied", user="ann")
        assert journal.states(RUN, [2]) == {2: Status.CONFLICT}
