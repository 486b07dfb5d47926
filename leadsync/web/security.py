"""What each request and answer has to fulfil: Host, Origin, and the headers that bind the browser."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadsync.web.site import Site

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_NO_SUCH_HOST = "This server does not answer under that name; [web] allowed_hosts names those it answers under.\n"
_FOREIGN = "This came from another site, or from a browser that does not say where it comes from; nothing was done.\n"


class Security:
    """ASGI middleware in front of everything."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("cache-control", "no-store")
                if self._site.secure:
                    headers["strict-transport-security"] = "max-age=31536000"
            await send(message)

        headers = Headers(scope=scope)
        answer: ASGIApp = self._app
        if host_name(headers.getlist("host")) not in self._site.hosts:
            answer = PlainTextResponse(_NO_SUCH_HOST, status_code=421)
        elif scope["method"] not in _SAFE_METHODS and not _is_own(headers):
            answer = PlainTextResponse(_FOREIGN, status_code=403)
        await answer(scope, receive, protected)


def host_name(values: list[str]) -> str:
    """The name in a request's only Host header, in small letters and without the port; empty for any other."""
    try:
        parts = urlsplit(f"//{values[0]}") if len(values) == 1 else None
        # A port that is no number raises here.
        return parts.hostname or "" if parts and parts.port != 0 and "@" not in parts.netloc else ""
    except ValueError:
        return ""


def _is_own(headers: Headers) -> bool:
    """Whether a request that changes something comes from a page of this server."""
    if site := headers.get("sec-fetch-site"):
        return site == "same-origin"
    scheme, _, host = headers.get("origin", "").partition("://")
    return scheme in ("http", "https") and host.lower() == headers["host"].lower()
