"""The lock of a watched folder."""

import os
from pathlib import Path

import pytest

from leadsync.errors import BusyError
from leadsync.journal import folder_lock


def test_a_watched_folder_is_locked_for_one(tmp_path: Path) -> None:
    folder = tmp_path / "incoming"
    with (
        folder_lock(tmp_path, folder),
        pytest.raises(BusyError, match=f"incoming is being watched .*process {os.getpid()}"),
        folder_lock(tmp_path, folder),
    ):
        pass
    with folder_lock(tmp_path, folder), folder_lock(tmp_path, tmp_path / "other"):
        pass
