"""The gateway breaks, falls silent, forgets us or shuts us out: each job comes to its end."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.modelslab import Mood
from tests.scenarios.attentive import HEARTBEAT_INTERVAL_MS
from tests.scenarios.town import BOT_TOKEN, Town, a_town
from tests.wire.gateway import HowToBreak
from tests.wire.interactions import Interaction
from tests.wire.messages import Message

CALLBACK = r"/callback$"
CANNOT_GO_ON = 2
in_one_town = pytest.mark.asyncio(loop_scope="module")


async def under_way(town: Town) -> Interaction:
    """A request that the vendor works on, and will until it is released."""
    town.vendor.hold()
    asked = await town.asks("a red fox")
    await town.card(asked)
    await town.stands(asked, "waiting")
    return asked


async def came_once(town: Town, asked: Interaction) -> Message:
    card = await town.pictures(asked)
    assert town.carriers(town.job(asked)["id"]) == [card]
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]
    assert len(town.bought(asked)) == 1
    return card


async def the_next_one_is_served(town: Town) -> None:
    town.vendor.next(Mood.AT_ONCE)
    await came_once(town, await town.asks("the day after"))
    assert "Traceback" not in town.log


@in_one_town
@pytest.mark.parametrize(
    "how",
    ["abort", "reconnect", "invalid_resumable", "invalid", 4000, 1001],
    ids="gateway-{}".format,
)
async def test_the_gateway_breaks_while_a_job_runs(shared_town: Town, how: HowToBreak) -> None:
    town = shared_town
    asked = await under_way(town)
    gateway = town.discord.gateway
    before = gateway.identifies + gateway.resumes
    await town.discord.disconnect(how)
    await town.discord.until(
        lambda: gateway.identifies + gateway.resumes > before and gateway.connected_shards,
        timeout_s=20,
    )
    town.vendor.release()
    await came_once(town, asked)
    await the_next_one_is_served(town)


@in_one_town
async def test_what_was_asked_while_the_gateway_was_away_is_answered(shared_town: Town) -> None:
    """Somebody still waits for it: replayed, and bought once."""
    town = shared_town
    resumes = town.discord.gateway.resumes
    await town.discord.disconnect("abort")
    asked = await town.asks("a red fox")
    await town.discord.until(lambda: town.discord.gateway.resumes > resumes, timeout_s=20)
    await the_next_one_is_served(town)
    if asked.is_acked:
        await came_once(town, asked)
    else:
        # The machine was slow, and it came too late.
        assert town.find_job(asked).get("verdict", "cancelled") == "cancelled"


@pytest_asyncio.fixture
async def attentive_town(tmp_path: Path) -> AsyncIterator[Town]:
    """A town whose bot does not run yet, and will notice soon."""
    async with a_town(tmp_path, program="tests.scenarios.attentive") as town:
        town.discord.gateway.heartbeat_interval_ms = HEARTBEAT_INTERVAL_MS
        yield town


@pytest.mark.parametrize(
    "where",
    ["/users/@me$", "/applications/@me$", "/gateway/bot$"],
    ids=["login", "login-application", "login-gateway"],
)
async def test_discord_is_not_well_when_the_bot_logs_in(attentive_town: Town, where: str) -> None:
    """A ban by the network in front of it used to be a trace, and the end."""
    town = attentive_town
    for status in (429, 503, "reset"):
        town.discord.faults.next("GET", where, status=status, via=False)
    await town.bot_starts()
    # A question that was reset is asked again by aiohttp itself.
    assert town.log.count("discord.unreachable") >= 2
    await the_next_one_is_served(town)


async def test_a_gateway_that_falls_silent_is_left(attentive_town: Town) -> None:
    """The socket stands, and nobody is there: no heartbeat is answered any more."""
    town = attentive_town
    await town.bot_starts()
    asked = await under_way(town)
    gateway = town.discord.gateway
    before = gateway.identifies + gateway.resumes
    gateway.is_dead = True
    await town.discord.until(lambda: gateway.identifies + gateway.resumes > before)
    gateway.is_dead = False
    town.vendor.release()
    await came_once(town, asked)
    await the_next_one_is_served(town)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (4004, "limner: DISCORD_TOKEN was refused by Discord: copy it again from the developer"),
        (4014, "limner: Discord closed the connection for good (code 4014)"),
        (4013, "limner: Discord closed the connection for good (code 4013)"),
    ],
    ids=["4004", "4014", "4013"],
)
async def test_discord_shuts_us_out_while_a_job_runs(town: Town, code: int, told: str) -> None:
    """One line says why; the job is resumed by the next start, which has the right token."""
    asked = await under_way(town)
    await town.discord.disconnect(code)
    assert town.process is not None
    ended = await asyncio.wait_for(town.process.wait(), 15)
    assert ended == CANNOT_GO_ON
    assert told in town.log
    assert "Traceback" not in town.log
    await town.discord.gone()
    await town.bot_starts()
    town.vendor.release()
    await came_once(town, asked)
    await the_next_one_is_served(town)


async def test_the_token_is_changed_while_a_job_runs(town: Town) -> None:
    """Nothing of Discord's takes the old one; only the card's own token still reaches it."""
    asked = await under_way(town)
    town.discord.token = "another-token"
    town.vendor.release()
    await came_once(town, asked)
    town.discord.token = BOT_TOKEN
    await the_next_one_is_served(town)


async def test_a_fault_on_the_card_costs_the_member_nothing(town: Town) -> None:
    """Discord surely refused the card: the job is withdrawn before anything is bought."""
    town.traces_expected = True
    town.discord.faults.next("POST", CALLBACK, status=400, times=5)
    asked = await town.asks("a red fox")
    job = await town.over(asked)
    assert (job["verdict"], job["route"]) == ("cancelled", "kept")
    assert json.loads(job["outcome"])["detail"]
    assert town.entries(asked) == [("reserve", 1), ("refund", -1)]
    assert town.vendor.posts == 0
