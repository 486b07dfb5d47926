"""The formulas of an .xls with a stored 0 that they cannot come to. Sources: [MS-XLS], 2.5.198, and OpenOffice's
description of the format, 3.11, for the functions.

LibreOffice, converting a workbook without working it out, stores 0 for every text, and 0 for a number if the workbook
has it from a library. These records are those of a true 0: only the formula tells them apart. So it is worked out as
far as cells, comparisons, sums and `IF` go.
"""

import contextlib
import math
import operator
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from leadsync.sheets.formats.cell_metadata import Place


class Kind(Enum):
    """A value that is not worked out."""

    TEXT = auto()
    NUMBER = auto()
    """Also a truth or an error."""
    ANY = auto()


class Truth(float):
    """A true or false. Programs that work formulas out seldom store a number for it."""


Value = float | str | Kind | None
"""A cell's or a formula's value; None is a blank cell."""

_ADD, _SUBTRACT, _CONCATENATE = 3, 4, 8
_SUMS: dict[int, Callable[[float, float], float]] = {
    _ADD: operator.add, _SUBTRACT: operator.sub, 5: operator.mul,
    9: operator.lt, 10: operator.le, 12: operator.ge, 13: operator.gt,
}  # fmt: skip
_BINARY = range(3, 18)
_EQUAL, _UNEQUAL = 11, 14
_PLUS, _MINUS, _PERCENT, _PAREN = 0x12, 0x13, 0x14, 0x15
_EXPRESSION, _MISSING, _STRING, _ATTRIBUTE, _ERROR, _TRUTH, _WHOLE, _REAL = 1, 0x16, 0x17, 0x19, 0x1C, 0x1D, 0x1E, 0x1F
_FUNCTION, _VARIABLE, _CELL, _NEIGHBOUR = 0x21, 0x22, 0x24, 0x2C
_CHOICES, _SUM = 4, 0x10
_SIZES = {
    _MISSING: 0, _ERROR: 1, _TRUTH: 1, _WHOLE: 2, _REAL: 8, 0x20: 7, 0x23: 4, _CELL: 4, 0x25: 8, 0x2A: 4, 0x2B: 8,
    _NEIGHBOUR: 4, 0x2D: 8, 0x39: 6, 0x3A: 6, 0x3B: 10, 0x3C: 6, 0x3D: 10,
}  # fmt: skip
"""The bytes of each operand behind its token."""
_MARKS = {0x26: 6, 0x27: 6, 0x28: 6, 0x29: 2}
"""The bytes of tokens that only announce an operand."""

_IF, _AND, _OR, _CHOOSE, _ADDED = 1, 36, 37, 100, 255
_TESTS: dict[int, Callable[[Value], bool]] = {
    2: lambda _: False,
    3: lambda _: False,
    127: lambda value: isinstance(value, str),
    128: lambda value: isinstance(value, float),
    129: lambda value: value is None,
}
"""ISNA, ISERROR, ISTEXT, ISNUMBER and ISBLANK of a known value."""
_TEXT_FUNCTIONS = frozenset((
    13, 14, 30, 31, 48, *range(111, 117), 118, 119, 120, 130, 162, 204, 207, 208, 209, 210, 214, 215, 219, 336, 352,
    353, 354, 360, 368,
))  # fmt: skip
"""From DOLLAR, FIXED, REPT, MID and TEXT to BAHTTEXT."""
_ANY_FUNCTIONS = frozenset((28, 29, 78, 83, 101, 102, 125, 148, 235, 244, 358, 359))
"""LOOKUP, INDEX, OFFSET, TRANSPOSE, HLOOKUP, VLOOKUP, CELL, INDIRECT, DGET, INFO, GETPIVOTDATA and HYPERLINK."""
_ARGUMENTS = {
    0: (10, 19, 34, 35, 63, 74, 221),
    2: (27, 30, 39, 48, 97, 117, 165, 212, 213, 252, 274, 275, 276, 285, 288, 299, 303, 304, 305, 306, 307, 308, 310,
        311, 312, 313, 314, 315, 325, 326, 327, 328, 331, 332, 337, 346, 353, 358),
    3: (31, *range(40, 46), 47, 61, 65, 66, 142, 189, 195, 196, 199, 210, 235, 277, 278, 280, 281, 282, 287, 290, 291,
        292, 295, 297, 300, 301, 309, 351),
    4: (92, 119, 143, 207, 273, 286, 289, 293, 302, 316, 350),
}  # fmt: skip
_COUNTS = {function: count for count, functions in _ARGUMENTS.items() for function in functions}
"""The arguments of each function that has as many of them always; one, if it is not in here."""

_DEEPEST = 100
"""Formulas of formulas that are followed."""
_TINY = 1e-6
"""A difference that programs take for 0."""


@dataclass(slots=True)
class Formulas:
    """The formulas of a sheet: its `values` by place, and the `tokens` of formulas with a stored 0.

    `shared` are the tokens that several formulas have in common, by the place of the first.
    """

    values: dict[Place, Value]
    tokens: dict[Place, bytes]
    shared: dict[Place, bytes]
    _known: dict[Place, Value] = field(default_factory=dict)

    def wrong_zeros(self, *, loses_texts: bool, is_unworked: bool = False) -> set[Place]:
        """Return the formulas that come to a text or another number.

        `loses_texts`: the program that wrote the file may have worked the formulas out, and stored 0 for texts. Then
        any that may come to a text are among them. `is_unworked`: all formulas of the sheet have a stopgap. Then, or if
        a zero is wrong, and not for a lost text alone, nothing was worked out: all but those that surely come to the
        number 0 are among them.
        """
        results = {place: self._result(place, 0) for place in self.tokens}
        texts = {place for place, result in results.items() if _kind(result) is Kind.TEXT}
        numbers = {place for place, result in results.items() if isinstance(result, float) and result}
        if is_unworked or numbers or (texts and not loses_texts):
            return {place for place, result in results.items() if result or isinstance(result, str | Truth)}
        return texts | {place for place, result in results.items() if loses_texts and result is Kind.ANY}

    def _result(self, place: Place, depth: int) -> Value:
        """Return a cell's value, that of a formula with a stored 0 worked out."""
        if place not in self.tokens:
            return self.values.get(place)
        if depth > _DEEPEST:
            return Kind.ANY
        if place not in self._known:
            self._known[place] = Kind.ANY
            with contextlib.suppress(LookupError, ValueError, struct.error):
                self._known[place] = self._worked_out(self.tokens[place], place, depth)
        return self._known[place]

    def _worked_out(self, tokens: bytes, base: Place, depth: int) -> Value:
        if tokens[0] == _EXPRESSION:
            tokens = self.shared.get(struct.unpack_from("<HH", tokens, 1), b"")
        stack: list[Value] = []
        place = 0
        while place < len(tokens):
            token, place = tokens[place], place + 1
            token = token if token < 0x20 else token & 0x1F | 0x20
            if token in _BINARY:
                right = stack.pop()
                stack[-1] = _combined(token, stack[-1], right)
            elif token in (_PLUS, _PAREN):
                pass
            elif token in (_MINUS, _PERCENT):
                stack[-1] = _scaled(stack[-1], -1 if token == _MINUS else 0.01)
            elif token == _STRING:
                length, is_wide = tokens[place], tokens[place + 1] & 1
                place += 2 + (length << is_wide)
                text = tokens[place - (length << is_wide) : place]
                stack.append(text.decode("utf-16-le" if is_wide else "latin-1", "replace"))
            elif token == _ATTRIBUTE:
                options, count = struct.unpack_from("<BH", tokens, place)
                place += 3 + (2 * (count + 1) if options & _CHOICES else 0)
                if options & _SUM:
                    stack[-1] = Kind.NUMBER
            elif token in (_FUNCTION, _VARIABLE):
                function, count, place = _function(tokens, token, place)
                cut = len(stack) - count
                stack[cut:] = [_returned(function, stack[cut:])]
            elif token in _MARKS:
                place += _MARKS[token]
            elif token in _SIZES:
                stack.append(self._operand(token, tokens[place : place + _SIZES[token]], base, depth))
                place += _SIZES[token]
            else:
                return Kind.ANY
        return stack[-1]

    def _operand(self, token: int, body: bytes, base: Place, depth: int) -> Value:
        if token in (_CELL, _NEIGHBOUR):
            row, column = struct.unpack("<HH", body)
            if token == _NEIGHBOUR:
                row += base[0] if column & 0x8000 else 0
                column += base[1] if column & 0x4000 else 0
            return self._result((row & 0xFFFF, column & 0xFF), depth + 1)
        if token in (_TRUTH, _WHOLE):
            number = int.from_bytes(body, "little")
            return Truth(number) if token == _TRUTH else float(number)
        if token == _REAL:
            return float(struct.unpack("<d", body)[0])
        if token == _MISSING:
            return 0.0
        return Kind.NUMBER if token == _ERROR else Kind.ANY


def _function(tokens: bytes, token: int, place: int) -> tuple[int, int, int]:
    """Return a function's number, the count of its arguments, and the place behind it."""
    if token == _VARIABLE:
        count, function = struct.unpack_from("<BH", tokens, place)
        return function, count & 0x7F, place + 3
    (function,) = struct.unpack_from("<H", tokens, place)
    return function, _COUNTS.get(function, 1), place + 2


def _combined(token: int, left: Value, right: Value) -> Value:
    """Return the value of two with an operator between them."""
    if token == _CONCATENATE:
        return left + right if isinstance(left, str) and isinstance(right, str) else Kind.TEXT
    if token > _UNEQUAL:
        return Kind.ANY
    if isinstance(left, Kind) or isinstance(right, Kind):
        return Kind.NUMBER
    left, right = _beside(left, right), _beside(right, left)
    if token in (_EQUAL, _UNEQUAL):
        return Truth(_is_equal(left, right) == (token == _EQUAL))
    if token not in _SUMS or isinstance(left, str) or isinstance(right, str):
        return Kind.NUMBER
    result = _SUMS[token](left, right)
    if isinstance(result, bool):
        return Truth(result)
    return result if abs(result) >= _TINY else 0.0


def _beside(value: float | str | None, other: float | str | None) -> float | str:
    """Return a blank cell's value beside another."""
    if value is None:
        return "" if isinstance(other, str) else 0.0
    return value


def _is_equal(left: float | str, right: float | str) -> bool:
    if isinstance(left, str) or isinstance(right, str):
        return isinstance(left, str) and isinstance(right, str) and left.casefold() == right.casefold()
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=_TINY)


def _scaled(value: Value, factor: float) -> Value:
    return value * factor if isinstance(value, float) else Kind.NUMBER


def _returned(function: int, arguments: list[Value]) -> Value:
    """Return a function's value."""
    if function in (_IF, _CHOOSE):
        return _chosen(function, arguments)
    if function == _ADDED:
        # The first argument is its name: IFERROR of numbers is one of them, TEXTJOIN is not.
        return Kind.NUMBER if all(_kind(value) is Kind.NUMBER for value in arguments[1:]) else Kind.ANY
    if function in _TEXT_FUNCTIONS:
        return Kind.TEXT
    if function in _ANY_FUNCTIONS:
        return Kind.ANY
    if function in (_AND, _OR) and all(isinstance(value, float) for value in arguments):
        return Truth((all if function == _AND else any)(arguments))
    if function in _TESTS and not isinstance(arguments[0], Kind):
        return Truth(_TESTS[function](arguments[0]))
    return Kind.NUMBER


def _chosen(function: int, arguments: list[Value]) -> Value:
    """Return the value of IF or CHOOSE; what all choices have in common, if it is not known which it is."""
    which, *choices = arguments
    if function == _IF:
        choices = [*choices, Kind.NUMBER][:2]
        which = 0.0 if which is None else which
        which = 2.0 - bool(which) if isinstance(which, float) else which
    if isinstance(which, float) and 1 <= which < len(choices) + 1:
        return choices[int(which) - 1]
    if len(set(choices)) == 1:
        return choices[0]
    kinds = {_kind(choice) for choice in choices}
    return kinds.pop() if len(kinds) == 1 else Kind.ANY


def _kind(value: Value) -> Kind:
    if isinstance(value, Kind):
        return value
    return Kind.TEXT if isinstance(value, str) else Kind.NUMBER
