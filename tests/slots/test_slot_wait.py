"""When a wait for a slot is told, in which words, and how it ends."""

import pytest

from leadsync.errors import Stopped
from leadsync.slots import slot_wait
from leadsync.slots.slot_wait import SlotWait

NOON = 1_796_000_000.0


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time in seconds, to be set."""
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("time.time", lambda: NOON + now[0])
    return now


def test_a_wait_is_told_after_five_seconds_and_then_at_intervals_until_its_end(now: list[float]) -> None:
    wait = SlotWait(lambda text: None, 12.0)
    wait.begin()
    due = []
    for tick in range(160):
        now[0] = 100 + tick / 10
        if wait.is_due(has_slots=False):
            due.append(tick / 10)
    assert due[:3] == [5.0, 10.0, 12.0]
    assert not wait.is_due(has_slots=True), "with slots in use it begins anew"
    now[0] += slot_wait.SAY_AFTER_SECONDS
    assert wait.is_due(has_slots=False)


def test_its_reason_is_told_once_and_its_end_stops_the_run(now: list[float]) -> None:
    said: list[str] = []
    wait = SlotWait(said.append, 12.0)
    wait.begin()
    end = slot_wait.clock_time(112.0)
    for why in ("", "2 held by a", "2 held by a"):
        wait.explain(why)
    assert said == [f"no slot of the dialer is free: 2 held by a; this run waits until {end}"]
    now[0] = 112.0
    wait.explain("2 rest", ends_by_itself=True)
    wait.tell("")
    assert said[1:] == ["no slot of the dialer is free: 2 rest", ""]
    with pytest.raises(Stopped, match=r"^no slot of the dialer came free since .* \(2 held by a\); `leadsync resume`"):
        wait.explain("2 held by a")
