"""What servers and members have set for themselves. None means: not set, the next one decides."""

from dataclasses import dataclass

from bot.domain.request import Aspect


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """A server's own limits and defaults, in the units of `bot.domain.limits.Limits`."""

    server_day: int | None = None
    server_month: int | None = None
    member_day: int | None = None
    server_line: int | None = None
    member_line: int | None = None
    time_zone: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSettings:
    """A member's own defaults in one server. `ping`: be told when a long job is done."""

    model: str | None = None
    aspect: Aspect | None = None
    count: int | None = None
    negative: str | None = None
    private: bool | None = None
    ping: bool | None = None
