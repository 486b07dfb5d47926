"""The disk: full, read-only, damaged, from another time. Nothing is sent whose beginning is not on it."""

import os
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.invariants import sheet_rows
from tests.faults.scene import Scene

DISK = 8 * 1024 * 1024


def journal_of(stage: Scene) -> Path:
    return stage.state / "journal.sqlite3"


def assert_one_sentence(text: str) -> None:
    """What went wrong is told in one, beside what was told of the sheet beforehand."""
    assert "Traceback" not in text
    assert "itself failed" not in text
    beforehand = (
        "callback date",
        "Sent as campaign fields",
        "njCallBackDate",
        "Going on with run",
        "for the first time",
    )
    told = [line for line in text.splitlines() if not any(words in line for words in beforehand)]
    assert len(told) <= 1, text


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system that is soon full."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={DISK}", "none", folder], capture_output=True, check=False
    )
    if sys.platform != "linux" or not done or done.returncode:
        pytest.skip("a small file system can be mounted only on Linux, by root")
    yield folder
    subprocess.run(["umount", "-l", folder], check=False)


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(b"no journal at all, but a file of some length" * 100),
        lambda path: _spoil_pages(path),
        lambda path: _pragma(path, "user_version = 999"),
        lambda path: _pragma(path, "application_id = 7"),
    ],
    ids=["not SQLite", "damaged", "newer", "another program's"],
)
def test_journal_that_cannot_be_trusted_is_refused_and_left_as_it_is(scene, harm):
    stage = scene(sheet_rows(200))
    stage.strike(kind="http", status=401)
    stage.run()
    stage.dialer.faults.clear()
    calls = len(stage.dialer.ledger.received)
    harm(journal_of(stage))
    before = journal_of(stage).read_bytes()
    refused = stage.run()
    assert refused.code == 1
    assert str(journal_of(stage)) in refused.err
    assert_one_sentence(refused.err)
    assert journal_of(stage).read_bytes() == before
    assert len(stage.dialer.ledger.received) == calls


def _spoil_pages(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = bytearray(path.read_bytes())
    for page in range(2, len(data) // 4096):
        data[page * 4096 : page * 4096 + 16] = b"\xff" * 16
    path.write_bytes(data)


def _pragma(path: Path, setting: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA {setting}")
    connection.close()


def test_full_disk_before_the_run_sends_nothing(scene, small_disk: Path):
    stage = scene(sheet_rows(50), state_folder=small_disk / "state")
    (small_disk / "filler").write_bytes(b"x" * (DISK - 24 * 1024))
    ended = stage.run()
    assert ended.code == 1
    assert_one_sentence(ended.err)
    assert stage.dialer.ledger.received == []


def test_disk_that_fills_up_under_way_stops_the_run_and_one_resume_finishes(scene, small_disk: Path):
    stage = scene(sheet_rows(300, disposition="Sale"), state_folder=small_disk / "state", slots=16)
    running = stage.start("run", stage.sheet)
    stage.await_calls(5)
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space"):
        filler.write_bytes(b"x" * DISK)
    ended = running.wait()
    sent = len(stage.dialer.ledger.received)
    assert ended.code == 4
    assert sent < 300
    assert_one_sentence(ended.err)
    refused = stage.leadsync("resume")
    assert refused.code == 1
    assert_one_sentence(refused.err)
    assert len(stage.dialer.ledger.received) == sent
    filler.unlink()
    resumed = stage.leadsync("resume")
    stage.check(resumed)


def test_largest_file_size_is_a_full_disk_too(scene):
    stage = scene(sheet_rows(300, disposition="Sale"), slots=16)
    running = stage.start("run", stage.sheet, patch=_limit_files, patched_with=(160 * 1024,))
    ended = running.wait()
    assert ended.code == 1
    assert_one_sentence(ended.err)
    stage.check(stage.finish())


def _limit_files(size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_outcome_that_cannot_be_written_down_last_of_all_is_no_end(scene):
    """The very last commits fail, and the disk is well again a moment later."""
    stage = scene(sheet_rows(1, disposition="Sale"))
    ended = stage.start("run", stage.sheet, patch=_fail_outcomes).wait()
    assert ended.code == 4
    assert_one_sentence(ended.err)
    resumed = stage.finish()
    stage.check(resumed)
    assert stage.statuses() == {2: "unknown"}


def _fail_outcomes() -> None:
    from leadsync.journal import RunLog

    def finish(self: RunLog, *_arguments: object) -> object:
        def work() -> None:
            raise sqlite3.OperationalError("disk I/O error")

        return self._call(work)

    RunLog.finish = finish  # type: ignore[assignment, method-assign]


def test_output_folder_that_takes_no_files_is_noticed_before_anything_is_sent(scene):
    stage = scene(sheet_rows(3))
    blocked = stage.folder / "blocked"
    blocked.write_text("a file where the folder should be")
    refused = stage.leadsync("run", stage.sheet, "--output", blocked / "below")
    assert refused.code == 2
    assert_one_sentence(refused.err)
    assert stage.dialer.ledger.received == []


def test_report_that_cannot_be_written_is_written_by_resume(scene, small_disk: Path):
    stage = scene(sheet_rows(50))
    (small_disk / "filler").write_bytes(b"x" * (DISK - 4 * 1024))
    ended = stage.leadsync("run", stage.sheet, "--output", small_disk)
    assert ended.code == 1
    assert_one_sentence(ended.err)
    (small_disk / "filler").unlink()
    resumed = stage.leadsync("resume")
    assert resumed.code == 0
    assert Path(resumed.summary["files"]["report"]).is_file()
    assert len(stage.dialer.ledger.received) == 50
    written = {Path(file).name for file in resumed.summary["files"].values() if file}
    assert {path.name for path in small_disk.iterdir()} == written, "nothing half written is left"


def test_state_is_private(scene):
    stage = scene(sheet_rows(2))
    stage.run()
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [stage.state, *stage.state.rglob("*")]}
    assert all(mode == (0o700 if path.is_dir() else 0o600) for path, mode in modes.items()), modes


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_state_folder(scene):
    stage = scene(sheet_rows(2))
    stage.state.mkdir(mode=0o500)
    refused = stage.run()
    assert refused.code == 2
    assert_one_sentence(refused.err)
    assert stage.dialer.ledger.received == []
