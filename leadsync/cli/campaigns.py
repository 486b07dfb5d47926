"""The command that lists campaigns."""

import dataclasses

import click

from leadsync.cli.options import dialer_option, examples
from leadsync.cli.shell import command_shell
from leadsync.terminal import visible_lines


@click.command(epilog=examples("campaigns"))
@dialer_option
def campaigns() -> int:
    """List templates, campaigns and allocations with their ids."""
    from leadsync.cli.connection import listed_places

    shell = command_shell()
    settings = shell.settings()
    shell.meet_dialer(settings)
    found = listed_places(settings)
    lines = [f"{'template':<32} {'campaign':<32} allocation"]
    for place in found:
        entities = (place.template, place.campaign, place.allocation)
        lines.append(" ".join(f"{f'{one.id}  {one.name}' if one else '-':<32}" for one in entities).rstrip())
    value = [dataclasses.asdict(place) for place in found]
    shell.result(visible_lines(lines) if found else "The key sees no campaign template.", {"campaigns": value})
    return 0
