"""Deletes messages at Discord that are to go, one after the other. Decides not which."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from bot.domain.errors import CourierError, StorageError
from bot.domain.schedule import retry_s
from bot.engine.courier import Courier
from storage import removals
from storage.database import Database

log = logging.getLogger(__name__)

# Discord lets old messages go slowly, and pictures are to be posted meanwhile.
PACE_S = 1.0
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
        self._tries: dict[int, int] = {}
        self._stopping = False

    def wake(self) -> None:
        """There may be something on the list."""
        self._bell.set()

    def stop(self) -> None:
        """Begin no further removal: `run` ends with the one that is under way."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        """Work until `stop`."""
        while not self._stopping:
            self._bell.clear()
            try:
                nap_s = await self.step()
            except StorageError as error:
                log.error("removing.storage_failed why=%s", error)
                nap_s = STORAGE_NAP_S
            if nap_s <= self._pace_s:
                await asyncio.sleep(nap_s)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(nap_s):
                    await self._bell.wait()

    async def step(self) -> float:
        """Delete the message that is due first; how long to wait for the next one, in seconds."""
        async with self._database.reading() as tx:
            first = await removals.next_due(tx, now=self._now())
        if first is None:
            return LONGEST_NAP_S
        number, removal, due_at = first
        wait_s = (due_at - self._now()).total_seconds()
        if wait_s > 0:
            # Never within the pace, where the bell is not heard.
            return min(max(wait_s, self._pace_s * 1.1), LONGEST_NAP_S)
        try:
            await self._courier.remove(removal)
        except CourierError as error:
            await self._later(number, error)
            return self._pace_s
        except Exception:
            # One message must not stop the others.
            log.exception("removing.failed")
            await self._later(number, CourierError("it broke", retry_after_s=BROKEN_WAIT_S))
            return self._pace_s
        self._tries.pop(number, None)
        async with self._database.transaction() as tx:
            await removals.done(tx, number)
        return self._pace_s

    async def _later(self, number: int, error: CourierError) -> None:
        tries = self._tries[number] = self._tries.get(number, 0) + 1
        patience_s = max(error.retry_after_s or 0.0, retry_s(tries))
        log.warning("removing.later why=%s retry_s=%.0f", error, patience_s)
        async with self._database.transaction() as tx:
            await removals.later(tx, number, due_at=self._now() + timedelta(seconds=patience_s))
