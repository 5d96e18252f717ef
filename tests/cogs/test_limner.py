"""/limner: what it shows of a server's rules, and what it changes."""

import re
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientConnectionError
from simcord import ChannelHandle, MemberActor

from bot.domain.preferences import ServerSettings
from tests.cogs.house import House
from tests.cogs.managing import MOMENT, a_manager, limner, settings_of


@pytest.fixture
def mod(house: House) -> MemberActor:
    return a_manager(house)


async def test_quota_shows_every_limit_whose_it_is_and_what_is_used(
    house: House, mod: MemberActor
) -> None:
    await house.asks(count=4)

    shown = await limner(house, mod, "quota")

    lines = [re.sub(MOMENT, "<when>", line) for line in shown.splitlines()]
    assert lines == [
        "**This server's limits**",
        "`server_day` · **200 pictures a day** (default)",
        "▰▱▱▱▱▱▱▱▱▱ 4 used, 196 left, resets <when>",
        "`server_month` · **no limit** (default)",
        "4 used, resets <when>",
        "`member_day` · **no limit** (default)",
        "`member_line` · **20 jobs on the way for each member** (default)",
        "`server_line` · **60 jobs on the way** (default)",
        "▰▱▱▱▱▱▱▱▱▱ 1 on the way",
        "`time_zone` · **UTC** (default)",
        "The defaults are the bot owner's; `reset` goes back to them.",
    ]


async def test_a_change_says_what_was_and_what_is_and_later_who_and_when(
    house: House, mod: MemberActor
) -> None:
    said = await limner(house, mod, "quota", server_day=50, member_day=5, time_zone="europe/berlin")

    assert said.splitlines() == [
        "**Changed.**",
        "`server_day`: 200 pictures a day (the bot owner's default) → 50 pictures a day",
        "`member_day`: no limit (the bot owner's default) → 5 pictures a day for each member",
        "`time_zone`: UTC (the default) → Europe/Berlin",
    ]
    shown = await limner(house, mod, "quota")
    by = rf"by <@{mod.id}> {MOMENT}"
    assert re.search(rf"`server_day` · \*\*50 pictures a day\*\* · {by}\n", shown)
    assert re.search(rf"`time_zone` · \*\*Europe/Berlin\*\* · {by}\n", shown)
    again = await limner(house, mod, "quota", server_day=50)
    assert again == "**Nothing changed:** it was so already."


@pytest.mark.parametrize("settings", [{"MAX_PICTURES_PER_SERVER_DAY": "100"}])
async def test_the_owners_ceiling_stands_and_is_shown(house: House, mod: MemberActor) -> None:
    shown = await limner(house, mod, "quota")
    assert "`server_day` · **200 pictures a day** (default), but 100 at most" in shown
    assert "The bot's owner lets each server have 100 pictures a day (in UTC)" in shown

    for option in ("server_day", "member_day"):
        said = await limner(house, mod, "quota", **{option: 101})
        assert said == (
            f"**101 is more than the bot's owner allows.** `{option}` can be 100 at most "
            "(MAX_PICTURES_PER_SERVER_DAY). Nothing was changed."
        )
    assert await settings_of(house) == ServerSettings()
    await limner(house, mod, "quota", server_day=100)
    assert "`server_day` · **100 pictures a day** · by" in await limner(house, mod, "quota")


async def test_a_reset_goes_back_to_the_owners_default(house: House, mod: MemberActor) -> None:
    await limner(house, mod, "quota", server_day=50, member_line=2, time_zone="Asia/Tokyo")

    assert await limner(house, mod, "quota", reset="time_zone") == (
        "**Changed.**\n`time_zone`: Asia/Tokyo → UTC (the default)"
    )
    # What is set beside it counts.
    await limner(house, mod, "quota", reset="all", server_month=300)
    assert await settings_of(house) == ServerSettings(server_month=300)


async def test_an_unknown_time_zone_changes_nothing(house: House, mod: MemberActor) -> None:
    said = await limner(house, mod, "quota", server_day=5, time_zone="**Mars**/@everyone")

    assert said.startswith("**There is no time zone called \\*\\*Mars\\*\\*/@\u200beveryone.**")
    assert said.endswith("Nothing was changed.")
    assert await settings_of(house) == ServerSettings()


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("UT", "UTC"),
        ("asia/t", "Asia/Taipei"),
        ("qqqq", None),
    ],
)
async def test_time_zones_are_suggested(
    house: House, mod: MemberActor, typed: str, first: str | None
) -> None:
    found = await mod.autocomplete(house.channel, "limner quota", "time_zone", typed)

    assert len(found) <= 25
    assert (found[0]["value"] if found else None) == first


async def test_the_most_generous_role_counts(house: House, mod: MemberActor) -> None:
    few, many = house.guild.create_role("few"), house.guild.create_role("many")
    cat = house.guild.add_member(house.env.create_user("cat"), roles=[few, many])
    dan = house.guild.add_member(house.env.create_user("dan"), roles=[few])
    await limner(house, mod, "quota", member_day=1)
    said = await limner(house, mod, "role-quota set", role=few, pictures=2)
    assert said == f"**Changed.**\n<@&{few.id}>: no quota of its own → 2 pictures a day"

    async def refused(who: MemberActor, count: int) -> bool:
        asked = await house.asks(who=who, count=count)
        assert asked.response is not None
        return asked.response.content.startswith("**Your daily limit:**")

    assert await refused(house.ana, 2)
    assert await refused(dan, 3)
    assert await refused(cat, 3)
    await limner(house, mod, "role-quota set", role=many, exempt=True)
    assert not await refused(cat, 4)
    assert not await refused(dan, 2)

    listed = (await limner(house, mod, "role-quota list")).splitlines()
    assert listed[1] == "Without any of them: 1 picture a day"
    assert listed[2].startswith(f"<@&{many.id}> exempt from members' daily limit · by <@{mod.id}>")
    assert listed[3].startswith(f"<@&{few.id}> 2 pictures a day · by <@{mod.id}>")

    assert await limner(house, mod, "role-quota clear", role=many) == (
        f"**Changed.**\n<@&{many.id}>: exempt → no quota of its own"
    )
    assert await refused(cat, 1)


async def test_an_exempt_role_lifts_no_limit_of_the_server(house: House, mod: MemberActor) -> None:
    free = house.guild.create_role("free")
    cat = house.guild.add_member(house.env.create_user("cat"), roles=[free])
    await limner(house, mod, "quota", server_day=2, member_day=1)
    await limner(house, mod, "role-quota set", role=free, exempt=True)

    asked = await house.asks(who=cat, count=3)

    assert asked.response is not None
    assert asked.response.content.startswith("**This server's daily limit:** 2 of 2 pictures left")


async def test_a_role_quota_says_one_thing(house: House, mod: MemberActor) -> None:
    role = house.guild.create_role("artists")
    wrong: list[dict[str, Any]] = [
        {},
        {"exempt": False},
        {"pictures": 3, "exempt": True},
    ]
    for options in wrong:
        said = await limner(house, mod, "role-quota set", role=role, **options)
        assert said.startswith("**Say how many `pictures` a day, or `exempt: True`**")
    listed = await limner(house, mod, "role-quota list")
    assert listed.startswith("**No role has a quota of its own.** Every member has no daily limit.")


async def test_everybody_is_no_role(house: House, mod: MemberActor) -> None:
    said = await limner(house, mod, "role-quota set", role=house.guild.default_role, pictures=3)

    assert "`member_day` of `/limner quota`" in said
    assert said.endswith("Nothing was changed.")


async def test_a_deleted_role_goes_with_the_next_that_is_cleared(
    house: House, mod: MemberActor
) -> None:
    gone, stays, other = (house.guild.create_role(name) for name in ("gone", "stays", "other"))
    for role in (gone, stays):
        await limner(house, mod, "role-quota set", role=role, pictures=3)
    house.env.backend.delete_role(house.guild.id, gone.id)
    await house.env.settle()

    said = await limner(house, mod, "role-quota clear", role=other)

    assert said == f"**Changed.**\n<@&{gone.id}>: 3 pictures a day → no quota of its own"
    assert f"<@&{stays.id}> 3 pictures" in await limner(house, mod, "role-quota list")


async def test_models_are_allowed_by_name(house: House, mod: MemberActor) -> None:
    assert await limner(house, mod, "models") == (
        "**Allowed models:** all\n**Default model:** sdxl (the bot owner's default)"
    )
    said = await limner(house, mod, "models", allowed="Flux, FLUX 2 pro ,", default="flux")
    assert said == (
        "**Changed.**\n"
        "default model: sdxl (the bot owner's default) → flux\n"
        "allowed models: all → flux, flux-2-pro"
    )
    refused = await house.asks(model="sdxl")
    assert refused.response is not None
    assert "sdxl is not allowed in this server.** Allowed: flux, flux-2-pro." in (
        refused.response.content
    )
    await house.asks()
    assert (await house.job()).request.model == "flux"

    unset = await limner(house, mod, "models", default="none")
    assert unset == "**Changed.**\ndefault model: flux → sdxl (the bot owner's default)"
    shown = re.sub(rf" · by <@{mod.id}> {MOMENT}", "", await limner(house, mod, "models"))
    assert shown == (
        "**Allowed models:** flux, flux-2-pro\n"
        "**Default model:** flux (as sdxl, the bot owner's default, is not allowed)"
    )
    assert await limner(house, mod, "models", allowed="ALL") == (
        "**Changed.**\nallowed models: flux, flux-2-pro → all"
    )
    await limner(house, mod, "models", allowed="seededit-i2i")
    assert (
        "sdxl (not allowed here, and no allowed model makes pictures from words alone)"
        in await limner(house, mod, "models")
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"allowed": "sdxl, fluxx"}, "**There is no model called fluxx.** Did you mean flux"),
        ({"allowed": "sdxl", "default": "flux"}, "**flux as the default model would not be"),
        ({"default": "seededit-i2i"}, "**seededit-i2i cannot be the default:**"),
        ({"default": "removebg_mask"}, "**There is no model called removebg\\_mask.**"),
        ({"allowed": " , ,"}, "**No model was named.**"),
    ],
)
async def test_models_that_cannot_be_change_nothing(
    house: House, mod: MemberActor, options: dict[str, str], said: str
) -> None:
    assert (await limner(house, mod, "models", **options)).startswith(said)
    assert await settings_of(house) == ServerSettings()


async def test_the_last_name_of_the_list_is_completed(house: House, mod: MemberActor) -> None:
    async def offered(typed: str) -> list[str]:
        found = await mod.autocomplete(house.channel, "limner models", "allowed", typed)
        assert len(found) <= 25
        assert all(len(choice["value"]) <= 100 for choice in found)
        return [choice["value"] for choice in found]

    assert (await offered(""))[0] == "all"
    assert (await offered("kontext"))[0].startswith("flux-kontext")
    assert (await offered("sdxl,realis"))[0] == "sdxl, realistic-vision-v13"
    assert (await offered("sdxl, flux,"))[0] == "sdxl, flux, nano-banana-pro"
    # Discord takes no choice that is longer: it must be typed to its end.
    many = "flux-pro-1.1-ultra, realistic-vision-v13, imagen-4.0-fast-generate, flux-pro-1752000026"
    assert await offered(f"{many}, nano") == []
    assert await offered(f"{many}, sdxl") == [f"{many}, sdxl"]


async def test_a_default_is_suggested_among_models_for_words(
    house: House, mod: MemberActor
) -> None:
    found = await mod.autocomplete(house.channel, "limner models", "default", "")
    values = [choice["value"] for choice in found]

    assert values[:2] == ["none", "flux"]
    assert "seededit-i2i" not in values


async def test_channels_are_allowed_and_denied(house: House, mod: MemberActor) -> None:
    category = house.guild.create_category("studio")
    inside = house.guild.create_text_channel("sketches", category=category)
    quiet = house.guild.create_text_channel("quiet", category=category)

    said = await limner(house, mod, "channels", allowed=category, denied=quiet)
    assert said == (
        f"**Changed.**\nallowed channels: every channel → <#{category.id}>\n"
        f"denied channels: none → <#{quiet.id}>"
    )

    async def answered(where: ChannelHandle) -> str:
        asked = await house.asks(where=where)
        assert asked.response is not None
        return asked.response.content

    assert f"Ask in <#{category.id}>" in await answered(house.channel)
    assert "Not in this channel" in await answered(quiet)
    assert "Next in line" in await answered(inside)

    shown = await limner(house, mod, "channels")
    assert f"Allowed: <#{category.id}> · by <@{mod.id}>" in shown
    assert f"Denied: <#{quiet.id}> · by <@{mod.id}>" in shown
    await limner(house, mod, "channels", reset=category)
    assert "In line, 1 ahead of you here" in await answered(house.channel)
    await limner(house, mod, "channels", allowed=quiet)
    assert await settings_of(house) == ServerSettings(allowed_channels=frozenset({quiet.id}))


async def test_a_channel_is_not_both(house: House, mod: MemberActor) -> None:
    said = await limner(house, mod, "channels", allowed=house.channel, denied=house.channel)

    assert said == "**A channel is either allowed or denied.** Nothing was changed."
    assert await settings_of(house) == ServerSettings()


async def test_a_deleted_channel_does_not_lock_a_server_up(house: House, mod: MemberActor) -> None:
    lost = house.guild.create_text_channel("lost")
    await limner(house, mod, "channels", allowed=lost)
    house.env.backend.delete_channel(lost.id)
    await house.env.settle()

    shown = await limner(house, mod, "channels")
    assert "1 of these channels is deleted, and taken off with the next change." in shown
    await limner(house, mod, "channels", reset=house.channel)

    assert await settings_of(house) == ServerSettings()


async def test_a_channel_out_of_sight_stays_while_discord_has_it_or_does_not_say(
    house: House, mod: MemberActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archived thread is in no list that the bot is given."""
    there, unknown = house.env.create_guild().create_text_channel("elsewhere").id, 77

    async def fetch(channel_id: int) -> object:
        if channel_id == unknown:
            raise ClientConnectionError
        return object()

    monkeypatch.setattr(house.client, "fetch_channel", fetch)
    await house.bot.client.parts.rules.change(
        house.guild.id,
        user_id=mod.id,
        edit=lambda before: replace(before, denied_channels=frozenset({there, unknown})),
    )

    shown = await limner(house, mod, "channels")
    assert "deleted" not in shown
    await limner(house, mod, "channels", denied=house.channel)
    assert (await settings_of(house)).denied_channels == {there, unknown, house.channel.id}
