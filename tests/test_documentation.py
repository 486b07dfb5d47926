"""The pages say what is so: README, CONTRIBUTING and the example settings, held against the program."""

import os
import re
import shlex
import signal
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest

from leadsync import errors
from leadsync.cli import cli
from leadsync.config import Settings, settings_from
from leadsync.models import Status
from leadsync.result_codes import RESULT_CODES, Verdict

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
EXAMPLE = (ROOT / "config.example.toml").read_text("utf-8")

YOURS = {"server.url", "campaign.template_id", "campaign.campaign_id", "campaign.allocation_id"}
"""What the example settings show an example of, because no default would do."""

ENDS_AS = {
    Verdict.SUCCEEDED: "`succeeded`",
    Verdict.FAILED: "`failed`",
    Verdict.FINAL: "`failed`, for good",
    Verdict.RETRY: "tried again, then `failed`",
    Verdict.CONFLICT: "`conflict`",
    Verdict.STOP: "stops the run, `unsent`",
}


def blocks(page: str) -> list[str]:
    return re.findall(r"^```\w+\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def prose(page: str) -> str:
    return re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)


def command_lines() -> list[str]:
    """What stands behind `leadsync` on the lines of README's blocks, however it is started there."""
    lines = [line for block in blocks(README) for line in block.splitlines()]
    return [found[1] for line in lines if (found := re.search(r"(?:^|/bin/)leadsync (.+?)'?$", line))]


def inline_commands() -> list[str]:
    return re.findall(r"`leadsync ([a-z]+)", prose(README))


def options() -> set[str]:
    commands: list[click.Command] = [cli, *cli.commands.values()]
    return {name for command in commands for parameter in command.params for name in parameter.opts} | {"--help"}


def table_below(heading: str) -> list[list[str]]:
    """The cells of the last table of a README section, its heading lines left out."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    start = max(number for number, line in enumerate(lines) if line.startswith("|---"))
    return [[cell.strip(" |") for cell in line.split(" | ")] for line in lines[start + 1 :]]


def by_name(settings: Settings) -> dict[str, Any]:
    """All settings by `section.name`; `columns` and `campaigns`, whose names are the user's own, as one each."""
    values = settings.model_dump()
    own = {name: values.pop(name) for name in ("columns", "campaigns")}
    named = {f"{section}.{name}": value for section, names in values.items() for name, value in names.items()}
    return {**named, **own}


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("LEADSYNC_"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize("line", command_lines())
def test_every_command_line_of_the_readme_is_accepted(line: str) -> None:
    name, *arguments = shlex.split(line)
    assert name in cli.commands
    cli.commands[name].make_context(name, arguments)


def test_the_readme_names_every_command_and_no_other() -> None:
    in_lines = {line.split()[0] for line in command_lines()}
    assert {*in_lines, *inline_commands()} == {*cli.commands}


def test_every_option_that_the_readme_names_exists() -> None:
    named = set(re.findall(r"`(?:leadsync [^`]*)?(--[a-z-]+)", prose(README)))
    assert named
    assert named <= options()


def test_every_make_command_of_the_pages_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", README + CONTRIBUTING, re.MULTILINE))
    assert {"demo", "test"} <= named <= targets


def test_demo_and_test_are_the_first_commands_of_the_readme() -> None:
    assert [line.split("#")[0].strip() for line in blocks(README)[0].splitlines()] == ["make demo", "make test"]


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_link_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {"#" + re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
        assert target in anchors or (ROOT / target).is_file(), target


def test_every_place_that_contributing_names_exists() -> None:
    places = re.findall(r"`((?:leadsync|tests|sample_data)/[\w/.]*)`", CONTRIBUTING)
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_contributing_names_every_room() -> None:
    rooms = {path.parent.name for path in (ROOT / "leadsync").glob("*/__init__.py")}
    assert rooms == set(re.findall(r"\| `leadsync/(\w+)/`", CONTRIBUTING))


def test_the_example_settings_are_the_defaults() -> None:
    shown = by_name(settings_from(tomllib.loads(EXAMPLE), "the example"))
    defaults = by_name(Settings())
    assert {name: shown[name] for name in shown if name not in YOURS} == {
        name: defaults[name] for name in defaults if name not in YOURS
    }


def test_the_example_settings_name_every_setting() -> None:
    shown = tomllib.loads(EXAMPLE)
    names = {f"{section}.{name}" for section, values in shown.items() for name in values}
    assert "columns" in shown
    assert names | {"columns", "campaigns"} == by_name(Settings()).keys()


def test_the_readme_lists_every_setting_with_its_default() -> None:
    listed = {name.strip("`"): default.strip("`") for name, default, _ in table_below("Settings")}
    defaults = by_name(Settings())
    assert listed.keys() == defaults.keys()
    for name, default in listed.items():
        value = None if default == "–" else tomllib.loads(f"value = {default}")["value"]
        assert (tuple(value) if isinstance(value, list) else value) == defaults[name], name


def test_the_readme_lists_every_result_code() -> None:
    listed = {int(code): (name.strip("`"), ends) for code, name, _, ends, _ in table_below("Result codes")}
    assert listed == {code: (entry.name, ENDS_AS[entry.verdict]) for code, entry in RESULT_CODES.items()}


def test_the_readme_says_what_to_do_about_every_result_code() -> None:
    assert all(to_do for *_, to_do in table_below("Result codes"))


def test_the_readme_lists_every_status() -> None:
    assert [row[0] for row in table_below("Where a row can end")] == [f"`{status}`" for status in Status]


def test_the_readme_lists_every_exit_code() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    of_errors = {kind.exit_code for kind in kinds if issubclass(kind, errors.LeadsyncError)}
    of_signals = {128 + number for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)}
    # 0 and 3 are how a run ends that no error stopped.
    expected = {0, 3} | of_errors | of_signals
    assert {int(code) for row in table_below("Exit codes") for code in row[0].split(",")} == expected
