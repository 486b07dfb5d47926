"""The proof that nothing is sent whose beginning is not on disk: the system calls of a run, in their order."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.invariants import sheet_rows
from tests.faults.scene import KEY

CALL = re.compile(r"^\d+ +\S+ (?P<name>\w+)\((?P<file>\d+)(?:<(?P<path>[^>]*)>)?(?P<rest>.*)$")


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    strace = shutil.which("strace")
    if strace is None or subprocess.run([strace, "-e", "trace=none", "true"], check=False).returncode:
        pytest.skip("strace is not here, or may not trace")
    return tmp_path / "trace"


def test_each_post_follows_the_sync_of_its_beginning(scene, trace: Path):
    stage = scene(sheet_rows(12, disposition="Sale"), slots=3)
    strace = [
        "strace",
        "-f",
        "-y",
        "-ttt",
        "-s",
        "100000",
        "-e",
        "trace=write,pwrite64,fsync,fdatasync,sendto,sendmsg,writev",
    ]
    done = subprocess.run(
        [*strace, "-o", trace, sys.executable, "-m", "leadsync", "run", stage.sheet, *stage.common],
        env={**os.environ, "LEADSYNC_API_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    calls = trace.read_text(errors="replace").splitlines()
    assert posts_behind_their_sync(calls) == 12
    without_syncs = [call for call in calls if "sync(" not in call]
    with pytest.raises(AssertionError, match="before its beginning was on disk"):
        posts_behind_their_sync(without_syncs)


def posts_behind_their_sync(calls: list[str]) -> int:
    """How many POSTs there were; raises AssertionError where one left before its lead's row was written to the
    journal's write-ahead log as in flight, and that log was synced."""
    written: set[str] = set()
    durable: set[str] = set()
    posts = 0
    for line in calls:
        found = CALL.match(line)
        if found is None:
            continue
        name, path, rest = found["name"], found["path"] or "", found["rest"]
        if path.endswith("-wal"):
            if name in ("fsync", "fdatasync"):
                durable |= written
            else:
                written |= leads_in_flight(rest)
        elif "POST /servicemanager" in rest:
            posts += 1
            lead = re.search(r"njExternalLeadId=(L\d+)", rest)
            assert lead is not None
            assert lead[1] in durable, f"{lead[1]} was sent before its beginning was on disk"
    return posts


def leads_in_flight(page: str) -> set[str]:
    """The leads whose rows a page of the journal holds as in flight: in a row the state stands behind the lead."""
    return set(re.findall(r"(L\d+)in_flight", page))
