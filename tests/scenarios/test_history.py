"""/history all the way: pages with thumbnails, and what their buttons do, after restarts too."""

import io
from typing import Any

import pytest
from PIL import Image

from sandbox.modelslab import Mood
from tests.scenarios.photos import a_photo, opened, png
from tests.scenarios.town import Town
from tests.wire.interactions import Ack, Interaction
from tests.wire.messages import Message
from tests.wire.permissions import MANAGE_MESSAGES
from tests.wire.world import User

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL: dict[str, Any] = {"model": "realtime"}


@pytest.fixture(autouse=True)
def _hurry(shared_town: Town) -> None:
    shared_town.vendor.default_mood = Mood.AT_ONCE


async def history(town: Town, *, who: User | None = None, **options: Any) -> Message:
    asked = await town.discord.slash(who or town.ana, town.general, "history", **options)
    page = await asked.answered()
    assert page.ephemeral
    return page


async def press(town: Town, page: Message, label: str, *, who: User | None = None) -> Interaction:
    pressed = await town.discord.click(who or town.ana, page, label=label)
    return await pressed.acked()


def described(page: Message) -> list[str]:
    return [embed["description"] for embed in page.embeds]


def thumbnails(page: Message) -> list[Image.Image]:
    """The small pictures as they are shown: each embed's own file."""
    files = {f"attachment://{file.filename}": file for file in page.now.files}
    assert page.attachments == [], "what an embed shows is no attachment"
    found = []
    for embed in page.embeds:
        with Image.open(io.BytesIO(files[embed["thumbnail"]["url"]].bytes)) as picture:
            assert picture.format == "WEBP"
            found.append(picture.copy())
    return found


async def test_a_past_from_picture_to_deletion(shared_town: Town) -> None:
    town = shared_town
    first = await town.asks("a lighthouse: 16:9", seed=11, count=2, **SMALL)
    card = await town.pictures(first)
    photo = ("photo.png", png(a_photo()))
    second = await town.discord.slash(
        town.ana, town.general, "remix", prompt="an oil painting", image=photo, **SMALL
    )
    await town.pictures(second)
    one, two = town.job(first)["id"], town.job(second)["id"]

    page = await history(town)
    assert [text.splitlines()[0] for text in described(page)] == [
        "**1** · an oil painting",
        "**2** · a lighthouse: 16:9",
    ]
    where = f"{card.channel.guild.id}/{card.channel.id}/{card.id}"  # type: ignore[union-attr]
    assert f"[jump to it](https://discord.com/channels/{where})" in described(page)[1]
    # Of the pair a contact sheet, both within 256 px.
    assert [max(small.size) for small in thumbnails(page)] == [256, 256]
    assert thumbnails(page)[1].size == (256, 127)
    assert page.labels == [
        *("Show 1", "Show 2", "Run again 1", "Run again 2", "Delete 1", "Delete 2"),
        *("Newer", "Older"),
    ]

    await town.bot_crashes()
    await town.bot_starts()

    shown = await (await press(town, page, "Show 2")).answered()
    assert shown.ephemeral
    assert [opened(file.bytes).size for file in shown.attachments] == [
        opened(file.bytes).size for file in card.attachments
    ]
    assert [file.bytes for file in shown.attachments] == [file.bytes for file in card.attachments]

    again = await press(town, page, "Run again 1")
    repeated = await town.pictures(again)
    assert again.ack_type is Ack.MESSAGE
    assert not repeated.ephemeral
    assert town.request(again) == town.request(second)
    assert town.entries(again) == [("reserve", 1), ("settle", 0)]

    booked = town.booked()
    deleted = await press(town, page, "Delete 2")
    assert deleted.ack_type is Ack.UPDATE
    assert [text.rpartition("job ")[2] for text in described(page)] == [str(two)]
    assert len(thumbnails(page)) == len(page.now.files) == 1
    await town.discord.until(lambda: card.deleted)
    assert town.rows("SELECT * FROM jobs WHERE id = ?", one) == []
    assert town.rows("SELECT * FROM thumbnails WHERE job_id = ?", one) == []
    assert town.booked() == booked
    assert not second.message.deleted  # type: ignore[union-attr]


async def test_pages_turn_in_place(shared_town: Town) -> None:
    town, dora = shared_town, shared_town.discord.user("dora")
    for number in range(6):
        await town.over(await town.asks(f"kite: {number}", who=dora, **SMALL))
    page = await history(town, who=dora, search="KITE:", kind="imagine")
    newest = described(page)
    assert len(newest) == 5
    await town.bot_stops()
    await town.bot_starts()

    turned = await press(town, page, "Older", who=dora)

    assert turned.ack_type is Ack.UPDATE
    assert [text.splitlines()[0] for text in described(page)] == ["**1** · kite: 0"]
    assert len(thumbnails(page)) == 1
    assert "only Imagine, with “KITE:”" in page.content
    await press(town, page, "Newer", who=dora)
    assert described(page) == newest


async def test_others_are_for_moderators_and_private_is_for_nobody_else(
    shared_town: Town,
) -> None:
    town, eli = shared_town, shared_town.discord.user("eli")
    await town.over(await town.asks("a public kite", who=eli, **SMALL))
    private = await town.asks("a private kite", who=eli, private=True, **SMALL)
    await town.over(private)
    refused = await history(town, who=town.ben, member=eli)
    assert refused.content.startswith("**Only moderators (Manage Messages)")
    assert not refused.embeds

    moderator = town.discord.user("mod", permissions=MANAGE_MESSAGES)
    page = await history(town, who=moderator, member=eli)
    assert [text.splitlines()[0] for text in described(page)] == ["**1** · a public kite"]

    button = page.components[0]["components"][0]
    button["custom_id"] = f"show:{town.job(private)['id']}:0"
    told = await (await press(town, page, "Show 1", who=moderator)).answered()
    assert told.content == "That job is not here (any more)."
    assert not told.attachments
    # Whose they are sees both.
    assert len(described(await history(town, who=eli))) == 2


async def test_what_is_marked_as_unsafe_is_shown_after_dark_only(shared_town: Town) -> None:
    town, fay = shared_town, shared_town.discord.user("fay")
    town.vendor.next(Mood.NSFW)
    await town.pictures(await town.asks("a kite", who=fay, where=town.after_dark, **SMALL))

    by_day = await history(town, who=fay)
    assert "thumbnail" not in by_day.embeds[0]
    told = await (await press(town, by_day, "Show 1", who=fay)).answered()
    assert told.content.startswith("**Marked as unsafe.**")
    assert not told.attachments

    asked = await town.discord.slash(fay, town.after_dark, "history")
    by_night = await asked.answered()
    assert len(thumbnails(by_night)) == 1
    shown = await (await press(town, by_night, "Show 1", who=fay)).answered()
    assert len(shown.attachments) == 1
