"""A lead's rows of a file, in order, against the last ones that it was sent."""

from collections.abc import Collection
from datetime import UTC, datetime

import pytest

from leadsync.journal import LastSent, State
from leadsync.models import Lead
from leadsync.reimport.repetitions import Repeated, Repetitions, overlap
from tests.conftest import Desk

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def repeated(sent: str, rows: str, states: str = "") -> str:
    """The rows of a lead that repeat what it was sent, a letter a payload: `=` can be left out, `~` goes. In `states` a
    `?` is a payload in doubt, `!` a conflict that went from the review file since."""
    known_states = {"?": State.UNKNOWN, "!": State.CONFLICT}
    payloads = [
        LastSent("R", at, NOON, {"njDisposition": one}, known_states.get(states[at : at + 1], State.SUCCEEDED))
        for at, one in enumerate(sent)
    ]

    def look_up(_: Collection[str], most: int) -> dict[str, list[LastSent]]:
        return {"L": payloads[-most:]}

    def read(known: dict[str, Repeated]) -> tuple[str, dict[str, Repeated]]:
        found, marks = Repetitions(known), ""
        for one in rows:
            lead = Lead("L", {"njDisposition": one})
            can_be_left_out, equal = found.is_one(lead, payloads[-1]), found.equal(lead, payloads[-1])
            assert equal is None or equal.fields == lead.fields
            assert equal is not None or not can_be_left_out
            marks += "=" if can_be_left_out else "~" if equal else "."
            found.note(lead, payloads[-1], states.count("?"))
        return marks, found.beginnings(look_up)

    _, known = read({})
    marks, again = read(known)
    assert again == known, "a third reading would show nothing new"
    return marks


@pytest.mark.parametrize(
    ("sent", "rows", "expected"),
    [
        ("A", "A", "="),
        ("A", "B", "."),
        ("A", "AA", "=="),
        ("A", "AB", "=."),
        ("A", "BA", ".~"),
        ("A", "ABA", "=.~"),
        ("AB", "AB", "=="),
        ("AB", "A", "."),
        ("ABC", "ABC", "==="),
        ("ABC", "ABCD", "===."),
        ("XABC", "ABC", "==="),
        ("ABAB", "AB", "=="),
        ("ABA", "ABA", "==="),
        ("AA", "AA", "=="),
        ("AB", "ABB", "==="),
        ("AB", "XAB", ".~~"),
        ("ABC", "AXC", "~.~"),
        ("ABC", "AB", ".~"),
        ("ABC", "ABX", "~~."),
        ("ABC", "CBA", "=~~"),
        ("AC", "ABC", "~.~"),
        ("BC", "ABC", ".~~"),
    ],
)
def test_a_leads_rows_repeat_the_last_so_many_payloads(sent: str, rows: str, expected: str) -> None:
    assert repeated(sent, rows) == expected


def test_what_a_lead_has_perhaps_not_taken_is_repeated_by_nothing() -> None:
    assert repeated("AB", "AB", "?") == ".~"
    assert repeated("AB", "AB", " ?") == "~."


def test_a_conflict_decided_since_hides_no_payload_before_it() -> None:
    assert repeated("ABCC", "AB", "  !") == ".~"


def test_a_single_row_repeats_what_went_before_an_undecided_payload() -> None:
    assert repeated("AB", "A", " ?") == "~"
    assert repeated("XABC", "A", "  ??") == "~"
    assert repeated("XAB", "X", "  ?") == "."


def test_the_overlap_of_many_rows_is_found_in_one_pass() -> None:
    many = [1] * 100_000
    assert overlap(many, many) == 100_000
    assert overlap([*many, 2], many) == 100_000
    assert overlap(many, []) == overlap([], many) == 0


HEADINGS = "Lead Id,FirstPhone,Outcome"
SHEET = ("L,0383218191,Sale", "M,0383218192,Sale", "L,0383218191,Busy", "L,0383218191,Sale")


def test_a_sheet_saved_anew_is_named_and_can_be_skipped(desk: Desk) -> None:
    dialer = desk.dialer()
    desk.leadsync("run", desk.sheet("a.csv", HEADINGS, *SHEET))
    dialer.ledger.received.clear()
    checked = desk.leadsync("check", desk.sheet("b.csv", HEADINGS, *SHEET, ""), "--json").json
    assert checked["repeated"] == 4
    more = desk.sheet("c.csv", HEADINGS, *SHEET, "L,0383218191,Busy")
    done = desk.leadsync("run", more, "--skip-unchanged", "--json").json
    assert done["statuses"] == {"skipped": 4, "succeeded": 1}
    assert [one.lead for one in dialer.ledger.received] == ["L"]


def test_rows_around_a_changed_one_are_named_though_they_go(desk: Desk) -> None:
    desk.dialer()
    desk.leadsync("run", desk.sheet("a.csv", HEADINGS, *SHEET))
    edited = (*SHEET[:2], "L,0383218191,Call Back", SHEET[3])
    done = desk.leadsync("run", desk.sheet("b.csv", HEADINGS, *edited), "--json").json
    [told] = [line for line in done["warnings"] if "sent before" in line]
    assert told.startswith("! 3 rows say what their lead was sent before, today ")
    assert told.endswith("; --skip-unchanged skips 2 of them")


def test_the_rest_of_a_run_is_compared_alike(desk: Desk) -> None:
    dialer = desk.dialer()
    first = desk.leadsync("run", desk.sheet("a.csv", HEADINGS, "N,0383218193,Sale", *SHEET), "--limit", "1", "--json")
    desk.leadsync("run", desk.sheet("b.csv", HEADINGS, *SHEET))
    dialer.ledger.received.clear()
    done = desk.leadsync("resume", first.json["run"], "--json")
    assert [line for line in done.json["warnings"] if line.startswith("! 4 rows say what their lead was last sent")]
