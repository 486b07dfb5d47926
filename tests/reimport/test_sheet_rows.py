"""The places of a sheet's rows over its runs: each row keeps its place, be it in the newest run or not."""

from pathlib import Path

import pytest

from leadsync.journal import Origin, State
from leadsync.reimport.same_rows import RowKey
from leadsync.reimport.sheet_rows import SheetRows
from leadsync.reimport.unchanged import digest_of
from tests.journal.samples import a_run


def read(**rows: str) -> dict[int, Origin]:
    """The rows of one lead in a run, by number and version."""
    return {
        int(number[1:]): Origin("run", State.SUCCEEDED, "L", {"Version": version}) for number, version in rows.items()
    }


def test_a_row_that_only_an_older_run_has_is_placed_behind_the_row_above_it() -> None:
    rows = SheetRows(read(r2="a", r4="d"))
    older, oldest = a_run(Path("f"), "older"), a_run(Path("f"), "oldest")
    assert rows.add(older, read(r2="a", r3="b", r5="d")) == {3: -1, 5: 4}
    assert rows.add(oldest, read(r2="z", r3="a", r4="b", r5="c", r6="d")) == {2: -2, 3: 2, 4: -1, 5: -3, 6: 4}
    assert rows.order == {"L": [-2, 2, -1, -3, 4]}
    assert (rows.where(-1), rows.where(-3), rows.where(2)) == (("older", 3), ("oldest", 5), None)


@pytest.mark.parametrize(
    ("lead", "now", "places"),
    [
        ("L", {"r2": "b", "r4": "a"}, [2, 4]),
        ("M", {"r4": "z"}, [4]),
        ("L", {"r3": "x"}, [-1]),
        ("L", {"r9": "a"}, [None]),
        ("L", {"new": "a"}, [2]),
        ("L", {"r2": "x", "new": "a"}, [2, 4]),
        ("L", {"r2": "x", "again2": "a"}, [None, 2]),
    ],
    ids=["re-sorted", "another lead", "only in an older run", "unknown", "no number", "rest by place", "line twice"],
)
def test_a_row_is_known_by_its_number_in_the_sheet(lead: str, now: dict[str, str], places: list[int | None]) -> None:
    rows = SheetRows(read(r2="a", r4="b"), {2: 2, 4: 4})
    rows.add(a_run(Path("f"), "older"), read(r2="a", r3="d"), {2: 2, 3: 3})
    keys = [
        RowKey(int(name[-1]) if name != "new" else None, digest_of({"Version": text})) for name, text in now.items()
    ]
    assert rows.match(lead, keys) == places


def test_a_row_keeps_its_place_in_the_order_of_each_of_its_leads() -> None:
    rows = SheetRows(read(r2="a", r4="b"), {2: 3, 4: 5})
    older = read(r3="c") | {5: Origin("run", State.SUCCEEDED, "M", {"Version": "d"})}
    assert rows.add(a_run(Path("f"), "older"), older, {3: 3, 5: 5}) == {3: 2, 5: 4}
    assert rows.order == {"L": [2, 4], "M": [4]}
    assert list(SheetRows(read(r2="a", r4="b", r6="a"), {2: 7, 4: 8, 6: 7}).twins(2)) == [6]


def test_the_order_of_a_sorted_copy_is_that_of_the_sheet() -> None:
    rows = SheetRows(read(r2="d", r3="added", r4="b"), {2: 5, 4: 3})
    assert rows.order == {"L": [4, 2, 3]}
    assert rows.order_with("L", [4, -1, 2]) == [4, -1, 2, 3]
    rows = SheetRows(read(r2="d", r3="b"), {2: 5, 3: 3})
    assert rows.add(a_run(Path("f"), "older"), read(r2="e", r3="c"), {2: 6, 3: 4}) == {2: -1, 3: -2}
    assert rows.order == {"L": [3, -2, 2, -1]}


def test_a_row_given_back_has_the_place_of_its_equal_one_and_a_new_one_none() -> None:
    rows = SheetRows(read(r2="a"))
    rows.add(a_run(Path("f"), "older"), read(r2="a", r3="b"))
    [(lead, numbers, places)] = rows.places(read(r2="b", r3="a", r4="x"))
    assert (lead, numbers, places) == ("L", [2, 3, 4], [-1, 2, None])
