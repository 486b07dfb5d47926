"""README, CONTRIBUTING, the pages of docs/ and the example settings, held against the program."""

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
from leadsync.failure_stats import By, FailureStats
from leadsync.models import Status
from leadsync.report import stats_json

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
EXAMPLE = (ROOT / "config.example.toml").read_text("utf-8")
DOCS = {
    path.relative_to(ROOT / "docs").as_posix(): path.read_text("utf-8")
    for path in sorted((ROOT / "docs").rglob("*.md"))
    if "_build" not in path.parts
}
PAGES = {"README.md": README, "CONTRIBUTING.md": CONTRIBUTING, **DOCS}

YOURS = {"server.url", "campaign.template_id", "campaign.campaign_id", "campaign.allocation_id"}
"""What the example settings show an example of, because no default would do."""


def blocks(page: str) -> list[str]:
    return re.findall(r"^```\w+\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def prose(page: str) -> str:
    return re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)


def command_lines() -> list[str]:
    """What stands behind `leadsync` on the lines of the pages' blocks, however it is started there."""
    lines = {line: None for page in PAGES.values() for block in blocks(page) for line in block.splitlines()}
    return [found[1] for line in lines if (found := re.search(r"(?:^|/bin/)leadsync (.+?)'?$", line))]


def options() -> set[str]:
    commands: list[click.Command] = [cli, *cli.commands.values()]
    return {name for command in commands for parameter in command.params for name in parameter.opts} | {"--help"}


def table(page: str, heading: str) -> list[list[str]]:
    """The cells of the page's table whose first heading this is."""
    lines = page.split(f"\n| {heading} |")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip(" |") for cell in line.split(" | ")] for line in lines]


def by_name(settings: Settings) -> dict[str, Any]:
    """All settings by `section.name`; the tables whose names are the user's own as one each."""
    values = settings.model_dump()
    own = {name: values.pop(name) for name in ("columns", "mappings", "campaigns")}
    named = {f"{section}.{name}": value for section, names in values.items() for name, value in names.items()}
    return {**named, **own}


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("LEADSYNC_"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize("line", command_lines())
def test_every_command_line_of_the_pages_is_accepted(line: str) -> None:
    words = shlex.split(line)
    while words[0] in ("--config", "--state"):
        del words[:2]
    name, *arguments = words
    if name != "--version":
        cli.commands[name].make_context(name, arguments)


def test_the_readme_names_every_command_and_no_other() -> None:
    assert set(re.findall(r"`leadsync ([a-z]+)", prose(README))) == {*cli.commands}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_command_and_option_that_a_page_names_exists(page: str) -> None:
    assert set(re.findall(r"`leadsync ([a-z]+)", prose(page))) <= {*cli.commands}
    assert set(re.findall(r"`(?:leadsync [^`]*)?(--[a-z-]+)", prose(page))) <= options()


def test_every_make_command_of_the_pages_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    named = {name for page in PAGES.values() for name in re.findall(r"(?:^|`)make ([a-z]+)", page, re.MULTILINE)}
    assert {"demo", "test", "docs"} <= named <= targets


def test_the_readme_and_contributing_are_short() -> None:
    assert len(README.splitlines()) <= 150
    assert len(CONTRIBUTING.splitlines()) <= 80


def test_demo_and_test_are_the_first_commands_of_the_readme() -> None:
    assert [line.split("#")[0].strip() for line in blocks(README)[0].splitlines()] == ["make demo", "make test"]


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_link_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {"#" + re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
        assert target in anchors or (ROOT / target).is_file(), target


@pytest.mark.parametrize(
    "page", ["CONTRIBUTING.md", "threat-model.md", *(p for p in DOCS if p.startswith("contributing/"))]
)
def test_every_place_that_a_page_for_contributors_names_exists(page: str) -> None:
    places = re.findall(r"`((?:leadsync|tests|docs|sample_data)/[\w/.-]*)`", PAGES[page])
    assert [place for place in places if place != "docs/_build" and not (ROOT / place).exists()] == []


def test_pages_for_contributors_name_places() -> None:
    assert "`leadsync/leads/input_rules.py`" in DOCS["contributing/extending.md"]


def test_contributing_names_every_package() -> None:
    packages = {path.parent.name for path in (ROOT / "leadsync").glob("*/__init__.py")}
    assert packages == set(re.findall(r"\| `leadsync/(\w+)/`", CONTRIBUTING))


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
    assert names | {"columns", "mappings", "campaigns"} == by_name(Settings()).keys()


@pytest.mark.parametrize("page", ["README.md", "reference/statuses.md"])
def test_the_pages_list_every_status(page: str) -> None:
    assert [row[0] for row in table(PAGES[page], "status")] == [f"`{status}`" for status in Status]


def test_the_page_lists_every_key_of_the_statistics() -> None:
    section = DOCS["reference/files.md"].split("## The object of `stats`")[1].split("\n## ")[0]
    listed = [name for line in section.splitlines() for name in re.findall(r"`(\w+)`", line.split(" | ")[0])]
    assert listed[: listed.index("file") + 1] == list(stats_json(FailureStats(By.CODE)))


def test_the_page_lists_every_exit_code() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    of_errors = {kind.exit_code for kind in kinds if issubclass(kind, errors.LeadsyncError)}
    of_signals = {128 + number for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)}
    # 0 and 3 are how a run ends that no error stopped.
    expected = {0, 3} | of_errors | of_signals
    assert {
        int(code) for row in table(DOCS["reference/exit-codes.md"], "exit code") for code in row[0].split(",")
    } == expected
