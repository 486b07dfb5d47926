"""The style sheet and the script: quiet colours as in the report, readable, small."""

import gzip
import re
from importlib.resources import files

import pytest

from leadsync.colours import INK, RULE, STATUS_COLOURS
from leadsync.web.templates import HUES

STATIC = files("leadsync.web") / "static"
SHEET = (STATIC / "leadsync.css").read_text("utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([a-z-]+): (#[0-9A-F]{6})", part)) for part in SHEET.split("prefers-color-scheme: dark", 1)
)


def luminance(colour: str) -> float:
    """WCAG's relative luminance."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_colours_are_those_of_the_report() -> None:
    for status, colour in STATUS_COLOURS.items():
        assert LIGHT[f"{status}-pale"] == colour.pale
        assert LIGHT[f"{status}-ink"] == colour.ink
        assert LIGHT[f"{status}-strong"] == colour.strong
    assert (LIGHT["ink"], LIGHT["rule"]) == (INK, RULE)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read(scheme: dict[str, str]) -> None:
    pairs = [
        ("ink", "page"),
        ("ink", "card"),
        ("quiet", "page"),
        ("quiet", "card"),
        ("accent", "page"),
        ("accent", "card"),
        ("on-accent", "accent"),
        *((f"{status}-ink", f"{status}-pale") for status in STATUS_COLOURS),
        *((f"{status}-ink", "card") for status in ("unsent", "rejected", "failed", "succeeded")),
    ]
    low = {pair: round(ratio, 2) for pair in pairs if (ratio := contrast(scheme[pair[0]], scheme[pair[1]])) < 4.5}
    assert not low


def test_there_is_a_colour_for_each_campaign() -> None:
    assert [f".hue-{number} " in SHEET for number in range(HUES)] == [True] * HUES


def test_nothing_is_loaded_from_elsewhere() -> None:
    assert not re.search(r"url\(|@import|https?:", SHEET)


def test_the_script_is_small() -> None:
    scripts = [STATIC / "htmx.min.js", STATIC / "leadsync.js"]
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) < 60_000
    assert len((STATIC / "leadsync.js").read_text("utf-8").splitlines()) <= 60
