"""The yardstick: the least discord.py bot that commits one row to SQLite and answers.

Started as a process by the benchmarks, with DISCORD_TOKEN, DISCORD_API_URL and a folder.
"""

import os
import sys

import aiosqlite
import discord
from discord import app_commands

Inter = discord.Interaction[discord.Client]


class BareBot(discord.AutoShardedClient):
    """One command, one commit, one answer."""

    def __init__(self, path: str) -> None:
        super().__init__(intents=discord.Intents(guilds=True), max_messages=None)
        self.tree = app_commands.CommandTree(self)
        self._path = path

    async def setup_hook(self) -> None:
        self.database = await aiosqlite.connect(self._path)
        for statement in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            "CREATE TABLE asked (id INTEGER PRIMARY KEY, prompt TEXT)",
        ):
            await self.database.execute(statement)
        self.tree.command(name="imagine", description="Answer.")(self.imagine)
        await self.tree.sync()

    async def imagine(self, interaction: Inter, prompt: str) -> None:
        await self.database.execute("INSERT INTO asked (prompt) VALUES (?)", (prompt,))
        await self.database.commit()
        await interaction.response.send_message("In line")


def main() -> None:
    discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
    BareBot(f"{sys.argv[1]}/bare.db").run(os.environ["DISCORD_TOKEN"], log_handler=None)


if __name__ == "__main__":
    main()
