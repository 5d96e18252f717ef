"""Slash commands, buttons, pop-ups and menus, all the way through a real client."""

from typing import Any

import discord
import pytest

from .bare_bot import BareBot, Inter, as_file, buttons, picture
from .interactions import Ack
from .options import ClientRefused
from .permissions import MANAGE_GUILD, USE_EXTERNAL_APPS
from .server import WireDiscord

PNG = picture()


async def test_a_deferred_answer_becomes_a_picture_byte_for_byte(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    async def deliver(interaction: Inter, **given: Any) -> None:
        await interaction.response.defer()
        file = as_file(PNG, description="a red fox")
        await interaction.edit_original_response(content="done", attachments=[file])

    bot.on_imagine = deliver
    inter = await wire_discord.slash(
        wire_discord.ana, wire_discord.general, "imagine", prompt="fox", count=2
    )
    message = await inter.answered()

    assert inter.ack_type is Ack.DEFERRED_MESSAGE
    assert inter.acked_after_s is not None
    assert 0 < inter.acked_after_s < 1
    assert wire_discord.general.messages == [message]
    assert (message.content, message.loading) == ("done", False)
    assert [state.content for state in message.edits] == ["", "done"]
    [file] = message.attachments
    assert (file.bytes, file.filename, file.description) == (PNG, "fox.png", "a red fox")
    assert file.size_px == (8, 6)
    assert not file.spoiler


async def test_options_arrive_with_their_types(wire_discord: WireDiscord, bot: BareBot) -> None:
    seen: dict[str, Any] = {}

    async def note(interaction: Inter, **given: Any) -> None:
        seen.update(given, content=await given["image"].read())
        seen["limit"] = interaction.filesize_limit
        await interaction.response.send_message("noted", ephemeral=True)

    bot.on_imagine = note
    inter = await wire_discord.slash(
        wire_discord.ana,
        wire_discord.general,
        "imagine",
        prompt="fox",
        count=3,
        strength=1,
        private=True,
        aspect="3:2 format",
        image=("in.png", PNG),
        member=wire_discord.ben,
    )
    await inter.acked()

    assert (seen["count"], seen["strength"], seen["private"], seen["aspect"]) == (
        3,
        1.0,
        True,
        "3:2",
    )
    assert seen["content"] == PNG
    assert seen["member"].id == wire_discord.ben.id
    assert seen["limit"] == wire_discord.upload_limit_bytes


async def test_an_ephemeral_answer_is_seen_by_one_person_only(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    async def whisper(interaction: Inter, **given: Any) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.edit_original_response(content="just for you", view=buttons("Again"))
        await interaction.followup.send("for all")

    bot.on_imagine = whisper
    inter = await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    await wire_discord.until(lambda: inter.followups)

    assert inter.ephemeral
    assert [m.content for m in wire_discord.ephemerals(wire_discord.ana)] == ["just for you"]
    assert wire_discord.ephemerals(wire_discord.ben) == []
    assert [m.content for m in wire_discord.general.messages] == ["for all"]
    assert inter.message is not None
    with pytest.raises(ClientRefused):
        await wire_discord.click(wire_discord.ben, inter.message, label="Again")
    channel = bot.get_partial_messageable(wire_discord.general.id)
    with pytest.raises(discord.NotFound) as refusal:
        await channel.get_partial_message(inter.message.id).edit(content="?")
    assert refusal.value.code == 10008


async def test_the_first_followup_takes_the_place_of_thinking(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    async def follow(interaction: Inter, **given: Any) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send("one")
        await interaction.followup.send("two", ephemeral=True)

    bot.on_imagine = follow
    inter = await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    await wire_discord.until(lambda: inter.followups)

    assert inter.message is not None
    assert (inter.message.content, inter.message.ephemeral) == ("one", True)
    assert [message.content for message in inter.followups] == ["two"]
    assert wire_discord.general.messages == []


async def test_a_button_updates_its_message_and_loses_unlisted_files(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    async def show(interaction: Inter, **given: Any) -> None:
        await interaction.response.send_message(file=as_file(PNG), view=buttons("Reroll"))

    async def update(interaction: Inter) -> None:
        await interaction.response.edit_message(content="rolled", view=None)

    bot.on_imagine, bot.on_component = show, update
    first = await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    await first.acked()
    assert first.message is not None
    assert first.message.labels == ["Reroll"]
    clicked = await wire_discord.click(wire_discord.ben, first.message, custom_id="reroll")
    await clicked.acked()

    assert clicked.ack_type is Ack.UPDATE
    assert (clicked.message, clicked.original) == (None, first.message)
    assert first.message.content == "rolled"
    assert (first.message.labels, first.message.attachments) == ([], [])
    assert [state.content for state in first.message.edits] == ["", "rolled"]
    with pytest.raises(ClientRefused):
        await wire_discord.click(wire_discord.ben, first.message, custom_id="reroll")


async def test_a_button_keeps_the_files_it_lists(wire_discord: WireDiscord, bot: BareBot) -> None:
    async def show(interaction: Inter, **given: Any) -> None:
        files = [as_file(PNG, "a.png"), as_file(PNG, "b.png")]
        await interaction.response.send_message(files=files, view=buttons("Keep"))

    async def keep_second(interaction: Inter) -> None:
        assert interaction.message is not None
        kept = interaction.message.attachments[1]
        await interaction.response.edit_message(attachments=[kept, as_file(PNG, "c.png")])

    bot.on_imagine, bot.on_component = show, keep_second
    first = await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    message = await first.answered()
    clicked = await wire_discord.click(wire_discord.ana, message, label="Keep")
    await clicked.acked()
    assert [file.filename for file in message.attachments] == ["b.png", "c.png"]
    assert message.labels == ["Keep"]


async def test_a_popup_opens_with_its_old_text_and_comes_back(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    got: dict[str, Any] = {}

    async def open_popup(interaction: Inter, **given: Any) -> None:
        modal = discord.ui.Modal(title="Remix", custom_id="remix:1", timeout=60)
        text = discord.ui.TextInput[discord.ui.Modal](custom_id="prompt", default=given["prompt"])
        modal.add_item(discord.ui.Label(text="Prompt", component=text))
        await interaction.response.send_modal(modal)

    async def take(interaction: Inter) -> None:
        got.update(interaction.data or {})
        await interaction.response.send_message("remixed")

    bot.on_imagine, bot.on_modal = open_popup, take
    inter = await wire_discord.slash(
        wire_discord.ana, wire_discord.general, "imagine", prompt="fox"
    )
    modal = await inter.modal_opened()
    assert modal.title == "Remix"
    assert modal.fields["prompt"]["value"] == "fox"
    with pytest.raises(ClientRefused):
        await wire_discord.submit(modal, {"Colour": "blue"})
    sent = await wire_discord.submit(modal, {"Prompt": "a blue fox"})

    assert (await sent.answered()).content == "remixed"
    assert got["custom_id"] == "remix:1"
    assert got["components"][0]["component"]["value"] == "a blue fox"


async def test_autocomplete_offers_what_fits(wire_discord: WireDiscord, bot: BareBot) -> None:
    choices = await wire_discord.autocomplete(
        wire_discord.ana, wire_discord.general, "imagine", focused="model", value="flu", prompt="x"
    )
    assert [choice["value"] for choice in choices] == ["flux", "flux-dev"]


async def test_a_message_menu_sees_the_pictures_of_other_people(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    photo = wire_discord.say(
        wire_discord.ben, wire_discord.general, "look", files=(("cat.png", PNG),)
    )
    inter = await wire_discord.message_menu(wire_discord.ana, photo, "Remix")
    assert (await inter.answered()).content == "remixing cat.png"


async def test_subcommands_and_permissions(wire_discord: WireDiscord, bot: BareBot) -> None:
    with pytest.raises(ClientRefused):
        await wire_discord.slash(wire_discord.ana, wire_discord.general, "limner quota", day=3)
    admin = wire_discord.user("ada", permissions=MANAGE_GUILD)
    inter = await wire_discord.slash(admin, wire_discord.general, "limner quota", day=3)
    assert (await inter.answered()).content == "3 a day"


async def test_commands_work_in_direct_messages(wire_discord: WireDiscord, bot: BareBot) -> None:
    inter = await wire_discord.slash(wire_discord.ana, wire_discord.ana.dm, "imagine", prompt="x")
    await inter.acked()
    assert inter.message is not None
    assert wire_discord.ana.dms == [inter.message]


@pytest.mark.parametrize(
    "wrong",
    [
        {"prompt": ""},
        {"prompt": "x" * 201},
        {"prompt": "x", "count": 5},
        {"prompt": "x", "count": 0},
        {"prompt": "x", "count": 1.5},
        {"prompt": "x", "count": True},
        {"prompt": "x", "strength": 1.01},
        {"prompt": "x", "aspect": "16:9"},
        {"prompt": "x", "private": "yes"},
        {"prompt": "x", "member": "ben"},
        {"prompt": "x", "colour": "red"},
        {"count": 1},
    ],
)
async def test_the_client_refuses_what_was_not_declared(
    wire_discord: WireDiscord, bot: BareBot, wrong: dict[str, Any]
) -> None:
    with pytest.raises(ClientRefused):
        await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", **wrong)


async def test_age_restricted_commands_need_an_age_restricted_channel(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    with pytest.raises(ClientRefused):
        await wire_discord.slash(wire_discord.ana, wire_discord.general, "nude")
    inter = await wire_discord.slash(wire_discord.ana, wire_discord.after_dark, "nude")
    assert (await inter.answered()).content == "ok"


async def test_a_user_installed_bot_whispers_and_follows_up_five_times(
    wire_discord: WireDiscord, bot: BareBot
) -> None:
    strict = wire_discord.guild("Elsewhere", bot_is_member=False)
    strict.everyone.permissions &= ~USE_EXTERNAL_APPS
    elsewhere = strict.channel("general")

    async def talk(interaction: Inter, **given: Any) -> None:
        await interaction.response.send_message("hello")
        for number in range(6):
            await interaction.followup.send(str(number))
            wire_discord.clock.advance(1)

    bot.on_imagine = talk
    inter = await wire_discord.slash(wire_discord.ana, elsewhere, "imagine", prompt="x")
    await wire_discord.until(lambda: bot.failures)
    assert isinstance(bot.failures[0], discord.HTTPException)
    assert bot.failures[0].code == 40094
    assert inter.ephemeral
    assert len(inter.followups) == 5
    assert elsewhere.messages == []
    with pytest.raises(ClientRefused):
        await wire_discord.slash(wire_discord.ana, elsewhere, "nude")


async def test_a_select_offers_its_entries_only(wire_discord: WireDiscord, bot: BareBot) -> None:
    async def offer(interaction: Inter, **given: Any) -> None:
        view = discord.ui.View(timeout=None)
        styles = [discord.SelectOption(label=s, value=s) for s in ("ink", "oil")]
        view.add_item(discord.ui.Select(custom_id="style", options=styles))
        await interaction.response.send_message("which?", view=view)

    async def take(interaction: Inter) -> None:
        assert interaction.data is not None
        await interaction.response.edit_message(content=f"{interaction.data['values']}", view=None)  # type: ignore[typeddict-item]

    bot.on_imagine, bot.on_component = offer, take
    inter = await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    asked = await inter.answered()
    with pytest.raises(ClientRefused):
        await wire_discord.choose(wire_discord.ana, asked, "style", ["crayon"])
    chosen = await wire_discord.choose(wire_discord.ana, asked, "style", ["oil"])
    await chosen.acked()
    assert asked.content == "['oil']"


async def test_a_popup_takes_files(wire_discord: WireDiscord, bot: BareBot) -> None:
    async def open_popup(interaction: Inter, **given: Any) -> None:
        modal = discord.ui.Modal(title="Mask", custom_id="mask", timeout=60)
        upload = discord.ui.FileUpload[discord.ui.Modal](custom_id="file", max_values=1)
        modal.add_item(discord.ui.Label(text="Mask", component=upload))
        await interaction.response.send_modal(modal)

    async def take(interaction: Inter) -> None:
        data: Any = interaction.data
        [file] = data["resolved"]["attachments"].values()
        await interaction.response.send_message(file["filename"])

    bot.on_imagine, bot.on_modal = open_popup, take
    inter = await wire_discord.slash(wire_discord.ana, wire_discord.general, "imagine", prompt="x")
    sent = await wire_discord.submit(await inter.modal_opened(), {"Mask": [("mask.png", PNG)]})
    assert (await sent.answered()).content == "mask.png"
