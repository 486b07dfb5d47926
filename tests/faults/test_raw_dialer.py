"""The judge's own dialer does what its answers say, and its ledger holds it."""

import json
import random
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.faults.dialer_faults import FAULTS, Mood
from tests.faults.processes import wait_until
from tests.faults.raw_dialer import Answer, Call, Ending, RawDialer

PATH = "/servicemanager/rest/CampaignAPI"
KEY = "f863246a-973e"


class Caller:
    """A connection to the dialer, byte by byte."""

    def __init__(self, dialer: RawDialer) -> None:
        host, port = dialer.url.removeprefix("http://").split(":")
        self._socket = socket.create_connection((host, int(port)), timeout=5)

    def send(self, row: str, lead: str = "L1") -> None:
        body = json.dumps({"Name": row}).encode()
        asked = f"njExternalLeadId={lead}&" if lead else ""
        head = f"POST {PATH}/updateLeadFast?{asked}apiKey={KEY} HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n"
        self._socket.sendall(head.encode() + body)

    def ask(self, list_name: str) -> None:
        self._socket.sendall(f"GET {PATH}/{list_name}?apiKey={KEY} HTTP/1.1\r\n\r\n".encode())

    def read(self) -> bytes:
        """Everything that comes until the end of an answer or of the connection."""
        got = b""
        while True:
            head, _, body = got.partition(b"\r\n\r\n")
            length = next(
                (int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length: ")), None
            )
            if length is not None and len(body) >= length:
                return got
            piece = self._socket.recv(65536)
            if not piece:
                return got
            got += piece

    def read_for(self, seconds: float) -> bytes:
        """What comes in so much time."""
        self._socket.settimeout(seconds)
        got = b""
        with suppress(TimeoutError):
            while piece := self._socket.recv(65536):
                got += piece
        return got

    def hang_up(self) -> None:
        self._socket.close()


@pytest.fixture
def dialer() -> Iterator[RawDialer]:
    with RawDialer() as served:
        yield served


@pytest.fixture
def caller(dialer: RawDialer) -> Iterator[Caller]:
    one = Caller(dialer)
    yield one
    one.hang_up()


def test_a_call_that_is_answered_is_applied_and_its_answer_whole(dialer, caller):
    caller.send("Row-1")
    assert caller.read().endswith(b'\r\n\r\n{"code": 0, "message": "OK"}')
    wait_until(lambda: dialer.calls[0].ended is not None)
    (call,) = dialer.calls
    assert (call.lead, call.row, call.number, call.code, call.whole) == ("L1", "Row-1", 1, 0, True)
    assert call.arrived < call.applied_at <= call.ended
    assert not call.in_doubt


def test_attempts_of_a_row_are_counted(dialer, caller):
    for row in ("Row-1", "Row-2", "Row-1"):
        caller.send(row)
        caller.read()
    assert [(call.row, call.number) for call in dialer.calls] == [("Row-1", 1), ("Row-2", 1), ("Row-1", 2)]


@pytest.mark.parametrize(
    ("ending", "got"),
    [
        (Ending.CLOSE, b""),
        (Ending.HALF, b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 28\r\n\r\n{"code": 0, "m'),
    ],
)
def test_an_answer_that_is_lost_leaves_doubt_and_an_applied_change(dialer, caller, ending, got):
    dialer.decide = lambda _: Answer(ending=ending, code=None)
    caller.send("Row-1")
    assert caller.read() == got
    (call,) = dialer.calls
    assert call.in_doubt
    assert call.applied_at is not None


def test_a_reset_is_a_reset(dialer, caller):
    dialer.decide = lambda _: Answer(ending=Ending.RESET, applied=False, code=None)
    caller.send("Row-1")
    with pytest.raises(ConnectionResetError):
        caller.read()
    assert dialer.calls[0].applied_at is None


@pytest.mark.parametrize(("ending", "got"), [(Ending.SILENCE, b""), (Ending.HEADERS, b"HTTP/1.1 200 OK")])
def test_silence_lasts_until_the_caller_gives_up(dialer, caller, ending, got):
    dialer.decide = lambda _: Answer(ending=ending, code=None)
    caller.send("Row-1")
    received = caller.read_for(0.15)
    assert received.startswith(got)
    assert b"code" not in received
    assert dialer.calls[0].ended is None
    caller.hang_up()
    wait_until(lambda: dialer.calls[0].ended is not None)
    assert dialer.calls[0].in_doubt


def test_calls_at_once_are_counted_to_the_end_of_their_work_whoever_hung_up(dialer):
    dialer.decide = lambda _: Answer(work=0.15)
    for number in range(3):
        caller = Caller(dialer)
        caller.send(f"Row-{number}")
        wait_until(lambda number=number: len(dialer.calls) == number + 1)
        caller.hang_up()
    assert dialer.under_way == 3
    assert dialer.peak == 3
    wait_until(lambda: dialer.under_way == 0)
    wait_until(lambda: all(call.ended is not None for call in dialer.calls))
    assert all(call.applied_at is not None and not call.whole for call in dialer.calls)


def test_whoever_takes_a_stray_answer_never_hears_of_the_call(dialer, caller):
    dialer.decide = lambda _: Answer(ending=Ending.STRAY)
    caller.send("Row-1")
    assert (caller.read() + caller.read_for(0.05)).count(b"HTTP/1.1 200 OK") == 2
    caller.send("Row-2")
    assert caller.read() == b""
    first, second = dialer.calls
    assert first.code == 0
    assert (second.code, second.applied_at) == (None, None)


def test_lists_and_a_call_that_names_no_lead_are_answered_as_documented(dialer, caller):
    caller.ask("getCampaignTemplateList")
    assert caller.read().endswith(b'{"entities": [{"id": 41, "name": "Practice"}]}')
    caller.send("Row-1", lead="")
    assert caller.read().startswith(b"HTTP/1.1 400")
    assert dialer.calls == [], "the ledger is of calls for leads"


def test_in_maintenance_everything_is_answered_with_a_page(dialer, caller):
    dialer.away_until = time.monotonic() + 60
    caller.ask("getCampaignTemplateList")
    assert caller.read().startswith(b"HTTP/1.1 503")
    caller.send("Row-1")
    assert caller.read().startswith(b"HTTP/1.1 503")
    wait_until(lambda: dialer.calls[0].refusing_status == 503)
    dialer.away_until = 0.0
    caller.send("Row-1")
    assert caller.read().startswith(b"HTTP/1.1 200")


def call(number: int = 1, row: str = "Row-7") -> Call:
    return Call("updateLeadFast", "L1", {"Name": row}, f"{PATH}/updateLeadFast?apiKey={KEY}", time.monotonic(), number)


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_with_a_code_of_refusal_or_not_taken_changes_nothing(kind):
    for seed in range(20):
        answer = FAULTS[kind](call(), random.Random(seed))
        refused = answer.code not in (None, 0) or answer.status in (401, 403, 429, 503)
        assert not (refused and answer.applied), answer
        assert (answer.code == 0) == (answer.applied and answer.code is not None)
        assert answer.on_the_wire().startswith(b"HTTP/1.1 ")


@pytest.mark.parametrize("ending", [Ending.CLOSE, Ending.RESET, Ending.HALF])
def test_a_connection_cut_by_an_answer_is_counted(dialer, caller, ending):
    dialer.decide = lambda _: Answer(code=None, ending=ending)
    caller.send("Row-1")
    with suppress(ConnectionResetError):
        caller.read()
    wait_until(lambda: dialer.cuts == 1)
    assert dialer.calls[0].in_doubt


def test_connections_are_cut_during_a_call_that_is_still_applied(dialer, caller):
    dialer.decide = lambda _: Answer(work=0.1)
    caller.send("Row-1")
    wait_until(lambda: dialer.under_way == 1)
    idle = Caller(dialer)
    dialer.cut()
    with pytest.raises(ConnectionResetError):
        caller.read()
    wait_until(lambda: dialer.calls[0].ended is not None)
    assert dialer.calls[0].applied_at is not None
    assert dialer.calls[0].in_doubt
    assert dialer.cuts == 1
    idle.send("Row-2")
    assert idle.read().startswith(b"HTTP/1.1 200"), "a connection without a call is left alone"
    idle.hang_up()


def test_a_connection_that_its_caller_has_left_is_not_counted_as_cut(dialer, caller):
    dialer.decide = lambda _: Answer(work=0.1)
    caller.send("Row-1")
    wait_until(lambda: dialer.under_way == 1)
    caller.hang_up()
    wait_until(lambda: dialer.calls[0].ended is not None)
    dialer.cut()
    assert dialer.cuts == 0


def test_a_chunked_answer_is_whole():
    wire = Answer(body=b'{"code": 0}', chunked=True).on_the_wire()
    assert wire.endswith(b'\r\n\r\n5\r\n{"cod\r\n5\r\ne": 0\r\n1\r\n}\r\n0\r\n\r\n')


def test_the_same_seed_gives_each_attempt_the_same_answer_in_any_order():
    mood = Mood(3, rate=0.5)
    calls = [call(number, f"Row-{row}") for row in range(10) for number in (1, 2, 3)]
    kinds = [mood(one).kind for one in calls]
    assert [mood(one).kind for one in reversed(calls)][::-1] == kinds
    assert len(set(kinds)) > 3


def test_a_refused_lead_is_refused_whatever_else_happens():
    mood = Mood(3, rate=1.0, refused=frozenset({"L1"}), status=403)
    answer = mood(call())
    assert (answer.status, answer.applied, answer.code) == (403, False, None)
    assert KEY.encode() in answer.body or b"&#45;" in answer.body or b"%2d" in answer.body or b"u002d" in answer.body
