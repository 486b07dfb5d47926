"""What a row's states over its runs say."""

import pytest

from leadsync.journal import Origin, State
from leadsync.models import Lead
from leadsync.reasons import Skip, SkipKind
from leadsync.reimport.row_states import RowState, is_corrected_failure, is_over, left_to_another, went_at

SALE = {"njDisposition": "Sale"}
NO_CHANGE = {"njDisposition": "<No Change>"}


@pytest.mark.parametrize(
    ("state", "fields", "kind"),
    [
        (State.PENDING, SALE, SkipKind.LEFT_TO_RUN),
        (State.UNKNOWN, NO_CHANGE, SkipKind.LEFT_TO_RUN),
        (State.UNKNOWN, SALE, SkipKind.UNDECIDED_SINCE),
        (State.CONFLICT, NO_CHANGE, SkipKind.UNDECIDED_SINCE),
        (State.FAILED, SALE, None),
        (State.SUCCEEDED, SALE, None),
    ],
)
def test_a_row_is_left_to_the_run_that_sends_it_or_to_a_person(
    state: State, fields: dict[str, str], kind: SkipKind | None
) -> None:
    found = left_to_another(RowState(5, Origin("first", state, "ten", fields), is_own=True))
    if kind is None:
        assert found is None
    else:
        assert isinstance(found, Skip)
        assert (found.kind, found.run) == (kind, "first")


@pytest.mark.parametrize(
    ("states", "since", "found"),
    [
        ([State.FAILED], "later", True),
        ([State.FAILED], None, False),
        ([State.REJECTED, State.SKIPPED], "later", True),
        ([State.FAILED, State.SUCCEEDED], "later", False),
    ],
)
def test_a_failure_is_corrected_by_a_later_run_alone(states: list[State], since: str | None, found: bool) -> None:
    rows = [RowState(5, Origin("first", one, "ten", SALE), is_own=True, since=since) for one in states]
    assert is_corrected_failure(rows) is found


def test_a_state_says_the_same_only_to_the_same_lead() -> None:
    row = RowState(5, Origin("first", State.SUCCEEDED, "ten", SALE), is_own=True)
    said = [row.says(Lead(*one)) for one in (("ten", SALE), ("six", SALE), ("ten", NO_CHANGE))]
    assert (said, row.through) == ([True, False, False], "first")


@pytest.mark.parametrize(
    ("state", "of_copy", "last_of_copy", "over"),
    [
        (State.SKIPPED, True, False, False),
        (State.SKIPPED, True, True, True),
        (State.SKIPPED, False, False, True),
        (State.FAILED, True, False, True),
    ],
)
def test_a_copys_correction_is_over_only_by_a_text_of_another_copy_unless_it_was_tried(
    state: State, of_copy: bool, last_of_copy: bool, over: bool
) -> None:
    before = RowState(5, Origin("copy", state, "ten", SALE), is_own=True, of_copy=of_copy)
    last = RowState(5, Origin("later", State.SUCCEEDED, "ten", NO_CHANGE), is_own=True, of_copy=last_of_copy)
    assert is_over([before, last], 0, 1) is over


def test_a_row_went_where_its_run_sent_it_not_where_a_later_one_tells_of_it() -> None:
    sent = RowState(5, Origin("first", State.SUCCEEDED, "ten", SALE), is_own=True)
    stopped = RowState(5, Origin("second", State.SKIPPED, "ten", NO_CHANGE), is_own=True)
    tells = Origin("third", State.SKIPPED, "ten", SALE, reason=Skip(SkipKind.SENT_IN_COPY, "first"))
    told = RowState(5, tells, is_own=True)
    assert told.through == "first"
    assert went_at([sent, stopped, told], "first") == 0
    assert went_at([stopped, told], "first") == 1
