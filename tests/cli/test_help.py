"""`--help`: an example for each command, and whole summaries in the list."""

import re
import shlex
import subprocess
import sys

import pytest
from click.testing import CliRunner

from leadsync.cli import cli


def help_of(*command: str) -> str:
    result = CliRunner().invoke(cli, [*command, "--help"], terminal_width=80)
    assert result.exit_code == 0
    return result.output


@pytest.mark.parametrize("name", cli.commands)
def test_a_command_shows_command_lines_that_it_takes(name: str) -> None:
    lines = re.split("^  Examples?:$", help_of(name), flags=re.MULTILINE)[1].strip().splitlines()
    for line in lines:
        program, command, *arguments = shlex.split(line, comments=True)
        assert (program, command) == ("leadsync", name)
        # Raises for an option or a value that the command does not take.
        with cli.commands[name].make_context(name, arguments):
            pass


def test_no_summary_is_cut_off_on_a_terminal_of_80_columns() -> None:
    listed = help_of().split("Commands:\n")[1].splitlines()
    assert [line.split()[0] for line in listed] == list(cli.commands)
    assert [line for line in listed if line.endswith("...")] == []


def test_the_file_of_a_command_has_its_name() -> None:
    files = {name: command.callback.__module__ for name, command in cli.commands.items() if command.callback}
    assert files == {name: f"leadsync.cli.{name}" for name in cli.commands}


HEAVY = (
    "aiohttp",
    "apprise",
    "filelock",
    "httpx",
    "keyring",
    "openpyxl",
    "pandas",
    "phonenumbers",
    "pydantic",
    "sqlite3",
)


def test_the_help_loads_no_library_of_the_commands() -> None:
    code = f"import sys, leadsync.cli; print([name for name in {HEAVY} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
