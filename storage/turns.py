"""Turns: who was served last, so that the line is fair."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert

from bot.domain.line import Turns, next_turn
from storage.database import Transaction
from storage.tables import jobs, turns

_SERVER_ITSELF = 0


async def of_servers(tx: Transaction, guild_ids: Iterable[int]) -> Turns:
    """The last turns of these servers and of their members."""
    rows = await tx.execute(select(turns).where(turns.c.guild_id.in_(set(guild_ids))))
    servers: dict[int, int] = {}
    members: dict[tuple[int, int], int] = {}
    for guild_id, user_id, turn in rows:
        if user_id == _SERVER_ITSELF:
            servers[guild_id] = turn
        else:
            members[guild_id, user_id] = turn
    return Turns(servers, members)


async def served(tx: Transaction, *, guild_id: int, user_id: int) -> None:
    """Give the next turn to this server and this member of it."""
    latest, newest = (
        await tx.execute(
            select(
                select(func.max(turns.c.turn)).scalar_subquery(),
                select(func.max(jobs.c.id)).scalar_subquery(),
            )
        )
    ).one()
    turn = next_turn(latest=latest or 0, newest_job_id=newest or 0)
    both = [
        {"guild_id": guild_id, "user_id": who, "turn": turn} for who in (_SERVER_ITSELF, user_id)
    ]
    await tx.execute(
        insert(turns)
        .values(both)
        .on_conflict_do_update(index_elements=["guild_id", "user_id"], set_={"turn": turn})
    )
