"""Texts of leadsync's own in openpyxl's cells."""

import openpyxl
import pytest

from leadsync.sheets.output.own_cells import plain_font, write_text, xml_text


@pytest.mark.parametrize("text", ["=1+1", "#N/A", "007", "TRUE", " x "])
def test_a_text_stays_a_text(text: str) -> None:
    cell = openpyxl.Workbook().worksheets[0]["A1"]
    write_text(cell, text)
    assert (cell.value, cell.data_type) == (text, "s")


def test_an_empty_text_is_a_blank_cell() -> None:
    cell = openpyxl.Workbook().worksheets[0]["A1"]
    cell.value = "old"
    write_text(cell, "")
    assert cell.value is None


def test_characters_foreign_to_xml_are_left_out() -> None:
    assert xml_text("a\x00b\x1bc\ud800d\te") == "abc?d\te"


def test_a_font_is_as_asked() -> None:
    font = plain_font("#1F2D3D", bold=True, size=13)
    assert (font.name, font.size, font.bold, font.color.rgb) == ("Calibri", 13, True, "001F2D3D")
    assert plain_font("#1F2D3D").size == 11
