"""The words of a draft's page."""

import pytest

from leadsync.reasons import SkipKind
from leadsync.web.draft_words import SKIP_WORDS, duration, size_words, undecided_words
from leadsync.web.preview import Preview


def test_every_kind_of_skipped_rows_has_words() -> None:
    assert set(SKIP_WORDS) == set(SkipKind)


def sheet(*fields: str) -> Preview:
    return {"error": "why", "columns": [{"heading": f"H{at}", "field": field} for at, field in enumerate(fields)]}


def test_what_keeps_a_sheet_from_being_sent_is_said() -> None:
    assert undecided_words(sheet("Notes", "njDisposition")).startswith("No column holds the lead's id")
    assert undecided_words(sheet("njExternalLeadId", "njDisposition", "njDisposition")) == (
        "“H1” and “H2” both fill Outcome. Choose another field for one of them."
    )
    assert undecided_words(sheet("njExternalLeadId", "", "")) == "why"


@pytest.mark.parametrize(
    ("rows", "pace", "words"),
    [
        (0, 10.0, ""),
        (10, None, ""),
        (1, 10.0, "about 1 second"),
        (600, 10.0, "about 60 seconds"),
        (6_000, 10.0, "about 10 minutes"),
        (100_000, 10.0, "about 2.8 hours"),
    ],
)
def test_a_duration_is_rounded(rows: int, pace: float | None, words: str) -> None:
    assert duration(rows, pace) == words


def test_a_size_has_its_unit() -> None:
    assert [size_words(size) for size in (1, 2048, 5 << 20)] == ["1 kB", "2 kB", "5.0 MB"]
