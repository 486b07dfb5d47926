"""The start of a confined process, what it is given, and its end."""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import pytest

from leadsync.sheets.sandbox import confined_process
from leadsync.sheets.sandbox.confined_process import end, received, start
from leadsync.sheets.sandbox.frames import FrameError

TELLS = (
    "import json, os, struct, sys\n"
    "answer = json.dumps({'environment': dict(os.environ), 'flags': [sys.flags.safe_path, sys.flags.utf8_mode],"
    " 'input': sys.stdin.read()}).encode()\n"
    "sys.stdout.buffer.write(struct.pack('<II', len(answer), 0) + answer)\n"
)
"""A module that answers with all it was given."""


@pytest.fixture
def file() -> Iterator[BinaryIO]:
    """An open file with a sheet in it."""
    with tempfile.TemporaryFile() as opened:
        opened.write(b"a sheet")
        opened.seek(0)
        yield opened


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of that module, which Python finds."""
    (tmp_path / "tells_all.py").write_text(TELLS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "tells_all"


def answer_of(module: str, file: BinaryIO) -> dict[str, Any]:
    process = start(module, file, {"seconds": 5})
    try:
        return received(process, 20)[0]
    finally:
        end(process)


def test_it_gets_the_sheet_and_the_request_and_no_secret(
    module: str, file: BinaryIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADSYNC_API_KEY", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy")
    given = answer_of(module, file)
    assert given["input"] == "a sheet"
    assert json.loads(given["environment"]["SHEET_REQUEST"]) == {"seconds": 5, "end_with_parent": True}
    assert "secret" not in json.dumps(given)
    assert given["environment"]["PATH"] == os.environ["PATH"]
    assert given["flags"] == [True, 1]


def test_no_module_of_the_working_folder_is_taken(
    tmp_path: Path, file: BinaryIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "planted.py").write_text(TELLS)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FrameError, match="ended"):
        answer_of("planted", file)


def test_a_process_that_takes_too_long_is_told_of_and_ended(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(confined_process, "AGAIN_SECONDS", 0.01)
    # Three seconds pass between two looks at the clock.
    clock = itertools.count(0.0, 3.0)
    monkeypatch.setattr(confined_process, "time", SimpleNamespace(**{**vars(time), "monotonic": lambda: next(clock)}))
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], stdout=subprocess.PIPE)
    with pytest.raises(FrameError, match="ended"):
        received(process, 20.0)
    end(process)
    assert process.returncode != 0
    assert caplog.messages[0].startswith("the process at the sheet has said nothing for a while; waiting until ")


def test_the_end_waits_for_nothing_and_closes_the_pipe() -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], stdout=subprocess.PIPE)
    end(process)
    assert process.poll() is not None
    assert process.stdout is not None
    assert process.stdout.closed


def test_only_the_main_thread_is_taken_for_the_parent(module: str, file: BinaryIO) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        given = pool.submit(answer_of, module, file).result()
    assert json.loads(given["environment"]["SHEET_REQUEST"])["end_with_parent"] is False


def test_no_silence_at_a_sheet_is_longer_than_ten_seconds() -> None:
    """A word leaves at the end of a wait, and needs some time to be written."""
    assert confined_process.AGAIN_SECONDS <= 9.0
