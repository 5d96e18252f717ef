"""/history: pages that live for ever, shown to whom they concern, whatever a button says."""

from io import BytesIO
from typing import Any

import discord
import pytest
from PIL import Image
from simcord import MemberActor
from simcord.results import ResponseMessage

from bot.engine.history import PAGE_JOBS
from cogs import pages
from cogs.rework import NOT_HERE
from sandbox.modelslab import Mood
from tests.cogs.house import House
from tests.cogs.posted import remix, whispered

MAY_MANAGE = discord.Permissions(manage_messages=True)


async def made(house: House, times: int = 1, **options: Any) -> None:
    """So many jobs, done."""
    for number in range(times):
        await house.asks(f"fox {number + 1}", seed=number, **options)
    await house.until_done()


async def history(
    house: House, *, who: MemberActor | None = None, **options: Any
) -> ResponseMessage:
    asked = await (who or house.ana).slash(house.channel, "history", **options)
    assert asked.ephemeral
    assert asked.response is not None
    return asked.response


def listed(page: ResponseMessage) -> list[int]:
    """The jobs on a page, as it is now."""
    return [int((embed.description or "").rpartition("job ")[2]) for embed in page.embeds]


def labels(page: ResponseMessage, *, enabled: bool = True) -> list[str]:
    return [
        button["label"]
        for row in page.components
        for button in row["components"]
        if not (enabled and button["disabled"])
    ]


def forged(house: House, message: ResponseMessage | discord.Message, custom_id: str) -> Any:
    """The message, with other words behind its first button."""
    backend = house.env.backend
    channel_id = message.channel.id if isinstance(message, discord.Message) else message.channel_id
    backend.get_message(channel_id, message.id).components[0]["components"][0].update(
        custom_id=custom_id, disabled=False
    )
    return message


def a_moderator(house: House) -> MemberActor:
    role = house.guild.create_role("mods", permissions=MAY_MANAGE)
    return house.guild.add_member(house.env.create_user("mod"), roles=[role])


async def test_a_page_shows_my_jobs_and_nobody_else_sees_it(house: House) -> None:
    await made(house, 2, count=2)
    await house.asks("bob's whale", who=house.bob)
    await house.until_done()

    page = await history(house)

    assert page.content == "**What you asked for in this server**"
    assert listed(page) == [2, 1]
    assert "**1** · fox 2\nImagine · sdxl · <t:" in (page.embeds[0].description or "")
    assert "2 pictures · [jump to it](https://discord.com/channels/" in (
        page.embeds[0].description or ""
    )
    assert [embed.thumbnail.url for embed in page.embeds] == [
        "attachment://past-2.webp",
        "attachment://past-1.webp",
    ]
    with Image.open(BytesIO(await page.attachments[0].read())) as small:
        assert (small.format, max(small.size)) == ("WEBP", 256)
    assert labels(page) == [
        "Show 1",
        "Show 2",
        "Run again 1",
        "Run again 2",
        "Delete 1",
        "Delete 2",
    ]
    assert not [m for m in house.channel.history(viewer=house.bob) if m.id == page.id]


async def test_the_link_leads_to_the_card(house: House) -> None:
    await made(house)
    link = f"channels/{house.guild.id}/{house.channel.id}/{house.last.id}"

    page = await history(house)

    assert link in (page.embeds[0].description or "")


async def test_nothing_yet_is_said_kindly(house: House) -> None:
    page = await history(house)
    assert page.content.startswith("**Nothing yet.**")
    assert not page.components
    await made(house)
    page = await history(house, search="whale")
    assert page.content.startswith("**Nothing found** in what you asked for in this server, with")


async def test_pages_turn_in_place_and_outlive_restarts(house: House) -> None:
    await made(house, PAGE_JOBS + 2)
    page = await history(house)
    assert listed(page) == [7, 6, 5, 4, 3]
    assert "Newer" not in labels(page)

    await house.restarts()
    turned = await house.ana.click(page, label="Older")

    assert turned.acknowledged
    assert not turned.followups
    assert listed(page) == [2, 1]
    names = {embed.thumbnail.url for embed in page.embeds}
    assert names == {"attachment://past-2.webp", "attachment://past-1.webp"}
    assert {file.filename for file in page.attachments} == {"past-2.webp", "past-1.webp"}
    assert [label for label in labels(page) if label in ("Newer", "Older")] == ["Newer"]

    await house.restarts()
    await house.ana.click(page, label="Newer")
    assert listed(page) == [7, 6, 5, 4, 3]


async def test_search_and_kind_go_along_to_the_next_page(house: House) -> None:
    for number in range(PAGE_JOBS + 1):
        await house.asks(f"wide 16:9 fox, {number}", seed=number)
        await house.asks(f"whale {number}", seed=number)
    await house.until_done()
    await remix(house, prompt="wide 16:9 fox")
    await house.until_done()

    page = await history(house, search="16:9 FOX", kind="imagine")
    assert page.content == "**What you asked for in this server**, only Imagine, with “16:9 FOX”"
    assert listed(page) == [11, 9, 7, 5, 3]
    await house.ana.click(page, label="Older")
    assert listed(page) == [1]
    assert page.content.endswith("only Imagine, with “16:9 FOX”")

    assert listed(await history(house, kind="remix")) == [13]


async def test_a_search_is_no_pattern(house: House) -> None:
    await made(house, 2)
    for search in ("%", "_ox", "*", "fox 1' OR 1=1 --"):
        assert listed(await history(house, search=search)) == []


async def test_a_failure_is_listed_with_its_reason(house: House) -> None:
    house.vendor.next(Mood.FAILED_LATER)
    await house.asks()
    await house.until_done()

    page = await history(house)

    assert "the image service failed · [jump" in (page.embeds[0].description or "")
    assert labels(page) == ["Run again 1", "Delete 1"]


async def test_moderators_see_the_public_jobs_of_others(house: House) -> None:
    await made(house)
    await house.asks("a love letter", private=True)
    await house.until_done()
    mod = a_moderator(house)

    page = await history(house, who=mod, member=house.ana)

    assert page.content.startswith(f"**What <@{house.ana.id}> asked for here**.")
    assert "Private jobs, and what was not posted, are not shown." in page.content
    assert listed(page) == [1]
    assert "love letter" not in str([embed.to_dict() for embed in page.embeds])
    assert listed(await history(house, who=mod, member=house.ana, search="love")) == []
    # One's own are all there, private ones too.
    assert listed(await history(house, member=house.ana)) == [2, 1]


async def test_members_without_the_permission_see_their_own_alone(house: House) -> None:
    await made(house)

    page = await history(house, who=house.bob, member=house.ana)

    assert page.content == pages.NOT_YOURS
    assert not page.embeds


async def test_whoever_is_no_moderator_any_more_is_turned_away_by_an_old_button(
    house: House,
) -> None:
    await made(house, PAGE_JOBS + 1)
    mod = a_moderator(house)
    page = await history(house, who=mod, member=house.ana)
    for role in house.env.backend.get_guild(house.guild.id).roles.values():
        if role.name == "mods":
            role.permissions = 0

    pressed = await mod.click(page, label="Older")

    assert whispered(pressed) == pages.NOT_YOURS
    assert listed(page) == [6, 5, 4, 3, 2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("past:{ana}::<999999999999:", pages.NOT_YOURS),
        ("past:{ana}::>0:", pages.NOT_YOURS),
        ("past:{ana}:imagine:<0:fox", pages.NOT_YOURS),
        ("past:{bob}:dream:<1:", pages.NOT_HERE),
        ("show:1:0", NOT_HERE),
        ("show:2:0", NOT_HERE),
        ("show:999999999999999999:0", NOT_HERE),
        ("again:2:0", NOT_HERE),
        ("again:999999999999999999:7", NOT_HERE),
        ("delete:2:0", NOT_HERE),
    ],
)
async def test_a_forged_button_tells_a_stranger_nothing(
    house: House, words: str, said: str
) -> None:
    await made(house)
    await house.asks("a love letter", private=True)
    await house.asks("bob's own", who=house.bob)
    await house.until_done()
    page = await history(house, who=house.bob)
    custom_id = words.format(ana=house.ana.id, bob=house.bob.id)

    pressed = await house.bob.click(forged(house, page, custom_id), custom_id=custom_id)

    assert whispered(pressed) == said
    assert listed(page) == [3]
    assert await house.jobs_made() == 3


@pytest.mark.parametrize("anchor", ["<0", ">0", "<999999999999", ">999999999999"])
async def test_absurd_anchors_lead_to_the_newest_page(house: House, anchor: str) -> None:
    await made(house, PAGE_JOBS + 1)
    page = await history(house)
    custom_id = f"past:{house.ana.id}::{anchor}:"

    await house.ana.click(forged(house, page, custom_id), custom_id=custom_id)

    assert listed(page) in ([6, 5, 4, 3, 2], [5, 4, 3, 2, 1])
    assert listed(page) == ([5, 4, 3, 2, 1] if anchor == ">0" else [6, 5, 4, 3, 2])


async def test_what_everybody_sees_never_becomes_somebodys_history(house: House) -> None:
    """A page's button forged into a public card answers in private beside it."""
    await made(house)
    await house.asks("a love letter", private=True)
    await house.until_done()
    card = house.last
    before = card.content
    custom_id = f"past:{house.ana.id}::<9:"

    pressed = await house.ana.click(forged(house, card, custom_id), custom_id=custom_id)

    assert pressed.ephemeral
    assert pressed.response is not None
    assert listed(pressed.response) == [2, 1]
    assert house.last.content == before
    assert not house.last.embeds


async def test_another_server_has_a_history_of_its_own(house: House) -> None:
    await made(house, 2)
    elsewhere = house.env.create_guild("Elsewhere")
    room = elsewhere.create_text_channel("room")
    role = elsewhere.create_role("mods", permissions=MAY_MANAGE)
    eve = elsewhere.add_member(house.env.create_user("eve"), roles=[role])
    # Ana is there, too.
    house.env.backend.create_message(
        room.id,
        house.env.backend.bot_user.id,
        "stolen",
        components=[
            {"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "x"}]}
        ],
    )
    assert room.last_message is not None
    for custom_id in (
        f"past:{house.ana.id}::<9:",
        f"past:{house.ana.id}:imagine:>0:fox",
    ):
        pressed = await eve.click(forged(house, room.last_message, custom_id), custom_id=custom_id)
        assert pressed.response is not None
        assert not pressed.response.embeds
        assert pressed.response.content.startswith("**Nothing")
    for custom_id in ("show:1:0", "again:1:0", "delete:1:0"):
        pressed = await eve.click(forged(house, room.last_message, custom_id), custom_id=custom_id)
        assert whispered(pressed) == NOT_HERE
    assert await house.jobs_made() == 2
