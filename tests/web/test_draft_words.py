"""The words of a draft's page."""

from leadsync.reasons import SkipKind
from leadsync.web.draft_words import SKIP_WORDS, size_words, undecided_words
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


def test_a_size_has_its_unit() -> None:
    assert [size_words(size) for size in (1, 2048, 5 << 20)] == ["1 kB", "2 kB", "5.0 MB"]
