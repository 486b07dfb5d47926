"""Numbers under their format codes. Expected values are those of Excel and LibreOffice, typed by hand."""

import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadsync.sheets.formats.number_formats import (
    changes_meaning,
    changes_text,
    hides,
    is_hidden,
    percentage,
    shown,
    shown_text,
    shows,
    word_shown,
)

US_PHONE = r"[<=9999999]###\-####;\(###\)\ ###\-####"
ACCOUNTING = '_-* #,##0_-;-* #,##0_-;_-* "-"_-;_-@_-'


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (4200, "", "4200"),
        (4200, "General", "4200"),
        (4200, "@", "4200"),
        (4200, '"CUST-"0', "CUST-4200"),
        (4200, '"CUST-"#,##0', "CUST-4,200"),
        (4200, '"L"General', "L4200"),
        (4200, "[Blue]00000", "04200"),
        (4200, r"\!\A0", "!A4200"),
        (4200, '"!A"0', "!A4200"),
        (4200, "_x0_x", "4200"),
        (4200, "* 0", "4200"),
        (4200, 'GENERAL"x"', "4200x"),
        (4200, "[Color 5]00000", "04200"),
        (4200, "[$-C09]00000", "04200"),
        (4200, "[$-1010409]00000", "04200"),
        (4200, "[$-en-AU]00000", "04200"),
        (4200, "[$€-407] 0", "€ 4200"),
        (4200, "_-00000_-", "04200"),
        (4200, "* 00000", "04200"),
        (4200, "[>0]00000;0", "04200"),
        (0, "[>0]00000;0", "0"),
        (4200, "[>=5000]00000;[>=4000]000000;0", "004200"),
        (4200, "00-00", "42-00"),
        (7, "00-00", "00-07"),
        (123456, "00-00", "1234-56"),
        (4200, "##-##", "42-00"),
        (4200, r"00\-00", "42-00"),
        (4200, "00:00", "42:00"),
        (4200, '0"/2026"', "4200/2026"),
        (412345678, "0000 000 000", "0412 345 678"),
        (5551234, US_PHONE, "555-1234"),
        (4155551234, US_PHONE, "(415) 555-1234"),
        (30301234, "[<=99999]00000;00000-0000", "03030-1234"),
        (42, "0,000", "0,042"),
        (1234567, "#,##0", "1,234,567"),
        (1234567, r"##\,##\,##0", "12,34,567"),
        (4200, "# ##0", "4 200"),
        (4200, "0.00", "4200.00"),
        (12.5, "0.0##", "12.5"),
        (0.5, ".00", ".50"),
        (4200, "0000;@", "4200"),
        (-42, "00000", "-00042"),
        (-42, "00000;(00000)", "(00042)"),
        (0, "00000;-00000;", ""),
        (0, ACCOUNTING, "-"),
        (4200, ACCOUNTING, "4,200"),
        (4200, "????0", "4200"),
        (4200, "# ?/?", "4200"),
        (4200, "#,##0 ??/16", "4,200"),
        (412345678, r"\+61 # #### ####", "+61 4 1234 5678"),
        (412345678, r"\+\6\1 ### ### ###", "+61 412 345 678"),
    ],
)
def test_a_number_is_shown(value, code, text):
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (4200, "0E+0"),  # 4E+3
        (4200, "0,"),  # 4
        (12.345, "0.00"),  # 12.35
        (0.5, "0"),
        (0.5, "0%"),  # 50%
        (4200, ";;;"),
        (4200, "!A0"),  # A4200 or !A4200: programs differ
        (4200, "A0"),
        (4200, "k0"),
        (4200, "S0"),
        (4200, "*x0"),
        (4200, '"2026"'),
        (4200.5, "# ?/?"),  # 4200 1/2
        (4200, "# 0/0"),  # 4200 0/1
        (4200, "?/?"),  # 4200/1
        (4200, "010"),  # 42010
        (4200, "*00"),
        (4200, "[DBNum1]0"),
        (4200, "[$-D07041E]0"),  # Thai figures
        (4200, '"open'),
        (4200, "[>5000]0"),
        (-42, "[>0]00000;0"),
        (4200, "yyyy"),
        (4200, "0.0.0"),
        (4200, "General0"),
        (4200, "0" * 256),
        (10**15, "0"),
    ],
)
def test_a_format_that_hides_digits_or_is_unknown_gives_nothing(value, code):
    assert shown(value, code) is None


@pytest.mark.parametrize(
    ("code", "does"),
    [
        ("00000", True),
        ("00000_)", True),
        ("[Blue]00000", True),
        (r"\(00\) 0000", True),
        ("0.0%", True),
        ("0", False),
        ("#,##0", False),
        ("#,##0.00", False),
        ("00.00", False),
        ('"CUST-"0', False),
        ("0E+00", False),
        ("00,", False),
    ],
)
def test_leading_zeros_patterns_and_percentages_count_everywhere(code, does):
    assert changes_meaning(code) is does


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("", "A7"),
        ("General", "A7"),
        ("@", "A7"),
        ("00000", "A7"),
        ("0;-0;0", "A7"),
        ('"x"', "A7"),
        (";;", "A7"),
        ("0;@", "A7"),
        ("dd/mm/yyyy;@", "A7"),
        ("_-* #,##0_-;_-@_-", "A7"),
        ("General;General;General;@", "A7"),
        ("0;0;0;General", "A7"),
        ('"CUST-"@', "CUST-A7"),
        ('@"-AU"', "A7-AU"),
        (r"\@@", "@A7"),
        ("@@", "A7A7"),
        ("[Red]@", "A7"),
        ('0;0;0;"x"', "x"),
        (';;;"x"@', "xA7"),
        ('dd/mm;@" ;"', "A7 ;"),
        (";;;", None),
        ("0;-0;0;", None),
        (";;;;", None),
        ("*x@", None),  # as often as the column is wide
        ("0@", None),
        ("k@", None),
    ],
)
def test_a_text_is_shown(code, text):
    assert shown_text("A7", code) == text
    assert changes_text(code) is (text != "A7")


@pytest.mark.parametrize(
    ("code", "hidden"),
    [
        (";;;", [7, 0, -7, 0.3]),
        (";;;@", [7, 0, -7, 0.3]),
        (";;", [7, 0, -7, 0.3]),
        ("0;;", [0, -7]),
        ("[Red];;;", [7, 0, -7, 0.3]),
        ("0;-0;;@", [0]),
        ("General;;", [0, -7]),
        ("#", [0, 0.3]),
        ("#,###", [0, 0.3]),
        ("?", [0, 0.3]),
        ("#.##", [0]),
        ('"";"";""', [7, 0, -7, 0.3]),
        ('[=0]"";0', [0]),
        ("0", []),
        ('# "kg"', []),
        ('_-* #,##0_-;-* #,##0_-;_-* "-"_-;_-@_-', []),
        ("General", []),
        ('"x";"y"', []),
        ("yyyy", []),
        ("yyyy;@", []),
        ("yyyy;;@", [-7]),
        ("dd/mm/yyyy hh:mm;;", [0, -7]),
        ("[h]:mm;;;", [0, -7]),
        ('[=0]"";yyyy', [0]),
        ('[>0]yyyy;""', [0]),
        ("0E+0;-0E+0; ;@", [0]),
    ],
)
def test_nothing_is_shown_of_a_number(code, hidden):
    assert [number for number in (7, 0, -7, 0.3) if is_hidden(number, code)] == hidden
    assert hides(code) is bool(hidden)


@pytest.mark.parametrize(
    ("value", "code", "word"),
    [
        (1, '[=1]"Sale";[=2]"Busy";General', "Sale"),
        (3, '[=1]"Sale";[=2]"Busy";General', None),
        (-5, '0;"credit";"none"', "credit"),
        (0, '0;"credit";"none"', "none"),
        (5, '0;"credit";"none"', None),
        (1, '[=1]"✓";"✗"', "✓"),
        (5, '"Sale"', "Sale"),
        (3, '[=1]"Sale";[=2]"Busy"', ""),
        (-1, '[=1]"Sale";[=-1]"Lost";General', ""),
        (5, '"Outcome "0', None),
        (0, '#,##0;-#,##0;"-"', None),
        (0, '_-"R"* #,##0_-;-"R"* #,##0_-;_-"R"* "-"_-', None),
        (0, '#,##0\\ "kr";-#,##0\\ "kr";"0 kr"', None),
        (0, '#,##0;-#,##0;""', None),
        (0, "dd/mm/yyyy", None),
    ],
)
def test_words_are_shown_in_place_of_a_number(value, code, word):
    assert word_shown(value, code) == word


def test_a_percentage_is_rounded_as_it_is_shown():
    assert (percentage(0.125, "0.0%"), percentage(0.125, "0%"), percentage(0.5, "0")) == ("12.5%", "13%", None)


@pytest.mark.parametrize(
    ("text", "number", "does"),
    [
        ("CUST-4,200", 4200, True),
        ("04200", 4200, True),
        ("4E+3", 4200, False),
        ("12,50", 12.5, True),
        ("13", 12.5, False),
        ("7E+0", 7, False),
        ("700%", 7, False),
    ],
)
def test_a_text_shows_a_number_with_all_of_its_digits(text, number, does):
    assert shows(text, number) is does


CODES = st.lists(
    st.sampled_from([*"016#?.,;%-( )@:", '"a"', r"\-", "_)", "* ", "[Red]", "[>9]", "[$€]", "General", "E+", "/"])
)


@given(CODES.map("".join), st.integers(-(10**15) + 1, 10**15 - 1) | st.floats(-1e14, 1e14))
def test_whatever_is_shown_has_the_digits_of_the_number(code, value):
    text = shown(value, code)
    if text is not None and value and "%" not in text:
        assert "E" not in text.replace("General", "")
        left = iter(text)  # a code may have digits of its own between those of the number
        assert all(digit in left for digit in f"{Decimal(f'{abs(value):.15g}'):f}" if digit.isdigit())


@given(st.text(max_size=30), st.floats(allow_nan=False, allow_infinity=False))
@example("%", 1.0)
@example("#", 9.999999999999995e27)
@example("0.00", 1.7e308)
def test_no_text_as_a_code_is_an_error(code, value):
    shown(value, code)
    percentage(value, code)
    is_hidden(value, code)
    shown_text(code, code)


@given(st.integers(0, 10**15 - 1), st.integers(1, 15))
def test_zeros_in_front_are_filled_in(value, width):
    assert shown(value, "0" * width) == str(value).zfill(width)


@given(st.decimals(0, 10**9, places=2))
def test_thousands_are_separated(value):
    text = shown(float(value), "#,##0.00")
    assert text == f"{value:,.2f}"
    assert Decimal(re.sub(",", "", text)) == value
