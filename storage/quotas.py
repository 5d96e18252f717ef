"""The quota ledger: reserve, settle, refund. Only ever appended to; usage is a plain sum."""

from datetime import datetime

from sqlalchemy import func, insert, literal_column, select

from bot.domain.job import Job, JobStatus
from bot.domain.limits import Period, Usage
from storage.database import Transaction
from storage.tables import jobs, ledger

_LIVE = [JobStatus.QUEUED, JobStatus.SUBMITTING, JobStatus.WAITING]


async def usage(
    tx: Transaction, *, guild_id: int, user_id: int, when: Period, owner: Period
) -> Usage:
    """What a server and a member have used or reserved, and the owner has spent this month."""
    pictures = func.coalesce(func.sum(ledger.c.pictures), 0)
    of_day = select(pictures).where(ledger.c.guild_id == guild_id, ledger.c.day == when.day)
    of_month = select(pictures).where(ledger.c.guild_id == guild_id, ledger.c.month == when.month)
    spent = select(func.coalesce(func.sum(ledger.c.cost_micros), 0)).where(
        ledger.c.utc_month == owner.month
    )
    line = (
        select(func.count())
        .select_from(jobs)
        .where(
            jobs.c.guild_id == guild_id,
            # SQLite sees by this term that the partial index serves.
            jobs.c.status != literal_column("'delivered'"),
            jobs.c.status.in_([status.value for status in _LIVE]),
        )
    )
    # One statement: this stands on the way of every acknowledgement.
    query = select(
        of_day.scalar_subquery().label("server_day"),
        of_month.scalar_subquery().label("server_month"),
        of_day.where(ledger.c.user_id == user_id).scalar_subquery().label("member_day"),
        line.scalar_subquery().label("server_line"),
        line.where(jobs.c.user_id == user_id).scalar_subquery().label("member_line"),
        spent.scalar_subquery().label("spent_micros"),
    )
    row = (await tx.execute(query)).one()
    return Usage(
        server_day=row.server_day,
        server_month=row.server_month,
        member_day=row.member_day,
        server_line=row.server_line,
        member_line=row.member_line,
        owner_budget=row.spent_micros / 10_000,
    )


async def reserve(
    tx: Transaction, job: Job, *, when: Period, owner: Period, cost_micros: int, now: datetime
) -> None:
    """Book what the job may use, into the period of this moment."""
    await tx.execute(
        insert(ledger).values(
            job_id=job.id,
            entry="reserve",
            guild_id=job.requester.guild_id,
            user_id=job.requester.user_id,
            day=when.day,
            month=when.month,
            utc_month=owner.month,
            pictures=job.request.pictures,
            cost_micros=cost_micros,
            booked_at=now,
        )
    )


async def close(
    tx: Transaction, job_id: int, *, charged: int, cost_micros: int, now: datetime
) -> None:
    """Book what the job really used, into the period of its reservation."""
    reserved = (
        await tx.execute(
            select(ledger).where(
                ledger.c.job_id == job_id, ledger.c.entry == literal_column("'reserve'")
            )
        )
    ).one()
    await tx.execute(
        insert(ledger).values(
            job_id=job_id,
            entry="settle" if charged else "refund",
            guild_id=reserved.guild_id,
            user_id=reserved.user_id,
            day=reserved.day,
            month=reserved.month,
            utc_month=reserved.utc_month,
            pictures=charged - reserved.pictures,
            cost_micros=cost_micros - reserved.cost_micros,
            booked_at=now,
        )
    )
