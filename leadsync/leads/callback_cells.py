"""A callback in several columns: its date, its time of day, and AM or PM. Pure."""

from collections.abc import Mapping, Sequence
from functools import partial

from leadsync.leads.dates import join_half, join_time
from leadsync.leads.input_rules import Rules
from leadsync.leads.sheet_columns import Column
from leadsync.leads.text import trim


def whole_cells(
    column: Column, texts: Sequence[Sequence[str]] | Mapping[int, Sequence[str]], rules: Rules
) -> Sequence[str]:
    """Return a column's cells; those of a callback with its time, AM and PM from their columns.

    `texts` are the cells by the column's position.
    """
    own = texts[column.position]
    if column.time_at is not None:
        own = list(map(join_time, *_without_blank_words((own, texts[column.time_at]), rules)))
    if column.half_at is not None:
        join = partial(join_half, order=rules.date_order)
        own = list(map(join, *_without_blank_words((own, texts[column.half_at]), rules)))
    return own


def _without_blank_words(columns: Sequence[Sequence[str]], rules: Rules) -> Sequence[Sequence[str]]:
    words = rules.input.blank_words
    return [["" if trim(text) in words else text for text in texts] for texts in columns] if words else columns
