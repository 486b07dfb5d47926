"""Sphinx builds these pages: `make docs`. Warnings are errors, and so are links and anchors without a target."""

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent))

import tables

from leadsync import __version__

project = "leadsync"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
exclude_patterns = ["_build"]
myst_heading_anchors = 3
nitpicky = True
# Types of Python and pandas have their pages elsewhere.
nitpick_ignore_regex = [("py:.*", ".*")]
smartquotes = False
html_theme = "furo"
html_title = f"leadsync {__version__}"
html_show_copyright = False
html_show_sphinx = False

_PLACE = re.compile(r"^\*Made from the code by `make docs`: ([a-z ]+)\.\*$", re.MULTILINE)


def insert_tables(_: Sphinx, __: str, source: list[str]) -> None:
    """Put each table into its place on a page."""
    source[0] = _PLACE.sub(lambda place: tables.TABLES[place[1]](), source[0])


def setup(app: Sphinx) -> None:
    """Sphinx calls this."""
    app.connect("source-read", insert_tables)
