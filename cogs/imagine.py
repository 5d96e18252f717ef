"""/imagine: options in, a request through the door. Knows no limits and no vendor."""

from collections.abc import Collection

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.request import Kind
from bot.engine.intake import Intake
from cogs import options
from cogs.choices import ModelChoices
from cogs.door import Door
from cogs.home import home_of


class Imagine(commands.Cog):
    """Pictures from words."""

    def __init__(
        self, *, door: Door, intake: Intake, models: ModelChoices, styles: Collection[str]
    ) -> None:
        self._door = door
        self._intake = intake
        self._models = models
        self._styles = styles

    @app_commands.command(name="imagine", description="Make pictures from words.")
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.describe(**options.DESCRIPTIONS)
    @app_commands.choices(aspect=options.ASPECTS)
    async def imagine(
        self,
        interaction: discord.Interaction,
        prompt: options.Prompt,
        negative: options.Negative | None = None,
        model: options.Name | None = None,
        aspect: str | None = None,
        count: options.Count | None = None,
        seed: options.Seed | None = None,
        steps: options.Steps | None = None,
        guidance: options.Guidance | None = None,
        style: options.Name | None = None,
        lora: options.Lora | None = None,
        lora_strength: options.Strength | None = None,
        enhance: bool | None = None,
        private: bool | None = None,
        spoiler: bool | None = None,
    ) -> None:
        given = options.Options(
            prompt=prompt,
            negative=negative,
            model=model,
            aspect=aspect,
            count=count,
            seed=seed,
            steps=steps,
            guidance=guidance,
            style=style,
            lora=lora,
            lora_strength=lora_strength,
            enhance=enhance,
            private=private,
            spoiler=spoiler,
        )
        defaults = await self._intake.defaults(
            guild_id=home_of(interaction), user_id=interaction.user.id
        )
        await self._door.enter(interaction, given.request(Kind.IMAGINE, defaults))

    @imagine.autocomplete("model")
    async def suggest_models(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Models that fit what was typed."""
        return await self._models.fitting(interaction, typed, kind=Kind.IMAGINE)

    @imagine.autocomplete("style")
    async def suggest_styles(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Styles that fit what was typed."""
        return options.style_choices(self._styles, typed)
