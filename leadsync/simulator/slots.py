"""The dialer's slots: the calls under way at once, and the order of the others."""

import asyncio
from collections import deque


class Slots:
    """`count` slots, given out first come, first served.

    Source: the vendor's Update Lead Fast page. At most (hardware threads / 2) calls run at once, the rest queue, and a
    call is answered 109 after a minute's queueing. Not an `asyncio.Semaphore`: that belongs to one event loop for good,
    and a dialer stopped and started again runs on another.
    """

    def __init__(self, count: int, queue_timeout_seconds: float) -> None:
        self.count = count
        self.queue_timeout_seconds = queue_timeout_seconds
        self.in_use = 0
        self.peak_in_use = 0
        self.queued = 0
        """Calls that did not get a slot at once."""
        self.longest_queue = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    async def take(self) -> bool:
        """Waits for a slot; False if the queue's timeout ended the wait. Each True wants one `give_back`."""
        if self.in_use < self.count:
            self.in_use += 1
            self.peak_in_use = max(self.peak_in_use, self.in_use)
            return True
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        self.queued += 1
        self.longest_queue = max(self.longest_queue, len(self._queue))
        try:
            await asyncio.wait((turn,), timeout=self.queue_timeout_seconds)
        except asyncio.CancelledError:
            # A slot may have been handed over just before the client left: it goes on to the next.
            self._leave(turn)
            raise
        if turn.done():
            return True
        self._queue.remove(turn)
        return False

    def give_back(self) -> None:
        """Frees a slot, or hands it to the call with the longest wait."""
        if self._queue:
            # `in_use` stays: the slot changes hands.
            self._queue.popleft().set_result(None)
        else:
            self.in_use -= 1

    def _leave(self, turn: asyncio.Future[None]) -> None:
        if turn.done():
            self.give_back()
        else:
            self._queue.remove(turn)
