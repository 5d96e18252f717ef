"""An account in words: what is used, what is left, when it resets. Pure; names no money."""

from collections.abc import Iterator
from datetime import datetime

from bot.domain.request import PERSONAL
from bot.engine.accounts import Statement
from cogs.bars import bar
from cogs.cards import jobs, moment, pictures

NO_LIMIT = "no limit"


def statement(said: Statement, *, home: int) -> str:
    """Mine, and the server's where there is one; `home` is where it was asked for."""
    lines = [_together(said), *_mine(said, home)]
    if home != PERSONAL:
        lines += _servers(said)
    lines += _owners(said, home)
    return "\n".join(lines)


def _together(said: Statement) -> str:
    left = said.left_today
    if left is None:
        return "**Nothing limits your pictures here today.**"
    return f"**{pictures(left)} left for you today.**" if left else "**Nothing left for today.**"


def _mine(said: Statement, home: int) -> Iterator[str]:
    used, limits, when = said.account.usage, said.account.limits, said.account.when
    yield "\n**You, outside of servers**" if home == PERSONAL else "\n**You, in this server**"
    rule = ", by one of your roles" if said.by_role else ""
    yield f"Today: {_drawn(used.member_day, limits.member_day, when.day_ends_at)}{rule}"
    yield f"This month: {pictures(used.member_month)}"
    yield f"On the way: {_line(used.member_line, limits.member_line)}"


def _servers(said: Statement) -> Iterator[str]:
    used, limits, when = said.account.usage, said.account.limits, said.account.when
    yield "\n**This server**"
    yield f"Today: {_drawn(used.server_day, limits.server_day, when.day_ends_at)}"
    yield f"This month: {_drawn(used.server_month, limits.server_month, when.month_ends_at)}"
    yield f"On the way: {_line(used.server_line, limits.server_line)}"


def _owners(said: Statement, home: int) -> Iterator[str]:
    """The owner's ceilings, where they are what decides."""
    used, limits, owner = said.account.usage, said.account.limits, said.account.owner
    ceiling = limits.owner_day
    if home != PERSONAL and ceiling is not None and _is_tighter(said, ceiling):
        yield "\n**The bot owner's daily limit for each server**"
        yield f"Today: {_drawn(used.owner_day, ceiling, owner.day_ends_at)}"
    if said.budget_spent:
        resets = moment(owner.month_ends_at)
        yield f"\n**The bot owner's monthly budget** is used up. It resets {resets}."


def _is_tighter(said: Statement, ceiling: int) -> bool:
    used, own = said.account.usage, said.account.limits.server_day
    return own is None or ceiling - used.owner_day < own - used.server_day


def _drawn(used: int, limit: int | None, resets_at: datetime) -> str:
    if limit is None:
        return f"{pictures(used)}, {NO_LIMIT}"
    left = max(0, limit - used)
    return (
        f"{bar(used, limit)} {used} of {pictures(limit)}, {left} left, resets {moment(resets_at)}"
    )


def _line(waiting: int, limit: int | None) -> str:
    return jobs(waiting) if limit is None else f"{waiting} of {jobs(limit)}"
