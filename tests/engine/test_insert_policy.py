"""The words of an insert that followed an update."""

from leadsync.engine.insert_policy import beside_missing
from leadsync.models import Effect, Outcome


def test_both_answers_are_told() -> None:
    refused = Outcome(Effect.ANSWERED, 105, "DUPLICATE", "DUPLICATE", 400)
    assert beside_missing(refused).message == (
        "101 COULDNT_FIND_THE_LEAD, so it was inserted; the insert was answered: DUPLICATE"
    )


def test_an_insert_without_an_answer_is_not_called_answered() -> None:
    lost = Outcome(Effect.IN_DOUBT, message="the connection broke off")
    assert beside_missing(lost).message == (
        "101 COULDNT_FIND_THE_LEAD, so it was inserted; the insert: the connection broke off"
    )
