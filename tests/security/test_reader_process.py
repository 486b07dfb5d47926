"""The process that reads a sheet: it has nothing to give away, keeps to its limits, and outlives nobody."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from leadsync.sheets import open_table
from leadsync.sheets.sandbox import reader

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="/proc, Landlock and seccomp are Linux's"),
    pytest.mark.usefixtures("real_processes"),
]


BUSY = '''
import subprocess, sys
from pathlib import Path
from leadsync.input_file import input_file
from leadsync.sheets import open_table
from leadsync.sheets.sandbox import reader

hangs = """
import os, time
from leadsync.sheets.sandbox import reader_process
reader_process.confine = lambda **_: (os.write(1, b"x"), time.sleep(60))
reader_process.main()
"""

def start(arguments, _real=subprocess.Popen, **options):
    process = _real([sys.executable, "-c", hangs], **options)
    process.stdout.read(1)
    print(process.pid, flush=True)
    return process

reader.subprocess.Popen = start
with input_file(Path(sys.argv[1])) as (named, copy), open_table(copy):
    pass
'''
"""A program whose reading process is busy and writes nothing, so that a closed pipe would not end it."""


ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root may look into a process that left no dump")


@pytest.fixture(params=["csv", "xlsx"])
def sheet(request, tmp_path) -> Path:
    """A sheet so long that its process waits for somebody to take the rows."""
    path = tmp_path / f"leads.{request.param}"
    if request.param == "csv":
        path.write_text("Id,Name\n" + "".join(f"{number},{'x' * 50}\n" for number in range(30_000)))
    else:
        book = openpyxl.Workbook(write_only=True)
        page = book.create_sheet()
        page.append(["Id", "Name"])
        for number in range(5_000):
            page.append([str(number), f"{'x' * 90}{number}"])
        book.save(path)
    return path


@pytest.fixture
def process(monkeypatch, sheet) -> Iterator[Path]:
    """The /proc folder of the process that reads the sheet; it has given its first rows."""
    monkeypatch.setenv("LEADSYNC_API_KEY", "a-secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://a-secret@proxy")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen
    monkeypatch.setattr(reader.subprocess, "Popen", lambda *a, **o: started.append(real(*a, **o)) or started[-1])
    with open_table(sheet) as table:
        next(table.rows())
        yield Path(f"/proc/{started[0].pid}")


@ROOT_ONLY
def test_its_environment_is_a_list_of_what_python_needs(process):
    environment = (process / "environ").read_bytes()
    names = {entry.partition(b"=")[0].decode() for entry in environment.split(b"\0") if entry}
    assert names <= {"PATH", "PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "SHEET_REQUEST"}
    assert b"a-secret" not in environment
    assert b"leads." not in (process / "cmdline").read_bytes()


@ROOT_ONLY
def test_it_holds_the_sheet_a_pipe_and_nothing_else(process, sheet):
    held = {link.name: str(link.readlink()) for link in (process / "fd").iterdir()}
    assert held == {"0": str(sheet), "1": held["1"], "2": "/dev/null"}
    assert held["1"].startswith("pipe:")


def test_it_is_held_to_its_limits(process):
    limits = {line[:26].strip(): line[26:].split()[:2] for line in (process / "limits").read_text().splitlines()}
    for name in ("Max open files", "Max file size", "Max processes", "Max core file size"):
        assert limits[name] == ["0", "0"], name
    assert limits["Max address space"] == [str(640 << 20)] * 2
    assert 6 < int(limits["Max cpu time"][1]) < 30
    status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines())
    assert status["NoNewPrivs"] == "1"


def ended(process: Path) -> bool:
    """Whether the process is no more, or waits only for its end to be noticed."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_nothing_is_left_of_a_program_that_was_killed(sheet, tmp_path):
    """Neither the process nor the copy of the sheet that it reads."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    program = subprocess.Popen(
        [sys.executable, "-c", BUSY, sheet], stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": str(temporary)}
    )
    assert program.stdout is not None
    reading = Path(f"/proc/{int(program.stdout.readline())}")
    program.send_signal(signal.SIGKILL)
    program.wait()
    program.stdout.close()
    until = time.monotonic() + 60
    while not ended(reading):
        assert time.monotonic() < until, "the reading process outlives the program"
        time.sleep(0.01)
    assert list(temporary.iterdir()) == []


def test_two_million_columns_cost_the_program_nothing(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text(",".join(["ab"] * 2_000_000) + "\n1\n")
    code = (
        "import sys; from pathlib import Path\n"
        "from leadsync.errors import SheetError; from leadsync.sheets import open_table\n"
        "try:\n"
        "    with open_table(Path(sys.argv[1])): pass\n"
        "except SheetError as error: print(error)\n"
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])\n"
    )
    ended = subprocess.run([sys.executable, "-c", code, path], capture_output=True, check=True, text=True, timeout=60)
    sentence, peak = ended.stdout.splitlines()
    assert "line 1 has 2,000,000 columns" in sentence
    assert int(peak) < 200 * 1024
