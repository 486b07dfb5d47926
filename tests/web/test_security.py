"""Each rule of the page against somebody who breaks it."""

from collections.abc import Callable

import httpx
import pytest

from leadsync.web.roles import Role
from leadsync.web.security import host_name
from tests.web.conftest import HOST, Browser, Office

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8017", "user@127.0.0.1", "", "127.0.0.1:port"]
)
def test_a_name_that_is_not_listed_gets_nothing(alone: Browser, host: str) -> None:
    answer = alone.get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "Runs" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:8017", "localhost:9", "LOCALHOST", "[::1]:8017"])
def test_a_listed_name_is_answered_on_any_port(alone: Browser, host: str) -> None:
    assert alone.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (["Example.COM:80"], "example.com"),
        (["a", "b"], ""),
        ([], ""),
        (["[::1"], ""),
        (["a:0"], ""),
        (["a@b"], ""),
    ],
)
def test_only_one_plain_host_is_a_host(values: list[str], name: str) -> None:
    assert host_name(values) == name


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "origin": f"http://{HOST}"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": f"http://{HOST}.evil.example"},
        {"origin": f"ftp://{HOST}"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_what_another_site_sends_does_nothing(alone: Browser, method: str, headers: dict[str, str]) -> None:
    answer = alone.request(method, "/logout", headers=headers)
    assert answer.status_code == 403
    assert alone.get("/").status_code == 200, "still logged in"


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": f"http://{HOST}"}])
def test_what_an_own_page_sends_is_done(alone: Browser, headers: dict[str, str]) -> None:
    assert alone.request("POST", "/logout", headers=headers).status_code == 303
    assert alone.get("/").status_code == 303, "to the login"


@pytest.mark.parametrize("path", ["/", "/login", "/healthz", "/nowhere", "/static/leadsync.css", "/static/../app.py"])
def test_every_answer_binds_the_browser(alone: Browser, path: str) -> None:
    _check_bound(alone.get(path))


def test_answers_of_the_rules_themselves_bind_the_browser_too(alone: Browser) -> None:
    _check_bound(alone.get("/", headers={"host": "evil.example"}))
    _check_bound(alone.request("POST", "/logout"))


def test_a_page_that_breaks_binds_the_browser_and_tells_no_trace(
    alone: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    detail = "secret detail"

    def breaks(*_values: object, **_options: object) -> object:
        raise RuntimeError(detail)

    monkeypatch.setattr("leadsync.web.runs_page._listed", breaks)
    answer = alone.get("/")
    assert answer.status_code == 500
    _check_bound(answer)
    assert "leadsync itself failed (RuntimeError)" in answer.text
    assert detail not in answer.text
    assert "in _with_journal" in caplog.text
    assert detail not in caplog.text, "a message may quote a sheet"


def _check_bound(answer: httpx.Response) -> None:
    headers = answer.headers
    assert headers["content-security-policy"] == CSP
    assert "unsafe" not in CSP
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert "strict-transport-security" not in headers


def test_over_tls_the_browser_stays_there(office: Office) -> None:
    office.secure = True
    assert "max-age=" in office.browser().get("/login").headers["strict-transport-security"]


def test_neither_the_key_nor_the_address_of_the_dialer_is_shown(
    office: Office, as_role: Callable[[Role], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.settings["server"] = {"url": "https://pbx.example.com/hidden/path"}
    monkeypatch.setenv("LEADSYNC_API_KEY", "f863246a-973e-11e6-8784-08002718f5b5")
    page = as_role(Role.ADMIN).get("/").text
    assert "pbx.example.com" in page
    assert "hidden/path" not in page
    assert "f863246a" not in page


def test_a_path_of_static_files_stays_in_their_folder(alone: Browser) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"):
        answer = alone.get(path)
        assert answer.status_code in (404, 405), path
