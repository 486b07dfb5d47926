"""Signals at chosen moments, and a watch over processes that may hang."""

import random
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.processes import LONGEST_RUN_SECONDS, Ended, Running
from tests.faults.raw_dialer import RawDialer

LONGEST_SILENCE_SECONDS = 30.0
"""How long a command may neither say anything nor be heard by the dialer."""
_LOOK_SECONDS = 0.004


@dataclass(frozen=True)
class Blow:
    """A signal, so many seconds after leadsync began."""

    after: float
    number: signal.Signals

    def __str__(self) -> str:
        return f"{self.number.name} at {self.after:.3f} s"


def strike(kind: str, chance: random.Random, life: float, sleep: float) -> tuple[Blow, ...]:
    """The blows of a kind of strike; `life` is about how long a command takes, `sleep` the longest stop, in seconds."""
    at = chance.uniform(0, life)
    match kind:
        case "kill":
            return (Blow(at, signal.SIGKILL),)
        case "freeze":
            return (Blow(at, signal.SIGSTOP), Blow(at + chance.uniform(0.05, sleep), signal.SIGCONT))
        case "twice":
            number = chance.choice((signal.SIGINT, signal.SIGTERM))
            return (Blow(at, number), Blow(at + chance.uniform(0, 0.1), number))
        case _:
            return (Blow(at, chance.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))),)


STRIKES = ("kill", "kill", "kill", "freeze", "once", "twice")


def codes_after(blows: Sequence[Blow]) -> set[int]:
    """The exit codes that the contract leaves to a command that was struck so."""
    codes = {0, 2, 3, 4}
    for blow in blows:
        if blow.number is signal.SIGKILL:
            codes.add(-blow.number)
        elif blow.number not in (signal.SIGSTOP, signal.SIGCONT):
            # In its first moment no program has a handler.
            codes |= {128 + blow.number, -blow.number}
    return codes


@dataclass
class _Watched:
    running: Running
    blows: list[Blow]
    began: float | None = None
    heard: float = field(default_factory=time.monotonic)
    said: int = 0
    stopped: bool = False

    def look(self, now: float, dialer_heard: float) -> None:
        """Deal what is due, and raise AssertionError where nothing has happened for too long."""
        if self.began is None:
            self.began = now if self.running.begun else None
        while self.began is not None and self.blows and self.blows[0].after <= now - self.began:
            blow = self.blows.pop(0)
            self.running.signal(blow.number)
            self.stopped = blow.number is signal.SIGSTOP
            self.heard = now
        said = self.running.said_bytes
        if said != self.said or self.stopped:
            self.said, self.heard = said, now
        if now - max(self.heard, dialer_heard) > LONGEST_SILENCE_SECONDS:
            raise AssertionError(f"it has been silent for {LONGEST_SILENCE_SECONDS:g} s; it said: {self.running.said}")
        if self.began is not None and now - self.began > LONGEST_RUN_SECONDS:
            raise AssertionError(f"it does not end; it said: {self.running.said}")


def oversee(started: Sequence[tuple[Running, Sequence[Blow]]], dialer: RawDialer) -> list[Ended]:
    """Strike the processes and wait for their ends; raises AssertionError where one hangs. None is left running."""
    watched = [_Watched(running, list(blows)) for running, blows in started]
    try:
        while any(not one.running.over for one in watched):
            now = time.monotonic()
            for one in watched:
                if not one.running.over:
                    one.look(now, dialer.last_event)
            time.sleep(_LOOK_SECONDS)
    except BaseException:
        for one in watched:
            one.running.kill()
        raise
    return [one.running.wait() for one in watched]
