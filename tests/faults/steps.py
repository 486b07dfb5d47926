"""The commands of a random walk, as a person or a timer would give them."""

import json
import random
import time
from collections.abc import Callable
from functools import partial

from tests.faults.processes import Ended
from tests.faults.strikes import Strike, strike
from tests.faults.walk import Command, Sheet, Walk, read_rows, write_rows

Step = Callable[[Walk], Command | None]
"""Prepares a command; None where there is nothing yet to give it to."""

STRUCK = 0.85
"""The share of commands that are struck."""
AIMED = 0.6
"""The share of strikes at a command that sends which begin at a call."""
ROUNDS = (1, 3, 5, 8)
"""So many times a command is given, as by a person who sees it die."""
ONCE_MORE = 0.3
"""The share of commands that are given once more although they have done what they could."""
SENDING = {"run", "resume", "retry", "watch"}
TWO = 0.35
"""The share of steps that are two commands at once."""
AWAY = 0.15
"""The share of steps at whose beginning the dialer goes away."""
DONE = (0, 3)
"""The exit codes of a command that has done what it could."""
SETTLED = {"succeeded", "skipped", "conflict", "unknown"}


def _run(walk: Walk, sheet: Sheet) -> Command:
    walk.give(str(sheet.path), sheet.path.read_bytes(), sheet.names)
    by_link = walk.folder / "link" / sheet.path.name
    path = by_link if walk.chance.random() < 0.25 else sheet.path
    return Command(["run", str(path)], partial(_note_end, sheet), partial(_run, walk, sheet))


def _note_end(sheet: Sheet, ended: Ended) -> None:
    sheet.finished = sheet.finished or ended.code in DONE


def fresh(walk: Walk) -> Command:
    """A sheet that is new."""
    return _run(walk, walk.new_sheet(walk.work / f"leads{len(walk.sheets)}.csv"))


def same(walk: Walk) -> Command | None:
    """A sheet that was given before."""
    sheets = [sheet for sheet in walk.sheets if not sheet.overwritten and not sheet.watched]
    return _run(walk, walk.chance.choice(sheets)) if sheets else None


def changed(walk: Walk) -> Command | None:
    """The next night's sheet under the name of an old one."""
    sheets = [sheet for sheet in walk.sheets if not sheet.watched]
    return _run(walk, walk.new_sheet(walk.chance.choice(sheets).path)) if sheets else None


def copied(walk: Walk) -> Command | None:
    """A sheet that was given before, under another name."""
    sheets = [sheet for sheet in walk.sheets if not sheet.watched]
    if not sheets:
        return None
    rows = walk.chance.choice(sheets).rows
    return _run(walk, walk.add_sheet(Sheet(walk.work / f"copy{len(walk.sheets)}.csv", rows)))


def watch(walk: Walk) -> Command:
    """A night: sometimes with a new sheet, sometimes with one that came before."""
    watched = [sheet for sheet in walk.sheets if sheet.watched]
    dice = walk.chance.random()
    if dice < 0.6 or not watched:
        walk.new_sheet(walk.inbox / f"night{len(walk.sheets)}.csv")
    elif dice < 0.8:
        rows = walk.chance.choice(watched).rows
        walk.add_sheet(Sheet(walk.inbox / f"night{len(walk.sheets)}.csv", rows, watched=True))
    return watch_inbox(walk)


def watch_inbox(walk: Walk) -> Command:
    """The watched folder as it is."""
    for path in walk.inbox_sheets():
        walk.give("inbox", path.read_bytes(), {row["Name"] for row in read_rows(path)})
    return Command(["watch", str(walk.inbox), "--once", "--settle", "0"], again=partial(watch_inbox, walk))


def resume(walk: Walk) -> Command:
    """The newest run, or any."""
    runs = walk.runs() if walk.chance.random() < 0.3 else []
    return Command(["resume", *([walk.chance.choice(runs)["run"]] if runs else [])], again=lambda: Command(["resume"]))


def _any_run(walk: Walk) -> str | None:
    runs = walk.runs()
    return walk.chance.choice(runs[:3])["run"] if runs else None


def retry(walk: Walk) -> Command | None:
    """What failed and what was not sent."""
    run = _any_run(walk)
    return Command(["retry", run]) if run else None


def report(walk: Walk) -> Command | None:
    """A run's files."""
    run = _any_run(walk)
    return Command(["report", run]) if run else None


def resolve(walk: Walk) -> Command | None:
    """A decision on some rows of a run."""
    run = _any_run(walk)
    if run is None:
        return None
    shown = walk.calmly("show", run, "--status", "unknown", "--status", "conflict")
    listed = (json.loads(shown.out) or {}).get("listed", []) if shown.code == 0 else []
    if not listed:
        return None
    decision = walk.chance.choice(("applied", "not applied", "send"))
    rows = walk.chance.sample(listed, walk.chance.randint(1, len(listed)))
    for row in rows:
        walk.decide(row["fields"]["Name"], decision)
    named = [word for row in rows for word in ("--row", str(row["row"]))]
    return Command(["resolve", run, *named, f"--{decision.replace(' ', '-')}"])


def prune(walk: Walk) -> Command:
    """Everything that is finished is forgotten."""
    walk.epoch += 1

    def then(_: Ended) -> None:
        walk.epoch += 1

    return Command(["prune", "--older-than", "0d", "--yes"], then)


def give_back(walk: Walk) -> Command | None:
    """A file that leadsync wrote: some rows are corrected, some are decided."""
    kinds = ("report", "retry", "review")
    found = sorted(path for kind in kinds for path in walk.folder.rglob(f"*.{kind}.csv"))
    if not found:
        return None
    path = walk.chance.choice(found)
    rows = read_rows(path)
    for row in rows:
        _work_on(walk, row)
    if walk.chance.random() < 0.3:
        path = path.with_name(f"back{len(walk.diary)}-{path.name}")
    write_rows(path, list(rows[0]), (list(row.values()) for row in rows), bom=True)
    walk.given_back += 1
    if walk.epoch:
        # Its run may be forgotten: what it says of its rows is then all there is.
        walk.give(str(path), path.read_bytes(), {row["Name"] for row in rows if row["sync_status"] not in SETTLED})
    return Command(["run", str(path)])


def _work_on(walk: Walk, row: dict[str, str]) -> None:
    chance = walk.chance
    if row["sync_status"] in ("failed", "rejected") and chance.random() < 0.5:
        row["FirstPhone"] = f"038321{chance.randint(9500, 9999)}"
    if "sync_decision" in row and chance.random() < 0.6:
        row["sync_decision"] = chance.choice(("applied", "not applied", "send"))
    if row.get("sync_decision"):
        walk.decide(row["Name"], row["sync_decision"])


STEPS: tuple[tuple[Step, int], ...] = (
    (fresh, 5),
    (same, 4),
    (changed, 3),
    (copied, 1),
    (watch, 4),
    (resume, 5),
    (retry, 3),
    (resolve, 3),
    (report, 2),
    (prune, 1),
    (give_back, 5),
)
BESIDE: tuple[tuple[Step, int], ...] = tuple((step, weight) for step, weight in STEPS if step not in (changed, prune))
"""What may be done beside another command: a sheet is not overwritten while it is read, and what `prune` makes of a
file given back beside it is nobody's promise."""


def choose(walk: Walk, steps: tuple[tuple[Step, int], ...]) -> Command:
    """Some command for which there is something to do."""
    functions, weights = zip(*steps, strict=True)
    while True:
        step = walk.chance.choices(functions, weights)[0]
        if (command := step(walk)) is not None:
            return command


def take_step(walk: Walk, number: int) -> None:
    """One command or two at once, struck or not, given once or more; sometimes the dialer is in maintenance.

    Each step has chances of its own: how an earlier one went does not change what is done in a later one.
    """
    chance = walk.chance = random.Random(f"{walk.seed} step {number}")
    two, away = chance.random() < TWO, chance.random() < AWAY
    if away:
        walk.dialer.away_until = time.monotonic() + chance.uniform(0.2, 1.5)
        walk.diary.append("the dialer is away for a while")
    commands = [choose(walk, STEPS), *([choose(walk, BESIDE)] if two else [])]
    for _ in range(chance.choice(ROUNDS)):
        ended = walk.carry_out(*((command, _strike_at(walk, command)) for command in commands))
        walk.commands += len(commands)
        if all(one.code in DONE for one in ended) and chance.random() >= ONCE_MORE:
            return
        commands = [command.again() for command in commands if command.again is not None]
        if not commands:
            return


def _strike_at(walk: Walk, command: Command) -> Strike:
    chance, tempo = walk.chance, walk.tempo
    if chance.random() >= STRUCK:
        return Strike()
    if command.words[0] not in SENDING:
        return strike(chance, tempo.short_life, tempo.stop)
    call = 1 + int(chance.expovariate(1 / 3)) if chance.random() < AIMED else 0
    return strike(chance, tempo.life, tempo.stop, call)
