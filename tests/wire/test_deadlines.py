"""The three seconds, the fifteen minutes, and who may answer how often."""

import asyncio
import time
from typing import Any

import discord
import pytest

from .bare_bot import BareBot, Inter
from .interactions import Ack
from .server import WireDiscord


async def test_an_answer_after_three_seconds_is_too_late(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    go = asyncio.Event()

    async def dawdle(interaction: Inter, **given: Any) -> None:
        await go.wait()
        await interaction.response.defer()

    bot.on_imagine = dawdle
    inter = await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    wire_discord.clock.advance(3.1)
    go.set()
    await wire_discord.until(lambda: bot.failures)

    assert isinstance(bot.failures[0], discord.NotFound)
    assert bot.failures[0].code == 10062
    assert not inter.is_acked
    assert wire_discord.general.messages == []
    with pytest.raises(TimeoutError):
        await inter.acked(timeout_s=0.05)


async def test_a_token_lives_for_fifteen_minutes(wire_discord: WireDiscord, bot: BareBot) -> None:
    inter = await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    await inter.acked()
    assert inter.message is not None
    hook = discord.Webhook.partial(wire_discord.world.bot.id, inter.token, client=bot)
    wire_discord.clock.advance(14 * 60 + 58)
    await hook.edit_message(inter.message.id, content="in time")
    wire_discord.clock.advance(3)
    with pytest.raises(discord.HTTPException) as refusal:
        await hook.edit_message(inter.message.id, content="too late")

    assert (refusal.value.status, refusal.value.code) == (401, 50027)
    assert inter.message.content == "in time"
    # The bot's own token still reaches the message.
    channel = bot.get_partial_messageable(wire_discord.general.id)
    await channel.get_partial_message(inter.message.id).edit(content="by the bot")
    assert inter.message.content == "by the bot"


async def test_a_second_answer_is_refused(wire_discord: WireDiscord, bot: BareBot) -> None:
    async def twice(interaction: Inter, **given: Any) -> None:
        again = discord.Interaction(data=interaction_payload(interaction), state=bot._connection)
        await interaction.response.defer()
        await again.response.send_message("me too")

    def interaction_payload(interaction: Inter) -> Any:
        return {
            "id": str(interaction.id),
            "application_id": str(interaction.application_id),
            "type": 2,
            "token": interaction.token,
            "version": 1,
            "attachment_size_limit": 1,
            "data": {},
            "user": {"id": "1", "username": "x", "discriminator": "0", "avatar": None},
        }

    bot.on_imagine = twice
    inter = await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    await wire_discord.until(lambda: bot.failures)

    assert isinstance(bot.failures[0], discord.HTTPException)
    assert (bot.failures[0].status, bot.failures[0].code) == (400, 40060)
    assert inter.ack_type is Ack.DEFERRED_MESSAGE
    assert len(wire_discord.general.messages) == 1


async def test_a_token_is_no_webhook_before_the_first_answer(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    async def hurry(interaction: Inter, **given: Any) -> None:
        await interaction.followup.send("too early")

    bot.on_imagine = hurry
    await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    await wire_discord.until(lambda: bot.failures)
    assert isinstance(bot.failures[0], discord.NotFound)
    assert bot.failures[0].code == 10015


@pytest.mark.expect_violations
async def test_an_answer_must_fit_the_question(wire_discord: WireDiscord, bot: BareBot) -> None:
    async def update(interaction: Inter, **given: Any) -> None:
        interaction.type = discord.InteractionType.component
        await interaction.response.defer()

    bot.on_imagine = update
    await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    await wire_discord.until(lambda: bot.failures)
    assert isinstance(bot.failures[0], discord.HTTPException)
    assert bot.failures[0].code == 50035
    assert "COMMAND cannot be answered with type 6" in wire_discord.violations[0]


async def test_the_sixth_edit_within_two_seconds_has_to_wait(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    async def chatter(interaction: Inter, **given: Any) -> None:
        await interaction.response.defer()
        for number in range(6):
            await interaction.edit_original_response(content=str(number))
            if number == 0:
                wire_discord.clock.advance(1.6)

    bot.on_imagine = chatter
    started_s = time.perf_counter()
    inter = await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    # discord.py reads the headers of the fifth and waits of its own accord.
    await wire_discord.until(lambda: inter.message is not None and inter.message.content == "5")
    assert time.perf_counter() - started_s > 0.3
    assert wire_discord.ratelimited == 0
