"""The tables of the pages: what becomes of help texts and settings in Markdown."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest

from leadsync.cli.options import examples

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tables", ROOT / "docs" / "tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("plain", "plain"),
        ("text|json", "text\\|json"),
        ("<No Change> keeps it", "&lt;No Change> keeps it"),
        ("see `run <FILE>`", "see `run <FILE>`"),
        ("two  blanks\nand a line", "two blanks and a line"),
        ("*all*", "\\*all\\*"),
    ],
)
def test_text_in_a_cell_is_shown_as_it_is(tables: ModuleType, text: str, cell: str) -> None:
    assert tables._text(text) == cell


def test_an_example_in_a_help_text_keeps_its_lines(tables: ModuleType) -> None:
    help_text = "Send a file.\nAll of it.\n\n\b\nExample:\n  leadsync run leads.xlsx"
    assert list(tables._paragraphs(help_text)) == [
        "Send a file. All of it.",
        "```text\nExample:\n  leadsync run leads.xlsx\n```",
    ]


def test_a_command_has_its_usage_help_own_options_and_examples(tables: ModuleType) -> None:
    @click.command(epilog=examples("send a.csv", "send a.csv --kind b  # the other kind"))
    @click.argument("file")
    @click.option("--kind", type=click.Choice(["a", "b"]), default="a", show_default=True, help="The kind.")
    @click.option("--json", is_flag=True, help="An option of every command.")
    @click.option("--secret", hidden=True)
    def send(file: str, kind: str, json: bool, secret: str) -> None:
        """Send FILE."""

    assert tables._command("send", send) == (
        "## send\n\n```text\nleadsync send [OPTIONS] FILE\n```\n\nSend FILE.\n\n"
        "| option | meaning |\n| --- | --- |\n| `--kind [a\\|b]` | The kind. [default: a] |\n\n"
        "```text\nExamples:\n  leadsync send a.csv\n  leadsync send a.csv --kind b  # the other kind\n```"
    )


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        ({"type": "string"}, "text"),
        ({"type": "boolean"}, "`true`, `false`"),
        ({"type": "integer"}, "a whole number"),
        ({"type": "integer", "minimum": 0}, "a whole number from 0"),
        ({"type": "number", "exclusiveMinimum": 60, "maximum": 3600}, "a number above 60 to 3600"),
        ({"enum": ["hold", "send"], "type": "string"}, '`"hold"`, `"send"`'),
        ({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}, "a whole number from 1"),
        ({"anyOf": [{"type": "integer"}, {"const": "auto"}]}, 'a whole number or `"auto"`'),
        ({"type": "array", "items": {"type": "string"}}, "a list: text"),
    ],
)
def test_the_values_of_a_setting(tables: ModuleType, schema: dict[str, Any], values: str) -> None:
    assert tables._values(schema) == values


def test_a_list_of_an_enums_members_names_them(tables: ModuleType) -> None:
    (line,) = [line for line in tables.settings().splitlines() if "`notify.on`" in line]
    assert 'a list: `"failure"`, `"decide"`, `"failed_percent"`, `"recovery"`' in line


def test_every_table_of_the_journal_is_described_and_no_other(tables: ModuleType) -> None:
    assert tables.journal_columns().keys() == tables.JOURNAL_TABLES.keys()
