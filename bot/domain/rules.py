"""A server's rules as its moderators change them: what differs, and what may not be set. Pure.

The settings themselves are `bot.domain.preferences.ServerSettings`; here they have names and
plain texts, as the audit keeps them. A text of None means: not set, the owner's default counts.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.preferences import ServerSettings
from bot.domain.refusal import UnknownModel

# As many channels, and roles, as one answer can name.
PLACES_MAX = 30
ROLES_MAX = 20
EXEMPT = "exempt"
ROLE_QUOTA = "role_quota"


class Setting(StrEnum):
    """The rules of a server, under the names that the audit keeps for ever."""

    SERVER_DAY = "server_day"
    SERVER_MONTH = "server_month"
    MEMBER_DAY = "member_day"
    MEMBER_LINE = "member_line"
    SERVER_LINE = "server_line"
    TIME_ZONE = "time_zone"
    MODEL = "model"
    ALLOWED_MODELS = "allowed_models"
    ALLOWED_CHANNELS = "allowed_channels"
    DENIED_CHANNELS = "denied_channels"
    LOG_CHANNEL = "log_channel_id"
    PAUSE = "pause"

    @property
    def counts_by_day(self) -> bool:
        """Whether it counts pictures a day, as the owner's ceiling does."""
        return self in (Setting.SERVER_DAY, Setting.MEMBER_DAY)


QUOTAS = (
    Setting.SERVER_DAY,
    Setting.SERVER_MONTH,
    Setting.MEMBER_DAY,
    Setting.MEMBER_LINE,
    Setting.SERVER_LINE,
    Setting.TIME_ZONE,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One rule before and after; `setting` is a `Setting`, or a role's quota."""

    setting: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A difference that somebody made, and when."""

    difference: Difference
    user_id: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class AboveCeiling:
    """More pictures a day than the owner lets any server have."""

    setting: str
    asked: int
    ceiling: int


@dataclass(frozen=True, slots=True)
class UnknownZone:
    """No such time zone."""

    name: str


@dataclass(frozen=True, slots=True)
class DefaultNotAllowed:
    """The server's default model would not be among the allowed ones."""

    model: str
    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoImagining:
    """The model cannot be a default: it makes no pictures from words."""

    model: str


@dataclass(frozen=True, slots=True)
class EverybodysRole:
    """@everyone has the general limit, and no quota of a role."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """More entries than one rule may have."""

    setting: str
    most: int


Objection = (
    AboveCeiling
    | UnknownZone
    | UnknownModel
    | DefaultNotAllowed
    | NoImagining
    | EverybodysRole
    | TooMany
)


def role_setting(role_id: int) -> str:
    """The audit's name for the quota of a role."""
    return f"{ROLE_QUOTA}:{role_id}"


def role_text(member_day: int | None) -> str:
    """A role's quota as the audit keeps it."""
    return EXEMPT if member_day is None else str(member_day)


def text_of(settings: ServerSettings, setting: Setting) -> str | None:
    """One setting as plain text; ids and names in order, with commas between them."""
    value = getattr(settings, setting.value)
    match value:
        case None:
            return None
        case frozenset():
            # No channel named is nothing set; no model allowed cannot be said at all.
            return ", ".join(str(each) for each in sorted(value)) or None
        case _:
            return str(value)


def differences(before: ServerSettings, after: ServerSettings) -> tuple[Difference, ...]:
    """The settings that really changed, in the order of their names above."""
    named = [setting for setting in Setting if setting is not Setting.PAUSE]
    texts = (
        (setting.value, text_of(before, setting), text_of(after, setting)) for setting in named
    )
    return tuple(Difference(*each) for each in texts if each[1] != each[2])


def objection(
    before: ServerSettings, after: ServerSettings, *, ceiling: int | None
) -> Objection | None:
    """Why the settings may not become so; only what changes is judged.

    `ceiling` is how many pictures a day the owner lets any server have.
    """
    return next(_objections(before, after, ceiling), None)


def _objections(
    before: ServerSettings, after: ServerSettings, ceiling: int | None
) -> Iterator[Objection]:
    changed = {difference.setting for difference in differences(before, after)}
    for setting in Setting:
        if setting in changed and setting.counts_by_day:
            asked = getattr(after, setting.value)
            if above(asked, ceiling):
                yield AboveCeiling(setting, asked, ceiling or 0)
    judged = changed & {Setting.MODEL, Setting.ALLOWED_MODELS}
    if judged and after.model is not None and not after.allows_model(after.model):
        yield DefaultNotAllowed(after.model, tuple(sorted(after.allowed_models or ())))
    for setting in (Setting.ALLOWED_CHANNELS, Setting.DENIED_CHANNELS):
        if setting in changed and len(getattr(after, setting.value)) > PLACES_MAX:
            yield TooMany(setting, PLACES_MAX)


def above(asked: int | None, ceiling: int | None) -> bool:
    """Whether a number of pictures a day is more than the owner allows."""
    return asked is not None and ceiling is not None and asked > ceiling


def reset(settings: ServerSettings, names: Collection[Setting]) -> ServerSettings:
    """The settings with these quotas as if never set."""
    unset: dict[str, Any] = {name.value: None for name in names}
    return replace(settings, **unset)


def allow_channel(settings: ServerSettings, channel_id: int) -> ServerSettings:
    """Pictures may be asked for there."""
    forgotten = forget_channels(settings, {channel_id})
    return replace(forgotten, allowed_channels=forgotten.allowed_channels | {channel_id})


def deny_channel(settings: ServerSettings, channel_id: int) -> ServerSettings:
    """Pictures may not be asked for there."""
    forgotten = forget_channels(settings, {channel_id})
    return replace(forgotten, denied_channels=forgotten.denied_channels | {channel_id})


def forget_channels(settings: ServerSettings, channel_ids: Collection[int]) -> ServerSettings:
    """No rule of their own for these channels any more."""
    gone = frozenset(channel_ids)
    return replace(
        settings,
        allowed_channels=settings.allowed_channels - gone,
        denied_channels=settings.denied_channels - gone,
    )
