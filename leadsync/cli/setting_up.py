"""The commands of the first day: init and campaigns."""

import dataclasses
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import click

from leadsync.cli.shell import current_shell, set_up_log
from leadsync.errors import UsageError
from leadsync.models import CampaignIds

_QUESTIONS = (
    ("url", "The dialer's address (https://…)"),
    ("template_id", "The campaign template's id"),
    ("campaign_id", "The campaign's id"),
    ("allocation_id", "The allocation's id"),
    ("timezone", "The timezone of the sheet's dates"),
)


@click.command()
@click.option("--url", help="The dialer's address.")
@click.option("--template-id", type=int, help="The campaign template's id.")
@click.option("--campaign-id", type=int, help="The campaign's id.")
@click.option("--allocation-id", type=int, help="The allocation's id.")
@click.option("--timezone", help="The timezone of the sheet's dates.")
@click.option("--force", is_flag=True, help="Replace a settings file that is there.")
def init(force: bool, **given: str | int | None) -> int:
    """Write a leadsync.toml, asking for what it needs."""
    from leadsync.cli.shipped import shipped
    from leadsync.config import FILE_NAME, settings_from

    shell = current_shell()
    set_up_log(shell)
    path = shell.config or Path(FILE_NAME)
    if path.exists() and not force:
        raise UsageError(f"{path} is there already; change it with an editor, or replace it with --force.")
    text = shipped("config.example.toml").read_text("utf-8")
    for name, question in _QUESTIONS:
        answer = given[name]
        if answer is None and sys.stdin.isatty():
            answer = _ask(question, _value_in(text, name))
        if answer is not None:
            text = _with_value(text, name, answer)
    import tomllib

    settings_from(tomllib.loads(text), str(path))
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}; choose another place with --config.") from error
    then = "Put the API key into the environment variable LEADSYNC_API_KEY, then: leadsync check FILE"
    shell.result(f"Wrote {path}. {then}", {"config": str(path)})
    return 0


@click.command()
def campaigns() -> int:
    """List templates, campaigns and allocations with their ids."""
    import asyncio

    from leadsync.dialer import DialerClient, Place, places

    shell = current_shell()
    set_up_log(shell)
    settings = shell.settings()
    nowhere = CampaignIds(0, 0, 0)
    client = DialerClient(
        settings.url(), settings.api_key(os.environ), nowhere, connections=1, ca_file=settings.server.ca_file
    )

    async def listed() -> list[Place]:
        async with client as dialer:
            return [place async for place in places(dialer)]

    found = asyncio.run(listed())
    lines = [f"{'template':<32} {'campaign':<32} allocation"]
    for place in found:
        entities = (place.template, place.campaign, place.allocation)
        lines.append(" ".join(f"{f'{one.id}  {one.name}' if one else '-':<32}" for one in entities).rstrip())
    value = [dataclasses.asdict(place) for place in found]
    shell.result("\n".join(lines) if found else "The key sees no campaign template.", {"campaigns": value})
    return 0


def _ask(question: str, shown: str | int) -> str | int:
    answer: Any = click.prompt(question, default=shown, type=type(shown), err=True)
    return answer if isinstance(answer, int) else str(answer)


def _value_in(text: str, name: str) -> str | int:
    found = re.search(rf"^{name} = (\S+)", _own_section(text, name), re.MULTILINE)
    value: str | int = json.loads(found[1]) if found else ""
    return value


def _with_value(text: str, name: str, value: str | int) -> str:
    part = _own_section(text, name)
    return text.replace(
        part, re.sub(rf"^{name} = \S+", lambda _: f"{name} = {json.dumps(value)}", part, flags=re.MULTILINE)
    )


def _own_section(text: str, name: str) -> str:
    """The part of the file where the setting stands: `timezone` is in two, and the sheet's own is meant."""
    section = {"url": "[server]", "timezone": "[input]"}.get(name, "[campaign]")
    start = text.index(f"\n{section}\n")
    end = text.find("\n[", start + 2)
    return text[start:end]
