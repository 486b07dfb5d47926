"""Which files of a folder may be sent now."""

import subprocess
import sys
from pathlib import Path

import pytest

from leadsync.file_names import own_run_id
from leadsync.watch import Candidate, StabilityFilter, free_name, look, move, prepare


def names(folder: Path) -> list[str]:
    return sorted(found.path.name for found in look(folder)[0])


def test_sheets_are_found_and_everything_temporary_or_hidden_is_not(tmp_path: Path) -> None:
    sheets = ["a.csv", "b.XLSX", "c.ods", "d.xls", "e.csv.gz", "f.txt"]
    others = [
        "~$x.xlsx", "x.csv.part", "x.xlsx.crdownload", "x.tmp", ".x.csv", "~WRL0001.tmp", "x.csv.filepart", "x.pdf",
        "Thumbs.db", ".leadsync.csv.swp",
    ]  # fmt: skip
    for name in (*sheets, *others):
        (tmp_path / name).touch()
    (tmp_path / "done").mkdir()
    (tmp_path / "folder.csv").mkdir()
    assert names(tmp_path) == sheets


@pytest.mark.parametrize("note", ["~$leads.xlsx", ".~lock.leads.xlsx#"])
def test_a_sheet_that_is_open_in_a_spreadsheet_program_is_left_alone(tmp_path: Path, note: str) -> None:
    (tmp_path / "leads.xlsx").touch()
    (tmp_path / note).touch()
    found, left = look(tmp_path)
    assert found == []
    assert [one.path.name for one in left] == ["leads.xlsx"]
    assert note in left[0].why


LOCKER = """
import fcntl, sys
with open(sys.argv[1], "r+b") as stream:
    fcntl.{lock}(stream, fcntl.LOCK_EX)
    print("locked", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's, and so are these locks")
@pytest.mark.parametrize("lock", ["flock", "lockf"])
def test_a_sheet_that_another_process_has_locked_is_left_alone_until_it_lets_go(tmp_path: Path, lock: str) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("x")
    program = [sys.executable, "-c", LOCKER.format(lock=lock), str(path)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        found, left = look(tmp_path)
        assert found == []
        assert "locked" in left[0].why
    assert names(tmp_path) == ["leads.csv"]


@pytest.mark.skipif(sys.platform != "linux", reason="file modes are POSIX's, leases are Linux's")
def test_a_sheet_that_somebody_has_open_for_writing_is_left_alone_however_still_it_is(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    with path.open("w") as stream:
        stream.write("Lead Id\n")
        stream.flush()
        found, left = look(tmp_path)
        assert found == []
        assert "writing" in left[0].why
    assert names(tmp_path) == ["leads.csv"]


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        look(tmp_path / "share")


def test_a_file_has_settled_when_it_stayed_the_same_for_long_enough_by_our_own_clock() -> None:
    stability = StabilityFilter(60)
    small, large = (Candidate(Path("leads.csv"), size, 0) for size in (10, 20))
    assert stability.see([small], 0) == []
    assert stability.see([large], 59) == [], "it has grown, though its own time says that it is old"
    assert stability.see([large], 100) == []
    assert stability.see([large], 119) == [large]


def test_a_file_that_went_and_came_back_begins_anew() -> None:
    stability = StabilityFilter(60)
    file = Candidate(Path("leads.csv"), 10, 0)
    stability.see([file], 0)
    stability.see([], 30)
    assert stability.see([file], 61) == []
    assert stability.see([file], 121) == [file]


def test_the_oldest_comes_first() -> None:
    stability = StabilityFilter(0)
    files = [Candidate(Path("b"), 1, 5), Candidate(Path("a"), 1, 9), Candidate(Path("c"), 1, 5)]
    assert [file.path.name for file in stability.see(files, 0)] == ["b", "c", "a"]


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


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("leads.20261124-014813-f9ac.retry.csv", "20261124-014813-f9ac"),
        ("leads.20261124-014813-f9ac.review.xlsx", "20261124-014813-f9ac"),
        ("leads.20261124-014813-f9ac.retry.20261125-020000-0a1b.report.csv", "20261125-020000-0a1b"),
        ("leads.20261124-014813-f9ac.retry.edited-093012.csv", "20261124-014813-f9ac"),
        ("leads.report.csv", ""),
        ("leads.20261124-014813-f9ac.csv", ""),
    ],
)
def test_leadsyncs_own_files_are_known_by_their_names(name: str, run: str) -> None:
    assert own_run_id(name) == run
