"""Signals and cuts at chosen moments, and a watch over processes that may hang."""

import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.processes import LONGEST_RUN_SECONDS, Ended, Running
from tests.faults.raw_dialer import Call, RawDialer

LONGEST_SILENCE_SECONDS = 10.0
"""How long a command may run and neither say anything nor be heard by the dialer."""
FIRST_MOMENT_SECONDS = 1.0
"""leadsync needs 0.3 s to see that a call is slower than those before, on a busy machine more."""
_LOOK_SECONDS = 0.004
_LONGEST_LOOK_SECONDS = 0.05
"""After a longer time between two looks this process had no processor, and the dialer with it."""
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
    for _ in range(chance.choice((0, 1, 2, 3, 4, 6, 8))):
        length = chance.uniform(0.02, 0.1) if chance.random() < 0.9 else chance.uniform(0.1, stop)
        blows += [Blow(at, signal.SIGSTOP), Blow(at + length, signal.SIGCONT)]
        at += length + chance.uniform(0.005, 0.05)
    blows += _last_blows(chance, at)
    blows += (Blow(chance.uniform(0, at), None) for _ in range(chance.choice((0, 0, 0, 0, 1, 2))))
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
class Silence:
    """How long a process has slept without a word. Its stops do not count, nor do its waits for a processor."""

    running: Running
    _looked: float
    _said: int = 0
    _heard: float = 0.0
    _silent: float = 0.0

    def look(self, now: float, dialer: RawDialer, *, stopped: bool) -> None:
        """Take note of a word and of a call; raise AssertionError where neither has come for too long."""
        step, self._looked = min(now - self._looked, _LONGEST_LOOK_SECONDS), now
        said, heard = self.running.said_bytes, dialer.last_event
        if (said, heard) != (self._said, self._heard):
            self._said, self._heard, self._silent = said, heard, 0.0
        elif not (stopped or self.running.busy):
            self._silent += step
        if self._silent > LONGEST_SILENCE_SECONDS:
            said = self.running.stacks
            raise AssertionError(f"it has been silent for {LONGEST_SILENCE_SECONDS:g} s; it said: {said}")


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
    _silence: Silence | None = None
    _stopped: bool = False
    _looked: float = 0.0
    _ran: float = 0.0
    _known: list[tuple[Call, float]] = field(default_factory=list)

    def look(self, now: float, dialer: RawDialer) -> None:
        """Deal what is due, and raise AssertionError where nothing has happened for too long."""
        if self._began is None and self.running.begun:
            self._began, self._calls = now, len(dialer.calls)
            self._silence, self._looked = Silence(self.running, now), now
        self._note_calls(now, dialer)
        if self._aimed is None and self._began is not None and len(dialer.calls) >= self._calls + self.strike.call:
            self._aimed = now
        while self._aimed is not None and (blow := self._next()) and blow.after <= now - self._aimed:
            self._deal(blow, dialer)
        if self._silence is not None:
            self._silence.look(now, dialer, stopped=self._stopped)
        if self._began is not None and now - self._began > LONGEST_RUN_SECONDS:
            raise AssertionError(f"it does not end; it said: {self.running.said}")

    def _note_calls(self, now: float, dialer: RawDialer) -> None:
        """Keep for each call of this time how long the process has run before it."""
        if self._began is None:
            return
        self._ran += 0.0 if self._stopped else now - self._looked
        self._looked = now
        self._known += ((call, self._ran) for call in dialer.calls[self._calls + len(self._known) :])

    def _next(self) -> Blow | None:
        left = self.strike.blows[len(self.dealt) :]
        return left[0] if left else None

    def _deal(self, blow: Blow, dialer: RawDialer) -> None:
        self.dealt.append(blow)
        drains = sum(one.number in _DRAINS for one in self.dealt)
        if blow.number in (None, signal.SIGKILL) or (blow.number in _DRAINS and drains > 1):
            self._leave_out_young(dialer)
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

    def _leave_out_young(self, dialer: RawDialer) -> None:
        """Slow calls that nobody could know to be slow by now: leadsync says that it does not hold their slots."""
        young = self._ran - FIRST_MOMENT_SECONDS
        for call, ran in self._known:
            if ran > young and call.ended is None and call.answer.work > FIRST_MOMENT_SECONDS:
                dialer.leave_out(call)

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
