"""The menus on messages, after a restart: on anybody's picture, by anybody, at their own cost."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from sandbox.modelslab import Mood
from tests.scenarios.browser import Browser, link_in, web_settings
from tests.scenarios.photos import (
    a_mask,
    a_photo,
    assert_only_the_mask_changed,
    assert_source_reached_the_vendor,
    lying_jpeg,
    opened,
    png,
)
from tests.scenarios.town import Town, a_town
from tests.wire.bodies import Upload
from tests.wire.interactions import Ack, Interaction, Modal
from tests.wire.messages import IS_V2, Message
from tests.wire.permissions import MANAGE_MESSAGES
from tests.wire.posting import Form
from tests.wire.world import User

pytestmark = pytest.mark.asyncio(loop_scope="module")

MENUS = ("Remix", "Edit area", "Upscale", "Cut out", "Describe")
WHO = pytest.mark.parametrize("who", ["ana", "ben", "mod"])
PHOTO = a_photo()
OTHER = a_photo((320, 240)).rotate(180)
LYING = lying_jpeg(PHOTO)


@dataclass(frozen=True)
class Album:
    """What ben has posted before the restart, and what ana had begun on it."""

    town: Town
    single: Message
    several: Message
    words: Message
    popup: Modal
    #: "Which picture?", asked of ana.
    question: Message


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def album(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Album]:
    async with a_town(tmp_path_factory.mktemp("town"), **web_settings()) as town:
        town.vendor.default_mood = Mood.AT_ONCE
        discord = town.discord
        discord.user("mod", permissions=MANAGE_MESSAGES)
        files = (("phone.jpg", LYING), ("notes.txt", b"words"), ("other.png", png(OTHER)))
        single = discord.say(town.ben, town.general, "look", files=files[:2])
        several = discord.say(town.ben, town.general, "look", files=files)
        words = discord.say(town.ben, town.general, "words", files=files[1:2])
        await town.bot_starts()
        opened_before = await discord.message_menu(town.ana, single, "Remix")
        popup = await opened_before.modal_opened()
        asked = await discord.message_menu(town.ana, several, "Upscale")
        question = await town.told(asked)
        await town.discord.until(lambda: len(town.rows("SELECT * FROM picks")) == 3)
        assert await town.bot_stops() == 0
        await town.bot_starts()
        yield Album(town, single, several, words, popup, question)


@pytest.fixture(autouse=True)
def _honest(album: Album) -> Iterator[None]:
    yield
    assert album.town.misunderstood == []


def user(album: Album, name: str) -> User:
    found: User = getattr(album.town.discord, name)
    return found


async def result_of(album: Album, asked: Interaction, kind: str) -> Message:
    """The card of a menu's job: made from the picture as it was posted, paid by who asked."""
    town = album.town
    card = await town.ending(asked)
    job = town.job(asked)
    assert (job["kind"], job["user_id"]) == (kind, asked.user.id)
    # Words are no pictures.
    charged = (
        [("reserve", 0), ("refund", 0)] if kind == "describe" else [("reserve", 1), ("settle", 0)]
    )
    assert town.entries(asked) == charged
    assert_source_reached_the_vendor(town.bought(asked)[0], PHOTO)
    assert town.request(asked)["parent_job"] is None
    return card


@WHO
async def test_upscale(album: Album, who: str) -> None:
    asked = await album.town.discord.message_menu(user(album, who), album.single, "Upscale")
    card = await result_of(album, asked, "upscale")
    width, height = opened(card.attachments[0].bytes).size
    assert (width / PHOTO.width, height / PHOTO.height) in ((2, 2), (4, 4))


@WHO
async def test_cut_out(album: Album, who: str) -> None:
    asked = await album.town.discord.message_menu(user(album, who), album.single, "Cut out")
    card = await result_of(album, asked, "cutout")
    low, high = opened(card.attachments[0].bytes).getchannel("A").getextrema()
    assert (low, high) == (0, 255)


@WHO
async def test_describe(album: Album, who: str) -> None:
    town = album.town
    public = len(town.general.messages)
    asked = await town.discord.message_menu(user(album, who), album.single, "Describe")
    card = await result_of(album, asked, "describe")
    assert card.ephemeral
    assert len(town.general.messages) == public
    assert town.bought(asked)[0].words in card.content.replace("\\", "")
    assert card.attachments == []


@WHO
async def test_remix(album: Album, who: str) -> None:
    town = album.town
    asked = await town.discord.message_menu(user(album, who), album.single, "Remix")
    popup = await asked.modal_opened()
    assert popup.fields["prompt"].get("value", "") == ""
    sent = await town.discord.submit(popup, {"prompt": "as a mosaic", "strength": "0.5"})
    card = await result_of(album, sent, "remix")
    assert "as a mosaic" in card.content
    assert sent.ack_type is Ack.DEFERRED_MESSAGE


async def test_a_pop_up_from_before_the_restart(album: Album) -> None:
    sent = await album.town.discord.submit(album.popup, {"prompt": "as a mosaic"})
    await result_of(album, sent, "remix")


@WHO
async def test_edit_area(album: Album, who: str) -> None:
    town = album.town
    asked = await town.discord.message_menu(user(album, who), album.single, "Edit area")
    async with Browser(link_in(await town.told(asked))) as browser:
        await browser.start()
        page = await browser.submit(png(a_mask()), "a window")
    number = page.json["job"]
    await town.discord.until(
        lambda: town.rows("SELECT * FROM jobs WHERE id = ? AND status = 'delivered'", number)
    )
    [card] = town.carriers(number)
    assert user(album, who).mention in card.content
    assert_only_the_mask_changed(card.attachments[0].bytes, opened(LYING), a_mask())


@pytest.mark.parametrize("menu", MENUS)
async def test_of_several_pictures_one_is_asked_for(album: Album, menu: str) -> None:
    town = album.town
    asked = await town.discord.message_menu(town.ana, album.several, menu)
    question = await town.told(asked)
    assert question.labels == ["1", "2"]
    chosen = await town.discord.click(town.ana, question, label="2")
    if menu == "Remix":
        chosen = await town.discord.submit(await chosen.modal_opened(), {"prompt": "a mosaic"})
    if menu == "Edit area":
        async with Browser(link_in(await town.told(chosen))) as browser:
            await browser.start()
            assert opened((await browser.picture()).data).tobytes() == OTHER.tobytes()
        return
    await town.ending(chosen)
    assert_source_reached_the_vendor(town.bought(chosen)[0], OTHER)


async def test_a_choice_from_before_the_restart(album: Album) -> None:
    chosen = await album.town.discord.click(album.town.ana, album.question, label="1")
    await result_of(album, chosen, "upscale")


async def test_a_choice_is_its_own_member_s(album: Album) -> None:
    """Its number in a forged button or pop-up gets somebody else nowhere."""
    town = album.town
    honest = album.question.components[0]["components"][0]["custom_id"]
    card = await town.pictures(await town.asks("a bench", who=town.ben, model="realtime"))
    button = card.components[0]["components"][0]
    own, button["custom_id"] = button["custom_id"], honest
    pressed = await town.discord.click(town.ben, card, custom_id=honest)
    button["custom_id"] = own
    assert "That choice is over" in await town.refused(pressed)
    popup = await (await town.discord.click(town.ben, card, label="Remix")).modal_opened()
    popup.custom_id = album.popup.custom_id
    sent = await town.discord.submit(popup, {"prompt": "mine now"})
    assert "That choice is over" in await town.refused(sent)


async def test_a_choice_ends_after_a_quarter_of_an_hour(album: Album) -> None:
    town = album.town
    await town.bot_stops()
    with town.writing() as database:
        database.execute("UPDATE picks SET expires_at = expires_at - ?", (15 * 60 * 1000,))
    await town.bot_starts()
    chosen = await town.discord.click(town.ana, album.question, label="1")
    assert "That choice is over" in await town.refused(chosen)


@pytest.mark.parametrize("menu", MENUS)
async def test_messages_without_a_picture(album: Album, menu: str) -> None:
    town = album.town
    asked = await town.discord.message_menu(town.ben, album.words, menu)
    assert "no picture in that message" in await town.refused(asked)


@pytest.mark.parametrize("menu", MENUS)
async def test_files_that_only_call_themselves_pictures(album: Album, menu: str) -> None:
    town = album.town
    fake = (("fake.png", b"<html>"),)
    message = town.discord.say(town.ben, town.general, "look", files=fake)
    asked = await town.discord.message_menu(town.ana, message, menu)
    if menu == "Remix":
        asked = await town.discord.submit(await asked.modal_opened(), {"prompt": "a mosaic"})
    assert "That picture cannot be used" in await town.refused(asked)


EMBED = {"embeds": [{"image": {"url": "attachment://phone.jpg"}}]}
GALLERY = {
    "components": [{"type": 12, "items": [{"media": {"url": "attachment://phone.jpg"}}]}],
    "flags": IS_V2,
}


@pytest.mark.parametrize("shown", [EMBED, GALLERY], ids=["embed", "gallery"])
@pytest.mark.parametrize("menu", ["Upscale", "Remix"])
async def test_pictures_that_are_no_attachments(
    album: Album, menu: str, shown: dict[str, object]
) -> None:
    """As link previews and other bots show them."""
    town = album.town
    form = Form({**shown, "attachments": [{"id": 0}]}, {0: Upload("phone.jpg", LYING)})
    flags = IS_V2 if "flags" in shown else 0
    message = town.discord.desk.create(town.general, town.ben, form, flags=flags, by_default=())
    assert message.attachments == []
    asked = await town.discord.message_menu(town.ana, message, menu)
    if menu == "Remix":
        asked = await town.discord.submit(await asked.modal_opened(), {"prompt": "a mosaic"})
    await result_of(album, asked, menu.lower())


async def test_a_result_of_the_bot_s_own_knows_its_parent(album: Album) -> None:
    town = album.town
    parent = await town.asks("a lamp", model="realtime")
    card = await town.pictures(parent)
    asked = await town.discord.message_menu(town.ben, card, "Cut out")
    child = await town.pictures(asked)
    assert town.request(asked)["parent_job"] == town.job(parent)["id"]
    assert f"from job {town.job(parent)['id']}, picture 1" in child.content
