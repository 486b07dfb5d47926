"""The machine is killed while it watches a folder: the next night goes on, and each sheet is sent once."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from leadsync.simulator import PracticeDialer, PracticeServer
from tests.faults.invariants import sheet_rows
from tests.faults.killing import Countdown, around_commits, around_report_files
from tests.faults.scene import Scene, read_table, wait_until

ROWS = 6


def around_moves(fatal: int, log: Path | None = None) -> None:
    """Ticks before and after a sheet is moved away."""
    countdown = Countdown(fatal, log)
    real = os.rename

    def rename(*arguments: object, **named: object) -> None:
        countdown.tick()
        real(*arguments, **named)  # type: ignore[arg-type]
        countdown.tick()

    os.rename = rename  # type: ignore[assignment]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Callable[[str], Scene]]:
    with ExitStack() as stack:
        dialer = PracticeDialer(any_lead=True, hardware_threads=64, floor_seconds=0.005)
        server = stack.enter_context(PracticeServer(dialer))
        first = Scene(tmp_path / "first", dialer, server.url, sheet_rows(ROWS), server=server)
        yield first.anew


def watched(scene: Scene) -> Path:
    """The scene's sheet, in a folder that is watched."""
    folder = scene.folder / "leads"
    folder.mkdir()
    scene.sheet.rename(folder / "leads.csv")
    return folder


@pytest.mark.parametrize("patch", [around_commits, around_report_files, around_moves])
def test_wherever_it_is_killed_the_next_night_tells_the_truth(scene: Callable[[str], Scene], patch) -> None:
    counted = scene("counted")
    folder = watched(counted)
    log = counted.folder / "ticks"
    whole = counted.start("watch", folder, "--once", "--settle", "0", patch=patch, patched_with=(0, log)).wait()
    assert whole.code == 0, whole.err
    moments = int(log.read_text())
    assert moments >= 2
    for moment in range(1, moments + 1, max(1, moments // 8)):
        now = scene(f"killed {patch.__name__} {moment}")
        folder = watched(now)
        killed = now.start("watch", folder, "--once", "--settle", "0", patch=patch, patched_with=(moment,)).wait()
        assert killed.code in (-9, 0), killed.err
        after = now.leadsync("watch", folder, "--once", "--settle", "0")
        check(now, folder, after.code)


def check(scene: Scene, folder: Path, code: int) -> None:
    applied = Counter(entry.fields.get("Name") for entry in scene.dialer.ledger.applications)
    subfolder = next(name for name in ("done", "attention") if (folder / name / "leads.csv").is_file())
    assert not (folder / "leads.csv").exists(), "nothing is left half done"
    (report,) = [path for name in ("done", "attention") for path in (folder / name).glob("*.report.csv")]
    assert report.parent.name == subfolder, "its reports are beside it"
    statuses = {int(row["sync_row"]): row["sync_status"] for row in read_table(report)}
    assert len(statuses) == ROWS
    for row in scene.rows:
        assert statuses[row.number] in ("succeeded", "unknown")
        if statuses[row.number] == "succeeded":
            assert applied[row.name] >= 1
        if not row.harmless:
            assert applied[row.name] <= 1, "an action is fired once"
    assert subfolder == ("done" if set(statuses.values()) == {"succeeded"} else "attention")
    # Killed behind the move, the second night has nothing to do.
    assert code in ((0,) if subfolder == "done" else (3, 0))


def test_a_run_that_another_command_goes_on_with_has_its_files_where_a_person_looks(
    scene: Callable[[str], Scene],
) -> None:
    now = scene("gone on with by run")
    now.strike(kind="slow", seconds=0.5)
    folder = watched(now)
    running = now.start("watch", folder, "--once", "--settle", "0")
    now.await_calls(2)
    running.kill()
    now.dialer.faults.clear()
    assert now.leadsync("run", folder / "leads.csv").code == 3
    assert [path.parent.name for path in folder.glob("*/*.review.csv")] == ["attention"]
    after = now.leadsync("watch", folder, "--once", "--settle", "0")
    check(now, folder, after.code)


def test_a_sigterm_lets_the_calls_under_way_get_their_answers_and_the_next_night_goes_on(
    scene: Callable[[str], Scene],
) -> None:
    now = scene("terminated")
    now.strike(kind="slow", seconds=0.5)
    folder = watched(now)
    running = now.start("watch", folder, "--every", "1", "--settle", "0")
    now.await_calls(2)
    running.signal(signal.SIGTERM)
    ended = running.wait()
    assert ended.code == 143, ended.err
    assert (folder / "leads.csv").is_file()
    # In done/ if every row had gone by then.
    (report,) = folder.glob("*/*.report.csv")
    statuses = Counter(row["sync_status"] for row in read_table(report))
    assert set(statuses) <= {"succeeded", "unsent"}
    assert statuses["succeeded"] == len(now.dialer.ledger.applications) > 0
    now.dialer.faults.clear()
    after = now.leadsync("watch", folder, "--once", "--settle", "0")
    assert after.code == 0, after.err
    check(now, folder, after.code)


def test_a_sigterm_between_two_looks_ends_it(scene: Callable[[str], Scene]) -> None:
    now = scene("idle")
    folder = watched(now)
    (folder / "leads.csv").unlink()
    running = now.start("watch", folder)
    wait_until(lambda: "Watching" in running.said)
    running.signal(signal.SIGTERM)
    assert running.wait().code == 143
