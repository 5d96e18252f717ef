"""A server's rules as its moderators see them. Pure; what changes is worded in `changes`."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.domain.rules import EXEMPT, QUOTAS, Change, Setting, role_setting, text_of
from bot.engine.rules import RulesView
from cogs.bars import bar
from cogs.cards import moment, pictures
from cogs.changes import Fallback, fitted, history, limited, said, value, who

_OWNERS = "the bot owner's default"
_DEFAULTS = "The defaults are the bot owner's; `reset` goes back to them."


def quotas(view: RulesView) -> str:
    """Every limit: its value, whose it is, what is used of it, and its last change."""
    lines = [line for setting in QUOTAS for line in _quota(view, setting)]
    ceiling = view.limits.owner_day
    if ceiling is not None:
        lines += [
            f"The bot's owner lets each server have {pictures(ceiling)} a day (in UTC)",
            _used(view.usage.owner_day, ceiling, view.owner.day_ends_at),
        ]
    return fitted(["**This server's limits**", *lines, _DEFAULTS])


def roles(view: RulesView) -> str:
    """The quotas of roles."""
    everybody = _per_day(view.limits.member_day)
    if not view.roles:
        return (
            f"**No role has a quota of its own.** Every member has {everybody}. "
            "`/limner role-quota set` gives a role one."
        )
    lines = [
        f"<@&{role_id}> {_role_day(role_day)}{_last(view, role_setting(role_id))}"
        for role_id, role_day in sorted(view.roles.items(), key=_most_generous_first)
    ]
    return fitted(
        [
            "**Pictures a day for members with a role**; of several the most generous counts.",
            f"Without any of them: {everybody}",
            *lines,
        ]
    )


def models(view: RulesView) -> str:
    """Which models are allowed, and which one paints when nobody chose another."""
    settings = view.settings
    if not settings.allows_model(view.model):
        whose = "not allowed here, and no allowed model makes pictures from words alone"
    elif settings.model == view.model:
        whose = "set here"
    elif settings.allows_model(view.owner_model):
        whose = _OWNERS
    else:
        whose = f"as {said(view.owner_model)}, {_OWNERS}, is not allowed"
    return fitted(
        [
            f"**Allowed models:** {_shown(view, Setting.ALLOWED_MODELS)}",
            f"**Default model:** {said(view.model)} ({whose}){_last(view, Setting.MODEL)}",
        ]
    )


def channels(view: RulesView, *, gone: Iterable[int] = ()) -> str:
    """Where pictures may be asked for; `gone` are channels that are there no more."""
    lost = len(frozenset(gone))
    which = "1 of these channels is" if lost == 1 else f"{lost} of these channels are"
    return fitted(
        [
            "**Where pictures may be asked for**",
            f"Allowed: {_shown(view, Setting.ALLOWED_CHANNELS)}",
            f"Denied: {_shown(view, Setting.DENIED_CHANNELS)}",
            *([f"{which} deleted, and taken off with the next change."] if lost else ()),
            "A category stands for all its channels, and a channel for its threads.",
        ]
    )


def log(view: RulesView, latest: Iterable[Change], fallback: Fallback) -> str:
    """Where moderators read what they should see, and what was changed lately."""
    lines = history(latest, fallback)
    return fitted(
        [
            f"**Log:** {_shown(view, Setting.LOG_CHANNEL)}",
            *(["**Latest changes**", *lines] if lines else ()),
        ]
    )


def cannot_log(channel_id: int, missing: Iterable[str]) -> str:
    """The bot may not post in the channel that was chosen."""
    wanted = ", ".join(f"**{name}**" for name in missing)
    return f"**I cannot post in <#{channel_id}>.** I need there: {wanted}. Nothing was changed."


def _quota(view: RulesView, setting: Setting) -> Iterator[str]:
    own = text_of(view.settings, setting)
    last = _last(view, setting)
    # Who set it says that it was set.
    whose = " (default)" if own is None else "" if last else " (set here)"
    if setting is Setting.TIME_ZONE:
        yield f"`{setting}` · **{own or 'UTC'}**{whose}{last}"
        return
    limit = getattr(view.limits, setting.value)
    binding = _binding(view, setting, limit)
    yield f"`{setting}` · **{limited(setting, limit)}**{whose}{binding}{last}"
    match setting:
        case Setting.SERVER_DAY:
            yield _used(view.usage.server_day, limit, view.when.day_ends_at)
        case Setting.SERVER_MONTH:
            yield _used(view.usage.server_month, limit, view.when.month_ends_at)
        case Setting.SERVER_LINE:
            yield f"{_drawn(view.usage.server_line, limit)}{view.usage.server_line} on the way"


def _used(used: int, limit: int | None, resets_at: datetime) -> str:
    left = "" if limit is None else f", {max(0, limit - used)} left"
    return f"{_drawn(used, limit)}{used} used{left}, resets {moment(resets_at)}"


def _drawn(used: int, limit: int | None) -> str:
    return "" if limit is None else f"{bar(used, limit)} "


def _binding(view: RulesView, setting: Setting, limit: int | None) -> str:
    """Where the owner's ceiling, and not the server's own limit, decides."""
    ceiling = view.limits.owner_day
    if ceiling is None or not setting.counts_by_day:
        return ""
    return f", but {ceiling} at most" if limit is None or limit > ceiling else ""


def _shown(view: RulesView, setting: Setting) -> str:
    return f"{value(setting, text_of(view.settings, setting))}{_last(view, setting)}"


def _last(view: RulesView, setting: str) -> str:
    """Who changed the rule last; nothing where nobody ever did."""
    change = view.changes.get(setting)
    return "" if change is None else f" · {who(change)}"


def _most_generous_first(role: tuple[int, int | None]) -> tuple[bool, int, int]:
    role_id, role_day = role
    return (role_day is not None, -(role_day or 0), role_id)


def _role_day(role_day: int | None) -> str:
    return f"{EXEMPT} from members' daily limit" if role_day is None else _per_day(role_day)


def _per_day(limit: int | None) -> str:
    return "no daily limit" if limit is None else f"{pictures(limit)} a day"
