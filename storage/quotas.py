"""The quota ledger: reserve, settle, refund. Only ever appended to.

Its sums stand beside it and move in the same transaction: what is used is looked up in a few rows,
however long the past is.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, literal_column, select
from sqlalchemy.dialects.sqlite import insert as insert_or_add

from bot.domain.job import Job, JobStatus
from bot.domain.limits import Period, Usage
from storage.database import Transaction
from storage.tables import jobs, ledger, totals

_LIVE = [JobStatus.QUEUED, JobStatus.SUBMITTING, JobStatus.WAITING]
_EVERYBODY = 0


def _utc(period: str) -> str:
    """A period of the owner's, which no server's time zone moves."""
    return f"utc:{period}"


async def usage(
    tx: Transaction, *, guild_id: int, user_id: int, alias: int, when: Period, owner: Period
) -> Usage:
    """What a server and a member have used or reserved, and the owner has spent this month.

    `alias` is what stands for the member in entries that they had erased.
    """
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
    member, server = (user_id, alias), (_EVERYBODY,)
    # One statement: this stands on the way of every acknowledgement.
    query = select(
        _sum(totals.c.pictures, guild_id, server, when.day).label("server_day"),
        _sum(totals.c.pictures, guild_id, server, when.month).label("server_month"),
        _sum(totals.c.pictures, guild_id, member, when.day).label("member_day"),
        _sum(totals.c.pictures, guild_id, member, when.month).label("member_month"),
        _sum(totals.c.pictures, guild_id, server, _utc(owner.day)).label("owner_day"),
        line.scalar_subquery().label("server_line"),
        line.where(jobs.c.user_id == user_id).scalar_subquery().label("member_line"),
        _sum(totals.c.cost_micros, _EVERYBODY, server, _utc(owner.month)).label("spent_micros"),
    )
    row = (await tx.execute(query)).one()
    return Usage(
        server_day=row.server_day,
        server_month=row.server_month,
        member_day=row.member_day,
        member_month=row.member_month,
        owner_day=row.owner_day,
        server_line=row.server_line,
        member_line=row.member_line,
        owner_budget=row.spent_micros / 10_000,
    )


def _sum(column: Any, guild_id: int, user_ids: Iterable[int], period: str) -> Any:
    return (
        select(func.coalesce(func.sum(column), 0))
        .where(
            totals.c.guild_id == guild_id,
            totals.c.user_id.in_(list(user_ids)),
            totals.c.period == period,
        )
        .scalar_subquery()
    )


async def reserve(
    tx: Transaction, job: Job, *, when: Period, owner: Period, cost_micros: int, now: datetime
) -> None:
    """Book what the job may use, into the period of this moment."""
    await _book(
        tx,
        {
            "job_id": job.id,
            "entry": "reserve",
            "guild_id": job.requester.guild_id,
            "user_id": job.requester.user_id,
            "day": when.day,
            "month": when.month,
            "utc_day": owner.day,
            "utc_month": owner.month,
            "pictures": job.request.pictures,
            "cost_micros": cost_micros,
            "booked_at": now,
        },
    )


async def close(
    tx: Transaction, job_id: int, *, charged: int, cost_micros: int, now: datetime
) -> None:
    """Book what the job really used, into the period of its reservation."""
    reserved: Row[Any] = (
        await tx.execute(
            select(ledger).where(
                ledger.c.job_id == job_id, ledger.c.entry == literal_column("'reserve'")
            )
        )
    ).one()
    await _book(
        tx,
        {
            "job_id": job_id,
            "entry": "settle" if charged else "refund",
            "guild_id": reserved.guild_id,
            "user_id": reserved.user_id,
            "day": reserved.day,
            "month": reserved.month,
            "utc_day": reserved.utc_day,
            "utc_month": reserved.utc_month,
            "pictures": charged - reserved.pictures,
            "cost_micros": cost_micros - reserved.cost_micros,
            "booked_at": now,
        },
    )


async def _book(tx: Transaction, entry: dict[str, Any]) -> None:
    """Append an entry, and move every sum that it is part of."""
    await tx.execute(insert(ledger).values(entry))
    guild_id, user_id = entry["guild_id"], entry["user_id"]
    whose = (
        (guild_id, user_id, entry["day"]),
        (guild_id, user_id, entry["month"]),
        (guild_id, _EVERYBODY, entry["day"]),
        (guild_id, _EVERYBODY, entry["month"]),
        (guild_id, _EVERYBODY, _utc(entry["utc_day"])),
        (_EVERYBODY, _EVERYBODY, _utc(entry["utc_month"])),
    )
    more = insert_or_add(totals).values(
        [
            {
                "guild_id": guild,
                "user_id": user,
                "period": period,
                "pictures": entry["pictures"],
                "cost_micros": entry["cost_micros"],
            }
            for guild, user, period in whose
        ]
    )
    await tx.execute(
        more.on_conflict_do_update(
            index_elements=["guild_id", "user_id", "period"],
            set_={
                "pictures": totals.c.pictures + more.excluded.pictures,
                "cost_micros": totals.c.cost_micros + more.excluded.cost_micros,
            },
        )
    )
