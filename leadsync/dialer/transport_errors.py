"""Obstacles on a call's way to the dialer, in a few words; and the certificates required of a dialer."""

import os
import socket
import ssl
import sys
from collections.abc import Iterator

from leadsync.errors import SettingsError

_NAMES = {
    "it took too long": ["TimeoutException", "ServerTimeoutError"],
    "there was no connection": ["ClientConnectorError", "ConnectError"],
    "the connection was closed": [
        "ServerConnectionError",
        "ClientConnectionError",
        "ConnectionResetError",
        "NetworkError",
        "UploadAbortedError",
    ],
    "the connection was closed before its end": ["ClientPayloadError"],
    "it answers before it is asked": ["SpokeFirstError"],
    "it is too long": ["TooLongError"],
    "it is not HTTP": [
        "ClientResponseError",
        "HttpProcessingError",
        "RemoteProtocolError",
        "WebSocketError",
        "WSHandshakeError",
    ],
    "it cannot be unpacked": ["DecodingError", "ContentEncodingError", "DecompressSizeError"],
    "its certificate is another one": ["ServerFingerprintMismatch"],
    "its address is not one": ["InvalidURL", "InvalidURLError", "NonHttpUrlClientError", "UnsupportedProtocol"],
    "it redirects to another address": ["TooManyRedirects", "RedirectClientError"],
    "the proxy failed": ["ProxyError", "ClientHttpProxyError", "ClientProxyConnectionError"],
    "leadsync used it wrongly": [
        "LocalProtocolError",
        "StreamError",
        "CookieConflict",
        "HTTPStatusError",
        "WSMessageTypeError",
    ],
}
"""httpx's and aiohttp's errors by name; a class without a name here is told as the nearest one that it derives from.

The libraries' own texts are never shown: they may hold a part of what the server sent.
"""

_WORDS = {name: words for words, names in _NAMES.items() for name in names}

_NO_HTTPS = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL", "HTTP_REQUEST"})


def certificates(ca_file: str) -> ssl.SSLContext:
    """The trust and TLS settings of every call: the system's authorities, or `ca_file` alone; TLS 1.2 at least.

    Raises SettingsError for a file without certificates.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file) if ca_file else _system_store()
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"[server] ca_file {ca_file!r} cannot be used as a certificate authority: {error}; "
            "give the path of a PEM file."
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _system_store() -> ssl.SSLContext:
    # truststore reads such a file anew for each connection, and keeps a run's loop waiting for 50 ms each time.
    if sys.platform not in ("darwin", "win32") and ssl.get_default_verify_paths().cafile:
        return ssl.create_default_context()
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and those behind it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def reason(error: Exception) -> str:
    """A library's exception in a few words."""
    chain = list(causes(error))
    if any(isinstance(cause, TimeoutError) for cause in chain):
        return "it took too long"
    for cause in reversed(chain):
        if isinstance(cause, socket.gaierror):
            later = cause.errno == socket.EAI_AGAIN
            return "its name cannot be looked up now" if later else "there is no such host"
        # The numbers of these are none of the system's.
        if isinstance(cause, ssl.SSLError):
            return _handshake(cause)
    numbers = [cause.errno for cause in chain if isinstance(cause, OSError) and cause.errno and cause.errno > 0]
    if numbers:
        return os.strerror(numbers[-1]).lower()
    return next(filter(None, (_words(type(cause)) for cause in chain)), type(error).__name__)


def _words(kind: type[BaseException]) -> str:
    """The words for a class of errors; empty for a class without a meaning of its own."""
    return next((_WORDS[base.__name__] for base in kind.__mro__ if base.__name__ in _WORDS), "")


def _handshake(error: ssl.SSLError) -> str:
    # Some libraries' own errors are such by their class alone.
    code = getattr(error, "reason", None) or ""
    if code in _NO_HTTPS:
        return "it does not speak HTTPS"
    return getattr(error, "verify_message", "") or code.replace("_", " ").lower() or str(error)


def bad_certificate(error: Exception) -> str:
    """A sentence for an unverified certificate as the reason of an error; empty for other reasons."""
    if not any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes(error)):
        return ""
    return (
        f"the dialer's certificate does not verify ({reason(error)}); this call was not sent. "
        "Correct `url`, or name the dialer's certificate authority in `ca_file`"
    )
