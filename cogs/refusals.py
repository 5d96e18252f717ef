"""Why a request was not accepted, in words. Pure."""

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
from cogs.cards import OPTION_WORDS, jobs, moment, pictures
from cogs.echo import echo

NAME_SIGNS = 100
REASON_SIGNS = 300
# So many models or channels are named in one sentence.
NAMED_MAX = 10
_NOTHING = "Nothing was charged."
# After one of these a sentence needs no other end.
_ENDS = (".", "!", "?", "…")

_TITLES = {
    Rule.MEMBER_DAY: "Your daily limit",
    Rule.SERVER_DAY: "This server's daily limit",
    Rule.SERVER_MONTH: "This server's monthly limit",
    Rule.OWNER_DAY: "The bot owner's daily limit for each server",
    Rule.OWNER_BUDGET: "The bot owner's monthly budget",
    Rule.MEMBER_LINE: "Your line is full",
    Rule.SERVER_LINE: "This server's line is full",
}


def refused(refusal: Refusal) -> str:
    """What the asker reads: which rule or option, what would work, and that it cost nothing."""
    match refusal:
        case OverLimit():
            return _over_limit(refusal)
        case UnknownModel(model, close):
            return _unknown("model", model, close)
        case UnknownStyle(style, close):
            return _unknown("style", style, close)
        case BadOption("model", works):
            return f"**This model cannot do that.** Models that can: {works}. {_NOTHING}"
        case BadOption(option, works):
            words = "number of steps" if option == "steps" else OPTION_WORDS.get(option, option)
            return f"**This {words} cannot work** with this model. What works: {works}. {_NOTHING}"
        case NoWords():
            return f"**I need a prompt:** say what the picture is to show. {_NOTHING}"
        case ModelClosed(model):
            return (
                f"**{_name(model)} is not available just now.** Choose another `model`, "
                f"or try again later. {_NOTHING}"
            )
        case ServerNotAllowed():
            return (
                "**This server may not use the bot.** Its owner allows it on chosen servers "
                f"only. {_NOTHING}"
            )
        case Paused(reason):
            return (
                f"**Paused by this server's moderators.**{because(reason)} Ask again when the "
                f"pause is over. {_NOTHING}"
            )
        case ModelNotAllowed(model, allowed):
            return (
                f"**{_name(model)} is not allowed in this server.** {_choice(allowed)} {_NOTHING}"
            )
        case ChannelNotAllowed(allowed):
            return f"**Not in this channel.** {_places(allowed)} {_NOTHING}"
        case PersonalNotAllowed():
            return f"**This works in servers only.** {_NOTHING}"
        case PictureGone():
            return f"**The picture is gone.** It was removed just now: send it again. {_NOTHING}"
        case ShuttingDown():
            return f"**Limner is being restarted.** Try again in a minute. {_NOTHING}"
        case AlreadyAccepted(job_id):
            return f"This request is in line already · job {job_id}"


def _over_limit(over: OverLimit) -> str:
    reset = "" if over.resets_at is None else f" It resets {moment(over.resets_at)}."
    fewer = f" Ask for {pictures(over.fits)} and it fits." if over.fits else ""
    title = _TITLES[over.rule]
    match over.rule:
        case Rule.OWNER_BUDGET:
            # How much money is nobody's business but the owner's.
            state = "has no room for this many" if fewer else "is used up"
            return f"**{title}** {state}.{fewer}{reset} {_NOTHING}"
        case Rule.MEMBER_LINE:
            return (
                f"**{title}:** you may have {jobs(over.limit)} on the way here, and have "
                f"{over.used} already. Ask again when one is done. {_NOTHING}"
            )
        case Rule.SERVER_LINE:
            return (
                f"**{title}:** {jobs(over.limit)} may be on the way here, and {over.used} are "
                f"already. Ask again when one is done. {_NOTHING}"
            )
        case _:
            return (
                f"**{title}:** {over.remaining} of {pictures(over.limit)} left, and this would "
                f"take {over.asked}.{fewer}{reset} {_NOTHING}"
            )


def _unknown(what: str, name: str, close: tuple[str, ...]) -> str:
    alike = ", ".join(_name(each) for each in close)
    hint = f" Did you mean {alike}?" if alike else f" Pick one from the list at `{what}`."
    return f"**There is no {what} called {_name(name)}.**{hint} {_NOTHING}"


def because(reason: str) -> str:
    """What moderators say of a pause, to follow a sentence; nothing where they say nothing."""
    said = echo(reason, limit=REASON_SIGNS)
    if not said:
        return ""
    return f" They say: “{said}”{'' if said.endswith(_ENDS) else '.'}"


def _choice(allowed: tuple[str, ...]) -> str:
    if not allowed:
        return "None of the allowed models does this kind of work."
    named = ", ".join(_name(model) for model in allowed[:NAMED_MAX])
    more = len(allowed) - NAMED_MAX
    return f"Allowed: {named}{f' and {more} more' if more > 0 else ''}."


def _places(allowed: tuple[int, ...]) -> str:
    if not allowed:
        return "This server's moderators do not want pictures made here."
    named = ", ".join(f"<#{channel_id}>" for channel_id in allowed[:NAMED_MAX])
    return f"Ask in {named}{' or another of the allowed channels' * (len(allowed) > NAMED_MAX)}."


def _name(text: str) -> str:
    return echo(text, limit=NAME_SIGNS) or "(nothing)"
