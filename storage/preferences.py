"""What servers and members have set for themselves."""

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from bot.domain.preferences import MemberSettings, ServerSettings
from bot.domain.request import Aspect
from storage.database import Transaction
from storage.tables import member_settings, server_settings


async def of_server(tx: Transaction, guild_id: int) -> ServerSettings:
    query = select(server_settings).where(server_settings.c.guild_id == guild_id)
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return ServerSettings()
    return ServerSettings(
        server_day=row.server_day,
        server_month=row.server_month,
        member_day=row.member_day,
        server_line=row.server_line,
        member_line=row.member_line,
        time_zone=row.time_zone,
        model=row.model,
    )


async def set_server(tx: Transaction, guild_id: int, settings: ServerSettings) -> None:
    values = {
        "server_day": settings.server_day,
        "server_month": settings.server_month,
        "member_day": settings.member_day,
        "server_line": settings.server_line,
        "member_line": settings.member_line,
        "time_zone": settings.time_zone,
        "model": settings.model,
    }
    await tx.execute(
        insert(server_settings)
        .values(guild_id=guild_id, **values)
        .on_conflict_do_update(index_elements=["guild_id"], set_=values)
    )


async def of_member(tx: Transaction, *, guild_id: int, user_id: int) -> MemberSettings:
    query = select(member_settings).where(
        member_settings.c.guild_id == guild_id, member_settings.c.user_id == user_id
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return MemberSettings()
    return MemberSettings(
        model=row.model,
        aspect=None if row.aspect is None else Aspect(row.aspect),
        count=row.pictures,
        negative=row.negative,
        private=row.private,
        ping=row.ping,
    )


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
