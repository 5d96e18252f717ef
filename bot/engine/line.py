"""The line as it stands now: reads what `bot.domain.line` decides on. Changes nothing."""

from collections.abc import Collection
from datetime import datetime

from bot.domain import line, schedule
from bot.domain.line import Place, Waiting
from storage import jobs, slots, turns
from storage.database import Transaction


async def places(tx: Transaction, *, max_queued: int) -> dict[int, Place]:
    """The place of every job in line."""
    waiting = await jobs.in_line(tx)
    if not waiting:
        return {}
    return line.places(
        waiting,
        await turns.of_servers(tx, (job.guild_id for job in waiting)),
        slots=max_queued,
        busy=await slots.taken(tx),
        expected_s={
            model: schedule.expected_s(await jobs.past_seconds(tx, model))
            for model in {job.model for job in waiting}
        },
    )


async def next_jobs(
    tx: Transaction,
    *,
    now: datetime,
    shut: frozenset[str],
    in_hand: Collection[int],
    limit: int,
) -> list[Waiting]:
    """The jobs to submit now, in fair order; those of `shut` models keep waiting."""
    waiting = [
        job
        for job in await jobs.in_line(tx, ready_by=now)
        if job.model not in shut and job.job_id not in in_hand
    ]
    if not waiting:
        return []
    order = line.fair_order(waiting, await turns.of_servers(tx, (j.guild_id for j in waiting)))
    return [job for job, _ in zip(order, range(limit), strict=False)]
