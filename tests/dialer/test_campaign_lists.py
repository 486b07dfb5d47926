"""The dialer's lists, as its makers' own client reads them."""

import json
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr

from leadsync.dialer import places
from leadsync.dialer.key import LEFT_OUT
from leadsync.errors import SettingsError, Stopped
from tests.dialer.peer import KEY, pieces_of_the_key

PAGES = {
    f"getCampaignTemplateList?apiKey={KEY}": {"entities": [{"id": 41, "name": "Sales"}]},
    f"getCampaignList?fTemplateId=41&apiKey={KEY}": {"entities": [{"id": 7, "name": "Spring"}, {"id": 8, "name": "Ø"}]},
    f"getAllocationList?fCampaignId=7&apiKey={KEY}": {"entities": [{"id": 38, "name": "Main"}]},
    f"getAllocationList?fCampaignId=8&apiKey={KEY}": {"entities": []},
}


@contextmanager
def dialer(
    status: int = 200, body: bytes | None = None, tls: ssl.SSLContext | None = None, **headers: str
) -> Iterator[str]:
    """Answers the lists, or every call alike with this status and body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            call = self.path.removeprefix("/servicemanager/rest/CampaignAPI/")
            answer = json.dumps(PAGES.get(call, {})).encode() if body is None else body
            self.send_response(status)
            for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_every_allocation_of_every_campaign() -> None:
    with dialer() as url:
        found = list(places(url, SecretStr(KEY)))
    assert [
        (one.template.id, one.campaign and one.campaign.id, one.allocation and one.allocation.id) for one in found
    ] == [
        (41, 7, 38),
        (41, 8, None),
    ]
    assert found[1].campaign is not None
    assert found[1].campaign.name == "Ø"


@pytest.mark.parametrize(
    ("status", "body", "headers", "words"),
    [
        (401, b"", {}, "API key was refused"),
        (404, b"", {}, "404"),
        (302, b"", {"Location": "http://127.0.0.1:9/"}, "302"),
        (200, b"<html>maintenance</html>", {}, "not answered with a list"),
        (503, b"later", {}, "not answered with a list"),
        (200, b'{"entities": 5}', {}, "not answered with a list"),
        (200, b'{"entities": {}}', {}, "not answered with a list"),
    ],
)
def test_lists_that_are_not_to_be_had_say_why(status: int, body: bytes, headers: dict[str, str], words: str) -> None:
    with dialer(status, body, **headers) as url, pytest.raises(Stopped, match=words):
        list(places(url, SecretStr(KEY)))


@pytest.mark.parametrize("number", ["41", '"41"', "41.0"])
def test_an_id_may_be_written_as_text_or_with_a_point(number: str) -> None:
    with dialer(200, f'{{"entities": [{{"id": {number}, "name": "Sales"}}]}}'.encode()) as url:
        (place,) = places(url, SecretStr(KEY))
    assert place.template.id == 41


@pytest.mark.parametrize("number", ["true", "null", "-1", "41.5", '"4l"', '""', str(2**63)])
def test_what_is_no_id_is_no_list(number: str) -> None:
    with (
        dialer(200, f'{{"entities": [{{"id": {number}, "name": "Sales"}}]}}'.encode()) as url,
        pytest.raises(Stopped, match="not answered with a list"),
    ):
        list(places(url, SecretStr(KEY)))


def test_lists_without_an_end_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadsync.dialer.campaign_lists.MOST_ENTRIES", 3)
    three = json.dumps({"entities": [{"id": n, "name": "x"} for n in range(3)]}).encode()
    with dialer(200, three) as url, pytest.raises(Stopped, match="its lists have more than 3 entries"):
        list(places(url, SecretStr(KEY)))
    with dialer(200, json.dumps({"entities": [{"id": 41, "name": "x"}]}).encode()) as url:
        assert len(list(places(url, SecretStr(KEY)))) == 1, "three lists of one entry"


def test_a_dialer_that_is_not_there() -> None:
    with pytest.raises(Stopped, match="cannot be reached"):
        list(places("http://127.0.0.1:9", SecretStr(KEY)))


def test_a_port_without_https() -> None:
    with dialer(200, b"") as url, pytest.raises(Stopped, match="cannot be reached: it does not speak HTTPS"):
        list(places(url.replace("http:", "https:"), SecretStr(KEY)))


def test_a_certificate_that_does_not_verify(tmp_path: Path) -> None:
    certificate = tmp_path / "server.pem"
    trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with dialer(200, b"", context) as url, pytest.raises(Stopped, match=r"certificate does not verify .* `ca_file`"):
        list(places(url.replace("http:", "https:"), SecretStr(KEY)))


@pytest.mark.parametrize(
    ("number", "words"),
    [(socket.EAI_NONAME, "there is no such host"), (socket.EAI_AGAIN, "its name cannot be looked up now")],
)
def test_a_name_that_is_not_found(monkeypatch: pytest.MonkeyPatch, number: int, words: str) -> None:
    def look_up(*_arguments: object, **_more: object) -> None:
        raise socket.gaierror(number, "as the system puts it")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(Stopped, match=f"cannot be reached: {words}"):
        list(places("https://pbx.example.org", SecretStr(KEY)))


def test_an_authority_that_is_no_file() -> None:
    with pytest.raises(SettingsError, match="ca_file"):
        list(places("https://127.0.0.1", SecretStr(KEY), ca_file="/nowhere/ca.pem"))


@pytest.mark.parametrize("body", [b"[" * 60_000, b'{"entities": [{"id": 1e400, "name": ""}]}', b"\xff" * 9])
def test_a_list_that_cannot_be_read_is_a_sentence_too(body: bytes) -> None:
    with dialer(200, body) as url, pytest.raises(Stopped, match="not answered with a list: HTTP 200: no result code"):
        list(places(url, SecretStr(KEY)))


def test_a_list_behind_a_mark_of_order_is_a_list() -> None:
    with dialer(200, b'\xef\xbb\xbf{"entities": []}') as url:
        assert list(places(url, SecretStr(KEY))) == []


@pytest.mark.parametrize("status", [200, 403, 500])
@pytest.mark.parametrize("before", [0, 100, 110])
@pytest.mark.parametrize("spelled", [KEY, KEY.replace("-", "%2d"), KEY.replace("-", "&#x2D;")])
def test_the_key_shows_nowhere(caplog: pytest.LogCaptureFixture, status: int, before: int, spelled: str) -> None:
    # A command that was run before in this process has silenced the library.
    for name in (None, "httpx"):
        caplog.set_level(logging.DEBUG, name)
    page = f"{'x' * before} /x?k={spelled} more".encode()
    with dialer(status, page) as url, pytest.raises(Stopped) as stopped:
        list(places(url, SecretStr(KEY)))
    assert "/x?k=***" in str(stopped.value), "the page that quotes the key is quoted"
    assert caplog.records, "the library does log its requests"
    assert not pieces_of_the_key(caplog.text + str(stopped.value))


@pytest.mark.parametrize("before", [0, 170, 190])
@pytest.mark.parametrize(
    "spelled",
    [KEY, KEY.upper(), KEY.replace("-", "%2d"), KEY.replace("-", "&#x2D;"), KEY.replace("-", "\\u002d")],
)
def test_no_name_holds_the_key(spelled: str, before: int) -> None:
    name = f"{'x' * before} {spelled} more"
    with dialer(200, json.dumps({"entities": [{"id": 41, "name": name}]}).encode()) as url:
        (place,) = places(url, SecretStr(KEY))
    for entity in (place.template, place.campaign, place.allocation):
        assert entity is not None
        assert entity.name == f"{'x' * before} *** more"


def test_a_name_with_a_part_of_the_key_is_left_out() -> None:
    with dialer(200, json.dumps({"entities": [{"id": 41, "name": f"campaign {KEY[:20]}"}]}).encode()) as url:
        (place,) = places(url, SecretStr(KEY))
    assert place.template.name == LEFT_OUT


def test_a_name_is_cut_behind_the_key() -> None:
    with dialer(200, json.dumps({"entities": [{"id": 41, "name": f"{'x' * 190}{KEY}{'y' * 20}"}]}).encode()) as url:
        (place,) = places(url, SecretStr(KEY))
    assert place.template.name == f"{'x' * 190}***yyyyyy…"


def test_a_number_for_a_name_may_be_the_key() -> None:
    with dialer(200, b'{"entities": [{"id": 41, "name": 1234567890}]}') as url:
        (place,) = places(url, SecretStr("1234567890"))
    assert place.template.name == "***"


def test_what_is_no_http_is_not_quoted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"/x?a=" + KEY[:16].encode() + b"\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(Stopped, match="it is not HTTP") as stopped:
            list(places(f"http://127.0.0.1:{listener.getsockname()[1]}", SecretStr(KEY)))
        thread.join()
    assert not pieces_of_the_key(str(stopped.value))
