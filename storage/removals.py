"""Messages that are still to be deleted at Discord: a list that outlives restarts."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from bot.domain.removal import Removal
from storage.database import Transaction
from storage.tables import removals


async def put(tx: Transaction, found: Iterable[Removal], *, due_at: datetime) -> int:
    """Have these messages deleted from then on; how many they are."""
    rows = [
        {
            "channel_id": each.channel_id,
            "user_id": each.user_id,
            "message_id": each.message_id,
            "token": each.token,
            "due_at": due_at,
        }
        for each in found
    ]
    if rows:
        await tx.execute(insert(removals), rows)
    return len(rows)


async def next_due(
    tx: Transaction, *, now: datetime, in_hand: Collection[int] = (), busy: Collection[int] = ()
) -> tuple[int, Removal, datetime] | None:
    """The message that is to go first, by its number on the list, and since when.

    None of those that are `in_hand`, and none that stands in a `busy` place.
    """
    place = func.coalesce(removals.c.channel_id, removals.c.user_id, 0)
    free = select(removals).where(removals.c.id.not_in(in_hand), place.not_in(busy))
    soonest = free.order_by(removals.c.due_at).limit(1)
    # A token lives for a quarter of an hour, and a long list takes longer.
    urgent = soonest.where(removals.c.token.is_not(None), removals.c.due_at <= now)
    row = (await tx.execute(urgent)).one_or_none() or (await tx.execute(soonest)).one_or_none()
    if row is None:
        return None
    removal = Removal(
        channel_id=row.channel_id, user_id=row.user_id, message_id=row.message_id, token=row.token
    )
    return row.id, removal, row.due_at


async def later(tx: Transaction, number: int, *, due_at: datetime) -> None:
    """It could not be deleted now."""
    await tx.execute(update(removals).where(removals.c.id == number).values(due_at=due_at))


async def done(tx: Transaction, number: int) -> None:
    """It is gone."""
    await tx.execute(delete(removals).where(removals.c.id == number))
