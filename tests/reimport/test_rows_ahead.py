"""The rows of an earlier run that a row given back waits for."""

import pytest

from leadsync.journal import Origin, RowAhead, State
from leadsync.reasons import Skip, SkipKind
from leadsync.reimport.rows_ahead import RowsAhead

RUN, LATER = "20260701-210000-0001", "20260701-210000-0002"
HARMLESS = {"njDisposition": "<No Change>"}
AHEAD = [RowAhead("U", 3, RUN, 3, goes=False), RowAhead("T", 2, LATER, 7, goes=True)]
ORIGINS = {
    2: Origin(RUN, State.FAILED, "T", {}),
    3: Origin(RUN, State.CONFLICT, "U", {}),
    4: Origin(RUN, State.PENDING, "P", {}),
    5: Origin(RUN, State.UNKNOWN, "P", HARMLESS),
    6: Origin(RUN, State.SUCCEEDED, "P", {}),
}
DECIDE, RESUME = SkipKind.WAITS_FOR_DECISION, SkipKind.WAITS_FOR_RESUME


@pytest.mark.parametrize(
    ("lead", "number", "settled", "waits"),
    [
        # a person has to decide, wherever the row stands
        ("U", 2, (), Skip(DECIDE, RUN, 3)),
        ("U", 4, (), Skip(DECIDE, RUN, 3)),
        ("U", None, (), Skip(DECIDE, RUN, 3)),
        ("U", 3, (), None),
        ("U", 4, ((RUN, 3),), None),
        # another run is to send it, if it goes before
        ("T", 3, (), Skip(RESUME, LATER, 7)),
        ("T", None, (), Skip(RESUME, LATER, 7)),
        ("T", 2, (), None),
        ("T", 1, (), None),
        ("T", 3, ((LATER, 7),), None),
        # its own run is
        ("P", 6, (), Skip(RESUME, RUN, 4)),
        ("P", 5, (), Skip(RESUME, RUN, 4)),
        ("P", 4, (), None),
        ("P", 6, ((RUN, 4),), Skip(RESUME, RUN, 5)),
        ("P", 6, ((RUN, 4), (RUN, 5)), None),
        # a lead without such a row
        ("X", None, (), None),
    ],
)
def test_for_which_row_of_its_lead_a_row_waits(
    lead: str, number: int | None, settled: tuple[tuple[str, int], ...], waits: Skip | None
) -> None:
    ahead = RowsAhead(AHEAD, ORIGINS)
    assert ahead.of(lead, number, lambda *row: row in settled) == waits
    assert ahead.of(lead, number, lambda *row: row in settled) == waits, "asked again"


@pytest.mark.parametrize(
    ("origin", "decided", "waits"),
    [
        (Origin(RUN, State.PENDING, "P", {}), (), None),
        (Origin(RUN, State.PENDING, "P", {}, attempts=1), (), None),
        (Origin(RUN, State.PENDING, "P", {}, attempts=1), (2,), Skip(RESUME, RUN, 2)),
        (Origin(RUN, State.UNKNOWN, "P", HARMLESS, attempts=1), (), Skip(RESUME, RUN, 2)),
    ],
)
def test_a_row_that_replaces_one_left_does_not_wait_for_rows_that_are_merely_left(
    origin: Origin, decided: tuple[int, ...], waits: Skip | None
) -> None:
    """Their run would send its old text behind them."""
    ahead = RowsAhead([], {2: origin, 3: Origin(RUN, State.PENDING, "P", {})}, decided)
    assert ahead.of("P", 3, lambda *_: False, replaces=True) == waits
    assert ahead.of("P", 3, lambda *_: False) == Skip(RESUME, RUN, 2)


def test_an_earlier_row_does_not_wait_for_one_that_the_file_decides_further_down() -> None:
    ahead, none, sent = RowsAhead(AHEAD, ORIGINS), lambda *_: False, {(RUN, 3): State.SKIPPED}
    assert ahead.of("U", 2, none, sent) is None
    assert ahead.of("U", 2, none, {(RUN, 3): State.FAILED}) is None
    assert ahead.of("U", 2, none, {(RUN, 3): State.SUCCEEDED}) == Skip(SkipKind.LATER_ROW, RUN, 3)
    assert ahead.of("U", 2, none, {(LATER, 3): State.SKIPPED}) == Skip(DECIDE, RUN, 3)
    assert ahead.of("U", 4, none, sent) == Skip(DECIDE, RUN, 3), "it goes behind that row"
    assert ahead.of("U", None, none, sent) == Skip(DECIDE, RUN, 3), "as an added one does"
