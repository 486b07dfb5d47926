"""Random walks over leadsync's commands, struck by signals, with a dialer that misbehaves.

`python -m tests.faults.torture --walks 60 --seed 7`; walk N of seed S is walk 1 of seed S + N - 1. Most of a walk is
waiting, so that several go at once.
"""

import argparse
import itertools
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tests.faults.dialer_faults import FAULTS, Mood
from tests.faults.judge import Found, collect, judge, undecided_rows, unread
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
    """What is left of a walk: a process hands it to another one."""

    seed: int
    diary: tuple[str, ...]
    broken: tuple[str, ...]
    strikes: Counter[str]
    commands: int


def _verdict(folder: Path, keep: bool, seed: int) -> Verdict:
    """Walk in a folder, which stays where a promise did not hold."""
    walk = torture(seed, folder / str(seed))
    if not (walk.broken or keep):
        shutil.rmtree(walk.folder, ignore_errors=True)
    return Verdict(seed, tuple(walk.diary), tuple(walk.broken), walk.strikes, walk.commands)


def main() -> int:
    """Walk in a temporary folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--walks", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--at-once", type=int, default=2, help="so many walks at the same time")
    parser.add_argument("--keep", action="store_true", help="keep the folders of all walks")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="leadsync-torture-"))
    print(f"{given.walks} walks, seed {given.seed}, in {folder}", flush=True)
    began, strikes, commands, broken = time.monotonic(), Counter[str](), 0, 0
    # Each of these processes has a server of processes of its own.
    with ProcessPoolExecutor(given.at_once, multiprocessing.get_context("spawn")) as walkers:
        seeds = range(given.seed, given.seed + given.walks)
        walks = [walkers.submit(partial(_verdict, folder, given.keep), seed) for seed in seeds]
        for done in as_completed(walks):
            walk = done.result()
            strikes += walk.strikes
            commands += walk.commands
            print(f"{walk.seed}: {walk.diary[-1]}", flush=True)
            if walk.broken:
                broken += 1
                print(f"\nwalk of seed {walk.seed}:", told(walk.diary, walk.broken), sep="\n  ", flush=True)
    print(f"{strikes.total()} strikes at {commands} commands: {counted(strikes)}")
    print(f"{broken} of {given.walks} walks with a broken promise, {time.monotonic() - began:.0f} s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
