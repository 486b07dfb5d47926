"""Names at a terminal: they give it no orders, and commands that hold them can be pasted."""

import re
import signal
import subprocess
import tomllib
from pathlib import Path

import openpyxl
import pytest

from tests.cli.test_init import Terminal, home
from tests.conftest import KEY, Desk

__all__ = ["home"]

HEAD = "Lead Id,FirstPhone,Outcome"
NAMES = (
    "-x $(touch pwned) `touch pwned`.csv",
    "a'; touch pwned; '.csv",
    'a"; touch pwned; ".csv',
    "a & touch pwned.csv",
    "a\x1b[31mb\u202e.csv",
    "Zoë O'Hara.csv",
)


def pasted(line: str, folder: Path) -> list[str]:
    """The words that `leadsync` would get from a shell, the name of the program left out."""
    script = f"leadsync() {{ printf '%s\\0' \"$@\"; }}\n{line}\n".encode()
    done = subprocess.run(["bash", "-s"], input=script, cwd=folder, capture_output=True, check=True)
    assert done.stderr == b""
    assert not (folder / "pwned").exists()
    return done.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize("name", NAMES)
def test_the_command_that_sends_corrected_rows_can_be_pasted(desk: Desk, name: str) -> None:
    desk.dialer()
    done = desk.leadsync("run", "./" + desk.sheet(name, HEAD, "L1,12,Sale").name)
    assert done.code == 3, done.err
    [line] = re.findall(r"then send them: (leadsync run .*)", done.out)
    (retry,) = desk.folder.glob("*.retry.csv")
    assert pasted(line, desk.folder) == ["run", str(retry)]


@pytest.mark.parametrize("name", NAMES[:2])
def test_the_command_that_reads_a_file_again_can_be_pasted(desk: Desk, name: str) -> None:
    desk.dialer()
    file = desk.sheet(name, HEAD, "L1,0383218191,Sale")
    terminal = Terminal(desk.folder, desk.environment, "run", f"./{file.name}")
    terminal.child.expect_exact("[y/N]: ")
    terminal.child.kill(signal.SIGKILL)
    terminal.end()
    done = desk.leadsync("resume", desk.leadsync("runs", "--json").json["runs"][0]["run"])
    [line] = re.findall(r"`(leadsync run .*)` reads the file again", done.err)
    assert pasted(line, desk.folder) == ["run", str(file)]


def workbook(folder: Path, *names: str) -> Path:
    book = openpyxl.Workbook()
    for name in names:
        sheet = book.create_sheet(name)
        for line in (HEAD.split(","), ["L1", "0383218191", "Sale"]):
            sheet.append(line)
    path = folder / "a.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize(
    "sheet", ["$(touch pwned)", "`touch pwned`", '"; touch pwned; "', "-x & y", "Far South", "a\u202eb"]
)
def test_the_option_that_names_a_sheet_can_be_pasted(desk: Desk, sheet: str) -> None:
    desk.dialer()
    file = workbook(desk.folder, sheet, "Other")
    done = desk.leadsync("check", file)
    [option] = re.findall(r"such as (--sheet .*)\.$", done.err, re.MULTILINE)
    words = pasted(f"leadsync check a.xlsx {option}", desk.folder)
    assert words == ["check", "a.xlsx", "--sheet", sheet]
    assert desk.leadsync(*words).code == 0


def test_names_give_a_terminal_no_orders(desk: Desk) -> None:
    desk.dialer()
    file = desk.sheet("a\x1b[31mred\x1b[8m\u202e.csv", HEAD, "L1,0383218191,Sale", "L2,12,Sale")
    said = ""
    for words in (["run", str(file), "--yes"], ["runs"], ["show", "-"]):
        terminal = Terminal(desk.folder, {**desk.environment, "TERM": "xterm"}, *words)
        terminal.end()
        said += terminal.said
    assert r"a\u001b[31mred\u001b[8m\u202e.csv" in said
    assert "\x1b[31mred" not in said
    assert "\x1b[8m" not in said
    assert "\u202e" not in said
    assert re.search(r"^ +1  \x1b\[33mrejected\x1b\[0m   not sent", said, re.MULTILINE), "leadsync's own colours stay"


def test_headings_and_campaigns_give_a_terminal_no_orders_in_questions(desk: Desk, home: dict[str, str]) -> None:
    desk.dialer()
    url = tomllib.loads(desk.config.read_text())["server"]["url"]
    desk.config.unlink()
    desk.sheet("a.csv", "Lead Id,Mobile,No\u202etes\u2066", "L1,0412345678,likes\u202etea")
    terminal = Terminal(desk.folder, {**home, "LEADSYNC_API_KEY": KEY}, "init", "a.csv", "--url", url)
    terminal.answer("Where do the leads go?", "1")
    terminal.answer("The timezone of the sheet's dates", "")
    terminal.answer("The country of phone numbers", "")
    terminal.answer("Is that right?", "n")
    for question in ("Lead Id", "Mobile"):
        terminal.answer(f"  {question}", "")
    terminal.answer(r"  No\u202etes\u2066  (e.g. likes\u202etea) [Notes]: ", "")
    terminal.answer("Which of the fields are phone numbers?", "")
    assert terminal.end() == 0, terminal.said
    assert not set("\u202e\u2066") & set(terminal.said)
