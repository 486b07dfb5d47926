"""What the raw dialer does wrong: every kind of answer, or lack of one, that leadsync has to survive."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from tests.faults.raw_dialer import Answer, Call, Ending

REFUSALS = {101: "COULDNT_FIND_THE_LEAD", 104: "DNC", 105: "DUPLICATE", 106: "INVALID_DISPOSTION"}
"""Codes that end a row, as the vendor's page has them."""

Fault = Callable[[Call, random.Random], Answer]


def _page(call: Call) -> bytes:
    """A proxy's page: it quotes the request in several spellings, at a random depth, and shouts words of the dialer."""
    key = parse_qs(urlsplit(call.target).query).get("apiKey", [""])[0]
    spellings = (call.target, key, key.replace("-", "&#45;"), key.replace("-", "%2d"), key.replace("-", "\\u002d"))
    quoted = f"{'x' * (call.number * 37 % 120)} {spellings[len(call.row) % len(spellings)]}"
    page = f"<html><body><h1>UPSTREAM EXCEPTION</h1><p>{quoted} for {call.row}: OK, DNC, TIMEOUT</p></body></html>"
    return page.encode()


def _coded(code: int, name: str, status: int = 400) -> Answer:
    body = json.dumps({"code": code, "message": name}).encode()
    return Answer(f"code {code}", applied=False, code=code, status=status, body=body)


def _lost(ending: Ending) -> Fault:
    """No whole answer; the change may have been made."""
    return lambda _, chance: Answer(
        f"lost: {ending.name.lower()}", applied=chance.random() < 0.5, code=None, ending=ending
    )


def _proxy(*statuses: int, applied: bool) -> Fault:
    """A page in place of an answer."""

    def fault(call: Call, chance: random.Random) -> Answer:
        status = chance.choice(statuses)
        done = applied and chance.random() < 0.7
        return Answer(f"page {status}", applied=done, code=None, status=status, body=_page(call))

    return fault


def _not_taken(_: Call, chance: random.Random) -> Answer:
    status = chance.choice((429, 503))
    headers = (("Retry-After", chance.choice(("0", "1"))),) if chance.random() < 0.5 else ()
    return Answer(f"not taken {status}", applied=False, code=None, status=status, body=b"later", headers=headers)


def _refusal(_: Call, chance: random.Random) -> Answer:
    code, name = chance.choice(sorted(REFUSALS.items()))
    return _coded(code, name)


def _spelling(_: Call, chance: random.Random) -> Answer:
    """The documented answer in another form that counts just the same."""
    body = chance.choice(
        (
            b'{"Code": "0", "Message": "OK"}',
            b'{"Code": 0, "Message": "Updated"}',
            b'\xef\xbb\xbf{"code": 0, "message": "OK"}',
            b'{"code": "0"}',
            b'{"message": "OK"}',
            b' \r\n{"message": "fine", "code": 0, "lead": {"code": 110}}\n',
        )
    )
    return Answer("spelling", body=body, chunked=chance.random() < 0.5)


FAULTS: dict[str, Fault] = {
    "closed": _lost(Ending.CLOSE),
    "reset": _lost(Ending.RESET),
    "half": _lost(Ending.HALF),
    "headers": _lost(Ending.HEADERS),
    "silence": _lost(Ending.SILENCE),
    "pages": _proxy(500, 502, 504, 408, applied=True),
    "html": _proxy(200, 400, applied=True),
    "not taken": _not_taken,
    "refusal": _refusal,
    "conflict": lambda *_: _coded(110, "LEAD_NOT_UPDATED_DUE_TO_CONFLICT"),
    "busy": lambda *_: _coded(109, "TIMEOUT_TOO_MANY_CONCURRENT_REQUESTS"),
    "exception": lambda *_: _coded(103, "EXCEPTION", 500),
    "spelling": _spelling,
    "stray": lambda *_: Answer("stray", ending=Ending.STRAY),
    "last": lambda *_: Answer("last", ending=Ending.LAST),
}
"""All but "pages", "html", "silence", "headers", "half", "closed" and "reset" leave no doubt."""


@dataclass
class Mood:
    """How the dialer behaves during a walk; the same seed gives each attempt of each row the same answer.

    `rate` is the share of calls that meet a fault of `kinds`. The calls of `refused` leads are answered `status`
    with a page. `slow` is the share of calls that take `slow_seconds`.
    """

    seed: int
    rate: float = 0.0
    kinds: tuple[str, ...] = tuple(FAULTS)
    refused: frozenset[str] = frozenset()
    status: int = 403
    slow: float = 0.0
    slow_seconds: float = 4.0

    def __call__(self, call: Call) -> Answer:
        chance = random.Random(f"{self.seed} {call.row} {call.number}")
        if call.lead in self.refused:
            return Answer("refused lead", applied=False, code=None, status=self.status, body=_page(call))
        if chance.random() < self.rate:
            return FAULTS[chance.choice(self.kinds)](call, chance)
        if chance.random() < self.slow:
            return Answer("slow", work=self.slow_seconds)
        return Answer()
