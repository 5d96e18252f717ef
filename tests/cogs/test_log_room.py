"""What moderators are told in the channel that they chose, and what members are told of a pause."""

import re

import discord
import pytest
from simcord import ChannelHandle, MemberActor

from bot.domain.errors import StorageBusy
from bot.domain.job import JobStatus
from bot.domain.preferences import ServerSettings
from bot.engine.rules import ServerRules
from cogs.changes import PAUSED, RESUMED
from sandbox.modelslab import Mood
from tests.cogs.house import House
from tests.cogs.managing import MOMENT, a_manager, limner, said_in, settings_of
from tests.cogs.test_withdrawing import taken


@pytest.fixture
def mod(house: House) -> MemberActor:
    return a_manager(house)


@pytest.fixture
def log(house: House) -> ChannelHandle:
    return house.guild.create_text_channel("mod-log")


async def test_every_change_is_told_in_the_log(
    house: House, mod: MemberActor, log: ChannelHandle
) -> None:
    assert await limner(house, mod, "log") == "**Log:** off"
    said = await limner(house, mod, "log", channel=log)
    assert said == f"**Changed.**\nlog: off → <#{log.id}>"
    role = house.guild.create_role("artists")
    await limner(house, mod, "quota", server_day=50)
    await limner(house, mod, "quota", server_day=50)
    await limner(house, mod, "role-quota set", role=role, pictures=3)
    await limner(house, mod, "pause", reason="@everyone **tea**")
    await limner(house, mod, "resume")

    by = f"**Rules changed** by <@{mod.id}>\n"
    assert said_in(log) == [
        f"{by}log: off → <#{log.id}>",
        f"{by}`server_day`: 200 pictures a day (the bot owner's default) → 50 pictures a day",
        f"{by}<@&{role.id}>: no quota of its own → 3 pictures a day",
        f"{by}state: running → paused: “@\u200beveryone \\*\\*tea\\*\\*”",
        f"{by}state: paused: “@\u200beveryone \\*\\*tea\\*\\*” → running",
    ]
    posted = house.calls("POST", f"/channels/{log.id}/messages")
    assert all(call.json["allowed_mentions"] == {"parse": []} for call in posted if call.json)
    assert all(call.json["nonce"] for call in posted if call.json)

    shown = (await limner(house, mod, "log")).splitlines()
    assert shown[0].startswith(f"**Log:** <#{log.id}> · by <@{mod.id}> <t:")
    assert shown[1] == "**Latest changes**"
    assert len(shown) == 7
    assert shown[2].startswith("state: paused: ")
    assert re.fullmatch(rf"log: off → <#{log.id}> · by <@{mod.id}> {MOMENT}", shown[6])


async def test_who_reads_the_old_log_learns_that_it_is_over(
    house: House, mod: MemberActor, log: ChannelHandle
) -> None:
    other = house.guild.create_text_channel("other-log")
    await limner(house, mod, "log", channel=log)
    await limner(house, mod, "log", channel=other)
    assert said_in(log)[-1].endswith(f"log: <#{log.id}> → <#{other.id}>")
    assert said_in(other) == said_in(log)[-1:]

    await limner(house, mod, "log", off=True)
    assert said_in(other)[-1].endswith(f"log: <#{other.id}> → off")
    before = len(said_in(other))
    await limner(house, mod, "quota", server_day=50)
    assert len(said_in(other)) == before


@pytest.mark.parametrize(
    ("denied", "named"),
    [
        ({"send_messages": False}, "**Send Messages**"),
        ({"view_channel": False}, "**View Channel**, **Send Messages**"),
    ],
)
async def test_a_log_that_cannot_be_written_is_not_set(
    house: House, mod: MemberActor, denied: dict[str, bool], named: str
) -> None:
    quiet = house.guild.create_text_channel(
        "quiet", overwrites={house.me: discord.PermissionOverwrite(**denied)}
    )
    said = await limner(house, mod, "log", channel=quiet)

    assert said == (
        f"**I cannot post in <#{quiet.id}>.** I need there: {named}. Nothing was changed."
    )
    assert await settings_of(house) == ServerSettings()
    both = await limner(house, mod, "log", channel=quiet, off=True)
    assert both == "**Either a `channel` or `off`.** Nothing was changed."


async def test_a_log_that_is_gone_keeps_nobody_from_changing_rules(
    house: House, mod: MemberActor, log: ChannelHandle
) -> None:
    await limner(house, mod, "log", channel=log)
    house.env.backend.delete_channel(log.id)
    await house.env.settle()

    result = await mod.slash(house.channel, "limner quota", server_day=50)

    assert result.response is not None
    assert result.response.content.endswith("→ 50 pictures a day")
    (told,) = result.followups
    assert told.content.startswith("**The log could not be written:**")
    assert (await settings_of(house)).server_day == 50


async def test_no_result_waits_for_a_log_that_is_gone(
    house: House, mod: MemberActor, log: ChannelHandle
) -> None:
    await limner(house, mod, "log", channel=log)
    house.env.backend.delete_channel(log.id)
    house.vendor.next(Mood.NSFW)
    await house.asks()
    await house.until_done()

    assert (await house.job()).status is JobStatus.DELIVERED
    assert "marked" in house.last.content


async def test_a_busy_database_hides_the_log_and_nothing_else(
    house: House, mod: MemberActor, log: ChannelHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    await limner(house, mod, "log", channel=log)

    async def busy(_rules: ServerRules, _guild_id: int) -> int | None:
        raise StorageBusy("the database is busy")

    monkeypatch.setattr(ServerRules, "log_channel", busy)
    result = await mod.slash(house.channel, "limner quota", server_day=50)

    assert result.response is not None
    assert result.response.content.endswith("→ 50 pictures a day")
    assert result.followups[0].content.startswith("**The log could not be written:**")


async def test_members_are_told_of_a_pause_and_its_reason(house: House, mod: MemberActor) -> None:
    said = await limner(house, mod, "pause", reason="  spring *cleaning*  ")
    assert said == f"**Changed.**\nstate: running → paused: “spring \\*cleaning\\*”\n{PAUSED}"

    refused = await house.asks()
    assert refused.ephemeral
    assert refused.response is not None
    assert refused.response.content == (
        "**Paused by this server's moderators.** They say: “spring \\*cleaning\\*”. "
        "Ask again when the pause is over. Nothing was charged."
    )
    assert await limner(house, mod, "pause", reason="spring *cleaning*") == (
        "**Nothing changed:** it was so already."
    )
    resumed = await limner(house, mod, "resume")
    assert resumed == (f"**Changed.**\nstate: paused: “spring \\*cleaning\\*” → running\n{RESUMED}")
    assert await limner(house, mod, "resume") == "**Not paused:** requests are taken already."
    await house.asks()
    await house.until_done()
    assert len(house.last.attachments) == 1


async def test_a_pause_needs_no_reason(house: House, mod: MemberActor) -> None:
    assert await limner(house, mod, "pause") == f"**Changed.**\nstate: running → paused\n{PAUSED}"
    refused = await house.asks()
    assert refused.response is not None
    assert refused.response.content == (
        "**Paused by this server's moderators.** Ask again when the pause is over. Nothing was "
        "charged."
    )


async def test_a_job_that_a_moderator_takes_back_is_told_in_the_log(
    house: House, mod: MemberActor, log: ChannelHandle
) -> None:
    await limner(house, mod, "log", channel=log)
    role = house.guild.create_role("janitors", permissions=discord.Permissions.all())
    janitor = house.guild.add_member(house.env.create_user("jan"), roles=[role])
    for _ in range(3):
        await house.asks("MARKED words")
    await taken(house, 2)
    first, second, third = house.channel.history()

    await house.bob.click(first, label="Cancel")
    await house.ana.click(first, label="Cancel")
    for card in (second, third, third):
        await janitor.click(card, label="Cancel")

    by, whose = f"by <@{janitor.id}>", f"of <@{house.ana.id}> in <#{house.channel.id}>"
    assert said_in(log)[1:] == [f"**Job taken back** {by}: job {n} {whose}" for n in (2, 3)]


async def test_a_result_that_a_moderator_deletes_is_told_in_the_log(
    house: House, mod: MemberActor, log: ChannelHandle
) -> None:
    await limner(house, mod, "log", channel=log)
    role = house.guild.create_role("janitors", permissions=discord.Permissions.all())
    janitor = house.guild.add_member(house.env.create_user("jan"), roles=[role])
    for _ in range(3):
        await house.asks("MARKED words")
    await house.until_done()
    first, second, third = house.channel.history()

    await house.ana.click(first, label="Delete")
    await house.bob.click(second, label="Delete")
    await janitor.click(third, label="Delete")

    assert said_in(log)[1:] == [
        f"**Result deleted** by <@{janitor.id}>: job 3 of <@{house.ana.id}> in "
        f"<#{house.channel.id}>"
    ]


async def test_unsafe_pictures_are_told_in_the_log_without_their_words(
    house: House, mod: MemberActor, log: ChannelHandle
) -> None:
    await limner(house, mod, "log", channel=log)
    house.vendor.next(Mood.NSFW)
    await house.asks("MARKED words")
    await house.until_done()
    await house.asks("a red fox")
    await house.until_done()

    (notice,) = said_in(log)[1:]
    assert notice.startswith(
        "**Marked as unsafe** by the image service, and not shown: 1 picture of "
        f"<@{house.ana.id}> in <#{house.channel.id}> · job 1"
    )
    assert notice.endswith(f"/{(await house.job()).message_id}")
    assert "MARKED" not in notice


async def test_the_log_does_not_hear_of_private_jobs(
    house: House, mod: MemberActor, log: ChannelHandle
) -> None:
    await limner(house, mod, "log", channel=log)
    house.vendor.next(Mood.NSFW)
    await house.asks("MARKED words", private=True)
    await house.until_done()
    assert said_in(log)[1:] == []
