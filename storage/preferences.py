"""What servers and members have set for themselves."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, tuple_
from sqlalchemy.dialects.sqlite import insert

from bot.domain.preferences import MemberSettings, ServerSettings
from bot.domain.request import Aspect
from storage.database import Transaction
from storage.tables import member_settings, role_quotas, server_settings

_OF_SERVERS = select(server_settings).where(
    server_settings.c.guild_id.in_(bindparam("guilds", expanding=True))
)


async def of_servers(tx: Transaction, guild_ids: Collection[int]) -> dict[int, ServerSettings]:
    """What these servers have set; servers that have set nothing are there, too."""
    rows = await tx.execute(_OF_SERVERS, {"guilds": guild_ids})
    known = {row.guild_id: _server(row) for row in rows}
    return {guild_id: known.get(guild_id, ServerSettings()) for guild_id in guild_ids}


async def of_server(tx: Transaction, guild_id: int) -> ServerSettings:
    return (await of_servers(tx, [guild_id]))[guild_id]


async def set_server(tx: Transaction, guild_id: int, settings: ServerSettings) -> None:
    models = settings.allowed_models
    values = {
        "server_day": settings.server_day,
        "server_month": settings.server_month,
        "member_day": settings.member_day,
        "server_line": settings.server_line,
        "member_line": settings.member_line,
        "time_zone": settings.time_zone,
        "model": settings.model,
        "allowed_models": models if models is None else sorted(models),
        "allowed_channels": sorted(settings.allowed_channels),
        "denied_channels": sorted(settings.denied_channels),
        "log_channel_id": settings.log_channel_id,
    }
    await tx.execute(
        insert(server_settings)
        .values(guild_id=guild_id, **values)
        .on_conflict_do_update(index_elements=["guild_id"], set_=values)
    )


async def of_members(
    tx: Transaction, members: Collection[tuple[int, int]]
) -> dict[tuple[int, int], MemberSettings]:
    """What these members, by (guild id, user id), have set; also those who set nothing."""
    whose = tuple_(member_settings.c.guild_id, member_settings.c.user_id)
    found = await tx.execute(select(member_settings).where(whose.in_(members)))
    known = {(row.guild_id, row.user_id): _member(row) for row in found}
    return {member: known.get(member, MemberSettings()) for member in members}


async def of_member(tx: Transaction, *, guild_id: int, user_id: int) -> MemberSettings:
    member = (guild_id, user_id)
    return (await of_members(tx, [member]))[member]


async def set_member(
    tx: Transaction, settings: MemberSettings, *, guild_id: int, user_id: int
) -> None:
    values = {
        "model": settings.model,
        "aspect": None if settings.aspect is None else settings.aspect.value,
        "pictures": settings.count,
        "negative": settings.negative,
        "private": settings.private,
        "ping": settings.ping,
    }
    await tx.execute(
        insert(member_settings)
        .values(guild_id=guild_id, user_id=user_id, **values)
        .on_conflict_do_update(index_elements=["guild_id", "user_id"], set_=values)
    )


async def role_limits_of(
    tx: Transaction, guild_ids: Collection[int]
) -> dict[int, dict[int, int | None]]:
    """The daily limits of servers' roles, by server and role; None for a role that has none."""
    query = select(role_quotas).where(role_quotas.c.guild_id.in_(guild_ids))
    found: dict[int, dict[int, int | None]] = {guild_id: {} for guild_id in guild_ids}
    for row in await tx.execute(query):
        found[row.guild_id][row.role_id] = row.member_day
    return found


async def role_limits(tx: Transaction, guild_id: int) -> dict[int, int | None]:
    return (await role_limits_of(tx, [guild_id]))[guild_id]


async def set_role(tx: Transaction, guild_id: int, role_id: int, member_day: int | None) -> None:
    """Give a role a daily limit of its own, or none at all."""
    await tx.execute(
        insert(role_quotas)
        .values(guild_id=guild_id, role_id=role_id, member_day=member_day)
        .on_conflict_do_update(
            index_elements=["guild_id", "role_id"], set_={"member_day": member_day}
        )
    )


async def clear_role(tx: Transaction, guild_id: int, role_id: int) -> None:
    """The role counts like no role at all again."""
    await tx.execute(
        delete(role_quotas).where(
            role_quotas.c.guild_id == guild_id, role_quotas.c.role_id == role_id
        )
    )


def _server(row: Row[Any]) -> ServerSettings:
    return ServerSettings(
        server_day=row.server_day,
        server_month=row.server_month,
        member_day=row.member_day,
        server_line=row.server_line,
        member_line=row.member_line,
        time_zone=row.time_zone,
        model=row.model,
        allowed_models=None if row.allowed_models is None else frozenset(row.allowed_models),
        allowed_channels=frozenset(row.allowed_channels),
        denied_channels=frozenset(row.denied_channels),
        log_channel_id=row.log_channel_id,
    )


def _member(row: Row[Any]) -> MemberSettings:
    return MemberSettings(
        model=row.model,
        aspect=None if row.aspect is None else Aspect(row.aspect),
        count=row.pictures,
        negative=row.negative,
        private=row.private,
        ping=row.ping,
    )
