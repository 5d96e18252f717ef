"""/settings: a member's own defaults, shown and changed. Judges no model itself."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.preferences import MemberSettings
from bot.domain.request import Aspect, Kind
from bot.engine.members import Habit, Habits, Members
from cogs import options
from cogs.answers import whisper
from cogs.choices import ModelChoices
from cogs.habits import habits, unfit
from cogs.home import home_of

ALL = "all"
DESCRIPTIONS = {
    "model": "Which model paints when you name none; type a few letters to search.",
    "aspect": "Width to height when you say nothing.",
    "count": "How many pictures when you say nothing.",
    "negative": "What your pictures never show, unless you say otherwise.",
    "private": "Only you see your results.",
    "ping": "Be told when a job that took long is done.",
    "reset": "Go back to what everybody has.",
}
RESETS = [app_commands.Choice(name=name, value=name) for name in (ALL, *Habit)]


class Preferences(commands.Cog):
    """What counts where a member says nothing: in each server anew, and outside of servers."""

    def __init__(self, *, members: Members, models: ModelChoices) -> None:
        self._members = members
        self._models = models

    @app_commands.command(name="settings", description="Your own defaults here: show or change.")
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.describe(**DESCRIPTIONS)
    @app_commands.choices(aspect=options.ASPECTS, reset=RESETS)
    async def settings(
        self,
        interaction: discord.Interaction,
        model: options.Name | None = None,
        aspect: str | None = None,
        count: options.Count | None = None,
        negative: options.Negative | None = None,
        private: bool | None = None,
        ping: bool | None = None,
        reset: str | None = None,
    ) -> None:
        home, user_id = home_of(interaction), interaction.user.id
        unset = _named(reset)
        if negative is not None and not negative.strip():
            # Nothing but spaces.
            negative, unset = None, unset | {Habit.NEGATIVE}
        given = MemberSettings(
            model=model,
            aspect=None if aspect is None else Aspect(aspect),
            count=count,
            negative=None if negative is None else negative.strip(),
            private=private,
            ping=ping,
        )
        if given == MemberSettings() and not unset:
            kept = await self._members.habits(guild_id=home, user_id=user_id)
            await whisper(interaction, habits(kept, home=home))
            return
        said = await self._members.change(given, reset=unset, guild_id=home, user_id=user_id)
        if isinstance(said, Habits):
            await whisper(interaction, habits(said, home=home, saved=True))
        else:
            await whisper(interaction, unfit(said))

    @settings.autocomplete("model")
    async def suggest_models(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Models that paint from words alone."""
        return await self._models.fitting(interaction, typed, kind=Kind.IMAGINE)


def _named(reset: str | None) -> frozenset[Habit]:
    if reset is None:
        return frozenset()
    return frozenset(Habit) if reset == ALL else frozenset({Habit(reset)})
