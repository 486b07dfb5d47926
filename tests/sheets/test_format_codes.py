"""Format codes in their parts. Expected values by ECMA-376 part 1, 18.8.31, typed by hand."""

from decimal import Decimal

import pytest

from leadsync.sheets.formats.format_codes import Section, is_plain, section_for, sections_of


@pytest.mark.parametrize(
    ("code", "plain"), [("", True), ("General", True), (" GENERAL ", True), ("@", True), ("0", False), ("#,##0", False)]
)
def test_a_plain_code_shows_the_numbers_own_digits(code: str, *, plain: bool) -> None:
    assert is_plain(code) is plain


@pytest.mark.parametrize(
    ("code", "section"),
    [
        ("00", Section(("0", "0"), (0, 1), point=2)),
        ('"C-"0', Section(("C-", "0"), (1,), point=2)),
        (r"00\-0", Section(("0", "0", "-", "0"), (0, 1, 3), point=4)),
        ("0.0#", Section(("0", ".", "0", "#"), (0,), (2, 3), point=1)),
        ("#,##0", Section(("#", "#", "#", "0"), (0, 1, 2, 3), point=4, is_grouped=True)),
        ("0,", Section(("0",), (0,), point=1, thousands=1)),
        ("0,,", Section(("0",), (0,), point=1, thousands=2)),
        ("0.0,", Section(("0", ".", "0"), (0,), (2,), point=1, thousands=1)),
        ("0%", Section(("0", "%"), (0,), point=2, is_percent=True)),
        ("_(0_)", Section((" ", "0", " "), (1,), point=3)),
        ("* 0", Section(("0",), (0,), point=1)),
        ("[$€-407]0", Section(("€", "0"), (1,), point=2)),
        ("[Red]0", Section(("", "0"), (1,), point=2)),
        ("+61 0", Section(("+", "6", "1", " ", "0"), (4,), point=5)),
    ],
)
def test_the_pieces_and_places_of_a_code(code: str, section: Section) -> None:
    assert sections_of(code) == (section,)


def test_a_condition_is_kept_with_its_part() -> None:
    first, second = sections_of("[>=100]0;00")
    assert first.condition == (">=", Decimal(100))
    assert second.condition is None
    assert [first.fits(Decimal(number)) for number in (99, 100)] == [False, True]
    assert second.fits(Decimal(99))


@pytest.mark.parametrize(
    ("comparison", "fitting"),
    [("<", [4]), ("<=", [4, 5]), (">", [6]), (">=", [5, 6]), ("=", [5]), ("<>", [4, 6])],
)
def test_each_comparison(comparison: str, fitting: list[int]) -> None:
    [section] = sections_of(f"[{comparison}5]0")
    assert [number for number in (4, 5, 6) if section.fits(Decimal(number))] == fitting


@pytest.mark.parametrize(
    "code",
    [
        "0.0.0",  # two decimal points
        "0*x",  # repeated over the column's width
        "0 1",  # a digit among the number's own
        "[DBNum1]0",  # figures of another script
        "0.,0",  # a comma among the decimals
        ",0",  # a comma in front of all places
        "General.0",
        "General General",
        "0@",
        '0"',  # an open quotation
        "0" * 256,  # longer than Excel takes
    ],
)
def test_a_part_that_is_not_understood_leaves_none(code: str) -> None:
    assert sections_of(code) == ()


def test_a_part_for_texts_is_left_out() -> None:
    assert len(sections_of("0;-0;0;@")) == 3
    assert len(sections_of("0;@")) == 1


@pytest.mark.parametrize(
    ("code", "number", "pieces", "shown"),
    [
        ("0;(0)", 5, ("0",), 5),
        ("0;(0)", -5, ("(", "0", ")"), 5),
        ("0", -5, ("0",), -5),
        ('0;(0);"none"', 0, ("none",), 0),
        ("0;(0)", 0, ("0",), 0),
        ("[>9]00;0", 10, ("", "0", "0"), 10),
        ("[>9]00;0", 9, ("0",), 9),
        ("[>9]00;(0);#", 9, ("#",), 9),  # the second part is that of negative numbers
        ("[>9]00;[>5]0;#", 6, ("", "0"), 6),
    ],
)
def test_the_part_for_a_number(code: str, number: int, pieces: tuple[str, ...], shown: int) -> None:
    section, value = section_for(Decimal(number), sections_of(code))
    assert section is not None
    assert (section.pieces, value) == (pieces, shown)


@pytest.mark.parametrize(("code", "number"), [("[>9]00", 5), ("[>9]00;0", -5), ("0;[>9]00", 5), ("0*x", 5)])
def test_no_part_where_programs_differ(code: str, number: int) -> None:
    assert section_for(Decimal(number), sections_of(code)) == (None, number)
