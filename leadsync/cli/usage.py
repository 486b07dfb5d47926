"""Faults of a command line in sentences, with the place and the remedy."""

from collections.abc import Sequence

import click


def usage_error(error: click.ClickException) -> str:
    """The sentence for an error of click."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "leadsync"
    see = f"`{path} --help` tells more."
    match error:
        case click.MissingParameter(param=click.Parameter() as parameter):
            return f"{_name(parameter)} is missing; {see}"
        case click.BadParameter(param=click.Parameter() as parameter):
            takes = _takes(parameter.type)
            return f"{_name(parameter)} takes {takes}; {see}" if takes else f"{_name(parameter)}: {error.message}."
        case click.NoSuchOption():
            return unknown("option", error.option_name, error.possibilities, see)
        case _:
            return f"{error.format_message().rstrip('.')}."


def unknown(kind: str, name: str, close: Sequence[str] | None, see: str) -> str:
    """The sentence for an unknown name, with the `close` ones."""
    meant = f"{' or '.join(close)} may be meant." if close else see
    return f"There is no {kind} {name}; {meant}"


def _name(parameter: click.Parameter) -> str:
    """The name of an option, or an argument's as in the help."""
    return max(parameter.opts, key=len) if isinstance(parameter, click.Option) else parameter.make_metavar(_CONTEXT)


# click names an argument by a context; any will do.
_CONTEXT = click.Context(click.Command("leadsync"))


def _takes(kind: object) -> str:
    """The values of a parameter's type; empty for a text: its own check makes the sentence."""
    match kind:
        case click.IntRange() | click.FloatRange():
            number = "a whole number" if isinstance(kind, click.IntRange) else "a number"
            return f"{number} from {kind.min} " + ("on" if kind.max is None else f"to {kind.max}")
        case click.Choice():
            *others, last = map(str, kind.choices)
            return f"{', '.join(others)} or {last}"
        case click.Path():
            return "a folder, not a file" if not kind.file_okay else "a file, not a folder"
        case _:
            return "a whole number" if kind is click.INT else ""
