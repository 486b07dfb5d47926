"""The colours of statuses, the same in workbooks, on the page and in the terminal."""

from typing import NamedTuple


class Colour(NamedTuple):
    """A pale one to lie under text, a dark one for the text on it, a strong one for charts, and a terminal's name."""

    pale: str
    ink: str
    strong: str
    terminal: str


STATUS_COLOURS: dict[str, Colour] = {
    "succeeded": Colour("#DFF3E4", "#17663A", "#3FA66B", "green"),
    "failed": Colour("#FBE0DF", "#A3211B", "#D9534A", "red"),
    "rejected": Colour("#FDEBD3", "#945100", "#EE9A3A", "yellow"),
    "conflict": Colour("#E9E1F7", "#583A94", "#8E6BC8", "magenta"),
    "unknown": Colour("#FBF3C4", "#716000", "#D9BE2B", "bright_yellow"),
    "skipped": Colour("#E9ECEF", "#525C66", "#A3ADB7", "bright_black"),
    "unsent": Colour("#DCEAFA", "#1B568F", "#5B9BD9", "blue"),
}

INK = "#1F2D3D"
"""Text, and the headings' background."""
QUIET = "#66727F"
"""Minor text, and the background of leadsync's own headings."""
RULE = "#D5DBE1"
"""Lines between things."""
MARK = "#FFD9A8"
"""Under a highlighted cell."""
