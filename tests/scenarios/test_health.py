"""The running process says how it is, and goes on by itself when Discord comes back."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from sandbox.modelslab import Mood
from tests.scenarios.cable import Cable
from tests.scenarios.town import Town, a_town


@pytest_asyncio.fixture
async def cable_town(tmp_path: Path) -> AsyncIterator[tuple[Town, Cable]]:
    """A town whose bot reaches Discord by a cable; the bot does not run yet."""
    async with a_town(tmp_path) as town, Cable(town.discord.base_url) as cable:
        town.discord.base_url = cable.url
        yield town, cable


async def ready_answer(town: Town) -> tuple[int, dict[str, str]]:
    status, text = await town.health("readyz")
    return status, json.loads(text)


async def becomes_ready(town: Town, status: int, *, timeout_s: float = 20.0) -> dict[str, str]:
    """Wait until /readyz answers with this status; its words."""
    async with asyncio.timeout(timeout_s):
        while True:
            answered, words = await ready_answer(town)
            if answered == status:
                return words
            await asyncio.sleep(0.1)


async def test_the_pages_of_a_bot_that_works(town: Town) -> None:
    await town.pictures(await town.asks("a red fox"))
    assert await town.health("healthz") == (200, "ok")
    assert await ready_answer(town) == (
        200,
        {"database": "ok", "gateway": "ok", "runner": "ok"},
    )
    status, metrics = await town.health("metrics")
    assert status == 200
    for line in (
        "limner_servers 1.0",
        'limner_jobs{status="queued"} 0.0',
        "limner_slots_taken 0.0",
        'limner_settled_total{how="pictures"} 1.0',
        'limner_delivered_total{how="reply"} 1.0',
    ):
        assert line in metrics, metrics


async def test_metrics_of_a_bad_day(town: Town) -> None:
    town.vendor.hold()
    asked = [await town.asks("a red fox") for _ in range(2)]
    for one in asked:
        await town.is_painting(one)
    town.vendor.next(Mood.NO_CREDITS)
    await town.asks("a poor fox")
    await town.gate_closes()
    _, metrics = await town.health("metrics")
    for line in (
        'limner_jobs{status="waiting"} 2.0',
        'limner_jobs{status="queued"} 1.0',
        "limner_slots_taken 2.0",
        'limner_gate_closed{reason="credits"} 1.0',
    ):
        assert line in metrics, metrics


async def test_not_ready_before_discord_has_greeted(empty_town: Town) -> None:
    town = empty_town
    door = town.discord.faults.hold(r"^/gateway/bot$")
    await town.bot_launches()
    await door.arrived(20)
    assert await town.health("healthz") == (200, "ok")
    status, words = await ready_answer(town)
    assert status == 503
    assert words["gateway"] == "not connected to Discord"
    assert words["database"] == "ok"
    door.release()
    await becomes_ready(town, 200)


async def test_not_ready_while_discord_is_away(cable_town: tuple[Town, Cable]) -> None:
    town, cable = cable_town
    await town.bot_starts()
    await becomes_ready(town, 200)
    await cable.pull()
    words = await becomes_ready(town, 503)
    assert words["gateway"] != "ok"
    assert words["runner"] == "ok"
    await cable.plug_in()
    await becomes_ready(town, 200, timeout_s=40)
    await town.pictures(await town.asks("a red fox"))


async def test_what_is_done_while_discord_is_away_comes_when_it_is_back(
    cable_town: tuple[Town, Cable],
) -> None:
    town, cable = cable_town
    await town.bot_starts()
    town.vendor.hold()
    asked = await town.asks("a red fox")
    card = await town.is_painting(asked)
    await cable.pull()
    town.vendor.release()
    await town.stands(asked, "settled")
    await town.discord.until(lambda: "job.undelivered" in town.log)
    assert town.booked() == 1
    await cable.plug_in()
    await town.pictures(asked, timeout_s=30)
    assert town.carriers(town.job(asked)["id"]) == [card]
    assert town.vendor.posts == 1
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]


async def test_discord_is_away_when_the_bot_starts(cable_town: tuple[Town, Cable]) -> None:
    town, cable = cable_town
    await cable.pull()
    await town.bot_launches()
    await town.discord.until(lambda: "discord.unreachable" in town.log, timeout_s=20)
    assert (await ready_answer(town))[0] == 503
    await cable.plug_in()
    await town.discord.ready(20)
    await town.pictures(await town.asks("a red fox"))
