"""What somebody may still have, here and now: limits, usage and periods together. Only reads."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.limits import UTC_ZONE, Limits, Period, Usage, left_today, member_day_of, period
from bot.domain.preferences import ServerSettings
from bot.domain.request import PERSONAL, Requester
from bot.engine.policy import Policy
from storage import preferences, quotas
from storage.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A member's account in a server, or outside of servers.

    `when` is the period in the server's time zone, `owner` the one in UTC. `limits.member_day` is
    already that of the member's roles.
    """

    server: ServerSettings
    limits: Limits
    usage: Usage
    when: Period
    owner: Period

    @property
    def left_today(self) -> int | None:
        """Pictures that may still be asked for today; None where nothing limits them."""
        return left_today(self.limits, self.usage)


async def account_of(
    tx: Transaction, requester: Requester, *, policy: Policy, now: datetime
) -> Account:
    """The account of whoever asks, as it stands in this transaction."""
    guild_id = requester.guild_id
    server = await preferences.of_server(tx, guild_id)
    limits = policy.personal_limits()
    if guild_id != PERSONAL:
        limits = policy.limits_of(server)
        by_role = await preferences.role_limits(tx, guild_id) if requester.role_ids else {}
        own = member_day_of(limits.member_day, by_role, requester.role_ids)
        limits = replace(limits, member_day=own)
    when, owner = period(now, server.time_zone or UTC_ZONE), period(now, UTC_ZONE)
    usage = await quotas.usage(
        tx,
        guild_id=guild_id,
        user_id=requester.user_id,
        alias=policy.alias(requester.user_id),
        when=when,
        owner=owner,
    )
    return Account(server=server, limits=limits, usage=usage, when=when, owner=owner)
