"""The number styles of an .ods: an exponent and a filling hide an id's digits."""

import zipfile
from io import BytesIO

import pytest

from leadsync.reasons import FaultKind
from leadsync.sheets import open_table
from leadsync.sheets.formats.cell_metadata import walk_xml
from leadsync.sheets.formats.ods_styles import Styles
from leadsync.spreadsheet import HeadingNames, SheetRules
from tests.sheets import handmade

IN_PARTS = '<n:number-style style:name="N1"><n:number/><style:map style:apply-style-name="P1"/></n:number-style>'


@pytest.mark.parametrize(
    ("style", "hidden"),
    [
        ('<n:number-style style:name="N1"><n:scientific-number/></n:number-style>', "0E+0"),
        ('<n:number-style style:name="N1"><n:number/><n:fill-character>x</n:fill-character></n:number-style>', "*x"),
        ('<n:number-style style:name="N1"><n:fill-character> </n:fill-character><n:number/></n:number-style>', ""),
        (f'<n:number-style style:name="P1"><n:scientific-number/></n:number-style>{IN_PARTS}', "0E+0"),
    ],
)
@pytest.mark.parametrize("place", ["cell", "parent", "row", "column"])
def test_an_exponent_and_a_filling_of_an_ods_reject_an_id(tmp_path, rows_of, style, hidden, place):
    own = 'table:style-name="ce1"' if place in ("cell", "parent") else ""
    row, column = ('table:default-cell-style-name="ce1"' if place == name else "" for name in ("row", "column"))
    head = '<table:table-cell office:value-type="string"><text:p>Lead Id</text:p></table:table-cell>'
    lead = f'<table:table-cell {own} office:value-type="float" office:value="4200"><text:p>4200</text:p>'
    base, data = ("ce0", "parent-style-name") if place == "parent" else ("N1", "data-style-name")
    path = handmade.ods(
        tmp_path / "leads.ods",
        f"<table:table-column {column}/><table:table-row>{head}</table:table-row>"
        f"<table:table-row {row}>{lead}</table:table-cell></table:table-row>",
        f'{style}<style:style style:name="ce0" style:data-style-name="N1"/>'
        f'<style:style style:name="ce1" style:{data}="{base}"/>',
    )
    names = HeadingNames(ids=frozenset({"leadid"}), fields=frozenset({"leadid"}))
    (found,) = rows_of(path, rules=SheetRules(names))
    assert found.cells == ("4200",)
    assert [(fault.kind, fault.details["format"]) for fault in found.faults] == (
        [(FaultKind.UNCLEAR_NUMBER, hidden)] if hidden else []
    )


DATED = (
    '<n:number-style style:name="P0"><n:text>never</n:text></n:number-style>'
    '<n:date-style style:name="N1"><n:day/><n:text>/</n:text><n:month/><n:text> </n:text><n:year/>'
    '<style:map style:condition="value()=0" style:apply-style-name="P0"/></n:date-style>'
)
DAY = '<n:date-style style:name="N1"><n:day/><n:month number:textual="true"/></n:date-style>'


@pytest.mark.parametrize(
    ("style", "value", "shown", "text", "is_date", "hidden"),
    [
        (DATED, 'float" office:value="43793', "24/11 2019", "2019-11-24", True, ""),
        (DATED, 'float" office:value="0', "never", "never", False, ""),
        (DATED, 'date" office:date-value="1899-12-30', "never", "never", False, ""),
        (DAY, 'date" office:date-value="1899-12-30', "30 Dec", "1899-12-30", False, "dmmm"),
        (DAY, 'date" office:date-value="2019-11-24', "24 Nov", "2019-11-24", True, ""),
    ],
)
def test_a_date_of_an_ods_is_told_by_its_style(tmp_path, rows_of, style, value, shown, text, is_date, hidden):
    row = "<table:table-row>{}</table:table-row>"
    lead = f'<table:table-cell table:style-name="a" office:value-type="{value}"><text:p>{shown}</text:p>'
    path = handmade.ods(
        tmp_path / "leads.ods",
        row.format(handmade.cell("Id") + handmade.cell("Joined"))
        + row.format(handmade.cell("x") + lead + "</table:table-cell>"),
        f'{style}<style:style style:name="a" style:data-style-name="N1"/>',
    )
    (found,) = rows_of(path)
    assert (found.cells, found.dates) == (("x", text), (1,) if is_date else ())
    assert [fault.details["format"] for fault in found.faults] == ([hidden] if hidden else [])


STYLE = '<style:style style:name="{}" {}><style:text-properties style:text-line-through-style="{}"/></style:style>'
PARENT = 'style:parent-style-name="b"'


@pytest.mark.parametrize(
    ("styles", "struck"),
    [
        (STYLE.format("a", "", "solid"), True),
        (STYLE.format("a", "", "none"), False),
        (STYLE.format("b", "", "solid") + f'<style:style style:name="a" {PARENT}/>', True),
        (STYLE.format("b", "", "solid") + STYLE.format("a", PARENT, "none"), False),
        (STYLE.format("a", 'style:family="text"', "solid"), False),
    ],
)
def test_a_line_through_the_text_is_of_a_style_or_its_parent(tmp_path, rows_of, styles, struck):
    row = "<table:table-row>{}</table:table-row>"
    cells = handmade.cell("x", 'table:number-columns-repeated="2" table:style-name="a"')
    lead = row.format(cells + '<table:table-cell table:style-name="a"/>')
    path = handmade.ods(tmp_path / "leads.ods", row.format(handmade.cell("Id") + handmade.cell("Name")) + lead, styles)
    (found,) = rows_of(path)
    assert found.cells == ("x", "x")
    assert [(fault.kind, fault.details["at"]) for fault in found.faults] == (
        [(FaultKind.STRUCK_TEXT, 0), (FaultKind.STRUCK_TEXT, 1)] if struck else []
    )


def test_an_ods_that_shows_no_zeros_has_blanks_there(tmp_path, rows_of):
    zero = '<table:table-cell office:value-type="float" office:value="0"><text:p>0</text:p></table:table-cell>'
    lines = (handmade.cell("Id") + handmade.cell("Name"), handmade.cell("x") + zero)
    path = handmade.ods(tmp_path / "leads.ods", "".join(f"<table:table-row>{line}</table:table-row>" for line in lines))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(
            "settings.xml",
            '<a:settings xmlns:a="a" xmlns:config="c">'
            '<config:config-item config:name="ShowZeroValues">false</config:config-item></a:settings>',
        )
    assert [row.cells for row in rows_of(path)] == [("x", "")]


def test_a_part_of_a_text_is_struck(tmp_path, rows_of):
    style = STYLE.format("a", 'style:family="text"', "solid")
    texts = [
        "Name",
        '<text:span text:style-name="a">Busy</text:span> DNC',
        '<text:span text:style-name="a"> </text:span>z',
    ]
    rows = "".join(f"<table:table-row>{handmade.cell('Id')}{handmade.cell(text)}</table:table-row>" for text in texts)
    part, blank = rows_of(handmade.ods(tmp_path / "leads.ods", rows, style))
    assert (part.cells, part.faults) == (("Id", "Busy DNC"), (handmade.STRUCK,))
    assert blank.faults == ()


NUMBER = '<n:number n:min-integer-digits="1"/>'
ZERO, POSITIVE, NEGATIVE = (
    f'<style:map style:condition="value(){sign}0" style:apply-style-name="{{}}"/>' for sign in ("=", "&gt;", "&lt;")
)


@pytest.mark.parametrize(
    ("style", "code"),
    [
        (f'<n:number-style style:name="N">{NUMBER}</n:number-style>', "0"),
        ('<n:number-style style:name="N"><n:number number:min-integer-digits="0"/></n:number-style>', "#"),
        ('<n:number-style style:name="N"><n:text/></n:number-style>', '""'),
        ('<n:number-style style:name="N"><n:number number:min-integer-digits="5"/></n:number-style>', "00000"),
        ('<n:percentage-style style:name="N"><n:number/><n:text>%</n:text></n:percentage-style>', "0%"),
        ('<n:number-style style:name="N"><n:number/><n:text>%</n:text></n:number-style>', '0"%"'),
        ('<n:currency-style style:name="N"><n:currency-symbol/><n:number/></n:currency-style>', '"\u00a4"0'),
        ('<n:number-style style:name="N"><n:text>-</n:text></n:number-style>', '"-"'),
        ('<n:date-style style:name="N"><n:day/><n:text>/</n:text><n:month/></n:date-style>', 'd"/"m'),
        ('<n:text-style style:name="N"><n:text-content/></n:text-style>', "@"),
        (
            f'<n:text-style style:name="N"><n:text/>{POSITIVE}{NEGATIVE}{ZERO}</n:text-style>'.format("B", "B", "B"),
            '"";"";"";""',
        ),
        (
            f'<n:number-style style:name="N"><n:text/>{POSITIVE}{NEGATIVE}</n:number-style>'.format("A", "A"),
            '0;0;""',
        ),
        (f'<n:number-style style:name="N">{NUMBER}{ZERO}</n:number-style>'.format("B"), '[=0]"";0'),
    ],
)
def test_the_code_of_a_conditional_style(style, code):
    xml = (
        f'<a xmlns:n="n" xmlns:number="m" xmlns:style="s"><n:number-style style:name="A">{NUMBER}</n:number-style>'
        f'<n:number-style style:name="B"><n:text/></n:number-style>{style}'
        '<style:style style:name="S_5f_1" style:display-name="S_1" style:data-style-name="N"/></a>'
    )
    styles = Styles()
    walk_xml(BytesIO(xml.encode()).read, styles)
    assert styles.code_of("S_1") == code
    assert styles.code_of("other") == ""


BAR = '<c:data-bar calcext:show-value="{}"/>'


@pytest.mark.parametrize(
    ("number", "rule", "is_told"),
    [(0, "", True), (5, "", False), (5, BAR.format("false"), True), (5, BAR.format("true"), False)],
)
def test_a_conditional_format_of_an_ods_is_told_if_it_hides_a_value(tmp_path, number, rule, is_told):
    row = "<table:table-row>{}</table:table-row>"
    cell = '<table:table-cell office:value-type="float" office:value="{0}"><text:p>{0}</text:p></table:table-cell>'
    condition = '<c:condition calcext:apply-style-name="S" calcext:value="=0"/>'
    rule = f'<c:conditional-format calcext:target-range-address="Leads.B1:Leads.B9">{rule or condition}'
    path = handmade.ods(
        tmp_path / "leads.ods",
        row.format(handmade.cell("Id") + handmade.cell("Score"))
        + row.format(handmade.cell("x") + cell.format(number))
        + f'<c:all xmlns:c="c" xmlns:calcext="c">{rule}</c:conditional-format></c:all>',
        '<n:number-style style:name="N"><n:text/></n:number-style>'
        '<style:style style:name="S" style:data-style-name="N"/>',
    )
    with open_table(path) as table:
        told = "! A conditional format hides values in B1:B9, or shows others in their place; the values"
        assert [str(remark).startswith(told) for remark in table.remarks] == [True] * is_told
        assert [row.cells for row in table.rows()] == [("x", str(number))]
