"""Files that nobody plants: made new, opened once, in folders of the user's own."""

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from leadsync import private_files
from leadsync.private_files import (
    check_shared_folder,
    file_problem,
    folder_problem,
    is_anothers,
    make_private_folder,
    move,
    open_new,
    open_regular,
    open_to_append,
    whole_or_not,
)
from tests.security.users import AS_ROOT, OTHER, POSIX, as_user, within

Plant = Callable[[Path, Path], object]


def link(path: Path, victim: Path) -> None:
    path.symlink_to(victim)


def dangling_link(path: Path, victim: Path) -> None:
    path.symlink_to(victim.with_name("new"))


def hard_link(path: Path, victim: Path) -> None:
    path.hardlink_to(victim)


def pipe(path: Path, victim: Path) -> None:
    os.mkfifo(path)


def folder(path: Path, victim: Path) -> None:
    path.mkdir()


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "victim"
    path.write_text("precious")
    path.chmod(0o600)
    return path


@pytest.fixture
def _umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def write(path: Path, text: str = "new") -> None:
    with whole_or_not(path) as stream:
        stream.write(text.encode())


@AS_ROOT
def test_a_device_is_never_replaced(tmp_path: Path) -> None:
    device = tmp_path / "full"
    os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 7))
    with pytest.raises(OSError, match="it is no regular file"):
        write(device)
    assert stat.S_ISCHR(device.lstat().st_mode)
    assert list(tmp_path.iterdir()) == [device]


@POSIX
@pytest.mark.parametrize("plant", [link, dangling_link, hard_link, pipe])
def test_writing_takes_the_place_of_what_was_planted(tmp_path: Path, victim: Path, plant: Plant) -> None:
    plant(tmp_path / "report", victim)
    write(tmp_path / "report")
    assert victim.read_text() == "precious"
    assert {path.name for path in tmp_path.iterdir()} == {"victim", "report"}
    assert stat.S_ISREG((tmp_path / "report").lstat().st_mode)
    assert mode(tmp_path / "report") == 0o600


@POSIX
def test_nothing_is_written_through_a_link_to_a_folder(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "attention").symlink_to("elsewhere")
    (tmp_path / "leads.csv").touch()
    with pytest.raises(OSError, match="it is a link"):
        write(tmp_path / "attention" / "report")
    with pytest.raises(OSError, match="it is a link"):
        move(tmp_path / "leads.csv", tmp_path / "attention" / "leads.csv")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@POSIX
def test_a_folder_that_is_exchanged_while_a_file_is_written_leads_it_nowhere(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "done").mkdir()
    with whole_or_not(tmp_path / "done" / "report") as stream:
        stream.write(b"new")
        (tmp_path / "done").rename(tmp_path / "moved")
        (tmp_path / "done").symlink_to("elsewhere")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert (tmp_path / "moved" / "report").read_text() == "new"


@POSIX
def test_files_of_killed_writers_are_removed_by_the_next_one(tmp_path: Path, victim: Path) -> None:
    def left(digit: str, name: str = ".leadsync-{}.tmp") -> Path:
        path = tmp_path / name.format(16 * digit)
        path.write_text("a lead")
        os.utime(path, (0, 0))
        return path

    left("0")
    young, foreign_name = left("1"), left("2", "leadsync-{}.tmp")
    os.utime(young)
    (tmp_path / f".leadsync-{16 * '3'}.tmp").symlink_to(victim)
    with whole_or_not(tmp_path / "long") as stream:
        [living] = [path for path in tmp_path.glob(".leadsync-*") if path.stat().st_size == 0]
        os.utime(living, (0, 0))
        write(tmp_path / "report")
        stream.write(b"whole")
    kept = {"victim", "report", "long", young.name, foreign_name.name, f".leadsync-{16 * '3'}.tmp"}
    assert {path.name for path in tmp_path.iterdir()} == kept
    assert (tmp_path / "long").read_bytes() == b"whole"


def test_an_error_leaves_what_was_there_and_nothing_else(tmp_path: Path, victim: Path) -> None:
    with pytest.raises(TypeError), whole_or_not(victim) as stream:
        stream.write(b"new" + "halfway")  # type: ignore[operator]
    assert victim.read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["victim"]


@POSIX
@pytest.mark.parametrize("plant", [link, dangling_link, hard_link, pipe, folder])
def test_a_new_file_takes_no_name_that_is_taken(tmp_path: Path, victim: Path, plant: Plant) -> None:
    plant(tmp_path / "file", victim)
    with pytest.raises(FileExistsError):
        open_new(tmp_path / "file")
    assert not (tmp_path / "new").exists()


@POSIX
@pytest.mark.parametrize("plant", [pipe, folder])
def test_only_a_regular_file_is_read_and_nobody_waits_for_a_pipe(tmp_path: Path, victim: Path, plant: Plant) -> None:
    plant(tmp_path / "leads.csv", victim)
    with within(5), pytest.raises(OSError, match="it is no regular file"):
        open_regular(tmp_path / "leads.csv")


@POSIX
def test_a_link_is_followed_only_for_who_named_it(tmp_path: Path, victim: Path) -> None:
    link(tmp_path / "leads.csv", victim)
    with open_regular(tmp_path / "leads.csv") as stream:
        assert stream.read() == b"precious"
    with pytest.raises(OSError, match="it is a link"):
        open_regular(tmp_path / "leads.csv", links=False)


@POSIX
@pytest.mark.parametrize("plant", [link, dangling_link, hard_link, pipe, folder])
def test_a_log_goes_into_nothing_that_was_planted(tmp_path: Path, victim: Path, plant: Plant) -> None:
    plant(tmp_path / "log", victim)
    with within(5), pytest.raises(OSError, match=r"."):
        open_to_append(tmp_path / "log")
    assert victim.read_text() == "precious"
    assert not (tmp_path / "new").exists()


def test_a_log_is_made_for_the_user_alone_and_goes_on_at_its_end(tmp_path: Path) -> None:
    for text in (b"one ", b"two"):
        descriptor = open_to_append(tmp_path / "log")
        os.write(descriptor, text)
        os.close(descriptor)
    assert (tmp_path / "log").read_text() == "one two"
    if os.name == "posix":
        assert mode(tmp_path / "log") == 0o600


@AS_ROOT
def test_a_log_of_another_user_is_not_taken(tmp_path: Path, victim: Path) -> None:
    os.chown(victim, OTHER, OTHER)
    with pytest.raises(OSError, match="it belongs to another user"):
        open_to_append(victim)


@POSIX
@pytest.mark.usefixtures("_umask")
def test_a_private_folder_is_closed_whatever_the_umask(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "above" / "state")
    assert mode(tmp_path / "above" / "state") == 0o700


@POSIX
def test_a_folder_that_others_can_write_into_is_not_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(OSError, match="other users can write into it"):
        make_private_folder(tmp_path)
    assert folder_problem(tmp_path / "gone") == "No such file or directory"


@AS_ROOT
def test_a_group_of_the_users_own_is_nobody_else(tmp_path: Path) -> None:
    tmp_path.chmod(0o770)
    assert folder_problem(tmp_path) == ""
    os.chown(tmp_path, -1, OTHER)
    assert folder_problem(tmp_path) == "other users can write into it"


@AS_ROOT
def test_a_link_of_another_user_to_a_folder_of_ours_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir(mode=0o700)
    (tmp_path / "state").symlink_to("ours")
    assert folder_problem(tmp_path / "state", links=True) == ""
    assert folder_problem(tmp_path / "state") == "it is a link or no folder"
    os.lchown(tmp_path / "state", OTHER, OTHER)
    assert folder_problem(tmp_path / "state", links=True) == "it belongs to another user"


@AS_ROOT
def test_root_trusts_its_caller_by_sudo_and_nobody_else(victim: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUDO_UID", raising=False)
    os.chown(victim, OTHER, OTHER)
    assert is_anothers(victim.stat())
    monkeypatch.setenv("SUDO_UID", str(OTHER))
    assert not is_anothers(victim.stat())


@AS_ROOT
def test_a_user_trusts_root_and_himself_whatever_sudo_says(victim: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_UID", "1")
    of_root = victim.stat()
    os.chown(victim, 1, 1)
    of_other = victim.stat()

    def look() -> None:
        assert (file_problem(of_root), file_problem(of_other)) == ("", "it belongs to another user")

    assert as_user(OTHER, look) == ""


@POSIX
def test_a_file_that_everybody_can_write_is_nobodys_own(victim: Path) -> None:
    victim.chmod(0o664)
    assert file_problem(victim.stat()) == ""
    victim.chmod(0o606)
    assert file_problem(victim.stat()) == "everybody can write it"


@AS_ROOT
def test_where_all_files_belong_to_one_user_that_is_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.chown(tmp_path, OTHER, OTHER)
    with pytest.raises(OSError, match="it belongs to another user"):
        check_shared_folder(tmp_path)
    real = tempfile.TemporaryFile

    def of_the_share(**options: Any) -> Any:
        file = real(**options)
        os.fchown(file.fileno(), OTHER, OTHER)
        return file

    monkeypatch.setattr(private_files.tempfile, "TemporaryFile", of_the_share)
    check_shared_folder(tmp_path)


@AS_ROOT
def test_a_teams_folder_is_written_into_by_who_is_in_the_team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.chown(tmp_path, OTHER, os.getegid())
    with pytest.raises(OSError, match="it belongs to another user"):
        check_shared_folder(tmp_path)
    tmp_path.chmod(0o2775)
    check_shared_folder(tmp_path)


@POSIX
def test_a_folder_that_everybody_can_write_into_gets_no_files(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(OSError, match="everybody can write into it"):
        check_shared_folder(tmp_path)
    tmp_path.chmod(0o1777)
    check_shared_folder(tmp_path)


@POSIX
def test_a_mount_that_shows_every_file_as_open_to_all_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o777)
    real = tempfile.TemporaryFile

    def of_the_mount(**options: Any) -> Any:
        file = real(**options)
        os.fchmod(file.fileno(), 0o777)
        return file

    monkeypatch.setattr(private_files.tempfile, "TemporaryFile", of_the_mount)
    check_shared_folder(tmp_path)
