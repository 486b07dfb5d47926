"""Formulas of an .xls with a stored 0: which cannot come to it."""

import struct

import pytest

from leadsync.sheets.formats.xls_formulas import Formulas, Kind, Value

AT = {"net": (1, 0), "name": (1, 1), "blank": (1, 2), "nil": (1, 3), "truth": (1, 4), "unknown": (1, 5)}
VALUES: dict[tuple[int, int], Value] = dict(zip(AT.values(), (5.0, "Ann", None, 0.0, 1.0, Kind.NUMBER), strict=True))
FORMULA = (1, 9)
ADD, SUBTRACT, TIMES, DIVIDE, JOIN, EQUAL, MORE, UNEQUAL = (bytes([token]) for token in (3, 4, 5, 6, 8, 11, 13, 14))
PLUS, MINUS, PERCENT, PAREN, MISSING = (bytes([token]) for token in (0x12, 0x13, 0x14, 0x15, 0x16))


def ref(name: str) -> bytes:
    return struct.pack("<BHH", 0x44, *AT[name])


def text(value: str) -> bytes:
    wide = not value.isascii()
    return struct.pack("<BBB", 0x17, len(value), wide) + value.encode("utf-16-le" if wide else "ascii")


def whole(number: int) -> bytes:
    return struct.pack("<BH", 0x1E, number)


def call(function: int, count: int | None = None) -> bytes:
    return struct.pack("<BH", 0x41, function) if count is None else struct.pack("<BBH", 0x42, count, function)


def choice(condition: bytes, *branches: bytes) -> bytes:
    """IF as programs write it, with its jumps."""
    jump = b"\x19\2\7\0"
    return condition + jump + b"".join(branch + b"\x19\x08\x0b\0" for branch in branches) + call(1, 1 + len(branches))


AREA = b"\x25" + bytes(8)
NET_IS_EMPTY, BLANK_IS_EMPTY = ref("net") + text("") + EQUAL, ref("blank") + text("") + EQUAL


@pytest.mark.parametrize(
    ("tokens", "is_wrong"),
    [
        (ref("name"), True),
        (ref("blank"), False),
        (ref("nil"), False),
        (ref("net"), True),
        (ref("unknown"), False),
        (ref("name") + ref("net") + JOIN, True),
        (ref("name") + call(118), True),  # TRIM
        (ref("net") + text("0.00") + call(48), True),  # TEXT
        (ref("name") + whole(1) + call(115, 2), True),  # LEFT
        (text("Zoë"), True),
        (b"\x19\x40\0\1" + ref("nil") + PAREN + PLUS, False),  # a blank before it
        (ref("net") + whole(0) + TIMES, False),
        (ref("net") + whole(2) + TIMES, True),
        (ref("net") + MINUS, True),
        (ref("net") + PERCENT, True),
        (ref("net") + b"\x1f" + struct.pack("<d", 4.999999999999) + SUBTRACT, False),  # as LibreOffice rounds it
        (ref("net") + ref("name") + ADD, False),
        (ref("nil") + ref("net") + DIVIDE, False),
        (ref("net") + whole(0) + EQUAL, False),
        (choice(NET_IS_EMPTY, text("Busy"), text("Sale")), True),
        (choice(NET_IS_EMPTY, text("Busy"), whole(0)), False),
        (choice(BLANK_IS_EMPTY, text(""), ref("blank") + whole(2) + TIMES), True),
        (choice(ref("nil") + text("") + EQUAL, text(""), ref("nil") + whole(2) + TIMES), False),
        (choice(ref("nil") + whole(0) + EQUAL, text(""), ref("nil")), True),
        (choice(ref("net") + whole(5) + MORE, whole(1), whole(0)), False),
        (choice(ref("name") + text("ann") + EQUAL, text("Sale"), whole(0)), True),
        (choice(ref("name") + text("Bob") + EQUAL, text("Sale"), whole(0)), False),
        (choice(ref("name") + text("Bob") + UNEQUAL, text("Sale")), True),
        (choice(ref("truth"), MISSING, text("x")), False),
        (choice(ref("blank"), text("x"), whole(0)), False),
        (choice(ref("nil"), text("x")), False),
        (choice(ref("unknown"), text("Busy"), text("Sale")), True),
        (choice(ref("unknown"), text("Busy"), whole(0)), True),
        (choice(ref("unknown"), whole(1), whole(0)), False),
        (choice(ref("blank") + call(129), text("none"), ref("nil")), True),  # ISBLANK
        (choice(ref("net") + call(129), text("none"), ref("nil")), False),
        (choice(ref("truth") + ref("nil") + call(36, 2), text("both"), whole(0)), False),  # AND
        (choice(ref("truth") + ref("nil") + call(37, 2), text("one"), whole(0)), True),  # OR
        (choice(ref("net") + whole(1) + call(27), text("x"), whole(0)), True),  # ROUND of two arguments
        (whole(2) + b"\x19\4\2\0" + bytes(6) + text("x") + ref("nil") + call(100, 3), False),  # CHOOSE
        (whole(1) + ref("name") + ref("nil") + call(100, 3), True),
        (AREA + text("z") + call(346), False),  # COUNTIF
        (AREA + b"\x19\x10\0\0", False),  # SUM
        (b"\x26" + bytes(6) + AREA + call(4, 1), False),
        (ref("name") + AREA + whole(2) + b"\x1d\0" + call(102, 4), True),  # VLOOKUP
        (b"\x39" + bytes(6) + whole(1) + ref("nil") + DIVIDE + whole(0) + call(255, 3), False),  # IFERROR
        (b"\x39" + bytes(6) + whole(1) + ref("nil") + DIVIDE + text("none") + call(255, 3), True),
        (ref("net") + ref("name") + b"\x10", True),
        (b"\x2a" + bytes(4), True),
        (b"\x18" + bytes(5), True),  # unknown
        (b"", True),
        (ADD, True),
        (call(1, 0), True),
        (b"\x44\1", True),
    ],
)
def test_a_0_that_a_formula_cannot_come_to(tokens: bytes, is_wrong: bool) -> None:
    assert Formulas(VALUES, {FORMULA: tokens}, {}).wrong_zeros(loses_texts=True) == ({FORMULA} if is_wrong else set())


def test_the_tokens_of_several_formulas_name_neighbours() -> None:
    """The first of them holds the tokens; these name the cell to the left in the same row."""
    first, later, share = (1, 2), (2, 2), b"\1\1\0\2\0"
    shared = {first: b"\x4c" + struct.pack("<HH", 0, 0xC0FF)}
    values: dict[tuple[int, int], Value] = {(1, 1): "Ann", (2, 1): 0.0}
    assert Formulas(values, {first: share, later: share}, shared).wrong_zeros(loses_texts=True) == {first}
    assert Formulas(values, {first: share, later: share}, {}).wrong_zeros(loses_texts=True) == {first, later}


def test_formulas_of_formulas_are_followed_and_a_circle_is_not() -> None:
    up = b"\x4c" + struct.pack("<HH", 0xFFFF, 0xC000)
    column = {(row, 0): b"\1\1\0\0\0" for row in range(1, 500)}
    assert Formulas({(0, 0): "Ann"}, column, {(1, 0): up}).wrong_zeros(loses_texts=True) == set(column)
    assert Formulas({(0, 0): 0.0}, column, {(1, 0): up}).wrong_zeros(loses_texts=True) == set()
    circle = {(0, 0): struct.pack("<BHH", 0x44, 0, 1), (0, 1): struct.pack("<BHH", 0x44, 0, 0)}
    assert Formulas({}, circle, {}).wrong_zeros(loses_texts=True) == set(circle)


def test_formulas_that_nobody_worked_out_have_no_number_beside_one_of_them() -> None:
    """XlsxWriter gives each formula a 0, and LibreOffice keeps it."""
    double, count = ref("net") + whole(2) + TIMES, AREA + text("z") + call(346)
    formulas = {(1, 7): double, (1, 8): count, (1, 9): ref("nil")}
    assert Formulas(VALUES, formulas, {}).wrong_zeros(loses_texts=True) == {(1, 7), (1, 8)}
    formulas[1, 7] = ref("name")
    assert Formulas(VALUES, formulas, {}).wrong_zeros(loses_texts=True) == {(1, 7)}, "texts alone are lost"
    assert Formulas(VALUES, formulas, {}).wrong_zeros(loses_texts=True, is_unworked=True) == {(1, 7), (1, 8)}


@pytest.mark.parametrize(
    ("tokens", "is_wrong"),
    [
        (ref("nil"), False),
        (ref("blank"), False),
        (ref("net") + whole(0) + TIMES, False),
        (ref("net") + whole(0) + EQUAL + MINUS, False),
        (ref("net") + whole(0) + EQUAL, True),
        (ref("nil") + ref("net") + MORE + PAREN, True),
        (ref("name") + call(129), True),  # ISBLANK
        (ref("nil") + ref("truth") + call(36, 2), True),  # AND
        (choice(ref("net"), b"\x1d\0", whole(0)), True),
        (AREA + text("z") + call(346), True),  # COUNTIF
    ],
)
def test_among_formulas_with_nothing_but_0_only_those_count_that_surely_come_to_it(
    tokens: bytes, is_wrong: bool
) -> None:
    wrong = Formulas(VALUES, {FORMULA: tokens}, {}).wrong_zeros(loses_texts=False, is_unworked=True)
    assert wrong == ({FORMULA} if is_wrong else set())


def test_a_program_that_keeps_its_texts_has_lost_all_or_none() -> None:
    lookup, count = ref("name") + AREA + whole(2) + b"\x1d\0" + call(102, 4), AREA + text("z") + call(346)
    formulas = {(1, 7): lookup, (1, 8): count, (1, 9): ref("nil")}
    assert Formulas(VALUES, formulas, {}).wrong_zeros(loses_texts=False) == set()
    formulas[1, 6] = ref("name")
    assert Formulas(VALUES, formulas, {}).wrong_zeros(loses_texts=False) == {(1, 6), (1, 7), (1, 8)}
