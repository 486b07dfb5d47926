"""A callback's cells in several columns become one text each."""

from datetime import UTC, datetime

from leadsync.leads import Input, Rules, columns_of
from leadsync.leads.callback_cells import whole_cells

RULES = Rules(datetime(2026, 3, 1, tzinfo=UTC), Input(blank_words=("n.a.",)))


def test_the_date_the_time_and_its_half_of_the_day_are_joined_words_for_blank_aside() -> None:
    date, _, _ = columns_of(["Callback Date", "Callback Time", "AM/PM"], RULES)
    texts = [["14/12/2026", "15/12/2026", "n.a."], ["9:05", "n.a.", "n.a."], ["PM", "PM", "n.a."]]
    assert whole_cells(date, texts, RULES) == ["14/12/2026 9:05 pm", "15/12/2026", ""]
    (alone,) = columns_of(["Callback"], RULES)
    assert whole_cells(alone, [["14/12/2026 9:05"]], RULES) == ["14/12/2026 9:05"]
