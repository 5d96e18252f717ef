"""The plainest discord.py bot that touches every part of the small Discord.

What a command does is put in by each test: `bot.on_imagine = handler`.
"""

import asyncio
import contextlib
import io
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import discord
import pytest
import yarl
from discord import app_commands
from PIL import Image

from .server import WireDiscord

Handler = Callable[..., Awaitable[None]]
Inter = discord.Interaction[discord.Client]


async def _deferring(interaction: Inter, **_: Any) -> None:
    await interaction.response.defer()


class BareBot(discord.AutoShardedClient):
    """`failures` holds what handlers raised, so that a test can look at it."""

    def __init__(self, intents: discord.Intents | None = None) -> None:
        super().__init__(
            intents=intents or discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            guild_ready_timeout=0.02,
        )
        self.tree = app_commands.CommandTree(self)
        self.tree.error(self._keep_failure)
        self.failures: list[BaseException] = []
        self.on_imagine: Handler = _deferring
        self.on_component: Handler = _deferring
        self.on_modal: Handler = _deferring
        self.heard: list[str] = []
        self._declare()

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """discord.py would wait five seconds before it identifies again."""

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message.content)

    async def on_interaction(self, interaction: Inter) -> None:
        """Components and modals by their custom_id alone, as after a restart."""
        handler = {
            discord.InteractionType.component: self.on_component,
            discord.InteractionType.modal_submit: self.on_modal,
        }.get(interaction.type)
        if handler is None:
            return
        try:
            await handler(interaction)
        except discord.DiscordException as failure:
            self.failures.append(failure)

    async def _keep_failure(self, _: Inter, error: app_commands.AppCommandError) -> None:
        self.failures.append(getattr(error, "original", error))

    def _declare(self) -> None:
        bot = self

        @self.tree.command(description="Make a picture")
        @app_commands.choices(
            aspect=[app_commands.Choice(name=f"{a} format", value=a) for a in ("1:1", "3:2")]
        )
        @app_commands.allowed_installs(guilds=True, users=True)
        async def imagine(
            interaction: Inter,
            prompt: app_commands.Range[str, 1, 200],
            count: app_commands.Range[int, 1, 4] = 1,
            strength: app_commands.Range[float, 0.0, 1.0] = 0.5,
            private: bool = False,
            aspect: str = "1:1",
            model: str = "flux",
            image: discord.Attachment | None = None,
            member: discord.Member | None = None,
        ) -> None:
            given = {
                "prompt": prompt,
                "count": count,
                "strength": strength,
                "private": private,
                "aspect": aspect,
                "model": model,
                "image": image,
                "member": member,
            }
            await bot.on_imagine(interaction, **given)

        @imagine.autocomplete("model")
        async def models(_: Inter, current: str) -> list[app_commands.Choice[str]]:
            known = ("flux", "flux-dev", "sdxl")
            return [app_commands.Choice(name=m, value=m) for m in known if current in m]

        group = app_commands.Group(
            name="limner",
            description="Rules",
            default_permissions=discord.Permissions(manage_guild=True),
        )

        @group.command(description="Set a quota")
        async def quota(interaction: Inter, day: int) -> None:
            await interaction.response.send_message(f"{day} a day", ephemeral=True)

        @self.tree.context_menu(name="Remix")
        async def remix(interaction: Inter, message: discord.Message) -> None:
            await interaction.response.send_message(f"remixing {message.attachments[0].filename}")

        @self.tree.command(description="For adults", nsfw=True)
        async def nude(interaction: Inter) -> None:
            await interaction.response.send_message("ok")

        self.tree.add_command(group)


def point_at(wire: WireDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let discord.py in this process talk to the small Discord until the test ends."""
    monkeypatch.setattr("discord.http.Route.BASE", wire.api_url)
    # The first connection asks /gateway/bot; one after an invalidated session does not.
    default = "discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY"
    monkeypatch.setattr(default, yarl.URL(wire.gateway_url))


@contextlib.asynccontextmanager
async def running(bot: BareBot, wire: WireDiscord) -> AsyncIterator[BareBot]:
    """The bot, from its login until it has said goodbye."""
    task = asyncio.create_task(bot.start(wire.token))
    try:
        await wire.ready()
        await bot.wait_until_ready()
        yield bot
    finally:
        await bot.close()
        await task


def picture(colour: str = "red", size_px: tuple[int, int] = (8, 6)) -> bytes:
    """A small PNG."""
    content = io.BytesIO()
    Image.new("RGB", size_px, colour).save(content, "PNG")
    return content.getvalue()


def as_file(content: bytes, name: str = "fox.png", **more: Any) -> discord.File:
    return discord.File(io.BytesIO(content), name, **more)


def buttons(*labels: str) -> discord.ui.View:
    """A view whose buttons have their label, in lower case, as custom_id."""
    view = discord.ui.View(timeout=None)
    for label in labels:
        view.add_item(discord.ui.Button(label=label, custom_id=label.lower()))
    return view


def main() -> None:
    """Run as a process of its own, for tests that kill it."""
    discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
    BareBot().run(os.environ["DISCORD_TOKEN"], log_handler=None)


if __name__ == "__main__":
    main()
