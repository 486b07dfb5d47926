"""Which files of a folder may be sent now."""

import subprocess
import sys
from pathlib import Path

import pytest

from leadsync.watch import look


def names(folder: Path) -> list[str]:
    return sorted(found.path.name for found in look(folder)[0])


def test_sheets_are_found_and_everything_temporary_or_hidden_is_not(tmp_path: Path) -> None:
    sheets = ["a.csv", "b.XLSX", "c.ods", "d.xls", "e.csv.gz", "f.txt", "g.html", "h.HTM", "i.mht", "j.mhtml", "k.xml"]
    sheets += ["l.fods", "m.tab", "n.psv", "o.asc", "p.dat", "q.zip"]
    others = [
        "~$x.xlsx", "x.csv.part", "x.xlsx.crdownload", "x.tmp", ".x.csv", "~WRL0001.tmp", "x.csv.filepart",
        "Thumbs.db", ".leadsync.csv.swp",
    ]  # fmt: skip
    for name in (*sheets, *others):
        (tmp_path / name).touch()
    (tmp_path / "done").mkdir()
    (tmp_path / "folder.csv").mkdir()
    assert names(tmp_path) == sheets
    assert look(tmp_path)[1] == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("x.pdf", "its ending .pdf is no sheet's; if it is a sheet, give it its own, such as .csv or .xlsx"),
        ("leads.export", "its ending .export is no sheet's; if it is a sheet, give it its own, such as .csv or .xlsx"),
        ("leads", "its name has no ending; if it is a sheet, give it its own, such as .csv or .xlsx"),
    ],
)
def test_a_file_of_another_ending_is_left_alone_with_the_reason(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / name).touch()
    found, left = look(tmp_path)
    assert (found, [(one.path.name, one.why) for one in left]) == ([], [(name, why)])


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
