"""/usage: what I and the server have used, and may still use. Counts nothing itself."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.engine.accounts import Accounts
from cogs.answers import whisper
from cogs.door import NOWHERE, requester_of
from cogs.statement import statement


class Usage(commands.Cog):
    """A look into the books, for whoever asks alone."""

    def __init__(self, *, accounts: Accounts) -> None:
        self._accounts = accounts

    @app_commands.command(name="usage", description="What is used, what is left, when it resets.")
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def usage(self, interaction: discord.Interaction) -> None:
        requester = requester_of(interaction)
        if requester is None:
            await whisper(interaction, NOWHERE)
            return
        said = await self._accounts.statement(requester)
        await whisper(interaction, statement(said, home=requester.guild_id))
