"""Which rows left of a run the sheet that begins it anew does not hold, and what is said of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadsync.journal import Entry, Journal, open_journal
from leadsync.models import Row
from leadsync.reimport import left_behind, left_behind_remark
from tests.journal.samples import LATER, RUN, a_run


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with open_journal(tmp_path) as opened:
        opened.create(a_run(tmp_path))
        opened.confirm(RUN)
        opened.create(a_run(tmp_path, LATER))
        yield opened


def fill(journal: Journal, run_id: str, rows: str) -> None:
    """Rows to be sent, such as `A:Sale`."""
    parts = [row.split(":") for row in rows.split()]
    journal.add(
        run_id,
        [
            Entry(Row(number, (lead, text)), lead, {"njDisposition": text}, harmless=False)
            for number, (lead, text) in enumerate(parts, 2)
        ],
    )


@pytest.mark.parametrize(
    ("before", "now", "missing", "replaced"),
    [
        ("A:Sale B:Sale", "A:Sale B:Sale", [], []),
        ("A:Sale B:Sale", "B:Sale", [2], []),
        ("A:Sale B:Sale", "", [2, 3], []),
        # a correction stands for the row
        ("A:Sale", "A:Busy", [], [2]),
        ("A:Sale A:Busy", "A:Sold A:Busy", [], [2]),
        # a lead of which a row is missing
        ("A:Sale A:Busy", "A:Sale", [3], []),
        ("A:Sale A:Busy", "A:Busy", [2], []),
        ("A:Sale A:Busy A:Away", "A:Sold", [3, 4], [2]),
        # equal rows count
        ("A:Sale A:Sale", "A:Sale", [3], []),
        ("A:Sale", "A:Sale A:Sale", [], []),
    ],
)
def test_which_rows_a_sheet_begun_anew_does_not_hold(
    journal: Journal, before: str, now: str, missing: list[int], replaced: list[int]
) -> None:
    fill(journal, RUN, before)
    fill(journal, LATER, now)
    assert left_behind(journal, RUN, LATER) == (missing, replaced)
    assert left_behind(journal, RUN, LATER, ["A", "B"]) == ([], []), "they stay with their run"


def test_rows_beyond_a_trial_are_left_as_well(journal: Journal) -> None:
    fill(journal, RUN, "A:Sale B:Sale A:Busy C:Sale")
    fill(journal, LATER, "A:Sale B:Sale")
    journal.update_run(RUN, last_row=2)
    assert left_behind(journal, RUN, LATER) == ([4, 5], [])


@pytest.mark.parametrize(
    ("rows", "words", "how"),
    [
        (
            [4],
            "1 row left of run R is not in this copy (row 4), and is skipped there",
            "to send it, give it in a sheet of its own",
        ),
        (
            [4, 9],
            "2 rows left of run R are not in this copy (row 4, 9), and are skipped there",
            "to send them, give them in a sheet of their own",
        ),
    ],
)
def test_what_is_said_of_them(rows: list[int], words: str, how: str) -> None:
    remark = left_behind_remark("R", rows, "copy")
    assert (remark.text, remark.loud) == (f"{words}; {how}", True)
