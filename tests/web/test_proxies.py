"""The proxies of the pages in front of the page: people log in, upload and log out through them."""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import trustme

from tests.conftest import Desk

PROXIES = Path(__file__).parent.parent.parent / "docs" / "proxies"
PAGE = (PROXIES.parent / "how-to" / "page-for-a-team.md").read_text("utf-8")
HOST = "leads.example.com"
TEAM = f'[web]\nbehind_proxy = true\nallowed_hosts = ["{HOST}"]\n'
PASSWORD = "ann's password"


def program(name: str) -> str:
    found = shutil.which(name, path=os.pathsep.join((os.environ["PATH"], "/usr/sbin")))
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@contextmanager
def running(*command: str | Path, **options: Any) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, encoding="utf-8", **options) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(120)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def nginx(folder: Path, port: int, page: int) -> list[str]:
    """The command of nginx with the configuration of the pages, on loopback and in a folder of its own."""
    text = (PROXIES / "nginx.conf").read_text("utf-8").replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    text = text.replace("/etc/leadsync/", f"{folder}/").replace(":8017", f":{page}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; events {{}} http {{ access_log off; {places}\n{text}}}"
    )
    return [program("nginx"), "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, port: int, page: int) -> list[str]:
    """The same of Caddy, with a certificate of the test."""
    text = (PROXIES / "Caddyfile").read_text("utf-8").replace(":8017", f":{page}")
    own = f"\tbind 127.0.0.1\n\ttls {folder}/cert.pem {folder}/key.pem\n"
    text = re.sub(r"^(\S+) \{\n", lambda found: f"{found[1]}:{port} {{\n{own}", text)
    (folder / "Caddyfile").write_text(f"{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{text}")
    return [program("caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


class Visitor:
    """A browser without the table of names: the proxy's certificate is for the real host."""

    def __init__(self, port: int, tls: ssl.SSLContext) -> None:
        self._port, self._tls = port, tls
        self.cookie = ""

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = "", host: str = HOST, origin: str = ""
    ) -> tuple[HTTPResponse, str]:
        connection = HTTPSConnection("127.0.0.1", self._port, context=self._tls, timeout=120)
        shown = f"{host}:{self._port}"
        headers = {"Host": shown, "Origin": origin or f"https://{shown}"} | ({"Content-Type": kind} if kind else {})
        try:
            connection.request(method, path, body, {**headers, **({"Cookie": self.cookie} if self.cookie else {})})
            answer = connection.getresponse()
            if set_cookie := answer.headers["Set-Cookie"]:
                self.cookie = set_cookie.partition(";")[0]
            return answer, answer.read().decode()
        finally:
            connection.close()


@pytest.fixture
def team(desk: Desk) -> Iterator[int]:
    """The port of a page for a team behind a proxy."""
    desk.settings("https://pbx.example.com", TEAM)
    add = [sys.executable, "-m", "leadsync", "users", "add", "ann", "--role", "supervisor"]
    options: dict[str, Any] = {"cwd": desk.folder, "env": desk.environment}
    subprocess.run(add, input=f"{PASSWORD}\n", encoding="utf-8", check=True, timeout=60, **options)
    command = [sys.executable, "-m", "leadsync", "web", "--no-browser", "--port", "0", "--json"]
    with running(*command, stdout=subprocess.PIPE, **options) as page:
        assert page.stdout is not None
        yield int(json.loads(page.stdout.readline())["url"].rstrip("/").rpartition(":")[2])


@pytest.mark.parametrize("proxy", [nginx, caddy], ids=["nginx", "caddy"])
def test_people_work_through_the_proxy(desk: Desk, team: int, proxy: Any) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert(HOST, "127.0.0.1")
    certificate.private_key_pem.write_to_path(str(desk.folder / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(desk.folder / "cert.pem"))
    tls = ssl.create_default_context()
    authority.configure_trust(tls)
    # The name in the handshake is the address here: the certificate has both.
    port = free_port()
    visitor = Visitor(port, tls)
    environment = {**os.environ, "HOME": str(desk.folder)}
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        environment.pop(name, None)
    with running(*proxy(desk.folder, port, team), env=environment, cwd=desk.folder):
        wait_until_open(port)
        page, text = visitor.ask("GET", "/login")
        assert (page.status, 'type="password"' in text) == (200, True)
        form = urlencode({"name": "ann", "password": PASSWORD, "next": "/new"}).encode()
        foreign, _ = visitor.ask("POST", "/login", form, "application/x-www-form-urlencoded", origin="https://evil")
        assert foreign.status == 403
        entered, _ = visitor.ask("POST", "/login", form, "application/x-www-form-urlencoded")
        assert (entered.status, entered.headers["Location"]) == (303, "/new")
        assert visitor.cookie.startswith("__Host-")
        # More than any buffer of a proxy.
        sheet = "Lead Id,Note\r\n" + "".join(f"A{number},{'x' * 10_000}\r\n" for number in range(300))
        head = '--x\r\nContent-Disposition: form-data; name="file"; filename="leads.csv"\r\n\r\n'
        taken, _ = visitor.ask(
            "POST", "/uploads", f"{head}{sheet}\r\n--x--\r\n".encode(), "multipart/form-data; boundary=x"
        )
        assert taken.status == 303
        assert taken.headers["Location"].startswith("/drafts/")
        out, _ = visitor.ask("POST", "/logout")
        assert (out.status, out.headers["Location"]) == (303, "/login")


def wait_until_open(port: int) -> None:
    end = time.monotonic() + 120
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < end, "the proxy does not listen"
            time.sleep(0.05)
        else:
            return


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_the_page_shows_the_proxies_configuration(name: str) -> None:
    assert f"\n{(PROXIES / name).read_text('utf-8')}```\n" in PAGE


def test_a_copy_of_the_journal_is_made_while_it_is_in_use(desk: Desk) -> None:
    if shutil.which("sqlite3") is None:
        pytest.skip("sqlite3 is not installed")
    [line] = [line for line in PAGE.splitlines() if ".backup" in line]
    desk.dialer()
    run = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,Outcome", "A1,Sale"), "--json").json["run"]
    (copy := desk.folder / "copy").mkdir(mode=0o700)
    line = line.removeprefix("sudo -u leadsync ").replace("/var/lib/leadsync", str(desk.state))
    subprocess.run(line.replace("/var/backups/leadsync", str(copy)), shell=True, check=True, timeout=60)
    shown = desk.leadsync("show", run, "--state", copy, "--json").json
    assert shown["statuses"] == {"succeeded": 1}
