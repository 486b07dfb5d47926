"""Signals and cuts at chosen moments, and a watch over processes that may hang."""

import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.processes import LONGEST_RUN_SECONDS, Ended, Running
from tests.faults.raw_dialer import RawDialer

LONGEST_SILENCE_SECONDS = 30.0
"""How long a command may neither say anything nor be heard by the dialer."""
_LOOK_SECONDS = 0.004
_DRAINS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Blow:
    """A signal, so many seconds after the strike began; without a number the dialer cuts its connections."""

    after: float
    number: signal.Signals | None

    def __str__(self) -> str:
        return f"{self.number.name if self.number else 'cut'} at {self.after:.3f} s"


@dataclass(frozen=True)
class Strike:
    """Blows at one command. It begins at the dialer's `call`-th call since the start, or with leadsync if that is 0."""

    blows: tuple[Blow, ...] = ()
    call: int = 0

    def __str__(self) -> str:
        words = ", ".join(map(str, self.blows))
        return f"{words}, from call {self.call}" if self.call else words


def strike(chance: random.Random, life: float, stop: float, call: int = 0) -> Strike:
    """Some stops, then a last blow. `life` is about how long the command takes, `stop` the longest stop, in seconds."""
    at = chance.uniform(0, 0.05 if call else life)
    blows = []
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 3))):
        length = chance.uniform(0.02, 0.1) if chance.random() < 0.8 else chance.uniform(0.1, stop)
        blows += [Blow(at, signal.SIGSTOP), Blow(at + length, signal.SIGCONT)]
        at += length + chance.uniform(0.005, 0.05)
    blows += _last_blows(chance, at)
    if chance.random() < 0.3:
        blows.append(Blow(chance.uniform(0, at), None))
    return Strike(tuple(sorted(blows, key=lambda blow: blow.after)), call)


def _last_blows(chance: random.Random, at: float) -> list[Blow]:
    number = chance.choice(_DRAINS)
    match chance.choice(("kill", "kill", "kill", "stopped kill", "stopped drain", "once", "twice", "cut", "none")):
        case "kill":
            return [Blow(at, signal.SIGKILL)]
        case "stopped kill":
            return [Blow(at, signal.SIGSTOP), Blow(at + chance.uniform(0.02, 0.1), signal.SIGKILL)]
        case "stopped drain":
            ends = at + chance.uniform(0.02, 0.1)
            return [Blow(at, signal.SIGSTOP), Blow(ends, number), Blow(ends + 0.01, signal.SIGCONT)]
        case "once":
            return [Blow(at, number)]
        case "twice":
            return [Blow(at, number), Blow(at + chance.uniform(0, 0.1), number)]
        case "cut":
            return [Blow(at, None), Blow(at + chance.uniform(0, 0.1), None)]
        case _:
            return []


def codes_after(blows: Sequence[Blow]) -> set[int]:
    """The exit codes that the contract leaves to a command that was struck so."""
    codes = {0, 2, 3, 4}
    for blow in blows:
        if blow.number is signal.SIGKILL:
            codes.add(-blow.number)
        elif blow.number in _DRAINS:
            # In its first moment no program has a handler.
            codes |= {128 + blow.number, -blow.number}
    return codes


@dataclass
class Struck:
    """A command under way, and the strike at it.

    `hits` counts the blows that met leadsync at work: a kill it died of, a stop that stopped it, another signal. The
    connections that were cut are in the dialer's books.
    """

    running: Running
    strike: Strike
    dealt: list[Blow] = field(default_factory=list)
    hits: Counter[str] = field(default_factory=Counter)
    ended: Ended | None = None
    _calls: int = 0
    _began: float | None = None
    _aimed: float | None = None
    _heard: float = field(default_factory=time.monotonic)
    _said: int = 0
    _stopped: bool = False

    def look(self, now: float, dialer: RawDialer) -> None:
        """Deal what is due, and raise AssertionError where nothing has happened for too long."""
        if self._began is None and self.running.begun:
            self._began, self._calls = now, len(dialer.calls)
        if self._aimed is None and self._began is not None and len(dialer.calls) >= self._calls + self.strike.call:
            self._aimed = now
        while self._aimed is not None and (blow := self._next()) and blow.after <= now - self._aimed:
            self._deal(blow, dialer)
            self._heard = now
        said = self.running.said_bytes
        if said != self._said or self._stopped:
            self._said, self._heard = said, now
        if now - max(self._heard, dialer.last_event) > LONGEST_SILENCE_SECONDS:
            raise AssertionError(f"it has been silent for {LONGEST_SILENCE_SECONDS:g} s; it said: {self.running.said}")
        if self._began is not None and now - self._began > LONGEST_RUN_SECONDS:
            raise AssertionError(f"it does not end; it said: {self.running.said}")

    def _next(self) -> Blow | None:
        left = self.strike.blows[len(self.dealt) :]
        return left[0] if left else None

    def _deal(self, blow: Blow, dialer: RawDialer) -> None:
        self.dealt.append(blow)
        if blow.number is None:
            dialer.cut()
            return
        if blow.number is signal.SIGCONT:
            self.hits["freezes"] += self.running.stopped
            self._stopped = False
        elif blow.number in _DRAINS:
            self.hits["signals"] += self.running.at_work
        self._stopped = self._stopped or blow.number is signal.SIGSTOP
        self.running.signal(blow.number)

    def end(self) -> Ended:
        """Wait for its end."""
        self.ended = self.running.wait()
        self.hits["kills"] += self.ended.code == -signal.SIGKILL
        return self.ended


def oversee(struck: Sequence[Struck], dialer: RawDialer) -> None:
    """Strike the processes and wait for their ends; raises AssertionError where one hangs. None is left running."""
    try:
        while any(not one.running.over for one in struck):
            now = time.monotonic()
            for one in struck:
                if not one.running.over:
                    one.look(now, dialer)
            time.sleep(_LOOK_SECONDS)
    except BaseException:
        for one in struck:
            one.running.kill()
        raise
    for one in struck:
        one.end()
