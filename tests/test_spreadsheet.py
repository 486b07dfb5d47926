"""Headings compared, delimiters named, and leadsync's own columns known."""

import pytest

from leadsync.spreadsheet import delimiter_named, is_own_heading, is_post_code, loose


@pytest.mark.parametrize(
    "heading", ["First Phone", "first_phone", "FIRST-PHONE", " First\u00a0Phone ", "Ｆｉｒｓｔ Phone", "Firﬆ Phone"]
)
def test_letter_case_blanks_and_signs_do_not_count(heading: str) -> None:
    assert loose(heading) == "firstphone"


def test_letters_and_digits_count() -> None:
    assert loose("Téléphone 2") == "téléphone2"
    assert loose("№ #!") == "no"
    assert loose("—") == ""
    assert loose("x" * 1_000_000) == "x" * 32_767


@pytest.mark.parametrize(
    ("name", "delimiter"),
    [
        ("comma", ","), ("Semicolon", ";"), (" TAB ", "\t"), ("\\t", "\t"), ("pipe", "|"), ("^", "^"), (" ", " "),
        ("", ""), ("a", ""), ("1", ""), ('"', ""), ("\n", ""), ("\0", ""), (";;", ""), ("colon", ""),
    ],
)  # fmt: skip
def test_a_delimiter_is_a_word_or_one_sign(name: str, delimiter: str) -> None:
    assert delimiter_named(name) == delimiter


@pytest.mark.parametrize(
    ("heading", "own"), [("sync_run", True), (" SYNC_Row ", True), ("async_run", False), ("sync", False)]
)
def test_leadsyncs_own_columns(heading: str, own: bool) -> None:
    assert is_own_heading(heading) is own


@pytest.mark.parametrize(
    ("heading", "named"),
    [("Post Code", True), ("Mailing Zip/Postal Code", True), ("ZIP", True), ("Postcode 2", False), ("Code", False)],
)
def test_post_codes(heading: str, named: bool) -> None:
    assert is_post_code(loose(heading)) is named
