"""Several rows of a lead, in another order than before: none goes twice, and none is taken for another."""

import csv
from pathlib import Path

import openpyxl
import pytest

from leadsync.reimport.same_rows import same_rows
from tests.conftest import Desk

A, B, C, X = 1, 2, 3, 9
"""Digests of payloads."""


@pytest.mark.parametrize(
    ("now", "same"),
    [
        ([C, B, A], [2, 1, 0]),
        ([A, X, C], [0, 1, 2]),
        ([C, X, A], [2, 1, 0]),
        ([A, X, B, C], [0, None, 1, 2]),
        ([C, A], [2, 0]),
        ([A, A, B], [0, 2, 1]),
        ([None, A, B], [2, 0, 1]),
    ],
    ids=["re-sorted", "edited", "edited and re-sorted", "inserted", "removed", "one row twice", "without a payload"],
)
def test_equal_payloads_come_before_places(now: list[int | None], same: list[int | None]) -> None:
    assert same_rows(now, [A, B, C]) == same


ROWS = ("L1,a", "L2,b", "L1,c", "L2,d", "L1,e", "L3,f")
"""Lead and version of each row."""
LEADS = {"L1": "aceXZ", "L2": "bd", "L3": "f"}
BACKWARDS = "fedcba"


def rearranged(path: Path, wanted: str) -> None:
    """A file's rows by their versions, in this order; Z is the row a with the version Z, X a new one of its lead."""
    book = openpyxl.load_workbook(path) if path.suffix == ".xlsx" else None
    lines = list(book["Sheet"].values) if book else list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    rows = {row[1]: list(row) for row in lines}
    new = {"X": ["L1", "X", *("" for _ in lines[0][2:])], "Z": [*rows["a"][:1], "Z", *rows["a"][2:]]}
    wanted_rows = [(rows | new)[one] for one in wanted]
    if book is None:
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([lines[0], *wanted_rows])
        return
    for at, row in enumerate(wanted_rows, 2):
        for column, value in enumerate(row, 1):
            book["Sheet"].cell(at, column).value = value
    book.save(path)


@pytest.mark.parametrize(
    ("first", "limit", "second", "wanted", "sent", "undone"),
    [
        ("leads.csv", 2, "leads.csv", BACKWARDS, "fedc", 3),
        ("leads.csv", 2, "c.csv", BACKWARDS, "fedc", 0),
        ("c.csv", 2, "c.csv", BACKWARDS, "fedc", 0),
        ("c.csv", 2, "leads.csv", BACKWARDS, "fedc", 3),
        ("leads.csv", 6, "c.csv", BACKWARDS, "", 0),
        ("c.csv", 6, "c.csv", BACKWARDS, "", 0),
        ("c.csv", 6, "c.csv", "feXdcba", "", 0),
        ("c.csv", 6, "c.csv", "aceXf", "X", 0),
        ("c.csv", 6, "c.csv", "aXcebf", "", 0),
        ("c.csv", 3, "c.csv", "bdecZf", "def", 0),
        ("leads.csv", 3, "c.csv", "bdecZf", "def", 0),
        ("leads.csv", 1, "c.csv", "fedcbZ", "fedcbZ", 0),
        ("leads.csv", 1, "c.csv", "abXcef", "bXcef", 0),
        ("c.xlsx", 6, "c.xlsx", BACKWARDS, "", 0),
        ("leads.xlsx", 2, "c.xlsx", BACKWARDS, "fedc", 0),
    ],
)
def test_no_order_of_rows_sends_one_twice_or_undoes_a_newer_one_silently(
    desk: Desk, first: str, limit: int, second: str, wanted: str, sent: str, undone: int
) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", "Lead Id,Version", *ROWS)
    if second.endswith(".xlsx"):
        sheet, book = desk.folder / "leads.xlsx", openpyxl.Workbook()
        for line in ("Lead Id,Version", *ROWS):
            book.active.append(line.split(","))
        book.save(sheet)
    desk.leadsync("check", sheet, "--output", f"c{sheet.suffix}")
    assert desk.leadsync("run", first, "--limit", str(limit)).code == 0
    before = len(dialer.ledger.received)
    # A copy's rows keep their age in the sheet; in the sheet itself the order that it has now counts.
    rearranged(desk.folder / second, wanted)
    done = desk.leadsync("run", second)
    assert done.code == 0, done.err
    received: dict[str, list[str]] = {}
    for one in dialer.ledger.received[before:]:
        received.setdefault(one.lead, []).append(one.fields["Version"])
    # Calls of different leads run side by side.
    assert received == {
        lead: versions for lead, of in LEADS.items() if (versions := [one for one in sent if one in of])
    }
    words = f"! {undone} row{'s' * (undone > 1)} would undo what"
    assert (words in done.err) == bool(undone), done.err
    assert desk.leadsync("run", second).code == 0
    assert len(dialer.ledger.received) == before + len(sent)
