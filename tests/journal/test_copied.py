"""The mark of a journal that was copied into a database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.errors import UsageError
from leadsync.journal.copied import mark_copied, refuse_copied, unmark


def test_a_marked_journal_is_refused_with_the_place_of_its_copy_and_a_way_back(tmp_path: Path) -> None:
    refuse_copied(tmp_path)
    mark_copied(tmp_path, "leads on db.example.com", datetime(2026, 11, 24, 21, 4, tzinfo=UTC), kept=True)
    with pytest.raises(UsageError) as caught:
        refuse_copied(tmp_path)
    assert str(caught.value) == (
        f"The journal in {tmp_path} was copied to leads on db.example.com, on 2026-11-24 21:04: name that database in "
        f"LEADSYNC_JOURNAL_URL or [journal] url_file. To go on with the old journal instead, remove "
        f"{tmp_path}/journal.copied; do not use both."
    )
    for _ in range(2):
        unmark(tmp_path)
    refuse_copied(tmp_path)


def test_a_copy_that_was_cut_off_may_be_made_again_there_and_nothing_else(tmp_path: Path) -> None:
    at = datetime(2026, 11, 24, 21, 4, tzinfo=UTC)
    mark_copied(tmp_path, "leads on db.example.com", at, kept=False)
    refuse_copied(tmp_path, to_copy_to="leads on db.example.com")
    for place in ("leads on db.example.com:5433", ""):
        with pytest.raises(UsageError) as caught:
            refuse_copied(tmp_path, to_copy_to=place)
        assert str(caught.value) == (
            f"The journal in {tmp_path} was copied to leads on db.example.com, on 2026-11-24 21:04; whether all of it "
            f"came there is not known: copy it there once more, which tells (`leadsync journal copy`). If that "
            f"database has no run of it, or is lost, remove {tmp_path}/journal.copied first."
        )
    mark_copied(tmp_path, "leads on db.example.com", at, kept=True)
    with pytest.raises(UsageError, match="was copied to leads on"):
        refuse_copied(tmp_path, to_copy_to="leads on db.example.com")
