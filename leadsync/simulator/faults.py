"""The practice dialer's faults, and the faults due at a call."""

import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import Enum, StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from leadsync.errors import SettingsError


class FaultKind(StrEnum):
    """The kind of the fault."""

    REFUSE = "refuse"
    """The connection is reset as soon as it is made; one that is open already, at its next request."""
    CLOSE_EARLY = "close_early"
    """The connection is closed once the request's headers are in, before its body is read."""
    CLOSE = "close"
    """The connection is closed before any answer."""
    RESET = "reset"
    """The connection is reset (RST) before any answer."""
    HANG = "hang"
    """No answer ever comes; the connection stays open until the client gives up."""
    CUT = "cut"
    """The answer's headers and the beginning of its body arrive, then the connection is closed."""
    HTTP = "http"
    """`status`, `page` and `headers` arrive instead of the answer: a proxy, a maintenance page, a redirect."""
    CODE = "code"
    """The result code `code` is answered, whatever the call deserves, with `message` or else the code's name."""
    SLOW = "slow"
    """The call is worked on for `seconds` more, then answered as usual."""
    DRIP = "drip"
    """The call is worked on as usual; of its answer one byte arrives every `seconds`."""


class Page(StrEnum):
    """The body of an `http` fault."""

    HTML = "html"
    """A page for people."""
    JSON = "json"
    """A JSON object without a result code."""
    EMPTY = "empty"
    """Nothing."""
    TRUNCATED = "truncated"
    """The beginning of the dialer's own JSON answer."""


class Phase(Enum):
    """The moments of a call for a fault."""

    CONNECTION = "the connection has just been made"
    HEADERS = "the request's headers are in"
    BODY = "the whole request is in"


_PHASES = {FaultKind.REFUSE: (Phase.CONNECTION, Phase.HEADERS), FaultKind.CLOSE_EARLY: (Phase.HEADERS,)}
_ANSWERED_AS_USUAL = (FaultKind.SLOW, FaultKind.DRIP)
_WORKED_ON = (FaultKind.CODE, *_ANSWERED_AS_USUAL)
_OWN = {FaultKind.CODE: ("code", "message"), FaultKind.HTTP: ("status", "page", "headers")}
"""What may be said of these kinds alone; the first has to be."""

Seconds = Annotated[float, Field(ge=0)]
Ordinal = Annotated[int, Field(ge=1)]
HttpStatus = Annotated[int, Field(ge=200, le=599)]


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class FaultRule:
    """One fault and its calls.

    Without `lead` it meets every call, the lists included. `attempt` picks each lead's nth call since the rule was
    given; without it, every one. `calls` ends the rule after so many strikes, `for_seconds` so long after its first.
    With `applied` the change is made all the same. `seconds` is the wait before the fault strikes (but see `slow` and
    `drip`). `code` and `message` go with kind `code`; `status`, `page` (HTML unless said) and `headers` with `http`.
    """

    kind: FaultKind
    lead: str | None = None
    attempt: Ordinal | None = None
    calls: Ordinal | None = None
    for_seconds: Seconds | None = None
    applied: bool = False
    seconds: Seconds = 0
    code: Ordinal | None = None
    message: str = ""
    status: HttpStatus | None = None
    page: Page | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for kind, names in _OWN.items():
            given = [name for name in names if getattr(self, name)]
            if self.kind is kind and names[0] not in given:
                raise ValueError(f"kind '{kind}' needs a {names[0]}")
            if self.kind is not kind and given:
                raise ValueError(f"{given[0]} belongs to kind '{kind}'")
        if self.applied and (self.answered_as_usual or self.kind in _PHASES):
            raise ValueError(f"applied cannot be chosen for kind '{self.kind}'")
        return self

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The moments for this fault."""
        return _PHASES.get(self.kind, (Phase.BODY,))

    @property
    def answered_as_usual(self) -> bool:
        """Whether the call gets its true answer in the end, and so makes its change."""
        return self.kind in _ANSWERED_AS_USUAL

    @property
    def worked_on(self) -> bool:
        """Whether the call takes a slot, as the dialer's own answers and changes do."""
        return self.applied or self.kind in _WORKED_ON

    @property
    def extra_work_seconds(self) -> float:
        """How much longer than usual it keeps the call in its slot."""
        return self.seconds if self.kind is FaultKind.SLOW else 0


class _Standing:
    """A rule in force, with its strikes so far."""

    def __init__(self, rule: FaultRule) -> None:
        self.rule = rule
        self.strikes = 0
        self.first_strike: float | None = None
        self.met: Counter[str] = Counter()

    def meets(self, lead: str, now: float) -> bool:
        """Count the call; whether the rule picks it."""
        rule = self.rule
        if rule.attempt is not None:
            self.met[lead] += 1
            if self.met[lead] != rule.attempt:
                return False
        if rule.calls is not None and self.strikes >= rule.calls:
            return False
        return rule.for_seconds is None or self.first_strike is None or now < self.first_strike + rule.for_seconds

    def strike(self, now: float) -> FaultRule:
        self.strikes += 1
        if self.first_strike is None:
            self.first_strike = now
        return self.rule


class Faults:
    """The rules in force. Of several for a call, the rule for its lead wins, then the first given."""

    def __init__(self, rules: Iterable[FaultRule] = ()) -> None:
        self._standing: defaultdict[str | None, list[_Standing]] = defaultdict(list)
        self.add(rules)

    def add(self, rules: Iterable[FaultRule]) -> None:
        """Puts more rules in force."""
        for rule in rules:
            self._standing[rule.lead].append(_Standing(rule))

    def clear(self) -> None:
        """Switches every fault off."""
        self._standing.clear()

    def as_json(self) -> list[dict[str, object]]:
        """All rules given, the used up included, in a form for JSON."""
        rules = [standing.rule for standings in self._standing.values() for standing in standings]
        value: list[dict[str, object]] = _RULES.dump_python(rules, mode="json", exclude_defaults=True)
        return value

    def pick(self, phase: Phase, lead: str, now: float) -> FaultRule | None:
        """The fault of a call (or, with no lead, of a connection or a list) at `phase`; `now` in seconds."""
        if not self._standing:
            return None
        rules = (*self._standing.get(lead, ()), *self._standing.get(None, ()))
        # All rules count the call, also those behind the one that strikes.
        meeting = [rule for rule in rules if phase in rule.rule.phases and rule.meets(lead, now)]
        return meeting[0].strike(now) if meeting else None


_RULES = TypeAdapter(list[FaultRule])


def read_rules(value: object, source: str) -> list[FaultRule]:
    """The rules in `{"faults": [{"kind": …}, …]}`; SettingsError with the name `source` for anything else."""
    if not isinstance(value, dict) or set(value) != {"faults"}:
        raise SettingsError(f"{source}: the list of faults is missing; give it under the one key `faults`.")
    try:
        return _RULES.validate_python(value["faults"])
    except ValidationError as error:
        raise SettingsError(_first_problem(error, source)) from error


def load_rules(path: Path) -> list[FaultRule]:
    """The rules in a .json file, or in a TOML file with a `[[faults]]` table for each; SettingsError if unreadable."""
    try:
        text = path.read_text(encoding="utf-8")
        value = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}); name an existing file of faults.") from error
    except ValueError as error:
        raise SettingsError(f"{path} is not readable as TOML or JSON ({error}); correct it there.") from error
    return read_rules(value, str(path))


def _first_problem(error: ValidationError, source: str) -> str:
    problem = error.errors()[0]
    place = [str(part + 1) if isinstance(part, int) else part for part in problem["loc"]]
    # pydantic puts these words before the text of a validator's own ValueError.
    text = problem["msg"].removeprefix("Value error, ")
    return f"{source}: fault {', '.join(place)}: {text[0].lower()}{text[1:]}; correct it or leave it out."
