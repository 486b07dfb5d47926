"""The lock of a watched folder."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from leadsync.errors import BusyError
from leadsync.journal import FolderLock, folder_lock

NewLock = Callable[..., FolderLock]


@pytest.fixture(params=["state folder", "database"])
def new_lock(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewLock]:
    """Makes locks of a folder, as several processes do."""
    url = "" if request.param == "state folder" else request.getfixturevalue("postgres_url")
    with ExitStack() as opened:

        def new(folder: Path = tmp_path / "incoming", seconds: float = 15.0) -> FolderLock:
            lock = folder_lock(tmp_path, folder, url, seconds)
            opened.callback(lock.release)
            return lock

        yield new


def test_a_watched_folder_is_locked_for_one(new_lock: NewLock) -> None:
    holder, other = new_lock(), new_lock()
    assert not holder.lasts()
    holder.acquire()
    assert holder.lasts()
    assert holder.holder() == socket.gethostname()
    with pytest.raises(BusyError, match="incoming is being watched by another leadsync"):
        other.acquire()
    assert not other.lasts()
    holder.release()
    new_lock().acquire()


def test_a_process_is_named_on_the_same_machine(tmp_path: Path) -> None:
    lock = folder_lock(tmp_path, tmp_path)
    lock.acquire()
    with pytest.raises(BusyError, match=f"process {os.getpid()}"):
        folder_lock(tmp_path, tmp_path).acquire()
    lock.release()


def test_another_folder_has_its_own(new_lock: NewLock, tmp_path: Path) -> None:
    new_lock().acquire()
    other = new_lock(tmp_path / "other")
    other.acquire()
    assert other.lasts()


@pytest.mark.skipif(os.name == "nt", reason="nobody can remove an open file there")
def test_a_lock_whose_file_was_removed_is_lost_and_can_be_taken_anew(tmp_path: Path) -> None:
    lock = folder_lock(tmp_path, tmp_path / "incoming")
    lock.acquire()
    for file in (tmp_path / "locks").iterdir():
        file.unlink()
    assert not lock.lasts()
    lock.acquire()
    assert lock.lasts()
    with pytest.raises(BusyError):
        folder_lock(tmp_path, tmp_path / "incoming").acquire()
    lock.release()


def test_a_lock_is_given_back_by_another_thread(tmp_path: Path) -> None:
    lock = folder_lock(tmp_path, tmp_path)
    lock.acquire()
    giving = threading.Thread(target=lock.release)
    giving.start()
    giving.join()
    assert not lock.lasts()
    other = folder_lock(tmp_path, tmp_path)
    other.acquire()
    assert other.lasts()
    other.release()
