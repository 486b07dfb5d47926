"""Every status has its colours, and its text can be read on them."""

import re

import pytest

from leadsync.colours import INK, STATUS_COLOURS, Colour
from leadsync.models import Status


def luminance(colour: str) -> float:
    """The relative luminance, by the definition of WCAG 2."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_every_status_has_colours_of_its_own() -> None:
    assert STATUS_COLOURS.keys() == {status.value for status in Status}
    assert len({colour.pale for colour in STATUS_COLOURS.values()}) == len(STATUS_COLOURS)
    assert len({colour.strong for colour in STATUS_COLOURS.values()}) == len(STATUS_COLOURS)


@pytest.mark.parametrize("colour", STATUS_COLOURS.values(), ids=STATUS_COLOURS)
def test_text_on_a_status_can_be_read(colour: Colour) -> None:
    """4.5 is WCAG's bound (AA) for small text."""
    assert all(re.fullmatch("#[0-9A-F]{6}", part) for part in colour[:3])
    assert contrast(colour.ink, colour.pale) >= 4.5


def test_headings_can_be_read() -> None:
    assert contrast(INK, "#FFFFFF") >= 4.5
