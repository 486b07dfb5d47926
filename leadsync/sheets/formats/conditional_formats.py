"""Conditional formats that hide values or show others: whether a cell meets the rule. Pure.

Source: ECMA-376 part 1, 18.3.1.10.

A rule compares a cell with constants, or is not worked out: then any value that its format alters is in doubt.
"""

import operator
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from leadsync.sheets.formats.cell_text import Value, text_of
from leadsync.sheets.formats.format_codes import text_pieces
from leadsync.sheets.formats.number_formats import alters, is_hidden, may_alter, shows_no_digits
from leadsync.sheets.formats.serial_dates import serial_of
from leadsync.sheets.source_lines import Merged, letter

_Order = tuple[int, Decimal, str]
"""The place of a value among others: numbers stand before texts, texts before truths."""
_NONE = Decimal()
_OPERATORS: dict[str, Callable[[_Order, _Order], bool]] = {
    "equal": operator.eq,
    "notEqual": operator.ne,
    "lessThan": operator.lt,
    "lessThanOrEqual": operator.le,
    "greaterThan": operator.gt,
    "greaterThanOrEqual": operator.ge,
}
_SIGNS = dict(zip(("=", "<>", "<", "<=", ">", ">="), _OPERATORS, strict=True))
_IN_OPENDOCUMENT = re.compile(
    r"(?P<sign>!=|<=|>=|=|<|>)(?P<operand>.+)|(?P<not>not-)?between\((?P<low>[^,()]+),(?P<high>[^,()]+)\)"
    r"|formula-is\((?P<formula>.+)\)",
    re.DOTALL,
)
_QUOTED_NAME = re.compile("'[^']*'")
_CELL_REFERENCE = re.compile(r"\[\.([^\].:]+)\]")
_OF_OWN_CELL = re.compile(r"\s*(\$?)([A-Z]{1,3})(\d{1,7})\s*(<=|>=|<>|=|<|>)\s*([^=<>].*)", re.DOTALL)
_NUMBER = re.compile(r"-?(?:\d{1,15}\.?\d{0,15}|\.\d{1,15})")
_TEXT = re.compile(r'"((?:[^"]|"")*)"')
_OF_BLANKS = ("containsBlanks", "containsErrors")
ICONS_ALONE = ";;;@"
"""A format that hides numbers, as an icon or a bar in their place does."""
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")


class Veil(NamedTuple):
    """A rule of a conditional format that alters values: its cells, the format's code, and the condition.

    `kind` and `comparison` are the words of an .xlsx, `operands` its formulas.
    """

    areas: tuple[Merged, ...]
    code: str
    kind: str = ""
    comparison: str = ""
    operands: tuple[str, ...] = ()

    @property
    def names(self) -> str:
        """The areas as a person writes them: `B2:B9 D2`."""
        return " ".join(_name(first) + (f":{_name(last)}" if first != last else "") for first, last in self.areas)

    def judge(self, *, epoch_1904: bool = False) -> Callable[[Value, Callable[[Value], str]], bool]:
        """Return a function that tells whether a value in one of the cells is not to be seen, or as another one than
        its text without the rule, as far as the rule can be worked out. It takes the value, and what gives its text."""
        is_met = self._rule()
        alters_texts, hides_numbers = _alters_texts(self.code), shows_no_digits(self.code)

        def is_altered(value: Value, own: Callable[[Value], str]) -> bool:
            number = None if value.__class__ is str else serial_of(value, epoch_1904=epoch_1904)
            if number is None:
                return alters_texts and is_met(_order_of_text(value))
            if not is_met((0, number, "")) or not (text := own(value)):
                return False
            return hides_numbers or is_hidden(float(number), self.code) or alters(number, self.code, text)

        return is_altered

    def _rule(self) -> Callable[[_Order], bool]:
        """Whether a value meets the rule; any does if it is not worked out."""
        kind, comparison, operands = self._compared()
        bounds = sorted(bound for bound in map(_constant, operands) if bound is not None)
        if kind in _OF_BLANKS:
            return lambda _: False
        if kind != "cellIs" or not bounds or len(bounds) < len(operands):
            return lambda _: True
        if comparison in ("between", "notBetween"):
            return lambda value: (bounds[0] <= value <= bounds[-1]) == (comparison == "between")
        compare = _OPERATORS.get(comparison)
        return lambda value: compare is None or compare(value, bounds[0])

    def _compared(self) -> tuple[str, str, tuple[str, ...]]:
        """The rule; a formula that compares the cell itself is a comparison."""
        found = _OF_OWN_CELL.fullmatch(self.operands[0]) if self.kind == "expression" and self.operands else None
        if found and self.areas:
            (top, left), (_, right) = self.areas[0]
            is_own = (letter(left), top + 1) == (found[2], int(found[3]))
            if is_own and (not found[1] or (left == right and len(self.areas) == 1)):
                return "cellIs", _SIGNS[found[4]], (found[5],)
        return self.kind, self.comparison, self.operands


def may_show_others(code: str) -> bool:
    """Whether some values are not to be seen under a format code, or as other ones."""
    return _alters_texts(code) or may_alter(code) or shows_no_digits(code)


def _alters_texts(code: str) -> bool:
    """Whether a text is hidden, or has letters or digits beside it."""
    pieces = text_pieces(code)
    return pieces is not None and (None not in pieces or any(map(str.isalnum, "".join(filter(None, pieces)))))


def areas_of(references: str) -> tuple[Merged, ...]:
    """Return the areas of a list such as `B2:B9 D2`, rows and columns counted from 0; odd ones are left out."""
    found = [_AREA.fullmatch(reference) for reference in references.split()]
    return tuple(
        ((int(area[2]) - 1, _column(area[1])), (int(area[4] or area[2]) - 1, _column(area[3] or area[1])))
        for area in found
        if area
    )


def opendocument_veil(ranges: str, code: str, condition: str) -> Veil:
    """Return a rule of an .ods from its cells (`Sheet1.D2:Sheet1.F4`) and condition, as LibreOffice writes them."""
    # Without the sheets' names, in front of a point.
    cells = [area.split(":") for area in _QUOTED_NAME.sub("", ranges).split()]
    areas = areas_of(" ".join(":".join(cell.rpartition(".")[2] for cell in area) for area in cells))
    found = _IN_OPENDOCUMENT.fullmatch(condition.strip())
    if not found:
        return Veil(areas, code)
    if found["formula"]:
        return Veil(areas, code, "expression", "", (_CELL_REFERENCE.sub(r"\1", found["formula"]),))
    if found["low"]:
        return Veil(areas, code, "cellIs", "notBetween" if found["not"] else "between", (found["low"], found["high"]))
    return Veil(areas, code, "cellIs", _SIGNS[found["sign"].replace("!=", "<>")], (found["operand"],))


def altering(
    rows: Iterable[list[Value]],
    first_column: int,
    veils: list[Veil],
    own: Callable[[int, int, Value], str] = lambda _row, _column, value: text_of(value)[0],
    *,
    unsent: frozenset[int] = frozenset(),
    epoch_1904: bool = False,
) -> Iterator[Veil]:
    """Yield the rules that alter a value below the first filled row: the headings. `own` gives a cell's text without
    them from its row, column and value; the columns `unsent` do not count."""
    filled = ((row, values) for row, values in enumerate(rows) if any(value != "" for value in values))
    next(filled, None)
    judges = [veil.judge(epoch_1904=epoch_1904) for veil in veils]
    # A sheet may have thousands of areas: each row asks those that reach it.
    waiting = sorted(((area, index) for index, veil in enumerate(veils) for area in veil.areas), reverse=True)
    reached: list[tuple[Merged, int]] = []
    told = set[int]()
    for row, values in filled:
        while waiting and waiting[-1][0][0][0] <= row:
            reached.append(waiting.pop())
        reached = [(area, index) for area, index in reached if area[1][0] >= row and index not in told]
        for ((_, begin), (_, end)), index in reached:
            cells = values[max(begin - first_column, 0) : max(end + 1 - first_column, 0)]
            if index not in told and any(
                value != "" and column not in unsent and judges[index](value, partial(own, row, column))
                for column, value in enumerate(cells, max(begin, first_column))
            ):
                told.add(index)
                yield veils[index]


def _order_of_text(value: Value) -> _Order:
    """The place of a text or a truth."""
    return (2, Decimal(value), "") if isinstance(value, bool) else (1, _NONE, str(value).casefold())


def _constant(formula: str) -> _Order | None:
    """The value of a formula that is a number or a text; None for any other."""
    if _NUMBER.fullmatch(formula := formula.strip()):
        return 0, Decimal(formula), ""
    found = _TEXT.fullmatch(formula)
    return (1, _NONE, found[1].replace('""', '"').casefold()) if found else None


def _column(letters: str) -> int:
    number = 0
    for character in letters:
        number = number * 26 + ord(character) - ord("A") + 1
    return number - 1


def _name(place: tuple[int, int]) -> str:
    return f"{letter(place[1])}{place[0] + 1}"
