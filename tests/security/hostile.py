"""A server that means harm: it answers every connection with whatever bytes a test wishes, for as long as it likes."""

import contextlib
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

MOST_SECONDS = 20.0
"""No answer goes on for longer, whatever the client does: a test that fails must end."""


@dataclass
class Hostile:
    """The server's address, and the requests that came."""

    url: str
    requests: list[bytes] = field(default_factory=list)


@contextmanager
def hostile(answer: Callable[[], Iterable[bytes]], tls: ssl.SSLContext | None = None) -> Iterator[Hostile]:
    """Answers each connection's first request with the pieces that `answer` gives, then closes it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Hostile(f"http{'s' if tls else ''}://127.0.0.1:{listener.getsockname()[1]}")
        connections: list[socket.socket] = []

        def serve(connection: socket.socket) -> None:
            ends = time.monotonic() + MOST_SECONDS
            with contextlib.suppress(OSError), connection, secured(connection, tls) as wire:
                request = b""
                while b"\r\n\r\n" not in request:
                    if not (piece := wire.recv(65_536)):
                        return
                    request += piece
                server.requests.append(request)
                for piece in itertools.takewhile(lambda _: time.monotonic() < ends, answer()):
                    wire.sendall(piece)
                if tls is None:
                    # What the client has not read yet would be lost.
                    wire.shutdown(socket.SHUT_WR)
                    while wire.recv(65_536):
                        pass

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    connections.append(connection)
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            # A close alone does not wake those who wait in it.
            for one in (listener, *connections):
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            thread.join()


def secured(connection: socket.socket, tls: ssl.SSLContext | None) -> socket.socket:
    return tls.wrap_socket(connection, server_side=True) if tls else connection


def head(status: str = "200 OK", *lines: str) -> bytes:
    """The head of an answer with an end at the connection's end, unless `lines` say otherwise."""
    return "\r\n".join([f"HTTP/1.1 {status}", "Connection: close", *lines, "", ""]).encode()


def drip(piece: bytes, seconds: float = 0.02) -> Iterator[bytes]:
    """The same piece again and again, slowly and for ever."""
    while True:
        time.sleep(seconds)
        yield piece
