"""The HTTP client of every call: what it never does, and what it never says."""

import asyncio
import logging

import pytest
from pydantic import SecretStr

from leadsync.dialer.http_client import HttpClient
from leadsync.errors import SettingsError
from leadsync.models import Effect
from tests.dialer.peer import JANE, KEY, OK, client_of, http, pieces_of_the_key, send


def test_a_request_is_these_bytes() -> None:
    _, peer = send(OK)
    head, body = peer.requests[0].split(b"\r\n\r\n")
    first, *headers = head.split(b"\r\n")
    assert first.startswith(b"POST /servicemanager/rest/CampaignAPI/updateLeadFast?")
    names = sorted(line.split(b":")[0] for line in headers)
    assert names == [b"Accept", b"Accept-Encoding", b"Content-Length", b"Content-Type", b"Host", b"User-Agent"]
    assert b"Accept-Encoding: identity" in headers
    assert b"Content-Length: %d" % len(body) in headers


def test_no_cookie_is_kept() -> None:
    async def calls() -> list[bytes]:
        cookie = http(b'{"code": 0, "message": "OK"}', b"200 OK", b"Set-Cookie: session=1; Path=/")
        async with client_of(cookie) as (client, peer):
            await client.prepare(JANE)()
            await client.prepare(JANE)()
            return peer.requests

    requests = asyncio.run(calls())
    assert len(requests) == 2
    assert b"cookie" not in requests[1].lower()


@pytest.mark.parametrize("address", [b"http://[", b"http://a:b/", b"http://a:99999/", b"//\xff", b"/x"])
def test_a_redirect_to_an_address_that_is_none_is_a_redirect(address: bytes) -> None:
    outcome, peer = send(b"HTTP/1.1 302 Found\r\nLocation: " + address + b"\r\nContent-Length: 0\r\n\r\n")
    assert (outcome.effect, outcome.http) == (Effect.REFUSED, 302)
    assert "redirects to another address" in outcome.message
    assert len(peer.requests) == 1


def test_httpx_does_not_know_the_key(caplog: pytest.LogCaptureFixture) -> None:
    client = HttpClient("https://pbx.example.com/a", SecretStr(KEY), connections=1, longest=9)
    request = client.request("updateLeadFast", client.query({"fCampaignId": "41"}), b"{}")
    assert str(request.url) == "https://pbx.example.com/a/servicemanager/rest/CampaignAPI/updateLeadFast"
    assert request.extensions["target"] == (
        b"/a/servicemanager/rest/CampaignAPI/updateLeadFast?fCampaignId=41&apiKey=f863246a-973e-11e6-8784-08002718f5b5"
    )
    assert not pieces_of_the_key(f"{request!r} {client!r}")


def test_httpx_logs_a_call_without_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "httpx")
    send(OK)
    assert "/servicemanager/rest/CampaignAPI/updateLeadFast" in caplog.text
    assert "apiKey" not in caplog.text


@pytest.mark.parametrize("url", ["https://" + "ü" * 80, "https://☃.example", "https://a:b"])
def test_an_address_of_no_host_is_a_settings_error(url: str) -> None:
    with pytest.raises(SettingsError, match=r"\[server\] url"):
        HttpClient(url, SecretStr(KEY), connections=1, longest=9)
