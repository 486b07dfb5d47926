"""Marks against the running of a csv file's text as a formula.

Delimited text cannot say "this is text". So a value gets one apostrophe in front if a program would run it. A program
with another list separator, or with a row's end at every line end, sees cells inside a cell: `x;=1+1`. Such an inner
beginning gets the mark `'~`: `x;'~=1+1`. Reading takes one of each off again. Both ways are exact opposites: a value
with marks of its own before a formula gets one more; any other value is left alone.

The first release set the apostrophe alone. Its reports are still read right, unless a sheet held the mark itself.
Workbooks need none of this: their cells are texts by type.
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
_MARK = "'~"
_ENDS = r",;\t|\r\n"
"""Ends of a cell, to programs without other orders."""
# No number is spared here: to a program with decimal commas, `x;-5,cmd|…` goes on behind the comma.
_FORMULA = r"""(?= (?:[^\S\t\r\n]|")* [=@＝＠+\-＋－] )"""
_TO_MARK = re.compile(rf"(?: (?<=[{_ENDS}])(?:{_MARK})* | \A(?:{_MARK})+ ) {_FORMULA}", re.VERBOSE)
_MAY_MARK = re.compile(rf"""[{_ENDS}](?:[^\S\t\r\n]|"|{_MARK})*[=@＝＠+\-＋－]""")
"""Finds the same as `_TO_MARK` behind the beginning, for a whole line in a tenth of the time."""
_MARKED = re.compile(rf"(?<![^{_ENDS}]) {_MARK} ((?:{_MARK})*) {_FORMULA}", re.VERBOSE)
_NUMBER_FIRST = re.compile(r"\s*[+\-＋－]")
_ACTS = re.compile(r"\w\s*\(|[-+*/^&=<>]\s*'?[A-Za-z][\w.]*'?\s*\|")
"""A formula can do harm with a function or a link to another program (`cmd|…`) only."""

_MAY_RUN = frozenset("'=@＝＠+-＋－").union(filter(str.isspace, map(chr, range(0x3001))))
"""First characters of cells with something to run."""


def escape_row(values: Sequence[str], delimiter: str) -> Sequence[str]:
    """`escape` for a whole line; one look at the beginnings of its cells spares most lines the rest.

    A program with another separator may read the line as one cell. So a number in the first cell does not stay as it
    is, if the rest of the line could make a formula of it.
    """
    inside = _MAY_MARK.search("\0".join(values))
    if not inside and _MAY_RUN.isdisjoint([value[:1] for value in values]):
        return values
    first, *others = [escape(value) if inside or value[:1] in _MAY_RUN else value for value in values]
    if _NUMBER_FIRST.match(first) and _ACTS.search(delimiter.join(values)):
        first = _MARK + first
    return [first, *others]


def escape(value: str) -> str:
    """`value` as it can stand in delimited text: `=1+1` becomes `'=1+1`; `+61 3 8321 8199` and `-5` stay."""
    guarded = "'" + value if _RUNS.match(value) else value
    return _TO_MARK.sub(rf"\g<0>{_MARK}", guarded) if _MAY_MARK.search(value) or _MARK in value else guarded


def unescape(value: str) -> str:
    """Return the value before `escape`."""
    if _MARK in value:
        value = _MARKED.sub(r"\1", value)
    return value[1:] if value.startswith("'") and _RUNS.match(value) else value
