"""The client against a real server on loopback: what is sent, and what each ending of a call means."""

import asyncio
import json
import logging
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import trustme
from pydantic import SecretStr

from leadsync.dialer import DialerClient
from leadsync.errors import SettingsError
from leadsync.models import Effect, Lead, Outcome
from tests.dialer.peer import IDS, JANE, KEY, OK, Answerer, Peer, client_of, http, pieces_of_the_key, send


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


def test_the_words_of_the_url_are_kept() -> None:
    _, peer = send(OK, path="/THE-LEAD/njExternalLeadId=/")
    assert peer.requests[0].startswith(
        b"POST /THE-LEAD/njExternalLeadId=/servicemanager/rest/CampaignAPI/updateLeadFast?fTemplateId=41&fCampaignId=41"
        b"&fAllocationId=38&njExternalLeadId=9856&apiKey=f863246a-973e-11e6-8784-08002718f5b5 HTTP/1.1\r\n"
    )


def test_the_classic_calls_differ_in_their_names_alone() -> None:
    _, peer = send(OK, calls="classic")
    assert peer.requests[0].startswith(
        b"POST /servicemanager/rest/CampaignAPI/updateLead?fTemplateId=41&fCampaignId=41&fAllocationId=38"
        b"&njExternalLeadId=9856&apiKey=f863246a-973e-11e6-8784-08002718f5b5 HTTP/1.1\r\n"
    )
    _, peer = send(OK, Lead("77", {"njExternalLeadId": "77", "FirstPhone": "1"}), calls="classic")
    assert peer.requests[0].startswith(
        b"POST /servicemanager/rest/CampaignAPI/insertLead?fTemplateId=41&fCampaignId=41&fAllocationId=38"
        b"&apiKey=f863246a-973e-11e6-8784-08002718f5b5 HTTP/1.1\r\n"
    )
    assert peer.requests[0].endswith(b'\r\n\r\n{"njExternalLeadId": "77", "FirstPhone": "1"}')


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


async def _half_of_the_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(OK[:30])
    await writer.drain()


async def _chunks_without_an_end(writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1c\r\n{"code": 0, "message": "OK"}\r\n')
    await writer.drain()


async def _garbage(writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    await writer.drain()


@pytest.mark.parametrize(
    "fault", [_close, _reset, _half, _headers_only, _half_of_the_headers, _chunks_without_an_end, _garbage]
)
def test_what_breaks_after_the_request_began_may_have_been_applied(fault: Answerer) -> None:
    outcome, peer = send(fault)
    assert (outcome.effect, outcome.code, outcome.away) == (Effect.IN_DOUBT, None, True)
    assert len(peer.requests) == 1, "it is not sent again by a library"


def test_an_answer_in_chunks_with_its_end_counts() -> None:
    async def chunks(writer: asyncio.StreamWriter) -> None:
        await _chunks_without_an_end(writer)
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    assert send(chunks)[0].code == 0


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (_close, "its answer did not come: the connection was closed"),
        (_half, "its answer broke off: the connection was closed before its end"),
        (_half_of_the_headers, "its answer broke off: the connection was closed"),
        (_garbage, "its answer broke off: it is not HTTP"),
    ],
)
def test_an_answer_that_ends_early_is_told_in_our_words(fault: Answerer, words: str) -> None:
    assert send(fault)[0].message == f"the request was sent, but {words}"


def test_a_piece_of_an_answer_that_is_no_http_is_not_quoted() -> None:
    async def part_of_an_address(writer: asyncio.StreamWriter) -> None:
        writer.write(b"/x?a=" + KEY[:16].encode())
        await writer.drain()

    assert not pieces_of_the_key(send(part_of_an_address)[0].message)


def test_a_packed_answer_is_read() -> None:
    import gzip

    packed = http(gzip.compress(b'{"code": 101}'), b"400 Bad Request", b"Content-Encoding: gzip")
    assert send(packed)[0].code == 101


def test_the_way_to_the_dialer_is_timed() -> None:
    async def timed() -> tuple[float, float]:
        async with client_of(OK) as (client, _):
            before = client.travel_seconds
            await client.prepare(JANE)()
            return before, client.travel_seconds

    before, after = asyncio.run(timed())
    assert before == 0.0
    assert 0.0 < after < 1.0


def _tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def test_a_certificate_that_does_not_verify_stops_the_run() -> None:
    outcome, peer = send(OK, tls=_tls(trustme.CA()))
    assert (outcome.effect, peer.requests) == (Effect.REFUSED, [])
    assert "certificate does not verify" in outcome.message
    assert "this call was not sent" in outcome.message
    assert "nothing was sent" not in outcome.message, "it may have changed in the middle of a run"


def test_a_private_authority_is_accepted_where_it_is_named(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    assert send(OK, tls=_tls(authority), ca_file=str(tmp_path / "ca.pem"))[0].code == 0


def test_an_authority_that_is_no_file_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="ca_file"):
        DialerClient("https://127.0.0.1", SecretStr(KEY), IDS, ca_file="/nowhere/ca.pem")


SPELLINGS = {
    "plain": KEY,
    "capitals": KEY.upper(),
    "percent": KEY.replace("-", "%2D"),
    "html": KEY.replace("-", "&#45;"),
    "json": KEY.replace("-", "\\u002d"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("status", [b"200 OK", b"403 Forbidden", b"500 Internal Server Error"])
def test_the_key_shows_nowhere(caplog: pytest.LogCaptureFixture, status: bytes, spelling: str) -> None:
    caplog.set_level(logging.DEBUG)
    page = f"<html>in the page: /x?k={SPELLINGS[spelling]}</html>".encode()

    async def one() -> list[str]:
        async with client_of(http(page, status)) as (client, _):
            outcome = await client.prepare(JANE)()
            return [outcome.message, repr(client), repr(outcome)]

    shown = [*asyncio.run(one()), caplog.text]
    assert "in the page: /x?k=***" in shown[0], "the page that quotes the key is quoted"
    assert [pieces_of_the_key(text) for text in shown] == [[], [], [], []]


def test_what_the_library_logs_is_without_the_key(caplog: pytest.LogCaptureFixture) -> None:
    names = ("aiohttp.client", "aiohttp.internal", "asyncio")
    for name in names:
        caplog.set_level(logging.DEBUG, name)

    async def one() -> None:
        async with client_of(OK):
            for name in names:
                logging.getLogger(name).warning("%s: /x?k=%s", name, KEY)

    asyncio.run(one())
    for name in names:
        assert f"{name}: /x?k=***" in caplog.text
    assert not pieces_of_the_key(caplog.text)


def test_a_call_that_fails_is_logged_without_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    send(_garbage)
    assert "the request failed" in caplog.text
    assert not pieces_of_the_key(caplog.text)


def test_a_page_that_repeats_the_lead_is_quoted_without_it() -> None:
    page = b"<html>cannot store Jane Smith, 0383218199, of lead 9856</html>"
    outcome, _ = send(http(page, b"500 Internal Server Error"))
    assert outcome.message == "HTTP 500: no result code in the answer: cannot store ***, ***, of lead ***"


def test_the_dialers_own_words_on_a_lead_are_kept() -> None:
    answer = http(b'{"code": 105, "message": "0383218199 is taken by Jane Smith"}', b"400 Bad Request")
    assert send(answer)[0].message == "0383218199 is taken by Jane Smith"


NEW = Lead("77", {"njExternalLeadId": "77", "FirstPhone": "0383218198"})


def outcomes(leads: list[Lead], found: dict[str, bytes], **options: Any) -> list[Outcome]:
    """What calls for these leads come to, one after the other, on a dialer that knows the calls `found` alone."""

    async def all_of_them() -> list[Outcome]:
        async with client_of(b"", **options) as (client, peer):

            async def answer(writer: asyncio.StreamWriter) -> None:
                call = peer.requests[-1].split(b"?")[0].rpartition(b"/")[2].decode()
                writer.write(found.get(call, http(b"<html>Not Found</html>", b"404 Not Found")))
                await writer.drain()

            peer.answer = answer
            return [await client.prepare(lead)() for lead in leads]

    return asyncio.run(all_of_them())


LISTED = {"getCampaignTemplateList": http(b'{"entities": []}')}


@pytest.mark.parametrize(
    ("lead", "calls", "words"),
    [
        (JANE, "fast", 'has no updateLeadFast; set calls = "classic" in [server], then try again'),
        (NEW, "fast", 'has no insertLeadFast; set calls = "classic" in [server], then try again'),
        (JANE, "classic", 'has no updateLead; set calls = "fast" in [server], then try again'),
    ],
)
def test_a_call_alone_that_is_not_found_suggests_the_others(lead: Lead, calls: str, words: str) -> None:
    (outcome,) = outcomes([lead], LISTED, calls=calls)
    assert (outcome.effect, outcome.http, outcome.away) == (Effect.REFUSED, 404, False)
    assert outcome.message == f"HTTP 404: the dialer lists its campaigns, but {words}"


def test_an_address_with_nothing_behind_it_suggests_another_address() -> None:
    (outcome,) = outcomes([JANE], {})
    assert (outcome.effect, outcome.http) == (Effect.REFUSED, 404)
    assert "check `url`" in outcome.message
    assert "classic" not in outcome.message


def test_a_row_that_alone_is_not_found_suggests_nothing() -> None:
    async def twice() -> list[Outcome]:
        async with client_of(OK) as (client, peer):
            first = await client.prepare(JANE)()
            peer.answer = http(b"<html>Not Found</html>", b"404 Not Found")
            second = await client.prepare(JANE)()
            assert len(peer.requests) == 2
            return [first, second]

    first, second = asyncio.run(twice())
    assert first.code == 0
    assert "check `url`" in second.message


def test_rows_that_alone_are_not_found_suggest_no_other_calls_before_any_row_was_answered() -> None:
    async def both() -> tuple[list[Outcome], list[str]]:
        async with client_of(b"") as (client, peer):

            async def answer(writer: asyncio.StreamWriter) -> None:
                request = peer.requests[-1].split(b"\r\n")[0]
                listed, blocked = b"getCampaignTemplateList" in request, b"njExternalLeadId" in request
                missing = http(b"<html>Not Found</html>", b"404 Not Found")
                no_id = http(b'{"code": 113, "message": "EDIT_BUT_NO_EXTERNAL_ID_SUPPLIED"}', b"400 Bad Request")
                writer.write(LISTED["getCampaignTemplateList"] if listed else missing if blocked else no_id)
                await writer.drain()

            peer.answer = answer
            outcomes = [await client.prepare(JANE)() for _ in range(2)]
            return outcomes, [one.split(b"?")[0].rpartition(b"/")[2].decode() for one in peer.requests]

    found, calls = asyncio.run(both())
    assert ["check `url`" in outcome.message for outcome in found] == [True, True]
    assert calls == ["updateLeadFast", "getCampaignTemplateList", "updateLeadFast", "updateLeadFast"]


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

        peer.answer = answer
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


def test_a_list_with_a_mark_of_order_is_a_list() -> None:
    assert not probe((b"200 OK", b'\xef\xbb\xbf {"entities": []}'), NO_LEAD)[0].away


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


def test_a_probe_suggests_the_other_calls_too() -> None:
    outcome, _ = probe(LISTS, (b"404 Not Found", b""))
    assert (outcome.effect, outcome.http) == (Effect.REFUSED, 404)
    assert 'has no updateLeadFast; set calls = "classic" in [server]' in outcome.message
    outcome, _ = probe((b"404 Not Found", b""), (b"404 Not Found", b""))
    assert "check `url`" in outcome.message
