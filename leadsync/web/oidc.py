"""Login by an OpenID Connect provider: the authorization code flow with PKCE.

Sources: OpenID Connect Core 1.0 and Discovery 1.0, RFC 6749, RFC 7636. Tokens are neither kept nor logged.
"""

import base64
import hashlib
import logging
import re
import secrets
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote_plus

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.config import Oidc, Settings
from leadsync.errors import SettingsError, UsageError
from leadsync.terminal import visible
from leadsync.web.login_page import login_form, page_path
from leadsync.web.roles import ROLES
from leadsync.web.sessions import Person
from leadsync.web.site import site_of
from leadsync.web.templates import render
from leadsync.web.users import LONGEST_NAME, Users

if TYPE_CHECKING:
    import httpx
    from joserfc.jwk import KeySet
    from pydantic import SecretStr

_DISCOVERY = "/.well-known/openid-configuration"
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_SCOPES = "openid profile email"
_TIMEOUT_SECONDS = 10.0
_LEEWAY_SECONDS = 60
"""The difference between the clocks of the provider and of this machine that is let pass."""
# Signatures by private keys alone: "none" and HMAC, whose key would be the public one, are left out.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_TRY_AGAIN = "try again, and tell an admin of the page if that does not help."
_LOST = "This login took too long, or began in another browser or window; begin it again."
_log = logging.getLogger(__name__)

Claims = Mapping[str, Any]


class Begun(NamedTuple):
    """A login under way: kept in a signed cookie until the browser comes back."""

    state: str
    nonce: str
    verifier: str
    to: str


class Provider:
    """The provider of the settings. Raises SettingsError without the package for it.

    Its metadata and keys are fetched at the first login and kept; the keys are fetched again for an unknown key id.
    """

    def __init__(self, oidc: Oidc, secret: "SecretStr", *, transport: "httpx.AsyncBaseTransport | None" = None) -> None:
        if find_spec("joserfc") is None:
            raise SettingsError(
                "Login by [web.oidc] needs another package; install it with: pip install 'leadsync[oidc]'"
            )
        self.oidc = oidc
        self._secret = secret
        self._transport = transport
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None

    @property
    def mark(self) -> str:
        """Changes with the provider and the roles by its claim: sessions of the old ones end. Empty without a claim."""
        return hashlib.sha256(self.oidc.model_dump_json().encode()).hexdigest()[:16] if self.oidc.role_claim else ""

    @property
    def _scheme(self) -> str:
        """The beginning of the provider's addresses: in the clear on this machine alone."""
        return "https://" if self.oidc.issuer.startswith("https://") else "http"

    @cached_property
    def _trusted(self) -> "ssl.SSLContext | bool":
        from leadsync.dialer.transport_errors import certificates

        # Loading the system's authorities takes 60 ms, and plain HTTP needs none.
        return certificates("") if self._scheme == "https://" and self._transport is None else True

    async def metadata(self) -> Mapping[str, Any]:
        """What the provider says of itself. Raises UsageError if it does not answer, or is another one."""
        if not self._metadata:
            found = await self._fetch(self.oidc.issuer.rstrip("/") + _DISCOVERY)
            if found.get("issuer") != self.oidc.issuer:
                raise UsageError(
                    f"The provider at {self.oidc.issuer} gives another issuer ({visible(str(found.get('issuer')))}); "
                    "write that one into [web.oidc] issuer, letter for letter, if it is yours."
                )
            if not all(str(found.get(name, "")).startswith(self._scheme) for name in _ENDPOINTS):
                raise UsageError(f"The provider at {self.oidc.issuer} does not name its {', '.join(_ENDPOINTS)}.")
            self._metadata = found
        return self._metadata

    async def address(self, begun: Begun, back: str) -> str:
        """The provider's address for this login; the browser comes back to `back`. Raises UsageError."""
        import httpx

        challenge = hashlib.sha256(begun.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.oidc.client_id,
            "redirect_uri": back,
            "scope": _SCOPES,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        known = await self.metadata()
        with self._told():
            return str(httpx.URL(known["authorization_endpoint"]).copy_merge_params(asked))

    async def claims(self, begun: Begun, code: str, back: str, now: datetime) -> Claims:
        """The verified claims about the person whose login gave `code`. Raises UsageError."""
        known = await self.metadata()
        secret, form = self._secret.get_secret_value(), {"grant_type": "authorization_code", "code": code}
        form |= {"redirect_uri": back, "code_verifier": begun.verifier}
        options: dict[str, Any] = {}
        if "client_secret_basic" in (known.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]):
            # RFC 6749, section 2.3.1: both are encoded as in a form first.
            options["auth"] = (quote_plus(self.oidc.client_id), quote_plus(secret))
        else:
            form |= {"client_id": self.oidc.client_id, "client_secret": secret}
        answer = await self._fetch(known["token_endpoint"], "POST", data=form, **options)
        claims = await self._verified(str(answer.get("id_token", "")), begun.nonce, now)
        return await self._with_profile(claims, str(answer.get("access_token", "")))

    async def _with_profile(self, claims: Claims, access_token: str) -> Claims:
        """The claims; some providers leave name and groups to their userinfo endpoint (Core, section 5.3)."""
        has_groups = not self.oidc.role_claim or _values(claims, self.oidc.role_claim)
        if has_groups and not {"preferred_username", "email"}.isdisjoint(claims):
            return claims
        endpoint = str((await self.metadata()).get("userinfo_endpoint", ""))
        if not endpoint.startswith(self._scheme):
            return claims
        told = await self._fetch(endpoint, headers={"authorization": f"Bearer {access_token}"})
        # Section 5.3.2: an answer about somebody else is left aside.
        return {**told, **claims} if told.get("sub") == claims["sub"] else claims

    async def _verified(self, token: str, nonce: str, now: datetime) -> Claims:
        """The claims of an ID token (Core, section 3.1.3.7)."""
        from joserfc.errors import InvalidKeyIdError, JoseError
        from joserfc.jws import JWSRegistry
        from joserfc.jwt import JWTClaimsRegistry, decode

        # Providers put parameters of their own into the header.
        registry = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
        rules = JWTClaimsRegistry(
            int(now.timestamp()),
            _LEEWAY_SECONDS,
            iss={"essential": True, "value": self.oidc.issuer},
            aud={"essential": True, "value": self.oidc.client_id},
            azp={"value": self.oidc.client_id},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
            exp={"essential": True},
        )
        try:
            try:
                claims = decode(token, await self._key_set(), registry=registry).claims
            except InvalidKeyIdError:
                self._keys = None
                claims = decode(token, await self._key_set(), registry=registry).claims
            rules.validate(claims)
        except (JoseError, ValueError, TypeError, AttributeError) as error:
            # Its message may quote the token.
            raise UsageError(f"The provider's token is not valid ({type(error).__name__}); {_TRY_AGAIN}") from error
        return claims

    async def _key_set(self) -> "KeySet":
        from joserfc.jwk import KeySet

        if self._keys is None:
            listed = (await self._fetch((await self.metadata())["jwks_uri"])).get("keys", [])
            # Other kinds, and keys for encryption, sign nothing.
            fit = [key for key in listed if key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"]
            self._keys = KeySet.import_key_set({"keys": fit})
        return self._keys

    async def _fetch(self, url: str, method: str = "GET", **options: Any) -> dict[str, Any]:
        """The JSON object at an address of the provider. Raises UsageError."""
        import httpx

        with self._told():
            async with httpx.AsyncClient(
                transport=self._transport, verify=self._trusted, timeout=_TIMEOUT_SECONDS
            ) as client:
                response = await client.request(method, url, **options)
        try:
            found = response.json()
        except ValueError:
            found = None
        if response.is_success and isinstance(found, dict):
            return found
        code = _error_code(found.get("error")) if isinstance(found, dict) else ""
        raise UsageError(
            f"The provider at {self.oidc.issuer} gives no answer that fits ({code or f'HTTP {response.status_code}'}); "
            f"{_TRY_AGAIN}"
        )

    @contextmanager
    def _told(self) -> "Iterator[None]":
        """Tell errors of the HTTP client in one sentence."""
        import httpx

        from leadsync.dialer.transport_errors import reason

        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UsageError(
                f"The provider at {self.oidc.issuer} cannot be reached ({reason(error)}); try again, or log in with a "
                "password."
            ) from error


def provider_of(settings: Settings, environment: Mapping[str, str]) -> Provider | None:
    """The provider of the settings; None if they name none. Raises SettingsError."""
    oidc = settings.web.oidc
    if not oidc.issuer:
        return None
    if not oidc.client_id:
        raise SettingsError("[web.oidc] client_id is not set; the provider gives it when you add the page there.")
    if bool(oidc.role_claim) != bool(oidc.roles):
        raise SettingsError("[web.oidc] role_claim and [web.oidc.roles] belong together; set both or none.")
    return Provider(oidc, settings.oidc_secret(environment))


def person_of(claims: Claims, oidc: Oidc, users: Users) -> tuple[str, Person | None]:
    """The name that verified claims give a person, and the person; None without a role on the page."""
    # A person may type any e-mail into the profile of some providers: only a verified one is a name.
    emails = [claims.get("email")] if claims.get("email_verified") is True else []
    names = [name for name in (claims.get("preferred_username"), *emails) if isinstance(name, str) and name]
    name = visible((names or [claims["sub"]])[0])[:LONGEST_NAME]
    if not oidc.role_claim:
        user = next((user for user in map(users.find, names) if user), None)
        return name, Person(user.name, user.role) if user else None
    roles = [ROLES[oidc.roles[value]] for value in _values(claims, oidc.role_claim) if value in oidc.roles]
    return name, Person(name, max(roles)) if roles else None


def _values(claims: Claims, name: str) -> list[str]:
    """The texts of a claim; `a.b` is also the claim b in the object a."""
    value: Any = claims
    for part in [name] if name in claims else name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]


def _error_code(text: object) -> str:
    """The code of an error; empty for words, which somebody may have written into an address."""
    return text if isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_]{1,40}", text) else ""


def _provider(request: Request) -> Provider:
    if (provider := site_of(request).provider) is None:
        raise HTTPException(404)
    return provider


def _back(request: Request) -> str:
    """The address to come back to: `Security` has let only one of the page's own hosts through."""
    return f"{'https' if site_of(request).secure else 'http'}://{request.headers['host']}/login/oidc/back"


async def begin(request: Request) -> Response:
    """Send the browser to the provider."""
    to = page_path(request, request.query_params.get("next", ""))
    begun = Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32), to)
    try:
        response = RedirectResponse(await _provider(request).address(begun, _back(request)), status_code=303)
    except UsageError as error:
        return login_form(request, 502, words=str(error), to=to)
    site_of(request).sessions.keep_begun(response, begun._asdict())
    return response


async def back(request: Request) -> Response:
    """Log in the person whom the provider sends back."""
    provider, sessions = _provider(request), site_of(request).sessions
    kept, state = sessions.begun(request), request.query_params.get("state", "")
    if kept is None or not secrets.compare_digest(kept["state"].encode(), state.encode()):
        return login_form(request, 403, words=_LOST)
    begun = Begun(**kept)
    try:
        response = await _answer(request, provider, begun)
    except UsageError as error:
        _log.warning("Nobody was logged in by [web.oidc]: %s", error)
        response = login_form(request, 403, words=str(error), to=begun.to)
    sessions.drop_begun(response)
    return response


async def _answer(request: Request, provider: Provider, begun: Begun) -> Response:
    """The page behind a login. Raises UsageError if the provider has logged nobody in."""
    site, asked = site_of(request), request.query_params
    if "code" not in asked:
        code = _error_code(asked.get("error"))
        raise UsageError(f"The provider at {provider.oidc.issuer} logged nobody in ({code or 'without a reason'}).")
    claims = await provider.claims(begun, asked["code"], _back(request), site.now())
    name, person = await anyio.to_thread.run_sync(person_of, claims, provider.oidc, Users(site.state))
    action = "login" if person else "failed login"
    who = person.name if person else name
    await site.read(lambda journal: journal.add_audit(action, who, by=provider.oidc.name))
    if person is None:
        words = f"{name} has no role on this page; ask an admin of the page for one."
        return login_form(request, 403, words=words, to=begun.to)
    # Not a redirect: that would belong to the way from the provider's site, on which browsers send no Strict cookie.
    response = render(request, "entered.html", to=begun.to or "/")
    site.sessions.begin(response, person, provider.mark)
    return response


ROUTES = [
    Route("/login/oidc", begin, name="oidc"),
    Route("/login/oidc/back", back, name="oidc_back"),
]
