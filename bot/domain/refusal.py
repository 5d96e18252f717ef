"""Why a request was not accepted: values, for the cogs to word. Nothing was reserved."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Rule(StrEnum):
    """The limits a request can meet."""

    SERVER_DAY = "server_day"
    SERVER_MONTH = "server_month"
    MEMBER_DAY = "member_day"
    SERVER_LINE = "server_line"
    MEMBER_LINE = "member_line"
    OWNER_DAY = "owner_day"
    OWNER_BUDGET = "owner_budget"

    @property
    def counts_jobs(self) -> bool:
        """Whether the limit counts jobs on the way, not pictures."""
        return self in (Rule.SERVER_LINE, Rule.MEMBER_LINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverLimit:
    """A limit would be passed. `resets_at` is None for lines, which shorten by themselves.

    So many pictures as `fits` would pass no limit at all; 0: not even one.
    """

    rule: Rule
    limit: int
    used: int
    asked: int
    resets_at: datetime | None
    fits: int = 0

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class UnknownModel:
    """No such model; `close` are ids that look alike."""

    model: str
    close: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnknownStyle:
    """No such style; `close` are names that look alike."""

    style: str
    close: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadOption:
    """An option has a value that cannot work; `works` says which would."""

    option: str
    works: str


@dataclass(frozen=True, slots=True)
class NoWords:
    """Something is to be painted, and the prompt does not say what."""


@dataclass(frozen=True, slots=True)
class ModelClosed:
    """The model cannot be used with the owner's plan just now."""

    model: str


@dataclass(frozen=True, slots=True)
class ServerNotAllowed:
    """The owner does not let this server use the bot."""


@dataclass(frozen=True, slots=True)
class Paused:
    """The server's moderators have paused the bot; `reason` is theirs, and may be empty."""

    reason: str


@dataclass(frozen=True, slots=True)
class ModelNotAllowed:
    """The server allows other models only; `allowed` are those for this kind of work."""

    model: str
    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChannelNotAllowed:
    """Not in this channel; `allowed` are the ids of those where it is, if they were named."""

    allowed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonalNotAllowed:
    """The owner does not let anybody use the bot outside of servers."""


@dataclass(frozen=True, slots=True)
class PictureGone:
    """What was to be worked on has been removed since it was brought."""


@dataclass(frozen=True, slots=True)
class ShuttingDown:
    """The bot is being stopped and takes no new work."""


@dataclass(frozen=True, slots=True)
class AlreadyAccepted:
    """This very interaction has made a job before."""

    job_id: int


Refusal = (
    OverLimit
    | UnknownModel
    | UnknownStyle
    | BadOption
    | NoWords
    | ModelClosed
    | ServerNotAllowed
    | Paused
    | ModelNotAllowed
    | ChannelNotAllowed
    | PersonalNotAllowed
    | PictureGone
    | ShuttingDown
    | AlreadyAccepted
)
