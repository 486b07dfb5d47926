"""The steps of a random chain, as people and timers would take them."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.chain import Chain, new_chain

_DECIDED = 0.4
"""The share of steps that are a decision, if there is one to take."""
_EDITED = 0.7
"""The share of files given back that are corrected before."""
_BESIDE = 0.4
"""The share of corrected files that are saved under a new name."""


def sheet(chain: Chain, _: int) -> None:
    """A sheet again, often with rows changed under the same name, sometimes as a trial."""
    chance = chain.chance
    chain.trouble()
    name = chance.choice(list(chain.files.sheets))
    if chance.random() < 0.55:
        chain.files.write(name, chain.files.changed(chain.files.sheets[name]))
    chain.give(name, *(("--limit", chance.randint(1, 3)) if chance.random() < 0.05 else ()))


def other_sheet(chain: Chain, sheets: int) -> None:
    """One of so many sheets, with rows of any of them."""
    chain.trouble()
    rows = chain.files.sheets[chain.chance.choice(list(chain.files.sheets))]
    name = chain.chance.choice("abc"[:sheets])
    chain.files.write(name, chain.files.changed(rows))
    chain.give(name)


def resume(chain: Chain, _: int) -> None:
    """The newest run goes on."""
    chain.trouble()
    chain.command("resume")


def retry(chain: Chain, _: int) -> None:
    """The failed rows of the newest run, or of any."""
    chain.trouble()
    chain.command("retry", *([chain.chance.choice(chain.runs())] if chain.chance.random() < 0.3 else []))


def report(chain: Chain, _: int) -> None:
    """A report or retry file of one of the last runs, or a file given back before."""
    chance, files, runs = chain.chance, chain.files, chain.runs()
    name = None
    if chance.random() < 0.7 or not files.given_back:
        run, kind = chance.choice(runs[-3:]), chance.choice(("report", "report", "retry"))
        chain.desk.leadsync("report", run)
        found = sorted(chain.desk.folder.glob(f"*{run}.{kind}.csv"))
        name = files.keep(found[0], kind) if found else None
    else:
        name = chance.choice(files.given_back)
    _give_back(chain, name)


def copy(chain: Chain, _: int) -> None:
    """A copy of a sheet by `check`, or a file given back before."""
    chance, files = chain.chance, chain.files
    if chance.random() >= 0.6 and files.given_back:
        _give_back(chain, chance.choice(files.given_back))
        return
    source, target = chance.choice(list(files.sheets)), files.path(f"copy{len(files.given_back)}")
    chain.commands += 1
    content = files.read(source, chain.commands)
    chain.desk.leadsync("check", f"{source}.csv", "--output", target.name)
    if target.exists():
        name = files.keep(target, "copy")
        files.contents[files.rows(name)[0]["sync_run"]] = content
        _give_back(chain, name)


def _give_back(chain: Chain, name: str | None) -> None:
    if name is not None:
        if chain.chance.random() < _EDITED:
            if chain.chance.random() < _BESIDE:
                name = chain.files.keep(chain.files.path(name), "beside")
            chain.files.edit(name, chain.decide_in_file)
        chain.trouble()
        chain.give(name)


@dataclass(frozen=True)
class _Kind:
    step: Callable[[Chain, int], None]
    weight: int
    gives_back: bool = False


_KINDS = (
    _Kind(sheet, 55),
    _Kind(other_sheet, 7),
    _Kind(resume, 10),
    _Kind(retry, 6),
    _Kind(report, 30, gives_back=True),
    _Kind(copy, 20, gives_back=True),
)


def play(seed: int) -> Chain:
    """A whole chain, brought to rest and judged; its oracle's `broken` has the promises that did not hold."""
    with new_chain(seed) as chain:
        chance = chain.chance
        sheets, gives_back = chance.choice((1, 2, 2, 3)), chance.random() < 0.7
        kinds = [kind for kind in _KINDS if gives_back or not kind.gives_back]
        chain.trouble()
        chain.give("a")
        for _ in range(chance.randint(3, 9)):
            if chain.oracle.broken:
                return chain
            if chance.random() < _DECIDED and chain.undecided():
                chain.decide()
            else:
                chance.choices(kinds, [kind.weight for kind in kinds])[0].step(chain, sheets)
        if not chain.oracle.broken:
            chain.settle()
        return chain
