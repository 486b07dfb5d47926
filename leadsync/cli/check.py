"""The command that validates a sheet."""

from datetime import datetime
from pathlib import Path

import click

from leadsync.cli.options import A_PATH, campaign_option, dialer_option, examples, insert_only_option, reading_options
from leadsync.cli.shell import command_shell
from leadsync.input_file import input_file
from leadsync.models import Inserts


@click.command(epilog=examples("check leads.xlsx", "check leads.xlsx --output checked.xlsx  # a marked copy"))
@click.argument("file", type=A_PATH)
@reading_options
@click.option(
    "--output",
    type=A_PATH,
    help="Write a copy with the findings marked: a file ending in .xlsx, .xlsm or .csv, or a folder.",
)
@dialer_option
@campaign_option
@insert_only_option
def check(
    file: Path,
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
    output: Path | None,
    campaign: str | None,
    insert_only: bool,
) -> int:
    """Read, map and validate FILE; send nothing. `-` is standard input."""
    shell = command_shell()
    settings = shell.settings().for_campaign(campaign)
    with input_file(file) as (named, content), shell.journal() as journal:
        from leadsync.run import SheetSource, expected_pace
        from leadsync.run import check as check_sheet
        from leadsync.run.survey_text import check_as_json, check_as_text

        now = datetime.now().astimezone()
        inserts: Inserts = "only" if insert_only else "none"
        source = SheetSource(named, sheet or "", encoding or "", delimiter or "", content, inserts)
        checked = check_sheet(source, settings, now, journal, output)
        pace = expected_pace(journal, settings)
    shell.result(check_as_text(checked, pace, now), check_as_json(checked, pace, now))
    return 3 if checked.scan.survey.rejected else 0
