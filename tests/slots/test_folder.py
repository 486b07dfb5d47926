"""The folder of the slot files: whose it is, and that nobody else can have a file of ours opened."""

import os
import stat
from pathlib import Path

import pytest

from leadsync.errors import SettingsError
from leadsync.slots import folder as folder_module
from leadsync.slots.folder import SlotsFolder, find_folder

POSIX = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
AS_ROOT = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="file modes are POSIX's")


def test_the_users_runtime_folder_and_the_state_folder_are_used_in_this_order(tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    folder = find_folder("", {"XDG_RUNTIME_DIR": str(runtime)}, tmp_path / "state")
    in_state = SlotsFolder(tmp_path / "state" / "slots", private=True)
    assert folder == SlotsFolder(runtime / "leadsync" / "slots", private=True, second=in_state)


def test_a_state_folder_in_the_runtime_folder_is_one_folder(tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(runtime)
    folder = find_folder("", {"XDG_RUNTIME_DIR": str(runtime)}, tmp_path / "link" / "leadsync")
    assert folder == SlotsFolder(tmp_path / "link" / "leadsync" / "slots", private=True)


@pytest.mark.parametrize("runtime", ["", "relative", "{tmp}/missing", "{tmp}/file", "{tmp}/link", "{tmp}/open"])
def test_a_runtime_folder_that_may_not_be_the_users_own_is_not_used(tmp_path: Path, runtime: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    folder = find_folder("", {"XDG_RUNTIME_DIR": runtime.format(tmp=tmp_path)}, tmp_path / "state")
    assert folder == SlotsFolder(tmp_path / "state" / "slots", private=True)


@POSIX
def test_the_runtime_folder_is_known_without_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "_RUNTIME_FOLDERS", tmp_path)
    runtime = tmp_path / str(os.geteuid())
    assert find_folder("", {}, tmp_path / "state").path == tmp_path / "state" / "slots", "there is none"
    runtime.mkdir(mode=0o700)
    assert find_folder("", {}, tmp_path / "state").path == runtime / "leadsync" / "slots"


@AS_ROOT
def test_another_users_runtime_folder_is_not_used(tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    os.chown(runtime, 65534, 65534)
    assert find_folder("", {"XDG_RUNTIME_DIR": str(runtime)}, tmp_path).path == tmp_path / "slots"


def test_the_setting_goes_before_both(tmp_path: Path) -> None:
    assert find_folder(str(tmp_path), {}, tmp_path / "state") == SlotsFolder(tmp_path, private=False)


def test_a_setting_that_names_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"\[server\] slots_dir is no folder: .*missing; make it"):
        find_folder(str(tmp_path / "missing"), {}, tmp_path)


@POSIX
def test_the_users_own_folder_is_closed_to_others(tmp_path: Path) -> None:
    os.close(SlotsFolder(tmp_path / "leadsync" / "slots").open("0.lock"))
    modes = [tmp_path / "leadsync", tmp_path / "leadsync" / "slots", tmp_path / "leadsync" / "slots" / "0.lock"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in modes] == [0o700, 0o700, 0o600]


@POSIX
def test_users_who_share_a_folder_can_all_open_its_files_whatever_their_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        os.close(SlotsFolder(tmp_path, private=False).open("0.lock"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "0.lock").stat().st_mode) == 0o666


@AS_ROOT
def test_a_file_that_another_user_made_in_the_shared_folder_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    (tmp_path / "0.lock").touch(mode=0o640)
    os.chown(tmp_path / "0.lock", 65534, 65534)
    os.close(SlotsFolder(tmp_path, private=False).open("0.lock"))
    assert stat.S_IMODE((tmp_path / "0.lock").stat().st_mode) == 0o640


def test_a_shared_folder_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SlotsFolder(tmp_path / "gone", private=False).open("0.lock")
    assert not (tmp_path / "gone").exists()


def plant_link(path: Path, victim: Path) -> None:
    path.symlink_to(victim)


def plant_dangling_link(path: Path, victim: Path) -> None:
    path.symlink_to(victim.with_name("new"))


def plant_hard_link(path: Path, victim: Path) -> None:
    path.hardlink_to(victim)


def plant_folder(path: Path, victim: Path) -> None:
    path.mkdir()


def plant_pipe(path: Path, victim: Path) -> None:
    os.mkfifo(path)


@POSIX
@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("plant", [plant_link, plant_dangling_link, plant_hard_link, plant_folder, plant_pipe])
def test_what_is_planted_as_a_slot_file_is_refused_and_nothing_is_followed(
    tmp_path: Path, plant: object, private: bool
) -> None:
    victim, slots = tmp_path / "victim", tmp_path / "slots"
    victim.write_text("precious")
    victim.chmod(0o600)
    slots.mkdir(mode=0o700)
    assert callable(plant)
    plant(slots / "0.lock", victim)
    with pytest.raises(OSError, match=r"."):
        SlotsFolder(slots, private=private).open("0.lock")
    assert victim.read_text() == "precious"
    assert stat.S_IMODE(victim.stat().st_mode) == 0o600
    assert not (tmp_path / "new").exists()


@POSIX
def test_a_folder_of_ours_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "slots").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="it is a link or no folder"):
        SlotsFolder(tmp_path / "slots").open("0.lock")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@POSIX
@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o702])
def test_a_folder_of_ours_that_others_can_write_into_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "slots").mkdir()
    (tmp_path / "slots").chmod(mode)
    with pytest.raises(OSError, match="other users can write into it"):
        SlotsFolder(tmp_path / "slots").open("0.lock")


@AS_ROOT
def test_a_folder_of_ours_that_a_group_can_write_into_is_refused_unless_it_is_the_users_own(tmp_path: Path) -> None:
    (tmp_path / "slots").mkdir()
    (tmp_path / "slots").chmod(0o770)
    os.close(SlotsFolder(tmp_path / "slots").open("0.lock"))
    os.chown(tmp_path / "slots", -1, 65534)
    with pytest.raises(OSError, match="other users can write into it"):
        SlotsFolder(tmp_path / "slots").open("0.lock")


@AS_ROOT
def test_a_folder_of_ours_that_belongs_to_another_user_is_refused(tmp_path: Path) -> None:
    (tmp_path / "slots").mkdir(mode=0o700)
    os.chown(tmp_path / "slots", 65534, 65534)
    with pytest.raises(OSError, match="it belongs to another user"):
        SlotsFolder(tmp_path / "slots").open("0.lock")


def opens_as(user: int, folder: Path) -> bool:
    """Whether that user can open a slot file of the folder. A relative path, because the way to it may be closed."""
    child = os.fork()
    if child == 0:
        try:
            os.chdir(folder)
            os.umask(0o077)
            os.setuid(user)
            os.close(SlotsFolder(Path(), private=False).open("0.lock"))
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


@AS_ROOT
def test_two_users_share_the_files_of_an_administrators_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    assert opens_as(65534, tmp_path), "the first makes it"
    assert opens_as(1, tmp_path)
    assert opens_as(0, tmp_path), "root too, though Linux keeps it from making files of others in such a folder"
