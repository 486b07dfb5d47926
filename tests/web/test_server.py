"""The page as a process: the printed address, its one use, and its end."""

import json
import os
import signal
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

import pytest
import trustme

from tests.conftest import Desk

ENDED = "The page has ended; a run that it has begun goes on without it, and `leadsync"


@contextmanager
def page(desk: Desk, *options: str) -> Iterator[tuple[str, str, subprocess.Popen[str]]]:
    """A page of its own process: its address, the opening one, the process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "leadsync", "web", "--no-browser", "--port", "0", "--json", "-vv", *options],
        cwd=desk.folder,
        env=desk.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, process.communicate(timeout=120)[1]
        said = json.loads(line)
        yield said["url"], said["opening_url"], process
    finally:
        process.kill()
        process.communicate(timeout=120)


def get(url: str, tls: ssl.SSLContext | None = None, **headers: str) -> tuple[HTTPResponse, str]:
    parts = urlsplit(url)
    kind = partial(HTTPSConnection, context=tls) if tls else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=120)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        answer = connection.getresponse()
        return answer, answer.read().decode("utf-8")
    finally:
        connection.close()


def test_the_printed_address_opens_the_page_once_and_is_never_logged(desk: Desk) -> None:
    desk.settings("https://pbx.example.com")
    with page(desk) as (url, opening, process):
        assert urlsplit(url).hostname == "127.0.0.1"
        entered, _ = get(opening)
        cookie = entered.headers["Set-Cookie"].partition(";")[0]
        assert entered.status == 303
        assert get(opening)[0].status == 403
        shown, text = get(url, Cookie=cookie)
        assert (shown.status, shown.headers["Server"]) == (200, None)
        assert "There are no runs yet." in text
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 143
    assert ENDED in err
    assert "nothing was being sent" not in err
    token = opening.partition("token=")[2]
    assert token not in err
    assert out == "", "printed once"
    secret = desk.state / "web_secret"
    assert (len(secret.read_bytes()), stat.S_IMODE(secret.stat().st_mode)) == (32, 0o600)


def test_ctrl_c_is_the_usual_end(desk: Desk) -> None:
    desk.settings("https://pbx.example.com")
    with page(desk) as (_, _, process):
        process.send_signal(signal.SIGINT)
        assert ENDED in process.communicate(timeout=120)[1]
        assert process.returncode == 0


def test_the_page_speaks_tls_to_users(desk: Desk) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    certificate.private_key_pem.write_to_path(str(desk.folder / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(desk.folder / "cert.pem"))
    desk.settings("https://pbx.example.com", '[web]\ntls_cert = "cert.pem"\ntls_key = "key.pem"\n')
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    added = subprocess.run(
        [sys.executable, "-m", "leadsync", "users", "add", "ann", "--role", "admin"],
        cwd=desk.folder,
        env=desk.environment,
        input="ann's password\n",
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert added.returncode == 0
    with page(desk) as (url, opening, _):
        assert opening == url, "users have passwords, not tokens"
        shown, text = get(f"{url}login", trusted)
        assert shown.status == 200
        assert 'type="password"' in text
        assert "max-age" in shown.headers["Strict-Transport-Security"]


PROVIDER = """
[web.oidc]
issuer = "https://login.example.com"
client_id = "leadsync"
client_secret_env = "LEADSYNC_API_KEY"
"""


@pytest.mark.parametrize(
    ("options", "settings", "words"),
    [
        (["--host", "0.0.0.0"], "", "there are no users"),
        ([], '[web]\nbehind_proxy = true\nallowed_hosts = ["leads.example.com"]\n', "there are no users"),
        ([], '[web]\ntls_cert = "missing.pem"\ntls_key = "missing.pem"\n', "cannot be used"),
        ([], "[web]\nruns_at_once = 0\n", "[web] runs_at_once is how many runs are sent at once"),
        ([], "[web]\nport = 80\n", "[web] port is not a setting"),
        ([], PROVIDER, "[web.oidc] needs a user who can log in while the provider is away; add one first"),
    ],
)
def test_what_must_not_listen_does_not(desk: Desk, options: list[str], settings: str, words: str) -> None:
    desk.settings("https://pbx.example.com", settings)
    done = desk.leadsync("web", "--no-browser", *options)
    assert done.code == 2
    assert words in done.err
    assert "token" not in done.out + done.err


def test_a_taken_port_is_told(desk: Desk) -> None:
    desk.settings("https://pbx.example.com")
    with page(desk) as (url, _, _):
        done = desk.leadsync("web", "--no-browser", "--port", str(urlsplit(url).port))
    assert done.code == 2
    assert "choose another port with --port" in done.err


@pytest.mark.skipif(not hasattr(os, "fork"), reason="file modes are POSIX's")
def test_a_damaged_secret_is_made_anew(desk: Desk) -> None:
    desk.settings("https://pbx.example.com")
    desk.state.mkdir(mode=0o700)
    (desk.state / "web_secret").write_bytes(b"short")
    with page(desk) as (_, opening, _):
        assert get(opening)[0].status == 303
    assert len((desk.state / "web_secret").read_bytes()) == 32
