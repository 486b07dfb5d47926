"""The marks of attempts that have left."""

import asyncio
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadsync.journal import Journal, open_journal
from leadsync.journal.marks import Marks, drop_marks, left_attempts
from leadsync.models import Status
from tests.journal.samples import (
    OK,
    RUN,
    a_run,
    die,
    ends,
    entry,
    sending,
)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal in a file: its marks are of epoch 0."""
    with open_journal(tmp_path) as journal:
        journal.create(a_run(tmp_path))
        yield journal


@pytest.mark.parametrize("spoilt", ["gone", "of another start of the machine", "cut"])
def test_marks_that_tell_nothing_leave_every_row_in_doubt(journal: Journal, tmp_path: Path, spoilt: str) -> None:
    journal.add(RUN, [entry(2), entry(3)])

    async def die() -> None:
        async with sending(journal, RUN) as log:
            await log.begin(2, 1)
            await log.begin(3, 1)
            log.leaves(2, 1)

    asyncio.run(die())
    marks = tmp_path / "sent" / RUN
    if spoilt == "gone":
        marks.unlink()
    elif spoilt == "cut":
        marks.write_bytes(marks.read_bytes()[:20])
    else:
        marks.write_bytes(b"another" + marks.read_bytes()[7:])
    assert journal.settle(RUN) == 2
    assert ends(journal) == {2: Status.UNKNOWN, 3: Status.UNKNOWN}


def test_a_mark_is_overwritten_once_its_row_has_ended(journal: Journal, tmp_path: Path) -> None:
    journal.add(RUN, [entry(n) for n in range(2, 50)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            for n in range(2, 50):
                await log.begin(n, 1)
                log.leaves(n, 1)
                await log.finish(n, 1, OK, Status.SUCCEEDED)
            assert left_attempts(tmp_path, RUN) == {(49, 1)}

    asyncio.run(send())


def test_a_run_whose_rows_are_settled_has_no_marks(journal: Journal) -> None:
    journal.add(RUN, [entry(2)])
    die(journal, RUN, left=(2,))
    assert left_attempts(journal.state, RUN) == {(2, 1)}
    journal.settle(RUN)
    assert list((journal.state / "sent").iterdir()) == []


# The file of marks


def test_marks_of_all_calls_under_way_are_told_after_the_end_of_others(tmp_path: Path) -> None:
    marks = Marks(tmp_path, RUN)
    marks.set(2, 1)
    marks.set(3, 1)
    marks.forget(2)
    marks.set(4, 7)
    marks.set(5, 1)
    marks.forget(9)
    marks.close()
    found = left_attempts(tmp_path, RUN)
    assert found is not None
    assert found >= {(3, 1), (4, 7), (5, 1)}
    assert (2, 1) not in found, "its place is another's"


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's")
def test_marks_are_for_their_user_alone(tmp_path: Path) -> None:
    marks = Marks(tmp_path, RUN)
    marks.close()
    assert stat.S_IMODE(marks.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(marks.path.parent.stat().st_mode) == 0o700


def test_closed_marks_take_no_more(tmp_path: Path) -> None:
    marks = Marks(tmp_path, RUN)
    marks.close()
    with pytest.raises((TypeError, ValueError)):
        marks.set(2, 1)


def test_a_run_that_goes_on_begins_with_no_marks(tmp_path: Path) -> None:
    first = Marks(tmp_path, RUN)
    first.set(2, 1)
    first.close()
    Marks(tmp_path, RUN).close()
    assert left_attempts(tmp_path, RUN) == set()


def test_marks_that_were_removed_tell_nothing(tmp_path: Path) -> None:
    Marks(tmp_path, RUN).close()
    drop_marks(tmp_path, RUN)
    assert left_attempts(tmp_path, RUN) is None
    drop_marks(tmp_path, RUN)


def test_where_the_system_names_no_start_of_the_machine_marks_tell_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadsync.journal.marks._BOOT_ID", tmp_path / "no such file")
    marks = Marks(tmp_path, RUN)
    marks.set(2, 1)
    marks.close()
    assert left_attempts(tmp_path, RUN) is None
