"""Outside of servers: off unless the owner says otherwise, then at a quota of one's own."""

from dataclasses import replace
from typing import Any, cast

import discord
import pytest
from simcord import ChannelHandle, InteractionResult

from bot.domain.job import Route
from bot.domain.line import Place
from bot.domain.preferences import MemberSettings
from bot.domain.request import PERSONAL, Requester
from cogs import cards
from cogs.buttons import view_of
from cogs.client import LimnerClient
from cogs.faces import Action, Button
from cogs.guard import SERVERS_ONLY
from cogs.home import bot_is_there, home_of
from cogs.rework import NOT_HERE
from cogs.sources import NOT_THERE
from storage import preferences
from tests.cogs.house import House
from tests.cogs.jobs import a_job, a_progress
from tests.cogs.posted import PHOTO, whispered

ON = {"PERSONAL_PICTURES_DAY": "3"}
on = pytest.mark.parametrize("settings", [ON])
ANA, BEN, GUILD = 7, 8, 99
LIMNERS = {"limner"}


def an_interaction(house: House, **changes: Any) -> discord.Interaction[Any]:
    """As Discord sends one; None takes a field away."""
    user = {"id": str(ANA), "username": "ana", "discriminator": "0", "avatar": None}
    payload: dict[str, Any] = {
        "id": "1",
        "application_id": "2",
        "type": 2,
        "token": "t",
        "version": 1,
        "attachment_size_limit": 1,
        "channel": {"id": "5", "type": 1, "recipients": []},
        "guild_id": str(GUILD),
        "member": {"user": user, "roles": [], "flags": 0, "permissions": "0"},
        "user": user,
        "data": {"id": "3", "name": "imagine", "type": 1},
        **changes,
    }
    said: Any = {name: value for name, value in payload.items() if value is not None}
    return discord.Interaction(data=said, state=house.client._connection)


@pytest.mark.parametrize(
    ("owners", "guild_id", "home"),
    [
        ({"0": str(GUILD)}, GUILD, GUILD),
        ({"0": str(GUILD), "1": str(ANA)}, GUILD, GUILD),
        ({"1": str(ANA)}, GUILD, PERSONAL),
        # A button under what somebody else has brought: no press makes that the server's.
        ({"1": str(BEN)}, GUILD, PERSONAL),
        ({"0": "0"}, None, PERSONAL),
        ({"0": "0", "1": str(ANA)}, None, PERSONAL),
        ({"1": str(ANA)}, None, PERSONAL),
        # Stand-ins that say nothing of installations.
        ({}, GUILD, GUILD),
        (None, GUILD, GUILD),
        (None, None, PERSONAL),
    ],
)
async def test_home_is_where_the_bot_was_installed(
    house: House, owners: dict[str, str] | None, guild_id: int | None, home: int
) -> None:
    given = an_interaction(
        house,
        authorizing_integration_owners=owners,
        guild_id=None if guild_id is None else str(guild_id),
    )
    assert home_of(given) == home


@pytest.mark.parametrize(
    ("owners", "guild_id", "context", "there"),
    [
        ({"0": str(GUILD)}, GUILD, 0, True),
        ({"1": str(ANA)}, GUILD, 0, False),
        ({"0": "0"}, None, 1, True),
        ({"1": str(ANA)}, None, 2, False),
    ],
)
async def test_the_bot_itself_is_in_its_servers_and_its_direct_messages(
    house: House, owners: dict[str, str], guild_id: int | None, context: int, there: bool
) -> None:
    given = an_interaction(
        house,
        authorizing_integration_owners=owners,
        guild_id=None if guild_id is None else str(guild_id),
        context=context,
    )
    assert bot_is_there(given) is there


def offered(client: LimnerClient) -> dict[str, tuple[list[int], list[int]]]:
    """Where each command is offered, as Discord is told: installations, contexts."""
    return {
        each["name"]: (each["integration_types"], each["contexts"])
        for each in client.command_payload()
    }


async def test_off_every_command_is_for_servers_alone(house: House) -> None:
    where = offered(house.client)
    assert {"imagine", "usage", "settings", "Remix", "Describe"} <= set(where)
    assert set(map(str, where.values())) == {"([0], [0])"}


@on
async def test_on_everything_is_offered_everywhere_but_the_rule_of_a_server(house: House) -> None:
    where = offered(house.client)
    assert {"imagine", "usage", "settings", "Remix", "Describe"} <= set(where)
    for name, each in where.items():
        assert each == (([0], [0]) if name in LIMNERS else ([0, 1], [0, 1, 2])), name


async def test_a_change_of_mind_registers_the_commands_anew(house: House) -> None:
    def puts() -> int:
        return len(house.calls("PUT", "/commands"))

    assert puts() == 1
    await house.restarts()
    assert puts() == 1
    for wish, told in ((True, 2), (True, 2), (False, 3)):
        parts = replace(house.bot.client.parts, personal=wish)
        await house.env.restart_bot(LimnerClient(parts))
        assert puts() == told


@pytest.mark.parametrize("command", ["imagine", "usage", "settings"])
async def test_off_even_a_forged_command_is_refused_in_private(house: House, command: str) -> None:
    for each in house.env.backend.commands[None].values():
        each["contexts"] = [0, 1, 2]
    given = {"prompt": "a fox"} if command == "imagine" else {}
    told = await house.ana.user.slash(command, **given)
    assert whispered(told) == SERVERS_ONLY
    assert await house.jobs_made() == 0


async def directly(house: House, prompt: str = "a red fox", **options: Any) -> InteractionResult:
    asked: InteractionResult = await house.ana.user.slash("imagine", prompt=prompt, **options)
    return asked


def last_direct(house: House) -> discord.Message:
    message = house.ana.user.dm_channel.last_message
    assert message is not None
    return message


@on
async def test_on_the_picture_arrives_in_the_direct_messages(house: House) -> None:
    await directly(house)
    await house.until_done()
    card = last_direct(house)
    assert "1 picture, 2 left today" in card.content
    assert len(card.attachments) == 1
    job = await house.job()
    assert (job.requester.guild_id, job.route, job.message_id) == (PERSONAL, Route.REPLY, card.id)
    assert not job.requester.age_restricted
    assert house.channel.last_message is None


@on
async def test_its_buttons_work_there(house: House) -> None:
    await directly(house)
    await house.until_done()
    await house.ana.user.click(last_direct(house), label="Reroll")
    await house.until_done()
    again = await house.job(2)
    assert (again.requester.guild_id, again.request.parent_job) == (PERSONAL, 1)
    assert "1 picture, 1 left today" in last_direct(house).content


@on
async def test_the_personal_quota_is_one_and_no_servers(house: House) -> None:
    await house.asks(count=4)
    await directly(house, count=3)
    words = whispered(await directly(house))
    assert "**Your daily limit:** 0 of 3 pictures left, and this would take 1." in words
    assert "It resets <t:" in words
    # The server goes on as before, with a quota of its own.
    await house.asks(count=4)
    assert await house.jobs_made() == 3
    inside = whispered(await house.ana.slash(house.channel, "usage"))
    outside = whispered(await house.ana.user.slash("usage"))
    assert "8 of 200 pictures" in inside
    assert "3 of 3 pictures, 0 left" in outside
    assert "server" not in outside.replace("outside of servers", "")


@on
async def test_settings_are_ones_own_outside_too(house: House) -> None:
    await house.ana.slash(house.channel, "settings", count=4)
    words = whispered(await house.ana.user.slash("settings", count=2, negative="fog"))
    assert words.startswith("**Saved. Your settings outside of servers**")
    await directly(house)
    request = (await house.job()).request
    assert (request.count, request.negative) == (2, "fog")
    async with house.bot.database.reading() as tx:
        inside = await preferences.of_member(tx, guild_id=house.guild.id, user_id=house.ana.id)
    assert inside == MemberSettings(count=4)


async def forged(house: House, where: ChannelHandle, action: Action) -> discord.Message:
    """A message of the bot's with a button for the first job, in a place that is not its own."""
    room = house.client.get_partial_messageable(where.id)
    face = Button(action=action, job_id=1, label="press")
    await room.send("forged", view=cast(discord.ui.View, view_of([face])))
    message = where.last_message
    assert message is not None
    return message


@on
@pytest.mark.parametrize(
    "action", [Action.DETAILS, Action.REROLL, Action.REMIX, Action.UPSCALE, Action.DELETE]
)
async def test_nobody_gets_at_another_persons_jobs_from_anywhere(
    house: House, action: Action
) -> None:
    await directly(house)
    await house.until_done()
    theirs = await forged(house, house.bob.user.dm_channel, action)
    assert whispered(await house.bob.user.click(theirs, label="press")) == NOT_HERE
    # Nor does a server see what happened outside of it, though it be the same person.
    public = await forged(house, house.channel, action)
    assert whispered(await house.ana.click(public, label="press")) == NOT_HERE
    assert await house.jobs_made() == 1


@on
async def test_a_servers_job_is_not_there_in_direct_messages(house: House) -> None:
    await house.asks()
    await house.until_done()
    moved = await forged(house, house.ana.user.dm_channel, Action.DETAILS)
    assert whispered(await house.ana.user.click(moved, label="press")) == NOT_HERE


@on
async def test_links_lead_into_the_same_direct_messages_alone(house: House) -> None:
    await directly(house)
    await house.until_done()
    card = last_direct(house)
    there = f"https://discord.com/channels/@me/{card.channel.id}/{card.id}"
    await house.ana.user.slash("remix", prompt="bluer", link=there)
    assert (await house.job(2)).request.parent_job == 1
    await house.asks()
    await house.until_done()
    for link in (
        f"https://discord.com/channels/{house.guild.id}/{house.channel.id}/{house.last.id}",
        f"https://discord.com/channels/@me/{house.channel.id}/{house.last.id}",
    ):
        told = await house.ana.user.slash("remix", prompt="bluer", link=link)
        assert whispered(told) == NOT_THERE


@on
async def test_a_picture_is_taken_in_and_a_mask_is_told_of_where_no_page_is(house: House) -> None:
    await house.ana.user.slash("remix", prompt="bluer", image=("p.png", PHOTO))
    await house.until_done()
    assert "Remix: **bluer**" in last_direct(house).content
    told = await house.ana.user.slash("inpaint", prompt="bluer", image=("p.png", PHOTO))
    assert "I need to know what is to change" in whispered(told)


@on
async def test_a_job_that_took_long_is_told_of_in_the_direct_messages(house: House) -> None:
    await directly(house)
    house.clock.advance(61)
    await house.until_done()
    told = last_direct(house)
    assert told.content == f"<@{house.ana.id}> your picture is ready · job 1"
    [sent] = house.calls("POST", f"/channels/{house.ana.user.dm_channel.id}/messages")
    assert sent.json is not None
    # Discord knows no server of the number that stands for none.
    assert "guild_id" not in sent.json["message_reference"]
    assert sent.json["allowed_mentions"]["users"] == [house.ana.id]


@pytest.mark.parametrize(
    ("home", "ahead", "words"),
    [
        (GUILD, 4, "In line, 2 ahead of you here"),
        (PERSONAL, 4, "In line, 4 ahead of you"),
        (PERSONAL, 0, "Next in line"),
    ],
)
def test_outside_of_servers_the_whole_line_is_told(home: int, ahead: int, words: str) -> None:
    asker = Requester(user_id=ANA, guild_id=home, channel_id=5)
    job = replace(a_job(), requester=asker)
    face = cards.progress(
        a_progress(job=job, place=Place(ahead=ahead, ahead_here=ahead // 2, wait_s=9))
    )
    assert f"\n{words} · job 17" in face.content
