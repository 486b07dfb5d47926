"""A dialer, or a proxy in between, that means harm: it costs a bounded time and memory, and a sentence."""

import asyncio
import functools
import itertools
import json
import ssl
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
import truststore
from pydantic import SecretStr

from leadsync.cli import connection
from leadsync.dialer import DialerClient, campaign_lists, places
from leadsync.dialer.bodies import LONGEST_LIST
from leadsync.dialer.transport_errors import certificates
from leadsync.errors import Stopped
from leadsync.models import Effect, Outcome
from tests.conftest import Desk
from tests.dialer.peer import IDS, JANE, KEY
from tests.security.hostile import drip, head, hostile

Answer = Callable[[], Iterable[bytes]]

MOST_MEMORY = 40 * 2**20
"""Bytes that an answer may take at its peak: the longest list as text and as values."""
MOST_TAKEN = 12.0
"""Seconds; the hostile dialer itself would go on for longer."""
A_LIST = head() + b'{"entities": []}'
OK = head("200 OK", "Content-Length: 11") + b'{"code": 0}'


@functools.cache
def bomb(name: str) -> bytes:
    """An answer of 64 MB of zeros, packed by zlib in the form of this name."""
    packer = zlib.compressobj(wbits=WINDOWS[name])
    packed = b"".join(packer.compress(bytes(2**20)) for _ in range(64)) + packer.flush()
    return head("200 OK", f"Content-Encoding: {name}") + packed


WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
"""What zlib calls its forms."""

ENDLESS: dict[str, Answer] = {
    "body": lambda: itertools.chain([head()], itertools.repeat(b" " * 65_536)),
    "chunks": lambda: itertools.chain(
        [head("200 OK", "Transfer-Encoding: chunked")], itertools.repeat(b"1;x=y\r\n \r\n" * 6_000)
    ),
    "chunk extension": lambda: itertools.chain(
        [head("200 OK", "Transfer-Encoding: chunked"), b"1;x="], itertools.repeat(b"y" * 65_536)
    ),
    "trailers": lambda: itertools.chain(
        [head("200 OK", "Transfer-Encoding: chunked"), b"0\r\n"], itertools.repeat(b"a: b\r\n" * 10_000)
    ),
    "headers": lambda: itertools.chain([b"HTTP/1.1 200 OK\r\n"], itertools.repeat(b"a: b\r\n" * 10_000)),
    "header": lambda: itertools.chain([b"HTTP/1.1 200 OK\r\na: "], itertools.repeat(b"b" * 65_536)),
    "reason": lambda: itertools.chain([b"HTTP/1.1 200 "], itertools.repeat(b"O" * 65_536)),
    "interim answers": lambda: itertools.repeat(b"HTTP/1.1 102 Processing\r\n\r\n" * 2_000),
    "gzip": lambda: [bomb("gzip")],
    "deflate": lambda: [bomb("deflate")],
}
DRIPS: dict[str, Answer] = {
    "body": lambda: itertools.chain([head()], drip(b" ")),
    "headers": lambda: itertools.chain([b"HTTP/1.1 200 OK\r\n"], drip(b"a: b\r\n")),
    "interim answers": lambda: drip(b"HTTP/1.1 102 Processing\r\n\r\n"),
    "chunks": lambda: itertools.chain([head("200 OK", "Transfer-Encoding: chunked")], drip(b"1\r\n \r\n")),
}


def lists(url: str) -> str:
    """The sentence with which the lists of a hostile dialer end."""
    with pytest.raises(Stopped) as stopped:
        places(url, SecretStr(KEY))
    return str(stopped.value)


def outcome_of(url: str, **options: Any) -> Outcome:
    """What a lead call comes to."""

    async def call() -> Outcome:
        async with DialerClient(url, SecretStr(KEY), IDS, **options) as client:
            return await client.prepare(JANE)()

    return asyncio.run(call())


def probe_of(url: str, **options: Any) -> Outcome:
    """What the call that looks for the dialer comes to."""

    async def call() -> Outcome:
        async with DialerClient(url, SecretStr(KEY), IDS, **options) as client:
            return await client.probe(updates=True)

    return asyncio.run(call())


@pytest.fixture
def modest() -> Iterator[None]:
    """Fails a test that takes much memory, or much time of the processor."""
    tracemalloc.start()
    began = time.process_time()
    yield
    took = time.process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST_MEMORY
    assert took < MOST_TAKEN


@pytest.mark.usefixtures("modest")
@pytest.mark.parametrize("kind", ENDLESS)
def test_an_endless_list_is_a_sentence(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    ends_at_its_length = kind in ("body", *WINDOWS)
    if not ends_at_its_length:
        monkeypatch.setattr(campaign_lists, "ANSWER_SECONDS", 0.3)
    with hostile(ENDLESS[kind]) as dialer:
        words = lists(dialer.url)
    if ends_at_its_length:
        assert words == (
            "The dialer's campaigns cannot be listed: the answer to getCampaignTemplateList is longer than 4 MB."
        )
    else:
        assert words.startswith("The dialer's campaigns cannot be listed: ")
    assert len(words) < 300


@pytest.mark.usefixtures("modest")
@pytest.mark.parametrize("ask", [outcome_of, probe_of])
@pytest.mark.parametrize("kind", ENDLESS)
def test_an_endless_answer_decides_nothing(kind: str, ask: Callable[..., Outcome]) -> None:
    with hostile(ENDLESS[kind]) as dialer:
        outcome = ask(dialer.url, answer_seconds=0.3)
    assert outcome.effect in (Effect.IN_DOUBT, Effect.NO_ANSWER)
    assert len(outcome.message) < 300


@pytest.mark.usefixtures("modest")
@pytest.mark.parametrize("kind", DRIPS)
def test_a_list_that_drips_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(campaign_lists, "ANSWER_SECONDS", 0.15)
    with hostile(DRIPS[kind]) as dialer:
        assert "it took too long" in lists(dialer.url)


@pytest.mark.usefixtures("modest")
@pytest.mark.parametrize("ask", [outcome_of, probe_of])
@pytest.mark.parametrize("kind", DRIPS)
def test_an_answer_that_drips_is_not_waited_for(kind: str, ask: Callable[..., Outcome]) -> None:
    with hostile(DRIPS[kind]) as dialer:
        outcome = ask(dialer.url, answer_seconds=0.15)
    assert outcome.effect is Effect.IN_DOUBT
    assert "was not complete within 0.15 seconds" in outcome.message


@pytest.mark.parametrize(
    "body",
    [
        *(
            f'{{"entities": [{{"id": {number}, "name": "a"}}]}}'
            for number in (
                "1e999",
                "-1e999",
                "NaN",
                "Infinity",
                2**80,
                10**18,
                -1,
                1.5,
                "true",
                "null",
                "[]",
                "{}",
                '""',
            )
        ),
        *(f'{{"entities": [{{"id": 1, "name": {name}}}]}}' for name in ("[]", "{}", "true", "1.5")),
        '{"entities": [{"id": 1, "name": "a", "id": 2}]}',
        '{"entities": [{"id": 1, "name": "a", "Name": "b"}]}',
        '{"entities": [{"id": 1, "name": "a"}], "entities": []}',
        '{"entities": [{"id": 1, "name": "a"}, 5]}',
        '{"entities": {"id": 1, "name": "a"}}',
        '{"entities": [{"name": "a"}]}',
        '{"entities": "' + "a" * 200_000 + '"}',
        '{"entities": ' + "[" * 500_000,
        '{"entities": ' + '{"a":' * 500_000,
        '{"entities": [{"id": ' + "9" * 100_000 + "}]}",
        "null",
    ],
)
def test_a_list_of_nonsense_is_a_sentence(body: str) -> None:
    with hostile(lambda: [head(), body.encode()]) as dialer:
        words = lists(dialer.url)
    assert words.startswith("The dialer's campaigns cannot be listed: getCampaignTemplateList was not answered")
    assert len(words) < 400


@pytest.mark.parametrize(
    "status", ["500 Internal Server Error", "203 Non-Authoritative Information", "400 Bad Request"]
)
def test_a_list_counts_at_the_status_of_success_alone(status: str) -> None:
    with hostile(lambda: [head(status), b'{"entities": []}']) as dialer:
        assert "was not answered with a list" in lists(dialer.url)


def test_ids_in_their_honest_forms_are_read() -> None:
    entries = [{"id": 41, "name": "Sales"}, {"id": "42", "name": None}, {"id": 43.0, "name": 2026, "more": {}}]
    templates = head() + json.dumps({"entities": entries}).encode()
    answers = iter([templates, A_LIST, A_LIST, A_LIST])
    with hostile(lambda: [next(answers)]) as dialer:
        found = places(dialer.url, SecretStr(KEY))
    assert [(one.template.id, one.template.name) for one in found] == [(41, "Sales"), (42, ""), (43, "2026")]


def test_a_name_is_cut_where_nobody_reads_on() -> None:
    answers = iter([head() + json.dumps({"entities": [{"id": 1, "name": "x" * 5_000}]}).encode(), A_LIST])
    with hostile(lambda: [next(answers)]) as dialer:
        assert places(dialer.url, SecretStr(KEY))[0].template.name == "x" * 199 + "…"


@pytest.mark.parametrize("chunk", [0, 100, 60_000], ids=["whole", "small chunks", "large chunks"])
def test_a_list_of_the_longest_length_is_read(chunk: int) -> None:
    body = json.dumps({"entities": [{"id": 41, "name": "x" * (LONGEST_LIST - 50)}]}).encode()
    whole = head() + body
    if chunk:
        pieces = (body[at : at + chunk] for at in range(0, len(body), chunk))
        framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
        whole = head("200 OK", "Transfer-Encoding: chunked") + framed + b"0\r\n\r\n"
    answers = iter([whole, A_LIST])
    with hostile(lambda: [next(answers)]) as dialer:
        assert places(dialer.url, SecretStr(KEY))[0].template.id == 41


def test_lists_that_grow_and_grow_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign_lists, "MOST_ENTRIES", 20)
    entries = json.dumps({"entities": [{"id": number, "name": "a"} for number in range(9)]}).encode()
    with hostile(lambda: [head(), entries]) as dialer:
        assert "its lists have more than 20 entries" in lists(dialer.url)
        assert len(dialer.requests) == 3


def test_all_lists_together_take_a_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign_lists, "ALL_SECONDS", 0.15)
    entries = head() + json.dumps({"entities": [{"id": 41, "name": "a"}]}).encode()
    answers = iter([[entries], [entries], DRIPS["body"]()])
    with hostile(lambda: next(answers)) as dialer:
        assert "all lists together took longer than 0.15 seconds" in lists(dialer.url)


@pytest.mark.parametrize("command", [["campaigns"], ["init", "--check"]])
@pytest.mark.parametrize("answer", [b'{"entities": [{"id": 1e999, "name": "a"}]}', b"[" * 300_000, b"\xff\xfe\x00"])
def test_a_command_ends_with_a_sentence(desk: Desk, command: list[str], answer: bytes) -> None:
    with hostile(lambda: [head(), answer]) as dialer:
        desk.settings(dialer.url)
        done = desk.leadsync(*command)
    assert done.code == 4
    assert "leadsync itself failed" not in done.err
    assert "The dialer's campaigns cannot be listed: getCampaignTemplateList was not answered with a list" in done.err


def test_a_slow_list_is_not_waited_for_without_a_word(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    monkeypatch.setattr(connection, "PATIENCE_SECONDS", 0.02)
    monkeypatch.setattr(campaign_lists, "ANSWER_SECONDS", 0.15)
    with hostile(DRIPS["body"]) as dialer:
        desk.settings(dialer.url)
        lines = desk.leadsync("campaigns").err.splitlines()
    assert lines[-2].startswith("The dialer is slow to list its campaigns")
    assert "it took too long" in lines[-1]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
@pytest.mark.parametrize("ask", [lists, outcome_of, probe_of])
def test_the_key_follows_no_redirect(status: str, ask: Callable[[str], object]) -> None:
    with hostile(lambda: [A_LIST]) as elsewhere:
        to = f"Location: {elsewhere.url}/"
        with hostile(lambda: [head(status, to, f"Refresh: 0; url={elsewhere.url}/", "Content-Length: 0")]) as dialer:
            assert "redirects to another address" in str(ask(dialer.url))
            assert dialer.requests
    assert elsewhere.requests == []


@pytest.mark.parametrize("ask", [lambda url: places(url, SecretStr(KEY)), outcome_of, probe_of])
def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch, ask: Callable[[str], object]) -> None:
    with hostile(lambda: [OK]) as proxy, hostile(lambda: [A_LIST]) as dialer:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.lower(), proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        ask(dialer.url)
        assert proxy.requests == []
        assert dialer.requests


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def is_trusted(url: str, ask: str, ca_file: str) -> bool:
    if ask == "lead":
        return outcome_of(url, ca_file=ca_file).effect is not Effect.REFUSED
    try:
        places(url, SecretStr(KEY), ca_file=ca_file)
    except Stopped as stopped:
        return "certificate does not verify" not in str(stopped)
    return True


@pytest.mark.parametrize("ask", ["lists", "lead"])
def test_lists_and_leads_trust_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, authority: trustme.CA, ask: str
) -> None:
    own, other = tmp_path / "own.pem", tmp_path / "other.pem"
    authority.cert_pem.write_to_path(str(own))
    trustme.CA().cert_pem.write_to_path(str(other))
    with hostile(lambda: [A_LIST], server_context(authority)) as dialer:
        monkeypatch.setenv("SSL_CERT_FILE", str(own))
        assert is_trusted(dialer.url, ask, ""), "the system's store has the authority"
        assert not is_trusted(dialer.url, ask, str(other)), "ca_file stands for the system's store"
        monkeypatch.setenv("SSL_CERT_FILE", str(other))
        assert not is_trusted(dialer.url, ask, "")
        assert is_trusted(dialer.url, ask, str(own))


@pytest.mark.parametrize("ask", ["lists", "lead"])
def test_a_store_that_only_truststore_finds_counts_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, authority: trustme.CA, ask: str
) -> None:
    own = tmp_path / "own.pem"
    authority.cert_pem.write_to_path(str(own))
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "missing"))
    with hostile(lambda: [A_LIST], server_context(authority)) as dialer:
        assert not is_trusted(dialer.url, ask, "")
        # The places where distributions keep theirs.
        monkeypatch.setattr("truststore._openssl._CA_FILE_CANDIDATES", [str(own)])
        assert is_trusted(dialer.url, ask, "")


@pytest.mark.parametrize("file", ["there", "missing"])
def test_every_set_of_trust_checks_names_and_refuses_old_tls(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, authority: trustme.CA, file: str
) -> None:
    own = tmp_path / "there"
    authority.cert_pem.write_to_path(str(own))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / file))
    for context in (certificates(""), certificates(str(own))):
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2
        assert context.check_hostname
        assert context.verify_mode == ssl.CERT_REQUIRED
    assert isinstance(certificates(""), truststore.SSLContext) or file == "there"
