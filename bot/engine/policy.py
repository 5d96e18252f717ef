"""What the owner has decided, as values for the engine."""

from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.alias import alias_of
from bot.domain.limits import Limits
from bot.domain.preferences import ServerSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The owner's ceilings and defaults.

    `limits` holds the defaults of a new server and the owner's ceilings; `allowed_guilds` empty
    means all. `personal_day` is how many pictures a day somebody may have outside of servers, None
    where that is off. `price_micros` is the estimated price of one picture in millionths of a
    dollar. `key` makes the aliases of the ledger.
    """

    limits: Limits
    default_model: str
    allowed_guilds: frozenset[int]
    personal_day: int | None
    price_micros: int
    max_queued: int
    deadline: timedelta
    key: str = field(repr=False)

    def limits_of(self, server: ServerSettings) -> Limits:
        """A server's limits: its own where set, else the defaults; the ceilings stay."""

        def own(value: int | None, default: int | None) -> int | None:
            return default if value is None else value

        return Limits(
            server_day=own(server.server_day, self.limits.server_day),
            server_month=own(server.server_month, self.limits.server_month),
            member_day=own(server.member_day, self.limits.member_day),
            server_line=own(server.server_line, self.limits.server_line),
            member_line=own(server.member_line, self.limits.member_line),
            owner_day=self.limits.owner_day,
            owner_budget=self.limits.owner_budget,
        )

    def personal_limits(self) -> Limits:
        """Everybody's own limits outside of servers."""
        return Limits(
            member_day=self.personal_day,
            member_line=self.limits.member_line,
            owner_budget=self.limits.owner_budget,
        )

    def alias(self, user_id: int) -> int:
        """What stands for somebody in entries of the ledger that they had erased."""
        return alias_of(user_id, key=self.key)
