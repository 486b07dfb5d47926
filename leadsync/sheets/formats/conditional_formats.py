"""Conditional formats that hide values: whether a cell meets the rule. Pure. Source: ECMA-376 part 1, 18.3.1.10.

A rule compares a cell with constants, or is not worked out: then any value that its format hides is in doubt.
"""

import operator
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from leadsync.sheets.formats.cell_text import Value
from leadsync.sheets.formats.format_codes import text_pieces
from leadsync.sheets.formats.number_formats import hides, is_hidden, shown_text, shows_no_digits
from leadsync.sheets.formats.serial_dates import serial_of
from leadsync.sheets.source_lines import Merged, letter

_Order = tuple[int, Decimal, str]
"""The place of a value among others: numbers stand before texts, texts before truths."""
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
_SHEET_NAME = re.compile(r"(?:'(?:[^']|'')*'|[^\s:'.]+)?\.")
_CELL_REFERENCE = re.compile(r"\[\.([^\].:]+)\]")
_OF_OWN_CELL = re.compile(r"\s*(\$?)([A-Z]{1,3})(\d{1,7})\s*(<=|>=|<>|=|<|>)\s*([^=<>].*)", re.DOTALL)
_NUMBER = re.compile(r"-?(?:\d{1,15}\.?\d{0,15}|\.\d{1,15})")
_TEXT = re.compile(r'"((?:[^"]|"")*)"')
_OF_BLANKS = ("containsBlanks", "containsErrors")
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")


class Veil(NamedTuple):
    """A rule of a conditional format that hides values: its cells, the format's code, and the condition.

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

    def hides(self, value: Value, *, epoch_1904: bool = False) -> bool:
        """Whether nothing is to be seen of a value in one of the cells, as far as the rule can be worked out."""
        number = serial_of(value, epoch_1904=epoch_1904)
        if number is None:
            is_unseen = text_pieces(self.code) is not None and shown_text(str(value), self.code) is None
        else:
            is_unseen = is_hidden(float(number), self.code) or shows_no_digits(self.code)
        return is_unseen and self._is_met(_order(value, number))

    def _is_met(self, value: _Order) -> bool:
        kind, comparison, operands = self._compared()
        bounds = [_constant(operand) for operand in operands]
        if kind in _OF_BLANKS:
            return False
        if kind != "cellIs" or not bounds or None in bounds:
            return True
        known = sorted(bound for bound in bounds if bound is not None)
        if comparison in ("between", "notBetween"):
            return (known[0] <= value <= known[-1]) == (comparison == "between")
        return comparison not in _OPERATORS or _OPERATORS[comparison](value, known[0])

    def _compared(self) -> tuple[str, str, tuple[str, ...]]:
        """The rule; a formula that compares the cell itself is a comparison."""
        found = _OF_OWN_CELL.fullmatch(self.operands[0]) if self.kind == "expression" and self.operands else None
        if found and self.areas:
            (top, left), (_, right) = self.areas[0]
            is_own = (letter(left), top + 1) == (found[2], int(found[3]))
            if is_own and (not found[1] or (left == right and len(self.areas) == 1)):
                return "cellIs", _SIGNS[found[4]], (found[5],)
        return self.kind, self.comparison, self.operands


def may_hide(code: str) -> bool:
    """Whether nothing is to be seen of some values under a format code."""
    is_for_texts = text_pieces(code) is not None and shown_text("x", code) is None
    return is_for_texts or hides(code) or shows_no_digits(code)


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
    areas = areas_of(_SHEET_NAME.sub("", ranges))
    found = _IN_OPENDOCUMENT.fullmatch(condition.strip())
    if not found:
        return Veil(areas, code)
    if found["formula"]:
        return Veil(areas, code, "expression", "", (_CELL_REFERENCE.sub(r"\1", found["formula"]),))
    if found["low"]:
        return Veil(areas, code, "cellIs", "notBetween" if found["not"] else "between", (found["low"], found["high"]))
    return Veil(areas, code, "cellIs", _SIGNS[found["sign"].replace("!=", "<>")], (found["operand"],))


def hiding(rows: Iterable[list[Value]], first_column: int, veils: list[Veil], *, epoch_1904: bool) -> Iterator[Veil]:
    """Yield the rules that hide a value below the first filled row: the headings."""
    filled = ((row, values) for row, values in enumerate(rows) if any(value != "" for value in values))
    next(filled, None)
    left = list(veils)
    for row, values in filled:
        for veil in left[:]:
            cells = (
                value
                for (top, begin), (bottom, end) in veil.areas
                if top <= row <= bottom
                for value in values[max(begin - first_column, 0) : max(end + 1 - first_column, 0)]
            )
            if any(value != "" and veil.hides(value, epoch_1904=epoch_1904) for value in cells):
                left.remove(veil)
                yield veil


def _order(value: Value, number: Decimal | None) -> _Order:
    if isinstance(value, bool):
        return 2, Decimal(value), ""
    return (1, Decimal(), str(value).casefold()) if number is None else (0, number, "")


def _constant(formula: str) -> _Order | None:
    """The value of a formula that is a number or a text; None for any other."""
    if _NUMBER.fullmatch(formula := formula.strip()):
        return 0, Decimal(formula), ""
    found = _TEXT.fullmatch(formula)
    return (1, Decimal(), found[1].replace('""', '"').casefold()) if found else None


def _column(letters: str) -> int:
    number = 0
    for character in letters:
        number = number * 26 + ord(character) - ord("A") + 1
    return number - 1


def _name(place: tuple[int, int]) -> str:
    return f"{letter(place[1])}{place[0] + 1}"
