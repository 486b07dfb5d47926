"""Formulas that come to a text whatever the cells hold, as written in an .xlsx or an OpenDocument file. Pure."""

import re

_PIECE = re.compile(
    r"""
    "(?:[^"]|"")*" | '(?:[^']|'')*' | \[[^\]]*\] | \{[^}]*\}  # a text, a sheet's name, a reference, a list
    | [()&,;<>=] | [^"'\[\]{}()&,;<>=]+
    """,
    re.VERBOSE,
)
_COMPARES = frozenset("<>=")
_TEXT_FUNCTIONS = frozenset((
    *("CONCATENATE", "CONCAT", "TEXTJOIN", "TEXT", "TRIM", "UPPER", "LOWER", "PROPER", "LEFT", "RIGHT", "MID"),
    *("SUBSTITUTE", "REPLACE", "REPT", "CHAR", "UNICHAR", "CLEAN", "FIXED", "DOLLAR"),
))  # fmt: skip
_MAY_BE = re.compile(rf'["&]|\b(?:{"|".join(sorted(_TEXT_FUNCTIONS))})\b', re.IGNORECASE)
"""Signs of such a formula: a sheet may have a 0 in each row."""
_CHOICES = {"IF": 1, "IFERROR": 0, "IFNA": 0}
"""Functions that come to one of their arguments, from this one on."""
_BOTH = 2
_DEEPEST = 64
"""Levels of functions in functions in Excel."""


def makes_text(formula: str, levels: int = _DEEPEST) -> bool:
    """Whether a formula, without the sign in front, surely comes to a text or an error.

    `levels` are those of functions in functions that are followed.
    """
    if levels == 0 or _MAY_BE.search(formula) is None:
        return False
    top: list[str] = []
    arguments = [""]
    depth = 0
    for piece in _PIECE.findall(formula):
        depth -= piece == ")"
        if depth == 0:
            top.append(piece)
        elif depth == 1 and piece in (",", ";"):
            arguments.append("")
        else:
            arguments[-1] += piece
        depth += piece == "("
    if not _COMPARES.isdisjoint(top):
        return False
    if "&" in top:
        return True
    if top[1:] != ["(", ")"]:
        return [piece[0] for piece in top] == ['"']
    function = top[0].strip(" +").rpartition(".")[2].upper()
    if function not in _CHOICES:
        return function in _TEXT_FUNCTIONS
    choices = arguments[_CHOICES[function] :]
    return len(choices) >= _BOTH and all(makes_text(choice.strip(), levels - 1) for choice in choices)
