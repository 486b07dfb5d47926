"""Templates of pages to look at, to print, to mail. A page loads nothing and runs nothing; values are text in it."""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from leadsync.colours import INK, QUIET, RULE, STATUS_COLOURS
from leadsync.terminal import visible

if TYPE_CHECKING:
    from jinja2 import Environment, Template


def page_template(name: str) -> "Template":
    """The template of this file; its base is `page.html.jinja`."""
    return _environment().get_template(name)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        # By importlib: the templates may lie in a zip file, where they have no path.
        loader=FunctionLoader(lambda name: (files("leadsync.report") / name).read_text("utf-8")),
        autoescape=True,
        # A misspelt name in a template fails the tests instead of leaving a gap in the page.
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(number=_number, share=_share)
    environment.globals.update(colours=STATUS_COLOURS, ink=INK, quiet=QUIET, rule=RULE)
    return environment


def _shown(value: object) -> object:
    """Write out hidden characters: some get round the `<bdi>` and turn the text behind it."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _number(count: int) -> str:
    return f"{count:,}"


def _share(count: int, rows: int) -> str:
    return f"{count / max(rows, 1):.1%}"
