"""The connection itself: what it asks Discord for, and what it tells Discord."""

from typing import Any

import discord
import pytest
from discord.http import Route

from bot.domain.job import JobStatus, Verdict
from cogs.client import point_at
from tests.cogs.house import House


async def test_it_asks_for_servers_only_and_keeps_nothing_of_people(house: House) -> None:
    client = house.client

    assert client.intents == discord.Intents(guilds=True)
    assert client._connection.member_cache_flags == discord.MemberCacheFlags.none()
    assert client._connection.max_messages is None
    mentions = client.allowed_mentions
    assert mentions is not None
    assert mentions.to_dict() == discord.AllowedMentions.none().to_dict()
    await house.asks()
    await house.until_done()
    assert not client.cached_messages
    guild = client.get_guild(house.guild.id)
    assert guild is not None
    assert [member.id for member in guild.members] == [house.me.id]


async def test_commands_are_registered_only_when_they_have_changed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def registered() -> int:
        return len(house.calls("PUT", "/commands"))

    assert registered() == 1
    await house.restarts()
    assert registered() == 1, "the same commands"
    monkeypatch.setattr(
        type(house.client), "command_payload", lambda _: [{"name": "something else"}]
    )
    await house.restarts()
    assert registered() == 2


async def test_another_discord_is_told_the_commands_anew(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Route, "BASE", Route.BASE + "/")
    monkeypatch.setattr(type(house.client), "_find_gateway", lambda _: _nothing(), raising=True)

    await house.restarts()

    assert len(house.calls("PUT", "/commands")) == 2


async def _nothing() -> None: ...


def _registered(house: House) -> tuple[list[str], list[dict[str, Any]]]:
    """What answers, and what Discord would be told of it, in order."""
    payload = house.client.command_payload()
    return sorted(house.client.cogs), sorted(payload, key=lambda command: command["name"])


async def test_a_start_that_failed_half_way_can_be_tried_again(house: House) -> None:
    cogs, commands = _registered(house)

    await house.client.setup_hook()

    assert {"Buttons", "Imagine", "Limner", "Menus"} <= set(cogs)
    assert {"Upscale", "imagine", "limner"} <= {command["name"] for command in commands}
    assert _registered(house) == (cogs, commands)


async def test_commands_that_cannot_be_registered_now_are_tried_at_the_next_start(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = f"commands:{house.client.application_id}:{Route.BASE}"
    await house.bot.records.remember(key, "an older one")

    async def later(*_: object, **__: object) -> None:
        raise discord.RateLimited(300)

    with monkeypatch.context() as for_now:
        for_now.setattr(discord.app_commands.CommandTree, "sync", later)
        await house.restarts()
    assert await house.bot.records.remembered(key) == "an older one"

    await house.restarts()
    assert len(house.calls("PUT", "/commands")) == 2


async def test_jobs_of_a_server_that_removed_the_bot_are_cancelled(house: House) -> None:
    await house.asks()

    house.env.backend.emit("GUILD_DELETE", {"id": str(house.guild.id)})
    await house.env.settle()

    job = await house.job()
    assert job.status is JobStatus.DELIVERED
    assert job.outcome is not None
    assert job.outcome.verdict is Verdict.CANCELLED


async def test_an_outage_of_discord_is_no_removal(house: House) -> None:
    await house.asks()

    house.env.backend.emit("GUILD_DELETE", {"id": str(house.guild.id), "unavailable": True})
    await house.env.settle()

    assert (await house.job()).status is JobStatus.QUEUED


def test_another_base_is_taken_over_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", "https://discord.com/api/v10")

    point_at(None)
    assert Route.BASE == "https://discord.com/api/v10"
    point_at("http://127.0.0.1:4000/api/v10/")
    assert Route("GET", "/users/@me").url == "http://127.0.0.1:4000/api/v10/users/@me"
