"""Pictures to choose from, or chosen: kept for the buttons and pop-ups that cannot hold them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from bot.domain.request import InputPicture
from storage.database import Transaction
from storage.tables import picks


async def put(
    tx: Transaction,
    found: Sequence[InputPicture],
    *,
    guild_id: int,
    user_id: int,
    expires_at: datetime,
    number: int | None = None,
) -> int:
    """Keep some pictures for one member; the number to ask for them by, given or the next."""
    if number is None:
        latest = (await tx.execute(select(func.max(picks.c.id)))).scalar_one() or 0
        number = int(latest) + 1
    rows = [
        {
            "id": number,
            "position": position,
            "user_id": user_id,
            "guild_id": guild_id,
            "sha256": picture.sha256,
            "mime": picture.mime,
            "width_px": picture.width_px,
            "height_px": picture.height_px,
            "size_bytes": picture.size_bytes,
            "expires_at": expires_at,
        }
        for position, picture in enumerate(found, 1)
    ]
    await tx.execute(insert(picks), rows)
    return number


async def get(
    tx: Transaction, pick_id: int, position: int, *, guild_id: int, user_id: int, now: datetime
) -> InputPicture | None:
    """One of the pictures, for the member they were kept for, until they expire."""
    query = select(picks).where(
        picks.c.id == pick_id,
        picks.c.position == position,
        picks.c.guild_id == guild_id,
        picks.c.user_id == user_id,
        picks.c.expires_at > now,
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return None
    return InputPicture(
        sha256=row.sha256,
        mime=row.mime,
        width_px=row.width_px,
        height_px=row.height_px,
        size_bytes=row.size_bytes,
    )


async def clear(tx: Transaction, *, before: datetime) -> set[str]:
    """Drop what expired before then; the digests of the pictures."""
    gone = await tx.execute(
        delete(picks).where(picks.c.expires_at < before).returning(picks.c.sha256)
    )
    return set(gone.scalars())
