"""Outside of servers, all the way: direct messages, group chats, servers that have no bot."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.modelslab import Mood
from tests.scenarios.browser import Browser, web_settings
from tests.scenarios.photos import a_mask, png
from tests.scenarios.tickets import made, ticket
from tests.scenarios.town import Town, a_town
from tests.wire.interactions import Interaction
from tests.wire.messages import Message
from tests.wire.options import ClientRefused
from tests.wire.permissions import USE_EXTERNAL_APPS, Switches
from tests.wire.world import Channel, User

PAST_TOKEN_S = 16 * 60.0
ON = {"PERSONAL_PICTURES_DAY": "3"}
SERVERS_ONLY = "This works in servers only."
NOT_HERE = "That job is not here (any more)."
PLACES = ["direct messages", "a group chat", "another server"]


@pytest_asyncio.fixture
async def open_town(tmp_path: Path) -> AsyncIterator[Town]:
    """A running bot that may be used outside of servers, three pictures a day."""
    async with a_town(tmp_path, **ON) as town:
        await town.bot_starts()
        yield town


def elsewhere(town: Town, *, channel: str = "general") -> Channel:
    """A server that has no bot; its people may bring their own."""
    return town.discord.guild("Elsewhere", bot_is_member=False).channel(channel)


def place(town: Town, name: str) -> Channel:
    match name:
        case "direct messages":
            return town.ana.dm
        case "a group chat":
            return town.discord.group("friends", town.ana, town.ben)
        case _:
            return elsewhere(town)


async def late(town: Town, where: Channel) -> Interaction:
    """A request whose picture is ready only when its interaction is over."""
    town.vendor.hold()
    asked = await town.asks("a red fox", where=where)
    await town.is_painting(asked)
    town.discord.clock.advance(PAST_TOKEN_S)
    town.vendor.release()
    await town.over(asked)
    return asked


def booked_for(town: Town, guild_id: int) -> list[int]:
    """All that stands in the books for a server, of what ledger and totals count."""
    entries = town.rows("SELECT pictures FROM ledger WHERE guild_id = ?", guild_id)
    sums = town.rows(
        "SELECT pictures FROM totals WHERE guild_id = ? AND period NOT LIKE 'utc:%'", guild_id
    )
    return [row["pictures"] for row in (*entries, *sums)]


async def history(town: Town, where: Channel, *, who: User | None = None) -> str:
    """All words of the asker's own history, as it is there."""
    asked = await town.discord.slash(who or town.ana, where, "history")
    page = await town.told(asked)
    assert page.ephemeral
    return "\n".join([page.content, json.dumps(list(page.embeds), ensure_ascii=False)])


def refused_by_discord(town: Town) -> list[tuple[str, str, int]]:
    return [
        (seen.method, seen.path, seen.status)
        for seen in town.discord.requests
        if seen.status >= 400 and not seen.path.startswith("/webhooks")
    ]


@pytest.mark.parametrize("name", PLACES)
async def test_off_nothing_is_offered_and_what_is_forged_is_refused(town: Town, name: str) -> None:
    where = place(town, name)
    with pytest.raises(ClientRefused):
        await town.asks("a red fox", where=where)
    for command, given in (("imagine", {"prompt": "a red fox"}), ("usage", {}), ("settings", {})):
        told = await town.told(await town.discord.forge(town.ana, where, command, **given))
        assert (told.content, told.ephemeral) == (SERVERS_ONLY, True)
    assert town.jobs() == []


@pytest.mark.parametrize("name", PLACES)
async def test_on_the_picture_comes_to_where_it_was_asked_for(open_town: Town, name: str) -> None:
    where = place(open_town, name)
    asked = await open_town.asks("a red fox", where=where)
    card = await open_town.pictures(asked)
    assert card in where.messages
    assert "1 picture, 2 left today" in card.content
    assert (open_town.job(asked)["guild_id"], open_town.job(asked)["route"]) == (0, "reply")
    pressed = await open_town.discord.click(open_town.ana, card, label="Reroll")
    again = await open_town.pictures(pressed)
    assert again in where.messages
    assert "1 picture, 1 left today" in again.content


async def test_a_personal_quota_is_told_of_with_its_reset(open_town: Town) -> None:
    await open_town.pictures(await open_town.asks("a red fox", where=open_town.ana.dm, count=2))
    group = place(open_town, "a group chat")
    words = await open_town.refused(await open_town.asks("foxes", where=group, count=2))
    assert "**Your daily limit:** 1 of 3 pictures left, and this would take 2." in words
    assert "It resets <t:" in words
    # It is one's own: nobody else's, and no server's.
    await open_town.pictures(await open_town.asks("foxes", who=open_town.ben, where=group, count=3))
    await open_town.pictures(await open_town.asks("foxes", count=4))
    used = await open_town.told(
        await open_town.discord.slash(open_town.ana, open_town.ana.dm, "usage")
    )
    assert "2 of 3 pictures, 1 left" in used.content


async def test_no_server_pays_for_or_remembers_what_somebody_brought(open_town: Town) -> None:
    town, there = open_town, elsewhere(open_town)
    assert there.guild is not None
    here = [booked_for(town, town.discord.home.id), town.rows("SELECT * FROM turns")]
    asked = await town.asks("a red fox", where=there)
    card = await town.pictures(asked)
    await town.discord.slash(town.ana, there, "settings", count=3)
    assert booked_for(town, there.guild.id) == []
    assert [booked_for(town, town.discord.home.id), []] == here
    assert town.booked() == 1
    # Others there see the card, and get at nothing by it.
    for label in ("Details", "Reroll", "Remix", "U1", "Delete"):
        pressed = await town.discord.click(town.ben, card, label=label)
        assert (await town.told(pressed)).content == NOT_HERE
    # The day the bot joins that server, it knows nothing of all that.
    town.discord.invite_bot(there.guild)
    pressed = await town.discord.click(town.ana, card, label="Details")
    assert (await town.told(pressed)).content == NOT_HERE
    usage = await town.told(await town.discord.slash(town.ana, there, "usage"))
    assert "0 of 200 pictures, 200 left" in usage.content
    assert (await history(town, there)).startswith("**Nothing yet.**")
    settings = await town.told(await town.discord.slash(town.ana, there, "settings"))
    assert "`count`: 1 picture (not set)" in settings.content


async def test_each_history_knows_its_own_jobs_alone(open_town: Town) -> None:
    town = open_town
    await town.pictures(await town.asks("a fox of the server"))
    await town.pictures(await town.asks("a fox of the letter", where=town.ana.dm))
    await town.pictures(await town.asks("a fox brought along", where=elsewhere(town)))
    inside = await history(town, town.general)
    assert "a fox of the server" in inside
    assert "letter" not in inside
    assert "brought" not in inside
    for where in (town.ana.dm, elsewhere(town), place(town, "a group chat")):
        outside = await history(town, where)
        assert "a fox of the letter" in outside
        assert "a fox brought along" in outside
        assert "server" not in outside.replace("outside of servers", "")
    assert (await history(town, town.ben.dm, who=town.ben)).startswith("**Nothing yet.**")


async def test_where_the_bot_has_no_rights_it_needs_none(open_town: Town) -> None:
    town, there = open_town, elsewhere(open_town)
    there.switches = Switches(can_view=False, can_send=False, can_attach=False)
    card = await town.pictures(await town.asks("a red fox", where=there))
    assert card in there.messages


async def test_where_apps_are_not_to_speak_up_only_the_asker_sees_it(open_town: Town) -> None:
    town, there = open_town, elsewhere(open_town)
    assert there.guild is not None
    there.guild.everyone.permissions &= ~USE_EXTERNAL_APPS
    asked = await town.asks("a red fox", where=there)
    card = await town.pictures(asked)
    assert card.ephemeral
    assert there.messages == []
    # What was seen by its asker alone cannot be edited later: then it is sent to them.
    asked = await late(town, there)
    [letter] = town.ana.dms
    assert town.carriers(town.job(asked)["id"]) == [letter]


async def test_late_in_direct_messages_the_card_is_still_edited(open_town: Town) -> None:
    asked = await late(open_town, open_town.ana.dm)
    assert open_town.job(asked)["route"] == "reply"
    [card] = open_town.ana.dms
    assert card is asked.message
    assert card.attachments
    assert refused_by_discord(open_town) == []


@pytest.mark.parametrize("name", PLACES[1:])
async def test_late_elsewhere_it_comes_as_a_direct_message_with_buttons(
    open_town: Town, name: str
) -> None:
    town = open_town
    asked = await late(town, place(town, name))
    assert town.job(asked)["route"] == "direct"
    [letter] = town.ana.dms
    assert letter.attachments
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]
    # The bot did not even try where it is not.
    assert refused_by_discord(town) == []
    assert letter.labels == ["U1", "V1", "Reroll", "Remix", "Details", "Delete"]
    pressed = await town.discord.click(town.ana, letter, label="Reroll")
    assert (await town.pictures(pressed)) in town.ana.dms


async def test_late_and_with_closed_direct_messages_it_is_kept(open_town: Town) -> None:
    open_town.ana.accepts_dms = False
    asked = await late(open_town, elsewhere(open_town))
    assert open_town.job(asked)["route"] == "kept"
    assert open_town.booked() == 1


async def test_marked_pictures_are_shown_nowhere_outside_of_servers(open_town: Town) -> None:
    open_town.vendor.default_mood = Mood.NSFW
    for where in (elsewhere(open_town, channel="after-dark"), open_town.ana.dm):
        asked = await open_town.asks("a red fox", where=where)
        card = await open_town.ending(asked)
        assert "Marked as unsafe" in card.content
        assert card.attachments == []
    assert open_town.booked() == 0


async def test_a_job_that_took_long_is_told_of_where_the_bot_is_not(open_town: Town) -> None:
    town, group = open_town, place(open_town, "a group chat")
    town.vendor.hold()
    asked = await town.asks("a red fox", where=group)
    await town.is_painting(asked)
    await town.bot_crashes()
    with town.writing() as database:
        database.execute("UPDATE jobs SET created_at = created_at - 120000")
    await town.bot_starts()
    town.vendor.release()
    await town.pictures(asked)
    ping = await town.discord.until(lambda: group.messages[1:])
    assert ping[0].content.startswith(f"{town.ana.mention} your picture is ready")
    assert ping[0].pinged == [town.ana.mention]
    assert town.ana.dms == []


@pytest.mark.parametrize("name", PLACES)
async def test_a_painted_picture_comes_as_a_direct_message(tmp_path: Path, name: str) -> None:
    async with a_town(tmp_path, **ON, **web_settings()) as town:
        await town.bot_starts()
        town.vendor.default_mood = Mood.AT_ONCE
        where = place(town, name)
        link = await ticket(town, where=where)
        [invitation] = town.discord.ephemerals(town.ana)
        told = "The picture will come as a direct message" in invitation.content
        assert told is (name != "direct messages")
        async with Browser(link) as browser:
            await browser.start()
            job, card = await made(town, await browser.submit(png(a_mask()), "a red door"))
        assert (job["guild_id"], job["channel_id"]) == (0, town.ana.dm.id)
        assert town.ana.dms == [card]
        assert "Edit area" in card.labels
        assert refused_by_discord(town) == []


async def test_killed_in_the_middle_it_still_comes_once(open_town: Town) -> None:
    town = open_town
    town.vendor.hold()
    cards: list[tuple[Interaction, Message]] = []
    for name in PLACES:
        asked = await town.asks("a red fox", where=place(town, name))
        cards.append((asked, await town.is_painting(asked)))
    await town.bot_crashes()
    town.vendor.release()
    await town.bot_starts()
    for asked, card in cards:
        assert await town.pictures(asked) is card
        assert json.loads(town.job(asked)["outcome"])["received"] == 1
