"""The subfolders done and attention."""

import os
import sys
from pathlib import Path

import pytest

from leadsync.watch import exists, free_name, move, prepare


def test_moving_never_takes_anothers_name(tmp_path: Path) -> None:
    prepare(tmp_path)
    done = tmp_path / "done"
    for text in ("first", "second", "third"):
        (tmp_path / "leads.csv").write_text(text)
        move(tmp_path / "leads.csv", done)
    assert {path.name: path.read_text() for path in done.iterdir()} == {
        "leads.csv": "first",
        "leads (2).csv": "second",
        "leads (3).csv": "third",
    }
    assert free_name(done / "other.csv") == done / "other.csv"


def test_a_file_or_a_link_in_the_place_of_a_subfolder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "done").write_text("mine")
    with pytest.raises(OSError, match="no folder"):
        prepare(tmp_path)
    (tmp_path / "done").unlink()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "done").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="it is a link"):
        prepare(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's")
def test_a_subfolder_open_to_others_is_refused_unless_the_folder_is_open_too(tmp_path: Path) -> None:
    prepare(tmp_path)
    (tmp_path / "done").chmod(0o777)
    with pytest.raises(OSError, match="chmod go-w"):
        prepare(tmp_path)
    tmp_path.chmod(0o777)
    prepare(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's")
def test_subfolders_of_a_teams_share_get_its_mode_whatever_the_umask(tmp_path: Path) -> None:
    tmp_path.chmod(0o2775)
    before = os.umask(0o077)
    try:
        prepare(tmp_path)
    finally:
        os.umask(before)
    assert (tmp_path / "done").stat().st_mode & 0o777 == 0o775


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's")
@pytest.mark.parametrize("mode", [0o755, 0o777, 0o2777])
def test_subfolders_are_their_makers_own_unless_the_folder_is_a_teams(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    prepare(tmp_path)
    assert (tmp_path / "done").stat().st_mode & 0o777 == 0o755


def test_a_missing_path_does_not_exist(tmp_path: Path) -> None:
    assert exists(tmp_path)
    assert not exists(tmp_path / "gone")
