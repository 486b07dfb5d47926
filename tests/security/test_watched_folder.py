"""Somebody who drops files into the watched folder: nothing is read or written through what he puts there."""

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leadsync.cli.sheet_runner import SheetRunner
from leadsync.errors import UsageError
from leadsync.input_file import input_file
from leadsync.watch import look, prepare
from tests.security.users import AS_ROOT, OTHER, POSIX, within
from tests.watch.conftest import Folder, folder, hook  # noqa: F401 - fixtures

SECRET = "SECRET-8271-of-the-key-file"
GOOD = "1,0383218191,Sale,x"
NAMELESS = "no heading that leadsync knows"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "api-key"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o600)
    return path


def everything(path: Path) -> str:
    """All text that lies in a folder, its links not followed."""
    files = [file for file in path.rglob("*") if file.is_file() and not file.is_symlink()]
    return "".join(file.read_text("utf-8", "replace") for file in files if not file.name.endswith(".sqlite3"))


@POSIX
@pytest.mark.parametrize("wrong", [True, False])
def test_a_subfolder_that_is_a_link_gets_nothing(folder: Folder, tmp_path: Path, wrong: bool) -> None:  # noqa: F811
    dialer = folder.desk.dialer()
    (tmp_path / "elsewhere").mkdir()
    (folder.path / "attention").symlink_to(tmp_path / "elsewhere")
    folder.drop("a.csv", GOOD, headings=NAMELESS if wrong else "Lead Id,FirstPhone,Outcome,Name")
    done = folder.watch()
    assert done.code == 2, done.err
    assert [line for line in done.err.splitlines() if "attention" in line] == [
        f"a.csv: {folder.path}/attention cannot be used: it is a link or no folder, so move it away; it is tried again."
    ]
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert folder.names == {"a.csv"}
    assert dialer.ledger.received == []


@POSIX
def test_not_even_a_file_that_cannot_be_read_goes_through_a_link(folder: Folder, tmp_path: Path) -> None:  # noqa: F811
    folder.desk.dialer()
    (tmp_path / "elsewhere").mkdir()
    (folder.path / "attention").symlink_to(tmp_path / "elsewhere")
    folder.drop("a\nb.csv", GOOD)
    done = folder.watch()
    assert done.code == 2
    assert "cannot be moved to attention either: it is a link or no folder, so move it away." in done.err
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert list((folder.path / "done").iterdir()) == []
    assert folder.names == {"a\nb.csv"}


@AS_ROOT
def test_a_subfolder_of_another_user_gets_nothing(folder: Folder, tmp_path: Path) -> None:  # noqa: F811
    dialer = folder.desk.dialer()
    (tmp_path / "bashrc").write_text("precious")
    attention = folder.path / "attention"
    attention.mkdir()
    (attention / "a.csv.why.txt").symlink_to(tmp_path / "bashrc")
    os.chown(attention, OTHER, OTHER)
    folder.drop("a.csv", "x", headings=NAMELESS)
    done = folder.watch()
    assert done.code == 2
    assert f"{attention} cannot be used: it belongs to another user" in done.err
    assert (tmp_path / "bashrc").read_text() == "precious"
    assert [path.name for path in attention.iterdir()] == ["a.csv.why.txt"]
    assert dialer.ledger.received == []


@POSIX
@pytest.mark.parametrize("there", [True, False])
def test_a_note_is_made_new_where_a_link_was_planted(folder: Folder, tmp_path: Path, there: bool) -> None:  # noqa: F811
    folder.desk.dialer()
    target = tmp_path / "bashrc"
    if there:
        target.write_text("precious")
    (folder.path / "attention").mkdir()
    note = folder.path / "attention" / "a.csv.why.txt"
    note.symlink_to(target)
    folder.drop("a.csv", "x", headings=NAMELESS)
    assert folder.watch().code == 2
    assert (target.read_text() if target.exists() else None) == ("precious" if there else None)
    assert stat.S_IMODE(note.lstat().st_mode) == 0o600
    assert "No column holds the leads' external id" in note.read_text()


def swap_in(
    monkeypatch: pytest.MonkeyPatch, name: str, real: Callable[..., Any], file: Path, plant: Callable[[], object]
) -> None:
    """Exchange the file just before the watcher calls this function with it."""

    def swapped(path: Path, *arguments: Any, **named: Any) -> Any:
        if path == file and not file.is_symlink() and file.is_file():
            file.unlink()
            plant()
        return real(path, *arguments, **named)

    monkeypatch.setattr(name, swapped)


@POSIX
@pytest.mark.parametrize("planted", ["pipe", "link", "folder"])
def test_what_is_swapped_in_before_the_file_is_opened_is_left_alone(
    folder: Folder,  # noqa: F811
    secret: Path,
    monkeypatch: pytest.MonkeyPatch,
    planted: str,
) -> None:
    dialer = folder.desk.dialer()
    file = folder.drop("a.csv", GOOD)
    plant = {"pipe": lambda: os.mkfifo(file), "link": lambda: file.symlink_to(secret), "folder": file.mkdir}[planted]
    swap_in(monkeypatch, "leadsync.cli.sheet_runner.input_file", input_file, file, plant)
    with within(20):
        done = folder.watch("-vv")
    assert done.code in (0, 2), done.err
    assert dialer.ledger.received == []
    assert SECRET not in done.err + done.out + str(folder.hook.messages) + everything(folder.path)


@POSIX
@pytest.mark.parametrize("planted", ["pipe", "link"])
def test_what_is_swapped_in_while_the_rows_are_sent_harms_nobody(
    folder: Folder,  # noqa: F811
    secret: Path,
    monkeypatch: pytest.MonkeyPatch,
    planted: str,
) -> None:
    folder.desk.dialer()
    file = folder.drop("a.csv", GOOD)
    sent = SheetRunner._send

    def send(work: Any, *arguments: Any) -> Any:
        done = sent(work, *arguments)
        if not file.is_symlink() and file.is_file():
            file.unlink()
            os.mkfifo(file) if planted == "pipe" else file.symlink_to(secret)
        return done

    monkeypatch.setattr(SheetRunner, "_send", send)
    with within(20):
        done = folder.watch("-vv")
    assert SECRET not in done.err + done.out + everything(folder.path)
    assert folder.rows("done", "a") == {"1": "succeeded"}


def swaps_in_a_pipe(path: Path, real: Callable[..., bool]) -> Callable[..., bool]:
    """A look at a file, behind which a pipe takes its place."""

    def looked(*arguments: Any) -> bool:
        answer = real(*arguments)
        if not path.is_fifo():
            path.unlink()
            os.mkfifo(path)
        return answer

    return looked


@POSIX
def test_a_pipe_that_comes_between_look_and_open_makes_nobody_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Lead Id\n")
    monkeypatch.setattr("leadsync.watch.candidates.S_ISREG", swaps_in_a_pipe(path, stat.S_ISREG))
    with within(5):
        found, left = look(tmp_path)
    assert found == []
    assert [one.why for one in left] == ["it cannot be read: it is no regular file"]
    path.unlink()
    path.write_text("Lead Id\n")
    monkeypatch.setattr(Path, "is_file", swaps_in_a_pipe(path, Path.is_file))
    with within(5), pytest.raises(UsageError, match="it is no regular file"), input_file(path, links=False):
        pass


@POSIX
def test_a_hard_link_to_a_file_of_ours_is_left_alone(folder: Folder, secret: Path) -> None:  # noqa: F811
    folder.desk.dialer()
    (folder.path / "a.csv").hardlink_to(secret)
    done = folder.watch()
    assert done.code == 0
    assert "a.csv is left alone: it is a link to another file of yours; put a copy here." in done.err
    assert SECRET not in done.err + done.out
    assert folder.names == {"a.csv"}


@AS_ROOT
@pytest.mark.parametrize("mode", [0o2775, 0o2770])
@pytest.mark.parametrize("umask", [0o002, 0o022, 0o077])
def test_a_teams_folder_gets_subfolders_for_the_team(tmp_path: Path, umask: int, mode: int) -> None:
    os.chown(tmp_path, -1, OTHER)
    tmp_path.chmod(mode)
    before = os.umask(umask)
    try:
        prepare(tmp_path)
        prepare(tmp_path)
    finally:
        assert os.umask(before) == umask
    for name in ("done", "attention"):
        status = (tmp_path / name).stat()
        assert (stat.S_IMODE(status.st_mode), status.st_gid) == (mode, OTHER)


@AS_ROOT
def test_a_second_user_of_a_teams_folder_takes_the_subfolders_of_the_first(tmp_path: Path) -> None:
    tmp_path.chmod(0o2770)
    prepare(tmp_path)
    os.chown(tmp_path / "done", OTHER, -1)
    (tmp_path / "done").chmod(0o2770)
    prepare(tmp_path)
    assert (tmp_path / "done").stat().st_uid == OTHER, "it stays the first user's"


@AS_ROOT
@pytest.mark.parametrize(
    ("above", "mode", "group"),
    [
        (0o2770, 0o2750, 0),
        (0o2770, 0o2777, 0),
        (0o2770, 0o2770, OTHER),
        (0o2777, 0o2775, 0),
        (0o755, 0o2770, 0),
    ],
    ids=["closed to the team", "open to all", "another team's", "made by anybody", "no team's folder"],
)
def test_a_subfolder_of_another_user_that_is_not_the_teams_is_refused(
    tmp_path: Path, above: int, mode: int, group: int
) -> None:
    tmp_path.chmod(above)
    prepare(tmp_path)
    os.chown(tmp_path / "done", OTHER, group)
    (tmp_path / "done").chmod(mode)
    with pytest.raises(OSError, match="it belongs to another user, so move it away"):
        prepare(tmp_path)


@AS_ROOT
def test_a_subfolder_of_a_team_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, -1, OTHER)
    tmp_path.chmod(0o2770)
    prepare(tmp_path)
    os.chown(tmp_path / "done", OTHER, -1)
    (tmp_path / "done").chmod(0o2770)
    with pytest.raises(OSError, match="it belongs to another user, so move it away"):
        prepare(tmp_path)


@AS_ROOT
@pytest.mark.parametrize(("group", "mode"), [(OTHER, 0o775), (0, 0o757)])
def test_a_subfolder_that_others_can_write_into_is_refused(tmp_path: Path, group: int, mode: int) -> None:
    tmp_path.chmod(0o755)
    prepare(tmp_path)
    os.chown(tmp_path / "done", -1, group)
    (tmp_path / "done").chmod(mode)
    with pytest.raises(OSError, match="other users can write into it than into the watched folder, so close it"):
        prepare(tmp_path)


@POSIX
def test_a_folder_that_everybody_can_write_into_may_be_watched(folder: Folder) -> None:  # noqa: F811
    folder.desk.dialer()
    folder.path.chmod(0o1777)
    folder.drop("a.csv", GOOD)
    assert folder.watch().code == 0
    shutil.move(folder.path / "done" / "a.csv", folder.path / "b.csv")
    assert folder.watch().code == 0
