"""Every strike on machines at one journal in PostgreSQL, many times: at other moments, with other sheets and speeds.

`python -m tests.faults.torture_cluster --rounds 10 --seed 7`; a round has each strike once.
"""

import argparse
import random
import sys
import tempfile
import time
import traceback
from contextlib import ExitStack
from pathlib import Path

import pytest

from leadsync.simulator import PracticeDialer, PracticeServer
from tests.conftest import Desk
from tests.faults.cluster_strikes import STRIKES, Scene, server_for, strike
from tests.machines import LEASE_SECONDS, Machines

KILLS = frozenset({"kills", "kill_of_a_child", "clocks_apart", "resumes_at_once"})
"""Strikes after which nothing but the lease has to be waited for."""
PATIENCE_SECONDS = LEASE_SECONDS + 15


def struck(name: str, seed: int, folder: Path) -> float:
    """One strike in a folder; return the seconds from the last blow to the end. Raises what does not hold."""
    chance = random.Random(f"{name} {seed}")
    with ExitStack() as opened:

        def start(dialer: PracticeDialer) -> PracticeServer:
            server = PracticeServer(dialer)
            server.start()
            opened.callback(server.stop)
            return server

        folder.mkdir(parents=True)
        desk = Desk(folder, start)
        server, cables = opened.enter_context(server_for(name))
        machines = Machines(desk, server.url, rows=chance.randint(120, 400))
        opened.callback(machines.end)
        dialer = desk.dialer(floor_seconds=chance.choice((0.1, 0.2, 0.4)))
        return strike(name, Scene(machines, dialer, server, chance, cables))


def main() -> int:
    """Strike in a temporary folder, which stays where a promise did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--only", choices=STRIKES)
    given = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="leadsync-cluster-"))
    print(f"{given.rounds} rounds, seed {given.seed}, in {root}", flush=True)
    began, broken, late, count = time.monotonic(), 0, 0, 0
    for seed in range(given.seed, given.seed + given.rounds):
        for name in [given.only] if given.only else STRIKES:
            count += 1
            try:
                seconds = struck(name, seed, root / f"{seed}-{name}")
            except pytest.skip.Exception as why:
                print(f"{seed} {name}: left out, {why}", flush=True)
                continue
            except Exception:
                broken += 1
                print(f"{seed} {name}: broken\n{traceback.format_exc(limit=-4)}", flush=True)
                continue
            late += name in KILLS and seconds > PATIENCE_SECONDS
            print(f"{seed} {name}: {seconds:.1f} s to the end", flush=True)
    print(
        f"{broken} of {count} strikes with a broken promise; after {late} kills the run took longer than "
        f"{PATIENCE_SECONDS:g} s; {time.monotonic() - began:.0f} s"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
