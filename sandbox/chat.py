"""A Discord in this process, over SimCord: one server, one channel, two people. Knows no bot.

The bot's real callbacks run; what is missing is the wire (see tests/wire).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import simcord

TICK_S = 0.5


@dataclass(frozen=True, slots=True)
class Chat:
    """The channel that everything happens in, and who is there."""

    env: simcord.Env
    channel: simcord.ChannelHandle
    ana: simcord.MemberActor
    bob: simcord.MemberActor

    def lines(self) -> list[str]:
        """What stands in the channel now, a line a message, the oldest first."""
        return [
            f"{message.author.display_name}: {message.content or '...'}"
            + "".join(f"  [{file.filename}]" for file in message.attachments)
            for message in self.channel.history()
        ]

    async def files(self) -> dict[str, bytes]:
        """The files of the newest message, by name."""
        newest = self.channel.last_message
        if newest is None:
            return {}
        return {file.filename: await file.read() for file in newest.attachments}


@asynccontextmanager
async def open_chat(client: Any) -> AsyncIterator[Chat]:
    """The bot `client` in a server of its own, with the clock at now and running."""
    async with simcord.run(client, shard_count=1) as env:
        await env.advance_time((datetime.now(UTC) - env.now()).total_seconds())
        guild = env.create_guild("The Studio")
        chat = Chat(
            env=env,
            channel=guild.create_text_channel("pictures"),
            ana=guild.add_member(env.create_user("ana")),
            bob=guild.add_member(env.create_user("bob")),
        )
        ticking = asyncio.create_task(_tick(env))
        try:
            yield chat
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)


async def _tick(env: simcord.Env) -> None:
    """Keep the simulated clock beside the real one."""
    while True:
        await asyncio.sleep(TICK_S)
        lag_s = (datetime.now(UTC) - env.now()).total_seconds()
        if lag_s > 0:
            await env.advance_time(lag_s)
