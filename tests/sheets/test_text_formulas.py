"""Formulas that come to a text whatever the cells hold."""

import pytest

from leadsync.sheets.formats.text_formulas import makes_text


@pytest.mark.parametrize(
    ("formula", "is_text"),
    [
        ('"Sale"', True),
        ("A2&B2", True),
        ('A2&" ("&ROUND(B2,2)&")"', True),
        ('A2&B2="x"', False),
        ('IF(E2="","Busy","Sale")', True),
        ('IF([.F2]="";"Busy";"Sale")', True),
        ('IF(E2="", "", IF(E2>5,"Big","Small"))', True),
        ('IF(E2="","",E2*2)', False),
        ('IF(E2="","Busy")', False),
        ('IF(A2="a,b;c(","x""y","(z")', True),
        ('IF(A2>0,1,0)+IF(B2>0,"a","b")', False),
        ('IFERROR(TRIM(B2),"none")', True),
        ('IFERROR(VLOOKUP(A2,T!A:B,2,0),"none")', False),
        ("_xlfn.TEXTJOIN(\",\",TRUE,'My & sheet'!A2:B2)", True),
        ("'Our & list'!A2", False),
        ("[$'Our & list'.A2]", False),
        ("COM.MICROSOFT.CONCAT([.A2];[.B2])", True),
        ("+TRIM(A2)", True),
        ("TEXT(A2,0)*1", False),
        ("VALUE(A2&B2)", False),
        ("TRIM(A2)=TRIM(B2)", False),
        ('{"a","b"}', False),
        ("B2", False),
        ("", False),
        (")(", False),
        ("IF(A1," * 900 + '"x"' + ',"y")' * 900, False),
        ('IF("', False),
    ],
)
def test_what_a_formula_comes_to(formula: str, is_text: bool) -> None:
    assert makes_text(formula) == is_text
