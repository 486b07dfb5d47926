"""Texts of leadsync's own into openpyxl's cells, never formulas."""

from typing import Any

from leadsync.sheets.output.sheet_layout import fit_to_cell


def plain_font(colour: str, **look: Any) -> Any:
    """The font of leadsync's own cells; the look may say otherwise."""
    from openpyxl.styles import Font

    return Font(**{"name": "Calibri", "size": 11, "color": colour[1:], **look})


def write_text(cell: Any, text: str) -> None:
    """Write a text; blank for an empty one."""
    cell.value = xml_text(fit_to_cell(text)) or None
    if text:
        # openpyxl takes a text behind an equals sign for a formula, and `#N/A` for an error.
        cell.data_type = "s"


def xml_text(text: str) -> str:
    """The text without the characters foreign to XML."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return ILLEGAL_CHARACTERS_RE.sub("", text).encode("utf-8", "replace").decode()
