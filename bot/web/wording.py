"""What the web pages say: why not, how far, and where to look. Pure; knows no HTML."""

import math
from dataclasses import dataclass
from datetime import datetime

from bot.domain.gates import GateReason
from bot.domain.job import Job, JobStatus, Route, Verdict
from bot.domain.line import Place
from bot.domain.refusal import (
    AlreadyAccepted,
    BadOption,
    ChannelNotAllowed,
    ModelClosed,
    ModelNotAllowed,
    NoWords,
    OverLimit,
    Paused,
    PersonalNotAllowed,
    PictureGone,
    Refusal,
    Rule,
    ServerNotAllowed,
    ShuttingDown,
    UnknownModel,
    UnknownStyle,
)

_NOTHING = "Nothing was charged."
_SOON_S = 90.0
_MINUTES_S = 90.0 * 60

_RULES = {
    Rule.MEMBER_DAY: "Your daily limit",
    Rule.SERVER_DAY: "This server's daily limit",
    Rule.SERVER_MONTH: "This server's monthly limit",
    Rule.OWNER_DAY: "The bot owner's daily limit for each server",
    Rule.OWNER_BUDGET: "The bot owner's monthly budget",
    Rule.MEMBER_LINE: "Your line is full",
    Rule.SERVER_LINE: "This server's line is full",
}
_GATES = {
    GateReason.BUSY: "The image service is busy just now",
    GateReason.DOWN: "The image service does not answer just now",
    GateReason.CREDITS: "The image service is not available just now",
    GateReason.KEY: "The image service is not available just now",
    GateReason.PLAN: "This model is not available just now",
    GateReason.PAUSED: "Paused by this server's moderators",
}
_PICTURE_AT = {
    Route.DIRECT: "It is in your direct messages.",
    Route.KEPT: "It could not be posted; it is kept in your history.",
    Route.REMOVED: "Its card was removed from the channel; it is kept in your history.",
}
_REASON_AT = {
    Route.DIRECT: "A direct message says why.",
    Route.KEPT: "Your history says why.",
    Route.REMOVED: "Your history says why.",
}


@dataclass(frozen=True, slots=True)
class Words:
    """A short title that names the class; the cause and the next step."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HowFar:
    """A job's state in a few words, what there is to say of it, and whether it is over."""

    state: str
    position: str
    done: bool = False
    good: bool = False


def refused(refusal: Refusal) -> Words:
    """Why no job was made, and what would work. The ticket stays good."""
    match refusal:
        case OverLimit():
            return Words(_RULES[refusal.rule], f"{_over_limit(refusal)} {_NOTHING}")
        case UnknownModel() | ModelClosed():
            return Words(
                "This model is not available",
                f"{refusal.model} cannot be used just now. Ask again with another model. "
                f"{_NOTHING}",
            )
        case UnknownStyle(style):
            return Words("No such style", f"There is no style called {style} now. {_NOTHING}")
        case BadOption(option, works):
            return Words(
                "An option cannot work",
                f"This {option.replace('_', ' ')} cannot work with this model. "
                f"What works: {works}. {_NOTHING}",
            )
        case NoWords():
            return Words("Words are missing", f"Say what should be there instead. {_NOTHING}")
        case ServerNotAllowed():
            return Words(
                "This server may not use the bot",
                f"The bot's owner allows it on chosen servers only. {_NOTHING}",
            )
        case Paused(reason):
            said = f"They say: {reason}. " if reason else ""
            return Words("Paused by the server's moderators", f"{said}{_NOTHING}")
        case ModelNotAllowed(model):
            return Words(
                "This model is not allowed",
                f"The server does not allow {model}. Ask again with another model. {_NOTHING}",
            )
        case ChannelNotAllowed():
            return Words(
                "Not in this channel",
                f"The server's moderators do not want pictures made there. {_NOTHING}",
            )
        case PersonalNotAllowed():
            return Words("This works in servers only", _NOTHING)
        case PictureGone():
            return Words("A picture is gone", f"It was removed just now: send it again. {_NOTHING}")
        case ShuttingDown():
            return Words("Limner is being restarted", f"Try again in a minute. {_NOTHING}")
        case AlreadyAccepted(job_id):
            return Words("Sent already", f"This picture is on its way: job {job_id}.")


def _over_limit(over: OverLimit) -> str:
    if over.rule.counts_jobs:
        return f"{over.used} of {over.limit} jobs are on the way already. Send it when one is done."
    resets = "" if over.resets_at is None else f" It resets on {_moment(over.resets_at)}."
    if over.rule is Rule.OWNER_BUDGET:
        # How much money is nobody's business but the owner's.
        return f"It {'has no room for this many' if over.fits else 'is used up'}.{resets}"
    return f"{over.remaining} of {over.limit} left, and this would take {over.asked}.{resets}"


def how_far(job: Job, *, place: Place | None = None, gate: GateReason | None = None) -> HowFar:
    """What the page says while the job is on its way, and at its end."""
    match job.status:
        case JobStatus.QUEUED:
            return HowFar(state="In line", position=_in_line(place, gate))
        case JobStatus.SUBMITTING | JobStatus.WAITING:
            soon = "It will not be posted." if job.withheld else "This takes a moment."
            return HowFar(state="Being painted", position=soon)
        case JobStatus.SETTLED:
            return HowFar(state="Painted", position="On its way to Discord.")
        case JobStatus.DELIVERED:
            return _over(job)


def _over(job: Job) -> HowFar:
    if job.outcome is not None and job.outcome.verdict is Verdict.PICTURES:
        state = "Your picture is in the channel"
        found = _PICTURE_AT.get(job.route) if job.route else None
        if job.withheld:
            found = "It was not posted, as was asked; it is kept in your history."
        if found:
            state = "Your picture is ready"
        return HowFar(
            state=state, position=found or "You can close this page.", done=True, good=True
        )
    if job.outcome is not None and job.outcome.verdict is Verdict.CANCELLED:
        return HowFar(state="Cancelled", position=_NOTHING, done=True)
    why = (_REASON_AT.get(job.route) if job.route else None) or "The card in the channel says why."
    return HowFar(state="No picture this time", position=why, done=True)


def _in_line(place: Place | None, gate: GateReason | None) -> str:
    if gate is not None:
        return f"{_GATES[gate]}; your job keeps its place."
    if place is None:
        return "Its turn comes soon."
    ahead = f"{place.ahead_here} ahead of you here" if place.ahead_here else "You are next here"
    return f"{ahead}, about {_about(place.wait_s)}."


def _about(wait_s: float) -> str:
    """A wait, no finer than it is known: usually it is off by a quarter."""
    if wait_s <= _SOON_S:
        return f"{max(5, 5 * math.ceil(wait_s / 5))} s"
    if wait_s <= _MINUTES_S:
        return f"{round(wait_s / 60)} minutes"
    return f"{round(wait_s / 3600)} hours"


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%B, %H:%M} UTC"
