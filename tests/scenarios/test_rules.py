"""/limner on the wire: rules that bite at once, and that nobody sets who may not."""

import re
from collections.abc import Sequence
from typing import Any

from cogs.guard import SERVERS_ONLY
from cogs.limner import NEEDS
from sandbox.modelslab import Mood
from tests.scenarios.town import Town
from tests.wire.permissions import ADMINISTRATOR, MANAGE_GUILD, MANAGE_MESSAGES
from tests.wire.world import Channel, User

RULES = ("server_settings", "role_quotas", "audit", "gates")


def manager(town: Town) -> User:
    return town.discord.user("mod", permissions=MANAGE_GUILD)


async def limner(town: Town, line: str, **options: Any) -> str:
    """What the manager of the server is told, in private."""
    used = await town.discord.slash(manager(town), town.general, f"limner {line}", **options)
    await used.acked()
    assert used.ephemeral
    return (await town.told(used)).content


def rules_of(town: Town) -> dict[str, Sequence[object]]:
    """Everything that /limner can change, as it stands in the database."""
    return {table: town.rows(f"SELECT * FROM {table} ORDER BY rowid") for table in RULES}


def log_of(channel: Channel) -> list[str]:
    return [message.content for message in channel.messages]


async def test_a_quota_is_set_hit_and_explained(town: Town) -> None:
    log = town.discord.add_channel(town.discord.home, "mod-log")
    assert (await limner(town, "log", channel=log)).startswith("**Changed.**\nlog: off →")
    said = await limner(town, "quota", server_day=5, member_day=3, time_zone="Asia/Tokyo")
    assert said.splitlines()[1:] == [
        "`server_day`: 200 pictures a day (the bot owner's default) → 5 pictures a day",
        "`member_day`: no limit (the bot owner's default) → 3 pictures a day for each member",
        "`time_zone`: UTC (the default) → Asia/Tokyo",
    ]

    card = await town.pictures(await town.asks("a fox", count=2))
    assert "2 pictures, 1 left today" in card.content
    refused = await town.refused(await town.asks("a fox", count=2))
    assert re.match(
        r"\*\*Your daily limit:\*\* 1 of 3 pictures left, and this would take 2\. "
        r"Ask for 1 picture and it fits\. "
        r"It resets <t:\d+:R>\. Nothing was charged\.",
        refused,
    )
    # Another member, and then the whole server.
    await town.pictures(await town.asks("a fox", who=town.ben, count=3))
    refused = await town.refused(await town.asks("a fox"))
    assert refused.startswith("**This server's daily limit:** 0 of 5 pictures left")
    assert town.booked() == 5
    # Elsewhere nobody has set anything.
    elsewhere = town.discord.guild("Elsewhere").channel("general")
    await town.pictures(await town.asks("a fox", where=elsewhere, count=4))

    shown = await limner(town, "quota")
    by = rf"by <@{manager(town).id}> <t:\d+:R>"
    assert re.search(rf"`server_day` · \*\*5 pictures a day\*\* · {by}\n▰{{10}} 5 used", shown)
    assert f"**Rules changed** by <@{manager(town).id}>\n`server_day`: 200" in log_of(log)[-1]


async def test_a_role_gives_its_members_more(town: Town) -> None:
    role = town.discord.role(town.discord.home, "artists")
    town.discord.user("ben", roles=(role,))
    await limner(town, "quota", member_day=1)
    await limner(town, "role-quota set", role=role, pictures=3)

    assert "Your daily limit" in await town.refused(await town.asks("a fox", count=2))
    card = await town.pictures(await town.asks("a fox", who=town.ben, count=3))
    assert "3 pictures, 0 left today" in card.content
    assert f"<@&{role.id}> 3 pictures a day" in await limner(town, "role-quota list")


async def test_models_and_channels_are_chosen(town: Town) -> None:
    completed = await town.discord.autocomplete(
        manager(town), town.general, "limner models", focused="allowed", value="flux, sdx"
    )
    assert completed[0]["value"] == "flux, sdxl"
    await limner(town, "models", allowed=completed[0]["value"], default="flux")
    words = await town.refused(await town.asks("a fox", model="qwen"))
    assert "qwen is not allowed in this server.** Allowed: flux, sdxl." in words

    await limner(town, "channels", denied=town.after_dark)
    words = await town.refused(await town.asks("a fox", where=town.after_dark))
    assert words.startswith("**Not in this channel.**")
    await town.pictures(await town.asks("a fox"))


async def test_a_pause_is_told_with_its_reason_and_outlives_the_process(empty_town: Town) -> None:
    town = empty_town
    await town.bot_starts(MODELSLAB_MAX_QUEUED="1")
    town.vendor.hold()
    begun, waiting = await town.lines_up(2)
    await town.is_painting(begun)

    said = await limner(town, "pause", reason="spring cleaning")
    assert said.startswith("**Changed.**\nstate: running → paused: “spring cleaning”\n")
    refused = await town.refused(await town.asks("a fox"))
    assert refused.startswith("**Paused by this server's moderators.** They say: “spring cleaning”")
    town.vendor.release()
    await town.pictures(begun)

    await town.bot_crashes()
    await town.bot_starts()
    assert "spring cleaning" in await town.refused(await town.asks("a fox"))
    assert town.job(waiting)["status"] == "queued"
    assert town.vendor.posts == 1

    await limner(town, "resume")
    await town.pictures(waiting)
    await town.pictures(await town.asks("a fox"))


async def test_moderators_read_of_unsafe_pictures_and_deleted_results(town: Town) -> None:
    log = town.discord.add_channel(town.discord.home, "mod-log")
    await limner(town, "log", channel=log)
    town.vendor.next(Mood.NSFW)
    asked = await town.asks("MARKED words")
    card = await town.ending(asked)
    await town.discord.until(lambda: len(log.messages) > 1)
    assert log_of(log)[-1] == (
        f"**Marked as unsafe** by the image service, and not shown: 1 picture of "
        f"{town.ana.mention} in {town.general.mention} · job 1 · "
        f"https://discord.com/channels/{town.discord.home.id}/{town.general.id}/{card.id}"
    )

    janitor = town.discord.user("jan", permissions=MANAGE_MESSAGES)
    card = await town.pictures(await town.asks("MARKED words"))
    await town.discord.click(janitor, card, label="Delete")
    await town.discord.until(lambda: len(log.messages) > 2)
    assert log_of(log)[-1] == (
        f"**Result deleted** by {janitor.mention}: job 2 of {town.ana.mention} in "
        f"{town.general.mention}"
    )
    assert all("MARKED" not in said for said in log_of(log))


async def test_a_log_where_the_bot_may_not_speak_is_refused(town: Town) -> None:
    town.discord.forbid(town.after_dark, send=False)
    said = await limner(town, "log", channel=town.after_dark)
    assert said == (
        f"**I cannot post in {town.after_dark.mention}.** I need there: **Send Messages**. "
        "Nothing was changed."
    )
    assert town.rows("SELECT * FROM server_settings") == []


FORGED: dict[str, dict[str, Any]] = {
    "quota": {"server_day": 1_000_000, "member_line": 1, "time_zone": "Asia/Tokyo"},
    "role-quota set": {"role": "artists", "exempt": True},
    "role-quota clear": {"role": "artists"},
    "role-quota list": {},
    "models": {"allowed": "all", "default": "none"},
    "channels": {"reset": "general", "denied": "after-dark"},
    "log": {"off": True},
    "pause": {"reason": "mutiny"},
    "resume": {},
}


async def test_forged_commands_show_and_change_nothing(town: Town) -> None:
    """As somebody without the permission sends them whom Discord's own gate let through."""
    home = town.discord.home
    role = town.discord.role(home, "artists")
    named: dict[str, Any] = {
        "artists": role,
        "general": town.general,
        "after-dark": town.after_dark,
    }
    # Something is set for each of them to change.
    await limner(town, "quota", server_day=50)
    await limner(town, "role-quota set", role=role, pictures=9)
    await limner(town, "models", allowed="sdxl, flux", default="sdxl")
    await limner(town, "channels", allowed=town.general)
    await limner(town, "log", channel=town.general)
    await limner(town, "pause", reason="tea")
    # Of the log itself, and of the pause.
    await town.discord.until(lambda: len(town.general.messages) == 2)
    before = rules_of(town)
    (registered,) = [one for one in town.discord.commands.of(None) if one["name"] == "limner"]
    assert sorted(FORGED) == sorted(_lines(registered))

    for line, options in FORGED.items():
        given = _with(named, options)
        shows = {name: value for name, value in given.items() if name == "role"}
        for some in (given, shows):
            forged = await town.discord.pretend(
                town.ben, town.general, f"limner {line}", offered_to=manager(town), **some
            )
            assert (await town.told(forged)).content == NEEDS, line
            assert forged.ephemeral

    assert rules_of(town) == before
    assert len(town.general.messages) == 2, "the log has nothing to tell"
    # Whoever may gets an answer to the same.
    for line in ("quota", "role-quota list", "models", "channels", "log"):
        assert NEEDS not in await limner(town, line)
    # Somebody else's server lends no permission here, nor do direct messages.
    for line, options in FORGED.items():
        given = _with(named, options)
        forged = await town.discord.pretend(
            town.ben,
            town.ben.dm,
            f"limner {line}",
            offered_to=manager(town),
            offered_in=town.general,
            **given,
        )
        assert (await town.told(forged)).content == SERVERS_ONLY
    assert rules_of(town) == before


async def test_a_bot_that_somebody_brought_along_has_no_rules_to_set(town: Town) -> None:
    """Where it is no member, not even an administrator makes rules."""
    strange = town.discord.guild("Strange", bot_is_member=False).channel("general")
    boss = town.discord.user("boss", permissions=ADMINISTRATOR)
    forged = await town.discord.pretend(
        boss,
        strange,
        "limner quota",
        offered_to=manager(town),
        offered_in=town.general,
        server_day=1,
    )
    assert (await town.told(forged)).content == SERVERS_ONLY
    assert town.rows("SELECT * FROM server_settings") == []


def _with(named: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """The options, with roles and channels for their names."""
    return {
        name: named.get(value, value) if isinstance(value, str) else value
        for name, value in options.items()
    }


def _lines(command: dict[str, Any], path: str = "") -> list[str]:
    """The subcommands of a command, as people type them."""
    found: list[str] = []
    for option in command.get("options") or []:
        if option["type"] in (1, 2):
            name = f"{path} {option['name']}".strip()
            found += [name] if option["type"] == 1 else _lines(option, name)
    return found
