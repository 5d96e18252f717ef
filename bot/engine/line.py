"""The line as it stands now: reads what `bot.domain.line` decides on. Changes nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.domain import line, schedule
from bot.domain.gates import Gate, GateReason, paused, shut_works, standing
from bot.domain.job import Job
from bot.domain.line import Place, Turns, Waiting
from bot.domain.schedule import Pace
from bot.engine.together import Together
from storage import gates, jobs, slots, turns
from storage.database import Database, Transaction
from storage.slots import UnderWay

# A burst of requests reads the line once; after it, everybody reads it anew.
FRESH = timedelta(seconds=0.25)
# More than this is reckoned in a thread, or in portions: a millisecond or two of the event loop.
LONG_LINE = 500

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The line as it stood at one moment. What is `resting` waits for its server to be resumed."""

    at: datetime
    waiting: list[Waiting]
    resting: list[Waiting]
    turns: Turns
    under_way_s: Sequence[float]
    paces: Mapping[str, Pace]
    closed: list[Gate]

    def places(self, *, max_queued: int) -> dict[int, Place]:
        """The place of every job that moves on, in the order in which they are served."""
        return line.places(
            self.waiting,
            self.turns,
            slots=max_queued,
            under_way_s=self.under_way_s,
            paces=self.paces,
        )

    def gate_of(self, guild_id: int) -> GateReason | None:
        """Why nothing of this server is submitted just now."""
        return standing(self.closed, guild_id=guild_id)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a job in line stands. It has no place while its server is paused."""

    place: Place | None
    gate: GateReason | None


class LineView:
    """Where a job stands that has just joined the line."""

    def __init__(self, database: Database, *, max_queued: int, now: Callable[[], datetime]) -> None:
        self._database = database
        self._max_queued = max_queued
        self._now = now
        self._snapshot: Snapshot | None = None
        self._placing = Together(self._places_of)

    async def place_of(self, job: Job) -> tuple[Place, GateReason | None]:
        """The job's place, and why nothing is submitted just now. A quarter of a second late."""
        return await self._placing.ask(job)

    async def finish(self) -> None:
        """Return when nobody is being placed any more."""
        await self._placing.finish()

    async def _places_of(self, new: Sequence[Job]) -> list[tuple[Place, GateReason | None]]:
        """The line is read and reckoned once for all who have joined it together."""
        seen = await self._look()
        if any(job.request.work not in seen.paces for job in new):
            self._snapshot = None
            seen = await self._look()
        known = {waiting.job_id for waiting in seen.waiting}
        seen.waiting.extend(
            Waiting(job.id, job.requester.guild_id, job.requester.user_id, job.request.work)
            for job in new
            if job.id not in known
        )
        found = await places_in(replace(seen, waiting=[*seen.waiting]), self._max_queued)
        return [(found[job.id], seen.gate_of(job.requester.guild_id)) for job in new]

    async def _look(self) -> Snapshot:
        now = self._now()
        if self._snapshot is None or abs(now - self._snapshot.at) > FRESH:
            async with self._database.reading() as tx:
                self._snapshot = await snapshot(tx, now=now)
        return self._snapshot


async def snapshot(tx: Transaction, *, now: datetime) -> Snapshot:
    """The line as it stands in this transaction."""
    closed = await gates.all_closed(tx)
    everybody, pausing = await jobs.in_line(tx), paused(closed)
    under_way = await slots.under_way(tx)
    past_s = {
        work: await jobs.past_seconds(tx, work, limit=schedule.LONG_PAST)
        for work in {job.work for job in everybody} | {taken.work for taken in under_way}
    }
    waiting = [job for job in everybody if job.guild_id not in pausing]
    return Snapshot(
        at=now,
        waiting=waiting,
        resting=[job for job in everybody if job.guild_id in pausing],
        turns=await turns.of_servers(tx, (job.guild_id for job in everybody)),
        under_way_s=[_left_s(taken, past_s[taken.work], now) for taken in under_way],
        paces={work: schedule.pace(past_s[work]) for work in past_s},
        closed=closed,
    )


async def places_in(seen: Snapshot, max_queued: int) -> dict[int, Place]:
    """The places of a snapshot that is nobody else's, without holding anybody up."""
    if len(seen.waiting) > LONG_LINE:
        return await asyncio.to_thread(seen.places, max_queued=max_queued)
    return seen.places(max_queued=max_queued)


def _left_s(taken: UnderWay, past_s: Sequence[float], now: datetime) -> float:
    """How much longer a slot stays taken."""
    if taken.frees_at is not None:
        return max(0.0, (taken.frees_at - now).total_seconds())
    return schedule.left_s(past_s, (now - taken.since).total_seconds())


async def standings(seen: Snapshot, *, max_queued: int) -> dict[int, Standing]:
    """Where every job in line stands."""
    found = await places_in(seen, max_queued)
    return {
        job.job_id: Standing(found.get(job.job_id), seen.gate_of(job.guild_id))
        async for job in in_portions((*seen.waiting, *seen.resting))
    }


async def in_portions(items: Iterable[T]) -> AsyncIterator[T]:
    """The same one by one; of a long line, others go on now and then."""
    for number, item in enumerate(items, 1):
        yield item
        if number % LONG_LINE == 0:
            await asyncio.sleep(0)


async def next_jobs(
    tx: Transaction,
    *,
    now: datetime,
    closed: Collection[Gate],
    in_hand: Collection[int],
    limit: int,
) -> list[Waiting]:
    """The jobs to submit now, in fair order; those behind a gate of their own keep waiting."""
    waiting, last = await turns.next_up(
        tx,
        now=now,
        shut_works=shut_works(closed),
        resting=paused(closed),
        in_hand=in_hand,
        each=limit,
    )
    return [job for job, _ in zip(line.fair_order(waiting, last), range(limit), strict=False)]
