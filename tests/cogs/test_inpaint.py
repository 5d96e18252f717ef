"""/inpaint as members meet it: what is to change may be said in four ways."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.app.owner import signing_key
from bot.domain.job import JobStatus, Route
from bot.domain.request import ImageRequest, Kind
from bot.pictures import AREAS
from cogs import inpaint as command
from cogs import painting
from tests.cogs.house import House
from tests.cogs.posted import JPEG, PHOTO, controls, inpaint, payload_of, promised, whispered
from tests.pictures.pictures import painting as painted
from tests.pictures.pictures import saved

PAGE = {"PUBLIC_URL": "https://limner.example"}
with_page = pytest.mark.parametrize("settings", [PAGE])


def a_mask(*, width_px: int = 96, height_px: int = 64) -> bytes:
    """The left half is to change."""
    mask = Image.new("L", (width_px, height_px))
    mask.paste(255, (0, 0, width_px // 2, height_px))
    return saved(mask, "PNG")


def with_a_hole() -> bytes:
    picture = painted(width_px=96, height_px=64).convert("RGBA")
    picture.putalpha(Image.new("L", picture.size, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 48, 64))
    return saved(picture, "PNG")


async def mask_of(house: House, request: ImageRequest) -> Image.Image:
    assert request.mask is not None
    return Image.open(BytesIO(await house.bot.inputs.read(request.mask)))


@pytest.mark.parametrize(
    "given",
    [
        {"mask": ("mask.png", a_mask())},
        {"mask": ("mask.png", a_mask(width_px=192, height_px=128))},
        {"area": "left half"},
        {"image": ("hole.png", with_a_hole())},
    ],
    ids=["file", "file of another size", "area", "transparency"],
)
async def test_what_is_to_change_is_kept_with_the_job(house: House, given: dict[str, Any]) -> None:
    asked = await inpaint(house, **given)

    assert asked.response is not None
    assert asked.response.content.startswith(f"Inpaint: **a fox** — {house.ana.mention}\n")
    request = (await house.job()).request
    assert request.kind is Kind.INPAINT
    mask = await mask_of(house, request)
    assert (mask.mode, mask.size) == ("L", (96, 64))
    assert (mask.getpixel((10, 30)), mask.getpixel((80, 30))) == (255, 0)


async def test_the_result_of_an_inpainting_arrives_on_the_card(house: House) -> None:
    await inpaint(house, area="left half")
    await house.until_done()

    assert (await house.job()).status is JobStatus.DELIVERED
    (file,) = house.last.attachments
    result = Image.open(BytesIO(await file.read())).convert("RGB")
    original = Image.open(BytesIO(PHOTO)).convert("RGB")
    assert result.size == original.size
    outside = (70, 0, 96, 64)
    assert result.crop(outside).tobytes() == original.crop(outside).tobytes()
    assert result.tobytes() != original.tobytes()


async def test_a_mask_of_another_shape_is_refused_in_private(house: House) -> None:
    asked = await inpaint(house, mask=("mask.png", a_mask(width_px=64, height_px=64)))

    assert "The mask does not fit the picture" in whispered(asked)
    assert not house.channel.history(viewer=house.bob)
    assert await house.jobs_made() == 0


async def test_two_ways_at_once_are_one_too_many(house: House) -> None:
    asked = await inpaint(house, mask=("mask.png", a_mask()), area="sky")

    assert whispered(asked) == command.ONE_MASK
    assert not promised(house)


@with_page
@pytest.mark.parametrize("image", [("photo.png", PHOTO), ("photo.jpg", JPEG)])
async def test_with_nothing_said_it_is_painted_in_the_browser(
    house: House, image: tuple[str, bytes]
) -> None:
    asked = await inpaint(house, image=image, negative="people")

    assert whispered(asked) == painting.INVITATION
    assert not house.channel.history(viewer=house.bob)
    (button,) = controls(asked)
    assert button["label"] == "Paint the mask"
    assert button["url"].startswith("https://limner.example/")
    assert len(button["url"]) <= 512
    assert await house.jobs_made() == 0, "nothing is reserved before it is painted"

    ticket = button["url"].rpartition("/")[2]
    view, cookie = await house.bot.easels.start(ticket)
    assert cookie is not None
    easel = view.easel
    assert easel is not None
    assert easel.requester.user_id == house.ana.id
    assert easel.request.kind is Kind.INPAINT
    assert (easel.request.prompt, easel.request.negative) == ("a fox", "people")


@with_page
async def test_what_is_painted_comes_to_the_channel(house: House) -> None:
    asked = await inpaint(house)
    ticket = controls(asked)[0]["url"].rpartition("/")[2]
    view, _ = await house.bot.easels.start(ticket)
    assert view.easel is not None

    await house.bot.easels.submit(view.easel, mask=a_mask(), prompt="a blue fox")

    assert house.last.content.startswith(f"Inpaint: **a blue fox** — {house.ana.mention}\n")
    assert (await house.card()).message_id == house.last.id


@with_page
async def test_what_is_painted_in_private_never_comes_to_the_channel(house: House) -> None:
    asked = await inpaint(house, private=True)
    ticket = controls(asked)[0]["url"].rpartition("/")[2]
    view, _ = await house.bot.easels.start(ticket)
    assert view.easel is not None

    await house.bot.easels.submit(view.easel, mask=a_mask(), prompt="a blue fox")

    await house.until_done()
    job = await house.job()
    assert (job.request.private, job.route) == (True, Route.DIRECT)
    assert not house.channel.history()


@pytest.mark.parametrize("image", [("photo.png", PHOTO), ("photo.jpg", JPEG)])
async def test_without_a_page_the_other_ways_are_explained(
    house: House, image: tuple[str, bytes]
) -> None:
    asked = await inpaint(house, image=image)

    assert whispered(asked) == painting.NO_PAGE
    assert not controls(asked)


async def test_the_key_that_signs_links_is_made_once_and_kept(house: House) -> None:
    settings, records = house.bot.settings, house.bot.records

    first = await signing_key(settings, records)

    assert len(first) >= 48
    assert await signing_key(settings, records) == first


@pytest.mark.parametrize("settings", [{"SECRET_KEY": "k" * 40}])
async def test_the_owners_own_key_signs_where_there_is_one(house: House) -> None:
    assert await signing_key(house.bot.settings, house.bot.records) == "k" * 40


async def test_the_payload_offers_every_area(house: House) -> None:
    options = {option["name"]: option for option in payload_of(house, "inpaint")["options"]}

    assert list(options)[:6] == ["prompt", "image", "link", "mask", "area", "strength"]
    assert [choice["value"] for choice in options["area"]["choices"]] == list(AREAS)
    assert list(house.bot.inputs.areas) == list(AREAS)
    assert [name for name, option in options.items() if option["required"]] == ["prompt"]
    found = await house.ana.autocomplete(house.channel, "inpaint", "model", "")
    assert "seededit-i2i" not in [choice["value"] for choice in found]
    assert all(10 < len(option["description"]) <= 100 for option in options.values())
