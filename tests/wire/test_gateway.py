"""Connections that break, bots that restart, tokens that are wrong."""

import asyncio
import os
import sys
from typing import Any

import aiohttp
import discord
import pytest

from . import core
from .bare_bot import BareBot, Inter, point_at, running
from .gateway import HowToBreak, Op
from .server import WireDiscord


async def answers(wire: WireDiscord) -> None:
    inter = await wire.slash(wire.ana, wire.general, "imagine", prompt="x")
    await inter.acked(timeout_s=5)


async def close_code_after(wire: WireDiscord, identify: dict[str, Any]) -> int | None:
    """How a bare websocket ends that beats once, in a binary frame, and then identifies so."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(wire.base_url) as socket,
    ):
        assert (await socket.receive_json())["op"] == Op.HELLO
        await socket.send_bytes(b'{"op": 1, "d": null}')
        assert (await socket.receive_json())["op"] == Op.HEARTBEAT_ACK
        await socket.send_json({"op": Op.IDENTIFY, "d": identify})
        await socket.receive()
        return socket.close_code


@pytest.mark.parametrize("how", ["reconnect", "invalid_resumable", 4000])
async def test_a_broken_connection_is_resumed(
    wire_discord: WireDiscord, bot: BareBot, how: HowToBreak
) -> None:
    await wire_discord.disconnect(how)
    await wire_discord.until(lambda: wire_discord.gateway.resumes == 1)
    await answers(wire_discord)
    assert wire_discord.gateway.identifies == 1


async def test_what_happened_meanwhile_is_replayed(wire_discord: WireDiscord, bot: BareBot) -> None:
    await wire_discord.disconnect("abort")
    inter = await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    await inter.acked(timeout_s=5)
    assert wire_discord.gateway.resumes == 1


async def test_a_lost_session_starts_afresh(wire_discord: WireDiscord, bot: BareBot) -> None:
    await wire_discord.disconnect("invalid")
    await wire_discord.until(lambda: wire_discord.gateway.identifies == 2)
    await answers(wire_discord)
    assert wire_discord.gateway.resumes == 0


async def test_messages_and_tokens_outlive_the_bot(
    wire_discord: WireDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(wire_discord, monkeypatch)
    async with running(BareBot(), wire_discord):
        inter = await wire_discord.slash(
            wire_discord.ana, wire_discord.general, "imagine", prompt="x"
        )
        await inter.acked()
    await wire_discord.gone()
    assert wire_discord.gateway.open_sessions == 0
    async with running(BareBot(), wire_discord) as second:
        assert inter.message is not None
        assert [guild.name for guild in second.guilds] == ["Home"]
        hook = discord.Webhook.partial(wire_discord.world.bot.id, inter.token, client=second)
        await hook.edit_message(inter.message.id, content="after the restart")
        assert inter.message.content == "after the restart"
    assert wire_discord.command_puts == 2


async def test_a_wrong_token_is_turned_away(
    wire_discord: WireDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(wire_discord, monkeypatch)
    bot = BareBot()
    with pytest.raises(discord.LoginFailure):
        await bot.start("wrong")
    await bot.close()
    assert await close_code_after(wire_discord, {"token": "wrong", "intents": 1}) == 4004


async def test_privileged_intents_are_refused(wire_discord: WireDiscord) -> None:
    wish = {"token": wire_discord.token, "intents": 1 << 15}
    assert await close_code_after(wire_discord, wish) == 4014


async def test_shards_hear_of_their_own_servers_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with WireDiscord(shards=2) as wire:
        point_at(wire, monkeypatch)
        other = wire.guild("Other")
        heard: list[tuple[int, int]] = []

        async def note(interaction: Inter, **given: Any) -> None:
            assert interaction.guild is not None
            heard.append((interaction.guild.id, interaction.guild.shard_id))
            await interaction.response.defer()

        async with running(BareBot(), wire) as bot:
            bot.on_imagine = note
            for guild in (wire.home, other):
                inter = await wire.slash(wire.ana, guild.channel("general"), "imagine", prompt="x")
                await inter.acked()
        shards = [shard for _, shard in heard]
        assert [guild_id for guild_id, _ in heard] == [wire.home.id, other.id]
        assert shards == [0, 1]
        assert wire.violations == []


async def test_waiting_wakes_on_a_change(
    wire_discord: WireDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "_OUTSIDE_CHANGES_SEEN_AFTER_S", 60)
    loop = asyncio.get_running_loop()
    loop.call_later(0.02, wire_discord.say, wire_discord.ana, wire_discord.general, "hi")
    waiting = wire_discord.until(lambda: wire_discord.general.messages, timeout_s=50)
    messages = await asyncio.wait_for(waiting, 5)
    assert [m.content for m in messages] == ["hi"]
    with pytest.raises(TimeoutError, match="#general ana: 'hi'"):
        await wire_discord.until(lambda: False, timeout_s=0.01)


async def test_a_killed_process_is_replaced(wire_discord: WireDiscord) -> None:
    first = await process(wire_discord)
    first.kill()
    await first.wait()
    await wire_discord.gone()
    assert wire_discord.gateway.open_sessions == 1
    unheard = await wire_discord.slash(
        wire_discord.ana, wire_discord.general, "imagine", prompt="x"
    )
    second = await process(wire_discord)
    await answers(wire_discord)
    assert not unheard.is_acked
    assert (wire_discord.gateway.identifies, wire_discord.gateway.resumes) == (2, 0)
    second.terminate()
    await second.wait()


async def process(wire: WireDiscord) -> asyncio.subprocess.Process:
    """The bare bot as a process, ready for commands."""
    environment = {**os.environ, "DISCORD_API_URL": wire.api_url, "DISCORD_TOKEN": wire.token}
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.wire.bare_bot", env=environment
    )
    await wire.ready()
    return started


async def test_the_bot_hears_messages_as_far_as_its_intents_reach(
    wire_discord: WireDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(wire_discord, monkeypatch)
    intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
    async with running(BareBot(intents), wire_discord) as bot:
        me = wire_discord.world.bot.mention
        wire_discord.say(wire_discord.ana, wire_discord.general, "secret")
        wire_discord.say(wire_discord.ana, wire_discord.general, f"{me} hello")
        wire_discord.say(wire_discord.ana, wire_discord.ana.dm, "between us")
        await wire_discord.until(lambda: len(bot.heard) == 3)
        assert bot.heard == ["", f"{me} hello", "between us"]
        channel = bot.get_partial_messageable(wire_discord.general.id)
        assert [m.content async for m in channel.history()] == [f"{me} hello", ""]
