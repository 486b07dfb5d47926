"""The claim of a row: its sync_* cells, and nothing else."""

import pytest

from leadsync.errors import SheetError
from leadsync.models import Row
from leadsync.reasons import Fault, FaultKind
from leadsync.reimport.claims import Claim, claim_of

SYNC = {"sync_status": 1, "sync_code": 2, "sync_run": 3, "sync_row": 4, "sync_decision": 5, "sync_attempts": 6}


def row(*cells: str, faults: tuple[Fault, ...] = ()) -> Row:
    return Row(5, ("L1", *cells), faults=faults)


def test_cells_are_trimmed_and_in_small_letters() -> None:
    claim = claim_of(row(" Failed ", "101", "20261123-210455-7F3A", " 7 ", "Not   Applied", "2"), SYNC)
    assert claim == Claim("failed", "101", "20261123-210455-7f3a", "7", "not applied", "2")
    assert (claim.number, claim.result_code) == (7, 101)


def test_missing_columns_claim_nothing() -> None:
    assert claim_of(row("Failed"), {"sync_status": 1}) == Claim("failed")
    assert claim_of(row(), {}) == Claim()


@pytest.mark.parametrize("text", ["", "x", "-1", "1.0", "1e3", "1234567890", "½"])
def test_other_texts_are_no_numbers(text: str) -> None:
    claim = claim_of(row("", text, "r", text, "", ""), SYNC)
    assert (claim.number, claim.result_code) == (None, None)


@pytest.mark.parametrize("decision", ["yes", "apply", "not  applied!", "sent"])
def test_a_misspelt_decision_refuses_the_file(decision: str) -> None:
    with pytest.raises(SheetError, match=r"Row 5: sync_decision .* is no decision; write applied, not applied or send"):
        claim_of(row("conflict", "110", "r", "2", decision, "1"), SYNC)


def test_a_misread_line_decides_nothing() -> None:
    faults = (Fault("", "", FaultKind.TOO_MANY_CELLS),)
    claim = claim_of(row("conflict", "110", "r", "2", "applied", "1", faults=faults), SYNC)
    assert claim == Claim("conflict", "110", "r", "2")
    assert claim_of(row("conflict", "110", "r", "2", "nonsense", "1", faults=faults), SYNC).decision == ""
