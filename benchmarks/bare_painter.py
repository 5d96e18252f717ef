"""The yardstick of cost: the least bot that paints. It keeps nothing, and forgets all at its end.

Started as a process by the benchmarks, with DISCORD_TOKEN, DISCORD_API_URL, MODELSLAB_API_KEY and
MODELSLAB_BASE_URL.
"""

import asyncio
import io
import os
from typing import Any

import aiohttp
import discord
from discord import app_commands
from PIL import Image

Inter = discord.Interaction[discord.Client]
ASKS_EVERY_S = 1.0


class BarePainter(discord.AutoShardedClient):
    """Acknowledges, asks, fetches, downloads, decodes once, uploads."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), max_messages=None)
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        self.web = aiohttp.ClientSession()
        self.tree.command(name="imagine", description="Paint.")(self.imagine)
        await self.tree.sync()

    async def imagine(self, interaction: Inter, prompt: str) -> None:
        await interaction.response.send_message("In line")
        body = {"model_id": "flux", "prompt": prompt, "width": 1024, "height": 1024}
        said = await self._ask("v7/images/text-to-image", body)
        while not said.get("output"):
            await asyncio.sleep(ASKS_EVERY_S)
            said = await self._ask(f"v7/images/fetch/{said['id']}", {})
        async with self.web.get(said["output"][0]) as answer:
            data = await answer.read()
        await asyncio.to_thread(_decode, data)
        file = discord.File(io.BytesIO(data), filename="picture.png")
        await interaction.edit_original_response(content="Done", attachments=[file])

    async def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        url = f"{os.environ['MODELSLAB_BASE_URL']}/{path}"
        key = os.environ["MODELSLAB_API_KEY"]
        async with self.web.post(url, json={"key": key, **body}) as answer:
            said: dict[str, Any] = await answer.json()
            return said


def _decode(data: bytes) -> None:
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()


def main() -> None:
    discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
    BarePainter().run(os.environ["DISCORD_TOKEN"], log_handler=None)


if __name__ == "__main__":
    main()
