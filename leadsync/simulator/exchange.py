"""One request and its answer over ASGI, and each fault's effect on the answer."""

import asyncio
import socket
import struct
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from leadsync.simulator.answers import HTML_PAGE, Answer, as_json
from leadsync.simulator.faults import FaultKind, FaultRule, Page

TRANSPORT = "leadsync.transport"
"""The ASGI scope's extension that holds the connection's transport: ASGI itself has no way to cut a connection."""

# l_onoff = 1 and l_linger = 0: the kernel sends an RST on close.
_NO_LINGERING = struct.pack("ii", 1, 0)
# h11 refuses a body with these statuses.
_BODILESS = (204, 304)


def reset(transport: asyncio.BaseTransport) -> None:
    """Ends a connection with an RST, dropping its unsent output."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
    transport.abort()  # type: ignore[attr-defined] # every transport of a connection has it


@dataclass(frozen=True, slots=True)
class Exchange:
    """The three parts of an ASGI call."""

    scope: Scope
    receive: Receive
    send: Send

    async def body(self) -> bytes | None:
        """The request's whole body; None if the client left before its end."""
        parts = []
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                return None
            parts.append(message["body"])
            if not message.get("more_body", False):
                return b"".join(parts)

    async def answer(self, answer: Answer) -> None:
        """Sends an answer."""
        await self._head(answer)
        await self.send({"type": "http.response.body", "body": answer.body})

    async def answer_with(self, fault: FaultRule, answer: Answer) -> None:
        """Changes `answer` after `fault`."""
        if fault.kind in (FaultKind.CODE, FaultKind.SLOW):
            await self.answer(answer)
            return
        if fault.kind is FaultKind.DRIP:
            await self._drip(answer, fault.seconds)
            return
        await asyncio.sleep(fault.seconds)
        if fault.status is not None:
            await self.answer(_instead_of(answer, fault.status, fault))
            return
        if fault.kind is FaultKind.CUT:
            await self._head(answer)
            await self.send({"type": "http.response.body", "body": answer.beginning, "more_body": True})
        if fault.kind in (FaultKind.REFUSE, FaultKind.RESET):
            reset(self._transport)
        elif fault.kind is not FaultKind.HANG:
            self._transport.close()
        # If the call returned, uvicorn would answer or close by itself.
        await self._client_gone()

    @property
    def _transport(self) -> asyncio.Transport:
        transport: asyncio.Transport = self.scope["extensions"][TRANSPORT]
        return transport

    async def _head(self, answer: Answer) -> None:
        headers = {"content-type": answer.content_type, "content-length": str(len(answer.body)), **answer.headers}
        encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": answer.status, "headers": encoded})

    async def _drip(self, answer: Answer, seconds: float) -> None:
        await self._head(answer)
        for position in range(len(answer.body)):
            await asyncio.sleep(seconds)
            byte = answer.body[position : position + 1]
            await self.send({"type": "http.response.body", "body": byte, "more_body": True})
        await self.send({"type": "http.response.body", "body": b""})

    async def _client_gone(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass


def _instead_of(answer: Answer, status: int, fault: FaultRule) -> Answer:
    if fault.page in (None, Page.HTML):
        body, content_type = HTML_PAGE, "text/html; charset=utf-8"
    elif fault.page is Page.JSON:
        body, content_type = as_json(status, {"error": "unavailable"}).body, "application/json"
    else:
        body, content_type = b"" if fault.page is Page.EMPTY else answer.beginning, "application/json"
    return Answer(status, b"" if status in _BODILESS else body, content_type, fault.headers)
