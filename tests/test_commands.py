"""Commands to paste: what a POSIX shell makes of them, and what the two shells of Windows would."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.commands import arguments, command
from leadsync.terminal import one_line

HOSTILE = [
    "$(touch pwned)",
    "`touch pwned`",
    '"; touch pwned; "',
    "'; touch pwned; '",
    "a & touch pwned",
    "a | touch pwned",
    "%OS%",
    "!!",
    "a\\",
    "*",
    "~",
    "#x",
    "",
    "O'Brien & “Sons”.csv",
    "李雷.csv",
    "line\nbreak\t\x1b[31m\u202e'\\",
]


@pytest.mark.parametrize(
    ("name", "posix", "windows"),
    [
        ("leads.csv", "leads.csv", "leads.csv"),
        ("Far South", '"Far South"', '"Far South"'),
        ("O'Brien.csv", '"O\'Brien.csv"', '"O\'Brien.csv"'),
        ("a&b.csv", '"a&b.csv"', '"a&b.csv"'),
        ("$(id).csv", "'$(id).csv'", '(""+[char]36+"(id).csv")'),
        ("50%.csv", "50%.csv", '(""+"50"+[char]37+".csv")'),
        ("a`b", "'a`b'", '(""+"a"+[char]96+"b")'),
        ("„x”", '"„x”"', '(""+[char]8222+"x"+[char]8221)'),
        ("\x1b'.csv", "$'\\033\\047.csv'", '(""+[char]27+"\'.csv")'),
        ("\U000e0041", "$'\\363\\240\\201\\201'", '(""+[char]56128+[char]56385)'),
        ("caf\udce9.csv", "$'caf\\351.csv'", '(""+"caf"+[char]56553+".csv")'),
        ("", '""', '""'),
    ],
)
def test_a_name_is_quoted_where_it_has_to_be(name: str, posix: str, windows: str) -> None:
    assert arguments(name, windows=False) == posix
    assert arguments(name, windows=True) == windows


def test_a_path_is_no_option() -> None:
    assert command("run", Path("-x.csv"), "--sheet", "-y", windows=False) == "leadsync run ./-x.csv --sheet -y"
    assert command("run", Path("-x.csv"), windows=True) == "leadsync run ./-x.csv"
    assert command("run", Path("/tmp/-x.csv"), windows=False) == "leadsync run /tmp/-x.csv"


def told_by(shell: str, line: str, folder: Path) -> list[bytes]:
    """The words that a shell makes of a line that is pasted; `folder` is where it would do damage."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"needs {shell}")
    text = f"printf '%s\\0' {line}\n".encode()
    done = subprocess.run([program, "-s"], input=text, cwd=folder, capture_output=True, check=True)
    return done.stdout.split(b"\0")[:-1]


@pytest.mark.parametrize("name", HOSTILE)
def test_bash_gets_each_word_as_it_is_and_runs_nothing(name: str, tmp_path: Path) -> None:
    words = told_by("bash", arguments(name, Path(name), windows=False), tmp_path)
    assert words == [name.encode(), str(Path(name)).encode()]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", HOSTILE)
def test_an_older_shell_runs_nothing_either(name: str, tmp_path: Path) -> None:
    told_by("sh", arguments(name, windows=False), tmp_path)
    assert not list(tmp_path.iterdir())


@given(st.text() | st.text(alphabet="a '\"$`%&|<>^()!\\“„\n\x1b\u202e\udce9"))
def test_windows_gets_text_in_which_neither_shell_finds_anything_to_obey(name: str) -> None:
    line = arguments(name, windows=True)
    assert one_line(line) == line
    # cmd.exe: `%` is obeyed anywhere, the others outside of double quotes alone. PowerShell: inside them as well.
    assert "%" not in line
    outside, inside = line.split('"')[::2], line.split('"')[1::2]
    assert not set("&|<>^;") & set("".join(outside))
    assert not set("$`“”„") & set("".join(inside))


@given(st.text(alphabet="a '\"$`%&\\“\n\x1b\udce9\U000e0041"))
def test_powershell_reads_the_word_back(name: str) -> None:
    line = arguments(name, windows=True)
    parts = re.findall(r'"([^"]*)"|\[char\](\d+)|([\w./\\:-]+)', line)
    units = b"".join(
        chr(int(code)).encode("utf-16-le", "surrogatepass")
        if code
        else (text or bare).encode("utf-16-le", "surrogatepass")
        for text, code, bare in parts
    )
    assert units == name.encode("utf-16-le", "surrogatepass")


@pytest.mark.skipif(os.name == "nt", reason="file modes are POSIX's")
def test_a_name_that_is_no_text_reaches_bash_byte_by_byte(tmp_path: Path) -> None:
    name = bytes(number for number in range(1, 256) if number != ord("/"))
    assert told_by("bash", arguments(os.fsdecode(name), windows=False), tmp_path) == [name]
