"""The command that writes the settings, or tries them."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadsync.cli.options import A_PATH, examples
from leadsync.cli.package_data import package_data
from leadsync.cli.settings_text import value_in, with_value
from leadsync.cli.sheet_prompts import ask_sheet
from leadsync.cli.shell import Shell, command_shell
from leadsync.cli.wizard import ID_SETTINGS, ask_settings, settings_of_text, with_more_columns, with_proposal
from leadsync.commands import command
from leadsync.errors import LeadsyncError, UsageError
from leadsync.plurals import counted
from leadsync.private_files import is_file, whole_or_not

if TYPE_CHECKING:
    from leadsync.config import Settings

_Option = tuple[str, str, str | int | None]
"""An option that was given: the settings' section and name, and the value; None if it was not."""


@click.command(epilog=examples("init leads.xlsx", "init --check  # try the present settings"))
@click.argument("file", type=A_PATH, required=False)
@click.option("--sheet", help="The sheet of a workbook with several.")
@click.option("--url", help="The dialer's address.")
@click.option("--template-id", type=int, help="The campaign template's id.")
@click.option("--campaign-id", type=int, help="The campaign's id.")
@click.option("--allocation-id", type=int, help="The allocation's id.")
@click.option("--timezone", help="The timezone of the sheet's dates.")
@click.option("--force", is_flag=True, help="Replace the present settings file.")
@click.option("--check", "try_it", is_flag=True, help="Write nothing; try the present settings.")
@click.pass_context
def init(
    context: click.Context,
    /,
    file: Path | None,
    sheet: str | None,
    force: bool,
    try_it: bool,
    url: str | None,
    timezone: str | None,
    **ids: int | None,
) -> int:
    """Write leadsync.toml by questions.

    FILE is a sheet to propose the columns for; with settings present, only its columns are added.
    """
    from leadsync.cli.prompts import with_scheme
    from leadsync.config import FILE_NAME

    shell = command_shell()
    if try_it:
        return _try(shell)
    path = shell.config or Path(FILE_NAME)
    given_any = any(value is not None for value in (url, timezone, *ids.values()))
    if is_file(path) and not force:
        if file is not None and is_file(file) and not given_any:
            return _add_columns(context, shell, path, file, sheet)
        raise UsageError(
            f"{path} is there already; change it with an editor, add a sheet's columns with `leadsync init SHEET`, try "
            "it with --check, or replace it with --force."
        )
    if file is not None and not is_file(file):
        raise UsageError(f"{file} does not exist; give the path of a spreadsheet file.")
    text = package_data("config.example.toml").read_text("utf-8")
    server, place = ("server", "url", url and with_scheme(url)), [("campaign", name, ids[name]) for name in ID_SETTINGS]
    given: list[_Option] = [server, ("input", "timezone", timezone), *place]
    text = _with_options(text, given)
    then = "Put the API key into the environment variable LEADSYNC_API_KEY, then: leadsync check FILE"
    if sys.stdin.isatty():
        answered = {name for _, name, value in given if value is not None}
        answers = ask_settings(text, file, sheet, answered)
        text, file, sheet, then = answers.text, answers.file, answers.sheet, answers.then
    elif file is not None:
        text = with_proposal(text, file, sheet, ask=False)
    _write_settings(shell, path, text, then)
    if file is not None and not shell.json:
        _check(context, shell, file, sheet)
    return 0


def _write_settings(shell: Shell, path: Path, text: str, then: str) -> None:
    """Write the settings' text, and say so with the next step."""
    settings_of_text(text, str(path))
    _write(path, text, 0o644)
    shell.result(f"Wrote {path}. {then}".rstrip(), {"config": str(path)})
    threads = value_in(text, "server", "hardware_threads")
    shell.say(f"The dialer is taken to have {threads} hardware threads; if not, change hardware_threads in {path}.")


def _add_columns(context: click.Context, shell: Shell, path: Path, file: Path, sheet: str | None) -> int:
    """Add the sheet's columns to the present settings."""
    text = path.read_text("utf-8")
    settings_of_text(text, str(path))
    ask = sys.stdin.isatty()
    if ask:
        sheet = ask_sheet(file, sheet, settings_of_text(text, str(path)))
    changed, table = with_more_columns(text, file, sheet, ask=ask)
    # Checked before it is written: settings that no command can read would stop them all.
    settings_of_text(changed, str(path))
    if changed != text:
        # Their mode stays: the file may be open to a team.
        _write(path, changed, path.stat().st_mode & 0o777)
    done = f"Added the columns to {table} in" if changed != text else "Nothing to add to"
    shell.result(f"{done} {path}.", {"config": str(path)})
    if not shell.json:
        _check(context, shell, file, sheet)
    return 0


def _write(path: Path, text: str, mode: int) -> None:
    try:
        with whole_or_not(path.parent.resolve() / path.name, mode) as stream:
            stream.write(text.encode())
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}; choose another place with --config.") from error


def _with_options(text: str, given: list[_Option]) -> str:
    """The settings with the given options; raises SettingsError with the name of the option."""
    for section, name, value in given:
        if value is not None:
            text = with_value(text, section, name, value)
            settings_of_text(text, f"--{name.replace('_', '-')}")
    return text


def _check(context: click.Context, shell: Shell, file: Path, sheet: str | None) -> None:
    """Check a sheet by the new settings; its faults are no error, because the settings are written."""
    from leadsync.cli.check import check

    shell.say("")
    named = (file, "--sheet", sheet) if sheet else (file,)
    try:
        context.invoke(check, file=file, sheet=sheet, campaign=None, insert_only=False)
    except LeadsyncError as error:
        shell.say(f"{error} Once that is put right: {command('check', *named)}")
    else:
        shell.say("")
        shell.say(f"Nothing was sent. To try five rows: {command('run', *named, '--limit', '5')}")


def _try(shell: Shell) -> int:
    """Try the settings, from the key to the messages."""
    from leadsync.cli.connection import tried_all

    settings = shell.all_settings()
    done: dict[str, str] = {}
    for name, words in tried_all(settings, shell.meet_dialer):
        # Several campaigns have a sentence each under one name.
        done[name] = f"{done[name]} {words}" if name in done else words
        _tell(shell, words)
    with shell.journal() as journal:
        done["journal"] = journal.describe()
    _tell(shell, done["journal"])
    problems = [*_try_logins(shell, settings, done), *_try_messages(shell, settings, done)]
    if shell.json:
        shell.result("", {"tried": done, "problems": problems})
    return 2 if problems else 0


def _tell(shell: Shell, words: str, *, good: bool = True) -> None:
    if not shell.json:
        shell.result(f"{'ok' if good else 'no'}  {words[0].upper()}{words[1:]}", None)


def _try_logins(shell: Shell, settings: "Settings", done: dict[str, str]) -> list[str]:
    """Try the page's provider of logins, if there is one; its sentence goes into `done`. Return the problems."""
    from leadsync.cli.connection import tried_provider

    try:
        words = tried_provider(settings)
    except UsageError as error:
        shell.say(str(error))
        return [str(error)]
    if words:
        done["logins"] = words
        _tell(shell, words)
    return []


def _try_messages(shell: Shell, settings: "Settings", done: dict[str, str]) -> list[str]:
    """Send a test message, if messages go anywhere; its sentence goes into `done`. Return the problems."""
    from leadsync.alerts import Message, deliver

    urls = settings.notify_urls(os.environ)
    problems = []
    if not urls and settings.notify.urls_env != type(settings.notify).model_fields["urls_env"].default:
        # Some write the address itself there, a secret.
        problems.append("[notify] urls_env names no environment variable with addresses; nobody gets a message.")
    if urls:
        message = Message("leadsync: this is a test", "Messages from leadsync arrive here.\n", good=True)
        problems += deliver(urls, message)
    for problem in problems:
        shell.say(problem)
    if urls:
        reached = f"{len(urls) - len(problems)} of {counted(len(urls), 'address', 'addresses')}"
        done["messages"] = f"A test message was sent to {reached}."
        _tell(shell, done["messages"], good=not problems)
    return problems
