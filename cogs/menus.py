"""The menus on other messages: right-click, Apps. Five are the most that discord.py 2.7 allows."""

from types import MappingProxyType
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.answers import whisper
from cogs.faces import Action
from cogs.gallery import pictures_of
from cogs.rework import Rework

NAMES = MappingProxyType(
    {
        "Remix": Action.REMIX,
        "Edit area": Action.AREA,
        "Upscale": Action.UPSCALE,
        "Cut out": Action.CUTOUT,
        "Describe": Action.DESCRIBE,
    }
)
NO_PICTURE = (
    "**There is no picture in that message.** I see files, embeds and galleries. "
    "Nothing was charged."
)


class Menus(commands.Cog):
    """Work on any picture in the channel, whoever posted it."""

    def __init__(self, *, rework: Rework, tree: app_commands.CommandTree[Any]) -> None:
        self._rework = rework
        self._tree = tree
        self._menus = [self._menu(name, action) for name, action in NAMES.items()]

    async def cog_load(self) -> None:
        """Menus cannot be declared in a cog: they come and go with it by hand."""
        for menu in self._menus:
            self._tree.add_command(menu, override=True)

    async def cog_unload(self) -> None:
        for menu in self._menus:
            self._tree.remove_command(menu.name, type=menu.type)

    def _menu(self, name: str, action: Action) -> app_commands.ContextMenu:
        async def chosen(interaction: discord.Interaction, message: discord.Message) -> None:
            shown = pictures_of(message, interaction.client.user)
            if shown:
                await self._rework.of_message(interaction, action, shown)
            else:
                await whisper(interaction, NO_PICTURE)

        return app_commands.ContextMenu(
            name=name,
            callback=chosen,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )
