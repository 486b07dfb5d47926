"""Random chains of files, and random walks over leadsync's commands struck by signals, with a dialer that misbehaves.

A chain (`chain.py`) corrects files and gives them back, in one process. A walk (`walk.py`) runs commands
in processes of their own, up to two at once, and strikes them.

`python -m tests.faults.torture --walks 60 --chains 200 --seed 7`; walk or chain N of seed S is the first one of seed
S + N - 1. Most of a walk is waiting, so that several go at once.
"""

import argparse
import itertools
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path

import trustme

from tests.faults.chain_steps import play
from tests.faults.dialer_faults import FAULTS, Mood
from tests.faults.judge import Found, collect, judge, undecided_rows, unread
from tests.faults.processes import shorten
from tests.faults.raw_dialer import RawDialer
from tests.faults.steps import DONE, take_step, watch_inbox
from tests.faults.walk import QUICK, SLOW, Walk

STEPS, SLOW_STEPS = 10, 4
MOST_SHOWN = 5
"""So many sentences of each promise are printed."""
LONGEST_CALL_SECONDS = 30.0
CALM_ANSWER_SECONDS = 5.0
"""The client's patience at rest, where each answer comes: a busy machine is no reason for a doubt there."""


def walk_of(seed: int, folder: Path, dialer: RawDialer) -> Walk:
    """The beginning of a walk: how its dialer behaves is the seed's."""
    chance = random.Random(f"mood {seed}")
    slow = chance.random() < 0.1
    mood = Mood(
        seed,
        rate=chance.choice((0.0, 0.1, 0.1, 0.3)),
        kinds=tuple(chance.sample(sorted(FAULTS), chance.randint(2, len(FAULTS)))),
        refused=frozenset({"L3"} if chance.random() < 0.2 else ()),
        status=chance.choice((401, 403, 404, 405)),
        slow=0.4 if slow else chance.choice((0.0, 0.1)),
        slow_seconds=(SLOW if slow else QUICK).slow,
    )
    return Walk(folder, seed, dialer, mood, tempo=SLOW if slow else QUICK)


def torture(seed: int, folder: Path) -> Walk:
    """One walk, brought to rest and judged; its `broken` has the promises that did not hold."""
    began = time.monotonic()
    with RawDialer() as dialer:
        walk = walk_of(seed, folder, dialer)
        walk.diary.append(str(walk.mood))
        try:
            for number in range(SLOW_STEPS if walk.tempo is SLOW else STEPS):
                take_step(walk, number)
            _rest(walk)
        except Exception:
            walk.broken.append(f"f: the walk ended early: {traceback.format_exc(limit=-3)}")
        walk.strikes["cut connections"] = dialer.cuts
    walk.diary.append(f"{walk.commands} commands, {counted(walk.strikes)}, {time.monotonic() - began:.1f} s")
    return walk


def _rest(walk: Walk) -> None:
    """Let leadsync come to its end without trouble, judge, decide what is undecided, and judge again."""
    walk.diary.append("-- at rest --")
    walk.dialer.decide = Mood(walk.seed, refused=walk.mood.refused, status=walk.mood.status)
    walk.tempo = replace(walk.tempo, answer=CALM_ANSWER_SECONDS)
    _quiet(walk)
    _finish(walk)
    evidence = collect(walk)
    for sheet in unread(walk, evidence):
        if sheet.finished:
            walk.broken.append(f"b: a command of {sheet.path.name} ended as if it were done, but no run has its rows")
        walk.give(str(sheet.path), sheet.path.read_bytes(), sheet.names)
        ended = walk.calmly("run", sheet.path)
        sheet.finished = True
        if ended.code not in DONE:
            walk.broken.append(f"g: run {sheet.path.name} exits {ended.code} at rest: {ended.err}")
        _finish(walk)
        evidence = collect(walk)
    walk.broken += judge(walk, evidence)
    if walk.broken:
        return
    if undecided := undecided_rows(evidence):
        for run in sorted({found.run for found in undecided}):
            _decide(walk, run, [found for found in undecided if found.run == run])
        # Rows of one run may have waited for a row of another that was decided behind it.
        _resume_all(walk)
        evidence = collect(walk)
        walk.broken += judge(walk, evidence)
        walk.broken += (
            f"c: row {found.number} of {found.run} is still undecided" for found in undecided_rows(evidence)
        )


def _quiet(walk: Walk) -> None:
    end = time.monotonic() + LONGEST_CALL_SECONDS
    while walk.dialer.under_way and time.monotonic() < end:
        time.sleep(0.01)


def _finish(walk: Walk) -> None:
    """One `resume` for each run that stopped, and one `watch`, are enough."""
    _resume_all(walk)
    if any(sheet.watched for sheet in walk.sheets):
        command = watch_inbox(walk)
        if walk.calmly(*command.words).code not in DONE:
            walk.broken.append(f"g: watch exits with trouble at rest: {walk.diary[-1]}")
        if left := walk.inbox_sheets():
            walk.broken.append(f"g: watch leaves {[path.name for path in left]} in its folder: {walk.diary[-1]}")
        _resume_all(walk)


def _resume_all(walk: Walk) -> None:
    resumed: set[str] = set()
    while True:
        ended = walk.calmly("resume")
        run = ended.summary["run"] if ended.code in DONE else None
        if ended.code not in DONE or run in resumed:
            walk.broken.append(f"g: one resume is not enough: exit {ended.code}, {ended.err[-500:]}")
            return
        if run is None:
            return
        resumed.add(run)


def _decide(walk: Walk, run: str, rows: list[Found]) -> None:
    for row in rows:
        walk.decide(row.name, "applied")
    named = [word for row in rows for word in ("--row", str(row.number))]
    resolved = walk.calmly("resolve", run, *named, "--applied")
    if resolved.code != 0 or resolved.summary["rows"] != len(rows):
        walk.broken.append(f"c: resolve {run} {named} decides {resolved.out} {resolved.err}")
    resumed = walk.calmly("resume", run)
    if resumed.code not in DONE:
        walk.broken.append(f"g: resume {run} after resolve exits {resumed.code}: {resumed.err}")


def counted(strikes: Counter[str]) -> str:
    """The strikes that met leadsync at work, in words."""
    return ", ".join(f"{strikes[kind]} {kind}" for kind in ("kills", "freezes", "signals", "cut connections"))


def told(diary: Sequence[str], broken: Sequence[str]) -> str:
    """A whole walk and what it broke, for a person."""
    shown = [
        sentence
        for _, alike in itertools.groupby(sorted(broken), lambda sentence: sentence[0])
        for sentence in itertools.islice(alike, MOST_SHOWN)
    ]
    return "\n  ".join((*diary, "broken:", *shown))


@dataclass(frozen=True)
class Verdict:
    """What is left of a walk or a chain: a process hands it to another one."""

    name: str
    diary: tuple[str, ...]
    broken: tuple[str, ...]
    commands: int
    strikes: Counter[str] = field(default_factory=Counter)


def _verdict(folder: Path, keep: bool, seed: int) -> Verdict:
    """Walk in a folder, which stays where a promise did not hold."""
    walk = torture(seed, folder / str(seed))
    if not (walk.broken or keep):
        shutil.rmtree(walk.folder, ignore_errors=True)
    return Verdict(f"walk {seed}", tuple(walk.diary), tuple(walk.broken), walk.commands, walk.strikes)


def _chain_verdict(authority: Path, seed: int) -> Verdict:
    """Play a chain in this process, with short waits; it trusts one authority, as loading all of them takes long."""
    os.environ["SSL_CERT_FILE"] = str(authority)
    shorten("leadsync.engine.breaker", "FIRST_WAIT_SECONDS", 0.01)
    try:
        chain = play(seed)
    except Exception:
        return Verdict(f"chain {seed}", (), (f"f: the chain ended early: {traceback.format_exc(limit=-3)}",), 0)
    return Verdict(f"chain {seed}", tuple(chain.diary), tuple(chain.oracle.broken), chain.commands)


def _verdicts(given: argparse.Namespace, folder: Path) -> Iterator[Verdict]:
    """What came of the walks and chains, as they end."""
    trustme.CA().cert_pem.write_to_path(str(authority := folder / "authority.pem"))
    # Each of these processes has a server of processes of its own.
    with ProcessPoolExecutor(given.at_once, multiprocessing.get_context("spawn")) as players:
        walks = range(given.seed, given.seed + given.walks)
        chains = range(given.seed, given.seed + given.chains)
        played = [
            *(players.submit(_verdict, folder, given.keep, seed) for seed in walks),
            *(players.submit(_chain_verdict, authority, seed) for seed in chains),
        ]
        for done in as_completed(played):
            yield done.result()


def main() -> int:
    """Walk in a temporary folder, then play the chains."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--walks", type=int, default=60)
    parser.add_argument("--chains", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--at-once", type=int, default=2, help="so many walks or chains at the same time")
    parser.add_argument("--keep", action="store_true", help="keep the folders of all walks")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="leadsync-torture-"))
    print(f"{given.walks} walks, {given.chains} chains, seed {given.seed}, in {folder}", flush=True)
    began, strikes, commands, broken = time.monotonic(), Counter[str](), 0, 0
    for verdict in _verdicts(given, folder):
        strikes += verdict.strikes
        commands += verdict.commands
        if verdict.name.startswith("walk"):
            print(f"{verdict.name}: {verdict.diary[-1]}", flush=True)
        if verdict.broken:
            broken += 1
            print(f"\n{verdict.name}:", told(verdict.diary, verdict.broken), sep="\n  ", flush=True)
    print(f"{commands} commands, {counted(strikes)}")
    all_of_them = f"{given.walks} walks and {given.chains} chains"
    print(f"{broken} of {all_of_them} with a broken promise, {time.monotonic() - began:.0f} s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
