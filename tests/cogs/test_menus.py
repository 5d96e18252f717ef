"""Right-click on any picture in the channel, whoever posted it."""

from io import BytesIO
from typing import Any

import discord
import pytest
from PIL import Image

from bot.domain.job import JobStatus
from bot.domain.request import Kind
from cogs import gallery, menus, painting, rework, sources
from sandbox.modelslab import Vendor
from tests.cogs.house import House
from tests.cogs.posted import (
    NO_PICTURE,
    OTHER_PHOTO,
    PHOTO,
    a_result,
    controls,
    fields,
    payload_of,
    promised,
    whispered,
)

KINDS = {"Upscale": Kind.UPSCALE, "Cut out": Kind.CUTOUT, "Describe": Kind.DESCRIBE}
with_page = pytest.mark.parametrize("settings", [{"PUBLIC_URL": "https://limner.example"}])


async def posted(house: House, *files: tuple[str, bytes]) -> discord.Message:
    return await house.bob.send(house.channel, "look", attachments=files or [("photo.png", PHOTO)])


@pytest.mark.parametrize("name", KINDS)
async def test_a_menu_works_on_what_somebody_else_posted(house: House, name: str) -> None:
    message = await posted(house)

    chosen = await house.ana.context_menu(house.channel, name, message)

    assert promised(house)
    assert chosen.response is not None
    assert chosen.response.content.startswith(f"**{name}** — {house.ana.mention}\n")
    job = await house.job()
    assert job.request.kind is KINDS[name]
    assert job.requester.user_id == house.ana.id
    assert job.request.source is not None
    assert job.request.source.width_px == 96


async def test_a_description_is_told_in_private_and_costs_no_picture(house: House) -> None:
    message = await posted(house)

    chosen = await house.ana.context_menu(house.channel, "Describe", message)
    await house.until_done()

    assert chosen.ephemeral
    assert chosen.response is not None
    assert (await house.job()).status is JobStatus.DELIVERED
    _, quote, cost = chosen.response.content.split("\n")
    assert quote.startswith("> ")
    assert len(quote) > 10
    assert cost == "nothing charged, 200 left today · job 1"
    assert [button["label"] for button in controls(chosen)] == ["Details", "Delete"]


async def test_a_cut_out_picture_is_transparent(house: House) -> None:
    await house.ana.context_menu(house.channel, "Cut out", await posted(house))
    await house.until_done()

    assert (await house.job()).status is JobStatus.DELIVERED
    (file,) = house.last.attachments
    alpha = Image.open(BytesIO(await file.read())).getchannel("A")
    assert alpha.getextrema()[0] == 0
    assert file.description == "Generated picture"


async def test_remix_shows_its_pop_up_first_and_reads_the_picture_meanwhile(house: House) -> None:
    message = await posted(house)

    shown = await house.ana.context_menu(house.channel, "Remix", message)

    assert fields(shown) == {"prompt": None, "strength": "0.7"}
    submitted = await house.ana.submit_modal(shown, {"prompt": "a fox", "strength": "0.2"})
    assert submitted.response is not None
    assert submitted.response.content.startswith(f"Remix: **a fox** — {house.ana.mention}\n")
    request = (await house.job()).request
    assert request.source is not None
    assert (request.source.width_px, request.strength) == (96, 0.2)


async def test_a_pop_up_for_somebody_elses_picture_works_after_a_restart(house: House) -> None:
    shown = await house.ana.context_menu(house.channel, "Remix", await posted(house))

    await house.restarts()
    await house.ana.submit_modal(shown, {"prompt": "a fox"})

    assert (await house.job()).request.source is not None


async def test_a_pop_up_says_what_was_wrong_with_its_picture(house: House) -> None:
    message = await posted(house, ("fox.png", NO_PICTURE))
    shown = await house.ana.context_menu(house.channel, "Remix", message)

    submitted = await house.ana.submit_modal(shown, {"prompt": "a fox"})

    assert whispered(submitted).startswith("**That picture cannot be used.** ")
    assert not [one for one in house.channel.history(viewer=house.bob) if one.id != message.id]


async def test_a_choice_is_over_after_a_quarter_of_an_hour(house: House) -> None:
    shown = await house.ana.context_menu(house.channel, "Remix", await posted(house))

    house.clock.advance(15 * 60 + 1)
    submitted = await house.ana.submit_modal(shown, {"prompt": "a fox"})

    assert whispered(submitted) == sources.NOT_PICKED


@pytest.mark.parametrize("after_restart", [False, True])
async def test_of_several_pictures_it_asks_which(house: House, after_restart: bool) -> None:
    message = await posted(house, ("a.png", PHOTO), ("b.txt", b"words"), ("c.png", OTHER_PHOTO))

    asked = await house.ana.context_menu(house.channel, "Upscale", message)

    assert whispered(asked) == rework.WHICH
    assert [button["label"] for button in controls(asked)] == ["1", "2"]
    assert await house.jobs_made() == 0
    if after_restart:
        await house.restarts()
    assert asked.response is not None
    await house.ana.click(asked.response, label="2")
    source = (await house.job()).request.source
    assert source is not None
    assert (source.width_px, source.height_px) == (64, 96)


async def test_a_choice_leads_to_the_pop_up_as_well(house: House) -> None:
    message = await posted(house, ("a.png", PHOTO), ("c.png", OTHER_PHOTO))
    asked = await house.ana.context_menu(house.channel, "Remix", message)
    assert asked.response is not None

    shown = await house.ana.click(asked.response, label="2")
    await house.ana.submit_modal(shown, {"prompt": "a fox"})

    source = (await house.job()).request.source
    assert source is not None
    assert source.height_px == 96


async def test_what_cannot_be_read_is_not_offered(house: House) -> None:
    message = await posted(house, ("a.png", NO_PICTURE), ("c.png", OTHER_PHOTO))

    asked = await house.ana.context_menu(house.channel, "Cut out", message)

    assert [button["label"] for button in controls(asked)] == ["2"]


async def test_where_nothing_can_be_read_it_says_why(house: House) -> None:
    message = await posted(house, ("a.png", NO_PICTURE), ("c.png", NO_PICTURE))

    asked = await house.ana.context_menu(house.channel, "Cut out", message)

    assert whispered(asked).startswith("**That picture cannot be used.** ")


@pytest.mark.parametrize("name", menus.NAMES)
async def test_a_message_without_a_picture_says_so(house: House, name: str) -> None:
    message = await posted(house, ("notes.txt", b"words"))

    assert whispered(await house.ana.context_menu(house.channel, name, message)) == (
        menus.NO_PICTURE
    )


@with_page
async def test_edit_area_leads_to_the_page(house: House) -> None:
    chosen = await house.ana.context_menu(house.channel, "Edit area", await posted(house))

    assert whispered(chosen) == painting.INVITATION
    view, _ = await house.bot.easels.start(controls(chosen)[0]["url"].rpartition("/")[2])
    assert view.easel is not None
    assert view.easel.request.kind is Kind.INPAINT
    assert view.easel.requester.user_id == house.ana.id


async def test_edit_area_without_a_page_explains_the_other_ways(house: House) -> None:
    chosen = await house.ana.context_menu(house.channel, "Edit area", await posted(house))

    assert whispered(chosen) == painting.NO_PAGE


async def test_where_nothing_can_be_posted_nobody_is_asked_for_words(house: House) -> None:
    quiet = house.guild.create_text_channel(
        "quiet", overwrites={house.me: discord.PermissionOverwrite(attach_files=False)}
    )
    message = await house.bob.send(quiet, "look", attachments=[("photo.png", PHOTO)])

    chosen = await house.ana.context_menu(quiet, "Remix", message)

    assert "I need: **Attach Files**" in whispered(chosen)


async def test_our_own_results_are_taken_as_they_were_made(house: House) -> None:
    result = await a_result(house)

    await house.bob.context_menu(house.channel, "Upscale", result)
    shown = await house.bob.context_menu(house.channel, "Remix", result)

    request = (await house.job(2)).request
    assert (request.parent_job, request.parent_picture) == (1, 1)
    assert fields(shown)["prompt"] == "a red fox"


async def test_of_several_results_the_numbers_are_the_jobs_own(house: House) -> None:
    result = await a_result(house, count=2)

    asked = await house.bob.context_menu(house.channel, "Cut out", result)

    assert [button["custom_id"] for button in controls(asked)] == ["cutout:1:1", "cutout:1:2"]
    assert asked.response is not None
    await house.bob.click(asked.response, label="2")
    assert (await house.job(2)).request.parent_picture == 2


async def test_a_file_that_only_claims_to_be_a_result_is_nothing_but_a_file(house: House) -> None:
    await a_result(house)
    message = await posted(house, ("limner-1-1.png", OTHER_PHOTO))

    await house.ana.context_menu(house.channel, "Upscale", message)

    request = (await house.job(2)).request
    assert request.parent_job is None
    assert request.source is not None
    assert request.source.width_px == 64


async def test_pictures_of_embeds_and_galleries_are_seen(house: House, vendor: Vendor) -> None:
    result = await a_result(house)
    url = f"{vendor.origin}/generations/{vendor.book[0].name}-0.png"
    house.env.backend.create_message(
        house.channel.id, house.bob.id, "embedded", embeds=[{"image": {"url": url}}]
    )
    assert house.last.id != result.id

    await house.ana.context_menu(house.channel, "Upscale", house.last)

    source = (await house.job(2)).request.source
    assert source is not None
    assert source.width_px == 1024


def media(url: str, kind: str | None = "image/png") -> dict[str, Any]:
    return {"url": url, "proxy_url": f"{url}?proxied", "content_type": kind}


def test_every_place_where_a_message_shows_a_picture_is_looked_at() -> None:
    said: Any = {
        "type": 17,
        "components": [
            {
                "type": 12,
                "items": [
                    {"media": media("https://a.example/1.png")},
                    {"media": media("https://a.example/film.mp4", "video/mp4")},
                ],
            },
            {
                "type": 9,
                "components": [{"type": 10, "content": "words"}],
                "accessory": {"type": 11, "media": media("https://a.example/2.png", None)},
            },
        ],
    }
    shown = discord.components._component_factory(said)
    assert shown is not None

    found = list(gallery._media([shown]))

    assert [seen.url for seen in found] == [
        "https://a.example/1.png?proxied",
        "https://a.example/2.png?proxied",
    ]


async def test_a_forwarded_picture_is_seen(house: House) -> None:
    forwarded = await house.bob.forward(await posted(house), house.channel)

    await house.ana.context_menu(house.channel, "Upscale", forwarded)

    assert (await house.job()).request.source is not None


async def test_five_menus_are_registered_for_servers(house: House) -> None:
    for name in ("Remix", "Edit area", "Upscale", "Cut out", "Describe"):
        command = payload_of(house, name, 3)
        assert (command["integration_types"], command["contexts"]) == ([0], [0])
