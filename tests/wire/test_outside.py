"""Where the bot is no member: group chats, and servers into which somebody brings it along."""

import discord
import pytest

from .bare_bot import BareBot, Inter, buttons
from .server import WireDiscord


async def test_a_group_chat_is_named_as_one_and_the_bot_is_not_in_it(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    seen: list[Inter] = []

    async def answer(interaction: Inter, **_: object) -> None:
        seen.append(interaction)
        await interaction.response.send_message("hello", view=buttons("Again"))
        with pytest.raises(discord.Forbidden) as refused:
            await bot.get_partial_messageable(interaction.channel_id or 0).send("hello again")
        assert refused.value.code == 50001

    bot.on_imagine = answer
    group = wire_discord.group("friends", wire_discord.ana, wire_discord.ben)
    asked = await wire_discord.slash(wire_discord.ana, group, "imagine", prompt="x")
    assert (await asked.answered()).content == "hello"
    assert not asked.ephemeral
    [interaction] = seen
    assert interaction.context.private_channel
    assert isinstance(interaction.channel, discord.GroupChannel)
    assert (interaction.is_user_integration(), interaction.guild_id) == (True, None)
    assert [m.content for m in group.messages] == ["hello"]


async def test_under_a_brought_bots_message_the_one_who_brought_it_is_named(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    seen: list[Inter] = []

    async def answer(interaction: Inter, **_: object) -> None:
        seen.append(interaction)
        await interaction.response.send_message("hello", view=buttons("Again"))

    bot.on_imagine = bot.on_component = answer
    elsewhere = wire_discord.guild("Elsewhere", bot_is_member=False).channel("general")
    asked = await wire_discord.slash(wire_discord.ana, elsewhere, "imagine", prompt="x")
    pressed = await wire_discord.click(wire_discord.ben, await asked.answered(), label="Again")
    await pressed.answered()
    assert pressed.owners() == asked.owners() == {"1": str(wire_discord.ana.id)}
    # What discord.py says of it depends on who presses.
    assert [each.is_user_integration() for each in seen] == [True, False]
