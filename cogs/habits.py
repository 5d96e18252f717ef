"""A member's own settings in words. Pure."""

from bot.domain.request import PERSONAL, Aspect
from bot.engine.members import Habit, Habits, Unfit
from cogs.cards import pictures
from cogs.echo import echo
from cogs.refusals import refused

NAME_SIGNS = 100
NEGATIVE_SIGNS = 300
NOT_SET = "(not set)"


def habits(kept: Habits, *, home: int, saved: bool = False) -> str:
    """All of them as they count at `home`; `saved` says that they have just been changed."""
    place = "outside of servers" if home == PERSONAL else "in this server"
    title = f"**{'Saved. ' if saved else ''}Your settings {place}**"
    lines = [f"`{habit}`: {_value(habit, kept)}" for habit in Habit]
    note = "They count where a command does not say otherwise. `reset` unsets one, or all."
    return "\n".join([title, *lines, note])


def unfit(said: Unfit) -> str:
    """Why nothing was saved."""
    return f"{refused(said)} Your settings are as they were."


def _value(habit: Habit, kept: Habits) -> str:
    own = kept.own
    match habit:
        case Habit.MODEL:
            return _model(kept)
        case Habit.ASPECT:
            return _said(own.aspect, (own.aspect or Aspect.SQUARE).value)
        case Habit.COUNT:
            return _said(own.count, pictures(own.count or 1))
        case Habit.NEGATIVE:
            return _said(own.negative, echo(own.negative or "", limit=NEGATIVE_SIGNS) or "nothing")
        case Habit.PRIVATE:
            return _said(own.private, "only you see results" if own.private else "all see results")
        case Habit.PING:
            mute = own.ping is False
            return _said(own.ping, "off" if mute else "you are told when a long job is done")


def _model(kept: Habits) -> str:
    paints, own = echo(kept.model, limit=NAME_SIGNS), kept.own.model
    if own is None or own == kept.model:
        return _said(own, paints)
    return f"{echo(own, limit=NAME_SIGNS)}, which is not allowed here (any more): {paints} paints"


def _said(own: object, words: str) -> str:
    return words if own is not None else f"{words} {NOT_SET}"
