"""Serving a practice dialer: ports, restarts, TLS, a prompt stop, and `serve` in the foreground."""

import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from leadsync.errors import UsageError
from leadsync.simulator import FaultKind, FaultRule, PracticeDialer, PracticeServer

UPDATE = (
    "/servicemanager/rest/CampaignAPI/updateLeadFast"
    "?fTemplateId=41&fCampaignId=41&fAllocationId=38&njExternalLeadId=9856&apiKey=practice"
)
BODY = {"FirstPhone": "0383218199", "njDisposition": "Sale"}


def post(server: PracticeServer, verify: bool | ssl.SSLContext = False) -> httpx.Response:
    return httpx.post(server.url + UPDATE, json=BODY, trust_env=False, timeout=120, verify=verify)


def test_dialer_keeps_its_state_over_a_restart_on_the_same_port() -> None:
    dialer = PracticeDialer(any_lead=True, floor_seconds=0)
    with PracticeServer(dialer) as server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        post(server)
    with pytest.raises(httpx.ConnectError):
        post(server)
    with PracticeServer(dialer, port=server.port) as again:
        post(again)
    assert len(dialer.ledger.applications) == 2


def test_stop_is_prompt_with_calls_hanging_and_working() -> None:
    dialer = PracticeDialer(any_lead=True, floor_seconds=60, faults=[FaultRule(FaultKind.HANG, calls=1)])
    failures: list[httpx.TransportError] = []

    def send() -> None:
        try:
            post(server)
        except httpx.TransportError as error:
            failures.append(error)

    senders = [threading.Thread(target=send) for _ in range(2)]
    with PracticeServer(dialer) as server:
        for sender in senders:
            sender.start()
        while len(dialer.ledger.received) < 2:
            time.sleep(0.005)
        begun = time.monotonic()
    assert time.monotonic() - begun < 50
    for sender in senders:
        sender.join()
    assert len(failures) == 2
    assert dialer.ledger.applications == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
@pytest.mark.parametrize("kind", ["close", "reset", "cut"])
def test_tls_with_connections_cut(tmp_path: Path, kind: str) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    dialer = PracticeDialer(any_lead=True, floor_seconds=0, faults=[FaultRule(FaultKind(kind), attempt=1)])
    trust = ssl.create_default_context(cafile=str(certificate))
    with PracticeServer(dialer, certfile=certificate, keyfile=key) as server:
        assert server.url.startswith("https://127.0.0.1:")
        with pytest.raises(httpx.TransportError):
            post(server, verify=trust)
        assert post(server, verify=trust).json()["code"] == 0
    assert len(dialer.ledger.applications) == 1


def test_taken_port_is_said_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="choose another port"):
        PracticeServer(PracticeDialer(), port=taken.getsockname()[1])


def test_serve_announces_its_address_and_ends_on_an_interrupt() -> None:
    script = (
        "from leadsync.simulator import PracticeDialer, serve\n"
        "serve(PracticeDialer(), '127.0.0.1', 0, announce=lambda url: print(url, flush=True))\n"
        "print('ended', flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx.get(f"{url}/practice/stats", trust_env=False, verify=False).json()["slots"] == 8
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=5) == ("ended\n", "")
    assert process.returncode == 0
