"""A Discord in this process, over SimCord: one server, one channel, two people. Knows no bot.

The bot's real callbacks run; what is missing is the wire (see tests/wire).
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import simcord

from bot.domain.errors import LimnerError

log = logging.getLogger(__name__)

TICK_S = 0.5
TOPIC = "Type / to ask. This page has one channel, and no message menus (right-click, Apps)."


class NotSent(LimnerError):
    """Discord's own client would not have let that be sent."""


@dataclass(frozen=True, slots=True)
class Chat:
    """The channel that everything happens in, and who is there."""

    env: simcord.Env
    channel: simcord.ChannelHandle
    ana: simcord.MemberActor
    bob: simcord.MemberActor
    host: simcord.WebhookHandle
    #: SimCord refuses what begins while something else is under way, so whoever acts waits here.
    turn: asyncio.Lock

    async def imagine(self, prompt: str) -> None:
        """Ana types /imagine. Raises NotSent where Discord would not have sent it."""
        async with self.turn:
            try:
                await self.ana.slash(self.channel, "imagine", prompt=prompt)
            except simcord.OptionError as error:
                raise NotSent(f"Discord would not send that: {error}") from error

    async def announce(self, text: str) -> None:
        """The host of the sandbox says something."""
        async with self.turn:
            await self.host.send(text)


@asynccontextmanager
async def open_chat(client: Any, *, name: str) -> AsyncIterator[Chat]:
    """The bot `client` in a server of its own, under that name, with the clock at now."""
    env = simcord.Env(client, shard_count=1, check_errors=False)
    chat = _furnished(env, name)
    await env.start()
    try:
        with env.time_context():
            await env.advance_time((datetime.now(UTC) - env.now()).total_seconds())
            # A bot with a kept database knows its commands to be registered; this Discord is new.
            await client.tree.sync()
            ticking = asyncio.create_task(_tick(chat))
            try:
                yield chat
            finally:
                ticking.cancel()
                await asyncio.gather(ticking, return_exceptions=True)
    finally:
        async with chat.turn:
            await env.shutdown()


def _furnished(env: simcord.Env, name: str) -> Chat:
    """Server and people, made before the clock moves: each start gives them the same ids.

    So a kept database still knows its people. Ana may do what a server's owner may.
    """
    env.backend.bot_user.name = name
    owner, user = (env.create_user(person) for person in ("ana", "bob"))
    guild = env.create_guild("The Studio", owner=owner)
    channel = guild.create_text_channel("pictures", topic=TOPIC)
    ana = guild.add_member(owner)
    bob = guild.add_member(user, roles=[guild.create_role("regulars")])
    host = guild.create_webhook(channel, "The sandbox")
    return Chat(env, channel, ana, bob, host, turn=asyncio.Lock())


async def _tick(chat: Chat) -> None:
    """Keep the simulated clock beside the real one."""
    while True:
        await asyncio.sleep(TICK_S)
        async with chat.turn:
            lag_s = (datetime.now(UTC) - chat.env.now()).total_seconds()
            try:
                await chat.env.advance_time(max(0.0, lag_s))
            except TimeoutError as error:
                log.warning("chat.slow error=%s", error)
