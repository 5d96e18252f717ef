"""/inpaint with a file, an area or a transparent part: only what was to change has changed.

The bot here has no mask page.
"""

from collections.abc import Iterator

import pytest
from PIL import Image, ImageOps

from sandbox.modelslab import Mood
from tests.scenarios.photos import (
    SIZE,
    a_mask,
    a_photo,
    assert_only_the_mask_changed,
    assert_reached_the_vendor,
    lying_jpeg,
    opened,
    png,
    with_a_hole,
)
from tests.scenarios.town import Town
from tests.wire.interactions import Ack, Interaction

pytestmark = pytest.mark.asyncio(loop_scope="module")

LYING = lying_jpeg(a_photo())
HOLED = png(with_a_hole(a_photo()))
#: The upper right quarter, as the preset of that name.
CORNER = (SIZE[0] // 2, 0, SIZE[0], SIZE[1] // 2)


@pytest.fixture(autouse=True)
def _hurry(shared_town: Town) -> Iterator[None]:
    shared_town.vendor.default_mood = Mood.AT_ONCE
    yield
    assert shared_town.misunderstood == []


async def inpaint(town: Town, name: str, picture: bytes, **options: object) -> Interaction:
    return await town.discord.slash(
        town.ana, town.general, "inpaint", prompt="a red door", image=(name, picture), **options
    )


async def assert_is_right(
    town: Town, asked: Interaction, photo: Image.Image, mask: Image.Image
) -> None:
    """The recorded bytes at the vendor, and the delivered ones."""
    card = await town.pictures(asked)
    assert asked.ack_type is Ack.DEFERRED_MESSAGE
    [bought] = town.bought(asked)
    assert_reached_the_vendor(bought, photo, mask)
    [file] = card.attachments
    assert_only_the_mask_changed(file.bytes, photo, mask)
    assert card.content.startswith("Inpaint: **a red door**")
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]


@pytest.mark.parametrize("scale", [1, 2])
async def test_a_mask_file_over_a_photo_on_its_side(shared_town: Town, scale: int) -> None:
    drawn = png(a_mask(scale=scale))
    asked = await inpaint(shared_town, "phone.jpg", LYING, mask=("mask.png", drawn))
    await assert_is_right(shared_town, asked, opened(LYING), a_mask())


async def test_an_area_of_a_photo_on_its_side(shared_town: Town) -> None:
    asked = await inpaint(shared_town, "phone.jpg", LYING, area="top right")
    await assert_is_right(shared_town, asked, opened(LYING), a_mask(part=CORNER))


async def test_the_picture_s_own_transparency(shared_town: Town) -> None:
    asked = await inpaint(shared_town, "hole.png", HOLED)
    photo = opened(HOLED)
    mask = ImageOps.invert(photo.getchannel("A"))
    seen = Image.new("RGB", photo.size, "white")
    seen.paste(photo, mask=photo)
    await assert_is_right(shared_town, asked, seen, mask)


@pytest.mark.parametrize("name", ["photo.png", "photo.jpg"])
async def test_without_a_page_the_other_ways_are_explained(shared_town: Town, name: str) -> None:
    town = shared_town
    photo = png(a_photo()) if name.endswith("png") else LYING
    asked = await inpaint(town, name, photo)
    words = await town.refused(asked)
    for way in ("`mask`", "`area`", "transparent", "Nothing was charged."):
        assert way in words
    assert all(message.labels == [] for message in asked.replies)


async def test_without_a_page_no_result_offers_it(shared_town: Town) -> None:
    town = shared_town
    card = await town.pictures(await town.asks("a wall", model="realtime"))
    assert "Edit area" not in card.labels
    asked = await town.discord.message_menu(town.ben, card, "Edit area")
    assert "`area`" in await town.refused(asked)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"mask": ("mask.png", png(a_mask((300, 200))))}, "The mask does not fit the picture"),
        ({"mask": ("mask.png", png(Image.new("L", SIZE)))}, "The mask is empty"),
        ({"mask": ("mask.png", b"<html>no mask</html>")}, "That picture cannot be used"),
        ({"mask": ("mask.png", png(a_mask())), "area": "sky"}, "Give one of them"),
    ],
    ids=["other shape", "empty", "no picture", "two ways"],
)
async def test_masks_that_cannot_be_used(
    shared_town: Town, options: dict[str, object], said: str
) -> None:
    town = shared_town
    booked, public = len(town.jobs()), list(town.general.messages)
    asked = await inpaint(town, "photo.png", png(a_photo()), **options)
    assert said in await town.refused(asked)
    assert (len(town.jobs()), town.general.messages) == (booked, public)


async def test_a_private_one_is_private_all_the_way(shared_town: Town) -> None:
    town = shared_town
    public = list(town.general.messages)
    asked = await inpaint(town, "photo.png", png(a_photo()), area="centre", private=True)
    card = await town.pictures(asked)
    assert all(state.flags & 64 for state in card.edits)
    assert town.general.messages == public
