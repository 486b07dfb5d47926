"""The commands of the first day: init and campaigns."""

import dataclasses
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadsync.cli.known_dialers import meet_dialer
from leadsync.cli.settings_text import value_in, with_columns, with_value
from leadsync.cli.shell import Shell, current_shell, say, set_up_log
from leadsync.commands import command
from leadsync.errors import LeadsyncError, SheetError, UsageError
from leadsync.plurals import counted
from leadsync.private_files import whole_or_not
from leadsync.terminal import visible_lines

if TYPE_CHECKING:
    from leadsync.cli.interview import KeptKey
    from leadsync.config import Settings

_Option = tuple[str, str, str | int | None]
"""An option that was given: the settings' section and name, and the value; None if it was not."""
_IDS = ("template_id", "campaign_id", "allocation_id")


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--sheet", help="The workbook's sheet, where several hold data.")
@click.option("--url", help="The dialer's address.")
@click.option("--template-id", type=int, help="The campaign template's id.")
@click.option("--campaign-id", type=int, help="The campaign's id.")
@click.option("--allocation-id", type=int, help="The allocation's id.")
@click.option("--timezone", help="The timezone of the sheet's dates.")
@click.option("--force", is_flag=True, help="Replace a settings file that is there.")
@click.option("--check", "try_it", is_flag=True, help="Write nothing: try the settings that are there.")
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
    """Write a leadsync.toml, asking for what it needs; FILE is a sheet to propose the columns for."""
    from leadsync.cli.interview import with_scheme
    from leadsync.cli.shipped import shipped
    from leadsync.config import FILE_NAME

    shell = current_shell()
    set_up_log(shell)
    if try_it:
        return _try(shell)
    path = shell.config or Path(FILE_NAME)
    if path.exists() and not force:
        raise UsageError(
            f"{path} is there already; change it with an editor, try it with --check, or replace it with --force."
        )
    if file is not None and not file.is_file():
        raise UsageError(f"{file} does not exist; give the path of a spreadsheet file.")
    text = shipped("config.example.toml").read_text("utf-8")
    server, place = ("server", "url", url and with_scheme(url)), [("campaign", name, ids[name]) for name in _IDS]
    given: list[_Option] = [server, ("input", "timezone", timezone), *place]
    text = _with_options(text, given)
    then = "Put the API key into the environment variable LEADSYNC_API_KEY, then: leadsync check FILE"
    if sys.stdin.isatty():
        answered = {name for _, name, value in given if value is not None}
        told = _interview(text, file, sheet, answered)
        text, file, sheet, then = told.text, told.file, told.sheet, told.then
    elif file is not None:
        text = _with_proposal(text, file, sheet, ask=False)
    _settings(text, str(path))
    try:
        with whole_or_not(path.parent.resolve() / path.name, 0o644) as stream:
            stream.write(text.encode())
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}; choose another place with --config.") from error
    shell.result(f"Wrote {path}. {then}".rstrip(), {"config": str(path)})
    if file is not None and not shell.json:
        _check(context, shell, file, sheet)
    return 0


def _check(context: click.Context, shell: Shell, file: Path, sheet: str | None) -> None:
    """Check a sheet by the new settings. What is wrong with it is said, and no error: the settings are written."""
    from leadsync.cli.checking import check

    shell.say("")
    named = (file, "--sheet", sheet) if sheet else (file,)
    try:
        context.invoke(check, file=file, sheet=sheet, campaign=None, insert_only=False)
    except LeadsyncError as error:
        shell.say(f"{error} Once that is put right: {command('check', *named)}")
    else:
        shell.say("")
        shell.say(f"Nothing was sent. To try five rows: {command('run', *named, '--limit', '5')}")


@click.command()
def campaigns() -> int:
    """List templates, campaigns and allocations with their ids."""
    from leadsync.cli.connection import listed_places

    shell = current_shell()
    set_up_log(shell)
    settings = shell.settings()
    meet_dialer(shell, settings)
    found = listed_places(settings)
    lines = [f"{'template':<32} {'campaign':<32} allocation"]
    for place in found:
        entities = (place.template, place.campaign, place.allocation)
        lines.append(" ".join(f"{f'{one.id}  {one.name}' if one else '-':<32}" for one in entities).rstrip())
    value = [dataclasses.asdict(place) for place in found]
    shell.result(visible_lines(lines) if found else "The key sees no campaign template.", {"campaigns": value})
    return 0


def _with_options(text: str, given: list[_Option]) -> str:
    """The settings with the options that were given; raises SettingsError, which names the option."""
    for section, name, value in given:
        if value is not None:
            text = with_value(text, section, name, value)
            _settings(text, f"--{name.replace('_', '-')}")
    return text


def _try(shell: Shell) -> int:
    """Try what the settings say, from the key to the messages."""
    import os

    from leadsync.alerts import Message, deliver
    from leadsync.cli.connection import tried

    settings = shell.settings()
    meet_dialer(shell, settings)
    done: dict[str, str] = {}
    for name, words in tried(settings):
        done[name] = f"{done[name]} {words}" if name in done else words
        if not shell.json:
            shell.result(f"ok  {words[0].upper() + words[1:]}", None)
    problems = []
    urls = settings.notify_urls(os.environ)
    if urls:
        message = Message("leadsync: this is a test", "Messages from leadsync arrive here.\n", good=True)
        problems = list(deliver(urls, message))
        for problem in problems:
            shell.say(problem)
        done["messages"] = (
            f"A test message was sent to {len(urls) - len(problems)} of {counted(len(urls), 'address', 'addresses')}."
        )
        if not shell.json:
            shell.result(f"{'no' if problems else 'ok'}  {done['messages']}", None)
    if shell.json:
        shell.result("", {"tried": done, "problems": problems})
    return 2 if problems else 0


@dataclasses.dataclass(frozen=True, slots=True)
class _Told:
    """What came of the questions: the settings' text, the file and its sheet to look at, and what is left to do."""

    text: str
    file: Path | None
    sheet: str | None
    then: str


def _interview(text: str, file: Path | None, sheet: str | None, answered: set[str]) -> _Told:
    """Ask for everything that was not given; raises SheetError, before any question, for a file that cannot be read."""
    from leadsync.cli import interview

    if file is not None:
        sheet = interview.ask_sheet(file, sheet)
    text, kept = _ask_dialer(text, answered)
    if "timezone" not in answered:
        shown = str(value_in(text, "input", "timezone"))
        text = _ask_until_right(text, "timezone", "The timezone of the sheet's dates", shown)
    shown = str(value_in(text, "input", "region"))
    text = _ask_until_right(text, "region", "The country of phone numbers that name none (two letters)", shown)
    try:
        if file is None and (file := interview.ask_file()) is not None:
            sheet = interview.ask_sheet(file, sheet)
        if file is not None:
            text = _with_proposal(text, file, sheet, ask=True)
    except SheetError as error:
        say(str(error))
        file = None
    return _Told(text, file, sheet, kept.still_to_do or ("" if file else "Now look at a sheet: leadsync check FILE"))


def _ask_dialer(text: str, answered: set[str]) -> "tuple[str, KeptKey]":
    """The settings with the dialer's address, the key's place and the ids; the key is tried before it is kept."""
    from pydantic import SecretStr

    from leadsync.cli import interview
    from leadsync.cli.connection import listed_places

    ids: tuple[int, ...] = ()
    while True:
        if "url" not in answered:
            shown = str(value_in(text, "server", "url"))
            text = with_value(text, "server", "url", interview.ask_url("" if "example" in shown else shown))
        key, taken = interview.ask_key(), False
        try:
            places = listed_places(_settings(text), SecretStr(key))
            taken = True
            if not answered.issuperset(_IDS):
                ids = interview.ask_place(places)
            break
        except LeadsyncError as error:
            if not interview.again(error):
                if not answered.issuperset(_IDS):
                    ids = tuple(interview.ask_number(name.replace("_", " ")) for name in _IDS)
                break
            answered = answered - {"url"}
    for name, number in zip(_IDS, ids, strict=False):
        text = with_value(text, "campaign", name, number)
    kept = interview.ask_place_of(key, taken=taken)
    for setting in ("api_key_file", "api_key_keyring"):
        text = with_value(text, "server", setting, "")
    return with_value(text, "server", kept.setting, kept.value), kept


def _ask_until_right(text: str, name: str, question: str, shown: str) -> str:
    from leadsync.cli import interview

    while True:
        changed = with_value(text, "input", name, interview.first_value(question, shown))
        try:
            _settings(changed)
            return changed
        except LeadsyncError as error:
            interview.complain(error)


def _with_proposal(text: str, file: Path, sheet: str | None, *, ask: bool) -> str:
    """The settings with what the sheet's columns are."""
    from leadsync.cli import interview

    proposal, examples, rules = interview.read_proposal(file, sheet, _settings(text))
    if ask:
        proposal = interview.confirm_columns(proposal, examples, rules)
    text = with_value(text, "input", "phone_fields", proposal.phone_fields)
    return with_columns(text, proposal.columns) if proposal.columns else text


def _settings(text: str, source: str = "the answer") -> "Settings":
    """The settings that the text makes; raises SettingsError, which names the source."""
    from leadsync.config import settings_from

    return settings_from(tomllib.loads(text), source)
