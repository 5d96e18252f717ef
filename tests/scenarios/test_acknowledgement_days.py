"""The first answer: whatever becomes of it, there is one job or none, and never a trace."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from cogs.answers import UNSAID
from sandbox.modelslab import Mood
from sandbox.modelslab.painter import sketch
from tests.scenarios.photos import a_photo, png
from tests.scenarios.town import Town
from tests.wire.faults import Status
from tests.wire.interactions import Ack, Interaction
from tests.wire.messages import Message
from tests.wire.permissions import MANAGE_GUILD

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROGRAM = "tests.scenarios.hurried"
CALLBACK = r"/callback$"
PHOTO = ("photo.png", png(a_photo()))


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def _around(shared_town: Town) -> AsyncIterator[None]:
    shared_town.vendor.desk.studio.paint = sketch
    shared_town.vendor.default_mood = Mood.AT_ONCE
    yield
    shared_town.discord.faults.clear()
    assert "Traceback" not in shared_town.log
    await came_once(shared_town, await asks(shared_town, "imagine"))
    assert [job for job in shared_town.jobs() if job["status"] != "delivered"] == []


async def asks(town: Town, how: str) -> Interaction:
    """A request whose card is the first answer, or whose first answer is a promise."""
    if how == "imagine":
        return await town.asks("a red fox")
    if how == "private":
        return await town.asks("a red fox", private=True)
    return await town.discord.slash(town.ana, town.general, "remix", prompt="a fox", image=PHOTO)


#: A card for all, a card for one, and a promise that becomes a card.
HOWS = ("imagine", "private", "remix")


async def came_once(town: Town, asked: Interaction) -> Message:
    """The card itself carries the picture, which is bought and charged once."""
    card = await town.pictures(asked)
    return assert_once(town, asked, card)


def assert_once(town: Town, asked: Interaction, message: Message) -> Message:
    job = town.job(asked)
    assert town.carriers(job["id"]) == [message]
    assert asked.replies in ([], [message])
    assert town.entries(asked) == [("reserve", 1), ("settle", 0)]
    assert len(town.bought(asked)) == 1
    return message


async def came_to_nothing(town: Town, asked: Interaction) -> None:
    """No job, or one that was withdrawn before anything was bought; and no card."""
    over = re.compile(rf"interaction\.(dead|undone) id={asked.id}\b")
    await town.discord.until(lambda: over.search(town.log) or town.find_job(asked))
    if town.find_job(asked):
        job = await town.over(asked)
        assert (job["verdict"], job["route"]) == ("cancelled", "kept")
        assert town.entries(asked) == [("reserve", 1), ("refund", -1)]
        assert town.bought(asked) == []
    # Where Discord takes words again in time, its asker learns that nothing came of it.
    assert [reply.content for reply in asked.replies] in ([], [UNSAID])


@pytest.mark.parametrize("took_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("status", ["reset", 502])
async def test_an_answer_is_lost(shared_town: Town, status: Status, took_effect: bool) -> None:
    town = shared_town
    for how in HOWS:
        town.discord.faults.next("POST", CALLBACK, status=status, after_processing=took_effect)
        await came_once(town, await asks(town, how))


async def test_an_answer_is_lost_twice(shared_town: Town) -> None:
    """Nobody knows whether the card stands; it does not, so the picture comes without it."""
    town = shared_town
    for how, route, place in (
        ("imagine", "channel", town.general),
        ("private", "direct", town.ana.dm),
    ):
        town.discord.faults.next("POST", CALLBACK, status="reset", times=2)
        asked = await asks(town, how)
        assert (await town.over(asked))["route"] == route
        assert_once(town, asked, place.messages[-1])
    town.discord.faults.next("POST", CALLBACK, status="reset", times=2)
    # Where not even a promise stands, nothing is begun.
    await came_to_nothing(town, await asks(town, "remix"))


@pytest.mark.parametrize("via", [True, False], ids=["via", "no-via"])
async def test_an_answer_comes_too_soon(shared_town: Town, via: bool) -> None:
    town = shared_town
    for how in HOWS:
        fault = town.discord.faults.next("POST", CALLBACK, status=429, via=via, retry_after=0.2)
        await came_once(town, await asks(town, how))
        assert fault.hits == 1


async def test_the_network_in_front_of_discord_has_banned_us(shared_town: Town) -> None:
    town = shared_town
    town.discord.faults.next("POST", CALLBACK, status=429, via=False, times=20)
    for asked in [await asks(town, how) for how in HOWS]:
        await came_to_nothing(town, asked)


async def test_an_answer_comes_too_late(shared_town: Town) -> None:
    """10062: Discord has told the asker that we did not answer; nothing may be bought for that."""
    town = shared_town
    several = await held_up(town)
    town.discord.clock.advance(10)
    town.discord.faults.clear()
    for asked in several:
        await came_to_nothing(town, asked)


async def test_a_slow_answer_is_in_time(shared_town: Town) -> None:
    town = shared_town
    several = await held_up(town)
    town.discord.clock.advance(2)
    town.discord.faults.clear()
    for asked in several:
        await came_once(town, asked)


async def test_another_bot_has_answered(shared_town: Town) -> None:
    """40060 to a first try: one with our token, somewhere else. What it buys is bought."""
    town = shared_town
    several = await held_up(town)
    for asked in several:
        asked.ack_type = Ack.DEFERRED_MESSAGE
    town.discord.faults.clear()
    for asked in several:
        await came_to_nothing(town, asked)


async def test_the_same_request_twice_at_once_is_one_job(shared_town: Town) -> None:
    town = shared_town
    hold = town.discord.faults.hold(CALLBACK)
    several = [await asks(town, how) for how in HOWS]
    for asked in several:
        for _ in range(2):
            await arrives_again(town, asked)
    await hold.arrived()
    hold.release()
    for asked in several:
        await came_once(town, asked)
        again = re.compile(rf"interaction\.(again|dead) id={asked.id}\b")
        await town.discord.until(lambda: len(again.findall(town.log)) == 2)  # noqa: B023
        await came_once(town, asked)


async def held_up(town: Town) -> list[Interaction]:
    """Requests whose answers are on the way until the faults are cleared."""
    hold = town.discord.faults.hold(CALLBACK)
    several = [await asks(town, how) for how in HOWS]
    await town.discord.until(lambda: hold.count == len(HOWS))
    return several


async def arrives_again(town: Town, asked: Interaction) -> None:
    await town.discord.gateway.announce(
        "INTERACTION_CREATE", town.discord._payload(asked), guild_id=town.discord.home.id
    )


async def test_a_request_that_was_answered_comes_again_after_a_restart(shared_town: Town) -> None:
    town = shared_town
    asked = await asks(town, "imagine")
    await came_once(town, asked)
    await town.bot_stops()
    await town.bot_starts()
    await arrives_again(town, asked)
    await town.discord.until(lambda: f"interaction.again id={asked.id}" in town.log)
    await came_once(town, asked)


@pytest.mark.parametrize("moment", ["before", "after"], ids="killed-{}".format)
async def test_a_request_comes_again_after_a_kill(shared_town: Town, moment: str) -> None:
    """The bot dies with its answer on the way, which had or had not arrived."""
    town = shared_town
    hold = town.discord.faults.hold(CALLBACK, after_processing=moment == "after")
    asked = await asks(town, "imagine")
    await hold.arrived()
    await town.bot_crashes()
    town.discord.faults.clear()
    await town.bot_starts()
    await arrives_again(town, asked)
    await town.discord.until(lambda: f"interaction.again id={asked.id}" in town.log)
    job = await town.over(asked)
    [message] = town.carriers(job["id"])
    assert_once(town, asked, message)
    assert (message is asked.message) == asked.is_acked


LONG_DEAD_S = 60


@asynccontextmanager
async def an_absence(town: Town) -> AsyncIterator[None]:
    """The gateway is away for a minute. What people do in it is replayed when it is back."""
    gateway, world = town.discord.gateway, town.discord.world
    real, resumes = world.next_id, gateway.resumes
    await town.discord.disconnect("abort")
    world.next_id = lambda: real() - (LONG_DEAD_S * 1000 << 22)
    try:
        yield
    finally:
        world.next_id = real
    town.discord.clock.advance(LONG_DEAD_S)
    await town.discord.until(lambda: gateway.resumes > resumes, timeout_s=20)


async def test_what_is_long_dead_when_it_is_replayed_is_skipped_quietly(shared_town: Town) -> None:
    town = shared_town
    card = await came_once(town, await asks(town, "imagine"))
    before = len(town.jobs())
    callbacks = callbacks_of(town)
    async with an_absence(town):
        dead = [
            *[await asks(town, how) for how in HOWS],
            await town.discord.click(town.ana, card, label="Reroll"),
            await town.discord.slash(town.ana, town.general, "usage"),
        ]
    for asked in dead:
        await town.discord.until(lambda: f"interaction.late id={asked.id}" in town.log)  # noqa: B023
    # Those would be refused, and be heard of in the log.
    assert callbacks_of(town) == callbacks
    assert len(town.jobs()) == before
    assert [asked.replies for asked in dead] == [[]] * len(dead)
    assert card.attachments


def callbacks_of(town: Town) -> int:
    return sum(seen.path.endswith("/callback") for seen in town.discord.requests)


SMALL = pytest.mark.parametrize(
    ("status", "code"),
    [("reset", 0), (503, 0), (429, 0), (404, 10062), (400, 40060)],
    ids=["small-reset", "small-503", "small-429", "small-10062", "small-40060"],
)


@SMALL
async def test_an_answer_without_a_job_is_lost(
    shared_town: Town, status: Status, code: int
) -> None:
    """A statement, a pop-up, a list of choices: nothing comes of it, and there is no trace."""
    town = shared_town
    card = await came_once(town, await asks(town, "imagine"))

    async def fails(asked: Interaction) -> None:
        path = rf"{asked.token}/callback$"
        town.discord.faults.next("POST", path, status=status, code=code, via=False, times=9)
        await town.discord.until(
            lambda: any(re.search(path, seen.path) for seen in town.discord.requests)
        )

    await fails(await town.discord.slash(town.ana, town.general, "usage"))
    await fails(await town.discord.slash(town.ana, town.general, "queue"))
    await fails(await town.discord.slash(town.ana, town.general, "history"))
    boss = town.discord.user("boss", permissions=MANAGE_GUILD)
    await fails(await town.discord.slash(boss, town.general, "limner quota"))
    await fails(await town.discord.click(town.ana, card, label="Remix"))
    await fails(await town.discord.click(town.ana, card, label="Details"))
    # Nobody is told when a list of choices does not come.
    town.discord.faults.next("POST", CALLBACK, status=status, code=code, via=False, times=9)
    with pytest.raises(TimeoutError):
        await town.discord.autocomplete(
            town.ana, town.general, "imagine", prompt="a", focused="model", value="s", timeout_s=0.5
        )
