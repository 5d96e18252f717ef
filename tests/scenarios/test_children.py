"""New work on old results, by the buttons under them, after a restart: whoever presses pays."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from sandbox.modelslab import Mood
from tests.scenarios.browser import Browser, link_in, web_settings
from tests.scenarios.photos import (
    a_mask,
    assert_only_the_mask_changed,
    assert_source_reached_the_vendor,
    opened,
    png,
)
from tests.scenarios.town import Row, Town, a_town
from tests.wire.interactions import Ack, Interaction, Modal
from tests.wire.messages import Message
from tests.wire.permissions import MANAGE_MESSAGES
from tests.wire.world import User

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL: dict[str, Any] = {"model": "realtime", "aspect": "3:2"}
WHO = pytest.mark.parametrize("who", ["ana", "ben", "mod"])


@dataclass(frozen=True)
class Old:
    """What stood in the channel before the restart. Everything is ana's."""

    town: Town
    job: Row
    card: Message
    pair_job: Row
    pair: Message
    private_job: Row
    #: Opened by ben before the restart, and not sent yet.
    popup: Modal


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def old(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Old]:
    async with a_town(tmp_path_factory.mktemp("town"), **web_settings()) as town:
        town.vendor.default_mood = Mood.AT_ONCE
        town.discord.user("mod", permissions=MANAGE_MESSAGES)
        await town.bot_starts()
        one = await town.asks("a blue vase", seed=5, style="ink", **SMALL)
        two = await town.asks("two vases", count=2, **SMALL)
        secret = await town.asks("a letter", private=True, **SMALL)
        cards = [await town.pictures(asked) for asked in (one, two, secret)]
        popup = await opened_popup(town, cards[0])
        assert await town.bot_stops() == 0
        await town.bot_starts()
        jobs = [town.job(asked) for asked in (one, two, secret)]
        yield Old(town, jobs[0], cards[0], jobs[1], cards[1], jobs[2], popup)


@pytest.fixture(autouse=True)
def _honest(old: Old) -> Iterator[None]:
    yield
    assert old.town.misunderstood == []


async def opened_popup(town: Town, card: Message) -> Modal:
    return await (await town.discord.click(town.ben, card, label="Remix")).modal_opened()


async def child_of(old: Old, pressed: Interaction, parent: Row, *, picture: int = 1) -> Row:
    """The delivered job of a press: paid by who pressed, and it says where it comes from."""
    town = old.town
    card = await town.pictures(pressed)
    job, request = town.job(pressed), town.request(pressed)
    assert card not in (old.card, old.pair)
    assert job["user_id"] == pressed.user.id
    reserved = town.rows("SELECT user_id FROM ledger WHERE job_id = ?", job["id"])
    assert {row["user_id"] for row in reserved} == {pressed.user.id}
    assert (request["parent_job"], request["parent_picture"]) == (parent["id"], picture)
    assert f"from job {parent['id']}, picture {picture}" in card.content
    assert pressed.user.mention in card.content
    details = await (await town.discord.click(town.ben, card, label="Details")).answered()
    assert f"job {parent['id']}, picture {picture}" in str(details.embeds)
    return job


def user(old: Old, name: str) -> User:
    found: User = getattr(old.town.discord, name)
    return found


@WHO
async def test_upscale(old: Old, who: str) -> None:
    town = old.town
    pressed = await town.discord.click(user(old, who), old.card, label="U1")
    job = await child_of(old, pressed, old.job)
    original = opened(old.card.attachments[0].bytes)
    [file] = (await town.card(pressed)).attachments
    assert opened(file.bytes).width >= 2 * original.width
    assert job["kind"] == "upscale"
    assert_source_reached_the_vendor(town.bought(pressed)[0], original)


@WHO
@pytest.mark.parametrize("number", [1, 2])
async def test_vary(old: Old, who: str, number: int) -> None:
    town = old.town
    pressed = await town.discord.click(user(old, who), old.pair, label=f"V{number}")
    await child_of(old, pressed, old.pair_job, picture=number)
    request, [bought] = town.request(pressed), town.bought(pressed)
    assert (request["kind"], request["strength"], request["seed"]) == ("remix", 0.3, None)
    assert town.job(pressed)["seed"] != old.pair_job["seed"]
    assert_source_reached_the_vendor(bought, opened(old.pair.attachments[number - 1].bytes))


@WHO
async def test_reroll_of_a_child(old: Old, who: str) -> None:
    """It starts from the same picture again."""
    town = old.town
    first = await town.discord.click(town.ana, old.card, label="V1")
    card = await town.pictures(first)
    pressed = await town.discord.click(user(old, who), card, label="Reroll")
    await town.pictures(pressed)
    assert town.request(pressed)["parent_job"] == town.job(first)["id"]
    assert town.job(pressed)["user_id"] == user(old, who).id
    sources = [town.bought(one)[0].inputs["source"] for one in (first, pressed)]
    assert sources[0] == sources[1]


@WHO
async def test_remix_by_pop_up(old: Old, who: str) -> None:
    town = old.town
    pressed = await town.discord.click(user(old, who), old.card, label="Remix")
    popup = await pressed.modal_opened()
    shown = {name: field.get("value") for name, field in popup.fields.items()}
    assert shown == {"prompt": "a blue vase", "strength": "0.7"}
    sent = await town.discord.submit(popup, {"prompt": "a red vase", "strength": "0,4"})
    await child_of(old, sent, old.job)
    assert town.bought(sent)[0].body["strength"] == 0.4
    assert town.request(sent)["prompt"] == "a red vase"
    assert sent.ack_type is Ack.DEFERRED_MESSAGE
    assert_source_reached_the_vendor(town.bought(sent)[0], opened(old.card.attachments[0].bytes))


async def test_a_pop_up_from_before_the_restart(old: Old) -> None:
    town = old.town
    sent = await town.discord.submit(old.popup, {"prompt": "a green vase"})
    job = await child_of(old, sent, old.job)
    assert job["user_id"] == town.ben.id


@pytest.mark.parametrize("strength", ["lots", "2", "-1", "nan"])
async def test_a_pop_up_with_a_strength_that_is_none(old: Old, strength: str) -> None:
    popup = await opened_popup(old.town, old.card)
    sent = await old.town.discord.submit(popup, {"strength": strength})
    assert "That strength cannot work" in await old.town.refused(sent)


async def test_of_several_pictures_one_is_asked_for(old: Old) -> None:
    town = old.town
    pressed = await town.discord.click(town.ben, old.pair, label="Remix")
    question = await town.told(pressed)
    assert question.labels == ["1", "2"]
    popup = await (await town.discord.click(town.ben, question, label="2")).modal_opened()
    await child_of(old, await town.discord.submit(popup, {}), old.pair_job, picture=2)


@WHO
async def test_edit_area(old: Old, who: str) -> None:
    town = old.town
    pressed = await town.discord.click(user(old, who), old.card, label="Edit area")
    reply = await town.told(pressed)
    original = opened(old.card.attachments[0].bytes)
    mask = a_mask(original.size)
    async with Browser(link_in(reply)) as browser:
        await browser.start()
        shown = await browser.picture()
        assert opened(shown.data).tobytes() == original.tobytes()
        page = await browser.submit(png(mask), "a crack")
    number = page.json["job"]
    await town.discord.until(lambda: town.carriers(number))
    [card] = town.carriers(number)
    [job] = town.rows("SELECT * FROM jobs WHERE id = ?", number)
    assert (job["user_id"], job["kind"]) == (user(old, who).id, "inpaint")
    assert f"from job {old.job['id']}, picture 1" in card.content
    assert_only_the_mask_changed(card.attachments[0].bytes, original, mask)
    await town.discord.until(
        lambda: town.rows("SELECT * FROM jobs WHERE id = ? AND status = 'delivered'", number)
    )


@WHO
async def test_details_and_reroll_of_an_old_card(old: Old, who: str) -> None:
    town = old.town
    details = await (await town.discord.click(user(old, who), old.card, label="Details")).answered()
    assert details.ephemeral
    assert "a blue vase" in str(details.embeds)
    pressed = await town.discord.click(user(old, who), old.card, label="Reroll")
    await town.pictures(pressed)
    assert town.job(pressed)["user_id"] == user(old, who).id


async def is_deleted(town: Town, card: Message, who: User) -> None:
    await town.discord.click(who, card, label="Delete")
    await town.discord.until(lambda: card.deleted)


async def test_delete_of_children(old: Old) -> None:
    """By whoever pressed the parent's button, or a moderator; the parent's author is a stranger."""
    town = old.town
    for deleter in (town.ben, town.discord.mod):
        child = await town.pictures(await town.discord.click(town.ben, old.card, label="V1"))
        refusal = await (await town.discord.click(town.ana, child, label="Delete")).answered()
        assert "Only who asked for it, or a moderator" in refusal.content
        await is_deleted(town, child, deleter)
    assert not old.card.deleted
    again = await town.discord.click(town.ana, old.card, label="V1")
    await town.pictures(again)


async def test_a_private_picture_is_nobody_elses(old: Old) -> None:
    """Neither a forged button nor a forged pop-up gets at it; its owner's do."""
    town, number = old.town, old.private_job["id"]
    before = len(town.jobs())
    button = old.card.components[0]["components"][0]
    honest = button["custom_id"]
    for action in ("upscale", "vary", "remix", "area", "cutout", "describe", "reroll"):
        for index in (0, 1):
            button["custom_id"] = f"{action}:{number}:{index}"
            pressed = await town.discord.click(town.ben, old.card, custom_id=button["custom_id"])
            button["custom_id"] = honest
            assert "not here" in (await town.told(pressed)).content
    popup = await opened_popup(town, old.card)
    popup.custom_id = f"remix:{number}:1"
    assert "not here" in await town.refused(await town.discord.submit(popup, {}))
    assert len(town.jobs()) == before


async def test_children_of_a_private_picture_are_private(old: Old) -> None:
    town = old.town
    public = len(town.general.messages)
    [card] = [m for m in town.discord.ephemerals(town.ana) if "a letter" in m.content]
    for label in ("U1", "V1", "Reroll"):
        child = await town.pictures(await town.discord.click(town.ana, card, label=label))
        assert child.ephemeral
    assert len(town.general.messages) == public


async def test_the_message_outlives_our_copy(old: Old) -> None:
    """What retention has cleared is taken from the message that still shows it."""
    town = old.town
    asked = await town.asks("a jug", **SMALL)
    card = await town.pictures(asked)
    original = opened(card.attachments[0].bytes)
    await town.bot_stops()
    with town.writing() as database:
        database.execute("DELETE FROM pictures WHERE job_id = ?", (town.job(asked)["id"],))
    await town.bot_starts()
    pressed = await town.discord.click(town.ben, card, label="V1")
    await child_of(old, pressed, town.job(asked))
    assert_source_reached_the_vendor(town.bought(pressed)[0], original)
