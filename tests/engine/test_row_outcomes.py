"""A row that is refused at the door: the row's fault, or every row's (noojee-api.md, the list behind the table)."""

from dataclasses import replace

import pytest

from leadsync.models import DISPOSITION, NO_CHANGE, Lead, Outcome, PendingRow, Status
from tests.engine.stage import BAD_CERTIFICATE, CUT, FORBIDDEN, OK, FakeSlots, Stage, code, rows


def refusing(*leads: str, otherwise: Outcome = OK) -> Stage:
    return Stage(rows(40), lambda lead, times: FORBIDDEN if lead.external_id in leads else otherwise)


@pytest.mark.parametrize("which", ["L2", "L20", "L41"])
def test_one_row_that_is_refused_fails_and_the_others_are_sent(which: str) -> None:
    stage = refusing(which)
    assert stage.run() == ""
    assert stage.log.counts == {Status.SUCCEEDED: 39, Status.FAILED: 1}
    assert stage.log.entries[int(which[1:])].message == "HTTP 403"
    assert stage.dialer.sent.count(which) == 1
    assert stage.progress.settled[Status.FAILED] == 1


def test_rows_that_were_answered_before_tell_enough_of_the_last_one() -> None:
    stage = Stage(rows(5), lambda lead, times: FORBIDDEN if lead.external_id == "L6" else OK, slots=1)
    assert stage.run() == ""
    assert stage.log.status(6) is Status.FAILED
    assert stage.dialer.probes == []


def test_two_in_a_row_may_be_at_fault_themselves() -> None:
    refused = ("L10", "L11", "L20", "L21")
    stage = Stage(rows(40), lambda lead, times: FORBIDDEN if lead.external_id in refused else OK, slots=1)
    assert stage.run() == ""
    assert stage.log.counts == {Status.SUCCEEDED: 36, Status.FAILED: 4}


def test_other_refusals_of_the_dialer_show_as_well_that_the_door_is_open() -> None:
    stage = refusing("L20", otherwise=code(106))
    stage.run()
    assert stage.log.counts == {Status.FAILED: 40}


def test_a_dialer_that_refuses_several_rows_in_a_row_and_a_probe_stops_the_run_and_the_rows_stay_unsent() -> None:
    stage = Stage(rows(40), lambda lead, times: OK if len(stage.dialer.calls) <= 4 else FORBIDDEN)
    stage.dialer.probe_answer = lambda now, updates: FORBIDDEN
    assert stage.run() == "HTTP 403"
    assert stage.log.counts == {Status.SUCCEEDED: 4, Status.UNSENT: 36}
    assert len(stage.dialer.sent) <= 12
    assert [updates for _, updates in stage.dialer.probes] == [True]


@pytest.mark.parametrize("slots", [1, 8, 64])
@pytest.mark.parametrize("at_fault", [range(2, 7), range(20, 27), range(35, 42)])
def test_several_rows_in_a_row_fail_where_a_probe_is_answered_and_the_run_goes_on(at_fault: range, slots: int) -> None:
    refused = {f"L{number}" for number in at_fault}
    stage = Stage(rows(40), lambda lead, times: FORBIDDEN if lead.external_id in refused else OK, slots=slots)
    assert stage.run() == ""
    assert stage.log.counts == {Status.SUCCEEDED: 40 - len(refused), Status.FAILED: len(refused)}
    assert {stage.log.status(number) for number in at_fault} == {Status.FAILED}
    assert len(stage.dialer.sent) == 40, "each once"


def test_before_the_dialer_was_asked_no_more_rows_are_sent_than_were_under_way() -> None:
    stage = Stage(rows(40), lambda lead, times: FORBIDDEN, slots=8)
    sent_before: list[int] = []

    def probed(now: float, updates: bool) -> Outcome:
        sent_before.append(len(stage.dialer.calls))
        assert stage.dialer.under_way == ["probe"]
        return OK

    stage.dialer.probe_answer = probed
    stage.run()
    assert sent_before[0] <= 8


@pytest.mark.parametrize("slots", [1, 8])
def test_a_run_whose_rows_are_all_refused_stops_although_a_probe_is_answered(slots: int) -> None:
    stage = Stage(rows(200), lambda lead, times: FORBIDDEN, slots=slots)
    assert stage.run() == "HTTP 403"
    assert stage.engine.heard
    assert 30 <= stage.log.counts[Status.FAILED] < 30 + slots + 2, "each call makes progress"
    assert stage.log.counts[Status.UNSENT] == 200 - stage.log.counts[Status.FAILED]


def test_an_answered_row_ends_the_succession() -> None:
    """Of 100 rows every tenth is taken."""
    stage = Stage(rows(100), lambda lead, times: OK if lead.external_id.endswith("0") else FORBIDDEN, slots=1)
    assert stage.run() == ""
    assert stage.log.counts == {Status.SUCCEEDED: 10, Status.FAILED: 90}


@pytest.mark.parametrize(("slots", "of", "good"), [(2, 4, 1), (8, 7, 1), (16, 5, 1), (16, 11, 3)])
def test_refused_rows_among_answered_ones_stop_nothing_however_calls_overlap(slots: int, of: int, good: int) -> None:
    stage = Stage(
        rows(400), lambda lead, times: OK if int(lead.external_id[1:]) % of < good else FORBIDDEN, slots=slots
    )
    assert stage.run() == ""
    assert stage.log.counts[Status.UNSENT] == 0
    assert stage.log.counts[Status.SUCCEEDED] == sum(number % of < good for number in range(2, 402))


@pytest.mark.parametrize("rows_sent", [1, 40])
def test_a_refusal_has_one_cause_whatever_its_page_says(rows_sent: int) -> None:
    def answer(_lead: Lead, _times: int) -> Outcome:
        return replace(FORBIDDEN, message=f"HTTP 403: incident {len(stage.dialer.calls)}ab")

    stage = Stage(rows(rows_sent), answer)
    stage.dialer.probe_answer = lambda now, updates: FORBIDDEN
    assert stage.run().startswith("HTTP 403: incident ")
    assert stage.engine.cause == "HTTP 403"


def test_refused_rows_stay_unsent_whatever_calls_under_way_come_to() -> None:
    """The key was taken back while slow calls were under way: L5 and L7 are still answered."""
    seconds = {"L5": 1.0, "L6": 2.0, "L7": 3.0}
    stage = Stage(rows(6), lambda lead, times: OK if lead.external_id in ("L5", "L7") else FORBIDDEN, slots=6)
    stage.dialer.seconds = lambda lead: seconds.get(lead.external_id, 0.1)
    stage.dialer.probe_answer = lambda now, updates: FORBIDDEN
    assert stage.run() == "HTTP 403"
    assert stage.log.counts == {Status.SUCCEEDED: 2, Status.UNSENT: 4}


def test_without_another_row_the_dialer_is_asked() -> None:
    shared = FakeSlots(1)
    stage = Stage(rows(1), lambda lead, times: FORBIDDEN, shared=shared)
    held: list[int] = []

    def probed(now: float, updates: bool) -> Outcome:
        held.append(shared.free)
        return OK

    stage.dialer.probe_answer = probed
    assert stage.run() == ""
    assert stage.log.counts == {Status.FAILED: 1}
    assert [updates for _, updates in stage.dialer.probes] == [True]
    assert held == [0], "that is an update too, in a slot"
    assert stage.engine.heard


def test_a_dialer_that_refuses_the_probe_too_stops_the_run() -> None:
    stage = Stage(rows(2), lambda lead, times: FORBIDDEN)
    stage.dialer.probe_answer = lambda now, updates: FORBIDDEN
    assert stage.run() == "HTTP 403"
    assert stage.log.counts == {Status.UNSENT: 2}


def test_many_rows_of_one_lead_refused_are_no_sign_that_every_row_is() -> None:
    answered = PendingRow(2, Lead("A", {DISPOSITION: "Sale"}))
    refused = [PendingRow(n, Lead("B", {DISPOSITION: "Sale", "Name": str(n)})) for n in range(3, 9)]
    stage = Stage([answered, *refused], lambda lead, times: OK if lead.external_id == "A" else FORBIDDEN)
    assert stage.run() == ""
    assert stage.log.counts == {Status.SUCCEEDED: 1, Status.FAILED: 6}


def test_a_refused_rows_lead_waits_and_its_next_row_goes_behind() -> None:
    both = [PendingRow(n, Lead("A", {DISPOSITION: "Sale", "Name": str(n)})) for n in (2, 3, 4, 5)]
    stage = Stage(both, lambda lead, times: OK if lead.fields["Name"] == "5" else FORBIDDEN)
    assert stage.run() == ""
    assert [call.number for call in stage.dialer.calls] == [2, 3, 4, 5]
    assert len(stage.dialer.probes) == 3, "each stands alone until the dialer was asked"
    assert stage.log.counts == {Status.FAILED: 3, Status.SUCCEEDED: 1}


def test_a_refused_row_that_was_in_doubt_before_stays_so() -> None:
    def answer(lead: Lead, times: int) -> Outcome:
        return OK if lead.external_id != "L2" else CUT if times == 1 else FORBIDDEN

    stage = Stage(rows(3, disposition=NO_CHANGE), answer)
    stage.run()
    assert stage.log.status(2) is Status.UNKNOWN


def test_a_bad_certificate_stops_the_run_at_once() -> None:
    stage = Stage(rows(40), lambda lead, times: BAD_CERTIFICATE if lead.external_id == "L9" else OK, slots=1)
    assert stage.run() == "the certificate does not verify"
    assert stage.dialer.sent[-1] == "L9"
    assert stage.log.status(9) is Status.UNSENT


def test_a_run_that_waits_for_the_dialers_word_can_be_stopped() -> None:
    stage = Stage(rows(1), lambda lead, times: FORBIDDEN, shared=FakeSlots(1))
    shared = stage._options["shared"]
    stage.at(0.05, lambda: setattr(shared, "free", shared.free - 1))
    stage.at(5.0, lambda: stage.engine.stop("interrupted by SIGINT"))
    assert stage.run() == "interrupted by SIGINT"
    assert stage.log.counts == {Status.UNSENT: 1}
