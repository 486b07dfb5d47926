"""Remarks about a sheet's values, without any value of a lead. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from leadsync.leads import (
    DECIMAL_ID,
    ENCODED,
    LIST_MARK,
    LIST_NUMBER,
    LOST_AT_END,
    NEW_LEAD,
    PERHAPS_ROUNDED,
    QUESTION,
    TEMPLATE,
    alike,
)
from leadsync.models import DISPOSITION
from leadsync.plurals import counted
from leadsync.remarks import Remark
from leadsync.run.survey import Group, Survey

_MOST_WORDS = 3
_MOST_SHOWN = 20
_FEWEST = {PERHAPS_ROUNDED: 3, DECIMAL_ID: 1}
"""Doubts about ids if most have them; their fewest rows."""
_IN_FRONT = re.compile(r"[.:)\]\s]")
_LOUD = ENCODED | {LIST_MARK, QUESTION}


def null_words(words: Mapping[str, Mapping[str, int]]) -> Iterator[Remark]:
    """The warnings about programs' words for no value; `words` has their counts by heading."""
    for word, columns in sorted(words.items(), key=lambda item: -sum(item[1].values()))[:_MOST_WORDS]:
        cells = counted(sum(columns.values()), "cell says", "cells say")
        yield Remark(
            f"{cells} {word} in {', '.join(columns)}: if that means blank, write blank_words = {json.dumps([word])} in "
            "[input]; otherwise such a cell is sent as it stands, or its row rejected.",
            loud=True,
            doubt=True,
        )


def spellings(survey: Survey) -> Iterator[Remark]:
    """The warnings about dispositions that differ by letter case or blanks alone."""
    for group in alike(survey.dispositions):
        rows = " and ".join(str(survey.disposition_rows[disposition]) for disposition in group)
        yield Remark(
            f"{len(group)} spellings of a disposition differ by letter case or blanks alone (rows {rows}); list the "
            f"right one under dispositions in [input], or correct the others: the dialer may know {DISPOSITION} by one "
            "of them.",
            loud=True,
        )


def encoded_values(survey: Survey) -> Iterator[Remark]:
    """The loud warnings about values in another writing, with lost letters or digits, or behind a list's mark."""
    for group in survey.warnings.values():
        if _is_loud(group, survey):
            yield Remark.doubtful(f"{group.column} has {group.what} ({_rows(group)}); it is sent as it stands.")


def no_leads(survey: Survey) -> Iterator[Remark]:
    """The loud warning about rows that are titles, totals or no ids, perhaps."""
    if rows := survey.no_leads:
        yield Remark.doubtful(
            f"Perhaps no lead ({_listed(rows)}): a title, a total, a word for no id, or an id in quotation marks. Sent "
            "all the same: take such rows out of the sheet, or write the lead's own id and more of its values."
        )


def below_words(survey: Survey) -> Iterator[Remark]:
    """The loud warning about rows below a line of words, which may be headings of another table."""
    if count := survey.below_words.count:
        rows = counted(count, "row", "rows")
        yield Remark.doubtful(
            f"{rows} below row {survey.words_alone[0]} {'is' if count == 1 else 'are'} sent by the first headings "
            f"({_listed(survey.below_words.listed, count)}); look whether that row has other headings, and put rows "
            "under other headings into a file of their own."
        )


def shared_ids(survey: Survey) -> Iterator[Remark]:
    """The loud warning about an id that stands for several people."""
    if rows := survey.id_doubts.shared:
        yield Remark.doubtful(
            f"An id stands for several people ({_listed(rows)}). They are sent as one lead: write each lead's own id."
        )


def doubtful_values(survey: Survey) -> Iterator[Remark]:
    """The warnings about values to look at; some have warnings of their own."""
    groups = [group for group in survey.warnings.values() if group.what != NEW_LEAD and not _is_loud(group, survey)]
    for group in sorted(groups, key=lambda group: -group.count):
        yield Remark(f"{group.column}: {group.what} ({_rows(group)}).", kept=True)


def _is_loud(group: Group, survey: Survey) -> bool:
    """Whether a warning is a doubt: that of a letter lost at the end in several rows, of a digit or `.0` in most."""
    if group.what in _FEWEST:
        return group.count >= _FEWEST[group.what] and group.count * 3 >= survey.to_send * 2
    if group.what == TEMPLATE and group.count > 1 and group.count * 2 > survey.to_send:
        # Signs around each value of its own, as in %Ann%, are no names of a template.
        values = [value for value, _ in group.examples]
        return len({*values}) < len(values) or any(value[:1] != value[-1:] for value in values)
    if group.what == LIST_NUMBER:
        return _counts_on(group)
    return group.what in _LOUD and (group.count > 1 or group.what != LOST_AT_END)


def _counts_on(group: Group) -> bool:
    """Whether what is in front of the first ids goes up as their rows do, from line to line or row to row."""
    places = [_IN_FRONT.split(value.lstrip("([#"), maxsplit=1)[0] for value, _ in group.examples]
    numbers = [int(place) if place.isdigit() else ord(place) for place in places]
    steps = [
        0 < after - before <= below - above
        for (before, after), (above, below) in zip(pairwise(numbers), pairwise(group.rows), strict=True)
    ]
    return bool(steps) and all(steps)


def _rows(group: Group) -> str:
    return _listed(group.rows, group.count)


def _listed(rows: Sequence[int], count: int = 0) -> str:
    count = count or len(rows)
    if count == 1:
        return f"row {rows[0]}"
    shown = rows[:_MOST_SHOWN]
    return f"{count:,} rows: {', '.join(map(str, shown))}{', …' * (count > len(shown))}"
