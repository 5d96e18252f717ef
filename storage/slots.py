"""Slots: the places at the vendor. A row is a taken slot; no row, a free one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, bindparam, delete, func, insert, select, update

from bot.domain.job import JobStatus
from storage.database import Transaction
from storage.tables import jobs, slots

_FREE = delete(slots).where(slots.c.job_id == bindparam("of_job", type_=Integer))


async def taken(tx: Transaction) -> int:
    """How many slots are taken."""
    return (await tx.execute(select(func.count()).select_from(slots))).scalar_one()


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A slot whose job has left the line: since when, and until when where that is known."""

    work: str
    since: datetime
    frees_at: datetime | None


async def under_way(tx: Transaction) -> list[UnderWay]:
    """The slots that the vendor works on, or may do."""
    query = (
        select(jobs.c.work, slots.c.taken_at, jobs.c.submitted_at, slots.c.frees_at)
        .join(jobs, jobs.c.id == slots.c.job_id)
        .where(jobs.c.status != JobStatus.QUEUED.value)
    )
    return [
        UnderWay(row.work, row.submitted_at or row.taken_at, row.frees_at)
        for row in await tx.execute(query)
    ]


async def take(
    tx: Transaction, job_ids: Sequence[int], *, maximum: int, now: datetime
) -> frozenset[int]:
    """Give free slots to these jobs, in their order; which of them have one now.

    One that has a slot keeps it; nobody comes in where `maximum` are taken.
    """
    holders = {row.job_id: row.number for row in await tx.execute(select(slots))}
    numbers = [n for n in range(1, maximum + 1) if n not in set(holders.values())]
    room = max(0, maximum - len(holders))
    new = [job_id for job_id in job_ids if job_id not in holders][:room]
    if new:
        rows = [
            {"number": number, "job_id": job_id, "taken_at": now}
            for job_id, number in zip(new, numbers, strict=False)
        ]
        await tx.execute(insert(slots), rows)
    return frozenset(new) | holders.keys() & set(job_ids)


async def free(tx: Transaction, job_id: int) -> None:
    """The vendor is surely done with the job."""
    await tx.execute(_FREE, {"of_job": job_id})


async def hold_until(tx: Transaction, job_id: int, frees_at: datetime) -> None:
    """The vendor may still work on the job: keep its slot for so long."""
    await tx.execute(update(slots).where(slots.c.job_id == job_id).values(frees_at=frees_at))


async def free_expired(tx: Transaction, *, now: datetime) -> None:
    """Free the slots whose time of grace is over."""
    await tx.execute(delete(slots).where(slots.c.frees_at <= now))
