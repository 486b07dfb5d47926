"""Who sends: leadsync as a user starts it, a bare aiohttp loop, a script without any concurrency, a rival."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench.dialers import KEY

_RUNTIME = tempfile.TemporaryDirectory(prefix="leadsync-bench-")
"""Where all commands of a bench meet, as those of one user do: each has a state folder of its own."""

CALL = "/servicemanager/rest/CampaignAPI/updateLeadFast?fTemplateId=41&fCampaignId=41&fAllocationId=38"


def phone(n: int) -> str:
    """A number of its own for each lead: the dialer would call a second one a duplicate."""
    return f"03{50_000_000 + n:08d}"


def write_sheet(path: Path, rows: int, first: int = 1) -> None:
    """A sheet of leads to be updated."""
    lines = [f"{n},Lead {n},{phone(n)},Sale,24/11/2031 14:30" for n in range(first, first + rows)]
    path.write_text("\n".join(["Lead Id,Name,FirstPhone,Outcome,Callback", *lines]) + "\n", "utf-8")


def body(n: int) -> dict[str, str]:
    """What such a lead's call carries."""
    return {
        "Name": f"Lead {n}",
        "FirstPhone": phone(n),
        "njDisposition": "Sale",
        "njCallBackDate": "2031/11/24 14:30",
    }


@dataclass(frozen=True)
class Done:
    """A command that has ended: its exit code, what it printed, wall and CPU seconds, peak memory in MB."""

    code: int
    out: str
    err: str
    wall: float
    cpu: float
    memory: float

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Command:
    """A leadsync command in a process of its own."""

    def __init__(self, folder: Path, *arguments: str, journal_url: str = "") -> None:
        self._began = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "leadsync", *arguments],
            cwd=folder,
            env={
                **os.environ,
                "LEADSYNC_API_KEY": KEY,
                "XDG_RUNTIME_DIR": _RUNTIME.name,
                "LEADSYNC_JOURNAL_URL": journal_url,
            },
            stdin=subprocess.DEVNULL,
            stdout=(folder / "out").open("w+"),
            stderr=(folder / "err").open("w+"),
        )
        self._folder = folder

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def wait(self) -> Done:
        """Its end; what it used is the operating system's count."""
        _, status, used = os.wait4(self._process.pid, 0)
        wall = time.perf_counter() - self._began
        self._process.returncode = code = os.waitstatus_to_exitcode(status)
        out, err = (self._folder / "out").read_text(), (self._folder / "err").read_text()
        return Done(code, out, err, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)

    def kill(self) -> None:
        """As a crash would end it."""
        self._process.send_signal(signal.SIGKILL)


class Desk:
    """A folder with settings for a dialer, to run leadsync in; its journal is there or in a database."""

    def __init__(self, folder: Path, url: str, threads: int | str, journal_url: str = "") -> None:
        self.folder, self.journal_url = folder, journal_url
        folder.mkdir(parents=True, exist_ok=True)
        shown = f'"{threads}"' if isinstance(threads, str) else threads
        (folder / "leadsync.toml").write_text(
            f'[server]\nurl = "{url}"\nhardware_threads = {shown}\n'
            "[campaign]\ntemplate_id = 41\ncampaign_id = 41\nallocation_id = 38\n"
        )

    def start(self, *arguments: str) -> Command:
        """A command, with its journal in this folder."""
        return Command(self.folder, *arguments, "--state", "state", journal_url=self.journal_url)

    def leadsync(self, *arguments: str) -> Done:
        """A command that has to succeed."""
        done = self.start(*arguments).wait()
        if done.code != 0:
            sys.exit(f"leadsync {' '.join(arguments)} exited {done.code}: {done.out!r} {done.err!r}")
        return done

    def send(self, rows: int, first: int = 1) -> Done:
        """Send a sheet of so many rows with `leadsync run`."""
        write_sheet(self.folder / f"leads{first}.csv", rows, first)
        return self.leadsync("run", f"leads{first}.csv", "--json")


@contextlib.contextmanager
def desk(url: str, threads: int | str, journal_url: str = "") -> Iterator[Desk]:
    """A folder of its own, gone afterwards."""
    with tempfile.TemporaryDirectory() as name:
        yield Desk(Path(name), url, threads, journal_url)


def bare_loop(url: str, slots: int, rows: int) -> float:
    """The least that a sender can do: as many loops as slots; gives its CPU seconds."""

    async def main() -> None:
        numbers = iter(range(rows))
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=slots)) as session:

            async def worker() -> None:
                for n in numbers:
                    call = f"{url}{CALL}&njExternalLeadId={n}&apiKey={KEY}"
                    async with session.post(call, json=body(n)) as answer:
                        await answer.read()

            await asyncio.gather(*(worker() for _ in range(slots)))

    before = time.process_time()
    asyncio.run(main())
    return time.process_time() - before


def one_by_one(url: str, rows: int) -> float:
    """A script that sends one lead after the other, as curl in a loop or newman does; gives its CPU seconds."""
    before = time.process_time()
    for n in range(rows):
        request = urllib.request.Request(
            f"{url}{CALL}&njExternalLeadId={n}&apiKey={KEY}",
            json.dumps(body(n)).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            answer.read()
    return time.process_time() - before


class Rival:
    """Another client of the dialer, in a process of its own, with so many calls under way all the time."""

    def __init__(self, url: str, calls: int, seconds: float) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.senders", url, str(calls), str(seconds)],
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait(self) -> int:
        """How many of its calls were answered."""
        return int(self._process.communicate()[0])


async def _rival(url: str, calls: int, seconds: float) -> int:
    answered = 0
    end = time.monotonic() + seconds
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=calls)) as session:

        async def worker(number: int) -> None:
            nonlocal answered
            while time.monotonic() < end:
                call = f"{url}{CALL}&njExternalLeadId=rival{number}&apiKey={KEY}"
                async with session.post(call, json=body(9_000_000 + number)) as answer:
                    await answer.read()
                answered += 1

        await asyncio.gather(*(worker(number) for number in range(calls)))
    return answered


if __name__ == "__main__":
    print(asyncio.run(_rival(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))))
