"""/remix as members meet it: the picture comes in, or one sentence says why not."""

from collections.abc import Callable
from typing import Any

import discord
import pytest

from bot.domain.job import JobStatus
from bot.domain.request import Kind
from cogs import sources
from cogs.answers import acknowledge
from cogs.faces import Face
from sandbox.modelslab import Vendor
from tests.cogs.house import House
from tests.cogs.posted import (
    JPEG,
    NO_PICTURE,
    OTHER_PHOTO,
    PHOTO,
    a_result,
    payload_of,
    promised,
    remix,
    whispered,
)


async def test_a_picture_is_taken_in_at_once_and_the_promise_becomes_the_card(
    house: House,
) -> None:
    asked = await remix(house)

    assert promised(house)
    assert not asked.ephemeral
    assert asked.response is not None
    assert asked.response.content.startswith(
        f"Remix: **a fox** — {house.ana.mention}\nNext in line, about <t:"
    )
    job = await house.job()
    assert job.request.kind is Kind.REMIX
    assert job.request.model == "sdxl"
    assert job.request.strength is None, "the model's own"
    source = job.request.source
    assert source is not None
    assert (source.width_px, source.height_px) == (96, 64)
    assert len(await house.bot.inputs.read(source)) == source.size_bytes
    card = await house.card()
    assert card.message_id == asked.response.id
    assert card.token is not None


async def test_the_result_of_a_remix_arrives_on_the_card(house: House) -> None:
    asked = await remix(house, strength=0.4)
    await house.until_done()

    job = await house.job()
    assert job.status is JobStatus.DELIVERED
    assert asked.response is not None
    assert house.last.id == asked.response.id
    assert len(house.last.attachments) == 1
    assert "strength 0.4" in house.last.content
    assert len(house.channel.history()) == 1


async def test_every_option_is_kept(house: House) -> None:
    await remix(
        house,
        strength=0.25,
        negative="people",
        model="pony_realism",
        count=2,
        seed=7,
        steps=12,
        guidance=8.5,
        style="ink",
        spoiler=True,
    )

    request = (await house.job()).request
    assert (request.strength, request.negative, request.model) == (0.25, "people", "pony_realism")
    assert (request.count, request.seed, request.steps, request.guidance) == (2, 7, 12, 8.5)
    assert (request.style, request.spoiler) == ("ink", True)


async def test_the_usual_strength_goes_without_saying(house: House) -> None:
    await remix(house, strength=0.7)
    await remix(house, strength=0.7, model="flux-kontext-dev")

    assert (await house.job(1)).request.strength is None
    assert (await house.job(2)).request.strength == 0.7, "that model's usual one is another"


async def test_options_that_the_model_ignores_are_named(house: House) -> None:
    asked = await remix(house, model="seededit-i2i", strength=0.2)

    assert asked.response is not None
    assert "strength: ignored by seededit-i2i" in asked.response.content


async def test_a_private_remix_is_promised_in_private(house: House) -> None:
    asked = await remix(house, private=True)

    assert promised(house)
    assert asked.ephemeral
    assert asked.response is not None
    assert "Next in line" in asked.response.content
    assert not house.channel.history(viewer=house.bob)


@pytest.mark.parametrize("private", [False, True])
async def test_a_file_that_is_no_picture_is_refused_in_private(house: House, private: bool) -> None:
    asked = await remix(house, image=("fox.png", NO_PICTURE), private=private)

    assert whispered(asked).startswith("**That picture cannot be used.** ")
    assert whispered(asked).endswith("Nothing was charged.")
    assert not house.channel.history(viewer=house.bob), "the promise was taken back"
    assert await house.jobs_made() == 0


async def test_a_refusal_after_the_promise_is_private_too(house: House) -> None:
    asked = await remix(house, model="imagen-4")

    assert whispered(asked).startswith("**This model cannot do that.** Models that can: flux, ")
    assert not house.channel.history(viewer=house.bob)
    assert await house.jobs_made() == 0


@pytest.mark.parametrize("given", [{"image": None}, {"link": "https://example.com/a.png"}])
async def test_one_picture_is_needed_and_not_two(house: House, given: dict[str, Any]) -> None:
    asked = await remix(house, **given)

    assert whispered(asked) == sources.ONE_OF_TWO
    assert not promised(house)


async def test_a_file_that_is_too_large_is_not_even_fetched(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "FILE_MAX_BYTES", 100)

    asked = await remix(house)

    assert whispered(asked).startswith("**That file is too large:** ")
    assert not promised(house)


async def test_a_file_that_discord_does_not_give_is_asked_for_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object, **__: object) -> bytes:
        raise OSError("cut")

    monkeypatch.setattr(discord.Attachment, "read", gone)

    asked = await remix(house)

    assert "Attach it again." in whispered(asked)
    assert await house.jobs_made() == 0


async def test_a_link_is_fetched_under_guard(house: House) -> None:
    asked = await remix(house, image=None, link="http://127.0.0.1:9/secret.png")

    assert whispered(asked).startswith("**That link gave no picture.** Only https links")
    assert not house.channel.history(viewer=house.bob)


async def test_a_link_to_a_picture_is_taken(house: House, vendor: Vendor) -> None:
    await a_result(house)

    # Of all hosts on loopback, only those of the owner's settings may be asked.
    await remix(
        house, image=None, link=f"<{vendor.origin}/generations/{vendor.book[0].name}-0.png>"
    )

    source = (await house.job(2)).request.source
    assert source is not None
    assert source.width_px == 1024


async def test_a_link_to_a_message_of_ours_leads_to_the_picture_as_it_was_made(
    house: House,
) -> None:
    result = await a_result(house)

    await remix(house, image=None, link=result.jump_url, who=house.bob)

    request = (await house.job(2)).request
    assert (request.parent_job, request.parent_picture) == (1, 1)
    assert request.source is not None
    assert request.source.width_px == 1024
    assert "from job 1, picture 1" not in result.content


async def test_a_link_to_somebody_elses_message_explains_the_right_click(house: House) -> None:
    message = await house.bob.send(house.channel, "look", attachments=[("fox.png", PHOTO)])

    asked = await remix(house, image=None, link=message.jump_url)

    assert whispered(asked) == sources.NOT_OURS


async def test_a_link_to_several_pictures_asks_for_one(house: House) -> None:
    result = await a_result(house, count=2)

    asked = await remix(house, image=None, link=result.jump_url)

    assert whispered(asked) == sources.SEVERAL


async def test_a_message_in_a_room_that_the_asker_cannot_see_stays_there(house: House) -> None:
    everyone = house.env.backend.get_guild(house.guild.id)
    assert everyone is not None
    secret = house.guild.create_text_channel(
        "secret",
        overwrites={
            house.bob: discord.PermissionOverwrite(view_channel=False),
        },
    )
    await house.asks(where=secret)
    await house.until_done()
    hidden = secret.last_message
    assert hidden is not None

    asked = await remix(house, image=None, link=hidden.jump_url, who=house.bob)
    assert whispered(asked) == sources.OUT_OF_SIGHT

    await remix(house, image=None, link=hidden.jump_url, who=house.ana)
    assert (await house.job(2)).request.parent_job == 1


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("https://discord.com/channels/1/2/3", sources.ELSEWHERE),
        ("https://discord.com/channels/@me/2/3", sources.ELSEWHERE),
        ("https://ptb.discord.com/channels/{guild}/2/3", sources.OUT_OF_SIGHT),
        ("https://discord.com/channels/{guild}/{channel}/3", sources.OUT_OF_SIGHT),
    ],
)
async def test_links_to_messages_that_are_not_here(house: House, link: str, said: str) -> None:
    link = link.format(guild=house.guild.id, channel=house.channel.id)

    asked = await remix(house, image=None, link=link)

    assert whispered(asked) == said


async def test_where_the_bot_may_not_post_nothing_is_promised(house: House) -> None:
    quiet = house.guild.create_text_channel(
        "quiet", overwrites={house.me: discord.PermissionOverwrite(attach_files=False)}
    )
    asked = await remix(house, where=quiet)

    assert not promised(house)
    assert "I need: **Attach Files**" in whispered(asked)


async def test_a_private_thread_is_seen_by_its_members_alone(house: House) -> None:
    channel = house.client.get_channel(house.channel.id)
    assert isinstance(channel, discord.TextChannel)
    thread = await channel.create_thread(name="den", type=discord.ChannelType.private_thread)
    await thread.add_user(discord.Object(house.ana.id))
    await house.env.settle()
    (room,) = house.channel.threads
    await house.asks(where=room)
    await house.until_done()
    hidden = room.last_message
    assert hidden is not None

    asked = await remix(house, image=None, link=hidden.jump_url, who=house.bob)
    assert whispered(asked) == sources.OUT_OF_SIGHT

    await remix(house, image=None, link=hidden.jump_url, who=house.ana)
    assert (await house.job(2)).request.parent_job == 1


async def test_upright_pictures_of_every_format_are_taken(house: House) -> None:
    await remix(house, image=("photo.jpg", JPEG))
    await remix(house, image=("tall.png", OTHER_PHOTO))

    second = (await house.job(2)).request.source
    assert second is not None
    assert (second.width_px, second.height_px) == (64, 96)


async def test_a_broken_bot_takes_its_promise_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.breaks_on_purpose = True

    async def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(house.bot.inputs, "from_bytes", broken)

    asked = await remix(house)

    assert "Something broke on our side" in whispered(asked)
    assert not house.channel.history(viewer=house.bob)


class Unreachable:
    """An interaction whose promise stands, and whose next edit fails as told."""

    def __init__(self, error: Exception) -> None:
        self.id = 1
        self.extras: dict[Any, Any] = {"deferred": True}
        self._error = error

    async def edit_original_response(self, **_: Any) -> Any:
        raise self._error


def refusal(status: int) -> discord.HTTPException:
    response: Any = type("Response", (), {"status": status, "reason": "", "headers": {}})()
    return discord.HTTPException(response, {"code": 10008, "message": "Unknown Message"})


@pytest.mark.parametrize("make", [lambda: OSError("reset"), lambda: refusal(503)])
async def test_a_doubtful_edit_of_the_promise_leaves_the_job_in_line(
    make: Callable[[], Exception],
) -> None:
    interaction: Any = Unreachable(make())

    ack = await acknowledge(interaction, Face("a card"), ephemeral=False)

    assert ack.stands
    assert ack.message_id is None


async def test_a_promise_that_was_removed_is_no_card() -> None:
    interaction: Any = Unreachable(refusal(404))

    with pytest.raises(discord.HTTPException):
        await acknowledge(interaction, Face("a card"), ephemeral=False)


async def test_models_that_work_from_pictures_are_suggested(house: House) -> None:
    found = await house.ana.autocomplete(house.channel, "remix", "model", "")

    named = [choice["value"] for choice in found]
    assert "seededit-i2i" in named
    assert "imagen-4" not in named
    styles = await house.ana.autocomplete(house.channel, "remix", "style", "in")
    assert styles[0]["value"] == "ink"


async def test_the_payload_lets_discord_stop_wrong_values(house: House) -> None:
    command = payload_of(house, "remix")
    options = {option["name"]: option for option in command["options"]}

    assert (command["integration_types"], command["contexts"]) == ([0], [0])
    assert list(options) == [
        "prompt", "image", "link", "strength", "negative", "model", "count", "seed", "steps",
        "guidance", "style", "lora", "lora_strength", "enhance", "private", "spoiler",
    ]  # fmt: skip
    assert [name for name, option in options.items() if option["required"]] == ["prompt"]
    assert options["image"]["type"] == 11
    assert (options["strength"]["min_value"], options["strength"]["max_value"]) == (0.0, 1.0)
    assert all(10 < len(option["description"]) <= 100 for option in options.values())
