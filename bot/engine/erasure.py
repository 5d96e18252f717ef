"""Erases what there is of a member, on their wish. Keeps nothing but numbers nobody can read.

In small transactions, each whole in itself: what was killed in the middle is finished by asking
again.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.belongings import Belongings
from bot.domain.job import Job, JobStatus
from bot.domain.removal import messages_of
from bot.engine.cancelling import ACK_GRACE, cancel
from bot.engine.leftovers import Leftovers, note_erasure
from bot.engine.policy import Policy
from storage import aliases, belongings, cards, erasure, removals
from storage.database import Database, Transaction

log = logging.getLogger(__name__)

JOBS_AT_ONCE = 50
ENTRIES_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What went. `withdrawn` are those of the jobs that were not over, `messages` are on the list
    of what is to be deleted at Discord."""

    jobs: int = 0
    pictures: int = 0
    messages: int = 0
    withdrawn: int = 0


class Erasure:
    """What a member may have erased: all of it, and nobody else's.

    `wake` tells that there is work for the runner, and messages to be deleted.
    """

    def __init__(
        self,
        database: Database,
        *,
        leftovers: Leftovers,
        policy: Policy,
        now: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._leftovers = leftovers
        self._policy = policy
        self._now = now
        self._wake = wake

    async def counted(self, user_id: int, *, guild_id: int | None) -> Belongings:
        """What would go, in a server or everywhere."""
        async with self._database.reading() as tx:
            return await belongings.counted(tx, user_id, guild_id=guild_id)

    async def erase(self, user_id: int, *, guild_id: int | None) -> Erased:
        """Erase a member's texts, pictures and settings in a server, or everywhere for None.

        Live jobs are withdrawn: those in line with a refund, those that the vendor has at the
        price of what it makes. The ledger keeps its numbers under the member's alias.
        """
        async with self._database.reading() as tx:
            before = await belongings.counted(tx, user_id, guild_id=guild_id)
            everywhere = await belongings.servers(tx, user_id)
        messages = 0
        for server in everywhere if guild_id is None else [guild_id]:
            messages += await self._erase_jobs(user_id, server)
        async with self._database.transaction() as tx:
            orphans = await belongings.forget(tx, user_id, guild_id=guild_id)
            await note_erasure(tx)
        await self._leftovers.remove(orphans)
        await self._hide_in_ledger(user_id, guild_id)
        self._wake()
        await self._leftovers.clear()
        log.info("erased jobs=%d pictures=%d messages=%d", before.jobs, before.pictures, messages)
        return Erased(
            jobs=before.jobs,
            pictures=before.pictures,
            messages=messages,
            withdrawn=before.live,
        )

    async def _erase_jobs(self, user_id: int, guild_id: int) -> int:
        """Every job of the member there; how many messages are to be deleted."""
        messages, after = 0, 0
        while True:
            async with self._database.transaction() as tx:
                found = await belongings.jobs_after(
                    tx, user_id, guild_id=guild_id, after=after, limit=JOBS_AT_ONCE
                )
                listed, orphans = await self._erase_some(tx, found)
                if found:
                    await note_erasure(tx)
            messages += listed
            await self._leftovers.remove(orphans)
            if len(found) < JOBS_AT_ONCE:
                return messages
            after = found[-1].id

    async def _erase_some(self, tx: Transaction, found: Sequence[Job]) -> tuple[int, set[str]]:
        now, messages = self._now(), 0
        for job in found:
            if job.erased:
                continue
            in_line = job.status is JobStatus.QUEUED
            card = await cards.get(tx, job.id)
            messages += await removals.put(
                tx,
                messages_of(job, card, now=now),
                # The answer that is the card may still be on its way.
                due_at=max(now, job.created_at + ACK_GRACE) if in_line else now,
            )
            if in_line:
                await cancel(tx, job, "", now=now, quiet=True)
        over = [job.id for job in found if job.status in (JobStatus.QUEUED, JobStatus.DELIVERED)]
        live = [job.id for job in found if job.id not in set(over)]
        orphans = await erasure.purge(tx, over) | await erasure.scrub(tx, live)
        await cards.forget(tx, live)
        return messages, orphans

    async def _hide_in_ledger(self, user_id: int, guild_id: int | None) -> None:
        alias, done = self._policy.alias(user_id), False
        while not done:
            async with self._database.transaction() as tx:
                done = await aliases.take_over(
                    tx, user_id, alias, guild_id=guild_id, limit=ENTRIES_AT_ONCE
                )
