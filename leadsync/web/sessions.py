"""Who asks: signed cookies, and the one-time token of the opened address."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any, Literal, TypedDict

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from leadsync.web.roles import ROLES, Role
from leadsync.web.users import Gate, Users

LONGEST = timedelta(hours=12)
"""The longest session of a user, from the login."""
IDLE = timedelta(minutes=30)
"""The longest time without a request of the user; polls do not count."""
LONGEST_ALONE = timedelta(days=7)
"""The same without users: the one person of a machine has no password to come back with."""
_FRESH = timedelta(minutes=1)
"""A cookie as young as this is not written anew."""
_MOST_ENDED = 10_000
LONGEST_BEGUN = timedelta(minutes=10)
"""The longest way to the provider of logins and back."""


class _Flags(TypedDict):
    path: str
    secure: bool
    httponly: bool
    samesite: Literal["lax"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, and with which rights."""

    name: str
    role: Role


class Sessions:
    """The logins of one server.

    Without users the bearer of the one-time token is everything, under the name of the system's user.
    """

    def __init__(
        self,
        secret: bytes,
        now: Callable[[], datetime],
        *,
        users: Users | None = None,
        alone_as: str = "",
        cookie: str = "leadsync",
        secure: bool = False,
        provider_mark: str = "",
    ) -> None:
        self._serializer = URLSafeSerializer(secret, salt="leadsync session")
        self._begun_serializer = URLSafeSerializer(secret, salt="leadsync login")
        self._sealing_serializer = URLSafeSerializer(secret, salt="leadsync page")
        self._provider_mark = provider_mark
        self._now = now
        self.users = users
        self.gate = Gate(users, now) if users else None
        self._alone_as = alone_as
        self._secure = secure
        self.cookie = f"__Host-{cookie}" if secure else cookie
        self._token = "" if users else secrets.token_urlsafe(32)
        self._ended: dict[str, datetime] = {}

    @property
    def token(self) -> str:
        """The one-time token; empty once it was used, and with users."""
        return self._token

    def seal(self, values: Mapping[str, Any]) -> str:
        """Values as a text for the address or a form of a page, so that nobody makes one by hand."""
        return str(self._sealing_serializer.dumps(values))

    def unseal(self, text: str) -> Mapping[str, Any]:
        """The values of a sealed text; none for any other."""
        try:
            values: Mapping[str, Any] = self._sealing_serializer.loads(text)
        except BadSignature:
            return {}
        return values

    def take_token(self, token: str) -> Person | None:
        """The person with the right token, which is void from now on."""
        if not self._token or not compare_digest(self._token.encode(), token.encode("utf-8", "replace")):
            return None
        self._token = ""
        return Person(self._alone_as, Role.ADMIN)

    def give_back(self, token: str) -> None:
        """Make a token valid again that nobody came in with."""
        self._token = token

    def person(self, request: Request) -> Person | None:
        """Who asks; None without a valid session."""
        session = self._session(request)
        if session is None:
            return None
        if self.users is None:
            return Person(session["user"], Role.ADMIN) if session["mark"] == "" else None
        if "role" in session:
            is_valid = session["mark"] == self._provider_mark != ""
            return Person(session["user"], ROLES[session["role"]]) if is_valid else None
        user = self.users.find(session["user"])
        return Person(user.name, user.role) if user and user.mark == session["mark"] else None

    def begin(self, response: Response, person: Person, provider_mark: str = "") -> None:
        """Give the response the cookie of a new session.

        With `provider_mark` the person has the role from the provider, and need not be a user.
        """
        now = self._now().timestamp()
        user = self.users.find(person.name) if self.users and not provider_mark else None
        mark = user.mark if user else provider_mark
        session = {"id": secrets.token_urlsafe(9), "user": person.name, "mark": mark, "begun": now, "seen": now}
        self._write(response, {**session, "role": person.role.word} if provider_mark else session)

    def keep_begun(self, response: Response, values: Mapping[str, str]) -> None:
        """Give the response the cookie of a login that another site goes on with."""
        kept = str(self._begun_serializer.dumps({**values, "at": self._now().timestamp()}))
        # Lax: the browser comes back from the provider's site, and would leave out a Strict cookie.
        response.set_cookie(self._begun_cookie, kept, max_age=int(LONGEST_BEGUN.total_seconds()), **self._begun_flags)

    def begun(self, request: Request) -> dict[str, str] | None:
        """The values of the login that the browser has begun; None without one, or after ten minutes."""
        try:
            kept: dict[str, Any] = self._begun_serializer.loads(request.cookies.get(self._begun_cookie, ""))
            age = self._now().timestamp() - kept.pop("at")
        except BadSignature:
            return None
        return kept if 0 <= age <= LONGEST_BEGUN.total_seconds() else None

    def drop_begun(self, response: Response) -> None:
        """Forget a login under way."""
        response.delete_cookie(self._begun_cookie, **self._begun_flags)

    @property
    def _begun_cookie(self) -> str:
        return f"{self.cookie}-login"

    @property
    def _begun_flags(self) -> "_Flags":
        return {"path": "/", "secure": self._secure, "httponly": True, "samesite": "lax"}

    def renew(self, request: Request, response: Response) -> None:
        """Note in the response's cookie that the person is still there; a poll proves nothing."""
        if request.method == "GET" and "hx-request" in request.headers:
            return
        session = self._session(request)
        now = self._now().timestamp()
        if session and now - session["seen"] > _FRESH.total_seconds():
            self._write(response, {**session, "seen": now})

    def end(self, request: Request, response: Response) -> None:
        """End the session, for copies of its cookie too."""
        if session := self._session(request):
            now = self._now()
            self._ended = {name: until for name, until in self._ended.items() if until > now}
            if len(self._ended) < _MOST_ENDED:
                self._ended[session["id"]] = now + LONGEST_ALONE
        response.delete_cookie(self.cookie, path="/", secure=self._secure, httponly=True, samesite="strict")

    def _session(self, request: Request) -> dict[str, Any] | None:
        try:
            session: dict[str, Any] = self._serializer.loads(request.cookies.get(self.cookie, ""))
            begun, seen, known = float(session["begun"]), float(session["seen"]), session["id"] not in self._ended
        except (BadSignature, KeyError, TypeError, ValueError):
            return None
        longest, idle = (LONGEST, IDLE) if self.users else (LONGEST_ALONE, LONGEST_ALONE)
        now = self._now().timestamp()
        is_young = 0 <= now - begun <= longest.total_seconds() and 0 <= now - seen <= idle.total_seconds()
        return session if known and is_young else None

    def _write(self, response: Response, session: dict[str, Any]) -> None:
        response.set_cookie(
            self.cookie,
            str(self._serializer.dumps(session)),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )
