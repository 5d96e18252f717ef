"""Bad days on demand, and what a real client makes of them."""

import asyncio
from typing import Any

import aiohttp
import discord
import pytest

from .bare_bot import BareBot, Inter
from .ratelimits import LIMIT
from .server import WireDiscord


async def test_a_429_with_via_is_waited_for(wire_discord: WireDiscord, bot: BareBot) -> None:
    fault = wire_discord.faults.next("POST", "/messages$", status=429, retry_after=0.05)
    await bot.get_partial_messageable(wire_discord.general.id).send("patient")
    assert fault.hits == 1
    assert [m.content for m in wire_discord.general.messages] == ["patient"]


async def test_a_429_without_via_is_raised_at_once(wire_discord: WireDiscord, bot: BareBot) -> None:
    wire_discord.faults.next("POST", "/messages$", status=429, via=False)
    with pytest.raises(discord.HTTPException) as refusal:
        await bot.get_partial_messageable(wire_discord.general.id).send("banned")
    assert refusal.value.status == 429
    assert wire_discord.general.messages == []


async def test_the_webhook_bucket_answers_429_to_those_who_do_not_look(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    inter = await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    await inter.acked()
    url = f"{wire_discord.api_url}/webhooks/{bot.application_id}/{inter.token}/messages/@original"
    async with aiohttp.ClientSession() as session:
        for left in reversed(range(LIMIT)):
            async with session.get(url) as answer:
                assert answer.status == 200
                assert answer.headers["X-RateLimit-Remaining"] == str(left)
                assert answer.headers["Content-Type"] == "application/json"
        async with session.get(url) as answer:
            assert answer.status == 429
            assert answer.headers["Via"]
            assert 0 < (await answer.json())["retry_after"] <= 2
        wire_discord.clock.advance(2)
        async with session.get(url) as answer:
            assert answer.status == 200
    assert wire_discord.ratelimited == 1


async def test_an_answer_is_lost_after_the_effect(wire_discord: WireDiscord, bot: BareBot) -> None:
    wire_discord.faults.next("POST", "/messages$", status="reset", after_processing=True)
    channel = bot.get_partial_messageable(wire_discord.general.id)
    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        await channel.send("card", nonce="1:card")
    assert [m.content for m in wire_discord.general.messages] == ["card"]
    assert (await channel.send("card", nonce="1:card")).id == wire_discord.general.messages[0].id
    assert len(wire_discord.general.messages) == 1


async def test_a_connection_is_reset_before_the_effect(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    wire_discord.faults.next("POST", r"/callback$", status="reset")

    async def insist(interaction: Inter, **given: Any) -> None:
        try:
            await interaction.response.defer()
        except (aiohttp.ClientError, ConnectionError) as failure:
            bot.failures.append(failure)
            await interaction.response.defer()

    bot.on_imagine = insist
    inter = await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    await inter.acked()
    assert len(bot.failures) == 1
    assert [seen.status for seen in wire_discord.requests if "callback" in seen.path] == [0, 200]


async def test_a_broken_service_is_tried_again(wire_discord: WireDiscord, bot: BareBot) -> None:
    wire_discord.faults.next("POST", "/messages$", status=503)
    channel = bot.get_partial_messageable(wire_discord.general.id)
    with pytest.raises(discord.DiscordServerError):
        await channel.send("not during a 503")


async def test_a_refusal_says_discords_own_code(wire_discord: WireDiscord, bot: BareBot) -> None:
    wire_discord.faults.next("POST", "/messages$", status=400, code=160005)
    with pytest.raises(discord.HTTPException) as refusal:
        await bot.get_partial_messageable(wire_discord.general.id).send("into a locked thread")
    assert (refusal.value.status, refusal.value.code) == (400, 160005)


async def test_requests_can_be_held(wire_discord: WireDiscord, bot: BareBot) -> None:
    hold = wire_discord.faults.hold("/messages$", method="POST", after_processing=True)
    channel = bot.get_partial_messageable(wire_discord.general.id)
    sending = asyncio.create_task(channel.send("slow"))
    await hold.arrived()
    assert [m.content for m in wire_discord.general.messages] == ["slow"]
    assert not sending.done()
    hold.release()
    assert (await sending).content == "slow"
