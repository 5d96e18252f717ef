"""Quotas as pure decisions: which period a moment belongs to, and whether a request fits.

A limit of None is no limit. The owner's ceilings stand beside a server's own limits: the smaller
one wins, because both are asked.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.refusal import OverLimit, Rule

# The zone of the owner's budget, and of servers that have set none.
UTC_ZONE = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Pictures per period, jobs on the way; `owner_budget` is in cents of a US dollar a month."""

    server_day: int | None = None
    server_month: int | None = None
    member_day: int | None = None
    server_line: int | None = None
    member_line: int | None = None
    owner_day: int | None = None
    owner_budget: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What is used or reserved now, in the units of `Limits`.

    `owner_day` is the server's day in UTC: no change of time zone brings a second one.
    """

    server_day: int = 0
    server_month: int = 0
    member_day: int = 0
    member_month: int = 0
    owner_day: int = 0
    server_line: int = 0
    member_line: int = 0
    owner_budget: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The day and month a moment falls into, in a server's time zone; ends are aware UTC.

    What is booked stays in the day it was booked into, by name. A server that moves to another zone
    may find itself in a day that is still unused, or in one that it has used before. The owner's
    ceilings are counted in UTC, so that moving wins nothing against them.
    """

    day: str
    month: str
    day_ends_at: datetime
    month_ends_at: datetime


def period(now: datetime, zone: str) -> Period:
    """The period of `now` (aware) in the time zone named `zone`, such as "Europe/Berlin"."""
    tz = ZoneInfo(zone)
    local = now.astimezone(tz)
    tomorrow = local.date() + timedelta(days=1)
    first = local.date().replace(day=1)
    next_month = (first + timedelta(days=32)).replace(day=1)
    return Period(
        day=local.strftime("%Y-%m-%d"),
        month=local.strftime("%Y-%m"),
        day_ends_at=_begins(tomorrow, tz, after=now),
        month_ends_at=_begins(next_month, tz, after=now),
    )


def _begins(day: date, tz: ZoneInfo, *, after: datetime) -> datetime:
    """When a day begins. One that lacks its midnight, or is missing, gives way to what follows.

    Clocks that are set back over a midnight let a day begin twice: what counts is the next time.
    """
    first = datetime.combine(day, time(), tz).astimezone(UTC)
    return first if first > after else datetime.combine(day, time(fold=1), tz).astimezone(UTC)


def decide(
    pictures: int, *, cost_cents: float, limits: Limits, usage: Usage, when: Period, owner: Period
) -> OverLimit | None:
    """The first limit that `pictures` more would pass, or None where they fit.

    `when` is the server's period; the owner's ceilings run by `owner`, the period in UTC.
    """

    def passed(count: int) -> OverLimit | None:
        cents = cost_cents * count / pictures if pictures else cost_cents
        return _first_passed(
            count, cost_cents=cents, limits=limits, usage=usage, when=when, owner=owner
        )

    over = passed(pictures)
    if over is None:
        return None
    fewer = range(pictures - 1, 0, -1)
    return replace(over, fits=next((count for count in fewer if passed(count) is None), 0))


def _first_passed(
    pictures: int, *, cost_cents: float, limits: Limits, usage: Usage, when: Period, owner: Period
) -> OverLimit | None:
    checks: tuple[tuple[Rule, int | None, float, float, datetime | None], ...] = (
        (Rule.MEMBER_LINE, limits.member_line, usage.member_line, 1, None),
        (Rule.SERVER_LINE, limits.server_line, usage.server_line, 1, None),
        (Rule.MEMBER_DAY, limits.member_day, usage.member_day, pictures, when.day_ends_at),
        (Rule.SERVER_DAY, limits.server_day, usage.server_day, pictures, when.day_ends_at),
        (Rule.OWNER_DAY, limits.owner_day, usage.owner_day, pictures, owner.day_ends_at),
        (Rule.SERVER_MONTH, limits.server_month, usage.server_month, pictures, when.month_ends_at),
        (
            Rule.OWNER_BUDGET,
            limits.owner_budget,
            usage.owner_budget,
            cost_cents,
            owner.month_ends_at,
        ),
    )
    for rule, limit, used, asked, resets_at in checks:
        # What takes nothing fits even where a limit was lowered below what is used.
        if limit is not None and asked and used + asked > limit:
            return OverLimit(
                rule=rule, limit=limit, used=int(used), asked=int(asked), resets_at=resets_at
            )
    return None


def left_today(limits: Limits, usage: Usage) -> int | None:
    """Pictures a member may still ask for today, by the tightest rule; None without any rule."""
    rooms = [
        limit - used
        for limit, used in (
            (limits.member_day, usage.member_day),
            (limits.server_day, usage.server_day),
            (limits.owner_day, usage.owner_day),
            (limits.server_month, usage.server_month),
        )
        if limit is not None
    ]
    return max(0, min(rooms)) if rooms else None


def member_day_of(
    general: int | None, by_role: Mapping[int, int | None], role_ids: Collection[int]
) -> int | None:
    """A member's daily limit: the most generous of their roles', else the general one.

    `by_role` are the roles that have a limit of their own, None for a role that has none at all.
    """
    own = [by_role[role_id] for role_id in role_ids if role_id in by_role]
    if not own:
        return general
    limited = [limit for limit in own if limit is not None]
    return max(limited) if len(limited) == len(own) else None
