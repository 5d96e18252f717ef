"""/remix: a member's picture reaches the vendor and comes back changed, or one hears why not."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from sandbox.modelslab import Mood
from tests.scenarios.photos import (
    a_photo,
    assert_source_reached_the_vendor,
    difference,
    lying_jpeg,
    opened,
    png,
    with_a_hole,
)
from tests.scenarios.town import Town
from tests.wire.interactions import Ack, Interaction
from tests.wire.world import User

pytestmark = pytest.mark.asyncio(loop_scope="module")

PHOTO = png(a_photo())
LYING = lying_jpeg(a_photo())


@pytest.fixture(autouse=True)
def _hurry(shared_town: Town) -> Iterator[None]:
    shared_town.vendor.default_mood = Mood.AT_ONCE
    yield
    assert shared_town.misunderstood == []


async def remix(town: Town, *, who: User | None = None, **options: Any) -> Interaction:
    given = {"prompt": "an oil painting", **options}
    return await town.discord.slash(who or town.ana, town.general, "remix", **given)


def jump(town: Town, message: Any) -> str:
    guild = message.channel.guild
    return f"https://discord.com/channels/{guild.id}/{message.channel.id}/{message.id}"


@pytest.mark.parametrize(
    ("name", "data"), [("photo.png", PHOTO), ("phone.jpg", LYING)], ids=["png", "lying jpeg"]
)
async def test_an_attachment_upright_and_the_promise_becomes_the_card(
    shared_town: Town, name: str, data: bytes
) -> None:
    town = shared_town
    asked = await remix(town, image=(name, data), strength=0.4)
    card = await town.pictures(asked)
    assert asked.ack_type is Ack.DEFERRED_MESSAGE
    assert town.standing(town.job(asked)["id"]) == [card]
    [bought] = town.bought(asked)
    assert bought.body["strength"] == 0.4
    assert_source_reached_the_vendor(bought, opened(data))
    [file] = card.attachments
    width, height = opened(file.bytes).size
    assert abs(width / height - 3 / 4) < 0.03
    assert "strength 0.4" in card.content
    assert card.labels == ["U1", "V1", "Reroll", "Remix", "Details", "Delete"]
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]


async def test_strength_is_what_changes(shared_town: Town) -> None:
    town, far = shared_town, []
    for strength in (0.1, 0.9):
        asked = await remix(
            town, image=("photo.png", PHOTO), strength=strength, model="realtime", prompt="a fox"
        )
        [file] = (await town.pictures(asked)).attachments
        assert town.bought(asked)[0].body["strength"] == strength
        far.append(difference(opened(file.bytes), a_photo()))
    assert far[0] < far[1] / 2


async def test_transparency_is_laid_on_white(shared_town: Town) -> None:
    town = shared_town
    asked = await remix(town, image=("hole.png", png(with_a_hole(a_photo()))), model="realtime")
    await town.pictures(asked)
    white = Image.new("RGB", a_photo().size, "white")
    white.paste(with_a_hole(a_photo()), mask=with_a_hole(a_photo()))
    assert_source_reached_the_vendor(town.bought(asked)[0], white)


async def test_a_link_to_a_picture(shared_town: Town) -> None:
    town = shared_town
    posted = town.discord.say(town.ben, town.general, "look", files=(("phone.jpg", LYING),))
    link = town.discord.signed_url(posted.attachments[0])
    asked = await remix(town, link=f" <{link}> ", model="realtime")
    await town.pictures(asked)
    assert_source_reached_the_vendor(town.bought(asked)[0], opened(LYING))
    assert town.request(asked)["parent_job"] is None


async def test_a_link_to_a_message_of_the_bot_s_own(shared_town: Town) -> None:
    town = shared_town
    first = await town.asks("a windmill", model="realtime")
    card = await town.pictures(first)
    asked = await remix(town, who=town.ben, link=jump(town, card), model="realtime")
    child = await town.pictures(asked)
    assert_source_reached_the_vendor(town.bought(asked)[0], opened(card.attachments[0].bytes))
    request, number = town.request(asked), town.job(first)["id"]
    assert (request["parent_job"], request["parent_picture"]) == (number, 1)
    assert f"from job {number}, picture 1" in child.content
    assert town.job(asked)["user_id"] == town.ben.id


async def test_links_to_messages_that_give_no_picture(shared_town: Town) -> None:
    town = shared_town
    theirs = town.discord.say(town.ben, town.general, "look", files=(("photo.png", PHOTO),))
    pair = await town.pictures(await town.asks("two mills", model="realtime", count=2))
    private = await town.asks("a letter", model="realtime", private=True)
    hidden = await town.pictures(private)
    away = town.discord.guild("Away").channel("general")
    elsewhere = await town.pictures(await town.asks("a barn", model="realtime", where=away))
    for message, said in (
        (theirs, "somebody else's"),
        (pair, "several pictures"),
        (hidden, "cannot show you that message"),
        (elsewhere, "in another server"),
    ):
        asked = await remix(town, who=town.ben, link=jump(town, message))
        assert said in await town.refused(asked)


async def test_private_stays_private(shared_town: Town) -> None:
    town = shared_town
    public = list(town.general.messages)
    asked = await remix(town, image=("photo.png", PHOTO), private=True, model="realtime")
    card = await town.pictures(asked)
    assert asked.ephemeral
    assert all(state.flags & 64 for state in card.edits)
    assert town.general.messages == public
    assert town.ana.dms == []


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(
    "image",
    [("notes.png", b"only words"), ("page.png", b"<!doctype html><p>no")],
    ids=["words", "page"],
)
async def test_a_refusal_takes_the_promise_back(
    shared_town: Town, image: tuple[str, bytes], private: bool
) -> None:
    town = shared_town
    public, booked = list(town.general.messages), town.rows("SELECT * FROM ledger")
    asked = await remix(town, image=image, private=private)
    words = await town.refused(asked)
    assert "That picture cannot be used" in words
    assert words.endswith("Nothing was charged.")
    assert asked.ephemeral is private
    assert (town.general.messages, town.rows("SELECT * FROM ledger")) == (public, booked)


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"model": "flux-of-dreams"}, "There is no model called"),
        ({"model": "imagen-4"}, "This model cannot do that"),
        ({"style": "nonsense"}, "There is no style called"),
    ],
    ids=["unknown model", "model without pictures", "style"],
)
async def test_what_needs_no_picture_is_refused_before_any_is_read(
    shared_town: Town, options: dict[str, Any], said: str, private: bool
) -> None:
    town = shared_town
    public, booked = list(town.general.messages), town.rows("SELECT * FROM ledger")
    asked = await remix(town, image=("photo.png", PHOTO), private=private, **options)
    words = await town.refused(asked)
    assert said in words
    assert words.endswith("Nothing was charged.")
    assert (asked.ack_type, asked.ephemeral) == (Ack.MESSAGE, True)
    assert (town.general.messages, town.rows("SELECT * FROM ledger")) == (public, booked)


@pytest.mark.parametrize(
    "given",
    [{}, {"link": " "}, {"image": ("photo.png", PHOTO), "link": "https://example.org/a.png"}],
    ids=["neither", "blank", "both"],
)
async def test_one_picture_is_needed(shared_town: Town, given: dict[str, Any]) -> None:
    asked = await remix(shared_town, **given)
    assert "I need one picture" in await shared_town.refused(asked)
    assert asked.ack_type is Ack.MESSAGE


async def test_nothing_of_a_photo_s_secrets_leaves_the_house(shared_town: Town) -> None:
    """Where it was taken and by what: neither the vendor nor the channel is told."""
    town = shared_town
    note = Image.Exif()
    note[0x010F] = "SECRET-CAMERA"
    file = io.BytesIO()
    a_photo().save(file, "JPEG", exif=note, comment=b"SECRET-PLACE")
    assert b"SECRET-CAMERA" in file.getvalue()
    asked = await remix(town, who=town.ben, image=("p.jpg", file.getvalue()), model="realtime")
    card = await town.pictures(asked)
    seen = [upload.content for upload in town.vendor.uploads] + [card.attachments[0].bytes]
    assert not any(b"SECRET" in data for data in seen)


async def test_a_used_up_quota_is_told_in_private(shared_town: Town) -> None:
    town = shared_town
    dora = town.discord.user("dora")
    await town.bot_stops()
    await town.bot_starts(DEFAULT_MEMBER_DAY="1")
    picture = {"image": ("photo.png", PHOTO), "model": "realtime"}
    await town.pictures(await remix(town, who=dora, **picture))
    asked = await remix(town, who=dora, **picture)
    assert "Your daily limit" in await town.refused(asked)
    assert not asked.ephemeral
