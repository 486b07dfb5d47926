"""The dialer that the bench measures against: the practice dialer, in a process of its own."""

import json
import multiprocessing
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from leadsync.simulator import PracticeDialer, PracticeServer
from leadsync.simulator.campaign import Campaign
from leadsync.simulator.ledger import Ledger, Received

KEY = "bench"


class _Forgetful(Ledger):
    """A ledger that counts and keeps nothing: a million calls would fill the memory of the machine that is measured."""

    def receive(
        self, call: str, lead: str, fields: Mapping[str, str], fault: str, query: Mapping[str, str] | None = None
    ) -> Received:
        """Counted, by as many mentions of the same nothing."""
        self.received.append(_NOTHING)
        return _NOTHING

    def apply(self, received: Received) -> None:
        """Nothing is kept."""


_NOTHING = Received(0, 0.0, "", "", {})


@dataclass(frozen=True)
class Dialer:
    """A dialer that is running."""

    url: str

    def stats(self) -> dict[str, Any]:
        """Its own counts."""
        with urllib.request.urlopen(f"{self.url}/practice/stats") as answer:
            counts: dict[str, Any] = json.load(answer)
        return counts

    def seconds(self) -> float:
        """From its first call to its last answer."""
        counts = self.stats()
        return float(counts["last_answer"] - counts["first_call"])

    def pace_over(self, seconds: float) -> float:
        """The calls a second that come in over the next so many seconds."""
        before, since = self.stats()["received"], time.perf_counter()
        time.sleep(seconds)
        return float(self.stats()["received"] - before) / (time.perf_counter() - since)


@contextmanager
def dialer(slots: int, *, floor_seconds: float = 0.1, forgetful: bool = False) -> Iterator[Dialer]:
    """Start a dialer of so many slots."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(slots, floor_seconds, forgetful, theirs), daemon=True
    )
    process.start()
    try:
        yield Dialer(ours.recv())
    finally:
        ours.send("done")
        process.join()


class _Leadless(Campaign):
    """Holds no lead, so that a million of them take no memory: any that is named was dialed before."""

    def add(self, external_id: str, fields: Mapping[str, str]) -> None:
        """Nothing is kept."""


def _serve(slots: int, floor_seconds: float, forgetful: bool, pipe: Connection) -> None:
    """The dialer's process: says where it is, and ends when it is told."""
    practice = PracticeDialer(hardware_threads=slots * 2, floor_seconds=floor_seconds, api_key=KEY, any_lead=True)
    if forgetful:
        practice.ledger = _Forgetful()
        practice.campaign = _Leadless(practice.campaign.ids, practice.campaign.directory, any_lead=True)
    with PracticeServer(practice) as server:
        pipe.send(server.url)
        pipe.recv()
