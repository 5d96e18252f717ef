"""What servers and members have set for themselves. None means: not set, the next one decides."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.domain.request import Aspect


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """A server's own limits and defaults, in the units of `bot.domain.limits.Limits`.

    `allowed_models` None allows every model. `allowed_channels` empty allows every channel that
    is not denied; both may name categories, and channels for their threads. `log_channel_id` is
    where moderators read what they should see.
    """

    server_day: int | None = None
    server_month: int | None = None
    member_day: int | None = None
    server_line: int | None = None
    member_line: int | None = None
    time_zone: str | None = None
    model: str | None = None
    allowed_models: frozenset[str] | None = None
    allowed_channels: frozenset[int] = frozenset()
    denied_channels: frozenset[int] = frozenset()
    log_channel_id: int | None = None

    def allows_model(self, model: str) -> bool:
        return self.allowed_models is None or model in self.allowed_models

    def allows_place(self, place_ids: Collection[int]) -> bool:
        """Whether pictures may be asked for in a channel: its id, its parents' and category's."""
        places = frozenset(place_ids)
        if places & self.denied_channels:
            return False
        return not self.allowed_channels or bool(places & self.allowed_channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSettings:
    """A member's own defaults in one server. `ping`: be told when a long job is done."""

    model: str | None = None
    aspect: Aspect | None = None
    count: int | None = None
    negative: str | None = None
    private: bool | None = None
    ping: bool | None = None
