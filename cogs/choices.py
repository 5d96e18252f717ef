"""The models that are offered while somebody types. Asks no vendor, and refuses nothing."""

import logging

import discord
from discord import app_commands

from bot.domain.errors import StorageError
from bot.domain.request import Kind
from bot.engine.intake import Intake
from bot.modelslab.catalogue import Catalogue
from cogs.home import home_of
from cogs.options import CHOICES_MAX, choice_name

_log = logging.getLogger(__name__)


class ModelChoices:
    """Offers only what may be chosen there: a server may have a list of its allowed models."""

    def __init__(self, *, intake: Intake, catalogue: Catalogue) -> None:
        self._intake = intake
        self._catalogue = catalogue

    async def fitting(
        self, interaction: discord.Interaction, typed: str, *, kind: Kind
    ) -> list[app_commands.Choice[str]]:
        """Models of this kind that fit what was typed, the best first."""
        allowed = await self._allowed(interaction)
        found = self._catalogue.search(typed, kind=kind, allowed=allowed, limit=CHOICES_MAX)
        return [
            app_commands.Choice(name=choice_name(model.name, model.id), value=model.id)
            for model in found
        ]

    async def _allowed(self, interaction: discord.Interaction) -> frozenset[str] | None:
        try:
            defaults = await self._intake.defaults(
                guild_id=home_of(interaction), user_id=interaction.user.id
            )
        except StorageError as error:
            # What may be chosen is judged once more, when it is asked for.
            _log.warning("choices.all why=%s", error)
            return None
        return defaults.allowed_models
