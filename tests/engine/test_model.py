"""Random dialers, sheets and stops against the promises of the engine; the outcomes are drawn attempt by attempt."""

import random
from collections import defaultdict
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from leadsync.engine import InsertPolicy, RetryPolicy
from leadsync.models import DISPOSITION, NO_CHANGE, Effect, Lead, Outcome, PendingRow, Status
from tests.engine.stage import (
    BAD_CERTIFICATE,
    BUSY,
    CUT,
    FORBIDDEN,
    OK,
    SILENCE,
    UNREACHED,
    FakeSlots,
    Sent,
    Stage,
    code,
)

ANSWERS = (OK, code(101), code(103), code(105), code(106), code(109), code(110))
TROUBLE = (CUT, replace(CUT, away=False), SILENCE, UNREACHED, BUSY, replace(BUSY, retry_after=3600.0), FORBIDDEN)
ENDS_ALL = (code(117, "CAMPAIGN_ID_REQUIRED"), BAD_CERTIFICATE)


@dataclass
class Scene:
    """What is drawn."""

    rows: list[PendingRow]
    script: list[list[Outcome]]
    """The outcomes of each row's attempts; behind them it is answered 0."""
    probes: list[Outcome]
    seconds: list[float]
    slots: int
    shared: int
    policy: RetryPolicy
    inserting: bool
    keep_going: bool
    stop_at: float | None
    abort_at: float | None


def drawn(seed: int) -> Scene:
    """A scene from a seed: drawing each value by hypothesis takes longer than playing it."""
    chance = random.Random(seed)

    def outcome() -> Outcome:
        return chance.choice([OK, OK, *ANSWERS, *TROUBLE, *(ENDS_ALL if chance.random() < 0.05 else ())])

    count = chance.choice([chance.randint(1, 12), chance.randint(48, 60)])
    leads = chance.choice([count, chance.randint(1, count)])
    rows = []
    for n in range(2, count + 2):
        fields = {DISPOSITION: chance.choice(["Sale", NO_CHANGE]), "FirstPhone": "0383218199"}
        lead = Lead(f"L{n if leads == count else chance.randint(1, leads)}", fields)
        spent = chance.choice([0, 0, 0, 0, 1, 2])
        rows.append(PendingRow(n, lead, spent, spent > 0 and lead.harmless and chance.random() < 0.5, spent))
    # Mostly one outcome, so that outages, closed doors and bad beginnings are met.
    usual, how_often = outcome(), chance.choice([0.0, 0.5, 0.9, 1.0])
    slots = chance.randint(1, 6)
    stop_at = chance.choice([None, chance.uniform(0, 5), chance.uniform(0, 400)])
    return Scene(
        rows=rows,
        script=[
            [usual if chance.random() < how_often else outcome() for _ in range(chance.randint(0, 6))] for _ in rows
        ],
        probes=[outcome() for _ in range(chance.randint(0, 5))],
        seconds=chance.choices([0.0, 0.1, 0.3, 20.0], k=4),
        slots=slots,
        shared=chance.randint(1, slots),
        policy=RetryPolicy(chance.randint(1, 4), 60.0, chance.random() < 0.3, chance.random() < 0.3),
        inserting=chance.random() < 0.5,
        keep_going=chance.random() < 0.3,
        stop_at=stop_at,
        abort_at=stop_at + chance.uniform(0, 30) if stop_at is not None and chance.random() < 0.3 else None,
    )


def play(scene: Scene) -> tuple[Stage, str]:
    """Run the engine through the scene; it has to end by itself."""
    numbers = {id(row.lead): row.number for row in scene.rows}

    def answer(lead: Lead, times: int) -> Outcome:
        number = next(call.number for call in reversed(stage.dialer.calls) if call.lead is lead)
        outcomes = scene.script[number - 2]
        outcome = outcomes[times - 1] if times <= len(outcomes) else OK
        return OK if lead.inserts and outcome.code == 101 else outcome

    assert len(numbers) == len(scene.rows)
    stage = Stage(
        scene.rows,
        answer,
        slots=scene.slots,
        policy=scene.policy,
        shared=FakeSlots(scene.shared),
        inserting=InsertPolicy(("FirstPhone",)) if scene.inserting else None,
        keep_going=scene.keep_going,
        give_up_seconds=1800.0,
    )
    probes = iter(scene.probes)
    stage.dialer.probe_answer = lambda now, updates: next(probes, OK)
    stage.dialer.seconds = lambda lead: scene.seconds[len(stage.dialer.calls) % len(scene.seconds)]
    if scene.stop_at is not None:
        stage.at(scene.stop_at, lambda: stage.engine.stop("interrupted"))
    if scene.abort_at is not None:
        stage.at(scene.abort_at, lambda: stage.engine.abort())
    return stage, stage.run(aborted=scene.abort_at is not None)


def may_be_applied(outcome: Outcome | None, *, insert: bool, policy: RetryPolicy) -> bool:
    """By the documentation; a call without an end is one that was given up."""
    if outcome is None or outcome.effect is Effect.IN_DOUBT:
        return True
    return outcome.effect is Effect.NO_ANSWER and (insert or not policy.resend_no_answer)


def check_attempts(scene: Scene, row: PendingRow, calls: list[Sent]) -> None:
    """No row has more attempts than it may, and none is repeated that only a person may repeat."""
    for inserts in (False, True):
        those = [call for call in calls if call.lead.inserts is inserts]
        left = sum(call.outcome is None or call.outcome.effect is not Effect.NEVER_BEGAN for call in those)
        before = 0 if inserts else row.spent
        assert left <= max(scene.policy.attempts - before, 0)
        for call in those[:-1]:
            if may_be_applied(call.outcome, insert=inserts, policy=scene.policy):
                assert row.lead.harmless or scene.policy.resend_unknown
                assert not inserts
    final = {0, 104, 105, 106, 110}
    assert not any(call.outcome and call.outcome.code in final for call in calls[:-1]), "the answer was final"


def check_end(scene: Scene, row: PendingRow, calls: list[Sent], stage: Stage, reason: str) -> None:
    """The status is that of the last outcome."""
    if stage.log.entries[row.number].state in ("begun", "left"):
        assert scene.abort_at is not None
        return
    status = stage.log.status(row.number)
    last = calls[-1].outcome if calls else None
    # A lead that is not there was not changed, so only inserts leave a doubt then.
    inserts = [call for call in calls if call.lead.inserts]
    doubt = (row.in_doubt and not inserts) or any(
        may_be_applied(call.outcome, insert=call.lead.inserts, policy=scene.policy) for call in inserts or calls
    )
    assert (status is Status.SUCCEEDED) == (last is not None and last.code == 0)
    assert (status is Status.CONFLICT) == (last is not None and last.code == 110)
    if status is Status.UNKNOWN:
        assert doubt
    if status is Status.UNSENT:
        assert reason or row.number in stage.log.held
        assert last is None or not may_be_applied(last, insert=calls[-1].lead.inserts, policy=scene.policy)
    if status is Status.FAILED and last is not None and last.effect is not Effect.ANSWERED:
        assert not doubt, "what may be applied has not failed"


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_the_engine_keeps_its_promises_whatever_the_dialer_does(seed: int) -> None:
    scene = drawn(seed)
    stage, reason = play(scene)
    by_row: dict[int, list[Sent]] = defaultdict(list)
    for call in stage.dialer.calls:
        by_row[call.number].append(call)
    for row in scene.rows:
        check_attempts(scene, row, by_row[row.number])
        check_end(scene, row, by_row[row.number], stage, reason)
    assert stage.dialer.peak <= scene.shared
    assert stage._options["shared"].free == scene.shared, "every slot was given back"
    starts = sorted(stage.dialer.sent_at)
    assert all(later - start >= 0.0999 for start, later in zip(starts, starts[scene.slots :], strict=False)), (
        "no more calls start in a tenth of a second than there are slots"
    )
    for lead in {row.lead.external_id for row in scene.rows}:
        order = [call.number for call in stage.dialer.calls if call.lead.external_id == lead]
        assert order == sorted(order), "a lead's rows go in the sheet's order"
    if scene.abort_at is None:
        settled = stage.progress.settled
        assert settled[Status.SUCCEEDED] == stage.log.counts[Status.SUCCEEDED]
        assert settled[Status.FAILED] == stage.log.counts[Status.FAILED]
        assert stage.engine.settled == settled.total()
    if not reason:
        assert not stage.progress.said or stage.progress.said[-1] == ""
