"""/queue: my jobs and the server's line, with a way back for each job. Decides no order."""

import re
from typing import Any, Final, Self, cast

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.engine.queue import Queues
from cogs.answers import is_private
from cogs.buttons import view_of
from cogs.guard import Guard
from cogs.home import home_of
from cogs.lineup import lineup, ways_back

REFRESH_ID: Final = "queue:refresh"
# Below two rows of ways back.
_REFRESH_ROW: Final = 2
_NAME: Final = "Queue"


class Refresh(ui.DynamicItem[ui.Button[Any]], template=re.compile(re.escape(REFRESH_ID))):
    """Looks again; works for ever, for whoever presses it."""

    def __init__(self) -> None:
        super().__init__(ui.Button(label="Refresh", custom_id=REFRESH_ID), row=_REFRESH_ROW)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls()

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await cast(Queue, interaction.client.get_cog(_NAME)).refreshed(interaction)


class Queue(commands.Cog, name=_NAME):
    """The line, for whoever asks alone."""

    def __init__(self, *, queues: Queues, guard: Guard) -> None:
        self._queues = queues
        self._guard = guard

    @app_commands.command(name="queue", description="Your jobs and this server's line.")
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def queue(self, interaction: discord.Interaction) -> None:
        await self._answer(interaction)

    async def refreshed(self, interaction: discord.Interaction) -> None:
        """Show the line as it stands now, in the place of what was shown."""

        async def act() -> None:
            if not is_private(interaction):
                # Not one of ours: what others see must not become somebody's line.
                await self._answer(interaction)
                return
            embeds, view = await self._seen(interaction)
            await interaction.response.edit_message(embeds=embeds, view=view)

        await self._guard.shelter(interaction, act)

    async def _answer(self, interaction: discord.Interaction) -> None:
        embeds, view = await self._seen(interaction)
        await interaction.response.send_message(
            embeds=embeds,
            view=view,
            ephemeral=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )

    async def _seen(self, interaction: discord.Interaction) -> tuple[list[discord.Embed], ui.View]:
        user_id = interaction.user.id
        queue = await self._queues.look(guild_id=home_of(interaction), user_id=user_id)
        view = view_of(ways_back(queue)) or ui.View(timeout=None)
        view.add_item(Refresh())
        return lineup(queue, user_id=user_id), view
