"""A stray answer is nobody's: what comes on an idle connection never counts for the next call."""

import asyncio
import os
import socket
import ssl
import struct
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr

from leadsync import __version__
from leadsync.dialer import DialerClient
from leadsync.models import Effect, Lead, Outcome
from tests.dialer.peer import DUPLICATE, IDS, JANE, KEY, OK, Answerer, Peer, client_of, http

TLS = pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])


@pytest.fixture
def contexts(tmp_path: Path, tls: bool) -> dict[str, object]:
    """What server and client need to speak TLS, or nothing."""
    if not tls:
        return {}
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return {"tls": context, "ca_file": str(tmp_path / "ca.pem")}


def two_calls(contexts: dict[str, object], first: bytes, stray: bytes, pause: float) -> tuple[list[Outcome], Peer]:
    """The outcomes of a call that is answered `first`, and of the next, before which `stray` comes."""

    async def calls() -> tuple[list[Outcome], Peer]:
        async with client_of(first, **contexts) as (client, peer):
            outcomes = [await client.prepare(JANE)()]
            peer.answer = DUPLICATE
            send = client.prepare(JANE)
            if stray:
                peer.writers[0].write(stray)
            if pause:
                await asyncio.sleep(pause)
            return [*outcomes, await send()], peer

    return asyncio.run(calls())


@TLS
def test_a_quiet_connection_is_used_again(contexts: dict[str, object]) -> None:
    outcomes, peer = two_calls(contexts, OK, b"", pause=0.01)
    assert [outcome.code for outcome in outcomes] == [0, 105]
    assert len(peer.writers) == 1


@TLS
@pytest.mark.parametrize("pause", [0, 0.02], ids=["still in the socket", "read by the loop"])
@pytest.mark.parametrize("stray", [OK, OK[:9], OK.split(b"{")[0], OK + OK], ids=["whole", "part", "head", "two"])
def test_a_stray_answer_is_not_the_next_calls(contexts: dict[str, object], stray: bytes, pause: float) -> None:
    outcomes, peer = two_calls(contexts, OK, stray, pause)
    assert [outcome.code for outcome in outcomes] == [0, 105]
    assert (len(peer.writers), len(peer.requests)) == (2, 2), "it goes out once, on another connection"


@TLS
@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_a_late_answer_behind_a_proxys_page_is_not_the_next_calls(contexts: dict[str, object], status: int) -> None:
    async def calls() -> tuple[list[Outcome], Peer]:
        async with client_of(http(b"<h1>Gateway Timeout</h1>", b"%d Later" % status), **contexts) as (client, peer):

            async def late(writer: asyncio.StreamWriter) -> None:
                if not peer.writers[0].is_closing():
                    peer.writers[0].write(OK)
                writer.write(DUPLICATE)

            outcomes = [await client.prepare(JANE)()]
            peer.answer = late
            return [*outcomes, await client.prepare(JANE)()], peer

    outcomes, peer = asyncio.run(calls())
    assert [outcome.code for outcome in outcomes] == [None, 105]
    assert len(peer.writers) == 2


@pytest.mark.parametrize("status", [200, 400, 500])
def test_the_dialers_own_answers_keep_the_connection(status: int) -> None:
    outcomes, peer = two_calls({}, http(b'{"code": 103, "message": "EXCEPTION"}', b"%d Status" % status), b"", pause=0)
    assert [outcome.code for outcome in outcomes] == [103, 105]
    assert len(peer.writers) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors count up from 0 in POSIX alone")
def test_a_stray_answer_is_seen_on_a_high_descriptor_too() -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(1500, limits[0]), limits[1]))
    with ExitStack() as files:
        files.callback(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        null = files.enter_context(Path(os.devnull).open())
        while null.fileno() < 1100:
            null = files.enter_context(Path(os.devnull).open())
        outcomes, peer = two_calls({}, OK, OK, pause=0)
    assert [outcome.code for outcome in outcomes] == [0, 105]
    assert len(peer.writers) == 2


@TLS
@pytest.mark.parametrize("pause", [0, 0.02])
@pytest.mark.parametrize("more", [OK, OK.split(b"{")[0]], ids=["twice", "and the head of another"])
def test_more_than_the_answer_is_not_the_next_calls(contexts: dict[str, object], more: bytes, pause: float) -> None:
    outcomes, peer = two_calls(contexts, OK + more, b"", pause)
    assert [outcome.code for outcome in outcomes] == [0, 105]
    assert (len(peer.writers), len(peer.requests)) == (2, 2)


def test_an_answer_in_two_pieces_with_a_stray_one_behind_it() -> None:
    async def calls() -> tuple[list[Outcome], Peer]:
        async with client_of(OK) as (client, peer):

            async def in_two_pieces(writer: asyncio.StreamWriter) -> None:
                writer.write(OK[:-9])
                await asyncio.sleep(0.02)
                writer.write(OK[-9:] + OK)
                peer.answer = DUPLICATE
                await asyncio.sleep(0.05)

            peer.answer = in_two_pieces
            return [await client.prepare(JANE)(), await client.prepare(JANE)()], peer

    outcomes, peer = asyncio.run(calls())
    assert [outcome.code for outcome in outcomes] == [0, 105]
    assert len(peer.writers) == 2


async def _end(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").shutdown(socket.SHUT_WR)


async def _reset(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    # The transport closes its socket in the loop's next round.
    await asyncio.sleep(0)


@pytest.mark.parametrize(("ending", "tls"), [(_end, False), (_end, True), (_reset, False)])
def test_a_connection_that_was_closed_meanwhile_costs_nothing(contexts: dict[str, object], ending: Answerer) -> None:
    async def calls() -> list[Outcome]:
        async with client_of(OK, **contexts) as (client, peer):
            outcomes = [await client.prepare(JANE)()]
            await ending(peer.writers[0])
            return [*outcomes, await client.prepare(JANE)()]

    assert [outcome.code for outcome in asyncio.run(calls())] == [0, 0]


def test_an_answer_before_the_question_is_none() -> None:
    async def call() -> tuple[Outcome, Peer]:
        async with client_of(OK, greeting=OK) as (client, peer):
            return await client.prepare(JANE)(), peer

    outcome, peer = asyncio.run(call())
    assert (outcome.effect, outcome.away, peer.requests) == (Effect.NEVER_BEGAN, True, [])
    assert outcome.message == "the dialer cannot be reached: it answers before it is asked"


def test_eight_stray_answers_at_once() -> None:
    async def calls() -> tuple[list[Outcome], Peer]:
        async with client_of(OK) as (client, peer):
            await asyncio.gather(*(client.prepare(JANE)() for _ in range(8)))
            peer.answer = DUPLICATE
            for writer in peer.writers:
                writer.write(OK)
            return await asyncio.gather(*(client.prepare(JANE)() for _ in range(8))), peer

    outcomes, peer = asyncio.run(calls())
    assert [outcome.code for outcome in outcomes] == [105] * 8
    assert len(peer.requests) == 16


@TLS
def test_a_call_leaves_once_there_is_a_connection(contexts: dict[str, object]) -> None:
    async def connections_at_leaving() -> list[int]:
        seen = []
        async with client_of(OK, **contexts) as (client, peer):

            async def leaves() -> None:
                seen.append(len(peer.writers))

            await client.prepare(JANE)(leaves)
            await client.prepare(JANE)(leaves)
        return seen

    assert asyncio.run(connections_at_leaving()) == [1, 1]


def test_a_call_that_reaches_nobody_does_not_leave() -> None:
    async def calls() -> bool:
        left = False

        async def leaves() -> None:
            nonlocal left
            left = True

        async with DialerClient("http://127.0.0.1:1", SecretStr(KEY), IDS) as client:
            outcome = await client.prepare(JANE)(leaves)
        assert outcome.effect is Effect.NEVER_BEGAN
        return left

    assert asyncio.run(calls()) is False


def test_an_answer_to_a_part_of_a_request_ends_the_connection() -> None:
    """The rest of the request would come before the next one."""
    heads: list[bytes] = []
    writers: list[asyncio.StreamWriter] = []

    async def hasty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK)
        with suppress(ConnectionError):
            await reader.read(-1)
        writer.close()

    async def calls() -> list[Outcome]:
        server = await asyncio.start_server(hasty, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        # More than the system's buffers take.
        long = Lead("9856", {"Name": "x" * 30_000_000})
        async with server, DialerClient(url, SecretStr(KEY), IDS) as client:
            outcomes = [await client.prepare(lead)() for lead in (long, JANE)]
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)
        return outcomes

    assert [outcome.code for outcome in asyncio.run(calls())] == [0, 0]
    assert ([head[:5] for head in heads], len(writers)) == ([b"POST ", b"POST "], 2)


@pytest.mark.parametrize("interim", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"])
def test_an_interim_answer_is_none(interim: bytes) -> None:
    outcomes, peer = two_calls({}, interim + interim + OK, b"", pause=0)
    assert [outcome.code for outcome in outcomes] == [0, 105]
    assert len(peer.writers) == 1


def test_the_bytes_of_a_request() -> None:
    async def call() -> tuple[Outcome, Peer, bytes]:
        async with client_of(OK) as (client, peer):
            outcome = await client.prepare(Lead("7 7", {"Name": "Ann"}))()
            return outcome, peer, b"%s:%d" % (b"127.0.0.1", peer.writers[0].get_extra_info("sockname")[1])

    outcome, peer, host = asyncio.run(call())
    assert outcome.code == 0
    assert peer.requests == [
        b"POST /servicemanager/rest/CampaignAPI/updateLeadFast?fTemplateId=41&fCampaignId=41&fAllocationId=38"
        b"&njExternalLeadId=7%207&apiKey=" + KEY.encode() + b" HTTP/1.1\r\n"
        b"Host: " + host + b"\r\n"
        b"Accept: application/json\r\n"
        b"Accept-Encoding: identity\r\n"
        b"Content-Type: application/json\r\n"
        b"User-Agent: leadsync/" + __version__.encode() + b"\r\n"
        b'Content-Length: 15\r\n\r\n{"Name": "Ann"}'
    ]


def test_an_answer_without_a_length_that_ends_with_its_connection_counts() -> None:
    async def call() -> tuple[list[Outcome], Peer]:
        async def end(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + OK.split(b"\r\n\r\n", 1)[1])
            writer.close()

        async with client_of(end) as (client, peer):
            return [await client.prepare(JANE)() for _ in range(2)], peer

    outcomes, peer = asyncio.run(call())
    assert [outcome.code for outcome in outcomes] == [0, 0]
    assert len(peer.writers) == 2
