"""The private copy of a spreadsheet: its name, its life, and the paths that are none."""

import errno
import io
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from leadsync import long_work
from leadsync.errors import UsageError
from leadsync.input_file import input_file


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_bytes(b"Lead Id\n1\n")
    return path


def test_the_copy_has_the_bytes_of_the_beginning_and_goes_at_the_end(sheet: Path) -> None:
    with input_file(sheet.parent / "." / "leads.csv") as (named, copy):
        sheet.write_bytes(b"changed")
        assert (named, copy.read_bytes()) == (sheet, b"Lead Id\n1\n")
    assert not copy.exists()
    assert sheet.read_bytes() == b"changed"


def test_standard_input_has_a_name_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Lead Id\n2\n")))
    with input_file(Path("-")) as (named, copy):
        assert (named, copy.read_bytes()) == (tmp_path / "stdin", b"Lead Id\n2\n")


@pytest.mark.parametrize(("name", "words"), [("gone.csv", "does not exist"), (".", "is a folder")])
def test_a_path_to_no_file_is_named(sheet: Path, name: str, words: str) -> None:
    with (
        pytest.raises(UsageError, match=f"{words}; give the path of a spreadsheet file"),
        input_file(sheet.parent / name),
    ):
        pass


def test_a_sheet_in_a_closed_folder_is_named(sheet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", closed)
    with (
        pytest.raises(UsageError, match=r"cannot be reached: Permission denied; check the permissions"),
        input_file(sheet),
    ):
        pass


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's, and so are links without rights")
def test_a_link_is_followed_only_where_links_are_allowed(sheet: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.csv"
    link.symlink_to(sheet)
    with input_file(link) as (named, _):
        assert named == sheet
    with pytest.raises(UsageError, match="cannot be copied to be read"), input_file(link, links=False):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="file modes are POSIX's, and so are names of any bytes")
@pytest.mark.parametrize(("name", "words"), [(b"caf\xe9.csv", "is not UTF-8"), (b"a\nb.csv", "holds a line end")])
def test_a_name_that_no_report_can_hold_is_refused(tmp_path: Path, name: bytes, words: str) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    path.write_bytes(b"Lead Id\n1\n")
    with pytest.raises(UsageError, match=words), input_file(path):
        pass


class Slow(io.RawIOBase):
    """A stream whose writer waits before its one line and before its end, until so many words more were said of it."""

    def __init__(self, said: list[str], words: int) -> None:
        super().__init__()
        self._said, self._words = said, words
        self._blocks = [b"Lead Id\n2\n", b""]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        end = time.monotonic() + 60
        wanted = len(self._said) + self._words
        while len(self._said) < wanted and time.monotonic() < end:
            time.sleep(0.001)
        block = self._blocks.pop(0)
        buffer[: len(block)] = block
        return len(block)


def test_a_wait_for_standard_input_is_said_and_so_is_how_much_came(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(long_work, "WORD_SECONDS", 0.001)
    monkeypatch.setattr(long_work._log, "info", lambda _, text: said.append(text))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BufferedReader(Slow(said, 2))))
    with input_file(Path("-")) as (_, copy):
        assert copy.read_bytes() == b"Lead Id\n2\n"
    assert said[0] == "Waiting for standard input: nothing has come yet"
    assert said[-1] == "Reading standard input: 0.0 MB so far"
