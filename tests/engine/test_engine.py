"""What is sent when, and what is written down. Expected values from noojee-api.md and contract.md."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from leadsync.engine import InsertPolicy, RetryPolicy
from leadsync.engine.pace import Pace
from leadsync.errors import JournalError, LeadsyncError, Stopped
from leadsync.models import DISPOSITION, NO_CHANGE, Effect, Lead, Outcome, PendingRow, Status
from tests.engine.stage import BUSY, CUT, FORBIDDEN, OK, SILENCE, UNREACHED, FakeSlots, Stage, code, rows


def test_every_row_is_sent_once_and_no_more_at_once_than_there_are_slots() -> None:
    stage = Stage(rows(200))
    assert stage.run() == ""
    assert Counter(stage.dialer.sent) == Counter({f"L{n}": 1 for n in range(2, 202)})
    assert stage.log.counts == {Status.SUCCEEDED: 200}
    assert stage.progress.settled == {Status.SUCCEEDED: 200}
    assert stage.dialer.peak == stage.engine.peak_in_flight == 4
    assert stage.engine.settled == 200
    assert stage.ended_at == pytest.approx(5.0, abs=0.2), "200 rows in 4 slots, 0.1 s each"


def test_no_rows_is_a_run_that_ends() -> None:
    assert Stage([]).run() == ""


def test_attempts_run_out() -> None:
    stage = Stage(rows(1), lambda lead, times: code(103))
    assert stage.run() == ""
    assert stage.dialer.sent == ["L2", "L2", "L2"]
    assert stage.log.counts == {Status.FAILED: 1}


def test_a_wait_holds_no_slot_and_other_rows_go_on() -> None:
    def answer(lead: Lead, times: int) -> Outcome:
        return code(103) if lead.external_id in ("L2", "L3") and times < 3 else OK

    stage = Stage(rows(40), answer, slots=2)
    stage.run()
    assert sorted(stage.dialer.sent[:4]) == ["L2", "L3", "L4", "L5"]
    assert sorted(stage.dialer.sent[-2:]) == ["L2", "L3"]
    assert 240.0 <= stage.dialer.sent_at[-1] <= 245.0, "two waits of the settings' 120 seconds"
    assert stage.log.counts == {Status.SUCCEEDED: 40}


# What may have been applied


@pytest.mark.parametrize(("outcome", "status"), [(CUT, Status.UNKNOWN), (code(110), Status.CONFLICT)])
def test_a_row_for_a_person_is_not_sent_again_and_its_leads_later_rows_wait(outcome: Outcome, status: Status) -> None:
    twice = [
        PendingRow(2, Lead("A", {DISPOSITION: "Sale"})),
        PendingRow(3, Lead("B", {DISPOSITION: "Sale"})),
        PendingRow(4, Lead("A", {DISPOSITION: "Call Back"})),
    ]
    stage = Stage(twice, lambda lead, times: outcome if lead.external_id == "A" else OK)
    assert stage.run() == ""
    assert stage.dialer.sent.count("A") == 1
    assert stage.log.statuses == {2: status, 3: Status.SUCCEEDED, 4: Status.UNSENT}
    assert stage.log.held[4] == 2


def test_a_row_settled_since_it_was_read_is_passed_over() -> None:
    """By a late answer to a sender that stood still, or by a person."""
    twice = [PendingRow(n, Lead(lead, {DISPOSITION: "Sale"})) for n, lead in enumerate("ABACBD", 2)]
    stage = Stage(twice, slots=1)
    stage.log.settled_elsewhere = {2: Status.CONFLICT, 3: Status.SUCCEEDED}
    assert stage.run() == ""
    assert sorted(stage.dialer.sent) == ["B", "C", "D"]
    assert stage.log.statuses == {
        2: Status.CONFLICT,
        3: Status.SUCCEEDED,
        4: Status.UNSENT,
        **dict.fromkeys((5, 6, 7), Status.SUCCEEDED),
    }
    assert stage.log.held == {4: 2}, "a person decides on the conflict first"
    assert stage.progress.settled == {Status.SUCCEEDED: 4, Status.CONFLICT: 1}


def test_first_rows_that_are_passed_over_are_none_of_the_first() -> None:
    stage = Stage(rows(110), slots=1)
    stage.log.settled_elsewhere = dict.fromkeys(range(2, 52), Status.SUCCEEDED)
    assert stage.run() == ""
    assert len(stage.dialer.sent) == 60


def test_a_call_without_an_answer_is_in_doubt_unless_the_settings_follow_the_vendors_page() -> None:
    def run(policy: RetryPolicy) -> Stage:
        stage = Stage(rows(1), lambda lead, times: SILENCE if times == 1 else OK, policy=policy)
        stage.run()
        return stage

    assert run(RetryPolicy(3)).log.counts == {Status.UNKNOWN: 1}
    assert run(RetryPolicy(3, resend_no_answer=True)).log.counts == {Status.SUCCEEDED: 1}


def test_an_idempotent_row_in_doubt_is_sent_again() -> None:
    stage = Stage(rows(1, disposition=NO_CHANGE), lambda lead, times: CUT if times == 1 else OK)
    stage.run()
    assert stage.dialer.sent == ["L2", "L2"]
    assert stage.log.counts == {Status.SUCCEEDED: 1}


def test_what_was_in_doubt_once_stays_so_until_it_is_answered() -> None:
    """Its second attempt never began, and then the run was stopped."""
    stage = Stage(rows(1, disposition=NO_CHANGE), lambda lead, times: CUT if times == 1 else UNREACHED)
    stage.at(124.0, lambda: stage.engine.stop("interrupted by SIGINT"))
    stage.run()
    assert len(stage.dialer.sent) == 2
    assert stage.log.counts == {Status.UNKNOWN: 1}


def test_a_row_that_is_always_cut_ends_while_others_succeed() -> None:
    def answer(lead: Lead, times: int) -> Outcome:
        return CUT if lead.external_id == "L2" else code(109) if times < 3 else OK

    stage = Stage(rows(40, disposition=NO_CHANGE), answer, policy=RetryPolicy(3, resend_unknown=True))
    assert stage.run() == ""
    assert stage.dialer.sent.count("L2") == 3
    assert stage.log.status(2) is Status.UNKNOWN
    assert stage.log.entries[2].message == "not done in 3 attempts; the last one: cut"
    assert stage.log.counts == {Status.UNKNOWN: 1, Status.SUCCEEDED: 39}


def test_a_row_that_is_never_taken_fails_while_others_succeed() -> None:
    stage = Stage(rows(40), lambda lead, times: BUSY if lead.external_id == "L2" else OK)
    stage.run()
    assert stage.dialer.sent.count("L2") == 3
    assert stage.log.status(2) is Status.FAILED


def test_what_earlier_processes_spent_counts() -> None:
    begun = [
        PendingRow(2, Lead("A", {DISPOSITION: "Sale"}), attempts=4, spent=2),
        PendingRow(3, Lead("B", {DISPOSITION: "Sale"}), attempts=3, spent=3),
        PendingRow(4, Lead("C", {DISPOSITION: NO_CHANGE}), attempts=3, spent=3, in_doubt=True),
    ]
    stage = Stage(begun, lambda lead, times: BUSY)
    stage.run()
    assert stage.dialer.sent == ["A"]
    assert stage.log.statuses == {2: Status.FAILED, 3: Status.FAILED, 4: Status.UNKNOWN}
    assert stage.log.entries[3].message == "not done in 3 attempts"


def test_an_insert_that_an_earlier_process_left_in_doubt_is_not_sent_again() -> None:
    insert = Lead("A", {"njExternalLeadId": "A", "FirstPhone": "0383218199"})
    stage = Stage([PendingRow(2, insert, 1, in_doubt=True), PendingRow(3, Lead("A", {DISPOSITION: "Sale"}))])
    stage.run()
    assert stage.dialer.sent == []
    assert stage.log.held[3] == 2


# Rows of one lead


def of_one_lead(count: int) -> list[PendingRow]:
    return [PendingRow(n, Lead("same", {DISPOSITION: "Sale", "Name": str(n)})) for n in range(2, count + 2)]


def test_rows_of_one_lead_go_in_the_sheets_order_one_after_the_others_outcome() -> None:
    seen: list[str] = []

    def answer(lead: Lead, times: int) -> Outcome:
        seen.append(lead.fields["Name"])
        # The third is queued for too long once: the later rows wait for it all the same.
        return code(109) if lead.fields["Name"] == "4" and times == 1 else OK

    stage = Stage(of_one_lead(20), answer, slots=8)
    stage.run()
    assert seen == ["2", "3", "4", "4", *map(str, range(5, 22))]
    assert stage.dialer.peak == 1


def test_the_next_row_of_a_lead_goes_before_those_behind_it() -> None:
    others = [PendingRow(n, Lead(f"L{n}", {DISPOSITION: "Sale"})) for n in range(10, 100)]
    stage = Stage([*of_one_lead(3), *others], slots=2)
    stage.run()
    assert [n for n, lead in enumerate(stage.dialer.sent) if lead == "same"][-1] < 20


def test_many_rows_of_one_lead_neither_hold_the_others_up_nor_fill_the_memory() -> None:
    many = of_one_lead(3000)
    others = [PendingRow(n, Lead(f"L{n}", {DISPOSITION: "Sale"})) for n in range(4000, 4040)]
    stage = Stage([*many, *others], slots=4)
    stage.at(3.0, lambda: stage.engine.stop("that will do"))
    stage.run()
    assert {f"L{n}" for n in range(4000, 4040)} <= set(stage.dialer.sent), "within three seconds"
    assert 20 <= stage.dialer.sent.count("same") <= 31
    kept = stage.engine._backlog._busy["same"]
    assert all(isinstance(number, int) for number in kept), "only their numbers are kept"


def test_no_more_than_so_many_rows_wait_in_memory_and_all_are_sent_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadsync.engine.backlog.MOST_SET_ASIDE", 3)
    monkeypatch.setattr("leadsync.engine.backlog.PAGE", 4)
    monkeypatch.setattr("leadsync.engine.backlog.LOW_WATER", 2)
    most = 0

    def answer(lead: Lead, times: int) -> Outcome:
        nonlocal most
        most = max(most, waiting.rows if (waiting := stage.engine._backlog.waiting) else 0)
        return code(109) if times == 1 else OK

    few = [PendingRow(n, Lead(f"L{n % 20}", {DISPOSITION: "Sale", "Name": str(n)})) for n in range(2, 42)]
    stage = Stage(few, answer, slots=2, keep_going=True)
    assert stage.run() == ""
    assert stage.log.counts == {Status.SUCCEEDED: 40}
    assert 3 <= most <= 3 + 4 + 2, "a page may have been read just before, and two are out"


def test_later_rows_of_a_lead_that_was_undecided_before_wait_too() -> None:
    stage = Stage([PendingRow(9, Lead("A", {DISPOSITION: "Sale"}))], undecided={"A": 5})
    stage.run()
    assert stage.dialer.sent == []
    assert stage.log.held[9] == 5


# The first fifty


def test_where_almost_all_of_the_first_rows_fail_alike_the_run_stops() -> None:
    stage = Stage(rows(500), lambda lead, times: OK if lead.external_id == "L7" else code(101))
    reason = stage.run()
    assert "of the first 46 rows were answered 101 COULDNT_FIND_THE_LEAD" in reason
    assert stage.engine.failed_early
    assert len(stage.dialer.sent) <= 50


def test_unless_it_is_told_to_keep_going() -> None:
    stage = Stage(rows(500), lambda lead, times: code(101), keep_going=True)
    assert stage.run() == ""
    assert len(stage.dialer.sent) == 500


def test_no_pace_is_lost_at_a_good_beginning() -> None:
    stage = Stage(rows(640), slots=64)
    stage.run()
    assert stage.ended_at == pytest.approx(1.0, abs=0.25)


def test_only_the_first_rows_are_sent_until_the_beginning_can_be_judged() -> None:
    """44 are refused alike and six wait, so that everything depends on these."""

    def answer(lead: Lead, times: int) -> Outcome:
        if int(lead.external_id[1:]) <= 7:
            return code(109) if times == 1 else OK
        return code(101)

    stage = Stage(rows(60), answer, slots=8)
    stage.at(100.0, lambda: counts.append(len(stage.dialer.sent)))
    counts: list[int] = []
    assert stage.run() == ""
    assert counts == [50]
    assert len(stage.dialer.sent) == 66


def test_a_first_row_that_is_refused_at_the_door_counts_as_judged() -> None:
    """44 are refused alike and five are answered 0, so that everything depends on this one."""

    def answer(lead: Lead, times: int) -> Outcome:
        return FORBIDDEN if lead.external_id == "L2" else OK if int(lead.external_id[1:]) <= 7 else code(101)

    stage = Stage(rows(60), answer)
    assert stage.run() == ""
    assert stage.log.counts == {Status.SUCCEEDED: 5, Status.FAILED: 55}


@pytest.mark.parametrize("slots", [1, 4, 64])
def test_inserts_that_are_refused_alike_end_the_run_whatever_else_the_first_rows_meet(slots: int) -> None:
    """A 109, a cut and a row that never began among them: such rows wait, and nobody else does for ever."""

    def answer(lead: Lead, times: int) -> Outcome:
        odd = {"L5": code(109), "L9": CUT, "L11": UNREACHED}.get(lead.external_id)
        if odd is not None and times == 1:
            return odd
        return code(105, "DUPLICATE") if lead.inserts else code(101)

    with_phone = [
        PendingRow(n, Lead(f"L{n}", {DISPOSITION: "Sale", "FirstPhone": "0383218199"})) for n in range(2, 202)
    ]
    stage = Stage(with_phone, answer, slots=slots, inserting=InsertPolicy(("FirstPhone",)))
    assert "rows were answered 105 DUPLICATE" in stage.run()
    assert sum(call.lead.inserts for call in stage.dialer.calls) <= 50


def test_an_insert_has_as_many_attempts_as_any_row() -> None:
    script = [code(109), code(101), code(109), OK]
    with_phone = [PendingRow(2, Lead("A", {DISPOSITION: "Sale", "FirstPhone": "0383218199"}))]
    stage = Stage(
        with_phone,
        lambda lead, times: script[times - 1],
        policy=RetryPolicy(2),
        inserting=InsertPolicy(("FirstPhone",)),
    )
    stage.run()
    assert [call.lead.inserts for call in stage.dialer.calls] == [False, False, True, True]
    assert stage.log.counts == {Status.SUCCEEDED: 1}
    assert "101 COULDNT_FIND_THE_LEAD, so it was inserted" in stage.log.entries[2].message
    assert stage.log.inserted == {2}


def test_a_lead_that_is_not_there_was_not_changed_by_an_update_in_doubt() -> None:
    script = [CUT, code(101), code(109)]
    row = PendingRow(2, Lead("A", {"FirstPhone": "0383218199"}))
    stage = Stage([row], lambda lead, times: script[times - 1], inserting=InsertPolicy(("FirstPhone",)))
    stage.at(150.0, lambda: stage.engine.stop("interrupted by SIGINT"))
    stage.run()
    assert len(stage.dialer.calls) == 3
    assert stage.log.counts == {Status.UNSENT: 1}


def test_rows_that_an_earlier_process_began_are_none_of_the_first() -> None:
    begun = [PendingRow(n, Lead(f"L{n}", {DISPOSITION: "Sale"}), attempts=1) for n in range(2, 102)]
    stage = Stage(begun, lambda lead, times: code(101))
    assert stage.run() == ""
    assert stage.log.counts == {Status.FAILED: 100}


def test_rows_that_waited_for_their_lead_are_no_first_ones_either_if_they_were_begun_before() -> None:
    lead = [PendingRow(n, Lead("A", {DISPOSITION: "Sale"}), attempts=int(n > 2)) for n in range(2, 13)]
    new = [PendingRow(n, Lead(f"L{n}", {DISPOSITION: "Sale"})) for n in range(20, 80)]
    stage = Stage([*lead, *new], lambda lead, times: code(101), slots=1)
    assert "rows were answered 101" in stage.run()


# Wrong settings


def test_wrong_ids_stop_the_run_and_the_rows_stay_unsent() -> None:
    stage = Stage(rows(300), lambda lead, times: code(117, "CAMPAIGN_ID_REQUIRED"))
    assert "campaign_id" in stage.run()
    assert len(stage.dialer.sent) == 4
    assert stage.log.counts == {Status.UNSENT: 300}


# How fast


def most_in_any_window(moments: list[float], seconds: float) -> int:
    return max(sum(start <= moment < start + seconds - 1e-6 for moment in moments) for start in moments)


@pytest.mark.parametrize("slots", [1, 2, 8])
def test_no_more_calls_start_in_a_tenth_of_a_second_than_there_are_slots(slots: int) -> None:
    """Though each ends at once, as with a connection that is refused."""
    stage = Stage(rows(60), slots=slots)
    stage.dialer.seconds = lambda lead: 0.0
    stage.run()
    assert most_in_any_window(stage.dialer.sent_at, 0.1) == slots
    assert stage.ended_at >= (60 / slots - 1) * 0.1


def test_no_more_calls_leave_than_there_are_slots_where_connecting_takes_long() -> None:
    """The first call on each connection leaves late, the next at once."""
    stage = Stage(rows(60), slots=4)
    stage.dialer.connecting = lambda lead: 0.08 if len(stage.dialer.sent) < 4 else 0.0
    stage.dialer.seconds = lambda lead: 0.01
    stage.run()
    assert most_in_any_window(stage.dialer.sent_at, 0.1) == 4


def test_late_timers_are_told_to_the_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[float] = []
    monkeypatch.setattr(Pace, "overslept", lambda self, seconds: told.append(seconds))
    stage = Stage(rows(1))
    sleep = stage.clock.sleep
    stage.clock.sleep = lambda seconds: sleep(seconds + 0.02)
    stage.dialer.seconds = lambda lead: 5.0
    stage.run()
    assert told == pytest.approx([0.02] * 4)


def test_a_slow_journal_leaves_no_slot_empty() -> None:
    """16 slots of 0.1 s send 160 rows a second, though each takes as long again to be written down."""
    stage = Stage(rows(1600), slots=16)
    stage.log.seconds = 0.1
    stage.run()
    assert stage.dialer.sent_at[-1] - stage.dialer.sent_at[800] == pytest.approx(5.0, abs=0.2)


def test_a_run_that_goes_slower_keeps_workers() -> None:
    """All calls come back together: the pace is halved, the dialer counts as away, and workers that are too many go."""
    first = {"L2": code(109), "L3": UNREACHED, "L6": UNREACHED, "L7": BUSY}
    stage = Stage(rows(30), lambda lead, times: first.get(lead.external_id, OK) if times == 1 else OK, slots=6)
    assert stage.run() == ""
    assert stage.log.counts == {Status.SUCCEEDED: 30}


def test_a_109_halves_the_pace() -> None:
    stage = Stage(rows(60), lambda lead, times: code(109) if times == 1 and lead.external_id == "L2" else OK, slots=8)
    stage.run()
    assert most_in_any_window([at for at in stage.dialer.sent_at if 0.15 < at < 1.0], 0.1) == 4


def test_unknown_slots_are_measured_and_then_used() -> None:
    found: list[int] = []

    def on_found(count: int) -> int:
        found.append(count)
        return 5

    stage = Stage(rows(1000), slots=64, on_found=on_found)

    def seconds(lead: Lead) -> float:
        """As from a dialer of eight slots; at the end, calls end at once."""
        return 0.1 * max(1.0, len(stage.dialer.under_way) / 8) if len(stage.dialer.calls) < 900 else 0.0

    stage.dialer.seconds = seconds
    stage.run()
    assert len(found) == 1
    assert 6 <= found[0] <= 8
    assert stage.log.counts == {Status.SUCCEEDED: 1000}
    assert most_in_any_window(stage.dialer.sent_at[-80:], 0.1) == 5


# Shared slots


def test_each_call_holds_a_shared_slot() -> None:
    shared = FakeSlots(3)
    stage = Stage(rows(50), slots=8, shared=shared)
    assert stage.run() == ""
    assert stage.dialer.peak == stage.engine.peak_in_flight == 3
    assert shared.released == [True] * 50
    assert shared.free == 3


def test_a_run_without_slots_can_be_stopped() -> None:
    stage = Stage(rows(50), slots=8, shared=FakeSlots(0))
    stage.at(5.0, lambda: stage.engine.stop("interrupted by SIGINT"))
    assert stage.run() == "interrupted by SIGINT"
    assert stage.dialer.sent == []
    assert stage.log.counts == {Status.UNSENT: 50}
    assert all(stage.log.attempts(n) == 0 for n in stage.log.entries), "what never left is no attempt"


def test_slots_that_are_held_for_too_long_stop_the_run() -> None:
    shared = FakeSlots(0)
    shared.failure = Stopped("the slots are held by 4711; `leadsync resume` goes on")
    stage = Stage(rows(5), shared=shared)
    assert stage.run() == "the slots are held by 4711; `leadsync resume` goes on"
    assert stage.log.counts == {Status.UNSENT: 5}


def test_a_slot_that_comes_too_late_is_given_back_unused() -> None:
    shared = FakeSlots(0, heedless=True)
    stage = Stage(rows(5), slots=1, shared=shared)

    def free_and_stop() -> None:
        stage.engine.stop("interrupted by SIGINT")
        shared.release()

    stage.at(1.0, free_and_stop)
    stage.run()
    assert stage.dialer.sent == []
    assert shared.free == 1


def test_rows_are_written_down_for_the_slots_there_are_and_a_few_more() -> None:
    begun: list[int] = []
    stage = Stage(rows(100), slots=2)
    stage.dialer.on_send = lambda: begun.append(len(stage.log.in_flight))
    stage.run()
    assert max(begun) <= 2 + 2


# Ends


def test_a_stop_sends_nothing_new_and_puts_back_what_was_not_sent() -> None:
    stage = Stage(rows(200))

    def stop_at_the_tenth() -> None:
        if len(stage.dialer.sent) == 10:
            stage.engine.stop("interrupted by SIGINT")

    stage.dialer.on_send = stop_at_the_tenth
    assert stage.run() == "interrupted by SIGINT"
    assert len(stage.dialer.sent) == 10
    assert stage.log.counts == {Status.SUCCEEDED: 10, Status.UNSENT: 190}
    assert sum(entry.row.attempts for entry in stage.log.entries.values()) == 10


@pytest.mark.parametrize(
    ("outcome", "finished"),
    [
        (Outcome(Effect.IN_DOUBT, message="the connection was cut"), False),
        (Outcome(Effect.NO_ANSWER, message="no answer"), False),
        (Outcome(Effect.IN_DOUBT, http=504), False),
        (Outcome(Effect.IN_DOUBT, http=500), True),
        (Outcome(Effect.NEVER_BEGAN, message="refused"), True),
    ],
)
def test_the_slot_of_a_call_that_the_dialer_may_still_be_at_rests(outcome: Outcome, finished: bool) -> None:
    """Proxies cut connections while the dialer works on: the next call at once would be one too many."""
    shared = FakeSlots(2)
    stage = Stage(rows(2), slots=2, shared=shared, answer=lambda lead, times: outcome if times == 1 else OK)
    assert stage.run() == ""
    assert shared.released[:2] == [finished] * 2
    assert all(shared.released[2:])


@pytest.mark.parametrize(
    ("outcome", "least"),
    [
        (Outcome(Effect.IN_DOUBT, message="the connection was cut"), 30.0),
        (Outcome(Effect.IN_DOUBT, http=504), 30.0),
        (Outcome(Effect.IN_DOUBT, http=500), 1.0),
        (code(109), 1.0),
    ],
)
def test_a_row_that_the_dialer_may_still_be_at_waits_for_its_end_and_its_lead_with_it(
    outcome: Outcome, least: float
) -> None:
    """The dialer would apply the first attempt behind the second, and behind the lead's next row."""
    shared = FakeSlots(2)
    shared.rest_seconds = 30.0
    of_the_lead = [PendingRow(n, Lead("same", {DISPOSITION: NO_CHANGE})) for n in (2, 3)]
    stage = Stage(
        [*of_the_lead, *rows(9)[2:]],
        lambda lead, times: outcome if lead.external_id == "same" and times == 1 else OK,
        policy=RetryPolicy(3, wait_seconds=1.0),
        shared=shared,
    )
    stage.run()
    first, again, *_ = (call.at for call in stage.dialer.calls if call.number == 2)
    assert least <= again - first < least + 3.0
    assert min(call.at for call in stage.dialer.calls if call.number == 3) > again
    assert max(call.at for call in stage.dialer.calls if call.number > 3) < 5.0, "others do not wait"


def test_no_row_is_sent_before_the_calls_of_the_killed_have_ended() -> None:
    shared = FakeSlots(4)
    shared.rests_until = 20.0
    stage = Stage(rows(5), shared=shared)
    assert stage.run() == ""
    assert min(stage.dialer.sent_at) >= 20.0
    assert set(shared.waits_for) == {True}
    shared.waits_for.clear()
    Stage(rows(5), shared=shared, goes_on=True).run()
    assert shared.waits_for == [], "rows of a run that goes on are in doubt themselves, or nobody sent them"
    shared.rests_until = 1000.0
    stage = Stage(rows(5), shared=shared)
    stage.at(3.0, lambda: stage.engine.stop("interrupted by SIGINT"))
    assert stage.run() == "interrupted by SIGINT"
    assert stage.dialer.sent == []
    assert stage.ended_at < 5.0


def test_a_row_left_in_doubt_goes_again_once_all_calls_given_up_have_ended() -> None:
    shared = FakeSlots(4)
    left = replace(rows(1, disposition=NO_CHANGE)[0], attempts=1, in_doubt=True)
    stage = Stage([left, *rows(3)[1:]], shared=shared, answer=lambda lead, times: CUT if times == 1 else OK)
    stage.run()
    assert shared.waits_for.count(False) == 1, "its next attempt waits by itself"
    assert stage.log.counts[Status.SUCCEEDED] == 1


def test_a_run_without_rows_to_send_waits_for_nothing() -> None:
    shared = FakeSlots(4)
    stage = Stage([], shared=shared)
    assert stage.run() == ""
    assert shared.waits_for == []


def test_a_second_signal_gives_up_calls_under_way_and_says_so_of_their_slots() -> None:
    shared = FakeSlots(4)
    stage = Stage(rows(50), slots=4, shared=shared)
    stage.dialer.seconds = lambda lead: 60.0
    stage.at(1.0, lambda: stage.engine.stop("interrupted by SIGINT"))
    stage.at(2.0, lambda: stage.engine.abort())
    assert stage.run(aborted=True) == "interrupted by SIGINT"
    assert stage.ended_at < 3.0
    left = [number for number, entry in stage.log.entries.items() if entry.state == "left"]
    assert len(left) == 4, "they stay in flight for the journal to settle"
    assert shared.released == [False] * 4


def gone(*, at_the: int, of: str) -> Callable[[str], bool]:
    count = 0

    def fails(what: str) -> bool:
        nonlocal count
        count += what == of
        return what == of and count >= at_the

    return fails


@pytest.mark.parametrize(
    ("of", "at_the"),
    [("undecided", 1), ("pending", 1), ("pending", 2), ("pending_row", 1), ("begin", 7), ("leaves", 7), ("finish", 7)],
)
def test_a_journal_that_fails_ends_the_run_with_its_sentence(
    of: str, at_the: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadsync.engine.backlog.PAGE", 30)
    monkeypatch.setattr("leadsync.engine.backlog.LOW_WATER", 5)
    stage = Stage([*of_one_lead(3), *[PendingRow(n, Lead(f"L{n}", {})) for n in range(5, 200)]])
    stage.log.fails_at = gone(at_the=at_the, of=of)
    with pytest.raises(JournalError, match="the disk is full"):
        stage.run(aborted=True)
    assert stage.ended_at < 3.0, "calls under way got their answers, and nothing new was sent"


def test_once_another_process_may_send_the_run_no_call_leaves_and_the_rest_stays_unsent() -> None:
    """The right ends while calls wait for their moment to leave."""
    stage = Stage(rows(200), slots=4)
    stage.log.may_send = lambda: len(stage.dialer.calls) < 20
    with pytest.raises(JournalError, match="right to send this run ended"):
        stage.run(aborted=True)
    assert len(stage.dialer.sent) == 20
    assert stage.log.counts == {Status.SUCCEEDED: 20, Status.UNSENT: 180}


def test_a_call_whose_slot_was_lost_in_a_sleep_does_not_leave_before_it_has_one_anew() -> None:
    shared = FakeSlots(4)
    stage = Stage(rows(50), slots=4, shared=shared)
    looks = iter(range(10_000))
    shared.lasts = lambda: next(looks) % 10 != 3
    stage.run()
    assert stage.log.counts == {Status.SUCCEEDED: 50}
    assert len(stage.dialer.sent) == 50
    assert next(looks) > 50


def test_a_fault_of_ours_ends_the_run_with_a_sentence_and_its_trace_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stage = Stage(rows(50))
    stage.log.failure = KeyError("L9")
    stage.log.fails_at = gone(at_the=7, of="begin")
    with pytest.raises(LeadsyncError, match=r"leadsync failed while sending \(KeyError\('L9'\)\); see the log"):
        stage.run(aborted=True)
    assert any(record.exc_info and record.exc_info[0] is KeyError for record in caplog.records)


def test_slots_that_cannot_be_looked_after_end_the_run(caplog: pytest.LogCaptureFixture) -> None:
    async def keep() -> None:
        await asyncio.sleep(1.0)
        raise OSError(30, "read-only")

    shared = FakeSlots(4)
    shared.keeps = keep
    stage = Stage(rows(500), shared=shared)
    with caplog.at_level(logging.CRITICAL), pytest.raises(LeadsyncError, match="read-only"):
        stage.run()
    assert 1.0 <= stage.ended_at < 1.3
    assert stage.log.counts[Status.UNSENT] > 400


def test_an_answer_that_came_is_not_lost_whatever_fails_behind_it() -> None:
    class Broken(InsertPolicy):
        def after(self, lead: Lead, outcome: Outcome) -> Lead | str | None:
            raise RuntimeError

    stage = Stage(rows(1), inserting=Broken(()))
    with pytest.raises(LeadsyncError):
        stage.run()
    assert stage.log.counts == {Status.SUCCEEDED: 1}

    def on_found(count: int) -> int:
        raise RuntimeError

    stage = Stage(rows(400), slots=2, on_found=on_found)
    with pytest.raises(LeadsyncError):
        stage.run()
    assert stage.log.counts[Status.SUCCEEDED] == len(stage.dialer.sent)


def test_a_progress_that_fails_does_no_harm() -> None:
    class Broken:
        def settle(self, status: Status) -> None:
            raise BrokenPipeError

        def say(self, text: str) -> None:
            raise BrokenPipeError

    stage = Stage(rows(20))
    stage.progress = Broken()
    stage.dialer.seconds = lambda lead: 20.0
    assert stage.run() == ""
    assert stage.log.counts == {Status.SUCCEEDED: 20}


def test_whether_anything_was_answered_is_known() -> None:
    def heard(answer: Outcome, probe: Outcome = UNREACHED) -> bool:
        stage = Stage(rows(3), lambda lead, times: answer, give_up_seconds=30.0)
        stage.dialer.probe_answer = lambda now, updates: probe
        stage.run()
        return stage.engine.heard

    assert heard(OK)
    assert heard(code(117))
    assert not heard(UNREACHED)
    assert heard(UNREACHED, probe=Outcome(Effect.ANSWERED, http=200))
    assert not heard(Outcome(Effect.REFUSED, message="401", http=401))


def test_the_reason_of_a_stop_has_no_full_stop_of_its_own() -> None:
    """It stands inside of sentences."""
    reason = Stage(rows(3), lambda lead, times: code(116, "TEMPLATE_ID_REQUIRED")).run()
    assert reason.startswith("116 TEMPLATE_ID_REQUIRED: Correct template_id")
    assert reason.endswith("`leadsync resume`")
