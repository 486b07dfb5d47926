"""The judge of the random walks notices each promise that is broken."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.dialer_faults import Mood
from tests.faults.judge import Evidence, Found, judge, unread
from tests.faults.raw_dialer import Answer, Call, RawDialer
from tests.faults.walk import KEY, Sheet, SheetRow, Walk

SALE = SheetRow("Sale", "L1", "0383218001", "Sale")
QUIET = SheetRow("Quiet", "L1", "0383218002", "<No Change>")
OK = Answer()
LOST = Answer("lost", code=None)
UNTOUCHED = Answer("lost", applied=False, code=None)
REFUSED = Answer("refused", applied=False, code=106)
BUSY = Answer("busy", applied=False, code=109)
AWAY = Answer("away", applied=False, code=None, status=503)


@dataclass
class Case:
    """Two rows of one lead that went well: a disposition, then none."""

    walk: Walk
    calls: list[Call]
    statuses: dict[str, list[str]]

    def call(self, row: SheetRow, answer: Answer, phone: str = "") -> Call:
        """One more call for a row, or for the row as it was corrected with another `phone`."""
        at = float(len(self.calls))
        number = sum(one.row == row.name for one in self.calls) + 1
        call = Call(
            "updateLeadFast", row.lead, {"Name": row.name, "FirstPhone": phone or row.phone}, "", at, number, answer
        )
        call.applied_at = at + 0.5 if answer.applied else None
        call.ended, call.whole = at + 0.6, answer is not LOST and answer is not UNTOUCHED
        self.calls.append(call)
        return call

    def broken(self) -> set[str]:
        """The letters of the promises that the judge finds broken."""
        by_row = {row.name: [call for call in self.calls if call.row == row.name] for row in (SALE, QUIET)}
        rows = {
            name: [Found(name, f"run-{at}", 2, "L1", status) for at, status in enumerate(statuses)]
            for name, statuses in self.statuses.items()
        }
        evidence = Evidence(rows, by_row, forgotten=self.walk.epoch > 0)
        return {sentence[0] for sentence in judge(self.walk, evidence)}


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    with RawDialer() as dialer:
        walk = Walk(tmp_path / "walk", 1, dialer, Mood(1))
        sheet = walk.add_sheet(Sheet(walk.work / "leads.csv", (SALE, QUIET)))
        walk.give("leads.csv", b"", sheet.names)
        case = Case(walk, [], {"Sale": ["succeeded"], "Quiet": ["succeeded"]})
        case.call(SALE, OK)
        case.call(QUIET, OK)
        yield case


def test_nothing_is_wrong_where_all_went_well(case):
    assert case.broken() == set()


def test_a_disposition_twice(case):
    case.call(SALE, OK)
    assert "a" in case.broken()


def test_a_disposition_twice_on_a_persons_word(case):
    case.calls.clear()
    case.call(SALE, LOST)
    case.walk.decided["Sale"].append((0.8, "send"))
    case.walk.permits["Sale"] += 1
    case.call(SALE, OK)
    case.call(QUIET, OK)
    assert case.broken() == set()


def test_an_idempotent_row_twice(case):
    case.calls.clear()
    case.call(SALE, OK)
    case.call(QUIET, LOST)
    case.call(QUIET, OK)
    assert case.broken() == set()


@pytest.mark.parametrize("finished", [False, True])
def test_a_row_that_no_run_has(case, finished):
    del case.statuses["Quiet"]
    case.walk.sheets[0].finished = finished
    assert case.broken() == {"b"}


@pytest.mark.parametrize(
    ("decision", "pruned", "broken"),
    [("applied", 1, set()), ("not applied", 1, set()), ("send", 1, {"b"}), ("applied", 0, {"b"})],
)
def test_a_row_that_a_person_decided_and_a_prune_forgot(case, decision, pruned, broken):
    case.calls.pop()
    case.call(QUIET, LOST)
    del case.statuses["Quiet"]
    case.walk.decided["Quiet"].append((9.0, decision))
    case.walk.epoch = pruned
    assert case.broken() == broken


def test_a_sheet_that_no_run_has(case):
    """It is nobody's fault where its command was killed; it is to be run again."""
    case.statuses.clear()
    case.calls.clear()
    assert case.broken() == set()
    assert unread(case.walk, Evidence({}, {}, forgotten=False)) == case.walk.sheets
    case.walk.sheets[0].finished = True
    assert case.broken() == {"b"}


def test_a_row_whose_runs_all_leave_it_to_another(case):
    case.statuses["Quiet"] = ["skipped", "skipped"]
    assert case.broken() == {"b"}
    case.walk.decided["Quiet"].append((9.0, "not applied"))
    assert case.broken() == {"b"}
    case.walk.decided["Quiet"].append((9.0, "applied"))
    assert case.broken() == set(), "a person says that there is nothing to send"


def test_the_newest_run_that_did_not_skip_a_row_counts(case):
    case.statuses["Quiet"] = ["skipped", "succeeded", "unsent"]
    assert case.broken() == set()
    case.statuses["Quiet"] = ["skipped", "unsent", "succeeded"]
    assert case.broken() == {"b"}


@pytest.mark.parametrize("answer", [LOST, REFUSED, AWAY])
def test_success_without_the_dialers_0(case, answer):
    case.calls.pop()
    case.call(QUIET, answer)
    assert case.broken() == {"b"}


def test_success_because_a_person_says_so(case):
    case.calls.pop()
    case.call(QUIET, LOST)
    case.walk.decided["Quiet"].append((9.0, "applied"))
    assert case.broken() == set()


def test_failed_although_it_was_applied(case):
    """As where a page counts as a result code."""
    case.calls[0].answer, case.calls[0].whole = LOST, False
    case.statuses["Sale"] = ["failed"]
    assert "b" in case.broken()


@pytest.mark.parametrize(("answer", "status"), [(REFUSED, "failed"), (Answer("110", False, 110), "conflict")])
def test_a_refusal_is_a_reason(case, answer, status):
    case.calls.pop()
    case.call(QUIET, answer)
    case.statuses["Quiet"] = [status]
    assert case.broken() == set()
    case.calls[-1].answer = OK
    assert case.broken() in ({"b"}, {"c"})


@pytest.mark.parametrize("status", ["failed", "unknown"])
def test_an_idempotent_row_is_done_while_it_has_attempts(case, status):
    case.calls.pop()
    case.statuses["Quiet"] = [status]
    for answer in (UNTOUCHED, BUSY, AWAY, BUSY):
        case.call(QUIET, answer)
        assert "c" in case.broken() or status == "failed"
    case.call(QUIET, BUSY)
    assert case.broken() == set()


def test_an_unsent_row_waits_for_somebody(case):
    case.calls.clear()
    case.call(SALE, LOST)
    case.statuses = {"Sale": ["unknown"], "Quiet": ["unsent"]}
    assert case.broken() == set()
    case.calls.clear()
    case.call(SALE, OK)
    case.statuses["Sale"] = ["succeeded"]
    assert case.broken() == {"b"}


def test_a_row_in_flight_at_rest(case):
    case.walk.state.mkdir()
    with closing(sqlite3.connect(case.walk.state / "journal.sqlite3")) as journal:
        journal.executescript("CREATE TABLE rows (state TEXT); INSERT INTO rows VALUES ('succeeded');")
        assert case.broken() == set()
        journal.executescript("INSERT INTO rows VALUES ('in_flight');")
    assert case.broken() == {"c"}


def test_more_calls_than_slots(case):
    case.walk.dialer.peak = case.walk.slots
    assert case.broken() == set()
    case.walk.dialer.peak += 1
    assert case.broken() == {"d"}


@pytest.mark.parametrize("answer", [LOST, BUSY, AWAY])
def test_a_later_row_overtakes_one_that_is_not_settled(case, answer):
    case.calls.clear()
    case.call(SALE, answer)
    case.call(QUIET, OK)
    case.statuses["Sale"] = ["unknown" if answer is LOST else "failed"]
    assert "e" in case.broken()


def test_a_later_row_goes_first(case):
    case.calls.clear()
    case.call(QUIET, OK)
    case.call(SALE, OK)
    assert case.broken() == {"e"}


def test_a_later_row_follows_a_refusal_and_a_decision(case):
    case.calls.clear()
    case.call(SALE, REFUSED)
    case.call(QUIET, OK)
    case.statuses["Sale"] = ["failed"]
    assert case.broken() == set()
    case.calls[0].answer, case.calls[0].whole = LOST, False
    case.walk.decided["Sale"].append((0.8, "not applied"))
    assert case.broken() == set()


def test_a_corrected_row_is_no_longer_in_the_sheets_order(case):
    case.calls.clear()
    case.call(SALE, REFUSED)
    case.call(SALE, LOST, phone="0383219999")
    case.call(QUIET, OK)
    case.statuses["Sale"] = ["unknown"]
    assert case.broken() == set()


def test_an_earlier_row_again_after_a_later_one(case):
    case.call(SALE, OK)
    case.walk.permits["Sale"] += 1
    assert case.broken() == set(), "a person has given it once more"
    case.walk.permits.subtract(["Sale"])
    assert case.broken() == {"a", "e"}
    case.calls[-1].left_out = True
    assert case.broken() == {"a"}, "nobody could foresee that the dialer would be at it for so long"


@pytest.mark.parametrize("piece", [KEY, KEY[5:13]])
def test_a_piece_of_the_key_in_a_file(case, piece):
    (case.walk.folder / "7-run.err").write_text(f"refused: {piece}…")
    assert case.broken() == {"h"}
