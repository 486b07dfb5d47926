"""The one table of what the two libraries raise: each class of theirs has words, and each name is theirs."""

import builtins
from types import ModuleType

import aiohttp
import httpx
import pytest
from aiohttp import client_exceptions, http_exceptions, http_websocket

from leadsync.dialer import transport, transport_errors
from leadsync.dialer.transport_errors import reason

BASES = {"HTTPError", "RequestError", "TransportError", "ProtocolError", "ClientError", "EofStream"}
"""Classes without words: bases of others, httpx's own around each of aiohttp's, and the end of a stream."""


def errors_of(*modules: ModuleType) -> dict[str, type[Exception]]:
    """The exceptions that are names of these modules, warnings aside."""
    return {
        name: kind
        for module in modules
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, Warning)
    }


THEIRS = errors_of(httpx, aiohttp, client_exceptions, http_exceptions, http_websocket)


def test_both_libraries_are_looked_through() -> None:
    assert len(THEIRS) > 60
    assert {"ReadTimeout", "StreamClosed", "ClientConnectorDNSError", "TransferEncodingError"} <= THEIRS.keys()


@pytest.mark.parametrize("name", sorted(THEIRS))
def test_each_class_has_words(name: str) -> None:
    assert bool(transport_errors._words(THEIRS[name])) == (name not in BASES)


def test_each_name_is_one_of_theirs() -> None:
    known = THEIRS.keys() | errors_of(transport, builtins).keys()
    assert transport_errors._WORDS.keys() <= known


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ReadTimeout("secret"), "it took too long"),
        (httpx.ConnectError("secret"), "there was no connection"),
        (httpx.WriteError("secret"), "the connection was closed"),
        (httpx.RemoteProtocolError("secret"), "it is not HTTP"),
        (httpx.InvalidURL("secret"), "its address is not one"),
        (aiohttp.ServerDisconnectedError("secret"), "the connection was closed"),
        (aiohttp.ClientPayloadError("secret"), "the connection was closed before its end"),
        (aiohttp.SocketTimeoutError("secret"), "it took too long"),
        (ValueError("secret"), "ValueError"),
    ],
)
def test_an_error_is_told_in_our_words(error: Exception, words: str) -> None:
    assert reason(error) == words


def test_aiohttps_error_behind_httpxs_is_told() -> None:
    error = httpx.TransportError("secret")
    error.__cause__ = aiohttp.ClientPayloadError("secret")
    assert reason(error) == "the connection was closed before its end"
