"""Slots: the places at the vendor. A row is a taken slot; no row, a free one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, literal_column, select, update

from bot.domain.job import JobStatus
from storage.database import Transaction
from storage.tables import jobs, slots


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


async def take(tx: Transaction, job_id: int, *, maximum: int, now: datetime) -> bool:
    """Take a free slot for the job, or keep the one it has; False where `maximum` are taken."""
    holders = {row.job_id: row.number for row in await tx.execute(select(slots))}
    if job_id in holders:
        return True
    numbers = set(holders.values())
    if len(numbers) >= maximum:
        return False
    free = next(number for number in range(1, maximum + 1) if number not in numbers)
    await tx.execute(insert(slots).values(number=free, job_id=job_id, taken_at=now))
    return True


async def free(tx: Transaction, job_id: int) -> None:
    """The vendor is surely done with the job."""
    await tx.execute(delete(slots).where(slots.c.job_id == job_id))


async def unsubmitted(tx: Transaction) -> set[int]:
    """The jobs that have a slot and are still in line."""
    in_line = select(jobs.c.id).where(
        jobs.c.status != literal_column("'delivered'"),
        jobs.c.status == literal_column(f"'{JobStatus.QUEUED.value}'"),
    )
    query = select(slots.c.job_id).where(slots.c.job_id.in_(in_line))
    return set((await tx.execute(query)).scalars())


async def hold_until(tx: Transaction, job_id: int, frees_at: datetime) -> None:
    """The vendor may still work on the job: keep its slot for so long."""
    await tx.execute(update(slots).where(slots.c.job_id == job_id).values(frees_at=frees_at))


async def free_expired(tx: Transaction, *, now: datetime) -> int:
    """Free the slots whose time of grace is over; how many there were."""
    return (await tx.execute(delete(slots).where(slots.c.frees_at <= now))).rowcount


async def next_free_at(tx: Transaction) -> datetime | None:
    """When the next time of grace ends."""
    query = select(slots.c.frees_at).where(slots.c.frees_at.is_not(None))
    found: datetime | None = (
        await tx.execute(query.order_by(slots.c.frees_at).limit(1))
    ).scalar_one_or_none()
    return found
