"""Values between a member of the slots and the database."""

from leadsync.slot_shares import OtherMember, SlotGrant, SlotReport


def test_a_member_that_says_no_more_rests_for_two_seconds_and_knows_nothing() -> None:
    assert SlotReport(16, 4, 16) == SlotReport(slots=16, keeps=4, wanted=16, knows=0, rest_seconds=2.0)


def test_a_grant_names_others_that_are_there_unless_they_rest() -> None:
    grant = SlotGrant(8, 8, others=(OtherMember("process 1 on a", 8), OtherMember("process 2 on b", 4, 16, 1.5)))
    assert [other.rests_seconds > 0 for other in grant.others] == [False, True]
