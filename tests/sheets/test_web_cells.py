"""A web page's cell: the text that a browser shows, and the number that Excel or LibreOffice adds behind it."""

from datetime import datetime

import pytest

from leadsync.sheets.formats.web_cells import BLOCK, LINE, Style, shown_text, squeezed, value_of


def test_a_later_rule_wins_and_a_cells_own_style_first_of_all() -> None:
    first = Style.of('.when, td.then {mso-number-format:"Short Date"} .id {color:red}', Style())
    both = Style.of(".then {mso-number-format:'\\@'}", first)
    assert first.codes == dict.fromkeys(("when", "then"), "d/m/yyyy")
    assert both.code({"class": "x then"}) == "@"
    assert both.code({"class": "when"}) == "d/m/yyyy"
    assert both.code({"class": "then", "style": "mso-number-format:0000"}) == "0000"
    assert both.code({}) == ""


def test_escapes_of_a_style_sheet_are_taken_off() -> None:
    assert Style().code({"style": r'mso-number-format:"\0022CUST-\0022\#\,\#\#0"'}) == '"CUST-"#,##0'


LOOKS = """.gone, td.x, #one, ul li.deep {display:none} .back {visibility:hidden} .back {visibility:visible}
.faint {opacity:0}
.menu:hover {display:none} a[href] {display:none} @media print { .screen {display:none} .t {color:red} }
.old {text-decoration: underline line-through} /* .kept {display:none} */"""


@pytest.mark.parametrize(
    ("attributes", "hidden"),
    [
        ({}, False),
        ({"hidden": ""}, True),
        ({"style": "color:red; DISPLAY : none"}, True),
        ({"style": "visibility:hidden"}, True),
        ({"style": "visibility: collapse"}, True),
        ({"style": "x:none"}, False),
        ({"style": "opacity: 0"}, True),
        ({"style": "opacity:.0%;color:red"}, True),
        ({"style": "opacity:0.5"}, False),
        ({"class": "faint"}, True),
        ({"class": "a gone"}, True),
        ({"class": "x"}, True),
        ({"class": "deep"}, True),
        ({"id": "one"}, True),
        ({"class": "back"}, False),
        ({"class": "gone", "style": "display:block"}, False),
        ({"class": "menu screen kept t", "href": ""}, False),
    ],
)
def test_an_element_is_hidden_by_itself_or_by_a_style_sheet(attributes: dict[str, str], *, hidden: bool) -> None:
    assert Style.of(LOOKS, Style()).hides(attributes) is hidden


@pytest.mark.parametrize(
    ("attributes", "has_size"),
    [
        ({}, None),
        ({"style": "color:red"}, None),
        ({"style": "font-size:0"}, False),
        ({"style": "font-size: 0.0px; color:red"}, False),
        ({"style": "font-size:0 !important"}, False),
        ({"style": "font-size:0.8em"}, True),
        ({"style": "font-size:large"}, True),
        ({"class": "none"}, False),
        ({"class": "some"}, True),
        ({"class": "none", "style": "font-size:9pt"}, True),
    ],
)
def test_letters_have_a_size_by_themselves_or_by_a_style_sheet(
    attributes: dict[str, str], *, has_size: bool | None
) -> None:
    assert Style.of(".none {font-size:0pt} .some {font-size:9pt}", Style()).has_size(attributes) is has_size


@pytest.mark.parametrize(
    ("tag", "attributes", "struck"),
    [
        ("del", {}, True),
        ("s", {}, True),
        ("strike", {}, True),
        ("span", {"style": "text-decoration-line: line-through"}, True),
        ("td", {"class": "old"}, True),
        ("u", {"style": "text-decoration: underline"}, False),
    ],
)
def test_an_elements_text_is_struck(tag: str, attributes: dict[str, str], *, struck: bool) -> None:
    assert Style.of(LOOKS, Style()).strikes(tag, attributes) is struck


def test_runs_of_blanks_are_one_and_hard_blanks_stay() -> None:
    assert squeezed(" a \r\n\t b\xa0 c") == " a b\xa0 c"


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([" Ann ", " Lee "], "Ann Lee"),
        (["Ann\xa0Lee\xa0"], "Ann Lee"),
        (["one", LINE, " two"], "one\ntwo"),
        (["one", LINE, LINE, "two"], "one\n\ntwo"),
        ([BLOCK, "one", BLOCK, BLOCK, " ", BLOCK, "two", BLOCK], "one\ntwo"),
        ([], ""),
    ],
)
def test_the_text_of_a_cell(pieces: list[str], text: str) -> None:
    assert shown_text(pieces) == text


@pytest.mark.parametrize(
    ("text", "attributes", "value"),
    [
        ("0412", {}, ("0412", "")),
        ("0412", {"x:num": "412", "x:str": ""}, ("0412", "")),
        ("412", {"x:num": "412"}, ("412", "")),
        ("6.14E+10", {"x:num": "61383218199"}, (61383218199.0, "")),
        # A format that hides digits: the number, and the text for its fault.
        ("4,2", {"x:num": "4200", "style": 'mso-number-format:"0,"'}, (4200.0, "4,2")),
        ("04200", {"sdval": "4200", "sdnum": "1033;0;00000"}, ("04200", "")),
        ("24.11.27", {"sdval": "46715", "sdnum": "1031;0;TT.MM.JJ"}, ("24.11.27", "")),
        ("12.5%", {"sdval": "0.125", "sdnum": "1033;0;0.0%"}, (0.125, "12.5%")),
        ("5%", {"x:num": "4.9999999999999996E-2"}, (4.9999999999999996e-2, "5%")),
        ("$1,234,567.89", {"x:num": "1234567.891"}, (1234567.891, "$1,234,567.89")),
        ("2/10/27", {"x:num": "46662.5"}, (datetime(2027, 10, 2, 12), "")),
        ("3 Dec 2027", {"x:num": "46724"}, (datetime(2027, 12, 3), "")),
        ("03-DEC", {"x:num": "46724"}, (datetime(2027, 12, 3), "")),
        ("3 Nov", {"x:num": "46724"}, (46724.0, "3 Nov")),
        ("27.3", {"x:num": "46744.04"}, (46744.04, "27.3")),
        ("none", {"x:num": "0"}, ("none", "")),
        ("", {"x:num": "0", "style": "mso-number-format:'d/m/yyyy;;'"}, ("", "")),
        ("12", {"x:num": "nan"}, ("12", "")),
        ("12", {"x:num": "1" * 41}, ("12", "")),
        ("12", {"x:num": "twelve"}, ("12", "")),
        ("007", {"x:num": "7", "style": "mso-number-format:'\\@'"}, ("007", "")),
        ("6.1E+10", {"x:num": "61000000000", "style": "mso-number-format:'\\@'"}, ("6.1E+10", "")),
    ],
)
def test_the_value_behind_a_text(text: str, attributes: dict[str, str], value: tuple[object, str]) -> None:
    assert value_of(text, attributes, Style()) == value
