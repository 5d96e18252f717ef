"""/remix: a picture and words in, a request through the door. Knows no limits and no vendor."""

from collections.abc import Collection

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.request import ImageRequest, Kind
from bot.engine.intake import Intake
from bot.modelslab.catalogue import Catalogue
from cogs import options
from cogs.answers import Aside, whisper
from cogs.choices import ModelChoices
from cogs.door import Door
from cogs.home import home_of
from cogs.sources import Found, Sources, misgiven


class Remix(commands.Cog):
    """Pictures from a picture."""

    def __init__(
        self,
        *,
        door: Door,
        intake: Intake,
        sources: Sources,
        catalogue: Catalogue,
        models: ModelChoices,
        styles: Collection[str],
    ) -> None:
        self._door = door
        self._intake = intake
        self._sources = sources
        self._catalogue = catalogue
        self._models = models
        self._styles = styles

    @app_commands.command(name="remix", description="Make a new picture from one you have.")
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.describe(**options.described(options.PICTURE, options.TUNING))
    async def remix(
        self,
        interaction: discord.Interaction,
        prompt: options.Prompt,
        image: discord.Attachment | None = None,
        link: options.Link | None = None,
        strength: options.Change | None = None,
        negative: options.Negative | None = None,
        model: options.Name | None = None,
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
            strength=strength,
            negative=negative,
            model=model,
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
        wrong = misgiven(image, link)
        if wrong is not None:
            await whisper(interaction, wrong)
            return

        async def complete(request: ImageRequest) -> ImageRequest | Aside:
            found = await self._sources.given(interaction, image, link)
            return found.under(request) if isinstance(found, Found) else found

        defaults = await self._intake.defaults(
            guild_id=home_of(interaction), user_id=interaction.user.id
        )
        request = given.rework(Kind.REMIX, defaults, self._catalogue)
        await self._door.enter(interaction, request, complete=complete)

    @remix.autocomplete("model")
    async def suggest_models(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Models that work from a picture."""
        return await self._models.fitting(interaction, typed, kind=Kind.REMIX)

    @remix.autocomplete("style")
    async def suggest_styles(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Styles that fit what was typed."""
        return options.style_choices(self._styles, typed)
