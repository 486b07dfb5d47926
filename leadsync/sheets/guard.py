"""The apostrophe that keeps a spreadsheet program from running a text of a csv file as a formula.

Delimited text cannot say "this is text", so a value that would be run gets one apostrophe in front, and reading takes
one off again. The two are exact opposites: a value that itself begins with apostrophes before a formula gets one
more, any other value is left alone. Workbooks need none of this: their cells say that they are text.
"""

import re
from collections.abc import Sequence

_RUNS = re.compile(
    r"""'*                        # apostrophes of its own do not make it less of a formula to us: they are counted
        (?: [\t\r\n]              # dropped by some programs, which then see what follows
          | \s* [=@＝＠]
          | \s* [+\-＋－] (?! [\d\s().]* \Z )   # a number or a phone number stays as it is
        )""",
    re.VERBOSE,
)

_BETWEEN = "\0"
_MAY_RUN = re.compile(rf"(?:\A|{_BETWEEN})['\s=@＝＠+\-＋－]")
"""Found in the cells of a line put together where one of them begins as something that is run does."""


def protect_all(values: Sequence[str]) -> Sequence[str]:
    """`protect` for a whole line; one look tells that most lines need nothing."""
    return list(map(protect, values)) if _MAY_RUN.search(_BETWEEN.join(values)) else values


def protect(value: str) -> str:
    """`value` as it can stand in delimited text: `=1+1` becomes `'=1+1`; `+61 3 8321 8199` and `-5` stay."""
    return "'" + value if _RUNS.match(value) else value


def unprotect(value: str) -> str:
    """What `protect` was given."""
    return value[1:] if value.startswith("'") and _RUNS.match(value) else value
