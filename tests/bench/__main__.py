"""`make bench`: leadsync against the pace that the dialer allows, beside a bare aiohttp loop in the same run.

The practice dialer runs in a process of its own. Rates are counted by it, from its first call to its last answer.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp

from leadsync.simulator import PracticeDialer, PracticeServer

KEY = "bench"
IDS = "fTemplateId=41&fCampaignId=41&fAllocationId=38"
LEAST_SHARE = 0.93


def serve(slots: int, pipe: Connection) -> None:
    """The dialer's process: says where it is, and ends when the pipe does."""
    with PracticeServer(PracticeDialer(hardware_threads=slots * 2, api_key=KEY, any_lead=True)) as server:
        pipe.send(server.url)
        pipe.recv()


def stats(url: str) -> dict[str, float]:
    """The dialer's own counts."""
    with urllib.request.urlopen(f"{url}/practice/stats") as answer:
        counts: dict[str, float] = json.load(answer)
    return counts


def phone(n: int) -> str:
    """A number of its own for each lead: the dialer would call a second one a duplicate."""
    return f"035{5_000_000 + n:07d}"


def write_sheet(path: Path, rows: int) -> None:
    """A sheet of leads to be updated."""
    lines = [f"{n},Lead {n},{phone(n)},Sale,24/11/2031 14:30" for n in range(1, rows + 1)]
    path.write_text("\n".join(["Lead Id,Name,FirstPhone,Outcome,Callback", *lines]) + "\n", "utf-8")


def leadsync(url: str, slots: int, rows: int) -> float:
    """Send a sheet with the real command; gives its CPU seconds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_sheet(folder / "leads.csv", rows)
        (folder / "leadsync.toml").write_text(
            f'[server]\nurl = "{url}"\nhardware_threads = {slots * 2}\n'
            "[campaign]\ntemplate_id = 41\ncampaign_id = 41\nallocation_id = 38\n"
        )
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-m", "leadsync", "run", "leads.csv", "--state", "state", "--json"],
            cwd=folder,
            env={**os.environ, "LEADSYNC_API_KEY": KEY},
            capture_output=True,
            check=False,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0 or json.loads(done.stdout)["statuses"] != {"succeeded": rows}:
            sys.exit(f"the run did not succeed: {done.stdout!r} {done.stderr!r}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def bare_loop(url: str, slots: int, rows: int) -> float:
    """The least that a sender can do: as many loops as slots; gives its CPU seconds."""
    body = {"Name": "Lead", "FirstPhone": "0355500001", "njDisposition": "Sale", "njCallBackDate": "2031/11/24 14:30"}

    async def main() -> None:
        numbers = iter(range(rows))
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=slots)) as session:

            async def worker() -> None:
                for n in numbers:
                    query = f"{IDS}&njExternalLeadId={n}&apiKey={KEY}"
                    call = f"{url}/servicemanager/rest/CampaignAPI/updateLeadFast?{query}"
                    async with session.post(call, json={**body, "FirstPhone": phone(n)}) as answer:
                        await answer.read()

            await asyncio.gather(*(worker() for _ in range(slots)))

    before = time.process_time()
    asyncio.run(main())
    return time.process_time() - before


def measure(who: str, slots: int, rows: int) -> dict[str, float | str]:
    """One line of the table."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(slots, theirs), daemon=True)
    process.start()
    url = ours.recv()
    cpu = (leadsync if who == "leadsync" else bare_loop)(url, slots, rows)
    counts = stats(url)
    ours.send("done")
    process.join()
    rate = rows / (counts["last_answer"] - counts["first_call"])
    return {
        "sender": who,
        "slots": slots,
        "rows": rows,
        "rate": rate,
        "ceiling": slots * 10,
        "share": rate / (slots * 10),
        "peak_in_flight": counts["peak_in_flight"],
        "queued": counts["queued_calls"],
        "cpu_ms_per_lead": cpu * 1000 / rows,
    }


def main() -> int:
    """Print the table, write it as JSON; 1 where leadsync stays under its bound."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--slots", type=int, nargs="+", default=[8])
    parser.add_argument("--seconds", type=float, default=25.0, help="how long each sender takes at the dialer's pace")
    arguments = parser.parse_args()
    lines = []
    print(f"{'sender':<10} {'slots':>5} {'leads':>7} {'a second':>9} {'ceiling':>8} {'share':>6} {'in flight':>9} "
          f"{'queued':>6} {'CPU ms/lead':>11}")  # fmt: skip
    for slots in arguments.slots:
        for who in ("leadsync", "bare loop"):
            line = measure(who, slots, int(slots * 10 * arguments.seconds))
            lines.append(line)
            print(f"{who:<10} {slots:>5} {line['rows']:>7} {line['rate']:>9.1f} {line['ceiling']:>8} "
                  f"{line['share']:>6.3f} {line['peak_in_flight']:>9} {line['queued']:>6} "
                  f"{line['cpu_ms_per_lead']:>11.2f}", flush=True)  # fmt: skip
    Path("bench-results.json").write_text(json.dumps(lines, indent=1) + "\n", "utf-8")
    ours = [line for line in lines if line["sender"] == "leadsync"]
    return 0 if all(line["share"] >= LEAST_SHARE and line["queued"] == 0 for line in ours) else 1  # type: ignore[operator]


if __name__ == "__main__":
    sys.exit(main())
