"""The client against a server of a few lines that keeps the bytes it was sent and answers as each test says."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlsplit

import pytest
from pydantic import SecretStr

from leadsync.dialer import DialerClient
from leadsync.errors import SettingsError
from leadsync.models import CampaignIds, Effect, Lead, Outcome

KEY = "f863246a-973e-11e6-8784-08002718f5b5"
IDS = CampaignIds(template=41, campaign=41, allocation=38)
# The body of the vendor's own example.
JANE = Lead(
    "9856",
    {
        "Name": "Jane Smith",
        "StreetAddress": "Suite 8/10 Hoddle St",
        "City": "Abbotsford",
        "State": "Vic",
        "PostCode": "3064",
        "FirstPhone": "0383218199",
        "SecondPhone": "<No Change>",
        "njDisposition": "Sale",
    },
)
OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 28\r\n\r\n{"code": 0, "message": "OK"}'

Answerer = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Peer:
    """A server that keeps what it was sent."""

    def __init__(self, answer: bytes | Answerer) -> None:
        self.requests: list[bytes] = []
        self._answer = answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
                )
                self.requests.append(head + await reader.readexactly(length))
                if isinstance(self._answer, bytes):
                    writer.write(self._answer)
                    await writer.drain()
                else:
                    await self._answer(writer)
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def client_of(answer: bytes | Answerer, **options: float) -> AsyncIterator[tuple[DialerClient, Peer]]:
    peer = Peer(answer)
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with DialerClient(f"http://127.0.0.1:{port}", SecretStr(KEY), IDS, **options) as client:  # type: ignore[arg-type]
            yield client, peer
    finally:
        server.close()


def send(answer: bytes | Answerer, lead: Lead = JANE, **options: float) -> tuple[Outcome, Peer]:
    async def one() -> tuple[Outcome, Peer]:
        async with client_of(answer, **options) as (client, peer):
            return await client.prepare(lead)(), peer

    return asyncio.run(one())


def test_the_request_is_the_documented_one() -> None:
    outcome, peer = send(OK)
    head, body = peer.requests[0].split(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == (
        b"POST /servicemanager/rest/CampaignAPI/updateLeadFast?fTemplateId=41&fCampaignId=41&fAllocationId=38"
        b"&njExternalLeadId=9856&apiKey=f863246a-973e-11e6-8784-08002718f5b5 HTTP/1.1"
    )
    assert b"accept: application/json" in map(bytes.lower, lines)
    assert b"content-type: application/json" in map(bytes.lower, lines)
    assert json.loads(body) == {
        "Name": "Jane Smith",
        "StreetAddress": "Suite 8/10 Hoddle St",
        "City": "Abbotsford",
        "State": "Vic",
        "PostCode": "3064",
        "FirstPhone": "0383218199",
        "SecondPhone": "<No Change>",
        "njDisposition": "Sale",
    }
    assert outcome == Outcome(Effect.ANSWERED, 0, "OK", "OK", 200)


def test_values_are_escaped() -> None:
    _, peer = send(OK, Lead("a+b&c=d/é #1%", {"Name": 'Zoë "O\'Brien" \\ <b>', "FirstPhone": "<No Change>"}))
    head, body = peer.requests[0].split(b"\r\n\r\n")
    query = urlsplit(head.split()[1].decode("ascii")).query
    assert dict(parse_qsl(query, strict_parsing=True))["njExternalLeadId"] == "a+b&c=d/é #1%"
    assert b"+" not in head.split()[1], "a blank is %20, which every server reads as one"
    assert json.loads(body)["Name"] == 'Zoë "O\'Brien" \\ <b>'


def test_redirects_are_not_followed() -> None:
    outcome, peer = send(b"HTTP/1.1 307 Elsewhere\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n")
    assert outcome.effect is Effect.REFUSED
    assert len(peer.requests) == 1


def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    outcome, _ = send(OK)
    assert outcome.code == 0


def test_a_refused_connection_never_began() -> None:
    async def one() -> Outcome:
        async with DialerClient("http://127.0.0.1:1", SecretStr(KEY), IDS) as client:
            return await client.prepare(JANE)()

    outcome = asyncio.run(one())
    assert (outcome.effect, outcome.away) == (Effect.NEVER_BEGAN, True)


async def _close(_: asyncio.StreamWriter) -> None:
    return


async def _reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _half(writer: asyncio.StreamWriter) -> None:
    writer.write(OK[:-10])
    await writer.drain()


async def _headers_only(writer: asyncio.StreamWriter) -> None:
    writer.write(OK.split(b"{")[0])
    await writer.drain()


async def _garbage(writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    await writer.drain()


@pytest.mark.parametrize("fault", [_close, _reset, _half, _headers_only, _garbage])
def test_what_breaks_after_the_request_began_may_have_been_applied(fault: Answerer) -> None:
    outcome, peer = send(fault)
    assert (outcome.effect, outcome.code, outcome.away) == (Effect.IN_DOUBT, None, True)
    assert len(peer.requests) == 1, "it is not sent again by a library"


def test_an_answer_that_drips_is_ended_by_the_deadline_and_may_be_applied() -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        for byte in OK:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.02)

    outcome, _ = send(drip, answer_seconds=0.1)
    assert outcome.effect is Effect.IN_DOUBT


def test_no_answer_within_less_than_the_dialers_minute_may_be_applied() -> None:
    async def hang(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.5)

    outcome, _ = send(hang, answer_seconds=0.05)
    assert outcome.effect is Effect.IN_DOUBT


def test_no_answer_within_more_than_the_dialers_minute_was_not_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadsync.dialer.client.SERVER_QUEUE_SECONDS", 0.01)

    async def hang(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.5)

    outcome, _ = send(hang, answer_seconds=0.05)
    assert (outcome.effect, outcome.away) == (Effect.NOT_PROCESSED, True)


def test_a_certificate_that_does_not_verify_stops_the_run() -> None:
    """A server that speaks TLS with a certificate of nobody's."""
    trustme = pytest.importorskip("trustme", reason="makes the certificate")
    import ssl

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)

    async def one() -> Outcome:
        server = await asyncio.start_server(Peer(OK).serve, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        async with DialerClient(f"https://127.0.0.1:{port}", SecretStr(KEY), IDS) as client:
            outcome = await client.prepare(JANE)()
        server.close()
        return outcome

    outcome = asyncio.run(one())
    assert outcome.effect is Effect.REFUSED
    assert "certificate" in outcome.message


def test_a_private_authority_is_accepted_where_it_is_named(tmp_path: object) -> None:
    trustme = pytest.importorskip("trustme", reason="makes the certificate")
    import ssl
    from pathlib import Path

    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    file = Path(str(tmp_path)) / "ca.pem"
    authority.cert_pem.write_to_path(str(file))

    async def one() -> Outcome:
        server = await asyncio.start_server(Peer(OK).serve, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        url = f"https://127.0.0.1:{port}"
        async with DialerClient(url, SecretStr(KEY), IDS, ca_file=str(file)) as client:
            outcome = await client.prepare(JANE)()
        server.close()
        return outcome

    assert asyncio.run(one()).code == 0


def test_an_authority_that_is_no_file_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="ca_file"):
        DialerClient("https://127.0.0.1", SecretStr(KEY), IDS, ca_file="/nowhere/ca.pem")


def test_the_key_shows_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = f"<html>no such page: /x?apiKey={KEY}</html>".encode()
    answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n%s" % (len(echo), echo)

    async def one() -> list[str]:
        async with client_of(answer) as (client, _):
            outcome = await client.prepare(JANE)()
            return [repr(client), repr(outcome), str(outcome)]

    shown = asyncio.run(one())
    shown += [record.getMessage() for record in caplog.records]
    shown += [repr(send(_close)[0]), caplog.text]
    assert any("HTTP 404" in line for line in shown), "the page that quotes the key is quoted"
    assert not [line for line in shown if KEY in line]


def probe(*pages: tuple[bytes, bytes]) -> tuple[Outcome, list[bytes]]:
    """A probe's outcome, and the first lines of what it sent, where calls are answered as the pages say."""

    async def one() -> tuple[Outcome, list[bytes]]:
        peer = Peer(b"")

        async def answer(writer: asyncio.StreamWriter) -> None:
            status, body = next(
                page
                for call, page in zip((b"GET ", b"POST "), pages, strict=False)
                if peer.requests[-1].startswith(call)
            )
            head = b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body))
            writer.write(head + body)
            await writer.drain()

        peer._answer = answer
        server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with DialerClient(url, SecretStr(KEY), IDS) as client:
            outcome = await client.probe(updates=True)
        server.close()
        return outcome, [request.split(b"\r\n")[0] for request in peer.requests]

    return asyncio.run(one())


LISTS = (b"200 OK", b'{"entities": []}')
NO_LEAD = (b"400 Bad Request", b'{"code": 113, "message": "EDIT_BUT_NO_EXTERNAL_ID_SUPPLIED"}')
AWAY = (b"502 Bad Gateway", b"<html>down</html>")


def test_a_probe_names_no_lead() -> None:
    outcome, sent = probe(LISTS, NO_LEAD)
    assert not outcome.away
    assert b"getCampaignTemplateList" in sent[0]
    assert sent[1].startswith(b"POST /servicemanager/rest/CampaignAPI/updateLeadFast?fTemplateId=41")
    assert b"njExternalLeadId" not in sent[1]


def test_a_dialer_that_only_lists_is_still_away() -> None:
    assert probe(LISTS, AWAY)[0].away
    outcome, sent = probe(AWAY)
    assert outcome.away
    assert len(sent) == 1, "no update is sent where not even the list is answered"


def test_a_dialer_without_lists_is_judged_by_its_updates() -> None:
    missing = (b"404 Not Found", b"")
    assert not probe(missing, NO_LEAD)[0].away
    assert not probe(missing, (b"400 Bad Request", b"missing parameter"))[0].away
    assert probe(missing, AWAY)[0].away


def test_a_page_that_repeats_what_was_sent_is_quoted_without_it() -> None:
    from leadsync.dialer.client import without_values
    from leadsync.models import Effect, Lead, Outcome

    lead = Lead("9856", {"Name": "Jane Smith", "FirstPhone": "0383218199", "njDisposition": "<No Change>"})
    said = "HTTP 500: no result code in the answer: cannot store Jane Smith, 0383218199"
    page = Outcome(Effect.IN_DOUBT, message=said, http=500, away=True)
    answer = Outcome(Effect.ANSWERED, 105, "DUPLICATE", "0383218199 is taken by Jane Smith", 400)
    assert without_values(page, lead).message == "HTTP 500: no result code in the answer: cannot store ***, ***"
    assert without_values(answer, lead) == answer, "the dialer's own words on a lead belong into its report"
