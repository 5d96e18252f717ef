"""/imagine as members meet it: from the command to the pictures on the card."""

import io
from typing import Any

import discord
import pytest
from PIL import Image

from bot.domain.job import JobStatus, Route
from cogs.door import missing_permissions
from sandbox.modelslab import Mood
from tests.cogs.house import House


async def test_a_picture_arrives_on_the_card(house: House) -> None:
    asked = await house.asks("a red fox")

    card = asked.response
    assert card is not None
    assert card.content.startswith(f"**a red fox** — {house.ana.mention}\nNext in line, about <t:")
    assert not asked.ephemeral

    await house.until_done()

    assert len(house.channel.history()) == 1, "one card for one job"
    assert house.last.id == card.id
    assert house.last.content == (
        f"**a red fox** — {house.ana.mention}\n1 picture, 199 left today · job 1"
    )
    (file,) = house.last.attachments
    assert file.filename == "limner-1-1.png"
    assert file.description == "Generated picture: a red fox"
    assert Image.open(io.BytesIO(await file.read())).size == (1024, 1024)
    job = await house.job()
    assert (job.status, job.route, job.message_id) == (JobStatus.DELIVERED, Route.REPLY, card.id)
    assert (await house.card()).message_id == card.id


async def test_a_hostile_prompt_pings_nobody_and_breaks_nothing(house: House) -> None:
    asked = await house.asks(f"@everyone **x** <@{house.bob.id}> [a](b)\n# big")
    await house.until_done()

    assert asked.response is not None
    assert house.last.content.split(" — ")[0] == (
        f"**@\u200beveryone \\*\\*x\\*\\* \\<@\u200b{house.bob.id}\\> \\[a\\](b) # big**"
    )
    assert not house.last.mention_everyone
    said = [*house.calls("POST", "/callback"), *house.calls("PATCH", "/messages/")]
    bodies = [call.json.get("data", call.json) for call in said if call.json]
    assert len(bodies) >= 2
    assert all(body["allowed_mentions"] == {"parse": []} for body in bodies)
    assert house.last.flags.suppress_embeds


async def test_four_pictures_come_in_one_message(house: House) -> None:
    await house.asks("a red fox", count=4)
    await house.until_done()

    assert [file.filename for file in house.last.attachments] == [
        f"limner-1-{number}.png" for number in (1, 2, 3, 4)
    ]
    assert "4 pictures, 196 left today" in house.last.content


async def test_every_option_reaches_the_vendor(house: House) -> None:
    await house.asks(
        "a red fox",
        negative="people",
        model="sdxl",
        aspect="16:9",
        count=2,
        seed=7,
        steps=30,
        guidance=8.5,
        style="ink",
        enhance=True,
        spoiler=True,
    )
    await house.until_done()

    request = (await house.job()).request
    assert (request.negative, request.aspect, request.count) == ("people", "16:9", 2)
    assert (request.seed, request.steps, request.guidance) == (7, 30, 8.5)
    assert (request.style, request.enhance, request.spoiler) == ("ink", True, True)
    (order,) = house.vendor.book
    assert "people" in str(order)
    assert "a red fox, black ink" in str(order)
    assert all(file.is_spoiler() for file in house.last.attachments)
    assert "16:9 · seed 7 · 30 steps · guidance 8.5 · style ink" in house.last.content


async def test_a_private_job_is_seen_by_its_asker_alone(house: House) -> None:
    asked = await house.asks(private=True)
    await house.until_done()

    assert asked.ephemeral
    assert asked.response is not None
    assert len(asked.response.attachments) == 1
    assert not house.channel.history(viewer=house.bob)


async def test_a_failure_is_told_on_the_card(house: House) -> None:
    house.vendor.next(Mood.FAILED_LATER)
    await house.asks()
    await house.until_done()

    assert "Nothing was charged." in house.last.content
    assert "job 1" in house.last.content
    assert [button.label for button in buttons(house.last)] == ["Try again", "Details"]


@pytest.mark.parametrize("settings", [{"DEFAULT_SERVER_DAY": "3"}])
async def test_a_refusal_is_private_and_makes_no_job(house: House) -> None:
    asked = await house.asks(count=4)

    assert asked.ephemeral
    assert asked.response is not None
    assert asked.response.content.startswith(
        "**This server's daily limit:** 3 of 3 pictures left, and this would take 4. "
        "Ask for 3 pictures and it fits. It resets <t:"
    )
    assert await house.jobs_made() == 0
    await house.asks(count=3)
    assert await house.jobs_made() == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"model": "sdxxl"}, "There is no model called sdxxl."),
        ({"style": "inc"}, "There is no style called inc."),
        ({"model": "flux-pro-1.1", "count": 4}, "This count cannot work"),
        ({"prompt": "   "}, "I need a prompt"),
        ({"prompt": "\u200b \u202e"}, "I need a prompt"),
    ],
)
async def test_a_wrong_choice_is_told_in_private(
    house: House, options: dict[str, Any], said: str
) -> None:
    asked = await house.asks(**options)

    assert asked.response is not None
    assert asked.ephemeral
    assert said in asked.response.content
    assert asked.response.content.endswith("Nothing was charged.")
    assert await house.jobs_made() == 0


async def test_a_fox_without_a_letter_is_words_enough(house: House) -> None:
    await house.asks("\N{FOX FACE}")

    assert await house.jobs_made() == 1


async def test_options_with_nothing_in_them_count_as_not_given(house: House) -> None:
    await house.asks(negative="  ", lora=" , ", lora_strength=0.5)
    await house.until_done()

    request = (await house.job()).request
    assert (request.negative, request.lora) == ("", None)
    assert "LoRA strength: ignored by sdxl" in house.last.content
    assert "without" not in house.last.content


async def test_ignored_options_are_named_at_once(house: House) -> None:
    asked = await house.asks(model="flux", negative="people")

    assert asked.response is not None
    assert "negative prompt: ignored by flux" in asked.response.content


@pytest.mark.parametrize(
    ("denied", "named"),
    [
        ({"attach_files": False}, "**Attach Files**"),
        ({"send_messages": False}, "**Send Messages**"),
        ({"attach_files": False, "send_messages": False}, "**Send Messages**, **Attach Files**"),
    ],
)
async def test_where_the_bot_may_not_post_it_says_so_first(
    house: House, denied: dict[str, bool], named: str
) -> None:
    quiet = house.guild.create_text_channel(
        "quiet", overwrites={house.me: discord.PermissionOverwrite(**denied)}
    )
    asked = await house.asks(where=quiet)

    assert asked.response is not None
    assert asked.ephemeral
    assert f"I need: {named}." in asked.response.content
    assert await house.jobs_made() == 0

    private = await house.asks(where=quiet, private=True)
    assert private.response is not None
    assert "Next in line" in private.response.content


@pytest.mark.parametrize(
    ("granted", "in_thread", "missing"),
    [
        (["view_channel", "send_messages", "attach_files"], False, []),
        (["view_channel", "send_messages_in_threads", "attach_files"], True, []),
        (["view_channel", "send_messages", "attach_files"], True, ["Send Messages in Threads"]),
        (["send_messages"], False, ["View Channel", "Attach Files"]),
    ],
)
def test_a_thread_wants_a_permission_of_its_own(
    granted: list[str], in_thread: bool, missing: list[str]
) -> None:
    may = discord.Permissions(**dict.fromkeys(granted, True))

    assert missing_permissions(may, in_thread=in_thread) == missing


async def test_models_are_suggested_from_memory(house: House) -> None:
    found = await house.ana.autocomplete(house.channel, "imagine", "model", "NANO pro")

    assert found[0] == {"name": "Nano Banana Pro (nano-banana-pro)", "value": "nano-banana-pro"}
    assert len(await house.ana.autocomplete(house.channel, "imagine", "model", "")) <= 25
    assert not await house.ana.autocomplete(house.channel, "imagine", "model", "qqqqqqqq")
    assert not house.vendor.requests


async def test_styles_are_suggested(house: House) -> None:
    found = await house.ana.autocomplete(house.channel, "imagine", "style", "IN")

    assert found[0] == {"name": "ink", "value": "ink"}
    names = [choice["name"] for choice in found]
    assert names.index("ink") < names.index("cinematic")


async def test_the_payload_lets_discord_stop_wrong_values(house: House) -> None:
    command = payload_of(house, "imagine")
    options = {option["name"]: option for option in command["options"]}

    assert (command["integration_types"], command["contexts"]) == ([0], [0])
    assert list(options) == [
        "prompt", "negative", "model", "aspect", "count", "seed", "steps", "guidance", "style",
        "lora", "lora_strength", "enhance", "private", "spoiler",
    ]  # fmt: skip
    assert [name for name, option in options.items() if option["required"]] == ["prompt"]
    lengths = {
        name: (option["min_length"], option["max_length"])
        for name, option in options.items()
        if "max_length" in option
    }
    assert lengths == {
        "prompt": (1, 2000),
        "negative": (1, 1000),
        "model": (1, 100),
        "style": (1, 100),
        "lora": (1, 200),
    }
    ranges = {
        name: (option["min_value"], option["max_value"])
        for name, option in options.items()
        if "max_value" in option
    }
    assert ranges == {
        "count": (1, 4),
        "seed": (0, 4294967295),
        "steps": (1, 50),
        "guidance": (1.0, 20.0),
        "lora_strength": (0.1, 1.0),
    }
    assert [choice["value"] for choice in options["aspect"]["choices"]] == [
        "1:1", "3:2", "2:3", "4:3", "3:4", "16:9", "9:16",
    ]  # fmt: skip
    assert [name for name, option in options.items() if option.get("autocomplete")] == [
        "model",
        "style",
    ]
    assert all(10 < len(option["description"]) <= 100 for option in options.values())


def payload_of(house: House, name: str) -> dict[str, Any]:
    """A command as Discord is told of it."""
    (found,) = (each for each in house.client.command_payload() if each["name"] == name)
    return found


def buttons(message: discord.Message) -> list[discord.Button]:
    return [
        child
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for child in row.children
        if isinstance(child, discord.Button)
    ]
