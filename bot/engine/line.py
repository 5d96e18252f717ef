"""The line as it stands now: reads what `bot.domain.line` decides on. Changes nothing."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain import line, schedule
from bot.domain.gates import Gate, GateReason, paused, shut_works, standing
from bot.domain.job import Job
from bot.domain.line import Place, Turns, Waiting
from storage import gates, jobs, slots, turns
from storage.database import Database, Transaction

# A burst of requests reads the line once; after it, everybody reads it anew.
FRESH = timedelta(seconds=0.25)
# More than this is reckoned in a thread.
LONG_LINE = 500


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The line as it stood at one moment."""

    at: datetime
    waiting: list[Waiting]
    turns: Turns
    busy: int
    expected_s: Mapping[str, float]
    gate: GateReason | None


class LineView:
    """Where a job stands that has just joined the line."""

    def __init__(self, database: Database, *, max_queued: int, now: Callable[[], datetime]) -> None:
        self._database = database
        self._max_queued = max_queued
        self._now = now
        self._reading = asyncio.Lock()
        self._snapshot: Snapshot | None = None

    async def place_of(self, job: Job) -> tuple[Place, GateReason | None]:
        """The job's place, and why nothing is submitted just now. A quarter of a second late."""
        seen = await self._look()
        if all(known.job_id != job.id for known in seen.waiting):
            who = job.requester
            seen.waiting.append(Waiting(job.id, who.guild_id, who.user_id, job.request.work))
        if len(seen.waiting) > LONG_LINE:
            found = await asyncio.to_thread(self._places, replace(seen, waiting=[*seen.waiting]))
        else:
            found = self._places(seen)
        return found[job.id], seen.gate

    def _places(self, seen: Snapshot) -> dict[int, Place]:
        return line.places(
            seen.waiting,
            seen.turns,
            slots=self._max_queued,
            busy=seen.busy,
            expected_s=seen.expected_s,
        )

    async def _look(self) -> Snapshot:
        async with self._reading:
            now = self._now()
            if self._snapshot is None or abs(now - self._snapshot.at) > FRESH:
                async with self._database.reading() as tx:
                    self._snapshot = await _snapshot(tx, now)
            return self._snapshot


async def _snapshot(tx: Transaction, now: datetime) -> Snapshot:
    closed = await gates.all_closed(tx)
    waiting = _moving(await jobs.in_line(tx), closed)
    return Snapshot(
        at=now,
        waiting=waiting,
        turns=await turns.of_servers(tx, (job.guild_id for job in waiting)),
        busy=await slots.taken(tx),
        expected_s=await _expected_s(tx, waiting),
        gate=standing(closed),
    )


def _moving(waiting: Iterable[Waiting], closed: Collection[Gate]) -> list[Waiting]:
    resting = paused(closed)
    return [job for job in waiting if job.guild_id not in resting]


async def _expected_s(tx: Transaction, waiting: Iterable[Waiting]) -> dict[str, float]:
    return {
        work: schedule.expected_s(await jobs.past_seconds(tx, work))
        for work in {job.work for job in waiting}
    }


async def places(tx: Transaction, *, max_queued: int) -> dict[int, Place]:
    """The place of every job in line; those of a paused server have none."""
    waiting = _moving(await jobs.in_line(tx), await gates.all_closed(tx))
    if not waiting:
        return {}
    return line.places(
        waiting,
        await turns.of_servers(tx, (job.guild_id for job in waiting)),
        slots=max_queued,
        busy=await slots.taken(tx),
        expected_s=await _expected_s(tx, waiting),
    )


async def next_jobs(
    tx: Transaction,
    *,
    now: datetime,
    closed: Collection[Gate],
    in_hand: Collection[int],
    limit: int,
) -> list[Waiting]:
    """The jobs to submit now, in fair order; those behind a gate of their own keep waiting."""
    shut, resting = shut_works(closed), paused(closed)
    waiting = [
        job
        for job in await jobs.in_line(tx, ready_by=now)
        if job.work not in shut and job.guild_id not in resting and job.job_id not in in_hand
    ]
    if not waiting:
        return []
    order = line.fair_order(waiting, await turns.of_servers(tx, (j.guild_id for j in waiting)))
    return [job for job, _ in zip(order, range(limit), strict=False)]
