"""Random kills by the hundred: `python -m tests.faults.torture --kills 500`."""

import argparse
import itertools
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from leadsync.simulator import PracticeDialer, PracticeServer
from tests.faults.invariants import sheet_rows
from tests.faults.scene import Ended, Scene

ROWS = 24
LONGEST_LIFE_SECONDS = 0.45
"""A little more than a run of the sheet takes, so that kills fall on all of it."""


def torture(folder: Path, kills: int, chance: random.Random) -> int:
    """Kill runs at random moments, some of them once more in their resumption; gives how many kills came in time.
    Raises AssertionError where an invariant does not hold after one."""
    dialer = PracticeDialer(any_lead=True, hardware_threads=64, floor_seconds=0.02)
    done = 0
    with PracticeServer(dialer) as server:
        stage = Scene(folder / "0", dialer, server.url, sheet_rows(ROWS))
        scenes = map(str, itertools.count(1))
        while done < kills:
            stage = stage.anew(next(scenes))
            _trouble(stage, chance)
            ended = _kill(stage, "run", chance)
            if ended is None and chance.random() < 0.5:
                done += 1
                ended = _kill(stage, "resume", chance)
            done += ended is None
            stage.check(ended or stage.finish())
    return done


def _trouble(stage: Scene, chance: random.Random) -> None:
    """A few faults of the dialer's own on top."""
    for row in chance.sample(stage.rows, 3):
        kind = chance.choice(["close", "reset", "cut"])
        stage.strike(lead=row.lead, attempt=1, kind=kind, applied=chance.random() < 0.5)


def _kill(stage: Scene, command: str, chance: random.Random) -> Ended | None:
    """None where the kill came in time; else how the process ended by itself."""
    running = stage.start(command, *([stage.sheet] if command == "run" else []))
    time.sleep(chance.uniform(0, LONGEST_LIFE_SECONDS))
    running.signal(signal.SIGKILL)
    ended = running.wait()
    nothing_yet = ended.code == 0 and ended.summary["run"] is None
    return None if ended.code == -signal.SIGKILL or nothing_yet else ended


def main() -> None:
    """Torture in a temporary folder, which stays where an invariant does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="leadsync-torture-"))
    sys.stdout.write(f"{given.kills} kills, seed {given.seed}, in {folder}\n")
    began = time.monotonic()
    torture(folder, given.kills, random.Random(given.seed))
    sys.stdout.write(f"every invariant held, {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()
