"""The command that reads, maps and validates a sheet, and sends nothing."""

from datetime import datetime
from pathlib import Path

import click

from leadsync.cli.shell import current_shell, set_up_log


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sheet", help="The workbook's sheet, where several hold data.")
def check(file: Path, sheet: str | None) -> int:
    """Read, map and validate FILE; send nothing."""
    from leadsync.cli.texts import survey_as_json, survey_in_full
    from leadsync.errors import UsageError
    from leadsync.run import Survey, entries, opened, past_of

    shell = current_shell()
    set_up_log(shell)
    settings = shell.settings()
    if not file.is_file():
        raise UsageError(f"{file} does not exist; give the path of a spreadsheet file.")
    survey = Survey()
    with shell.journal() as journal, opened(file, sheet, settings, datetime.now().astimezone(), journal) as source:
        for _ in entries(source, survey, past_of(source, journal, settings)):
            pass
    slots = settings.slots
    shell.result(survey_in_full(source, survey, slots), survey_as_json(source, survey, slots))
    return 3 if survey.rejected else 0
