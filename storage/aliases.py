"""Numbers that stay in the ledger when nobody may know any more whose they were.

A limit still counts them: `storage.quotas.sums` asks for a member and for the member's alias.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, literal_column, select, update

from storage import quotas
from storage.database import Transaction
from storage.tables import ledger, totals

_NOBODY = 0
# The last place on earth where a month begins is twelve hours behind UTC.
_LATEST_ZONE = timedelta(hours=12)


async def take_over(
    tx: Transaction, user_id: int, alias: int, *, guild_id: int | None, limit: int
) -> bool:
    """Let the alias stand for the member, for `limit` entries; whether that was the last of it.

    The sums follow with the last entry. Without `guild_id`: everywhere.
    """
    of_member = ledger.c.user_id == user_id
    if guild_id is not None:
        of_member &= ledger.c.guild_id == guild_id
    some = select(ledger.c.id).where(of_member).limit(limit)
    moved = await tx.execute(update(ledger).where(ledger.c.id.in_(some)).values(user_id=alias))
    if moved.rowcount == limit:
        return False
    await _move_totals(tx, user_id, alias, guild_id)
    return True


async def _move_totals(tx: Transaction, user_id: int, alias: int, guild_id: int | None) -> None:
    of_member = totals.c.user_id == user_id
    if guild_id is not None:
        of_member &= totals.c.guild_id == guild_id
    gone = await tx.execute(delete(totals).where(of_member).returning(totals))
    rows = [row._asdict() | {"user_id": alias} for row in gone.all()]
    if rows:
        await quotas.add_to_sums(tx, rows)


async def end_months(tx: Transaction, *, now: datetime, limit: int) -> int:
    """Take the alias off entries whose month is over everywhere; how many there were.

    Entries of a job that is still live keep it: its end is booked to the same account.
    """
    month = (now - _LATEST_ZONE).strftime("%Y-%m")
    closing = ledger.alias("closing")
    closed = (
        select(closing.c.id)
        .where(closing.c.job_id == ledger.c.job_id, closing.c.entry != literal_column("'reserve'"))
        .exists()
    )
    some = (
        select(ledger.c.id)
        .where(
            ledger.c.user_id < _NOBODY,
            ledger.c.month < month,
            ledger.c.utc_month < month,
            closed,
        )
        .limit(limit)
    )
    ended = await tx.execute(update(ledger).where(ledger.c.id.in_(some)).values(user_id=_NOBODY))
    return ended.rowcount


def _stale(*, now: datetime, keep: timedelta) -> ColumnElement[bool]:
    month = (now - _LATEST_ZONE).strftime("%Y-%m")
    day = (now - keep).strftime("%Y-%m-%d")
    plain = func.replace(totals.c.period, "utc:", "")
    past_day = and_(func.length(plain) == len(day), plain < day)
    past_alias = and_(totals.c.user_id < _NOBODY, func.substr(plain, 1, len(month)) < month)
    return past_day | past_alias


async def stale_totals(tx: Transaction, *, now: datetime, keep: timedelta) -> list[Any]:
    """The sums that nothing asks for any more: of aliases after their month, of days long past."""
    query: Select[Any] = select(totals.c.guild_id, totals.c.user_id, totals.c.period)
    return list((await tx.execute(query.where(_stale(now=now, keep=keep)))).all())


async def drop_totals(tx: Transaction, found: list[Any]) -> None:
    """Drop those sums."""
    for guild_id, user_id, period in found:
        await tx.execute(
            delete(totals).where(
                totals.c.guild_id == guild_id,
                totals.c.user_id == user_id,
                totals.c.period == period,
            )
        )
