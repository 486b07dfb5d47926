"""Texts cut to the size of a workbook's cell."""

from leadsync.sheets import TRUNCATED, fit_to_cell


def test_a_cells_longest_text_stays_and_one_more_character_is_cut_with_a_word_about_it() -> None:
    longest = "x" * 32_767
    assert fit_to_cell(longest) == longest
    cut = fit_to_cell(longest + "y")
    assert len(cut) == 32_767
    assert cut.endswith(f"x{TRUNCATED}")
