"""Options that several commands share: their values, and their place before or behind the command."""

from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from leadsync.cli.options import SendOptions, age_of, common_options, examples, send_options, wanted_inserts
from leadsync.run import RunOptions


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("90d", timedelta(days=90)),
        (" 12W ", timedelta(days=84)),
        ("0d", timedelta(0)),
        ("90", None),
        ("d", None),
        ("-1d", None),
        ("1.5d", None),
        ("100000d", None),
        ("3m", None),
    ],
)
def test_an_age_is_days_or_weeks(text: str, age: timedelta | None) -> None:
    assert age_of(text) == age


def test_inserts_are_left_to_the_settings_without_an_option() -> None:
    assert [wanted_inserts(False), wanted_inserts(True), wanted_inserts(False, only=True)] == [None, "missing", "only"]


def test_examples_stand_a_line_each_under_their_heading() -> None:
    assert examples("runs") == "\b\nExample:\n  leadsync runs"
    assert examples("run a.csv", "run b.csv") == "\b\nExamples:\n  leadsync run a.csv\n  leadsync run b.csv"


def sent_with(*arguments: str) -> tuple[int, SendOptions | None]:
    """The options that a command for sending gets from these arguments."""
    got: list[SendOptions] = []

    @click.command()
    @send_options
    def command(options: SendOptions) -> int:
        got.append(options)
        return 0

    code = CliRunner().invoke(command, arguments).exit_code
    return code, got[0] if got else None


def test_options_of_sending_come_as_one_value() -> None:
    _, options = sent_with(
        *("--output", "out", "--format", "xlsx", "--limit", "5", "--order", "priority", "--until", "8:00"),
        *("--yes", "--keep-going", "--campaign", "winback", "--insert-missing", "--metrics-file", "m.prom"),
    )
    assert options == SendOptions(
        Path("out"), "xlsx", True, 5, "priority", "8:00", True, "winback", True, Path("m.prom")
    )
    assert options.for_run() == RunOptions(
        output=Path("out"), kind="xlsx", limit=5, order="priority", inserts="missing"
    )
    assert options.for_run(insert_only=True).inserts == "only"


@pytest.mark.parametrize("time", ["24:00", "8", "08:60", "8:0", "aa:00"])
def test_what_is_no_time_of_day_is_refused(time: str) -> None:
    assert sent_with("--until", time) == (2, None)


def test_a_trial_has_a_row_at_least() -> None:
    assert sent_with("--limit", "0") == (2, None)


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        (["--json", "look"], {"json": True}),
        (["look", "--json"], {"json": True}),
        (["-v", "look", "--state", "s"], {"verbose": 1, "state": Path("s")}),
        (["--config", "a.toml", "look"], {"config": Path("a.toml")}),
        (["--config", "a.toml", "look", "--config", "b.toml"], {"config": Path("b.toml")}),
        (["look"], {}),
    ],
)
def test_a_common_option_counts_before_and_behind_the_command(arguments: list[str], kept: dict[str, object]) -> None:
    given: dict[str, object] = {}

    @click.group()
    def group() -> None:
        pass

    @group.command()
    def look() -> None:
        pass

    common_options(look)
    assert CliRunner().invoke(common_options(group), arguments, obj=given).exit_code == 0
    assert given == kept
