"""Gives the vendor's free slots to the jobs whose turn it is. Submits nothing."""

from collections.abc import Callable, Sequence, Set
from datetime import datetime

from bot.domain import gates as rules
from bot.domain.job import Job
from bot.domain.line import Waiting
from bot.engine import line
from storage import gates, moves, slots, turns
from storage.belt import Look
from storage.database import Database, Transaction


class Seating:
    """Who may go to the vendor next, and the slots they go to."""

    def __init__(self, database: Database, *, max_queued: int, now: Callable[[], datetime]) -> None:
        self._database = database
        self._max_queued = max_queued
        self._now = now

    async def choose(
        self, tx: Transaction, seen: Look, *, in_hand: Set[int], submitting: int, now: datetime
    ) -> list[Waiting]:
        """Those for whom there is a slot, in fair order; nobody behind a closed gate."""
        allowed = rules.allowance(
            seen.closed, free_slots=self._max_queued - seen.slots_taken, submitting=submitting
        )
        if allowed <= 0 or not seen.anybody_in_line:
            return []
        return await line.next_jobs(tx, now=now, closed=seen.closed, in_hand=in_hand, limit=allowed)

    async def seat(self, chosen: Sequence[Waiting], seen: Look) -> list[Job]:
        """The chosen jobs that have a slot now; one that has left the line meanwhile has none.

        Nobody has, where a gate has closed or opened since that look.
        """
        async with self._database.transaction() as tx:
            if await gates.all_closed(tx) != seen.closed:
                return []
            called = await moves.called(tx, [waiting.job_id for waiting in chosen])
            here = [waiting for waiting in chosen if waiting.job_id in called]
            seated = await slots.take(
                tx,
                [waiting.job_id for waiting in here],
                maximum=self._max_queued,
                now=self._now(),
            )
            # Who had to come back has had that turn already.
            fresh = [each for each in here if each.job_id in seated and not each.returned]
            await turns.served(tx, [(each.guild_id, each.user_id) for each in fresh])
        return [called[waiting.job_id] for waiting in here if waiting.job_id in seated]

    async def clear(self, seen: Look, *, in_hand: Set[int], now: datetime) -> bool:
        """Free the slots that nobody needs any more; whether there were any.

        Their time of grace is over, or their job never got as far as the vendor.
        """
        in_vain = seen.seated - in_hand
        expired = seen.slot_frees_at is not None and seen.slot_frees_at <= now
        if expired:
            await self._free_expired(now)
        if in_vain:
            await self._free_unused(in_vain)
        return expired or bool(in_vain)

    async def _free_expired(self, now: datetime) -> None:
        async with self._database.transaction() as tx:
            await slots.free_expired(tx, now=now)

    async def _free_unused(self, job_ids: Set[int]) -> None:
        async with self._database.transaction() as tx:
            for job_id in job_ids:
                await slots.free(tx, job_id)
