"""Messages in channels: nonces, files kept and dropped, mentions, limits, permissions."""

from typing import Any

import discord
import pytest

from .bare_bot import BareBot, Inter, as_file, buttons, picture
from .mentions import ALL, USERS_ONLY, mentioned
from .server import WireDiscord

PNG, OTHER = picture("red"), picture("blue")


def in_general(wire: WireDiscord, bot: BareBot) -> discord.PartialMessageable:
    return bot.get_partial_messageable(wire.general.id)


async def test_a_nonce_makes_one_message_of_two_requests(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    channel = in_general(wire_discord, bot)
    first = await channel.send("card", nonce="17:card")
    again = await channel.send("card", nonce="17:card")
    assert (first.id, first.nonce) == (again.id, "17:card")
    assert [m.nonce for m in wire_discord.general.messages] == ["17:card"]
    wire_discord.clock.advance(5 * 60 + 1)
    assert (await channel.send("card", nonce="17:card")).id != first.id


async def test_a_nonce_is_not_kept_for_later_readers(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    channel = in_general(wire_discord, bot)
    sent = await channel.send("card", nonce="17:card")
    [listed] = [message async for message in channel.history()]
    assert listed.id == sent.id
    assert listed.nonce is None


async def test_an_edit_keeps_files_unless_it_lists_them(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    sent = await in_general(wire_discord, bot).send(
        "two", files=[as_file(PNG, "a.png"), as_file(OTHER, "b.png", spoiler=True)]
    )
    [message] = wire_discord.general.messages
    assert [(f.filename, f.spoiler) for f in message.attachments] == [
        ("a.png", False),
        ("SPOILER_b.png", True),
    ]
    await sent.edit(content="still two")
    assert [f.bytes for f in message.attachments] == [PNG, OTHER]
    edited = await sent.edit(attachments=[sent.attachments[1], as_file(PNG, "c.png")])
    assert [f.filename for f in message.attachments] == ["SPOILER_b.png", "c.png"]
    assert await edited.attachments[1].read() == PNG
    with pytest.raises(discord.NotFound):
        await sent.attachments[0].read()
    await sent.edit(attachments=[])
    assert message.attachments == []
    assert [len(state.files) for state in message.edits] == [2, 2, 2, 0]


async def test_links_to_files_expire(wire_discord: WireDiscord, bot: BareBot) -> None:
    sent = await in_general(wire_discord, bot).send(file=as_file(PNG))
    wire_discord.clock.advance(25 * 3600)
    with pytest.raises(discord.NotFound):
        await sent.attachments[0].read()
    fresh = await sent.channel.fetch_message(sent.id)
    assert await fresh.attachments[0].read() == PNG


async def test_files_of_an_embed_are_hidden_and_rewritten(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    embed = discord.Embed(title="fox").set_image(url="attachment://fox.png")
    sent = await in_general(wire_discord, bot).send(embed=embed, file=as_file(PNG))
    assert sent.attachments == []
    assert wire_discord.general.messages[0].attachments == []
    assert sent.embeds[0].image.url is not None
    assert sent.embeds[0].image.url.startswith(wire_discord.base_url)


async def test_a_v2_card_with_a_gallery_comes_back_whole(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    view = discord.ui.LayoutView(timeout=None)
    gallery = discord.ui.MediaGallery[discord.ui.LayoutView]()
    gallery.add_item(media="attachment://fox.png", description="a fox")
    view.add_item(discord.ui.Container(discord.ui.TextDisplay("**fox**"), gallery))
    sent = await in_general(wire_discord, bot).send(view=view, file=as_file(PNG))
    assert sent.flags.components_v2
    assert sent.attachments == []


@pytest.mark.parametrize(
    ("text", "allowed", "called"),
    [
        ("@everyone <@5> <@&6>", {"parse": []}, []),
        ("@everyone @here <@5> <@!7> <@&6>", None, ["@everyone", "@here", "<@5>", "<@7>", "<@&6>"]),
        ("@everyone <@5> <@7>", {"parse": [], "users": ["7"]}, ["<@7>"]),
        ("<@&6> <@5>", {"parse": ["users"], "roles": [6]}, ["<@5>", "<@&6>"]),
        ("@everyone", {"parse": ["everyone"]}, ["@everyone"]),
        ("nobody@everyone.example", {}, []),
    ],
)
def test_mentions_follow_allowed_mentions(text: str, allowed: Any, called: list[str]) -> None:
    assert mentioned(text, allowed, by_default=ALL) == called


def test_interactions_call_users_only_by_default() -> None:
    assert mentioned("@here <@5>", None, by_default=USERS_ONLY) == ["<@5>"]


async def test_a_hostile_prompt_pings_nobody(wire_discord: WireDiscord, bot: BareBot) -> None:
    async def echo(interaction: Inter, **given: Any) -> None:
        await interaction.response.send_message(given["prompt"])

    bot.on_imagine = echo
    prompt = f"@everyone @here {wire_discord.ben.mention} fox"
    inter = await wire_discord.slash(
        wire_discord.ana, wire_discord.general, "imagine", prompt=prompt
    )
    message = await inter.answered()
    assert message.content == prompt
    assert (message.pinged, message.mentioned) == ([], [])


async def test_a_reply_pings_whom_it_may(wire_discord: WireDiscord, bot: BareBot) -> None:
    asked = wire_discord.say(wire_discord.ana, wire_discord.general, "a fox, please")
    channel = in_general(wire_discord, bot)
    only_ana = discord.AllowedMentions(users=[discord.Object(wire_discord.ana.id)])
    await channel.send(
        f"{wire_discord.ana.mention} {wire_discord.ben.mention} @here",
        reference=channel.get_partial_message(asked.id),
        allowed_mentions=only_ana,
        mention_author=False,
    )
    reply = wire_discord.general.messages[-1]
    assert reply.pinged == [wire_discord.ana.mention]
    assert reply.reference is asked
    await _refused(50005, channel.get_partial_message(asked.id).edit(content="mine now"))
    await _refused(50013, channel.get_partial_message(asked.id).delete())
    wire_discord.remove_message(asked)
    with pytest.raises(discord.HTTPException) as refusal:
        await channel.send("late", reference=channel.get_partial_message(asked.id))
    assert refusal.value.code == 50035


async def test_an_edit_highlights_but_rings_for_nobody(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    sent = await in_general(wire_discord, bot).send("ready?")
    await sent.edit(content="@everyone", allowed_mentions=discord.AllowedMentions(everyone=True))
    [message] = wire_discord.general.messages
    assert (message.pinged, message.mentioned) == ([], ["@everyone"])


async def test_history_pages_in_order(wire_discord: WireDiscord, bot: BareBot) -> None:
    channel = in_general(wire_discord, bot)
    ids = [(await channel.send(str(number))).id for number in range(5)]
    after = [m.content async for m in channel.history(after=discord.Object(ids[1]), limit=2)]
    before = [m.content async for m in channel.history(before=discord.Object(ids[3]), limit=2)]
    assert (after, before) == (["2", "3"], ["2", "1"])


async def test_permissions_of_a_channel(wire_discord: WireDiscord, bot: BareBot) -> None:
    channel = in_general(wire_discord, bot)
    sent = await channel.send("before")
    wire_discord.forbid(wire_discord.general, attach=False)
    await _refused(50013, channel.send(file=as_file(PNG)))
    wire_discord.forbid(wire_discord.general, send=False)
    await _refused(50013, channel.send("x"))
    await sent.edit(content="an edit is no new message")
    wire_discord.forbid(wire_discord.general, read_history=False)
    assert [m async for m in channel.history()] == []
    await _refused(50013, channel.fetch_message(sent.id))
    wire_discord.forbid(wire_discord.general, view=False)
    await _refused(50001, channel.send("x"))


async def test_the_bot_learns_what_it_may_do_in_a_channel(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    def may_attach() -> bool:
        channel = bot.get_channel(wire_discord.general.id)
        assert isinstance(channel, discord.TextChannel)
        return channel.permissions_for(channel.guild.me).attach_files

    assert may_attach()
    wire_discord.forbid(wire_discord.general, attach=False)
    await wire_discord.until(lambda: not may_attach())
    seen: list[bool] = []

    async def look(interaction: Inter, **given: Any) -> None:
        seen.append(interaction.app_permissions.attach_files)
        await interaction.response.defer()

    bot.on_imagine = look
    inter = await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    await inter.acked()
    assert seen == [False]


async def test_removed_messages_channels_and_servers(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    channel = in_general(wire_discord, bot)
    sent = await channel.send("card", view=buttons("Reroll"))
    wire_discord.remove_message(wire_discord.general.messages[0])
    await _refused(10008, sent.edit(content="?"))
    assert wire_discord.general.history[0].deleted
    wire_discord.delete_channel(wire_discord.after_dark)
    await _refused(10003, bot.get_partial_messageable(wire_discord.after_dark.id).send("x"))
    wire_discord.kick_bot(wire_discord.home)
    await _refused(50001, channel.send("x"))
    await _refused(10004, bot.fetch_guild(wire_discord.home.id))
    await wire_discord.until(lambda: not bot.guilds)


async def test_direct_messages_can_be_closed(wire_discord: WireDiscord, bot: BareBot) -> None:
    ana = await bot.create_dm(discord.Object(wire_discord.ana.id))
    await ana.send("psst")
    assert [message.content for message in wire_discord.ana.dms] == ["psst"]
    wire_discord.ana.accepts_dms = False
    await _refused(50007, ana.send("psst"))


async def test_too_large_uploads_are_refused(wire_discord: WireDiscord, bot: BareBot) -> None:
    channel = in_general(wire_discord, bot)
    wire_discord.upload_limit_bytes = 1000
    await _refused(40005, channel.send(file=as_file(bytes(1001))))
    await channel.send(file=as_file(bytes(1000)))
    wire_discord.upload_limit_bytes = 20 * 1024 * 1024
    halves = [as_file(bytes(13 * 1024 * 1024)) for _ in range(2)]
    await _refused(40005, channel.send(files=halves))


async def _refused(code: int, request: Any) -> None:
    with pytest.raises(discord.HTTPException) as refusal:
        await request
    assert refusal.value.code == code
