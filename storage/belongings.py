"""What there is of a member: to be counted, handed out or erased. Every answer is one member's."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, func, select

from bot.domain.belongings import Belongings
from bot.domain.job import Job, JobStatus
from storage import holdings
from storage.database import Transaction
from storage.jobs import job_from
from storage.tables import cards, easels, jobs, ledger, member_settings, picks, pictures, turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the ledger says of one booking; `pictures` is a difference."""

    id: int
    job_id: int
    entry: str
    day: str
    pictures: int
    booked_at: datetime


async def counted(tx: Transaction, user_id: int, *, guild_id: int | None) -> Belongings:
    """How much there is of a member in a server, or everywhere."""
    of_member = _of(jobs, user_id, guild_id)
    over = jobs.c.status.in_([JobStatus.SETTLED.value, JobStatus.DELIVERED.value])
    count = select(func.count()).select_from(jobs).where(of_member, ~jobs.c.erased)
    held = (
        select(func.count())
        .select_from(pictures.join(jobs, jobs.c.id == pictures.c.job_id))
        .where(of_member)
    )
    return Belongings(
        jobs=(await tx.execute(count)).scalar_one(),
        live=(await tx.execute(count.where(~over))).scalar_one(),
        pictures=(await tx.execute(held)).scalar_one(),
    )


async def servers(tx: Transaction, user_id: int) -> list[int]:
    """Where a member has jobs."""
    query = select(jobs.c.guild_id).where(jobs.c.user_id == user_id).distinct()
    return list((await tx.execute(query)).scalars())


async def jobs_after(
    tx: Transaction, user_id: int, *, guild_id: int, after: int, limit: int
) -> list[Job]:
    """A member's jobs in a server, the oldest first, from the one after that."""
    query = (
        select(jobs)
        .where(_of(jobs, user_id, guild_id), jobs.c.id > after)
        .order_by(jobs.c.id)
        .limit(limit)
    )
    return [job_from(row) for row in await tx.execute(query)]


async def jobs_before(
    tx: Transaction, user_id: int, *, guild_id: int, before: int | None, limit: int
) -> list[Job]:
    """A member's jobs in a server, the newest first, from the one before that."""
    query = select(jobs).where(_of(jobs, user_id, guild_id), ~jobs.c.erased)
    if before is not None:
        query = query.where(jobs.c.id < before)
    found = await tx.execute(query.order_by(jobs.c.id.desc()).limit(limit))
    return [job_from(row) for row in found]


async def messages_of(tx: Transaction, job_ids: list[int]) -> dict[int, int]:
    """The messages that are cards, as far as they are known, by job."""
    query = select(cards.c.job_id, cards.c.message_id).where(
        cards.c.job_id.in_(job_ids), cards.c.message_id.is_not(None)
    )
    return {row.job_id: row.message_id for row in await tx.execute(query)}


async def entries_counted(tx: Transaction, user_id: int, *, guild_id: int) -> int:
    """How many entries the ledger has under a member's own name in a server."""
    query = select(func.count()).select_from(ledger).where(_of(ledger, user_id, guild_id))
    return (await tx.execute(query)).scalar_one()


async def entries_before(
    tx: Transaction, user_id: int, *, guild_id: int, before: int | None, limit: int
) -> list[Entry]:
    """What the ledger has under a member's own name in a server, the newest first."""
    query = select(ledger).where(_of(ledger, user_id, guild_id))
    if before is not None:
        query = query.where(ledger.c.id < before)
    return [
        Entry(
            id=row.id,
            job_id=row.job_id,
            entry=row.entry,
            day=row.day,
            pictures=row.pictures,
            booked_at=row.booked_at,
        )
        for row in await tx.execute(query.order_by(ledger.c.id.desc()).limit(limit))
    ]


async def forget(tx: Transaction, user_id: int, *, guild_id: int | None) -> set[str]:
    """Drop what a member has left lying about and set; the digests that nobody needs any more."""
    dropped: set[str] = set()
    for table, digest in ((easels, easels.c.source_sha256), (picks, picks.c.sha256)):
        gone = await tx.execute(
            delete(table).where(_of(table, user_id, guild_id)).returning(digest)
        )
        dropped |= set(gone.scalars())
    for table in (member_settings, turns):
        await tx.execute(delete(table).where(_of(table, user_id, guild_id)))
    return dropped - await holdings.needed(tx, dropped)


def _of(table: Table, user_id: int, guild_id: int | None) -> ColumnElement[bool]:
    of_member: ColumnElement[bool] = table.c.user_id == user_id
    return of_member if guild_id is None else of_member & (table.c.guild_id == guild_id)
