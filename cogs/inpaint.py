"""/inpaint: a picture, words and what is to change in, a request through the door.

Where nothing says what is to change, an invitation to paint it. Paints no masks itself.
"""

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
from cogs.painting import Painting
from cogs.sources import Found, Sources, misgiven, oversized

ONE_MASK = (
    "**`mask` and `area` both say what is to change.** Give one of them. Nothing was charged."
)
# The common format that has no transparency: it need not be looked for.
OPAQUE = "image/jpeg"


class Inpaint(commands.Cog):
    """A part of a picture, made anew."""

    def __init__(
        self,
        *,
        door: Door,
        intake: Intake,
        sources: Sources,
        painting: Painting,
        catalogue: Catalogue,
        models: ModelChoices,
        styles: Collection[str],
    ) -> None:
        self._door = door
        self._intake = intake
        self._sources = sources
        self._painting = painting
        self._catalogue = catalogue
        self._models = models
        self._styles = styles

    @app_commands.command(name="inpaint", description="Repaint a part of a picture.")
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.describe(**options.described(options.PICTURE, options.MASK, options.TUNING))
    @app_commands.choices(area=options.AREA_CHOICES)
    async def inpaint(
        self,
        interaction: discord.Interaction,
        prompt: options.Prompt,
        image: discord.Attachment | None = None,
        link: options.Link | None = None,
        mask: discord.Attachment | None = None,
        area: str | None = None,
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
        wrong = misgiven(image, link) or _mismasked(mask, area)
        if wrong is not None:
            await whisper(interaction, wrong)
            return
        defaults = await self._intake.defaults(
            guild_id=home_of(interaction), user_id=interaction.user.id
        )
        request = given.rework(Kind.INPAINT, defaults, self._catalogue)

        async def read() -> Found | Aside:
            return await self._sources.given(interaction, image, link)

        async def complete(request: ImageRequest) -> ImageRequest | Aside:
            found = await read()
            if isinstance(found, Aside):
                return found
            started = found.under(request)
            masked = await self._sources.masked(started, mask=mask, area=area)
            return masked or await self._painting.invitation(interaction, started)

        if mask is None and area is None and image is not None and image.content_type == OPAQUE:
            await self._painting.begin(interaction, request, read)
        else:
            await self._door.enter(interaction, request, complete=complete)

    @inpaint.autocomplete("model")
    async def suggest_models(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Models that repaint a part of a picture."""
        return await self._models.fitting(interaction, typed, kind=Kind.INPAINT)

    @inpaint.autocomplete("style")
    async def suggest_styles(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Styles that fit what was typed."""
        return options.style_choices(self._styles, typed)


def _mismasked(mask: discord.Attachment | None, area: str | None) -> str | None:
    """What is wrong with what is to change, before anything is read; None where nothing is."""
    if mask is None:
        return None
    return oversized(mask) if area is None else ONE_MASK
