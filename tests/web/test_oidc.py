"""Login by an OpenID Connect provider: the way there and back, and everything that is not let in."""

import base64
import hashlib
import hmac
import json
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leadsync.config import Oidc, settings_from
from leadsync.errors import SettingsError
from leadsync.journal import open_journal
from leadsync.web.oidc import Provider, person_of, provider_of
from leadsync.web.roles import ROLES, Role
from leadsync.web.users import Users
from tests.web.conftest import HOST, Browser, Office

ISSUER = "https://login.example.com/realms/sales"
BACK = f"http://{HOST}/login/oidc/back"
SECRET = "client s3cret/+"
CODE = "code-of-ann"


@cache
def signing_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})


def by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """A token as no library makes it: with an HMAC, or without a signature where there is no secret."""
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in (header, claims)]
    signature = hmac.digest(secret, b".".join(parts), "sha256") if secret else b""
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


@dataclass
class Idp:
    """A provider that knows one person, whose login gives one code."""

    office: Office
    person: dict[str, Any] = field(default_factory=lambda: {"preferred_username": "ann"})
    changes: dict[str, Any] = field(default_factory=dict)
    """What the ID token says instead; None leaves a claim out."""
    metadata: dict[str, Any] = field(default_factory=dict)
    key: Any = None
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "1"})
    keys: Any = None
    userinfo: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    secret_in: str = ""
    is_away: bool = False

    def provider(self, **oidc: Any) -> Provider:
        settings = Oidc(issuer=ISSUER, client_id="leadsync page", name="Example Login", **oidc)
        paths = {
            "/realms/sales/.well-known/openid-configuration": self._discovery,
            "/keys": self._keys,
            "/token": self._token,
            "/me": self._userinfo,
        }
        app = Starlette(routes=[Route(path, made, methods=["GET", "POST"]) for path, made in paths.items()])
        return Provider(settings, SecretStr(SECRET), transport=_Line(self, httpx.ASGITransport(app)))

    def send(self, address: str) -> None:
        """Log the person in, as a browser that has come to that address."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://login.example.com/authorize"
        self.asked = {name: one for name, [one] in parse_qs(parts.query).items()}
        self.codes = [CODE]

    async def _discovery(self, _request: Request) -> Response:
        own = {
            "issuer": ISSUER,
            "authorization_endpoint": "https://login.example.com/authorize?theme=dark",
            "token_endpoint": "https://login.example.com/token",
            "jwks_uri": "https://login.example.com/keys",
        }
        return JSONResponse(own | self.metadata)

    async def _keys(self, _request: Request) -> Response:
        public = signing_key().as_dict(private=False)
        other = {"kty": "OKP", "crv": "X448", "x": "AA", "kid": "9"}
        return JSONResponse({"keys": [public, other]} if self.keys is None else self.keys)

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        verifier = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        fits = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() == self.asked["code_challenge"]
        scheme, _, basic = request.headers.get("authorization", "").partition(" ")
        name, _, secret = base64.b64decode(basic).decode().partition(":")
        self.secret_in = scheme or "form"
        given = (unquote_plus(name), unquote_plus(secret)) if scheme else (form["client_id"], form["client_secret"])
        if given != ("leadsync page", SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        if not fits or form["code"] not in self.codes or form["redirect_uri"] != self.asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant", "error_description": "<b>secret words</b>"}, 400)
        self.codes.clear()
        return JSONResponse({"access_token": "secret-access-token", "token_type": "Bearer", "id_token": self.token()})

    async def _userinfo(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer secret-access-token"
        return JSONResponse(self.userinfo)

    def token(self) -> str:
        now = int(self.office.clock().timestamp())
        usual = {"iss": ISSUER, "sub": "4711", "aud": "leadsync page", "exp": now + 300, "iat": now}
        claims = usual | {"nonce": self.asked["nonce"]} | self.person | self.changes
        claims = {name: value for name, value in claims.items() if value is not None}
        if isinstance(self.key, bytes):
            return by_hand(self.header, claims, self.key)
        return jwt.encode(self.header, claims, self.key or signing_key(), algorithms=[self.header["alg"]])


class _Line(httpx.AsyncBaseTransport):
    """The way to the provider, which may be cut."""

    def __init__(self, idp: Idp, inner: httpx.ASGITransport) -> None:
        self._idp = idp
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._idp.is_away:
            raise httpx.ConnectTimeout("secret words of the library")
        self._idp.calls.append(request.url.path)
        return await self._inner.handle_async_request(request)


@pytest.fixture
def idp(office: Office) -> Idp:
    Users(office.state).add("ann", Role.REVIEWER, "ann's password")
    return Idp(office)


def browser_of(idp: Idp, **oidc: Any) -> Browser:
    return idp.office.browser(idp.office.site(Users(idp.office.state), idp.provider(**oidc)))


def come_back(idp: Idp, browser: Browser, path: str = "/login/oidc", **changes: str) -> httpx.Response:
    """Begin a login, log in at the provider, and come back with its answer."""
    begun = browser.get(path)
    assert begun.status_code == 303
    idp.send(begun.headers["location"])
    return browser.get("/login/oidc/back", params={"code": CODE, "state": idp.asked["state"], **changes})


def said(answer: httpx.Response) -> str:
    """The sentence on the login page, without its markup."""
    assert answer.status_code in (403, 502)
    [_, rest] = answer.text.split('<p class="error" role="alert">')
    return rest.split("</p>")[0].replace("&#39;", "'")


def audit(office: Office) -> list[tuple[str, str, dict[str, Any]]]:
    with open_journal(office.state) as journal:
        return [(one.action, one.user, dict(one.detail)) for one in journal.audit()]


def test_a_person_with_a_role_comes_in(idp: Idp) -> None:
    browser = browser_of(idp)
    assert 'href="/login/oidc?next=/leads%3Fq%3DA1">Log in with ' in browser.get("/login?next=/leads%3Fq%3DA1").text
    answer = come_back(idp, browser, "/login/oidc?next=/leads%3Fq%3DA1")
    asked = {name: idp.asked[name] for name in ("response_type", "client_id", "redirect_uri", "scope", "theme")}
    assert asked == {
        "response_type": "code",
        "client_id": "leadsync page",
        "redirect_uri": BACK,
        "scope": "openid profile email",
        "theme": "dark",
    }
    assert (idp.asked["code_challenge_method"], idp.secret_in) == ("S256", "Basic")
    assert answer.status_code == 200, "a redirect would come from the provider's site, without Strict cookies"
    assert '<meta http-equiv="refresh" content="0;url=/leads?q=A1">' in answer.text
    cookies = [one.lower() for one in answer.headers.get_list("set-cookie")]
    assert [("samesite=strict" in one, "samesite=lax; " in f"{one}; ", "max-age=0" in one) for one in cookies] == [
        (True, False, False),
        (False, True, True),
    ]
    assert "ann" in browser.get("/").text
    assert audit(idp.office) == [("login", "ann", {"by": "Example Login"})]


def test_the_cookie_of_the_way_there_is_lax_and_short(idp: Idp) -> None:
    idp.office.secure = True
    begun = browser_of(idp).get("/login/oidc")
    [cookie] = begun.headers.get_list("set-cookie")
    name, _, flags = cookie.partition("=")
    assert name == "__Host-leadsync-login"
    assert {*flags.lower().split("; ")[1:]} == {"httponly", "max-age=600", "path=/", "samesite=lax", "secure"}
    assert parse_qs(urlsplit(begun.headers["location"]).query)["redirect_uri"] == [f"https://{HOST}/login/oidc/back"]


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/logout", "/nowhere"])
def test_a_login_leads_to_no_other_site(idp: Idp, to: str) -> None:
    browser = browser_of(idp)
    begun = browser.get("/login/oidc", params={"next": to})
    idp.send(begun.headers["location"])
    answer = browser.get("/login/oidc/back", params={"code": CODE, "state": idp.asked["state"]})
    assert 'content="0;url=/">' in answer.text


def test_no_other_host_is_come_back_to(idp: Idp) -> None:
    assert browser_of(idp).get("/login/oidc", headers={"host": "evil.example"}).status_code == 421


def test_an_answer_counts_once_and_in_the_browser_that_asked(idp: Idp) -> None:
    lost = "This login took too long, or began in another browser or window; begin it again."
    browser, other = browser_of(idp), browser_of(idp)
    assert said(come_back(idp, browser, state="another")) == lost
    answer = {"code": CODE, "state": idp.asked["state"]}
    assert said(other.get("/login/oidc/back", params=answer)) == lost, "no cookie of a login under way"
    other.client.cookies.set("leadsync-login", browser.client.cookies["leadsync-login"] + "x")
    assert said(other.get("/login/oidc/back", params=answer)) == lost
    idp.office.clock.advance(timedelta(minutes=11))
    assert said(browser.get("/login/oidc/back", params=answer)) == lost
    assert come_back(idp, browser).status_code == 200
    assert said(browser.get("/login/oidc/back", params={"code": CODE, "state": idp.asked["state"]})) == lost
    assert "/token" in idp.calls
    assert audit(idp.office) == [("login", "ann", {"by": "Example Login"})]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"nonce": "another"}, "InvalidClaimError"),
        ({"nonce": None}, "MissingClaimError"),
        ({"aud": "another page"}, "InvalidClaimError"),
        ({"aud": ["leadsync page", "another"], "azp": "another"}, "InvalidClaimError"),
        ({"iss": "https://evil.example"}, "InvalidClaimError"),
        ({"exp": 1_795_467_000}, "ExpiredTokenError"),
        ({"exp": None}, "MissingClaimError"),
        ({"sub": None}, "MissingClaimError"),
    ],
    ids=["nonce", "no nonce", "aud", "azp", "iss", "expired", "no exp", "no sub"],
)
def test_a_token_that_is_not_for_this_login_lets_nobody_in(idp: Idp, changes: dict[str, Any], error: str) -> None:
    idp.changes = changes
    browser = browser_of(idp)
    assert said(come_back(idp, browser)) == (
        f"The provider's token is not valid ({error}); try again, and tell an admin of the page if that does not help."
    )
    assert browser.get("/").status_code == 303
    assert audit(idp.office) == []


@pytest.mark.parametrize(
    ("forged", "error"),
    [
        (lambda: ({"alg": "RS256", "kid": "1"}, RSAKey.generate_key(2048)), "BadSignatureError"),
        (lambda: ({"alg": "ES256", "kid": "2"}, ECKey.generate_key("P-256")), "InvalidKeyIdError"),
        (lambda: ({"alg": "HS256", "kid": "1"}, signing_key().as_pem(private=False)), "UnsupportedAlgorithmError"),
        (lambda: ({"alg": "none", "kid": "1"}, b""), "UnsupportedAlgorithmError"),
    ],
    ids=["foreign key", "unknown key", "public key as a secret", "none"],
)
def test_a_foreign_signature_lets_nobody_in(
    idp: Idp, forged: Callable[[], tuple[dict[str, Any], Any]], error: str
) -> None:
    idp.header, idp.key = forged()
    assert f"token is not valid ({error});" in said(come_back(idp, browser_of(idp)))


def test_new_keys_are_fetched_for_an_unknown_key_id(idp: Idp) -> None:
    browser = browser_of(idp)
    assert come_back(idp, browser).status_code == 200
    new = ECKey.generate_key("P-256", {"kid": "2"})
    idp.key, idp.header, idp.keys = new, {"alg": "ES256", "kid": "2"}, {"keys": [new.as_dict(private=False)]}
    assert come_back(idp, browser).status_code == 200
    assert [idp.calls.count(path) for path in ("/keys", "/realms/sales/.well-known/openid-configuration")] == [2, 1]


def test_a_secret_goes_as_the_provider_takes_it(idp: Idp) -> None:
    idp.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert come_back(idp, browser_of(idp)).status_code == 200
    assert idp.secret_in == "form"


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ({"preferred_username": "eve"}, "eve"),
        ({"preferred_username": "eve\u202e<b>"}, "eve"),
        ({"preferred_username": "eve", "email": "ann", "email_verified": False}, "eve"),
        ({}, "4711"),
    ],
    ids=["unknown", "hostile", "unverified e-mail", "no name"],
)
def test_an_account_without_a_role_is_told(idp: Idp, person: dict[str, Any], name: str) -> None:
    idp.person = person
    browser = browser_of(idp)
    words = said(come_back(idp, browser))
    assert name in words
    assert words.endswith(" has no role on this page; ask an admin of the page for one.")
    assert "<b>" not in words
    assert browser.get("/").status_code == 303
    [(action, user, detail)] = audit(idp.office)
    assert (action, detail) == ("failed login", {"by": "Example Login"})
    assert user.startswith(name)
    assert user.isprintable()


def test_a_verified_email_is_the_name_of_a_user(idp: Idp) -> None:
    Users(idp.office.state).add("bob@example.com", Role.VIEWER, "bob's password")
    idp.person = {"preferred_username": "bob", "email": "bob@example.com", "email_verified": True}
    assert come_back(idp, browser_of(idp)).status_code == 200
    assert audit(idp.office)[0][:2] == ("login", "bob@example.com")


GROUPS = {"role_claim": "groups", "roles": {"desk": "viewer", "leads": "supervisor"}}


def test_groups_of_the_provider_are_roles(idp: Idp) -> None:
    idp.person = {"preferred_username": "zoe", "groups": ["all", "leads", "desk"]}
    browser = browser_of(idp, **GROUPS)
    assert come_back(idp, browser).status_code == 200
    assert browser.get("/new").status_code == 200
    assert browser.get("/users").status_code == 403
    idp.office.clock.advance(timedelta(minutes=20))
    assert browser.get("/").status_code == 200
    idp.office.clock.advance(timedelta(minutes=31))
    assert browser.get("/").status_code == 303, "idle for too long, as with a password"


@pytest.mark.parametrize(("sub", "action"), [("4711", "login"), ("4712", "failed login")])
def test_name_and_groups_may_be_told_beside_the_token(idp: Idp, sub: str, action: str) -> None:
    idp.metadata = {"userinfo_endpoint": "https://login.example.com/me"}
    idp.person, idp.userinfo = {}, {"sub": sub, "preferred_username": "zoe", "groups": ["leads"]}
    come_back(idp, browser_of(idp, **GROUPS))
    assert audit(idp.office)[0][:2] == (action, "zoe" if action == "login" else "4711")


def test_a_session_ends_with_the_roles_it_came_from(idp: Idp) -> None:
    idp.person = {"preferred_username": "zoe", "groups": ["leads"]}
    before = browser_of(idp, **GROUPS)
    come_back(idp, before)
    same = browser_of(idp, **GROUPS)
    others = [browser_of(idp, role_claim="groups", roles={"leads": "viewer"}), browser_of(idp)]
    others.append(idp.office.browser(idp.office.site(Users(idp.office.state))))
    for browser in (same, *others):
        browser.client.cookies.update(before.client.cookies)
    assert [browser.get("/").status_code for browser in (same, *others)] == [200, 303, 303, 303]


@pytest.mark.parametrize(
    ("claims", "claim", "role"),
    [
        ({"groups": ["desk"]}, "groups", Role.VIEWER),
        ({"groups": "leads"}, "groups", Role.SUPERVISOR),
        ({"realm_access": {"roles": ["leads"]}}, "realm_access.roles", Role.SUPERVISOR),
        ({"https://example.com/groups": ["leads"]}, "https://example.com/groups", Role.SUPERVISOR),
        ({"groups": ["Leads", "admin"]}, "groups", None),
        ({"groups": {"leads": True}}, "groups", None),
        ({"groups": [["leads"], None]}, "groups", None),
        ({}, "groups", None),
    ],
    ids=["list", "text", "nested", "address", "others", "object", "no texts", "none"],
)
def test_a_role_by_a_claim(office: Office, claims: dict[str, Any], claim: str, role: Role | None) -> None:
    users = Users(office.state)
    users.add("zoe", Role.ADMIN, "zoe's password")
    oidc = Oidc(role_claim=claim, roles={"desk": "viewer", "leads": "supervisor"})
    name, person = person_of({"sub": "1", "preferred_username": "zoe", **claims}, oidc, users)
    assert (name, person and person.role) == ("zoe", role), "the user's own role does not count"


def test_the_settings_know_every_role() -> None:
    assert Oidc(roles={word: word for word in ROLES}).roles.keys() == ROLES.keys()  # type: ignore[misc]


def test_a_provider_that_is_away_leaves_the_password(idp: Idp) -> None:
    idp.is_away = True
    browser = browser_of(idp)
    answer = browser.get("/login/oidc?next=/leads")
    assert said(answer) == (
        f"The provider at {ISSUER} cannot be reached (it took too long); try again, or log in with a password."
    )
    assert 'name="next" value="/leads"' in answer.text
    entered = browser.post("/login", data={"name": "ann", "password": "ann's password", "next": "/leads"})
    assert entered.headers["location"] == "/leads"


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"issuer": "https://evil.example"}, "gives another issuer (https://evil.example); write that one"),
        ({"token_endpoint": "http://login.example.com/token"}, "does not name its authorization_endpoint, token_endp"),
        ({"authorization_endpoint": "https://login.example.com:x"}, "cannot be reached (its address is not one);"),
        ({"jwks_uri": None}, "does not name its authorization_endpoint, token_endpoint, jwks_uri."),
    ],
    ids=["issuer", "in the clear", "no address", "keys"],
)
def test_a_provider_that_is_none_is_told(idp: Idp, metadata: dict[str, Any], words: str) -> None:
    idp.metadata = metadata
    assert words in said(browser_of(idp).get("/login/oidc"))


@pytest.mark.parametrize(
    "keys", [[], {"keys": "x"}, {"keys": [{"kty": "RSA", "kid": "1"}]}], ids=["list", "text", "half"]
)
def test_keys_that_are_none_let_nobody_in(idp: Idp, keys: Any) -> None:
    idp.keys = keys
    assert said(come_back(idp, browser_of(idp))).startswith("The provider")


@pytest.mark.parametrize(
    ("error", "shown"),
    [("access_denied", "access_denied"), ("Call 0900 1234!", "without a reason"), ("", "without a reason")],
)
def test_an_error_of_the_provider_is_a_sentence(idp: Idp, error: str, shown: str) -> None:
    browser = browser_of(idp)
    idp.send(browser.get("/login/oidc").headers["location"])
    answer = {"state": idp.asked["state"], "error": error, "error_description": "Call 0900 1234!"}
    assert said(browser.get("/login/oidc/back", params=answer)) == (
        f"The provider at {ISSUER} logged nobody in ({shown})."
    )


def test_a_code_that_the_provider_refuses(idp: Idp, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    browser = browser_of(idp)
    assert said(come_back(idp, browser, code="another")) == (
        f"The provider at {ISSUER} gives no answer that fits (invalid_grant); try again, and tell an admin of the page "
        "if that does not help."
    )
    assert come_back(idp, browser).status_code == 200
    assert "(invalid_grant)" in caplog.text
    # The browser of this test logs its own requests.
    logged = "\n".join(one.getMessage() for one in caplog.records if HOST not in one.getMessage())
    for secret in (SECRET, CODE, "secret-access-token", "secret words", idp.asked["nonce"], "eyJ"):
        assert secret not in logged
        assert secret not in str(audit(idp.office))


def test_the_package_is_asked_for_only_where_it_is_needed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "joserfc", None)
    assert provider_of(settings_from({}, "x"), {}) is None
    users = Users(office.state)
    users.add("ann", Role.VIEWER, "ann's password")
    browser = office.browser(office.site(users))
    assert "/login/oidc" not in browser.get("/login").text
    assert browser.get("/login/oidc").status_code == browser.get("/login/oidc/back").status_code == 404
    named = settings_from({"web": {"oidc": {"issuer": ISSUER, "client_id": "x"}}}, "x")
    with pytest.raises(SettingsError, match=r"needs another package; install it with: pip install 'leadsync\[oidc\]'$"):
        provider_of(named, {"LEADSYNC_OIDC_SECRET": "x"})


@pytest.mark.parametrize(
    ("oidc", "words"),
    [
        ({}, r"^\[web\.oidc\] client_id is not set;"),
        ({"client_id": "x", "role_claim": "groups"}, "role_claim and .* belong together"),
        ({"client_id": "x", "roles": {"a": "admin"}}, "role_claim and .* belong together"),
        ({"client_id": "x"}, "holds no client secret"),
    ],
)
def test_half_of_a_provider_is_refused(oidc: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        provider_of(settings_from({"web": {"oidc": {"issuer": ISSUER, **oidc}}}, "x"), {})
