"""Processes that make calls with shared slots, and a judge who reads when each call began and ended."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from leadsync.slots import SharedSlots, find_folder

URL = "https://pbx.example.com"


def main() -> None:
    """`python -m tests.slots.worker LOG STATE SLOTS CALLS SECONDS`: make the calls, once a line was read."""
    log, state, slots, calls, seconds = sys.argv[1:]
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def make_calls(shared: SharedSlots) -> None:
        left = int(calls)

        async def work() -> None:
            nonlocal left
            while left > 0:
                left -= 1
                slot = await shared.take(lambda: True)
                assert slot is not None
                os.write(descriptor, f"+ {time.monotonic()}\n".encode())
                await asyncio.sleep(float(seconds))
                os.write(descriptor, f"- {time.monotonic()}\n".encode())
                slot.release()

        keeping = asyncio.create_task(shared.keep())
        await asyncio.gather(*(work() for _ in range(int(slots))))
        keeping.cancel()

    say = lambda text: print(text, flush=True)  # noqa: E731
    folder = find_folder("", os.environ, Path(state))
    with SharedSlots(URL, int(slots), folder, say, give_up_seconds=60) as shared:
        print("ready", flush=True)
        sys.stdin.readline()
        asyncio.run(make_calls(shared))


@dataclass
class Calls:
    """What a process did: when its calls began and ended, in seconds of `time.monotonic`."""

    begun: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)


class Worker:
    """A process that makes `calls` calls of `seconds`, from `go` on; without `runtime`, it has no runtime folder."""

    def __init__(
        self, state: Path, calls: int, *, runtime: Path | None = None, slots: int = 4, seconds: float = 0.02
    ) -> None:
        self._log = state.parent / f"calls-{os.urandom(4).hex()}"
        self._seconds = seconds
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.slots.worker", self._log, state, str(slots), str(calls), str(seconds)],
            env={**os.environ, "XDG_RUNTIME_DIR": str(runtime or "")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def wait_for(self, calls: int) -> None:
        """Wait until so many calls have begun."""
        end = time.monotonic() + 120
        while len(self.calls().begun) < calls:
            assert time.monotonic() < end, "no call begins"
            time.sleep(0.01)

    def wait(self) -> Calls:
        out, _ = self.process.communicate(timeout=120)
        assert self.process.returncode == 0, out
        return self.calls()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def calls(self) -> Calls:
        calls = Calls()
        with contextlib.suppress(FileNotFoundError):
            for line in self._log.read_text().splitlines():
                (calls.begun if line[0] == "+" else calls.ended).append(float(line[2:]))
        return calls

    def on_the_dialer(self) -> Calls:
        """The calls as the dialer sees them: it goes on with those of a process that was killed."""
        calls = self.calls()
        cut = sorted(calls.begun)[len(calls.ended) :]
        return Calls(calls.begun, sorted([*calls.ended, *(begun + self._seconds for begun in cut)]))


def most_at_once(*all_calls: Calls) -> int:
    """The most calls that were under way at the same time."""
    moments = sorted(
        [(moment, 1) for calls in all_calls for moment in calls.begun]
        + [(moment, -1) for calls in all_calls for moment in calls.ended]
    )
    under_way = most = 0
    for _, change in moments:
        under_way += change
        most = max(most, under_way)
    return most


if __name__ == "__main__":
    main()
