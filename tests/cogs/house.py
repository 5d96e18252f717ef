"""The whole bot on SimCord: the app's own assembly, real storage, and the vendor's stand-in.

The runner lives outside the bot's own context, as SimCord wants it, and on a clock that can be
moved ahead of Discord's.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import discord
from simcord import ChannelHandle, Env, GuildHandle, HttpLogEntry, InteractionResult, MemberActor

from bot.app import house as app
from bot.domain.job import Card, Job
from bot.settings import settings_from
from cogs.client import LimnerClient
from cogs.courier import DiscordCourier
from sandbox.modelslab import Vendor
from storage import cards, jobs

DEFAULT_MODEL = "sdxl"


@dataclass
class Clock:
    """Discord's time, moved ahead by hand."""

    discords: Callable[[], datetime] = discord.utils.utcnow
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return self.discords() + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


@dataclass
class House:
    """One process of the bot, and the people in front of it."""

    bot: app.House
    env: Env
    clock: Clock
    vendor: Vendor
    guild: GuildHandle
    channel: ChannelHandle
    ana: MemberActor
    bob: MemberActor
    #: A test that breaks the bot says so; else whatever it raised fails the test.
    breaks_on_purpose: bool = False
    _running: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def client(self) -> LimnerClient:
        """The client that is connected now."""
        assert isinstance(self.env.bot, LimnerClient)
        return self.env.bot

    @property
    def me(self) -> discord.ClientUser:
        assert self.client.user is not None
        return self.client.user

    async def asks(
        self,
        prompt: str = "a red fox",
        *,
        who: MemberActor | None = None,
        where: ChannelHandle | None = None,
        **options: Any,
    ) -> InteractionResult:
        asker = who or self.ana
        return await asker.slash(where or self.channel, "imagine", prompt=prompt, **options)

    async def until_done(self) -> None:
        """Everything that can be done is done; waiting times pass at once."""
        if not self._running:
            with self.env.time_context():
                self._running.append(asyncio.create_task(self.bot.runner.run()))
        hurrying = asyncio.create_task(self._hurry())
        idle = asyncio.create_task(self.bot.runner.wait_idle())
        try:
            async with asyncio.timeout(10):
                await asyncio.wait({idle, *self._running}, return_when=asyncio.FIRST_COMPLETED)
            for dead in filter(asyncio.Task.done, self._running):
                dead.result()
        finally:
            hurrying.cancel()
            idle.cancel()
            await asyncio.gather(hurrying, idle, return_exceptions=True)
        await self.env.settle()

    async def _hurry(self) -> None:
        while True:
            await asyncio.sleep(0.02)
            self.clock.advance(0.25)
            self.bot.runner.wake()

    async def stops(self) -> None:
        await self.bot.runner.stop()
        # Never cancelled: it may be in the middle of a look into the database.
        await asyncio.gather(*self._running)

    async def restarts(self) -> None:
        """The same database and the same Discord, a client that remembers nothing."""
        client = LimnerClient(self.bot.client.parts)
        await self.env.restart_bot(client)

    def courier(self, **options: Any) -> DiscordCourier:
        """A courier of the test's own, on the same client."""
        return DiscordCourier(
            self.bot.client,
            **{
                "records": self.bot.records,
                "default_model": DEFAULT_MODEL,
                "now": self.clock.now,
                **options,
            },
        )

    async def job(self, job_id: int = 1) -> Job:
        async with self.bot.database.reading() as tx:
            found = await jobs.get(tx, job_id)
        assert found is not None
        return found

    async def card(self, job_id: int = 1) -> Card:
        async with self.bot.database.reading() as tx:
            return await cards.get(tx, job_id)

    async def jobs_made(self) -> int:
        """How many jobs there are, whatever became of them."""
        async with self.bot.database.reading() as tx:
            count = 0
            while await jobs.get(tx, count + 1) is not None:
                count += 1
        return count

    @property
    def last(self) -> discord.Message:
        message = self.channel.last_message
        assert message is not None, "nothing was said in the channel"
        return message

    def calls(self, method: str, path: str) -> list[HttpLogEntry]:
        """The bot's calls of this method whose path contains `path`."""
        return [
            call for call in self.env.http_requests if call.method == method and path in call.path
        ]


@asynccontextmanager
async def a_house(folder: Path, vendor: Vendor, **settings: str) -> AsyncIterator[House]:
    """A bot that has just started, in one server with one channel and two members."""
    given = settings_from(
        {
            "DISCORD_TOKEN": "a.bot.token",
            "MODELSLAB_API_KEY": vendor.key,
            "MODELSLAB_BASE_URL": vendor.url,
            "DATABASE_URL": f"sqlite+aiosqlite:///{folder}/limner.db",
            "DEFAULT_MODEL": DEFAULT_MODEL,
            **settings,
        }
    )
    clock = Clock()
    async with app.open_house(given, now=clock.now) as bot:
        env = Env(bot.client, shard_count=1)
        await env.start()
        try:
            clock.discords = env.now
            guild = env.create_guild()
            house = House(
                bot=bot,
                env=env,
                clock=clock,
                vendor=vendor,
                guild=guild,
                channel=guild.create_text_channel("art"),
                ana=guild.add_member(env.create_user("ana")),
                bob=guild.add_member(env.create_user("bob")),
            )
            await env.settle()
            yield house
            await house.stops()
        finally:
            await env.shutdown()
        if not house.breaks_on_purpose:
            env.raise_errors()
