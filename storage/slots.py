"""Slots: the places at the vendor. A row is a taken slot; no row, a free one."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from bot.domain.job import JobStatus
from storage.database import Transaction
from storage.tables import jobs, slots


async def taken(tx: Transaction) -> int:
    """How many slots are taken."""
    return (await tx.execute(select(func.count()).select_from(slots))).scalar_one()


async def take(tx: Transaction, job_id: int, *, maximum: int, now: datetime) -> bool:
    """Take a free slot for the job; False where `maximum` are taken."""
    numbers = set((await tx.execute(select(slots.c.number))).scalars())
    if len(numbers) >= maximum:
        return False
    free = next(number for number in range(1, maximum + 1) if number not in numbers)
    await tx.execute(insert(slots).values(number=free, job_id=job_id, taken_at=now))
    return True


async def free(tx: Transaction, job_id: int) -> None:
    """The vendor is surely done with the job."""
    await tx.execute(delete(slots).where(slots.c.job_id == job_id))


async def free_unsubmitted(tx: Transaction) -> None:
    """Free the slots of jobs that never got as far as the vendor: a restart begins with this."""
    in_line = select(jobs.c.id).where(jobs.c.status == JobStatus.QUEUED.value)
    await tx.execute(delete(slots).where(slots.c.job_id.in_(in_line)))


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
