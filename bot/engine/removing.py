"""Deletes messages at Discord that are to go, in each place one after the other. Decides not which.

A place that takes nothing for a while keeps its own messages waiting, and nobody else's.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from bot.domain.errors import CourierError, StorageError
from bot.domain.removal import Removal
from bot.domain.schedule import retry_s
from bot.engine.courier import Courier
from storage import removals
from storage.database import Database

log = logging.getLogger(__name__)

# Discord lets old messages go slowly, and pictures are to be posted meanwhile.
PACE_S = 1.0
# So many places may hang before all others wait.
AT_ONCE = 8
LONGEST_NAP_S = 60.0
STORAGE_NAP_S = 5.0
BROKEN_WAIT_S = 6 * 3600.0


class Remover:
    """Works off a list that stands in the database. Made by the app; `run` it in a task."""

    def __init__(
        self,
        database: Database,
        *,
        courier: Courier,
        now: Callable[[], datetime],
        pace_s: float = PACE_S,
    ) -> None:
        self._database = database
        self._courier = courier
        self._now = now
        self._pace_s = pace_s
        self._bell = asyncio.Event()
        self._steps: set[asyncio.Task[float]] = set()
        # Where what is being deleted stands, by its number on the list.
        self._in_hand: dict[int, int | None] = {}
        self._tries: dict[int, int] = {}
        self._stopping = False

    def wake(self) -> None:
        """There may be something on the list."""
        self._bell.set()

    def stop(self) -> None:
        """Begin no further removal: `run` ends with those that are under way."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        """Work until `stop`."""
        try:
            while not self._stopping:
                self._bell.clear()
                await self._rest(await self._begin())
            if self._steps:
                await asyncio.wait(self._steps)
        finally:
            unfinished = list(self._steps)
            for step in unfinished:
                step.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)

    async def step(self) -> float:
        """Delete the message that is due first; how long to wait for the next one, in seconds.

        Passed over is what stands where another is just being deleted.
        """
        busy = {place for place in self._in_hand.values() if place is not None}
        async with self._database.reading() as tx:
            first = await removals.next_due(
                tx, now=self._now(), in_hand=list(self._in_hand), busy=busy
            )
        if first is None:
            return LONGEST_NAP_S
        number, removal, due_at = first
        wait_s = (due_at - self._now()).total_seconds()
        if wait_s > 0:
            # Never within the pace, where the bell is not heard.
            return min(max(wait_s, self._pace_s * 1.1), LONGEST_NAP_S)
        if number not in self._in_hand:
            self._in_hand[number] = removal.place
            try:
                await self._remove(number, removal)
            finally:
                del self._in_hand[number]
        return self._pace_s

    async def _begin(self) -> float:
        """Begin a step, and wait for it as long as the pace is; how long to rest after that."""
        if len(self._steps) == AT_ONCE:
            return LONGEST_NAP_S
        step = asyncio.create_task(self._careful_step(), name="removal")
        self._steps.add(step)
        step.add_done_callback(self._steps.discard)
        await asyncio.wait({step}, timeout=self._pace_s)
        if step.done():
            return step.result()
        # Others pass it; when it is done, there may be more in that place.
        step.add_done_callback(lambda _: self.wake())
        return 0.0

    async def _careful_step(self) -> float:
        try:
            return await self.step()
        except StorageError as error:
            log.error("removing.storage_failed why=%s", error)
            return STORAGE_NAP_S

    async def _rest(self, nap_s: float) -> None:
        if nap_s <= self._pace_s:
            await asyncio.sleep(nap_s)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(nap_s):
                await self._bell.wait()

    async def _remove(self, number: int, removal: Removal) -> None:
        try:
            await self._courier.remove(removal)
        except CourierError as error:
            await self._later(number, error)
        except Exception:
            # One message must not stop the others.
            log.exception("removing.failed")
            await self._later(number, CourierError("it broke", retry_after_s=BROKEN_WAIT_S))
        else:
            self._tries.pop(number, None)
            async with self._database.transaction() as tx:
                await removals.done(tx, number)

    async def _later(self, number: int, error: CourierError) -> None:
        tries = self._tries[number] = self._tries.get(number, 0) + 1
        patience_s = max(error.retry_after_s or 0.0, retry_s(tries))
        log.warning("removing.later why=%s retry_s=%.0f", error, patience_s)
        async with self._database.transaction() as tx:
            await removals.later(tx, number, due_at=self._now() + timedelta(seconds=patience_s))
