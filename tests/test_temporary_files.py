"""Private copies of sheets, and what killed programs left in the temporary folder."""

import os
import sys
import tempfile
import time
from pathlib import Path

import pytest

from leadsync import temporary_files
from leadsync.temporary_files import private_copy, sweep

YESTERDAY = time.time() - 90_000


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    """The system's temporary folder, empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no files without a name")
def test_a_copy_has_no_name_and_can_be_read_several_times_at_once(temporary):
    with private_copy("leads.csv") as (target, path):
        target.write(b"a,b\n1,2\n")
        target.flush()
        assert list(temporary.iterdir()) == []
        with path.open("rb") as first, path.open("rb") as second:
            assert (first.read(3), second.read()) == (b"a,b", b"a,b\n1,2\n")


def test_elsewhere_a_copy_has_the_sheets_name_until_the_end(temporary, monkeypatch):
    monkeypatch.setattr(temporary_files.sys, "platform", "darwin")
    with private_copy("leads.csv") as (target, path):
        target.write(b"a,b\n")
        target.flush()
        assert (path.name, path.read_bytes()) == ("leads.csv", b"a,b\n")
        assert path.parent.stat().st_mode & 0o077 == 0
    assert list(temporary.iterdir()) == []


def left(temporary: Path, name: str, when: float = YESTERDAY) -> Path:
    folder = temporary / name
    folder.mkdir()
    (folder / "leads.csv").write_text("a,b\n")
    os.utime(folder, (when, when))
    return folder


def test_what_was_left_a_day_ago_is_removed(temporary):
    left(temporary, "leadsync-sheet-ab_c12xy")
    left(temporary, "leadsync-report-ab_c12xy")
    sweep()
    assert list(temporary.iterdir()) == []


def test_nothing_else_is_removed(temporary, tmp_path):
    kept = {
        left(temporary, "leadsync-sheet-young123", time.time()),
        left(temporary, "leadsync-backup"),
        left(temporary, "leadsync-sheet-ab_c12xy-mine"),
    }
    own = left(tmp_path, "own")
    link = temporary / "leadsync-sheet-linked12"
    link.symlink_to(own)
    os.utime(link, (YESTERDAY, YESTERDAY), follow_symlinks=False)
    sweep()
    assert set(temporary.iterdir()) == {*kept, link}
    assert (own / "leads.csv").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
def test_another_users_folder_is_left_alone(temporary):
    folder = left(temporary, "leadsync-sheet-others12")
    os.chown(folder, 65534, 65534)
    os.utime(folder, (YESTERDAY, YESTERDAY))
    sweep()
    assert folder.exists()
