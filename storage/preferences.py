"""What servers and members have set for themselves."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from bot.domain.preferences import MemberSettings, ServerSettings
from bot.domain.request import Aspect
from storage.database import Transaction
from storage.tables import member_settings, role_quotas, server_settings


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
        allowed_models=None if row.allowed_models is None else frozenset(row.allowed_models),
        allowed_channels=frozenset(row.allowed_channels),
        denied_channels=frozenset(row.denied_channels),
        log_channel_id=row.log_channel_id,
    )


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


async def role_limits(tx: Transaction, guild_id: int) -> dict[int, int | None]:
    """The daily limits of a server's roles; None for a role that has none."""
    query = select(role_quotas).where(role_quotas.c.guild_id == guild_id)
    return {row.role_id: row.member_day for row in await tx.execute(query)}


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
