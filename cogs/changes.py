"""Changes of a server's rules in words: what was, what is now, or why it may not be. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.limits import Limits
from bot.domain.refusal import UnknownModel
from bot.domain.rules import (
    ROLE_QUOTA,
    AboveCeiling,
    Change,
    DefaultNotAllowed,
    Difference,
    EverybodysRole,
    NoImagining,
    Objection,
    Setting,
    TooMany,
    UnknownZone,
)
from cogs.cards import CONTENT_MAX, jobs, moment, pictures
from cogs.echo import echo, units
from cogs.refusals import REASON_SIGNS

NAME_SIGNS = 100
# So many models, and channels, are named in one line; more would not fit into a message.
NAMED_MAX = 30
# Of longer lists only that is said which came and went.
LISTED_WHOLE = 8
CEILING = "MAX_PICTURES_PER_SERVER_DAY"
UNCHANGED = "**Nothing changed:** it was so already."
PAUSED = (
    "New requests are refused, and jobs in line keep their place. `/limner resume` ends the pause."
)
RESUMED = "Requests are taken again, and jobs in line go on."

_LISTS = (Setting.ALLOWED_MODELS, Setting.ALLOWED_CHANNELS, Setting.DENIED_CHANNELS)
_CHANNELS = (Setting.ALLOWED_CHANNELS, Setting.DENIED_CHANNELS, Setting.LOG_CHANNEL)
_NAMES: dict[str, str] = {
    Setting.MODEL: "default model",
    Setting.ALLOWED_MODELS: "allowed models",
    Setting.ALLOWED_CHANNELS: "allowed channels",
    Setting.DENIED_CHANNELS: "denied channels",
    Setting.LOG_CHANNEL: "log",
    Setting.PAUSE: "state",
}
_UNSET: dict[str, str] = {
    Setting.ALLOWED_MODELS: "all",
    Setting.ALLOWED_CHANNELS: "every channel",
    Setting.DENIED_CHANNELS: "none",
    Setting.LOG_CHANNEL: "off",
    Setting.PAUSE: "running",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """What counts where a server has set nothing: the owner's limits and model."""

    limits: Limits
    model: str


def changed(differences: Iterable[Difference], fallback: Fallback) -> str:
    """What was, and what is now."""
    made = list(differences)
    if not made:
        return UNCHANGED
    means = [PAUSED if each.after is not None else RESUMED for each in made if _pauses(each)]
    return fitted(["**Changed.**", *(_difference(each, fallback) for each in made), *means])


def announced(user_id: int, differences: Iterable[Difference], fallback: Fallback) -> str:
    """The same for the moderators' log: also who."""
    lines = [_difference(each, fallback) for each in differences]
    return fitted([f"**Rules changed** by <@{user_id}>", *lines])


def history(changes: Iterable[Change], fallback: Fallback) -> list[str]:
    """Changes, each with who and when."""
    return [f"{_difference(each.difference, fallback)} · {who(each)}" for each in changes]


def objected(objection: Objection) -> str:
    """Why a rule was not set, what would work, and that nothing changed."""
    return f"{_objection(objection)} Nothing was changed."


def who(change: Change) -> str:
    """Who made a change, and when."""
    return f"by <@{change.user_id}> {moment(change.changed_at)}"


def value(setting: str, text: str | None) -> str:
    """A rule's text as people read it."""
    if text is None:
        return _UNSET.get(setting, "")
    if setting == Setting.PAUSE:
        reason = echo(text, limit=REASON_SIGNS)
        return f"paused: “{reason}”" if reason else "paused"
    if setting in _LISTS or setting in _CHANNELS:
        return _listed(setting, text.split(", "))
    if text.isdecimal():
        number = int(text)
        return f"{pictures(number)} a day" if _is_role(setting) else limited(setting, number)
    return said(text)


def limited(setting: str, limit: int | None) -> str:
    """A limit with its unit, and the time or the people that it is for."""
    if limit is None:
        return "no limit"
    match setting:
        case Setting.SERVER_DAY:
            return f"{pictures(limit)} a day"
        case Setting.SERVER_MONTH:
            return f"{pictures(limit)} a month"
        case Setting.MEMBER_DAY:
            return f"{pictures(limit)} a day for each member"
        case Setting.MEMBER_LINE:
            return f"{jobs(limit)} on the way for each member"
        case Setting.SERVER_LINE:
            return f"{jobs(limit)} on the way"
        case _:
            return str(limit)


def said(text: str) -> str:
    """A name from outside, safe to show."""
    return echo(text, limit=NAME_SIGNS) or "(nothing)"


def fitted(lines: Iterable[str]) -> str:
    """The lines as one message: as many as it holds, and how many more there are."""
    kept = list(lines)
    dropped = 0
    while units(content := "\n".join([*kept, *([f"… and {dropped} more"] * bool(dropped))])) > (
        CONTENT_MAX
    ):
        kept.pop()
        dropped += 1
    return content


def _difference(change: Difference, fallback: Fallback) -> str:
    name = _name(change.setting)
    if change.setting in _LISTS:
        before, after = (_entries(text) for text in (change.before, change.after))
        if max(len(before), len(after)) > LISTED_WHOLE:
            return f"{name}: {_came_and_went(change.setting, before, after)}"
    earlier, later = (_valued(change.setting, each, fallback) for each in _texts(change))
    return f"{name}: {earlier} → {later}"


def _pauses(change: Difference) -> bool:
    return change.setting == Setting.PAUSE


def _is_role(setting: str) -> bool:
    return setting.startswith(f"{ROLE_QUOTA}:")


def _texts(change: Difference) -> tuple[str | None, str | None]:
    return change.before, change.after


def _entries(text: str | None) -> list[str]:
    return [] if text is None else text.split(", ")


def _came_and_went(setting: str, before: Sequence[str], after: Sequence[str]) -> str:
    came = [each for each in after if each not in before]
    went = [each for each in before if each not in after]
    parts = [
        f"{verb} {_listed(setting, names)}"
        for verb, names in (("added", came), ("removed", went))
        if names
    ]
    now = str(len(after)) if after else _UNSET[setting]
    return f"{len(before) or _UNSET[setting]} → {now} ({'; '.join(parts)})"


def _listed(setting: str, names: Sequence[str]) -> str:
    shown = [f"<#{name}>" if setting in _CHANNELS else said(name) for name in names]
    more = len(shown) - NAMED_MAX
    return ", ".join(shown[:NAMED_MAX]) + (f" and {more} more" if more > 0 else "")


def _valued(setting: str, text: str | None, fallback: Fallback) -> str:
    """A rule's text; where it is not set, with what counts then."""
    if text is not None or setting in _UNSET:
        return value(setting, text)
    if _is_role(setting):
        return "no quota of its own"
    if setting == Setting.TIME_ZONE:
        return "UTC (the default)"
    if setting == Setting.MODEL:
        return f"{said(fallback.model)} (the bot owner's default)"
    limit = getattr(fallback.limits, setting, None)
    return f"{limited(setting, limit)} (the bot owner's default)"


def _name(setting: str) -> str:
    """A rule as its option is called; a role by its mention."""
    kind, _, role_id = setting.partition(":")
    if kind == ROLE_QUOTA:
        return f"<@&{role_id}>" if role_id else "roles with a quota"
    return _NAMES.get(setting, f"`{setting}`")


def _objection(objection: Objection) -> str:
    match objection:
        case AboveCeiling(setting, asked, ceiling):
            return (
                f"**{asked} is more than the bot's owner allows.** {_name(setting)} can be "
                f"{ceiling} at most ({CEILING})."
            )
        case UnknownZone(name):
            return (
                f"**There is no time zone called {said(name)}.** Pick one from the list at "
                "`time_zone`, such as Europe/Berlin."
            )
        case UnknownModel(model, close):
            alike = ", ".join(said(each) for each in close)
            hint = f"Did you mean {alike}?" if alike else "Pick one from the list."
            return f"**There is no model called {said(model)}.** {hint}"
        case DefaultNotAllowed(model, allowed):
            return (
                f"**{said(model)} as the default model would not be among the allowed ones** "
                f"({_listed(Setting.ALLOWED_MODELS, allowed)}). Set `allowed` and `default` so "
                "that they fit."
            )
        case NoImagining(model):
            return (
                f"**{said(model)} cannot be the default:** it makes no pictures from words alone."
            )
        case EverybodysRole():
            return (
                "**@everyone is no role to give a quota to.** Everybody's daily limit is "
                "`member_day` of `/limner quota`."
            )
        case TooMany(setting, most):
            return f"**That is too many.** {_name(setting)}: {most} at most."
