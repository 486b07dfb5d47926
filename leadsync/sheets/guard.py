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

_MAY_RUN = frozenset("'=@＝＠+-＋－").union(filter(str.isspace, map(chr, range(0x3001))))
"""What a cell begins with that something is run of."""


def protect_all(values: Sequence[str]) -> Sequence[str]:
    """`protect` for a whole line; one look at how its cells begin tells that most lines need nothing."""
    return values if _MAY_RUN.isdisjoint([value[:1] for value in values]) else list(map(protect, values))


def protect(value: str) -> str:
    """`value` as it can stand in delimited text: `=1+1` becomes `'=1+1`; `+61 3 8321 8199` and `-5` stay."""
    return "'" + value if _RUNS.match(value) else value


def unprotect(value: str) -> str:
    """What `protect` was given."""
    return value[1:] if value.startswith("'") and _RUNS.match(value) else value
