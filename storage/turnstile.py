"""Lets one writer in at a time, those first for whom somebody waits. Knows no database."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# Whoever is waited for asks at two desks, one at a time at each: both get in before a third.
MOST_URGENT_IN_A_ROW = 2


class Turnstile:
    """A lock with two queues, each in its order.

    Who is `urgent` goes before all who are not; after some of them in a row one of the others has
    a turn, so that nobody is kept out for ever.
    """

    def __init__(self) -> None:
        self._is_taken = False
        self._urgent_in_a_row = 0
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def turn(self, *, urgent: bool = False) -> AsyncIterator[None]:
        """Wait for a turn; it ends with the block."""
        await self._enter(self._urgent if urgent else self._others)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, queue: deque[asyncio.Future[None]]) -> None:
        if not self._is_taken:
            self._is_taken = True
            return
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            # The turn may have come in the same moment.
            if turn.done() and not turn.cancelled():
                self._leave()
            raise

    def _leave(self) -> None:
        """Hand the turn on; it is free only where nobody waits, so that nobody overtakes."""
        queues = [self._urgent, self._others]
        if self._urgent_in_a_row >= MOST_URGENT_IN_A_ROW:
            queues.reverse()
        for queue in queues:
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    self._urgent_in_a_row = (
                        self._urgent_in_a_row + 1 if queue is self._urgent else 0
                    )
                    return
        self._urgent_in_a_row = 0
        self._is_taken = False
