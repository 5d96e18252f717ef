"""What somebody may still have, here and now: limits, usage and periods together. Only reads."""

from collections.abc import Collection, Mapping
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


class Books:
    """The accounts of some members in one transaction: read once, and reckoned on from there."""

    def __init__(
        self,
        *,
        policy: Policy,
        now: datetime,
        servers: Mapping[int, ServerSettings],
        by_role: Mapping[int, Mapping[int, int | None]],
        sums: quotas.Sums,
    ) -> None:
        self._policy = policy
        self._now = now
        self._servers = servers
        self._by_role = by_role
        self._sums = sums

    def account(self, requester: Requester) -> Account:
        """The account of one of them, with what has been reserved since."""
        server = self._servers[requester.guild_id]
        whose = _whose(requester, server, self._policy, self._now)
        return Account(
            server=server,
            limits=self._limits(requester, server),
            usage=self._sums.usage(whose),
            when=whose.when,
            owner=whose.owner,
        )

    def reserve(self, requester: Requester, *, pictures: int, cost_micros: int) -> None:
        """Reckon with a job that is about to be booked."""
        whose = _whose(requester, self._servers[requester.guild_id], self._policy, self._now)
        self._sums.add(whose, pictures=pictures, cost_micros=cost_micros)

    def _limits(self, requester: Requester, server: ServerSettings) -> Limits:
        if requester.guild_id == PERSONAL:
            return self._policy.personal_limits()
        limits = self._policy.limits_of(server)
        by_role = self._by_role.get(requester.guild_id, {})
        own = member_day_of(limits.member_day, by_role, requester.role_ids)
        return replace(limits, member_day=own)


async def books_of(
    tx: Transaction, requesters: Collection[Requester], *, policy: Policy, now: datetime
) -> Books:
    """The accounts of whoever asks, as they stand in this transaction."""
    servers = await preferences.of_servers(tx, {each.guild_id for each in requesters})
    whose = {_whose(each, servers[each.guild_id], policy, now) for each in requesters}
    with_roles = {each.guild_id for each in requesters if each.role_ids}
    return Books(
        policy=policy,
        now=now,
        servers=servers,
        by_role=await preferences.role_limits_of(tx, with_roles) if with_roles else {},
        sums=await quotas.sums(tx, whose),
    )


async def account_of(
    tx: Transaction, requester: Requester, *, policy: Policy, now: datetime
) -> Account:
    """The account of one who asks."""
    return (await books_of(tx, [requester], policy=policy, now=now)).account(requester)


def _whose(
    requester: Requester, server: ServerSettings, policy: Policy, now: datetime
) -> quotas.Whose:
    return quotas.Whose(
        guild_id=requester.guild_id,
        user_id=requester.user_id,
        alias=policy.alias(requester.user_id),
        when=period(now, server.time_zone or UTC_ZONE),
        owner=period(now, UTC_ZONE),
    )
