"""The source of a sheet: its bytes, its name, its digest."""

import hashlib
import os
import sys
from pathlib import Path

import pytest

from leadsync.errors import SheetError
from leadsync.run import SheetSource, fingerprint


def test_a_fingerprint_is_the_digest_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(b"Lead Id\r\n1\r\n")
    assert fingerprint(path) == hashlib.sha256(b"Lead Id\r\n1\r\n").hexdigest()


def test_no_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match=r"gone\.csv cannot be read: .*; check the path"):
        fingerprint(tmp_path / "gone.csv")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes with names are POSIX's")
def test_nobody_waits_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "leads.csv")
    with pytest.raises(SheetError, match="it is no regular file"):
        fingerprint(tmp_path / "leads.csv")


def test_a_private_copy_is_opened_and_the_file_is_named() -> None:
    file, copy = Path("/sheets/leads.csv"), Path("/tmp/copy")
    assert SheetSource(file).path == file
    source = SheetSource(file, content=copy)
    assert (source.path, source.shown) == (copy, "/sheets/leads.csv")


def test_standard_input_is_called_so() -> None:
    assert SheetSource(Path("/sheets/stdin"), content=Path("/tmp/copy")).shown == "standard input"
    assert SheetSource(Path("/sheets/stdin")).shown == "/sheets/stdin", "a file of that name"
