"""Who changed which rule of a server, and when. Only appended to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select

from bot.domain.rules import Change, Difference
from storage.database import Transaction
from storage.tables import audit


async def add(
    tx: Transaction,
    changes: Iterable[Difference],
    *,
    guild_id: int,
    user_id: int,
    now: datetime,
) -> None:
    """Keep what somebody changed, each rule for itself."""
    rows = [
        {
            "guild_id": guild_id,
            "user_id": user_id,
            "setting": change.setting,
            "before": change.before,
            "after": change.after,
            "changed_at": now,
        }
        for change in changes
    ]
    if rows:
        await tx.execute(insert(audit), rows)


async def latest(tx: Transaction, guild_id: int, *, limit: int) -> list[Change]:
    """A server's latest changes, the youngest first."""
    query = select(audit).where(audit.c.guild_id == guild_id)
    found = await tx.execute(query.order_by(audit.c.id.desc()).limit(limit))
    return [_change(row) for row in found]


async def last_of_each(tx: Transaction, guild_id: int) -> dict[str, Change]:
    """The last change of each of a server's rules, by the rule's name."""
    last = select(func.max(audit.c.id)).where(audit.c.guild_id == guild_id)
    query = select(audit).where(audit.c.id.in_(last.group_by(audit.c.setting)))
    changes = [_change(row) for row in await tx.execute(query)]
    return {change.difference.setting: change for change in changes}


def _change(row: Row[Any]) -> Change:
    return Change(
        Difference(row.setting, row.before, row.after),
        user_id=row.user_id,
        changed_at=row.changed_at,
    )
